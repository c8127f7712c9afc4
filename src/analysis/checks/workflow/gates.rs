//! The gates of automation as data: which steps and jobs may fail or never run, what a job waits for, who may start it.

use std::collections::BTreeMap;

use super::steps::{jobs, steps};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;

/// Words of commands that test, lint or scan.
pub(super) static A_CHECK: Pattern = Pattern::new(
    r"(?i)\b(tests?|pytest|tox|nox|jest|vitest|mocha|ava|cypress|playwright|lint|eslint|ruff|flake8|mypy|pyright|tsc|clippy|fmt\b.*--check|check|verify|audit|scan|semgrep|codeql|gitleaks|trivy|zizmor|bandit|snyk|grype|osv-scanner|cargo-deny|deny|govulncheck|gosec|golangci-lint|staticcheck|vet|coverage|codecov|rspec|phpunit|phpstan|checkstyle|spotbugs|sonar|ctest|go\s+test|cargo\s+test|mvn|gradlew?)\b",
);
/// Those that look for security.
pub(super) static SECURITY: Pattern = Pattern::new(
    r"(?i)\b(audit|semgrep|codeql|gitleaks|trufflehog|trivy|zizmor|bandit|snyk|grype|osv-scanner|cargo-deny|govulncheck|gosec|scorecard|sonar\w*|veracode\w*|checkmarx\w*|fortify\w*|dependencycheck\w*|dependency-review|secret|security|sast|verify-signature|cosign)\b",
);
/// Commands that run tests.
pub(super) static TESTS: Pattern = Pattern::new(
    r"(?i)\b(?:pytest|tox|nox|jest|vitest|mocha|rspec|phpunit|ctest|go\s+test|cargo\s+(?:nextest|test)|dotnet\s+test|mix\s+test|(?:npm|yarn|pnpm|bun|make|gradlew?|mvn|rake|just|task)\b[^\n&|;]*\b(?:test|check|verify))\b",
);
/// Words of jobs that give something to others.
pub(super) static DELIVERS: Pattern = Pattern::new(
    r"(?i)\b(npm|pnpm|yarn|cargo|poetry|twine|gem|mvn|gradle|dotnet\s+nuget|vsce|ovsx|uv|hatch|flit|helm)\b[^\n]*\b(publish|push|upload|deploy)\b|\bgh\s+release\s+(create|upload)\b|goreleaser|pypi-publish|action-gh-release|semantic-release|docker\s+push|kubectl\s+(apply|set|rollout)|helm\s+upgrade|terraform\s+apply|(^|[\s/_-])(deploy|release|publish)([\s/_.-]|$)",
);
static NEVER: Pattern = Pattern::new(r"(?i)^(\$\{\{\s*)?(false|0)(\s*\}\})?$");
static ALWAYS: Pattern = Pattern::new(r"(?i)\b(always\(\)|!\s*cancelled\(\)|failure\(\)\s*\|\|)");
static LIMITED: Pattern = Pattern::new(
    r"(?i)head\.repo\.(full_name|fork|owner)|author_association|(user|sender|actor)(\.login)?\s*==|github\.actor\s*==|contains\(\s*fromjson|permission\s*==|github\.repository_owner\s*==",
);

/// Whether the condition lets only some people's runs through.
pub(super) fn is_limited(condition: &str) -> bool {
    LIMITED.is_match(condition)
}

/// A step or job as a gate.
pub(super) struct Soft {
    /// It may fail and nothing stops.
    pub(super) may_fail: bool,
    /// It never runs.
    pub(super) never: bool,
    /// It runs where somebody starts it by hand.
    pub(super) by_hand: bool,
    /// The condition it runs under; empty for none.
    pub(super) condition: String,
    /// Its name and what it runs.
    pub(super) text: String,
    /// Its line, from 0.
    pub(super) line: usize,
}

/// All steps and jobs of `tree` by what they run.
pub(super) fn soft(tree: &Node) -> BTreeMap<String, Soft> {
    let mut all = of_github(tree);
    all.extend(of_gitlab(tree));
    all.extend(of_azure(tree));
    all
}

