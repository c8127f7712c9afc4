//! `dynamic-code`: text that is not a literal is run as code.

use super::engines::LONGEST;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/dynamic-code.toml`.
pub struct DynamicCode;

static PYTHON: Pattern = Pattern::new(r"(?:^|[^\w.])(?:eval|exec)\s*\(\s*[^\x22\x27\s)]");
static PYTHON_DEFINES: Pattern = Pattern::new(r"\bdef\s+(?:eval|exec)\b|\bast\.literal_eval");
static JAVASCRIPT: Pattern = Pattern::new(
    r"(?:^|[^\w.$])eval\s*\(\s*[^\x22\x27`\s)]|(?:^|[^\w.$])eval\s*\(\s*`[^`]*\$\{|\bnew\s+Function\s*\(\s*[^)\s]|\bvm\.runIn\w*Context\s*\(\s*[^\x22\x27`\s)]",
);
static PHP: Pattern = Pattern::new(r"(?:^|[^\w>$:])(?:eval|create_function)\s*\(\s*\S*\$");
static RUBY: Pattern = Pattern::new(r"(?:^|[^\w.])eval[\s(]\s*[a-z@]|\.(?:instance|class|module)_eval\s*\(?\s*[a-z@]\w*\s*[),\n]");

impl Check for DynamicCode {
    fn rule(&self) -> RuleId {
        RuleId("dynamic-code")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, Words::of([&PYTHON, &JAVASCRIPT, &PHP, &RUBY]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let pattern = match file.language {
            Language::Python => &PYTHON,
            Language::JavaScript | Language::TypeScript => &JAVASCRIPT,
            Language::Php => &PHP,
            Language::Ruby => &RUBY,
            _ => return,
        };
        let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
        for statement in side.statements() {
            if !side.touches(statement.first_line, statement.last_line) || statement.bytes.len() > LONGEST {
                continue;
            }
            let code = side.code_of(statement);
            let Some(found) = pattern.find(code).filter(|_| !PYTHON_DEFINES.is_match(code)) else { continue };
            let line = side.line_of(statement.bytes.start + found.end.saturating_sub(1));
            if side.is_changed(line) {
                sink.report(Draft::line(file, side, line));
            }
        }
    }
}
