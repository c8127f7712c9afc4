//! Weighty facts of a change that no word of its message speaks of.
//!
//! The facts are exact; that they are unsaid is a hint. Words are looked for anywhere in the message but its trailers.

use std::collections::BTreeSet;

use super::facts::{Facts, MOST_PLACES};
use super::message::parts;
use super::prose::without_trailers;
use crate::analysis::pattern::Pattern;
use crate::model::dependency::{DependencyMove, PackageSource};
use crate::model::finding::{Finding, Where};
use crate::model::path::RepoPath;
use crate::model::rule::{FindingClass, Severity};
use crate::model::story::Undisclosed;

/// A kind of fact: which findings show it, how it is put, and words that would speak of it.
struct Kind {
    shows: fn(&Finding) -> bool,
    fact: &'static str,
    words: &'static [&'static str],
}

const KINDS: [Kind; 9] = [
    Kind {
        shows: |finding| finding.rule.0 == "workflow-trigger-escalated" || finding.rule.0 == "workflow-untrusted-checkout",
        fact: "a workflow starts on other events or takes code from outside",
        words: &["trigger", "pull_request_target", "workflow_run", "issue_comment", "event", "checkout", "fork"],
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
        fact: "agent or editor configuration runs something or is allowed more",
        words: &[
            "claude",
            "cursor",
            "copilot",
            "codex",
            "gemini",
            "mcp",
            "agent",
            "agents",
            "vscode",
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
        ],
    },
    Kind {
        shows: |finding| finding.rule.0.contains("install") || finding.rule.0.contains("build-script"),
        fact: "code runs when the project is installed or built",
        words: &["postinstall", "preinstall", "install", "prepare", "hook", "script", "scripts", "build.rs", "setup.py", "husky"],
    },
    Kind {
        shows: |finding| finding.rule.0.contains("guard") || finding.rule.0.contains("fail-open") || finding.rule.0 == "gate-weakened",
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
        ],
    },
    Kind {
        shows: |finding| {
            finding.rule.0.contains("assert") || (finding.rule.0.starts_with("test") && finding.class == FindingClass::Integrity)
        },
        fact: "tests check less than before",
        words: &["test", "tests", "testing", "assert", "assertion", "assertions", "spec", "specs", "flaky", "skip", "coverage"],
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

static WORD: Pattern = Pattern::new(r"[A-Za-z0-9_][\w.@/-]*");

/// What the message does not mention.
#[must_use]
pub fn facts(facts: &Facts<'_>, findings: &[Finding]) -> Vec<Undisclosed> {
    let message: String = parts(facts.change).iter().map(|part| without_trailers(part.text).to_lowercase() + "\n").collect();
    let words: BTreeSet<&str> = WORD
        .find_all(&message)
        .filter_map(|range| message.get(range))
        .flat_map(|word| std::iter::once(word).chain(word.split(|c: char| !c.is_alphanumeric() && c != '_')))
        .map(|word| word.trim_end_matches(['.', ',']))
        .collect();
    let mut out: Vec<Undisclosed> = Vec::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for kind in &KINDS {
        let shown = findings.iter().filter(|finding| finding.severity >= Severity::Medium && (kind.shows)(finding));
        let shown: Vec<&Finding> = shown.filter(|finding| !told.contains(finding.id.0.as_str())).collect();
        told.extend(shown.iter().map(|finding| finding.id.0.as_str()));
        let unsaid = !kind.words.iter().any(|word| words.contains(word)) && !shown.iter().any(|finding| names_file(&words, finding));
        if !shown.is_empty() && unsaid {
            out.push(Undisclosed {
                fact: kind.fact.to_owned(),
                places: shown.iter().take(MOST_PLACES).map(|finding| finding.at.to_string()).collect(),
            });
        }
    }
    out.extend(new_dependencies(facts, &words));
    out
}

fn names_file(words: &BTreeSet<&str>, finding: &Finding) -> bool {
    let place = match &finding.at {
        Where::Line { place, .. } => Some(&place.path),
        at => at.path(),
    };
    place.is_some_and(|path| {
        let (path, name) = (path.text().to_lowercase(), path.name().to_lowercase());
        words.contains(path.as_str()) || words.contains(name.as_str())
    })
}

/// New direct dependencies no word names, from manifests that were there before.
fn new_dependencies(facts: &Facts<'_>, words: &BTreeSet<&str>) -> Option<Undisclosed> {
    let generic = ["dependency", "dependencies", "deps", "requirements", "packages", "lockfile"].iter().any(|word| words.contains(word));
    let rows = facts.dependencies().filter(|(row, manifest)| *manifest && row.change == DependencyMove::Added);
    let changed: BTreeSet<&RepoPath> =
        facts.files().iter().filter(|file| file.old_path.is_some()).filter_map(|file| file.new_path.as_ref()).collect();
    let rows = rows.filter(|(row, _)| changed.contains(&row.manifest));
    let unsaid: Vec<(String, String)> = rows
        .filter_map(|(row, _)| Some((row, row.after.as_ref()?)))
        .filter(|(_, new)| {
            new.direct && !matches!(new.source, PackageSource::Path(_)) && new.version != "workspace" && !is_named(words, &new.name)
        })
        .map(|(row, new)| (new.name.clone(), format!("{}:{}", row.manifest.text(), new.line)))
        .collect();
    if unsaid.is_empty() || generic {
        return None;
    }
    let names =
        unsaid.iter().take(MOST_PLACES).map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
    let fact = if unsaid.len() == 1 { format!("a new dependency: {names}") } else { format!("{} new dependencies: {names}", unsaid.len()) };
    Some(Undisclosed { fact, places: unsaid.into_iter().take(MOST_PLACES).map(|(_, place)| place).collect() })
}

/// Whether the name, or a telling part of it, is a word of the message.
fn is_named(words: &BTreeSet<&str>, name: &str) -> bool {
    let name = name.to_lowercase();
    let parts = name.split(['/', '@']).filter(|part| part.len() >= 3);
    let pieces = name.split(['/', '@', '-', '_', '.']).filter(|piece| piece.len() >= 4);
    words.contains(name.as_str()) || words.contains(name.replace('_', "-").as_str()) || parts.chain(pieces).any(|part| words.contains(part))
}