fn of_github(tree: &Node) -> BTreeMap<String, Soft> {
    let read = |node: &Node, text: String| Soft {
        may_fail: node.get("continue-on-error").is_some_and(|node| node.scalar() == "true"),
        never: node.get("if").is_some_and(|node| NEVER.is_match(node.scalar().trim()))
            || node.at(&["run", "when"]).is_some_and(|when| when.scalar() == "on_fail"),
        by_hand: false,
        condition: node.get("if").map(Node::scalar).unwrap_or_default(),
        text,
        line: node.line,
    };
    let of_jobs = jobs(tree).map(|(name, job)| (format!("job {name}"), read(job, name.clone())));
    // CircleCI may write what a step runs as `run: {command: …}`.
    let said = |node: &Node| node.get("command").unwrap_or(node).scalar();
    let of_steps = steps(tree).into_iter().map(|step| {
        let text = ["name", "uses", "run"].into_iter().filter_map(|key| step.node.get(key)).map(said).collect::<Vec<_>>().join(" ");
        let own = ["run", "uses"].into_iter().find_map(|key| step.node.get(key)).map(said).unwrap_or_default();
        (own.split('@').next().unwrap_or("").to_owned(), read(step.node, text))
    });
    of_jobs.chain(of_steps).collect()
}

/// Jobs of GitLab stand at the root and have a `script`; what it includes runs too.
fn of_gitlab(tree: &Node) -> impl Iterator<Item = (String, Soft)> {
    let included = tree.get("include").map_or(&[][..], Node::items).iter().flat_map(Node::leaves).map(|leaf| {
        let (text, line) = (leaf.text, leaf.line);
        let soft = Soft { may_fail: false, never: false, by_hand: false, condition: String::new(), text: text.clone(), line };
        (format!("include {text}"), soft)
    });
    let jobs = tree.entries().iter().filter(|(_, job)| job.get("script").is_some() || job.get("extends").is_some());
    let jobs = jobs.map(|(name, job)| {
        let runs = job.get("script").map(Node::texts).unwrap_or_default().join(" ");
        let never = |node: &Node| node.get("when").is_some_and(|when| matches!(when.scalar().as_str(), "never"));
        let soft = Soft {
            may_fail: job.get("allow_failure").is_some_and(|node| node.scalar() == "true"),
            never: never(job) || job.get("rules").is_some_and(|rules| rules.items().len() == 1 && rules.items().iter().all(never)),
            by_hand: job.get("when").is_some_and(|when| when.scalar() == "manual"),
            condition: String::new(),
            text: format!("{name} {runs}"),
            line: job.key,
        };
        (format!("script {name}"), soft)
    });
    included.chain(jobs)
}

/// Steps of Azure stand in any depth below `stages` and `jobs`.
fn of_azure(tree: &Node) -> Vec<(String, Soft)> {
    let mut out = Vec::new();
    let mut open: Vec<&Node> = vec![tree];
    while let Some(node) = open.pop() {
        for key in ["stages", "jobs"] {
            open.extend(node.get(key).map_or(&[][..], Node::items));
        }
        for step in node.get("steps").map_or(&[][..], Node::items) {
            let Some((kind, runs)) =
                ["script", "bash", "pwsh", "powershell", "task"].into_iter().find_map(|key| Some((key, step.get(key)?)))
            else {
                continue;
            };
            let name = step.get("displayName").map(Node::scalar).unwrap_or_default();
            let soft = Soft {
                may_fail: step.get("continueOnError").is_some_and(|node| node.scalar() == "true"),
                never: step.get("condition").is_some_and(|node| NEVER.is_match(node.scalar().trim())),
                by_hand: false,
                condition: String::new(),
                text: format!("{name} {}", runs.scalar()),
                line: step.line,
            };
            out.push((format!("{kind} {}", runs.scalar()), soft));
        }
    }
    out
}

/// What stands between a job that delivers and the world.
pub(super) struct Guarded<'n> {
    /// The job's name.
    pub(super) name: &'n str,
    /// The jobs it waits for.
    pub(super) needs: Vec<String>,
    /// The environment whose rules it obeys; empty for none.
    pub(super) environment: String,
    /// It runs although what it waits for failed.
    pub(super) always: bool,
    /// Whether it gives something to others.
    pub(super) delivers: bool,
    /// Its line, from 0.
    pub(super) line: usize,
}

/// The jobs of a workflow with what guards them.
pub(super) fn guarded(tree: &Node) -> Vec<Guarded<'_>> {
    let read = |(name, job): &'_ (String, Node)| -> (Vec<String>, String, bool, bool, usize) {
        let environment = job.get("environment").map(|node| node.get("name").unwrap_or(node).scalar()).unwrap_or_default();
        let runs = job.leaves().into_iter().map(|leaf| leaf.text).collect::<Vec<_>>().join("\n");
        let needs = job.get("needs").map(Node::texts).unwrap_or_default();
        let always = job.get("if").is_some_and(|node| ALWAYS.is_match(&node.scalar()));
        (needs, environment, always, DELIVERS.is_match(name) || DELIVERS.is_match(&runs), job.key)
    };
    jobs(tree)
        .map(|entry| {
            let (needs, environment, always, delivers, line) = read(entry);
            Guarded { name: &entry.0, needs, environment, always, delivers, line }
        })
        .collect()
}
