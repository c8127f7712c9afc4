//! Facts that findings show: automation, what runs by itself, guards, tests, ways out and in.

use super::mention::Mentioned;
use crate::analysis::story::facts::MOST_PLACES;
use crate::model::finding::{Finding, Where};
use crate::model::rule::{FindingClass, Severity};
use crate::model::story::Undisclosed;

/// A kind of fact: which findings show it, how it is put, and words that would speak of it.
struct Kind {
    shows: fn(&Finding) -> bool,
    fact: &'static str,
    words: &'static [&'static str],
}

/// What is said of settings by which agents and editors work.
pub(super) const CONFIGURATION: &str = "agent or editor configuration runs something or is allowed more";

/// What is said of lost assertions, skipped tests and the like.
const TESTS: &str = "tests check less than before";

/// Words of a message that says that something goes: tests of it go with it. Which ones, the findings say.
const GOES: [&str; 8] = ["remove", "removing", "delete", "deleting", "drop", "revert", "deprecat", "replace"];

/// Words that speak of agents and editors.
pub(super) const AGENTS: [&str; 24] = [
    "claude",
    "cursor",
    "copilot",
    "codex",
    "gemini",
    "mcp",
    "agent",
    "agents",
    "vscode",
    "vs",
    "editor",
    "hook",
    "hooks",
    "devcontainer",
    "kiro",
    "amazonq",
    "windsurf",
    "tasks",
    "zed",
    "opencode",
    "ide",
    "jetbrains",
    "idea",
    "aider",
];

const KINDS: [Kind; 9] = [
    Kind {
        shows: |finding| finding.rule.0 == "workflow-trigger-escalated" || finding.rule.0 == "workflow-untrusted-checkout",
        fact: "a workflow starts on other events or takes code from outside",
        words: &[
            "trigger",
            "pull_request_target",
            "workflow_run",
            "issue_comment",
            "event",
            "checkout",
            "fork",
            "forks",
            "events",
            "triggers",
        ],
    },
    Kind {
        shows: |finding| finding.rule.0 == "workflow-permission-widened" || finding.rule.0 == "workflow-secret-exposed",
        fact: "a workflow gets more rights or secrets",
        words: &["permission", "permissions", "token", "write", "secret", "secrets", "oidc", "access"],
    },
    Kind {
        shows: |finding| finding.rule.0.starts_with("workflow-") || finding.rule.0 == "auto-merge-added",
        fact: "a workflow runs something else",
        words: &["workflow", "workflows", "ci", "action", "actions", "pipeline", "github", "release", "deploy", "merge"],
    },
    Kind {
        shows: |finding| ["agent-", "editor-", "container-"].iter().any(|start| finding.rule.0.starts_with(start)),
        fact: CONFIGURATION,
        words: &AGENTS,
    },
    Kind {
        shows: |finding| {
            ["install-hook", "build-executes", "git-hook-added", "dependency-installs-code", "runs-on-load"].contains(&finding.rule.0)
                || finding.rule.0.contains("build-script")
        },
        fact: "code runs when the project is installed or built",
        words: &[
            "postinstall",
            "preinstall",
            "install",
            "prepare",
            "hook",
            "script",
            "scripts",
            "build.rs",
            "setup.py",
            "husky",
            "build",
            "cmake",
            "gyp",
            "load",
            "import",
            "native",
        ],
    },
    Kind {
        shows: |finding| {
            ["guard-removed", "guard-fails-open", "condition-weakened", "gate-weakened", "sanitiser-removed", "protected-path-opened"]
                .contains(&finding.rule.0)
                || finding.rule.0.ends_with("-guard-removed")
        },
        fact: "a check that guarded something is gone or weaker",
        words: &[
            "guard",
            "guards",
            "check",
            "checks",
            "auth",
            "authentication",
            "permission",
            "validation",
            "csrf",
            "bypass",
            "gate",
            "verify",
            "verification",
            "coverage",
            "lint",
            "ignore",
            "skip",
            "sanitize",
            "escape",
            "condition",
            "public",
            "login",
        ],
    },
    Kind {
        shows: |finding| {
            finding.rule.0.contains("assert") || (finding.rule.0.starts_with("test") && finding.class == FindingClass::Integrity)
        },
        fact: TESTS,
        words: &[
            "test",
            "tests",
            "testing",
            "assert",
            "assertion",
            "assertions",
            "spec",
            "specs",
            "flaky",
            "skip",
            "coverage",
            "snapshot",
            "snapshots",
        ],
    },
    Kind {
        shows: |finding| finding.class == FindingClass::Exfiltration && finding.severity >= Severity::High,
        fact: "data leaves for another host",
        words: &["telemetry", "analytics", "webhook", "upload", "uploads", "exfiltrate", "environment", "collect", "collects"],
    },
    Kind {
        shows: |finding| finding.class == FindingClass::Backdoor && finding.severity == Severity::Critical,
        fact: "a way past authentication is opened",
        words: &["bypass", "backdoor", "superuser", "impersonate", "impersonation"],
    },
];

/// Of each kind the findings that no word speaks of; their weight is that of the gravest.
pub(super) fn facts(mentioned: &Mentioned, findings: &[Finding]) -> Vec<Undisclosed> {
    let mut out = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for kind in &KINDS {
        let shown = findings.iter().filter(|finding| weighs(finding) && (kind.shows)(finding));
        let shown: Vec<&Finding> = shown.filter(|finding| !told.contains(&finding.id.0.as_str())).collect();
        told.extend(shown.iter().map(|finding| finding.id.0.as_str()));
        let unsaid = !mentioned.any(kind.words) && !shown.iter().any(|finding| names_file(mentioned, finding));
        if let Some(severity) = shown.iter().map(|finding| finding.severity).max().filter(|_| unsaid) {
            let explained = kind.fact == TESTS && mentioned.begins(&GOES) && severity <= Severity::Medium;
            let severity = if explained { severity.min(Severity::Low) } else { severity };
            let places = shown.iter().take(MOST_PLACES).map(|finding| finding.at.to_string()).collect();
            out.push(Undisclosed { fact: kind.fact.to_owned(), severity, places });
        }
    }
    out
}

/// Whether a finding is a fact worth a sentence; three lost assertions are, whatever they weigh.
fn weighs(finding: &Finding) -> bool {
    finding.severity >= if finding.rule.0 == "assertions-lost" { Severity::Low } else { Severity::Medium }
}

fn names_file(mentioned: &Mentioned, finding: &Finding) -> bool {
    let path = match &finding.at {
        Where::Line { place, .. } => Some(&place.path),
        at => at.path(),
    };
    path.is_some_and(|path| mentioned.has(&path.text().to_lowercase()) || mentioned.has(&path.name().to_lowercase()))
}
