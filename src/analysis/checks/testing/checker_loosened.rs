//! `checker-loosened`: the settings of a linter, a type checker, a compiler or a scanner ask less than before.

use std::collections::BTreeMap;

use super::checker_dropped;
use super::checker_rules::{RULE, SCANNER, SECURITY, hardness};
use super::commands::says_how_tests_run;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::added;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::{Role, fold};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// Files that hold such settings.
static SETTINGS: Pattern = Pattern::new(
    r"(?:^|/)(?:tsconfig[\w.-]*\.json|jsconfig\.json|\.?eslint[\w.-]*|\.?oxlintrc\.json|biome\.jsonc?|tslint\.json|pyproject\.toml|setup\.cfg|tox\.ini|\.?mypy\.ini|\.?ruff\.toml|\.flake8|\.pylintrc|pyrightconfig\.json|\.?bandit[\w.-]*|cargo\.toml|\.?clippy\.toml|\.golangci[\w.-]*|phpstan[\w.-]*|psalm\.xml|phpcs\.xml[\w.-]*|\.rubocop[\w.-]*|\.editorconfig|[\w.-]+\.csproj|directory\.build\.props|detekt[\w.-]*|checkstyle[\w.-]*|pmd[\w.-]*|spotbugs[\w.-]*|\.swiftlint\.yml|\.semgrep[\w.-]*|sonar-project\.properties|\.pre-commit-config\.yaml|cmakelists\.txt|makefile|build\.gradle(?:\.kts)?|pom\.xml|\.hadolint\.ya?ml|\.checkov\.ya?ml|trivy\.ya?ml|package\.json|deny\.toml|\.stylelintrc[\w.-]*)$",
);
/// A switch that asks for more when it is on.
static STRICT: Pattern = Pattern::new(
    r#"(?i)^\s*["']?(strict|strictNullChecks|noImplicitAny|strictFunctionTypes|noUncheckedIndexedAccess|noImplicitReturns|useUnknownInCatchVariables|checkJs|disallow_untyped_defs|disallow_any_\w+|check_untyped_defs|warn_return_any|warn_unreachable|no_implicit_optional|strict_optional|TreatWarningsAsErrors|warnings_?as_?errors|allWarningsAsErrors|failOnWarning|failOnViolation|failsOnError|CodeAnalysisTreatWarningsAsErrors|EnableNETAnalyzers|reportUnusedIgnores|<TreatWarningsAsErrors>|<failsOnError>)["']?\s*[:=>]\s*["']?(true|false|yes|no|on|off)"#,
);
/// One that asks for less.
static LENIENT: Pattern = Pattern::new(
    r#"(?i)^\s*["']?(skipLibCheck|ignore_errors|ignore_missing_imports|allow_untyped_\w+|suppressImplicitAnyIndexErrors|ignoreBuildErrors|ignoreDuringBuilds|allowUnreachableCode)["']?\s*[:=]\s*["']?(true|yes|on)"#,
);
/// Attributes for a whole crate, and options of compilers.
static DEMAND: Pattern = Pattern::new(
    r"#!\[\s*(?:forbid|deny)\(|(?:^|[\s'\x22,])-Werror\b|(?:^|[\s'\x22,])/WX\b|\s-D\s*warnings\b|--deny-warnings|--max-warnings[=\s]+0\b|-fsanitize=|-D_FORTIFY_SOURCE=[123]|-fstack-protector|-Wl,-z,(?:relro|now)|--error-on-warnings|--ignore-scripts\b|--require-hashes\b|--frozen-lockfile\b|--immutable\b",
);
static UNSAFE: Pattern = Pattern::new(
    r"forbid\(\s*unsafe_code|deny\(\s*unsafe_code|FORTIFY_SOURCE|stack-protector|fsanitize|relro|ignore-scripts|require-hashes",
);
static LEVEL: Pattern = Pattern::new(r#"^\s*["']?(level|errorLevel|--max-warnings|max-warnings)["']?\s*[:=]\s*["']?(\d+|max)"#);
static LEFT_OUT: Pattern = Pattern::new(
    r"^(?:ignore|extend-ignore|ignores|disable|disabled|skips?|skip-check|exclude|excludes|exclude-rules|excluded|ignored|per-file-ignores|extend-per-file-ignores|allow)$",
);
/// Files that are themselves lists of what a scanner is to accept.
static ACCEPTED: Pattern = Pattern::new(
    r"(?:^|/)(?:\.trivyignore|\.snyk|\.semgrepignore|\.gitleaksignore|\.secrets\.baseline|\.nsprc|\.grype\.yaml|osv-scanner\.toml|\.tfsec/|\.bearer\.ignore|audit\.toml|\.safety-policy\.yml|phpstan-baseline\.neon|\.eslintignore)",
);

/// See `rules/code/checker-loosened.toml`.
pub struct CheckerLoosened;

impl Check for CheckerLoosened {
    fn rule(&self) -> RuleId {
        RuleId("checker-loosened")
    }

    fn needs(&self) -> Needs {
        let settings = [
            "config", "toml", ".cfg", ".ini", "json", ".xml", "yml", "yaml", "eslint", "phpstan", "ignore", "props", "baseline",
            "makefile", "lint",
        ];
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&DEMAND]).or(Words::named(settings)))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
        let path = fold(&file.path);
        if ACCEPTED.is_match(&path) {
            accepted(file, side, sink);
        } else if SETTINGS.is_match(&path) || file.role == Role::Workflow || says_how_tests_run(&file.path) {
            switches(file, (old, side), sink);
            levels(file, (old, side), sink);
            lists(file, (old, side), sink);
            checker_dropped::report(file, old, side, sink);
            demands(file, (old, side), sink);
        } else if matches!(file.language, Language::Rust | Language::Dockerfile | Language::Shell | Language::Makefile)
            && file.role.is_live()
        {
            demands(file, (old, side), sink);
        }
    }
}

