//! `gate-weakened`: a check of automation or build that runs on and no longer stops anything.

use std::collections::BTreeMap;

use super::steps::{jobs, line_with, steps, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static CHECKS: &str = "what looks like a check";
/// Words of commands that test, lint or scan.
static A_CHECK: Pattern = Pattern::new(
    r"(?i)\b(tests?|pytest|tox|nox|jest|vitest|mocha|ava|cypress|playwright|lint|eslint|ruff|flake8|mypy|pyright|tsc|clippy|fmt\b.*--check|check|verify|audit|scan|semgrep|codeql|gitleaks|trivy|zizmor|bandit|snyk|grype|osv-scanner|cargo-deny|deny|govulncheck|gosec|golangci-lint|staticcheck|vet|coverage|codecov|rspec|phpunit|phpstan|checkstyle|spotbugs|sonar|ctest|go\s+test|cargo\s+test|mvn|gradlew?)\b",
);
static SECURITY: Pattern = Pattern::new(
    r"(?i)\b(audit|semgrep|codeql|gitleaks|trufflehog|trivy|zizmor|bandit|snyk|grype|osv-scanner|cargo-deny|govulncheck|gosec|scorecard|dependency-review|secret|security|sast|verify-signature|cosign)\b",
);
static SWALLOWED: Pattern = Pattern::new(r"\|\|\s*(true|:|exit\s+0|/bin/true|echo\b)|;\s*(true|exit\s+0)\s*$");
static NEVER: Pattern = Pattern::new(r"(?i)^(\$\{\{\s*)?(false|0)(\s*\}\})?$");
static LENIENT: Pattern = Pattern::new(
    r"(?i)<(testFailureIgnore|maven\.test\.failure\.ignore|skipTests|maven\.test\.skip|skipITs)>\s*true|\bignoreFailures\s*=?\s*true\b|\bisIgnoreFailures\s*=\s*true|<failOnViolation>\s*false|<failsOnError>\s*false|--passWithNoTests\b|passWithNoTests\W+true|\s-DskipTests\b(?:=true)?|-Dmaven\.test\.(skip|failure\.ignore)(=true)?\b|--exit-zero\b|--no-fail-on|bail\W+false\b.*test|-p\s+no:\w+|--continue-on-collection-errors|abortOnError\W+false|allow_failure:\s*true|failFast\W+never",
);
static THRESHOLD: Pattern = Pattern::new(
    r#"(?i)(fail[_-]under|cov-fail-under|min(?:imum)?[_-]?coverage|coverage[_-]?threshold|\bbranches|\bfunctions|\blines|\bstatements|\btarget|\bthreshold|<minimum>)["'\s:=>]*(\d+(?:\.\d+)?)"#,
);
static THRESHOLD_FILE: Pattern = Pattern::new(
    r"(?i)(jest|vitest|karma|nyc|c8|codecov|coverage|tox\.ini|setup\.cfg|pyproject\.toml|pom\.xml|build\.gradle|package\.json|\.github/workflows|phpunit|simplecov|sonar|makefile|noxfile)",
);

/// See `rules/code/gate-weakened.toml`.
pub struct GateWeakened;

impl Check for GateWeakened {
    fn rule(&self) -> RuleId {
        RuleId("gate-weakened")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let build = matches!(file.role, Role::Workflow | Role::Manifest | Role::Config) || matches!(file.language, Language::Makefile);
        let shell = matches!(file.language, Language::Shell);
        if !(build || shell || THRESHOLD_FILE.is_match(&file.path)) || file.role.is_mechanical() {
            return;
        }
        by_lines(file, sink);
        by_tree(file, sink);
        if THRESHOLD_FILE.is_match(&file.path) {
            thresholds(file, sink);
        }
    }
}

/// A failing check is swallowed, or told not to fail. A new file has no gate that could be weaker than before.
fn by_lines(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(side), Some(_)) = (file.new_side(), file.old()) else { return };
    let before: Vec<String> = file.removed().map(|line| line.text.trim().to_owned()).collect();
    let was_lenient = |pattern: &Pattern| before.iter().filter(|line| pattern.is_match(line)).count();
    let (mut swallowed, mut lenient) = (was_lenient(&SWALLOWED), was_lenient(&LENIENT));
    for line in file.added() {
        let text = line.text.trim();
        if text.starts_with(['#', ';']) || text.starts_with("//") || text.starts_with("<!--") {
            continue;
        }
        let (title, budget) = if SWALLOWED.is_match(text) && A_CHECK.is_match(text.split("||").next().unwrap_or(text)) {
            ("This check may fail and nobody is told", &mut swallowed)
        } else if LENIENT.is_match(text) {
            ("Failing checks would no longer fail the build", &mut lenient)
        } else {
            continue;
        };
        // As many as were removed are moved lines.
        if *budget > 0 {
            *budget -= 1;
            continue;
        }
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity(text)));
    }
}

