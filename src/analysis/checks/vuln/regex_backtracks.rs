//! `regex-backtracks`: a regular expression that some texts keep busy for ever, in a language whose engine tries every way.

use super::ambiguity::ambiguous;
use super::request::ASKED;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::lexer::{Kind, Lexeme};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/regex-backtracks.toml`.
pub struct RegexBacktracks;

/// What stands before a text that is read as an expression.
static READ: Pattern = Pattern::new(
    r"(?:\bre(?:gex)?\.(?:compile|match|fullmatch|search|sub|subn|findall|finditer|split)|\bnew\s+RegExp|\bRegExp|\bRegexp\.new|\bPattern\.(?:compile|matches)|\.(?:matches|replaceAll|replaceFirst)|\bpreg_\w+|\bnew\s+Regex|\bRegex(?:\.(?:IsMatch|Match|Matches|Replace|Split)\s*\([^,()]*,\s*)?|\bGeneratedRegex|\bPattern\s*\(\s*regexp\s*=)\s*\(?\s*$",
);
/// Of these, what must match the whole text.
static WHOLE: Pattern = Pattern::new(r"(?:fullmatch|\.matches|Pattern\.matches)\s*\(?\s*$");
static SLASHED: Pattern = Pattern::new(r"(?:^|[=(,~\s])/((?:[^/\\\n]|\\.)+)/[imxo]*");
/// How much before a text is looked at, in bytes.
const BEFORE: usize = 120;
/// A repetition in brackets that is repeated: nothing else can explode.
static NESTED: Pattern = Pattern::new(r"\)[*+{]");

impl Check for RegexBacktracks {
    fn rule(&self) -> RuleId {
        RuleId("regex-backtracks")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let tries = matches!(
            file.language,
            Language::Python
                | Language::JavaScript
                | Language::TypeScript
                | Language::Java
                | Language::Kotlin
                | Language::Scala
                | Language::Ruby
                | Language::Php
                | Language::CSharp
        );
        let Some(side) = file.new_side().filter(|_| tries && file.role.is_live()) else { return };
        if !file.added().any(|line| NESTED.is_match(line.text)) {
            return;
        }
        if file.language == Language::Ruby {
            ruby(file, side, sink);
        }
        for token in side.tokens().iter().filter(|token| token.kind == Kind::Str) {
            let line = side.line_of(token.start);
            if !side.is_changed(line) {
                continue;
            }
            let Some((regex, whole)) = expression(side, token, file.language) else { continue };
            if let Some(part) = ambiguous(&regex, whole || tried_whole(side, line)) {
                let draft = Draft::line(file, side, line).title(titled(&part));
                let grave = tried_on_request(side, line) || was_linear(file, side, line);
                sink.report(if grave { draft } else { draft.severity(Severity::Medium) });
            }
        }
    }

    /// The expression is new here, and what a request brings is handed to the function beside it there.
    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        static NAMED: Pattern = Pattern::new(
            r"(?:\bdef|\bfunction|\bfunc|\bfun|\bconst|\blet)\s+([A-Za-z_]\w{3,})\s*(?:=\s*(?:async\s*)?(?:\(|\w+\s*=>|function)|\(|:)|\b(?:public|static|private|internal)\s+(?:static\s+)?[\w<>\[\]?]+\s+([A-Za-z_]\w{3,})\s*\(",
        );
        const MOST: usize = 500;
        let short = |line: &str| line.len() < 600;
        let files = &view.change.patch.files;
        let told = files
            .iter()
            .zip(view.outcomes)
            .take(MOST)
            .filter(|(_, outcome)| outcome.findings.iter().any(|found| found.rule == self.rule()));
        let mut names: Vec<String> = Vec::new();
        for text in told.filter_map(|(file, _)| file.text()) {
            let lines = || text.added().map(|(_, line)| line).filter(|line| short(line));
            names.extend(lines().flat_map(|line| NAMED.parts(line)).take(50).map(|name| format!("{name}(")));
        }
        if names.is_empty() {
            return;
        }
        for file in files.iter().take(MOST).filter(|file| Role::of(&file.path().text()).is_live()) {
            let Some(text) = file.text() else { continue };
            let calls = |line: &str| short(line) && ASKED.is_match(line) && names.iter().any(|name| line.contains(name.as_str()));
            if let Some((number, line)) = text.added().find(|(_, line)| calls(line)) {
                let title = "What a request brings is tried against an expression that can take for ever";
                return sink.report(Draft::numbered(file.path(), Side::New, number, line.trim()).title(title).severity(Severity::High));
            }
        }
    }
}

/// Ruby's expressions between slashes are no strings to the lexer.
fn ruby(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    for line in side.changed_lines() {
        let literals = SLASHED.groups(side.plain_line(line.index), 1);
        if let Some(part) = literals.filter(|text| NESTED.is_match(text)).find_map(|text| ambiguous(text, false)) {
            sink.report(Draft::line(file, side, line.index).title(titled(&part)).severity(Severity::Medium));
        }
    }
}

/// Whether a changed line tries what a request brings against the expression on `line`, there or by its name.
fn tried_on_request(side: &SideView<'_>, line: usize) -> bool {
    static NAMED: Pattern = Pattern::new(r"\b([A-Za-z_$]\w{2,})\s*(?::\s*[\w.<>]+\s*)?=\s*[^=]");
    let own = side.plain_line(line);
    if own.len() < 2000 && ASKED.is_match(own) {
        return true;
    }
    let Some(name) = NAMED.group(own, 1) else { return false };
    let speaks = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').any(|word| word == name);
    side.changed_lines()
        .take(5_000)
        .any(|other| other.index != line && other.text.len() < 600 && speaks(other.text) && ASKED.is_match(side.plain_line(other.index)))
}

/// Whether the expression on `line` has a name by which it is asked to match all of a text.
fn tried_whole(side: &SideView<'_>, line: usize) -> bool {
    static NAMED: Pattern = Pattern::new(r"\b([A-Za-z_$]\w{2,})\s*(?::\s*[\w.<>]+\s*)?=\s*[^=]");
    let Some(name) = NAMED.group(side.plain_line(line), 1) else { return false };
    let calls = [format!("{name}.fullmatch("), format!("{name}.matches("), format!("{name}.matchEntire(")];
    let lines = side.lines().take(5_000).filter(|other| other.text.len() < 600);
    lines.map(|other| other.text).any(|text| {
        calls.iter().any(|call| text.contains(call.as_str())) || text.contains(&format!("{name}.matcher(")) && text.contains(".matches(")
    })
}

/// Whether the same name held an expression before that no text kept busy.
fn was_linear(file: &FileView<'_>, side: &SideView<'_>, line: usize) -> bool {
    static NAMED: Pattern = Pattern::new(r"\b([A-Za-z_$]\w{2,})\s*(?::\s*[\w.<>]+\s*)?=\s*[^=]");
    let Some((old, name)) = file.old().zip(NAMED.group(side.plain_line(line), 1)) else { return false };
    let held: Vec<usize> = old
        .changed_lines()
        .filter(|was| was.text.len() < 2000 && NAMED.group(old.plain_line(was.index), 1) == Some(name))
        .map(|was| was.index)
        .take(10)
        .collect();
    let ways = |token: &Lexeme| expression(old, token, file.language).is_some_and(|(regex, whole)| ambiguous(&regex, whole).is_some());
    let tokens = || old.tokens().iter().filter(|token| token.kind == Kind::Str && held.contains(&old.line_of(token.start)));
    !held.is_empty() && tokens().next().is_some() && !tokens().any(ways)
}

fn titled(part: &str) -> String {
    format!("A regular expression can take for ever: {part}")
}

/// The expression that the text of `token` is, and whether it must match all it is asked about.
fn expression(side: &SideView<'_>, token: &Lexeme, language: Language) -> Option<(String, bool)> {
    let text = side.token_text(token);
    if !NESTED.is_match(text) {
        return None;
    }
    if matches!(language, Language::JavaScript | Language::TypeScript) && text.starts_with('/') {
        return Some((delimited(text)?.to_owned(), false));
    }
    let start = (token.start.saturating_sub(BEFORE)..=token.start).find(|at| side.text().is_char_boundary(*at))?;
    let before = side.text().get(start..token.start)?.trim_end_matches(['r', 'R', 'b', 'B', 'u', '@']);
    let kotlin = language == Language::Kotlin && side.text().get(token.end..).is_some_and(|after| after.starts_with(".toRegex("));
    if !READ.is_match(before) && !kotlin {
        return None;
    }
    let raw = side.text().get(start..token.start)?.ends_with(['r', 'R', '@']);
    let inside = text.trim_matches(['"', '\'', '`']);
    let regex = if language == Language::Php { delimited(inside)? } else { inside };
    let verbatim = raw || text.starts_with("\"\"\"") && language == Language::Kotlin || matches!(language, Language::Php | Language::Ruby);
    let regex = if verbatim { regex.to_owned() } else { regex.replace("\\\\", "\\") };
    Some((regex, WHOLE.is_match(before)))
}

/// What stands between the delimiters at both ends.
fn delimited(text: &str) -> Option<&str> {
    let open = text.chars().next()?;
    let close = match open {
        '{' => '}',
        '(' => ')',
        '[' => ']',
        other => other,
    };
    text.get(open.len_utf8()..text.rfind(close)?)
}
