//! `decode-then-execute`: what runs was decoded first, so that no reader sees what it is.

use super::disguise;
use super::engines::{LONGEST, engines, holds_commands};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::flow::arrivals;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::shell::{self, Deed};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/decode-then-execute.toml`.
pub struct DecodeThenExecute;

static GIVEN_AS_INPUT: Pattern = Pattern::new(r"\b(?:input|stdin|data|env|cwd)\s*[=:]");
static PIECES: Pattern = Pattern::new(
    r#"(?x) \bgetattr\s*\(\s*(?:__builtins__|builtins|os|subprocess|__import__\([^)]*\))\s*,\s*(?:["'][^"']*["']\s*\+|["'][^"']*["']\s*\[::-1\]|["'][^"']*["']\.join|\w*(?:decode|chr)\w*\()
      | \b(?:window|globalThis|global|self)\s*\[\s*(?:["'][^"']*["']\s*\+|atob\(|\[) | \b(?:__import__|import_module|require)\s*\(\s*["'][^"'/.]*["']\s*\+\s*["']"#,
);
static MAY_DECODE: Pattern = Pattern::new(
    r"(?i)base64|base32|xxd|openssl|frombase|-enc|\brev\b|fromhex|atob|unhexlify|printf|echo|xz|gzip|gunzip|zcat|bzip2|zstd|tail\s+-c",
);
/// Decoding and running in the words of a shell, where both stand on lines of their own.
static SHELL_DECODES: Pattern = Pattern::new(
    r"\bbase(?:64|32)\s+(?:-d|-D|--decode)\b|\bxxd\s+-r|\bopenssl\s+(?:enc|base64)\b[^\n]*\s-d\b|\|\s*rev\b|\btr\s+['\x22]?[A-Z]-Z?a-z|\bFromBase64String\b",
);
static SHELL_RUNS: Pattern = Pattern::new(
    r"(?i)(?:^|[;&|]\s*)eval\s|\b(?:ba|z|da|k)?sh\s+-c\b|<<<|\|\s*(?:ba|z|da|k)?sh\b|\b(?:source|\.)\s+(?:/dev/stdin|<\()|\bInvoke-Expression\b|\biex\b",
);

static DECODES: Hint = Hint::new(|| Words::of([&engines().decoders, &SHELL_DECODES]));
static RUNS: Hint = Hint::new(|| Words::of([&engines().evaluators, &engines().spawners, &SHELL_RUNS]));
static IN_PIECES: Hint = Hint::new(|| Words::of([&PIECES]));
static HIDDEN: Hint = Hint::new(|| shell::words_of(Deed::RunsDecoded));

impl Check for DecodeThenExecute {
    fn rule(&self) -> RuleId {
        RuleId("decode-then-execute")
    }

    fn needs(&self) -> Needs {
        let told = Words::of([&engines().decoders, &PIECES, &SHELL_DECODES]).or(disguise::words()).or(shell::words_of(Deed::RunsDecoded));
        Needs::nothing()
            .and(Reach::AFTER, told)
            .noting(&DECODES)
            .noting(&RUNS)
            .noting(&IN_PIECES)
            .noting(&HIDDEN)
            .noting(&disguise::STARTED)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let severity = match file.role {
            Role::Docs | Role::Data | Role::Vendored | Role::Generated | Role::Lock | Role::Instructions => return,
            Role::Test | Role::Example => Severity::Medium,
            _ => Severity::Critical,
        };
        if file.language.is_code() {
            let before = sink.reported();
            calls(file, side, severity, sink);
            if sink.reported() == before {
                disguise::report(file, side, severity, sink);
            }
            pieces(file, side, severity, sink);
        }
        commands(file, side, severity, sink);
    }
}

fn calls(file: &FileView<'_>, side: &SideView<'_>, severity: Severity, sink: &mut Sink<'_>) {
    let changed = |statement: &Statement| side.touches(statement.first_line, statement.last_line);
    let short = |statement: &Statement| statement.bytes.len() <= LONGEST;
    let (decoding, running) = (file.spots(&DECODES, Side::New), file.spots(&RUNS, Side::New));
    let decodes = |s: &Statement| decoding.meet(s.first_line, s.last_line) && decodes(file, side, s);
    let runs = |s: &Statement| if running.meet(s.first_line, s.last_line) { runs(file, side, s) } else { None };
    // Nothing that decodes, nothing that runs, or neither of them changed: nothing to find.
    let any = |test: &dyn Fn(&Statement) -> bool| side.statements().iter().any(|s| short(s) && test(s));
    if !any(&decodes) || !any(&|s| runs(s).is_some()) || !any(&|s| changed(s) && (decodes(s) || runs(s).is_some())) {
        return;
    }
    let found = arrivals(side, |s| (short(s) && decodes(s)).then_some(()), |s| short(s) && runs(s).is_some());
    for arrival in found {
        let (from, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
        if !changed(from) && !changed(to) || !inside(file, side, to, arrival.source == arrival.sink) {
            continue;
        }
        let confidence = if arrival.source == arrival.sink { Confidence::High } else { Confidence::Medium };
        sink.report(Draft::lines(file, side, to.first_line, to.last_line).severity(severity).confidence(confidence));
    }
}

fn is_shell(language: Language) -> bool {
    matches!(language, Language::Shell | Language::PowerShell)
}

fn decodes(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> bool {
    let plain = side.plain_of(statement);
    if is_shell(file.language) { SHELL_DECODES.is_match(plain) } else { engines().decoders.is_match(plain) }
}

/// Whether a file without a language of its own holds commands of a build.
fn builds(name: &str) -> bool {
    [".m4", ".ac", ".am", ".cmake", ".mk", ".in"].iter().any(|ending| name.ends_with(ending))
        || name == "CMakeLists.txt"
        || name == "configure"
}

/// What runs is looked up under a name that is put together from pieces.
fn pieces(file: &FileView<'_>, side: &SideView<'_>, severity: Severity, sink: &mut Sink<'_>) {
    let spots = file.spots(&IN_PIECES, Side::New);
    for statement in side.statements().iter().filter(|s| side.touches(s.first_line, s.last_line) && s.bytes.len() <= LONGEST) {
        if spots.meet(statement.first_line, statement.last_line) && PIECES.is_match(side.plain_of(statement)) {
            let draft =
                Draft::lines(file, side, statement.first_line, statement.last_line).title("Looks up what it runs under a name in pieces");
            sink.report(draft.severity(severity).confidence(Confidence::Medium));
        }
    }
}

/// Where in a statement something runs: the byte, and whether it starts a program rather than evaluating.
fn runs(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> Option<(usize, bool)> {
    if is_shell(file.language) {
        return SHELL_RUNS.find(side.plain_of(statement)).map(|found| (found.start, false));
    }
    let code = side.code_of(statement);
    let evaluates = engines().evaluators.find(code).map(|found| (found.start, false));
    let plain = side.plain_of(statement);
    // `require('child_process').exec(…)`: the module's name is a string.
    let spawns = || engines().spawners.find(code).or_else(|| engines().spawners.find(plain).filter(|_| plain.contains("child_process")));
    evaluates.or_else(|| spawns().map(|found| (found.start, true)))
}

/// Whether what is decoded is what runs, rather than what a program is given to read.
fn inside(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement, straight: bool) -> bool {
    // What stands on one line of a shell is told from the line.
    let Some((at, spawns)) = runs(file, side, statement).filter(|_| !(straight && is_shell(file.language))) else { return false };
    let plain = side.plain_of(statement);
    let rest = plain.get(at..).unwrap_or("");
    let decoded_at = engines().decoders.find(rest).map(|found| found.start);
    if straight && decoded_at.is_none() {
        return false;
    }
    let before = rest.get(..decoded_at.unwrap_or(rest.len())).unwrap_or("");
    !(spawns && GIVEN_AS_INPUT.is_match(before))
}

fn commands(file: &FileView<'_>, side: &SideView<'_>, severity: Severity, sink: &mut Sink<'_>) {
    if holds_commands(file.language) || builds(file.name()) {
        for line in file.added_on(&HIDDEN) {
            let plain = side.plain_line(line.index);
            if MAY_DECODE.is_match(plain) && shell::worst(plain) == Some(Deed::RunsDecoded) {
                sink.report(Draft::line(file, side, line.index).severity(severity));
            }
        }
    } else if file.language.is_code() {
        let spots = file.spots(&HIDDEN, Side::New);
        for (line, string) in side.strings().filter(|(line, string)| side.is_changed(*line) && string.len() <= LONGEST) {
            if spots.meet(line, line + string.matches('\n').count())
                && MAY_DECODE.is_match(string)
                && shell::worst(string) == Some(Deed::RunsDecoded)
            {
                sink.report(Draft::line(file, side, line).severity(severity));
            }
        }
    }
}
