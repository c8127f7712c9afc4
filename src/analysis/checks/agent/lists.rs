//! The data of this family, `rules/lists/agent_files.toml`, read once.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::analysis::pattern::Pattern;
use crate::analysis::role::{Role, fold};
use crate::analysis::rules;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

static LISTS: LazyLock<Lists> = LazyLock::new(|| toml::from_str(rules::data("lists/agent_files.toml")).unwrap_or_default());

/// The lists.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lists {
    tools: Vec<Tool>,
    /// Where servers stand.
    pub(super) servers: Vec<ServerKey>,
    /// Programs that hooks may run without harm.
    pub(super) harmless: Vec<String>,
    /// Variables that make a program load code.
    pub(super) loading: Vec<String>,
    /// Settings that run something.
    pub(super) executes: Vec<Setting>,
    /// Settings that stop asking.
    pub(super) bypass: Vec<Setting>,
    /// Settings that name another host.
    pub(super) endpoint: Vec<Setting>,
    /// Settings that name a program of an editor.
    pub(super) editor: Vec<Setting>,
    /// Settings of a container.
    pub(super) container: Vec<Setting>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    path: String,
    name: String,
}

/// A key under which servers stand, in files whose path holds `path`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerKey {
    /// Names from the root, `/` between them.
    pub(super) key: String,
    /// A part of the path.
    pub(super) path: String,
}

/// A setting that acts on a machine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    /// Where it stands: any of these.
    pub(super) keys: Vec<String>,
    /// What to say of it.
    pub(super) says: String,
    /// A part that the file's path must hold.
    #[serde(default)]
    pub(super) path: String,
    #[serde(default)]
    value: Option<Expression>,
    #[serde(default)]
    unless: Option<Expression>,
    severity: String,
}

#[derive(Deserialize)]
#[serde(from = "String")]
struct Expression(Pattern);

impl From<String> for Expression {
    fn from(source: String) -> Self {
        Self(Pattern::wide(source))
    }
}

impl Setting {
    /// Whether `value` is one to speak of.
    pub(super) fn takes(&self, value: &str) -> bool {
        self.value.as_ref().is_none_or(|wanted| wanted.0.is_match(value)) && !self.unless.as_ref().is_some_and(|not| not.0.is_match(value))
    }

    /// How serious it is.
    pub(super) fn severity(&self) -> Severity {
        Severity::parse(&self.severity).unwrap_or(Severity::Medium)
    }
}

/// The lists.
pub(super) fn lists() -> &'static Lists {
    &LISTS
}

impl Lists {
    /// Whether a program is known to act on the file at `path`.
    pub(super) fn knows(&self, path: &str) -> bool {
        let path = format!("/{}", fold(path));
        self.tools.iter().any(|tool| path.contains(&tool.path))
    }
}

/// The program that acts on `file`; `None` when none is known to.
pub(super) fn tool(file: &FileView<'_>) -> Option<&'static str> {
    file.shared(Acting::on).0
}

/// What several checks ask about each file.
struct Acting(Option<&'static str>);

impl Acting {
    fn on(file: &FileView<'_>) -> Self {
        let path = format!("/{}", fold(&file.path));
        let known = LISTS.tools.iter().find(|tool| path.contains(&tool.path)).map(|tool| tool.name.as_str());
        Self(known.or((file.role == Role::AgentConfig).then_some("an agent")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_can_be_read() {
        let lists: Result<Lists, _> = toml::from_str(rules::data("lists/agent_files.toml"));
        let lists = lists.unwrap_or_else(|error| panic!("{error}"));
        for setting in [&lists.executes, &lists.bypass, &lists.endpoint, &lists.editor, &lists.container].into_iter().flatten() {
            assert!(Severity::parse(&setting.severity).is_some(), "{}", setting.severity);
            assert!(
                [&setting.value, &setting.unless].into_iter().flatten().all(|expression| expression.0.compiles()),
                "{:?}",
                setting.keys
            );
        }
    }
}
