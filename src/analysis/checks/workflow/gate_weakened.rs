//! `gate-weakened`: a check of automation or build that runs on and no longer stops anything.

use std::collections::BTreeMap;

use super::gates::{A_CHECK, DELIVERS, Guarded, SECURITY, Soft, guarded, soft};
use super::steps::{line_with, triggers};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static CHECKS: &str = "what looks like a check";
static SWALLOWED: Pattern = Pattern::new(r"\|\|\s*(true|:|exit\s+0|/bin/true|echo\b)|;\s*(true|exit\s+0)\s*$");
static LENIENT: Pattern = Pattern::new(
    r"(?i)<(testFailureIgnore|maven\.test\.failure\.ignore|skipTests|maven\.test\.skip|skipITs)>\s*true|\bignoreFailures\s*=?\s*true\b|\bisIgnoreFailures\s*=\s*true|<failOnViolation>\s*false|<failsOnError>\s*false|--passWithNoTests\b|passWithNoTests\W+true|\s-DskipTests\b(?:=true)?|-Dmaven\.test\.(skip|failure\.ignore)(=true)?\b|--exit-zero\b|--no-fail-on|bail\W+false\b.*test|--continue-on-collection-errors|abortOnError\W+false|allow_failure:\s*true|\b(?:gitleaks|trivy|grype|semgrep|bandit|checkov|tfsec|kics|hadolint|trufflehog|snyk|osv-scanner|govulncheck|gosec|brakeman|safety)\b[^\n|;&]*\s--?(?:exit-code[=\s]+0\b|soft-fail\b|no-fail\b)|failFast\W+never|\bwaitForQualityGate\b[^\n]*\babortPipeline\s*:\s*false\b|\b[fF]ailOnCVSS\W+(?:1[1-9]|[2-9]\d)\b",
);
/// Files that say how tests run.
static CHECKED_BY: Pattern = Pattern::new(
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
        if !(build || shell || CHECKED_BY.is_match(&file.path)) || file.role.is_mechanical() {
            return;
        }
        // What a tree says of a job names the job; a line alone does not, and the first to speak of a place is heard.
        by_tree(file, sink);
        by_lines(file, sink);
        no_longer_asked(file, sink);
    }
}

/// Somebody was asked before what follows ran, by Jenkins or CircleCI, and nobody is now.
fn no_longer_asked(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static ASKED: Pattern =
        Pattern::new(r"^\s*input\s*(?:\{|\(|[\x22\x27]|message\b|id\b)|^\s*(?:-\s+[\w-]+\s*:\s*\{[^}\n]*\b|-?\s*)type\s*:\s*approval\b");
    let told = file.role == Role::Workflow && (file.path.contains(".circleci") || file.name().to_lowercase().contains("jenkinsfile"));
    let (Some(old), Some(new)) = (file.old().filter(|_| told), file.new_side()) else { return };
    let asks = |side: &SideView<'_>| side.lines().filter(|line| line.text.len() < 400 && ASKED.is_match(line.text)).count();
    let named = |text: &str| ["deploy", "release", "publish"].iter().any(|word| text.to_lowercase().contains(word));
    let delivers = || new.lines().any(|line| line.text.len() < 400 && (DELIVERS.is_match(line.text) || named(line.text)));
    if asks(new) >= asks(old) || !delivers() {
        return;
    }
    if let Some(line) = old.changed_lines().find(|line| line.text.len() < 400 && ASKED.is_match(line.text)) {
        let title = "Nobody is asked any more before this delivers";
        sink.report(Draft::line(file, old, line.index).title(title).severity(Severity::High));
    }
}

