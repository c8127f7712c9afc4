//! `gate-weakened`: a check of automation or build that runs on and no longer stops anything.

use std::collections::BTreeMap;

use super::circle::let_go;
use super::delivered_freely::delivered_freely;
use super::gates::{A_CHECK, DELIVERS, Guarded, SECURITY, Soft, TESTS, guarded, soft};
use super::hooks::hooks_loosened;
use super::jenkins;
use super::raised_bar::{less_scanned, raised_bar};
use super::started_less::started_less;
use super::steps::line_with;
use super::unheard::unheard;
use super::updates_stopped::updates_stopped;
use super::workflow_gone::workflows_gone;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
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
        if let Some((title, severity, side, line)) = hooks_loosened(file) {
            file.side(side)
                .into_iter()
                .for_each(|side| sink.report(Draft::line(file, side, line).title(title.as_str()).severity(severity)));
        }
        let build = matches!(file.role, Role::Workflow | Role::Manifest | Role::Config) || matches!(file.language, Language::Makefile);
        let shell = matches!(file.language, Language::Shell);
        if !(build || shell || CHECKED_BY.is_match(&file.path)) || file.role.is_mechanical() {
            return;
        }
        // What a tree says of a job names the job; a line alone does not, and the first to speak of a place is heard.
        by_tree(file, sink);
        by_lines(file, sink);
        no_longer_asked(file, sink);
        if let Some((what, line)) = updates_stopped(file) {
            let title = format!("Updates of {what} would no longer be proposed");
            file.new_side()
                .into_iter()
                .for_each(|side| sink.report(Draft::line(file, side, line).title(title.as_str()).severity(Severity::Medium)));
        }
        if file.role == Role::Workflow {
            by_shell(file, sink);
        }
    }

    /// What a deleted workflow checked may run in another one, so that is asked over the whole change.
    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for gone in workflows_gone(view.change) {
            let (title, severity) = match (gone.tool.as_str(), gone.security) {
                ("", _) => ("This workflow moves to where nothing starts it".to_owned(), Severity::Medium),
                (tool, true) => (format!("The workflow that ran `{tool}` is gone"), Severity::Medium),
                (tool, false) => (format!("The workflow that ran `{tool}` is gone"), Severity::Low),
            };
            sink.report(Draft::numbered(gone.path, Side::Old, gone.number, gone.line.trim()).title(title).severity(severity));
        }
    }
}

/// What the shell of a step, or a pipeline of Jenkins, no longer makes of a check that failed.
fn by_shell(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(new)) = (file.old(), file.new_side()) else { return };
    if let Some((title, line)) = unheard(file) {
        sink.report(Draft::line(file, new, line).title(title).severity(Severity::Medium));
    }
    if let Some((line, least)) = raised_bar(file) {
        let title = format!("Only findings of `{least}` would stop this now");
        sink.report(Draft::line(file, new, line).title(title).severity(Severity::Medium));
    }
    if file.name().to_lowercase().contains("jenkinsfile") {
        for found in jenkins::unasked(file, old, new) {
            let side = if found.side == Side::Old { old } else { new };
            sink.report(Draft::line(file, side, found.line).title(found.title).severity(found.severity));
        }
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
    for fewer in started_less(old, new, side) {
        sink.report(Draft::line(file, side, fewer.line).title(fewer.title).severity(fewer.severity));
    }
    if let (Some(was), Some((title, line))) = (file.old(), file.old().and_then(|was| less_scanned(old, new, was))) {
        sink.report(Draft::line(file, was, line).title(title).severity(Severity::Medium));
    }
    for (name, line) in delivered_freely(old, new, side) {
        let title = format!("`{name}` would deliver whatever started the run");
        sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
    }
    for (title, line) in let_go(old, new) {
        sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
    }
    unasked(file, (old, new), sink);
    for (name, soft) in soft(new) {
        // Only what was there before and was strict can be weakened.
        let Some(known) = before.get(&name) else { continue };
        let (title, key) = match () {
            () if soft.may_fail && !known.may_fail => ("may now fail without stopping anything", FAILS),
            () if soft.never && !known.never => ("would never run again", &["if:", "when:", "condition:"][..]),
            () if soft.by_hand && !known.by_hand && A_CHECK.is_match(&soft.text) => {
                ("would only run where somebody starts it", &["when:"][..])
            }
            () => continue,
        };
        let line = key.iter().map(|key| line_with(side, soft.line, key)).filter(|line| side.is_changed(*line)).min().unwrap_or(soft.line);
        let what = if soft.text.trim().is_empty() { CHECKS } else { soft.text.trim() };
        let shown: String = what.lines().next().unwrap_or("").chars().take(60).collect();
        sink.report(Draft::line(file, side, line).title(format!("`{shown}` {title}")).severity(severity(&soft.text)));
    }
}

const FAILS: &[&str] = &["continue-on-error", "allow_failure", "continueOnError"];

/// A check that ran before and is nowhere now: one for security, the tests where nothing new could run them, or the last of all.
fn gone(file: &FileView<'_>, before: &BTreeMap<String, Soft>, new: &Node, was_gate: bool, sink: &mut Sink<'_>) {
    let now = soft(new);
    let lost = |pattern: &Pattern| {
        let any = now.values().any(|soft| pattern.is_match(&soft.text));
        (!any).then(|| before.iter().find(|(name, soft)| !name.starts_with("job ") && pattern.is_match(&soft.text))).flatten()
    };
    let security = lost(&SECURITY);
    let tests = || lost(&TESTS).filter(|_| now.keys().all(|name| before.contains_key(name)));
    let tests = if security.is_some() { None } else { tests() };
    let found = security.or(tests).or_else(|| lost(&A_CHECK));
    if let (Some((_, gone)), Some(old)) = (found, file.old()) {
        let shown: String = gone.text.lines().next().unwrap_or("").chars().take(60).collect();
        let draft = Draft::line(file, old, line_with(old, gone.line, shown.split(' ').next().unwrap_or("")));
        let severity = match (security.is_some(), was_gate) {
            (true, true) => Severity::High,
            (true, false) | (false, true) => Severity::Medium,
            (false, false) if tests.is_some() => Severity::Medium,
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
    if known.environment.is_empty() || job.environment == known.environment || job.environment.contains("${{") {
        return None;
    }
    let severity = if job.environment.is_empty() { Severity::High } else { Severity::Medium };
    Some((format!("`{name}` leaves the environment `{}` and whoever has to agree there", known.environment), severity))
}
