//! `checker-silenced`: comments that tell a linter, a type checker or a scanner to look away.

use super::assertions::guards;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::view::{FileView, LineView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

/// Scanners for security.
static SECURITY: Pattern = Pattern::new(
    r"(?i)#\s*nosec\b|//\s*#?nosec\b|\bnosemgrep\b|nolint:[\w,]*gosec|eslint-disable[\w-]*\s+[^*]*(?:security/|no-eval|no-unsanitized|detect-|no-implied-eval|no-danger)|\bNOSONAR\b|\blgtm\s*\[|\bcodeql\s*\[|\b(?:tfsec|trivy|kics|checkov|snyk|terrascan)[:-](?:ignore|skip)|#\s*noqa:\s*(?:[A-Z]\d+,\s*)*S\d{3}|skipcq|brakeman:ignore|allowlist\s+secret|gitleaks:allow|#\[allow\(unsafe_code\)\]|kube-linter\.io/ignore|find-?bugs?:ignore|@SuppressFBWarnings",
);
/// A whole file.
static WHOLE: Pattern = Pattern::new(
    r"(?i)/\*\s*eslint-disable\s*\*/|@ts-nocheck\b|#\s*(?:mypy:\s*ignore-errors|flake8:\s*noqa|ruff:\s*noqa|pylint:\s*(?:skip-file|disable=all)|type:\s*ignore\s*$)|#!\[allow\((?:warnings|clippy::all|unused|dead_code)|//\s*nolint(?::all)?\s*$|@(?:file:)?Suppress(?:Warnings)?\(\s*\x22all\x22|#pragma\s+warning\s*\(?\s*(?:push,\s*0|disable)\s*\)?\s*$|phpcs:disable\s*$|phpcs:ignoreFile|rubocop:disable\s+all|istanbul\s+ignore\s+file|c8\s+ignore\s+file|tslint:disable\s*(?:\*/)?$|biome-ignore-all|swiftlint:disable\s+all|shellcheck\s+disable=all|hadolint\s+global\s+ignore|@codeCoverageIgnoreStart|-Wno-everything|coverage\(off\)",
);
/// One line.
static LINE: Pattern = Pattern::new(
    r"(?i)eslint-disable|#\s*noqa\b|#\s*type:\s*ignore|@ts-(?:ignore|expect-error)|#\[(?:allow|expect)\(|//\s*nolint|@SuppressWarnings|@Suppress\(|rubocop:disable|phpstan-ignore|psalm-suppress|phpcs:(?:ignore|disable)|pylint:\s*disable|pragma:\s*no\s*cover|istanbul\s+ignore|c8\s+ignore|#pragma\s+warning\s*\(?\s*disable|biome-ignore|pyright:\s*ignore|shellcheck\s+disable|hadolint\s+ignore|NOLINT|swiftlint:disable|detekt:|ktlint-disable|scalastyle:off|@codeCoverageIgnore|noinspection",
);
static SILENT: Hint = Hint::new(|| Words::of([&SECURITY, &WHOLE, &LINE]));
/// So many in one file are more than an exception.
const MANY: usize = 5;

/// See `rules/code/checker-silenced.toml`.
pub struct CheckerSilenced;

impl Check for CheckerSilenced {
    fn rule(&self) -> RuleId {
        RuleId("checker-silenced")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::ADDED, &SILENT)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if !file.role.is_live() || file.role.is_mechanical() || matches!(file.language, crate::analysis::language::Language::Markdown) {
            return;
        }
        let before = file.spots(&SILENT, Side::Old);
        let removed: Vec<&str> = file.removed().filter(|line| before.meet(line.index, line.index)).map(|line| line.text).collect();
        let mut told: [Vec<LineView<'_>>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        for line in file.added_on(&SILENT).filter(|line| line.text.len() < 1000 && !in_text(*line)) {
            if let Some(kind) = kind(line.text) {
                told[kind].push(line);
            }
        }
        for (at, lines) in told.iter().enumerate() {
            let known = removed.iter().filter(|text| kind(text) == Some(at)).count();
            let many = lines.len().saturating_sub(known);
            let Some(first) = lines.first().filter(|_| many > 0) else { continue };
            let severity = match at {
                0 if guards(&file.path) => Severity::Medium,
                0 | 1 => Severity::Low,
                _ if many >= MANY => Severity::Low,
                _ => Severity::Info,
            };
            let title = match (at, many) {
                (0, 1) => "A scanner for security is told to look away".to_owned(),
                (0, _) => format!("A scanner for security is told to look away {many} times"),
                (1, _) => "A checker is told to leave out this whole file".to_owned(),
                (_, 1) => "A checker is told to look away".to_owned(),
                _ => format!("Checkers are told to look away {many} times"),
            };
            sink.report(Draft::line(file, side, first.index).title(title).severity(severity));
        }
    }
}

fn kind(text: &str) -> Option<usize> {
    [&SECURITY, &WHOLE, &LINE].into_iter().position(|pattern| pattern.is_match(text))
}

/// Whether the words stand inside of a text of the program rather than in a comment or an attribute.
fn in_text(line: LineView<'_>) -> bool {
    static QUOTED: Pattern = Pattern::new(r#"^[^#/@]*["'`][^"'`]*(?:eslint-disable|noqa|nosec|nolint|ts-ignore|NOSONAR|type: ignore)"#);
    QUOTED.is_match(line.text)
}
