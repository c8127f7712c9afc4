//! `forgery-check-removed`: what asked of every request whether the person whose browser sent it meant it is gone.
//!
//! Ruby and Node have structure rules for the check alone; here it weighs together with cookies that other sites' requests carry.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/forgery-check-removed.toml`.
pub struct ForgeryCheckRemoved;

/// The checks, as they are put in place for all requests.
static CHECK: Pattern = Pattern::new(
    r"\bAutoValidateAntiforgeryToken(?:Attribute)?\b|\bUseAntiforgery\s*\(|\bAddAntiforgery\s*\(|\bValidateAntiForgeryToken\b|\bCsrfViewMiddleware\b|\bCSRFProtect\s*\(|\bcsrf\.init_app\s*\(|\b(?:VerifyCsrfToken|ValidateCsrfToken|PreventRequestForgery)\b|\bnosurf\.\w+\s*\(|\bcsrf\.(?:Protect|New)\s*\(|\bmiddleware\.CSRF\w*\s*\(|\bprotect_from_forgery\b|\bcsurf\s*\(|\bcsrf(?:Protection|Sync)?\s*\(\s*[{)]|\blusca\.csrf\s*\(|\bdoubleCsrfProtection\b|\bcsrfTokenRepository\s*\(|\bCsrfPrevention\w*|\bCookieCsrfTokenRepository\b|\binstall\s*\(\s*CSRF\b",
);
static EVERYWHERE: Pattern = Pattern::new(
    r#"(?i)\bsame_?site["']?\]?\s*(?:[:=]|=>|,|\()+\s*["']?:?(?:\w+(?:\.|::))*(?:none|SameSiteNoneMode)\b|\bSameSiteNoneMode\b|\bSESSION_COOKIE_SAMESITE\s*=\s*["']?None|sameSite\s*\(\s*["']None["']"#,
);

impl Check for ForgeryCheckRemoved {
    fn rule(&self) -> RuleId {
        RuleId("forgery-check-removed")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&CHECK]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(old), Some(side)) = (file.old().filter(|_| file.role.is_live() && file.language.is_code()), file.new_side()) else {
            return;
        };
        // A store of tokens is a check, wherever it keeps them.
        static KEPT: Pattern = Pattern::new(r"\bcsrfTokenRepository\s*[(=]|\b\w+CsrfTokenRepository\b");
        if CHECK.is_match(side.plain()) || KEPT.is_match(side.plain()) {
            return;
        }
        let imports = |text: &str| {
            text.trim_start().starts_with("import ")
                || text.trim_start().starts_with("use ") && text.trim_end().ends_with(';')
                || text.trim_start().starts_with("from ")
                || text.trim_start().starts_with("using ")
        };
        let Some(line) = old.changed_lines().find(|line| {
            let plain = old.plain_line(line.index);
            CHECK.is_match(plain) && !imports(plain)
        }) else {
            return;
        };
        // It may have moved into another file of the change.
        let moved = file.change.patch.files.iter().take(500).filter(|other| other.path() != file.repo_path());
        if moved.filter_map(|other| other.text()).any(|text| text.added().any(|(_, line)| line.len() < 1000 && CHECK.is_match(line))) {
            return;
        }
        let carried = side.changed_lines().any(|line| EVERYWHERE.is_match(side.plain_line(line.index)));
        if carried {
            let title = "The check against forged requests is gone, and the cookie goes along with requests of other sites";
            sink.report(Draft::line(file, old, line.index).title(title).severity(Severity::High));
        } else if !matches!(file.language, Language::Ruby | Language::JavaScript | Language::TypeScript) {
            sink.report(Draft::line(file, old, line.index).severity(Severity::Medium));
        }
    }
}