type Sides<'s, 'a> = (&'s SideView<'a>, &'s SideView<'a>);

fn on(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "true" | "yes" | "on")
}

fn switches(file: &FileView<'_>, (old, side): Sides<'_, '_>, sink: &mut Sink<'_>) {
    let read = |text: &str| Some((STRICT.group(text, 1)?.to_owned(), on(STRICT.group(text, 2)?)));
    let all: BTreeMap<String, (bool, usize)> = side
        .lines()
        .filter(|line| line.text.len() < 300)
        .filter_map(|line| read(line.text).map(|(name, is)| (name, (is, line.index))))
        .collect();
    for line in old.changed_lines().filter(|line| line.text.len() < 300) {
        let Some((name, true)) = read(line.text) else { continue };
        let severity = if name == "strict" { Severity::Medium } else { Severity::Low };
        match all.get(&name) {
            Some((false, at)) => sink.report(Draft::line(file, side, *at).title(format!("`{name}` is switched off")).severity(severity)),
            // What comes from another file now is asked for there.
            None if !side.text().contains("extends") => {
                sink.report(Draft::line(file, old, line.index).title(format!("`{name}` is no longer asked for")).severity(Severity::Low));
            }
            _ => {}
        }
    }
    let known = old.lines().filter(|line| LENIENT.is_match(line.text)).count();
    let now: Vec<usize> = side.lines().filter(|line| LENIENT.is_match(line.text)).map(|line| line.index).collect();
    if let Some(at) = now.iter().find(|at| side.is_changed(**at)).filter(|_| now.len() > known) {
        sink.report(Draft::line(file, side, *at).title("Errors that were told are passed over").severity(Severity::Low));
    }
}

