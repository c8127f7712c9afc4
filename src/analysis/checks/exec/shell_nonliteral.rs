//! `shell-nonliteral`: a shell gets a command that is put together from values.

use crate::analysis::prefilter::{Needs, Reach, Words};
use std::collections::BTreeSet;

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::flow::arrivals;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/shell-nonliteral.toml`.
pub struct ShellNonliteral;

static SYSTEM: Pattern = Pattern::new(
    r#"\bos\.(?:system|popen)\s*\(\s*(?:f["']|[^"'\s)]|["'][^"']*["']\s*(?:\+|%|\.format))|\bsubprocess\.getoutput\s*\(\s*(?:f["']|[^"'\s)])"#,
);
static SUBPROCESS: Pattern =
    Pattern::new(r#"(?s)\bsubprocess\.\w+\s*\(\s*(?:f["']|[^"'\s\[)]|["'][^"']*["']\s*(?:\+|%|\.format)).*\bshell\s*=\s*True"#);
static NODE: Pattern = Pattern::new(
    r"(?:^|[^\w.$]|child_process\.|\bcp\.|childProcess\.)(?:exec|execSync)\s*\(\s*(?:`[^`]*\$\{|[\x22\x27][^\x22\x27]*[\x22\x27]\s*\+|[a-zA-Z_]\w*\s*(?:[,)+]))",
);
static NODE_MODULE: Pattern = Pattern::new(r"child_process");
static GO: Pattern = Pattern::new(
    r#"(?s)\bexec\.Command(?:Context)?\s*\((?:\s*\w+\s*,)?\s*"(?:/bin/)?(?:ba|z|da)?sh"\s*,\s*"-\w*c"\s*,\s*(?:[^"\s`]|"[^"]*"\s*\+)"#,
);
static RUST: Pattern =
    Pattern::new(r#"(?s)\bCommand::new\s*\(\s*"(?:/bin/)?(?:ba|z|da)?sh"\s*\).*"-\w*c".*\.arg\s*\(\s*(?:&?format!|&?[a-z_]\w*)"#);
static RUBY: Pattern = Pattern::new(r##"(?:^|[^\w.])(?:system|exec|spawn)[\s(]+"[^"]*#\{|(?:^|[^$\\])`[^`]*#\{|%x[\[({][^\])}]*#\{"##);
static JAVA: Pattern = Pattern::new(
    r#"(?s)(?:\bRuntime\.getRuntime\(\)\.exec|\bnew\s+ProcessBuilder|\bProcessBuilder)\s*\((?:\s*(?:new\s+String\[\]\s*\{|arrayOf\s*\(|listOf\s*\(|List\.of\s*\(|Arrays\.asList\s*\())?\s*"(?:/bin/)?(?:(?:ba|z|da)?sh|cmd(?:\.exe)?)"\s*,\s*"(?:-\w*c|/c)"\s*,\s*(?:[^"\s]|"[^"]*"\s*\+|"[^"]*\$)|\.exec\s*\(\s*"[^"]*"\s*\+"#,
);
static CSHARP: Pattern = Pattern::new(
    r#"(?s)\bProcess\.Start\s*\(\s*"(?:cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh|(?:/bin/)?(?:ba)?sh)"\s*,\s*(?:\$@?"[^"]*\{|@?"[^"]*"\s*\+|[a-z_]\w*\s*[,)])|\bArguments\s*=\s*(?:\$@?"\s*(?:/c|-c)[^"]*\{|@?"\s*(?:/c|-c)\b[^"]*"\s*\+)"#,
);
static NATIVE: Pattern = Pattern::new(r"(?:^|[^\w.>:])(?:std::)?(?:system|popen)\s*\(\s*[A-Za-z_]");
static PHP: Pattern =
    Pattern::new(r#"(?:^|[^\w>$:])(?:system|exec|shell_exec|passthru|popen|proc_open)\s*\(\s*(?:\$|"[^"]*\$|["'][^"']*["']\s*\.)"#);

impl Check for ShellNonliteral {
    fn rule(&self) -> RuleId {
        RuleId("shell-nonliteral")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, Words::of([&SYSTEM, &SUBPROCESS, &NODE_MODULE, &GO, &RUST, &PHP, &JAVA, &CSHARP, &NATIVE]))
    }

    /// Backticks are all that Ruby needs.
    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        file.language == Language::Ruby
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let patterns: &[&Pattern] = match file.language {
            Language::Python => &[&SYSTEM, &SUBPROCESS],
            Language::JavaScript | Language::TypeScript => &[&NODE],
            Language::Go => &[&GO],
            Language::Rust => &[&RUST],
            Language::Ruby => &[&RUBY],
            Language::Php => &[&PHP],
            Language::Java | Language::Kotlin | Language::Scala => &[&JAVA],
            Language::CSharp => &[&CSHARP],
            Language::C | Language::Cpp => &[&NATIVE],
            _ => return,
        };
        let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
        let node = matches!(file.language, Language::JavaScript | Language::TypeScript);
        if node && !NODE_MODULE.is_match(side.text()) {
            return;
        }
        let asked = asked(side, patterns);
        for (index, statement) in side.statements().iter().enumerate() {
            if !side.touches(statement.first_line, statement.last_line) || statement.bytes.len() > LONGEST {
                continue;
            }
            let plain = side.plain_of(statement);
            let Some(found) = patterns.iter().find_map(|pattern| pattern.find(plain)) else { continue };
            let line = side.line_of(statement.bytes.start + found.start);
            let draft = Draft::lines(file, side, line, statement.last_line.max(line));
            sink.report(if asked.contains(&index) {
                draft.title("Gives a shell what somebody sent").why("Whoever can send the request runs any command on this machine.")
            } else {
                draft.severity(Severity::Medium)
            });
        }
    }
}

/// The statements, by position, whose command comes from a request in the same function.
fn asked(side: &SideView<'_>, patterns: &[&Pattern]) -> BTreeSet<usize> {
    let short = |statement: &Statement| statement.bytes.len() <= LONGEST;
    let runs = |statement: &Statement| short(statement) && patterns.iter().any(|pattern| pattern.is_match(side.plain_of(statement)));
    if !side.statements().iter().any(runs) {
        return BTreeSet::new();
    }
    let sent = |statement: &Statement| (short(statement) && engines().asked.is_match(side.plain_of(statement))).then_some(());
    arrivals(side, sent, runs).into_iter().map(|arrival| arrival.sink).collect()
}