/// Whether what may fail is a check, and no tidying up after one.
fn checks(line: &str) -> bool {
    static TIDIES: Pattern =
        Pattern::new(r"(?:^|[\s(;&|])(?:rm|rmdir|mkdir|cp|mv|kill|pkill|touch|find|ls|du|cat|echo|docker\s+(?:rm|stop|kill))\s[^;&|]*$");
    let may_fail = line.split("||").next().unwrap_or(line);
    A_CHECK.is_match(may_fail) && !TIDIES.is_match(may_fail)
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
        if made_up(file, text) && !before.iter().any(|was| WRITES_REPORT.is_match(was)) {
            let title = "Where this scan fails, a report is written by hand that it found nothing";
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High));
            continue;
        }
        let (title, budget) = if SWALLOWED.is_match(text) && checks(text) {
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

/// What a failing command is answered with: a text that goes into a report.
static WRITES_REPORT: Pattern = Pattern::new(
    r"(?i)\|\|\s*\(?\{?\s*(?:(?:echo|printf|cat|jq)\b[^\n]*?(?:>|\|\s*tee\s)|(?:cp|touch)\b[^\n]*?\s)\s*[\x22']?([\w./${}-]*(?:report|results?|findings|sarif|vulnerabilit\w*|audit|scan)[\w./${}-]*)",
);

/// Whether a line writes the report of a scan for security where the scan fails.
fn made_up(file: &FileView<'_>, text: &str) -> bool {
    static FINDS: Pattern = Pattern::new(
        r"(?i)sast|dast|secret|sarif|vulnerabilit|dependency[-_]scan|container[-_]scan|license[-_]scan|semgrep|trivy|grype|snyk|gitleaks|bandit|codeql|audit|analy[sz]er",
    );
    file.role == Role::Workflow && WRITES_REPORT.is_match(text) && FINDS.is_match(text)
}

/// A job that somebody had to start before it changed what runs in production starts by itself.
fn unasked(file: &FileView<'_>, (old, new): (&Node, &Node), sink: &mut Sink<'_>) {
    static PRODUCTION: Pattern = Pattern::new(r"(?i)\bprod(?:uction)?\b|\blive\b");
    static DELIVERED: Pattern = Pattern::new(r"(?i)^(?:release|deploy|publish)(?:\b|_|$)");
    let Some(side) = file.new_side() else { return };
    let whens = |job: &Node| -> Vec<String> {
        let rules = job.get("rules").map_or(&[][..], Node::items).iter().filter_map(|rule| rule.get("when"));
        job.get("when").into_iter().chain(rules).map(Node::scalar).collect()
    };
    let manual = |job: &Node| whens(job).iter().any(|when| when == "manual");
    for (name, job) in new.entries().iter().filter(|(_, job)| job.get("script").is_some()) {
        let Some(known) = old.get(name).filter(|known| manual(known)) else { continue };
        let environment = job.get("environment").map(|node| node.get("name").unwrap_or(node).scalar()).unwrap_or_default();
        if !manual(job)
            && (PRODUCTION.is_match(&environment) || environment.is_empty() && (PRODUCTION.is_match(name) || DELIVERED.is_match(name)))
            && known.get("script").is_some()
        {
            let line = line_with(side, job.line, "when:");
            let line = if side.is_changed(line) { line } else { job.line };
            let title = format!("`{name}` reaches production without anybody starting it");
            sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
        }
    }
}

fn severity(text: &str) -> Severity {
    /// A proof that something is what it should be, and a limit that nothing reaches.
    static PROVES: Pattern = Pattern::new(
        r"\b(?:sha(?:1|224|256|384|512)sum|shasum|b2sum|md5sum)\b[^|;&]*\s(?:-c|--check)\b|\b(?:cosign|minisign|signify|slsa-verifier|gpgv|sigstore|notation|codesign)\b[^|;&]*(?:verify|-V\b)|\bgpg2?\b[^|;&]*--verify|\b[fF]ailOnCVSS\b",
    );
    if SECURITY.is_match(text) || PROVES.is_match(text) { Severity::High } else { Severity::Medium }
}

/// Steps and jobs that may fail or never run, and did not before.
fn by_tree(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(side), Some(before)) = (file.new_side(), file.old()) else { return };
    if file.role != Role::Workflow || file.language != Language::Yaml {
        return;
    }
    let (Ok(new), Ok(old)) = (side.document(), before.document()) else { return };
    let before = soft(old);
    let lost_waits = unguarded(file, (old, new), sink);
    gone(file, &before, new, lost_waits, sink);
    silenced(file, (old, new), sink);
    unasked(file, (old, new), sink);
    for (name, soft) in soft(new) {
        // Only what was there before and was strict can be weakened.
        let Some(known) = before.get(&name) else { continue };
        let (title, key) = match () {
            () if soft.may_fail && !known.may_fail => ("may now fail without stopping anything", FAILS),
            () if soft.never && !known.never => ("would never run again", &["if:", "when:", "condition:"][..]),
            () => continue,
        };
        let line = key.iter().map(|key| line_with(side, soft.line, key)).filter(|line| side.is_changed(*line)).min().unwrap_or(soft.line);
        let what = if soft.text.trim().is_empty() { CHECKS } else { soft.text.trim() };
        let shown: String = what.lines().next().unwrap_or("").chars().take(60).collect();
        sink.report(Draft::line(file, side, line).title(format!("`{shown}` {title}")).severity(severity(&soft.text)));
    }
}

const FAILS: &[&str] = &["continue-on-error", "allow_failure", "continueOnError"];

