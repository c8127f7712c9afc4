//! The commands a project calls its tests by: scripts of a package, targets of a makefile, tasks, test environments.

use std::collections::BTreeMap;

use crate::analysis::document::node::{Node, Value};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

/// Names by which people and automation start tests.
static OF_TESTS: Pattern =
    Pattern::new(r"(?i)^(tests?|check|verify|ci|spec|unit|integration|e2e|pytest|validate)([:_.-].*)?$|^.*[:_-]tests?$");
/// A command that starts nothing.
static IDLE: Pattern = Pattern::new(
    r#"(?x) ^\s*[@+-]*\s*( (echo|printf|:|\#)\b?[^&|;`$]* | true | /bin/true | : | exit\s+0 | pass | node\s+-e\s+['"\s]* | python3?\s+-c\s+['"]\s*(pass)?\s*['"]
    | \S+(\s+\S+)?\s+--?(version|help|listTests|collect-only) )? \s*((&&|;|\|\|)\s*(exit\s+0|true|:)\s*)?$"#,
);
static NO_TESTS_YET: Pattern = Pattern::new(r"(?i)no tests?\b|not implemented|todo|placeholder|nothing to");
static TARGET: Pattern = Pattern::new(r"^([A-Za-z][\w./-]*)(?:\s+[\w./-]+)*\s*::?(?:[^=:]|$)");
static COMMANDS: Pattern = Pattern::new(r"^commands(?:_\w+)?\s*=\s*(.*)$");

/// What one name starts, and the line that says so.
pub(super) struct Command {
    /// Its commands, one after the other.
    pub(super) runs: Vec<String>,
    /// Its line, from 0.
    pub(super) line: usize,
}

impl Command {
    /// Whether nothing of it starts a test; one that says there are none yet claims nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.runs.iter().all(|command| IDLE.is_match(command)) && !self.runs.iter().any(|command| NO_TESTS_YET.is_match(command))
    }

    /// The same, with what fails there taken for nothing.
    pub(super) fn is_deaf(&self) -> bool {
        let telling: Vec<&String> = self.runs.iter().filter(|command| !IDLE.is_match(command)).collect();
        !telling.is_empty() && telling.iter().all(|command| command.trim_start().starts_with(['-']))
    }
}

impl Command {
    /// Whether a command that stands there as before starts tests, and its failure counts for nothing now.
    pub(super) fn is_hushed(&self, known: &Self) -> bool {
        static TESTS: Pattern =
            Pattern::new(r"(?i)\b(?:py|phpunit|ctest|x?unit)?tests?\b|\b(?:pytest|jest|vitest|rspec|phpunit|mocha|nose2|tox|ctest)\b");
        let stood = |command: &str| known.runs.iter().any(|was| was.trim() == command.trim());
        self.runs.iter().filter_map(|run| run.trim_start().strip_prefix('-')).any(|run| TESTS.is_match(run) && stood(run))
    }
}

/// Whether the file at `path` says how tests run.
pub(super) fn says_how_tests_run(path: &str) -> bool {
    static SETTINGS: Pattern = Pattern::new(
        r"(?i)(?:^|/)(?:[\w.-]*(?:jest|vitest|mocharc|karma|cypress|playwright|wtr|ava)[\w.-]*\.(?:m?[jt]s|cjs|json|ya?ml|toml)|\.mocharc|pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|conftest\.py|noxfile\.py|tasks\.py|phpunit[\w.-]*|pom\.xml|build\.gradle(?:\.kts)?|\.rspec|rakefile|gemfile|cargo\.toml|config\.toml|nextest\.toml|gnumakefile|makefile|[\w.-]+\.mk|justfile|package\.json|[\w.-]*\.runsettings|[\w.-]+\.csproj|directory\.build\.(?:props|targets)|cmakelists\.txt|ctest[\w.-]*|composer\.json|deno\.jsonc?|spec_helper\.rb|rails_helper\.rb|taskfile\.ya?ml|[\w-]*(?:test|check|ci|verify|bats)[\w-]*\.(?:sh|bash|ps1|ya?ml)|jenkinsfile|azure-pipelines[\w.-]*|\.gitlab-ci\.yml|\.travis\.yml)$|(?i)\.github/(?:workflows|actions)/|\.circleci/",
    );
    SETTINGS.is_match(path)
}

/// Whether a script starts tests by a program that does nothing else.
pub(super) fn runs_tests(script: &SideView<'_>) -> bool {
    static RUNNER: Pattern = Pattern::new(
        r"(?:^|[\s;&|(/])(?:pytest|py\.test|tox|nosetests|jest|vitest|mocha|phpunit|pest|rspec|ctest|bats|gotestsum|go\s+test|cargo\s+(?:nextest|test)|npm\s+(?:run\s+)?test|(?:yarn|pnpm|bun|deno|dotnet|swift|flutter|dart|mix|sbt|bazel|tox)\s+(?:run\s+)?test|mvn\s[^#\n]*\b(?:test|verify)|gradlew?\s[^#\n]*\b(?:test|check)|make\s+(?:test|check)|rake\s+test|rails\s+test|(?:playwright|cypress)\s+(?:test|run))(?:$|[\s;&|)])",
    );
    script.lines().take(2_000).any(|line| line.text.len() < 400 && RUNNER.is_match(line.code()))
}

