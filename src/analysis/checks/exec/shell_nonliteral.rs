//! `shell-nonliteral`: a shell gets a command that is put together from values.

use crate::analysis::prefilter::{Needs, Reach, Words};
use std::collections::BTreeSet;
use std::ops::Range;

use super::argument_list;
use super::engines::{LONGEST, engines};
use super::node_shell::{called, opened, renamed};
use super::shell_in_shell::{GIVES, given_on};
use super::through_helper::{self, Told};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::checks::vuln::request::{Place, ending};
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
    r"(?:^|[^\w.$]|child_process\.|child_process[\x22\x27]\s*\)\s*\.|\bcp\.|childProcess\.)(?:exec|execSync)\s*\(\s*(?:`[^`]*\$\{|[\x22\x27][^\x22\x27]*[\x22\x27]\s*\+|[a-zA-Z_$][\w$]*(?:\??\.[\w$]+|\[[^\]\n]{0,80}\])*\s*(?:[,)+]))",
);
static NODE_MODULE: Pattern = Pattern::new(r"child_process");
static GO: Pattern = Pattern::new(
    r#"(?s)\bexec\.Command(?:Context)?\s*\((?:\s*\w+\s*,)?\s*"(?:/bin/)?(?:ba|z|da)?sh"\s*,\s*"-\w*c"\s*,\s*(?:[^"\s`]|"[^"]*"\s*\+)"#,
);
static RUST: Pattern =
    Pattern::new(r#"(?s)\bCommand::new\s*\(\s*"(?:/bin/)?(?:ba|z|da)?sh"\s*\).*"-\w*c"(?:.*\.arg\s*\(|\s*,)\s*(?:&?format!|&?[a-z_]\w*)"#);
static RUBY: Pattern = Pattern::new(r##"(?:^|[^\w.])(?:system|exec|spawn)[\s(]+"[^"]*#\{|(?:^|[^$\\])`[^`]*#\{|%x[\[({][^\])}]*#\{"##);
static JAVA: Pattern = Pattern::new(
    r#"(?s)(?:\bRuntime\.getRuntime\(\)\.exec|\bnew\s+ProcessBuilder|\bProcessBuilder)\s*\((?:\s*(?:new\s+String\[\]\s*\{|arrayOf\s*\(|listOf\s*\(|List\.of\s*\(|Arrays\.asList\s*\())?\s*"(?:/bin/)?(?:(?:ba|z|da)?sh|cmd(?:\.exe)?)"\s*,\s*"(?:-\w*c|/c)"\s*,\s*(?:[^"\s]|"[^"]*"\s*\+|"[^"]*\$)|\.exec\s*\(\s*"[^"]*"\s*\+"#,
);
static CSHARP: Pattern = Pattern::new(
    r#"(?s)\bProcess\.Start\s*\(\s*"(?:cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh|(?:/bin/)?(?:ba)?sh)"\s*,\s*(?:\$@?"(?:[^"\\]|\\.)*\{|@?"(?:[^"\\]|\\.)*"\s*\+|[a-z_]\w*\s*[,)])|\bArguments\s*=\s*(?:\$@?"\s*(?:/c|-c)[^"]*\{|@?"\s*(?:/c|-c)\b[^"]*"\s*\+)"#,
);
static NATIVE: Pattern = Pattern::new(r"(?:^|[^\w.>:])(?:std::)?(?:system|popen)\s*\(\s*[A-Za-z_]");
static PHP: Pattern =
    Pattern::new(r#"(?:^|[^\w>$:])(?:system|exec|shell_exec|passthru|popen|proc_open)\s*\(\s*(?:\$|"[^"]*\$|["'][^"']*["']\s*\.)"#);
/// A shell and a line for it among the words of a list, whatever the list is called: `argv = []string{"sh", "-c", hook}`.
static LISTED: Pattern = Pattern::new(
    r#"["'`](?:/usr)?(?:/bin/)?(?:(?:ba|z|da|k)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh)["'`](?:\.to_string\(\)|\.into\(\))?\s*,\s*[\[{(&]*\s*(?:["'][\w.=/ -]*["']\s*,\s*){0,3}["'](?:-\w*c|/[cCkK]|-[cC]ommand)["'](?:\.to_string\(\)|\.into\(\))?\s*,\s*(?:["'][^"'\n]*["']\s*(?:\+|%|\.\s*\$)|f["'][^"'\n]*\{|\x60[^\x60]*\$\{|[@$&*]*(?:[a-z_]|[A-Z]\w*[a-z])[\w.>-]*\s*[,)\]}(\[+])"#,
);
static PERL: Pattern = Pattern::new(r#"(?:^|[^\w>$:&])(?:system|exec|qx)\s*\(?\s*(?:"[^"]*\$|\$\w+\s*[);.])|(?:^|[^$\\])`[^`]*\$\w"#);
static LUA: Pattern = Pattern::new(r#"\b(?:os\.execute|io\.popen)\s*\(\s*(?:[a-z_]|["'][^"']*["']\s*\.\.)"#);
static ELIXIR: Pattern = Pattern::new(r#"(?:\bSystem\.shell|:os\.cmd)\s*\(\s*(?:[a-z_]|"[^"]*#\{|["'][^"']*["']\s*<>)"#);

impl Check for ShellNonliteral {
    fn rule(&self) -> RuleId {
        RuleId("shell-nonliteral")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::AFTER,
            Words::of([
                &SYSTEM,
                &SUBPROCESS,
                &NODE_MODULE,
                &GO,
                &RUST,
                &PHP,
                &JAVA,
                &CSHARP,
                &NATIVE,
                &LUA,
                &ELIXIR,
                &LISTED,
                &PROGRAM,
                &GIVES,
            ])
            .or(argument_list::words()),
        )
    }

    /// Backticks are all that Ruby and Perl need.
    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        matches!(file.language, Language::Ruby | Language::Perl)
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        const TOLD: Told = Told {
            title: "Gives a shell what somebody sent, through a helper",
            why: "Whoever can send the request runs any command on this machine.",
        };
        let all = [&SYSTEM, &SUBPROCESS, &NODE, &GO, &RUST, &RUBY, &PHP, &JAVA, &CSHARP, &NATIVE, &LISTED, &PERL, &LUA, &ELIXIR];
        let shells = |file: &FileView<'_>, side: &SideView<'_>, s: &Statement| {
            let plain = side.plain_of(s);
            let node = matches!(file.language, Language::JavaScript | Language::TypeScript);
            (!node || NODE_MODULE.is_match(side.text())) && patterns_of(file.language).iter().any(|pattern| pattern.is_match(plain))
        };
        through_helper::report(view, &|line| all.iter().any(|one| one.is_match(line)), &shells, TOLD, sink);
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        program(file, sink);
        if file.language == Language::CSharp {
            argument_list::report(file, sink);
        }
        if file.language == Language::Shell {
            given_on(file, sink);
        }
        let patterns = patterns_of(file.language);
        if patterns.is_empty() {
            return;
        }
        let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
        let node = matches!(file.language, Language::JavaScript | Language::TypeScript);
        if node && !NODE_MODULE.is_match(side.text()) {
            return;
        }
        let names = if node { renamed(side.plain()) } else { BTreeSet::new() };
        let asked = asked(side, &patterns);
        for (index, statement) in side.statements().iter().enumerate() {
            if !side.touches(statement.first_line, statement.last_line) || statement.bytes.len() > LONGEST {
                continue;
            }
            let plain = side.plain_of(statement);
            let other = || node.then(|| called(plain, &names).or_else(|| opened(plain))).flatten();
            // A sign that Ruby and Perl run stands in a text there: "for parameter `#{name}'".
            let quoted = |found: &Range<usize>| {
                let sign = plain.get(found.clone()).and_then(|text| text.find('`')).filter(|at| *at <= 1).map(|at| found.start + at);
                let runs = matches!(file.language, Language::Ruby | Language::Perl);
                runs && sign.is_some_and(|at| side.code_of(statement).as_bytes().get(at) != Some(&b'`'))
            };
            let told = patterns.iter().flat_map(|pattern| pattern.find_all(plain)).find(|found| !quoted(found));
            let Some(found) = told.or_else(other) else { continue };
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

/// What gives a shell a line that is no literal.
fn patterns_of(language: Language) -> Vec<&'static Pattern> {
    match language {
        Language::Python => vec![&SYSTEM, &SUBPROCESS, &LISTED],
        Language::JavaScript | Language::TypeScript => vec![&NODE, &LISTED],
        Language::Go => vec![&GO, &LISTED],
        Language::Rust => vec![&RUST, &LISTED],
        Language::Ruby => vec![&RUBY, &LISTED],
        Language::Php => vec![&PHP, &LISTED],
        Language::Java | Language::Kotlin | Language::Scala => vec![&JAVA, &LISTED],
        Language::CSharp => vec![&CSHARP, &LISTED],
        Language::C | Language::Cpp => vec![&NATIVE, &LISTED],
        Language::Perl => vec![&PERL, &LISTED],
        Language::Lua => vec![&LUA],
        Language::Elixir => vec![&ELIXIR, &LISTED],
        _ if language.is_code() => vec![&LISTED],
        _ => vec![],
    }
}

/// Calls that start a program, up to what names it.
static PROGRAM: Pattern = Pattern::new(
    r"\bsubprocess\.(?:run|call|check_call|check_output|Popen)\s*\(\s*\[?\s*|\bos\.(?:exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)\s*\(\s*|\bcreate_subprocess_exec\s*\(\s*|\b(?:child_process|cp|childProcess)\.(?:spawn|execFile)(?:Sync)?\s*\(\s*|(?:^|[^\w.$>])(?:spawn|execFile|spawnSync|execFileSync|execa)\s*\(\s*|\bexec\.Command\s*\(\s*|\bexec\.CommandContext\s*\(\s*[\w.]+(?:\(\))?\s*,\s*|\bCommand::new\s*\(\s*&?|\bProcessBuilder\s*\(\s*|\.getRuntime\(\)\.exec\s*\(\s*|\bProcess\.Start\s*\(\s*|\bOpen3\.\w+\s*\(\s*|\bSystem\.cmd\s*\(\s*",
);
static NONE: Pattern = Pattern::new(r"[^\s\S]");
/// It is held to a list, or taken from one.
static LISTED_ONES: Pattern = Pattern::new(
    r"(?i)allow|whitelist|permitted|known|\bnot\s+in\b|\bin\s+[A-Z_]{4,}|in_array|\.(?:includes|contains|has|include\?|containsKey|ContainsKey|contains_key)\s*\(|\bswitch\b|\bmatch\s|\bcase\b|\bwhen\b|\w\s*,\s*(?:ok|found|exists)\s*:?=|\b[A-Za-z_]\w*\[\s*(?:r|req|request|ctx|c|params)\b",
);
/// The program is told by the code, or the value is a list whose first word the code tells.
static NAMED: Pattern = Pattern::new(r#"^\s*[\[{(]*\s*[fr]?["'`]|^\s*$"#);
static STARTED: Place<'_> = Place::of(&PROGRAM, &NONE).but(&LISTED_ONES, &NAMED);
/// What takes a line apart into words.
const TAKES_APART: [&str; 5] = ["Fields", "split", "Split", "splitlines", "shlex"];

/// A program is started that a request names: no shell is needed to run anything then.
fn program(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    static GIVEN: Pattern = Pattern::new(r"^\s*&?(\w+)\s*(?:[,)\]]|\.\.\.|$)");
    for lines in ending(&STARTED, &TAKES_APART, file) {
        let text = side.plain().get(side.bytes_of(lines.start, lines.end)).unwrap_or("");
        let given = PROGRAM.find(text).and_then(|call| GIVEN.group(text.get(call.end..)?, 1));
        // `args := []string{"git", ref}`: the list begins with a word of the code.
        let begun = |name: &str| {
            let around = side.function_at(lines.start).map_or(0..side.len().saturating_sub(1), |f| f.first_line..f.last_line);
            around.take(400).any(|line| {
                let plain = side.plain_line(line);
                plain
                    .trim_start()
                    .trim_start_matches("const ")
                    .trim_start_matches("let ")
                    .trim_start_matches("var ")
                    .strip_prefix(name)
                    .is_some_and(|rest| BEGINS.is_match(rest))
            })
        };
        static BEGINS: Pattern =
            Pattern::new(r#"^\s*(?::\s*[\w<>\[\]]+\s*)?:?=\s*(?:\[\]string\s*|vec!\s*|List\.of\s*|new\s+\w+(?:\[\])?\s*)?[\[{(]\s*["'`]"#);
        if !given.is_some_and(begun) {
            let draft = Draft::lines(file, side, lines.start, lines.end).title("Starts the program that somebody names in a request");
            sink.report(draft.why("Whoever can send the request runs any program on this machine, and needs no shell for it."));
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
