//! `automation-from-elsewhere`: a pipeline of GitLab, Azure, Jenkins or CircleCI that takes its steps from outside.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::dependency::likeness::imitates;
use crate::analysis::document::node::{Node, added};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static LIBRARY: Pattern = Pattern::new(
    r#"(?i)@Library\(\s*['\[]|\blibrary\s*\(?\s*(identifier\s*:)?\s*['"]|\bload\s*\(?\s*['"]https?://|\bremote\s*:\s*['"](https?|git)[:@]"#,
);
static REMOTE: Pattern = Pattern::new(r#"(?i)https?://|git@"#);
static BRANCH: Pattern = Pattern::new(r#"@(main|master|dev|develop|latest|HEAD)\b"#);
static FLOATING: Pattern = Pattern::new(r"@(volatile|dev:\S*|\d+)$");

/// See `rules/code/automation-from-elsewhere.toml`.
pub struct AutomationFromElsewhere;

impl Check for AutomationFromElsewhere {
    fn rule(&self) -> RuleId {
        RuleId("automation-from-elsewhere")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.role == Role::Workflow && !super::steps::is_github(file)) else { return };
        if file.language == Language::Yaml {
            if let Ok(new) = side.document() {
                by_tree(file, side, new, sink);
            }
        } else {
            libraries(file, side, sink);
        }
    }
}

fn by_tree(file: &FileView<'_>, side: &SideView<'_>, new: &Node, sink: &mut Sink<'_>) {
    let old = file.old().and_then(|old| old.document().ok());
    for leaf in added(old, new) {
        let path: Vec<&str> = leaf.path.iter().copied().filter(|key| *key != "[]").collect();
        let Some((title, severity)) = of_another(old, &path, &leaf.text).or_else(|| judged(&path, &leaf.text)) else { continue };
        if old.is_some() || file.old().is_none() || side.is_changed(leaf.line) {
            sink.report(Draft::line(file, side, leaf.line).title(title).severity(severity));
        }
    }
}

/// An orb, component or project of the same name as before, below another owner.
fn of_another(old: Option<&Node>, path: &[&str], value: &str) -> Option<(String, Severity)> {
    let orb = |text: &str| {
        let (place, _) = text.split_once('@')?;
        let (owner, name) = place.rsplit_once('/')?;
        Some((owner.to_owned(), name.to_owned()))
    };
    let ["orbs", _] = path else { return None };
    let (owner, name) = orb(value)?;
    let known: Vec<(String, String)> = old?.get("orbs")?.entries().iter().filter_map(|(_, node)| orb(node.text()?)).collect();
    let (was, _) = known.iter().find(|(_, known)| *known == name).filter(|(was, _)| *was != owner)?;
    let severity = if imitates(&owner, was) { Severity::High } else { Severity::Medium };
    Some((format!("The orb `{name}` would come from `{owner}` instead of `{was}`"), severity))
}

fn judged(path: &[&str], value: &str) -> Option<(String, Severity)> {
    let shown: String = value.chars().take(80).collect();
    match path {
        ["include", "remote"] => Some((format!("The pipeline would take jobs from `{shown}`"), Severity::High)),
        ["include"] if value.starts_with("http") => Some((format!("The pipeline would take jobs from `{shown}`"), Severity::High)),
        ["include", "project"] => Some((format!("The pipeline would take jobs from the project `{shown}`"), Severity::Low)),
        ["include", "component"] if BRANCH.is_match(value) || value.ends_with("~latest") => {
            Some((format!("The pipeline would take jobs from `{shown}`, at whatever version is current"), Severity::Medium))
        }
        ["resources", "repositories", "name" | "endpoint"] => {
            Some((format!("The pipeline would use templates of the repository `{shown}`"), Severity::Low))
        }
        ["orbs", _] if FLOATING.is_match(value) => {
            Some((format!("The orb `{shown}` would be taken at whatever version is current"), Severity::Medium))
        }
        ["orbs", _] => Some((format!("The pipeline would take jobs from the orb `{shown}`"), Severity::Info)),
        _ => None,
    }
}

fn libraries(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    for line in file.added().filter(|line| LIBRARY.is_match(line.text) && !line.text.trim_start().starts_with("//")) {
        let severity = match () {
            () if REMOTE.is_match(line.text) => Severity::High,
            () if BRANCH.is_match(line.text) => Severity::Medium,
            () => Severity::Low,
        };
        let shown: String = line.text.trim().chars().take(80).collect();
        sink.report(
            Draft::line(file, side, line.index).title(format!("The pipeline would run code of a library: `{shown}`")).severity(severity),
        );
    }
}
