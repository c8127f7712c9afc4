//! Whether two findings at one place are about the same: by weakness, by kind of rule, or because both are about a secret.

use super::Foreign;
use crate::model::finding::{Finding, Where};
use crate::model::path::RepoPath;
use crate::model::rule::FindingClass;

/// Weaknesses that tools use for the same thing.
const FAMILIES: [&[u16]; 11] = [
    &[77, 78, 88],
    &[94, 95, 96, 1336],
    &[798, 321, 259, 522, 540, 547, 312, 256],
    &[285, 287, 288, 290, 302, 303, 305, 306, 639, 862, 863],
    &[295, 296, 297, 298, 347, 636],
    &[494, 829, 353, 345, 1357, 506, 912],
    &[250, 266, 269, 272, 275, 276, 732, 1188],
    &[200, 201, 359, 532],
    &[22, 23, 36, 59, 73],
    &[426, 427],
    &[115, 1007, 451, 1116],
];

/// Rules of this program, and parts of the names that other tools have for what they see.
const KINDS: [(&str, &[&str]); 14] = [
    ("workflow-expression-injection", &["template-injection", "run-shell-injection", "github-script-injection", "actions/code-injection"]),
    ("workflow-untrusted-checkout", &["pull-request-target-code-checkout", "untrusted-checkout", "dangerous-triggers"]),
    ("workflow-trigger-escalated", &["dangerous-triggers", "pull-request-target", "workflow-run-target"]),
    ("workflow-permission-widened", &["excessive-permissions", "undocumented-permissions", "workflow-permissions", "write-all"]),
    (
        "workflow-secret-exposed",
        &["secrets-inherit", "overprovisioned-secrets", "unredacted-secrets", "secrets-outside-env", "secret-exfiltration"],
    ),
    ("workflow-action-repointed", &["unpinned-uses", "impostor-commit", "ref-confusion", "known-vulnerable-actions", "unpinned-tag"]),
    ("workflow-remote-script", &["curl-eval", "curl-pipe", "remote-script"]),
    ("hidden-unicode", &["bidi", "trojan-source", "trojansource", "invisible-unicode", "obfuscation"]),
    ("shell-nonliteral", &["subprocess", "command-injection", "command-line-injection", "child-process", "shell-injection"]),
    ("dynamic-code", &["eval", "exec-use", "exec-detected", "code-injection"]),
    ("unsafe-deserialisation", &["deserialization", "deserialisation", "pickle", "yaml-load", "unsafe-yaml"]),
    ("container-host-access", &["privileged", "docker-socket", "host-network", "host-pid"]),
    ("dependency-look-alike", &["typosquat"]),
    ("install-hook", &["install-script", "postinstall"]),
];

/// Whether `finding` says what `foreign` says of `path` and `lines`.
pub(super) fn says(finding: &Finding, foreign: &Foreign, path: Option<&RepoPath>, lines: Option<(u32, u32)>) -> bool {
    let place = match (&finding.at, lines) {
        (Where::Line { place, end_line }, Some((first, last))) => Some(&place.path) == path && place.line <= last && first <= *end_line,
        (Where::File(file) | Where::Dependency { manifest: file, .. }, None) => Some(file) == path,
        _ => false,
    };
    place && subject(finding, foreign)
}

fn subject(finding: &Finding, foreign: &Foreign) -> bool {
    if finding.class == FindingClass::Secret || foreign.class == FindingClass::Secret {
        return finding.class == foreign.class;
    }
    let rule = finding.rule.0;
    let named = foreign.rule.to_ascii_lowercase();
    let kind = KINDS.iter().find(|(own, _)| *own == rule).is_some_and(|(_, parts)| parts.iter().any(|part| named.contains(part)));
    kind || rule == foreign.name()
        || weaknesses(&finding.references).any(|one| weaknesses(&foreign.references).any(|other| alike(one, other)))
}

fn weaknesses(references: &[String]) -> impl Iterator<Item = u16> + '_ {
    references.iter().filter_map(|reference| reference.strip_prefix("CWE-")?.parse().ok())
}

fn alike(one: u16, other: u16) -> bool {
    one == other || FAMILIES.iter().any(|family| family.contains(&one) && family.contains(&other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rules;

    #[test]
    fn kinds_name_rules_that_there_are() {
        for (rule, _) in KINDS {
            assert!(rules::get(rule).is_some(), "{rule}");
        }
    }

    #[test]
    fn weaknesses_of_one_family_are_alike() {
        assert!(alike(78, 88) && alike(999, 999) && !alike(78, 94) && !alike(798, 78));
    }
}