/// Whether a file of this name may hold such commands.
pub(super) fn holds_commands(file: &FileView<'_>) -> bool {
    let name = file.name().to_lowercase();
    matches!(
        name.as_str(),
        "package.json"
            | "composer.json"
            | "deno.json"
            | "deno.jsonc"
            | "pyproject.toml"
            | "tox.ini"
            | "setup.cfg"
            | "taskfile.yml"
            | "taskfile.yaml"
            | "justfile"
            | "pdm.toml"
            | "mise.toml"
    ) || file.language == Language::Makefile
}

/// The commands for tests on one side, by name.
pub(super) fn commands(file: &FileView<'_>, side: &SideView<'_>) -> BTreeMap<String, Command> {
    match file.language {
        Language::Makefile => of_makefile(side),
        Language::Json | Language::Toml | Language::Yaml => of_tree(side),
        _ => of_sections(side),
    }
}

fn of_tree(side: &SideView<'_>) -> BTreeMap<String, Command> {
    let mut out = BTreeMap::new();
    let mut open: Vec<(&Node, bool)> = side.document().ok().map(|tree| (tree, false)).into_iter().collect();
    while let Some((node, named)) = open.pop() {
        for (name, inner) in node.entries() {
            let holds = matches!(name.as_str(), "scripts" | "tasks" | "commands" | "script" | "aliases");
            if named && OF_TESTS.is_match(name) {
                out.entry(name.clone()).or_insert_with(|| Command { runs: runs(inner), line: inner.key });
            }
            open.push((inner, holds));
        }
    }
    out
}

fn runs(node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) => items.iter().flat_map(runs).collect(),
        Value::Map(_) => {
            let parts = ["cmds", "cmd", "shell", "run", "command", "composite", "chain", "sequence", "deps", "script", "call", "ref"];
            parts.into_iter().filter_map(|key| node.get(key)).flat_map(runs).collect()
        }
        _ => vec![node.scalar()],
    }
}

/// A target without commands that only names others starts those.
fn of_makefile(side: &SideView<'_>) -> BTreeMap<String, Command> {
    let mut out: BTreeMap<String, Command> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in side.lines() {
        if line.text.starts_with(['\t', ' ']) {
            if let Some(command) = current.as_ref().and_then(|name| out.get_mut(name)) {
                command.runs.extend(Some(line.text.trim().to_owned()).filter(|text| !text.is_empty()));
            }
            continue;
        }
        let target = TARGET.group(line.text, 1).filter(|name| OF_TESTS.is_match(name));
        if !line.text.trim().is_empty() {
            current = target.map(str::to_owned);
        }
        if let Some(name) = target {
            let needs =
                line.text.split_once(':').map_or("", |(_, rest)| rest.trim_start_matches(':')).split('#').next().unwrap_or("").trim();
            let (needs, inline) = needs.split_once(';').unwrap_or((needs, ""));
            let command = out.entry(name.to_owned()).or_insert_with(|| Command { runs: Vec::new(), line: line.index });
            command.runs.extend([needs, inline].into_iter().filter(|text| !text.trim().is_empty()).map(str::to_owned));
        }
    }
    out
}

/// `commands = pytest` below `[testenv]`, with what follows further in.
fn of_sections(side: &SideView<'_>) -> BTreeMap<String, Command> {
    let mut out: BTreeMap<String, Command> = BTreeMap::new();
    let (mut section, mut inside) = (String::new(), false);
    for line in side.lines() {
        let text = line.text.trim();
        if text.starts_with('[') {
            (section, inside) = (text.to_owned(), false);
        } else if let Some(first) = COMMANDS.group(line.text, 1) {
            inside = true;
            let command = out.entry(section.clone()).or_insert_with(|| Command { runs: Vec::new(), line: line.index });
            command.runs.extend(Some(first.trim().to_owned()).filter(|text| !text.is_empty()));
        } else if inside && line.text.starts_with([' ', '\t']) {
            if let Some(command) = out.get_mut(&section) {
                command.runs.extend(Some(text.to_owned()).filter(|text| !text.is_empty() && !text.starts_with('#')));
            }
        } else if !text.is_empty() {
            inside = false;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_nothing() {
        let idle = |runs: &[&str]| Command { runs: runs.iter().map(|text| (*text).to_owned()).collect(), line: 0 }.is_idle();
        for runs in
            [&["echo ok"][..], &["@true"], &["echo ok && exit 0"], &[], &["@echo a", "@echo b"], &["node -e \"\""], &["pytest --version"]]
        {
            assert!(idle(runs), "{runs:?}");
        }
        for runs in [&["jest"][..], &["echo a", "pytest"], &["echo \"no tests yet\""], &["lint unit"], &["echo `make t`"], &["exit 1"]] {
            assert!(!idle(runs), "{runs:?}");
        }
    }
}