fn severity(text: &str) -> Severity {
    if SECURITY.is_match(text) { Severity::High } else { Severity::Medium }
}

/// Steps and jobs that may fail or never run, and did not before.
fn by_tree(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some((Some(old), new, side)) = trees(file) else { return };
    let before = soft(old);
    gone(file, &before, new, sink);
    for (name, soft) in soft(new) {
        // Only what was there before and was strict can be weakened.
        let Some(known) = before.get(&name) else { continue };
        let (title, key) = match () {
            () if soft.may_fail && !known.may_fail => ("may now fail without stopping anything", "continue-on-error"),
            () if soft.never && !known.never => ("would never run again", "if:"),
            () => continue,
        };
        let line = line_with(side, soft.line, key);
        let what = if soft.text.is_empty() { CHECKS } else { &soft.text };
        let shown: String = what.lines().next().unwrap_or("").chars().take(60).collect();
        sink.report(Draft::line(file, side, line).title(format!("`{shown}` {title}")).severity(severity(&soft.text)));
    }
}

/// A check for security that ran before and is nowhere now.
fn gone(file: &FileView<'_>, before: &BTreeMap<String, Soft>, new: &Node, sink: &mut Sink<'_>) {
    let now = soft(new);
    if now.values().any(|soft| SECURITY.is_match(&soft.text)) {
        return;
    }
    let lost = before.iter().find(|(name, soft)| !name.starts_with("job ") && SECURITY.is_match(&soft.text));
    if let (Some((_, lost)), Some(old)) = (lost, file.old()) {
        let shown: String = lost.text.lines().next().unwrap_or("").chars().take(60).collect();
        let draft = Draft::line(file, old, line_with(old, lost.line, shown.split(' ').next().unwrap_or("")));
        sink.report(draft.title(format!("`{shown}` no longer runs")).severity(Severity::Medium));
    }
}

struct Soft {
    may_fail: bool,
    never: bool,
    text: String,
    line: usize,
}

fn soft(tree: &Node) -> BTreeMap<String, Soft> {
    let read = |node: &Node, text: String| Soft {
        may_fail: node.get("continue-on-error").is_some_and(|node| node.scalar() == "true"),
        never: node.get("if").is_some_and(|node| NEVER.is_match(node.scalar().trim())),
        text,
        line: node.line,
    };
    let of_jobs = jobs(tree).map(|(name, job)| (format!("job {name}"), read(job, name.clone())));
    let of_steps = steps(tree).into_iter().map(|step| {
        let text = ["name", "uses", "run"].into_iter().filter_map(|key| step.node.get(key)).map(Node::scalar).collect::<Vec<_>>().join(" ");
        let own = ["run", "uses"].into_iter().find_map(|key| step.node.get(key)).map(Node::scalar).unwrap_or_default();
        (own.split('@').next().unwrap_or("").to_owned(), read(step.node, text))
    });
    of_jobs.chain(of_steps).collect()
}

/// A number that a check demands becomes smaller.
fn thresholds(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let number = |text: &str| Some((THRESHOLD.group(text, 1)?.to_lowercase(), THRESHOLD.group(text, 2)?.parse::<f64>().ok()?));
    let mut before: Vec<(String, f64)> = file.removed().filter_map(|line| number(line.text)).collect();
    for line in file.added() {
        let Some((name, value)) = number(line.text) else { continue };
        let Some(position) = before.iter().position(|(known, _)| *known == name) else { continue };
        let (_, demanded) = before.remove(position);
        if value < demanded {
            let title = format!("A check demands {value} where it demanded {demanded} (`{}`)", name.trim_matches(['<', '>']));
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
        }
    }
}
