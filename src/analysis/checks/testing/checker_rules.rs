//! What settings of checkers say: a rule and how hard it is, names of rules for security and of scanners. No rule of its own.

use crate::analysis::pattern::Pattern;

/// A rule and how hard it is.
pub(super) static RULE: Pattern = Pattern::new(
    r#"^\s*["']?([@\w/-]+)["']?\s*[:=]\s*\[?\s*\{?\s*(?:level\s*=\s*|["']?level["']?\s*:\s*)?["']?(error|2|forbid|deny|warn|1|warning|off|0|allow|none|ignore|info|suggestion|silent)["']?\s*[,\]}]?"#,
);
/// Names of rules for security.
pub(super) static SECURITY: Pattern = Pattern::new(
    r"(?i)security|no-eval|no-implied-eval|no-new-func|detect-|unsanitized|\bxss|no-danger|unsafe[-_]?(?:code|regex)|injection|gosec|bandit|semgrep|^S\d{3}$|^B[1-7]\d{2}$|^CWE|secret|unwrap_used|audit|RUSTSEC|CVE-|GHSA-|jsx-no-target-blank|no-script-url",
);
/// Scanners and their settings.
pub(super) static SCANNER: Pattern = Pattern::new(
    r"ruff|bandit|semgrep|golangci|linters?|flake8|pylint|trivy|checkov|eslint|rubocop|advisories|clippy|hadolint|skip-check|issues",
);

/// How hard a word makes a rule.
pub(super) fn hardness(word: &str) -> u8 {
    match word {
        "error" | "2" | "forbid" | "deny" => 2,
        "warn" | "1" | "warning" => 1,
        _ => 0,
    }
}