/// A check that ran before and is nowhere now: one for security, or the last of all.
fn gone(file: &FileView<'_>, before: &BTreeMap<String, Soft>, new: &Node, was_gate: bool, sink: &mut Sink<'_>) {
    let now = soft(new);
    let lost = |pattern: &Pattern| {
        let any = now.values().any(|soft| pattern.is_match(&soft.text));
        (!any).then(|| before.iter().find(|(name, soft)| !name.starts_with("job ") && pattern.is_match(&soft.text))).flatten()
    };
    let security = lost(&SECURITY);
    let found = security.or_else(|| lost(&A_CHECK));
    if let (Some((_, gone)), Some(old)) = (found, file.old()) {
        let shown: String = gone.text.lines().next().unwrap_or("").chars().take(60).collect();
        let draft = Draft::line(file, old, line_with(old, gone.line, shown.split(' ').next().unwrap_or("")));
        let severity = match (security.is_some(), was_gate) {
            (true, true) => Severity::High,
            (true, false) | (false, true) => Severity::Medium,
            (false, false) => Severity::Low,
        };
        sink.report(draft.title(format!("`{shown}` no longer runs")).severity(severity));
    }
}

/// Jobs that deliver and no longer wait for checks or for people. Says whether one stopped waiting for a check that is gone.
fn unguarded(file: &FileView<'_>, (old, new): (&Node, &Node), sink: &mut Sink<'_>) -> bool {
    let Some(side) = file.new_side() else { return false };
    let (before, after) = (guarded(old), guarded(new));
    let checks: Vec<&str> = before.iter().map(|job| job.name).filter(|name| A_CHECK.is_match(name) || SECURITY.is_match(name)).collect();
    let mut lost_check = false;
    for job in after.iter().filter(|job| job.delivers) {
        let Some(known) = before.iter().find(|known| known.name == job.name) else { continue };
        let lost = known.needs.iter().find(|name| checks.contains(&name.as_str()) && !job.needs.contains(name));
        lost_check |= lost.is_some_and(|name| !after.iter().any(|other| other.name == name));
        if let Some((title, severity)) = freed(known, job, lost.filter(|name| after.iter().any(|other| other.name == *name))) {
            sink.report(Draft::line(file, side, job.line).title(title).severity(severity));
        }
    }
    lost_check
}

fn freed(known: &Guarded<'_>, job: &Guarded<'_>, lost: Option<&String>) -> Option<(String, Severity)> {
    let name = job.name;
    if let Some(check) = lost {
        return Some((format!("`{name}` no longer waits for `{check}`"), Severity::High));
    }
    if job.always && !known.always && !job.needs.is_empty() {
        return Some((format!("`{name}` would run although what it waits for failed"), Severity::High));
    }
    let freed = !known.environment.is_empty() && job.environment.is_empty();
    freed.then(|| (format!("`{name}` leaves the environment `{}` and whoever has to agree there", known.environment), Severity::High))
}

/// A workflow of checks that proposals no longer start.
fn silenced(file: &FileView<'_>, (old, new): (&Node, &Node), sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let proposals = |tree: &Node| {
        triggers(tree).into_iter().any(|(name, _)| matches!(name.as_str(), "pull_request" | "pull_request_target" | "merge_group"))
    };
    let now = soft(new);
    let Some(check) =
        now.values().find(|soft| SECURITY.is_match(&soft.text)).or_else(|| now.values().find(|soft| A_CHECK.is_match(&soft.text)))
    else {
        return;
    };
    let all = |tree: &Node| {
        ["pull_request", "push"].into_iter().any(|trigger| {
            let ignored = tree.at(&["on", trigger, "paths-ignore"]).map(Node::texts).unwrap_or_default();
            let branches = tree.at(&["on", trigger, "branches-ignore"]).map(Node::texts).unwrap_or_default();
            ignored.iter().chain(&branches).any(|glob| matches!(glob.as_str(), "**" | "*" | "**/*"))
        })
    };
    let on = new.get("on").map_or(0, |on| on.key);
    let first = (0..side.len()).find(|index| *index >= on && side.is_changed(*index)).unwrap_or(on);
    let grave = SECURITY.is_match(&check.text);
    if all(new) && !all(old) {
        let draft = Draft::line(file, side, first).title("These checks would ignore every file or branch");
        sink.report(draft.severity(Severity::High));
    } else if proposals(old) && !proposals(new) && triggers(new).len() <= triggers(old).len() {
        let draft = Draft::line(file, side, first).title("Proposed changes would no longer start these checks");
        sink.report(draft.severity(if grave { Severity::Medium } else { Severity::Low }));
    }
}
