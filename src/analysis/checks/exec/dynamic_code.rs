//! `dynamic-code`: text that is not a literal is run as code.

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::flow::{Arrival, arrivals};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};
use std::collections::BTreeSet;

/// See `rules/code/dynamic-code.toml`.
pub struct DynamicCode;

static PYTHON: Pattern = Pattern::new(r"(?:^|[^\w.])(?:eval|exec)\s*\(\s*[^\x22\x27\s)]");
/// A text with values in it, and a module whose text is its address; what stands inside of texts is not code.
static TEMPLATED: Pattern = Pattern::new(
    r"(?:^|[^\w.$])eval\s*\(\s*`[^`]*\$\{|\bvm\.(?:runIn\w*Context|compileFunction|Script)\s*\(\s*`[^`]*\$\{|\bnew\s+Function\s*\([^()\n]*`[^`]*\$\{|\bimport\s*\(\s*(?:`data:[^`]*\$\{|[\x22\x27]data:[^\x22\x27]*[\x22\x27]\s*\+|URL\.createObjectURL)",
);
static PERL: Pattern = Pattern::new(r"\beval\s*\(?\s*\$\w");
static LUA: Pattern = Pattern::new(r"(?:^|[^\w.:])load(?:string)?\s*\(\s*[a-z_]");
static ELIXIR: Pattern = Pattern::new(r"\bCode\.(?:eval_string|eval_quoted|compile_string)\s*\(?\s*[a-z_]");
static PYTHON_DEFINES: Pattern = Pattern::new(r"\bdef\s+(?:eval|exec)\b|\bast\.literal_eval");
static JAVASCRIPT: Pattern = Pattern::new(
    r"(?:^|[^\w.$])eval\s*\(\s*[^\x22\x27`\s)]|(?:^|[^\w.$])eval\s*\(\s*`[^`]*\$\{|\bnew\s+Function\s*\(\s*[^)\s]|\bvm\.runIn\w*Context\s*\(\s*[^\x22\x27`\s)]|\bvm\.compileFunction\s*\(\s*[^\x22\x27`\s)]|\bnew\s+vm\.Script\s*\(\s*[^\x22\x27`\s)]",
);
static PHP: Pattern = Pattern::new(
    r"(?:^|[^\w>$:])(?:eval|create_function|assert)\s*\(\s*\S*\$|(?:^|[^\w>$:])call_user_func(?:_array)?\s*\(\s*\$_(?:GET|POST|REQUEST|COOKIE)|\$\w+\s*\(\s*\$_(?:GET|POST|REQUEST|COOKIE)\b|\$_(?:GET|POST|REQUEST|COOKIE)\[[^\]]*\]\s*\(",
);
static RUBY: Pattern = Pattern::new(r"(?:^|[^\w.])eval[\s(]\s*[a-z@]|\.(?:instance|class|module)_eval\s*\(?\s*[a-z@]\w*\s*[),\n]");

/// A refusal went from a function that ran nothing as code, and none came.
fn refused(twin: &Twin<'_, '_>, pattern: &Pattern) -> bool {
    static REFUSES: Pattern = Pattern::new(r"\b(?:raise|throw|panic|abort|die|fail|reject)\b");
    twin.lost(&REFUSES) > twin.gained(&REFUSES) && !pattern.is_match(twin.before())
}

/// The statements, by position, whose code comes from a request in the same function.
fn asked(side: &SideView<'_>, pattern: &Pattern) -> BTreeSet<usize> {
    let runs = |s: &Statement| s.bytes.len() <= LONGEST && pattern.is_match(side.code_of(s));
    if !side.statements().iter().any(|s| side.touches(s.first_line, s.last_line) && runs(s)) {
        return BTreeSet::new();
    }
    let sent = |s: &Statement| (s.bytes.len() <= LONGEST && engines().asked.is_match(side.plain_of(s))).then_some(());
    let inside = |s: &Statement| {
        pattern.find(side.code_of(s)).is_some_and(|found| engines().asked.is_match(side.plain_of(s).get(found.start..).unwrap_or("")))
    };
    let reached = |arrival: &Arrival<()>| arrival.source != arrival.sink || inside(&side.statements()[arrival.sink]);
    arrivals(side, sent, runs).into_iter().filter(reached).map(|arrival| arrival.sink).collect()
}

static JVM: Pattern = Pattern::new(
    r"\b\w*[eE]ngine\w*\.eval\s*\(\s*[^\x22\s)]|\bGroovyShell\s*\(\s*\)\.(?:evaluate|parse)\s*\(\s*[^\x22\s)]|\bparseExpression\s*\(\s*[^\x22\s)]|\bMVEL\.eval\s*\(\s*[^\x22\s)]|\bOgnl\.getValue\s*\(\s*[^\x22\s)]",
);
static CSHARP: Pattern = Pattern::new(r"\bCSharpScript\.\w+\s*(?:<\w+>)?\(\s*[^\x22\s)]");

impl Check for DynamicCode {
    fn rule(&self) -> RuleId {
        RuleId("dynamic-code")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, Words::of([&PYTHON, &JAVASCRIPT, &PHP, &RUBY, &JVM, &CSHARP, &TEMPLATED, &PERL, &LUA, &ELIXIR]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let pattern = match file.language {
            Language::Python => &PYTHON,
            Language::JavaScript | Language::TypeScript => &JAVASCRIPT,
            Language::Php => &PHP,
            Language::Ruby => &RUBY,
            Language::Java | Language::Kotlin | Language::Scala => &JVM,
            Language::CSharp => &CSHARP,
            Language::Perl => &PERL,
            Language::Lua => &LUA,
            Language::Elixir => &ELIXIR,
            _ => return,
        };
        let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
        let asked = asked(side, pattern);
        let twins = twins(file);
        for (index, statement) in side.statements().iter().enumerate() {
            if !side.touches(statement.first_line, statement.last_line) || statement.bytes.len() > LONGEST {
                continue;
            }
            let code = side.code_of(statement);
            let templated = || std::ptr::eq(pattern, &JAVASCRIPT).then(|| TEMPLATED.find(side.plain_of(statement))).flatten();
            let Some(found) = pattern.find(code).filter(|_| !PYTHON_DEFINES.is_match(code)).or_else(templated) else { continue };
            let line = side.line_of(statement.bytes.start + found.end.saturating_sub(1));
            if side.is_changed(line) {
                let draft = Draft::line(file, side, line);
                sink.report(if asked.contains(&index) {
                    draft.title("Runs what somebody sent as code").why("Whoever can send the request runs any code in this process.")
                } else if twins.iter().any(|twin| twin.is.contains(&line) && refused(twin, pattern)) {
                    draft.title("Runs as code what was refused before")
                } else {
                    draft.severity(Severity::Medium)
                });
            }
        }
    }
}