fn levels(file: &FileView<'_>, (old, side): Sides<'_, '_>, sink: &mut Sink<'_>) {
    let read = |text: &str| Some((RULE.group(text, 1)?.to_owned(), hardness(RULE.group(text, 2)?)));
    let before: BTreeMap<String, u8> =
        old.changed_lines().filter(|line| line.text.len() < 300).filter_map(|line| read(line.text)).collect();
    let mut softer: Vec<(usize, String)> = Vec::new();
    for line in side.changed_lines().filter(|line| line.text.len() < 300) {
        if let Some((name, is)) = read(line.text).filter(|(name, is)| before.get(name).is_some_and(|was| *was == 2 && is < was)) {
            softer.push((line.index, if is == 0 { name } else { format!("{name} (a warning)") }));
        }
    }
    if let Some((first, _)) = softer.first() {
        let grave = softer.iter().any(|(_, name)| SECURITY.is_match(name));
        let names = softer.iter().map(|(_, name)| name.as_str()).take(4).collect::<Vec<_>>().join(", ");
        let title = format!("No longer errors: {names}");
        sink.report(Draft::line(file, side, *first).title(title).severity(if grave { Severity::Medium } else { Severity::Low }));
    }
    let number = |text: &str| Some((LEVEL.group(text, 1)?.to_owned(), LEVEL.group(text, 2)?.replace("max", "10").parse::<u32>().ok()?));
    let before: BTreeMap<String, u32> = old.changed_lines().filter_map(|line| number(line.text)).collect();
    for line in side.changed_lines() {
        let Some((name, is)) = number(line.text) else { continue };
        let Some(was) = before.get(&name) else { continue };
        // More warnings, and a higher level of Psalm, ask less; a lower one of PHPStan does.
        let less = if name == "level" { is < *was } else { is > *was };
        if less {
            sink.report(Draft::line(file, side, line.index).title(format!("`{name}` was {was} and is {is}")).severity(Severity::Low));
        }
    }
}

fn lists(file: &FileView<'_>, (old, side): Sides<'_, '_>, sink: &mut Sink<'_>) {
    let (Ok(before), Ok(new)) = (old.document(), side.document()) else { return };
    let gained: Vec<_> = added(Some(before), new)
        .into_iter()
        .filter(|leaf| leaf.path.iter().any(|key| LEFT_OUT.is_match(key)) && !leaf.text.is_empty())
        .filter(|leaf| leaf.path.iter().any(|key| SCANNER.is_match(key)) || SCANNER.is_match(&file.path))
        .filter(|leaf| side.is_changed(leaf.line))
        .collect();
    let Some(first) = gained.first() else { return };
    let grave = gained.iter().any(|leaf| SECURITY.is_match(&leaf.text));
    let names = gained.iter().map(|leaf| leaf.text.as_str()).take(4).collect::<Vec<_>>().join(", ");
    let severity = if grave { Severity::Medium } else { Severity::Low };
    sink.report(Draft::line(file, side, first.line).title(format!("Checkers leave out: {names}")).severity(severity));
}

fn demands(file: &FileView<'_>, (old, side): Sides<'_, '_>, sink: &mut Sink<'_>) {
    let asks = |line: &str| line.len() < 2000 && DEMAND.is_match(line) && !line.trim_start().starts_with("//");
    let mut kept: usize = side.changed_lines().filter(|line| asks(line.text)).map(|line| DEMAND.count(line.text)).sum();
    for line in old.changed_lines().filter(|line| asks(line.text)) {
        let had = DEMAND.count(line.text);
        if kept < had {
            let severity = if UNSAFE.is_match(line.text) { Severity::Medium } else { Severity::Low };
            sink.report(Draft::line(file, old, line.index).title("What was refused when built is let through").severity(severity));
        }
        kept = kept.saturating_sub(had);
    }
}

fn accepted(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let telling = |text: &str| !text.trim().is_empty() && !text.trim_start().starts_with('#');
    let removed = file.removed().filter(|line| telling(line.text)).count();
    let come: Vec<usize> = side.changed_lines().filter(|line| telling(line.text)).map(|line| line.index).collect();
    if let Some(first) = come.first().filter(|_| come.len() > removed) {
        let title = format!("{} more lines of what a scanner is to accept", come.len() - removed);
        sink.report(Draft::line(file, side, *first).title(title).severity(Severity::Low));
    }
}
