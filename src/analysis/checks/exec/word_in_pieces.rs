//! `word-in-pieces`: a word that says what runs is written so that nobody reads it: in pieces, backwards, rotated, or in numbers.
//!
//! Reads constants only. What is decoded while the program runs is `decode-then-execute`'s.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use super::engines::LONGEST;
use super::spelling::{codes, escapes, grown, joined, reversed, rotated, shifted, turned, turned_letters};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/word-in-pieces.toml`.
pub struct WordInPieces;

/// So many letters written as numbers in a row are no accident.
const MANY: usize = 6;

/// Words that run, load, fetch or reach for what runs.
const TELLING: [&str; 56] = [
    "eval",
    "exec",
    "execSync",
    "execFile",
    "execve",
    "spawn",
    "spawnSync",
    "system",
    "os.system",
    "popen",
    "assert",
    "child_process",
    "Function",
    "constructor",
    "__import__",
    "__builtins__",
    "builtins",
    "subprocess",
    "base64_decode",
    "fromCharCode",
    "passthru",
    "shell_exec",
    "proc_open",
    "create_function",
    "call_user_func",
    "atob",
    "unescape",
    "unserialize",
    "pickle",
    "marshal",
    "java.lang.Runtime",
    "getRuntime",
    "ProcessBuilder",
    "defineClass",
    "loadLibrary",
    "Invoke-Expression",
    "iex",
    "DownloadString",
    "powershell",
    "/bin/sh",
    "/bin/bash",
    "cmd.exe",
    "curl",
    "wget",
    "document.cookie",
    "XMLHttpRequest",
    "sendBeacon",
    "urlopen",
    "import_module",
    "setTimeout",
    "globalThis",
    "loadstring",
    "Code.eval_string",
    "process.env",
    "os.environ",
    "getattr",
];
/// The same where a longer text was hidden: any of them, or what fetches.
static HOLDS: Pattern = Pattern::new(
    r"(?i)\b(?:eval|exec\w*|spawn\w*|system|popen|child_process|function|constructor|__import__|subprocess|passthru|shell_exec|proc_open|atob|unserialize|powershell|invoke-expression|iex|curl|wget|cookie|fetch|xmlhttprequest|sendbeacon|urlopen|import|require|process|environ|base64\w*|socket|localstorage)\b|/bin/\w*sh|cmd\.exe|https?://|\.ssh|/etc/",
);
/// The constructor of functions, taken off a value that has nothing to do with it.
static CONSTRUCTOR: Pattern = Pattern::new(
    r"(?:\[\s*\]|\x22\s*\x22|\x27\s*\x27|\{\s*\}|\b\d+|/\w+/)\)?(?:\.\w+|\[\s*[\x22\x27][^\x22\x27]*[\x22\x27]\s*\])+\.constructor\b|\(\s*(?:\(\s*\)\s*=>\s*(?:\{\s*\}|\w+)|function\s*\(\s*\)\s*\{\s*\})\s*\)\.constructor\b|\.constructor\.constructor\b",
);
/// Quotes beside each other, or what turns a text round: without one of them there is nothing here to read.
static MAY: Pattern = Pattern::new(
    r"[\x22\x27\x60]\s*(?:\+|\.\.?|<<|,)\s*(?:\(?\s*\d{1,4}(?:\s*[*+-]\s*\d{1,4}\s*)?\)?\s*(?:\+|\.\.?)\s*)?[\x22\x27\x60]|\[::-1\]|reverse|strrev|rot_?13|\btr\(|fromCharCode|fromCodePoint|\bchr\b|\bpack\b|\bbytes\b|\\x[0-9a-fA-F]{2}\\|\\u00[0-9a-fA-F]{2}\\|\\u\{|\\[0-7]{3}\\|\.constructor\b",
);

impl Check for WordInPieces {
    fn rule(&self) -> RuleId {
        RuleId("word-in-pieces")
    }

    fn needs(&self) -> Needs {
        let signs = ["+", "'.", "' .", "\".", "\" .", "<<", "[::-1]", "\\x", "\\u", "\\0", "\\1"];
        let words = [
            "reverse",
            "rot13",
            "rot_13",
            "tr(",
            "CharCode",
            "CodePoint",
            "chr",
            "pack",
            "bytes",
            "join",
            "implode",
            "strcat",
            "strncat",
            "strlcat",
            ".=",
            "push_str",
            "constructor",
            "ptth:",
            "ptths:",
            ":sptth",
            "byte",
            "char",
            "u8",
            "0x",
            "^",
            "\"$",
            "}$",
        ];
        Needs::nothing().and(Reach::ADDED, Words::named(signs.into_iter().chain(words)))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live() && !file.role.is_mechanical();
        let Some(side) = file.new_side().filter(|_| readable) else { return };
        let before = sink.reported();
        for line in file.added().filter(|line| (8..=LONGEST).contains(&line.text.len()) && MAY.is_match(line.text)) {
            let plain = side.plain_line(line.index);
            let Some((title, severity)) = told(plain, line.code()) else { continue };
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity).confidence(Confidence::High));
        }
        if sink.reported() == before {
            pieced(file, side, sink);
            if file.language == Language::Shell {
                of_variables(file, side, sink);
            }
            constants(file, side, sink);
            tables(file, side, sink);
        }
    }
}

/// Words that several statements put together.
fn pieced(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let grows = |text: &str| ["cat(", "cat (", "cat_s(", "+=", ".=", "<<", "push_str("].iter().any(|sign| text.contains(sign));
    let short = || file.added().filter(|line| line.text.len() <= 160);
    if !short().any(|line| grows(line.text)) {
        return;
    }
    for (line, word, pieces) in grown(short().map(|line| (line.index, side.plain_line(line.index)))) {
        if is_telling(&word) && !pieces.iter().any(|piece| is_telling(piece)) {
            let title = format!("Puts the word `{}` together from pieces", word.trim());
            sink.report(Draft::line(file, side, line).title(title).severity(Severity::High).confidence(Confidence::High));
        }
    }
}

/// A script sets pieces of a word one by one, and runs what they are together: `"$a$b" …`.
fn of_variables(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static SET: Pattern = Pattern::new(r#"(?:^|[\s;])([A-Za-z_]\w*)=["']?([\w./-]{1,12})["']?(?:[\s;]|$)"#);
    static RUN: Pattern = Pattern::new(r#"(?:^|[;&|(])\s*"?(\$\{?\w+\}?"?(?:"?\$\{?\w+\}?"?)+)(?:\s|$)"#);
    static NAME: Pattern = Pattern::new(r"\w+");
    let short = || file.added().filter(|line| line.text.len() <= 400);
    let mut values: BTreeMap<&str, &str> = BTreeMap::new();
    for line in short().filter(|line| RUN.is_match(line.text)).take(MOST) {
        if values.is_empty() {
            let set = |plain: &'_ str| SET.find_all(plain).collect::<Vec<_>>();
            for other in side.lines().filter(|other| other.text.len() <= 400 && other.text.contains('=')).take(2_000) {
                let plain = side.plain_line(other.index);
                // Two may stand beside each other, parted by one blank.
                for found in set(plain).into_iter().chain(
                    plain
                        .find(' ')
                        .into_iter()
                        .flat_map(|at| set(plain.get(at..).unwrap_or("")).into_iter().map(move |range| range.start + at..range.end + at)),
                ) {
                    let text = plain.get(found).unwrap_or("");
                    values.extend(SET.group(text, 1).zip(SET.group(text, 2)));
                }
            }
        }
        let Some(parts) = RUN.group(side.plain_line(line.index), 1) else { continue };
        let pieces: Option<Vec<&str>> = NAME.groups(parts, 0).map(|name| values.get(name).copied()).collect();
        let word = pieces.filter(|pieces| pieces.len() > 1 && !pieces.iter().any(|piece| is_telling(piece))).map(|pieces| pieces.concat());
        if let Some(word) = word.filter(|word| is_telling(word)) {
            let title = format!("Puts the word `{word}` together from pieces");
            return sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High).confidence(Confidence::High));
        }
    }
}

/// A reversed or rotated word that is shorter than this may be a word of its own.
const SHORTEST: usize = 7;
/// More constants than this are data.
const MOST: usize = 400;
/// What runs or fetches, where it stands in a text that was shifted letter by letter.
static PLAINLY: Pattern = Pattern::new(
    r"(?i)https?://|/bin/\w*sh|\b(?:curl|wget|powershell|nc)\s+-?\S|\|\s*(?:ba)?sh\b|child_process|\beval\(|cmd\.exe|/etc/passwd|\bimport\s+(?:os|socket|subprocess)\b|\brequire\(",
);

/// The whole name of a class or module, and what loads one by its name.
static CLASS: Pattern = Pattern::new(r"^[a-z]\w*(?:[.\\/][A-Za-z_$][\w$]*)+$");
static BY_NAME: Pattern = Pattern::new(
    r"\bClass\.forName\s*\(|\bloadClass\s*\(|\bActivator\.CreateInstance\b|\bType\.GetType\s*\(|\bimport_module\s*\(|\b__import__\s*\(|\bdlopen\s*\(|\bdlsym\s*\(|\bGetProcAddress\s*\(",
);

/// Texts that read backwards or rotated, wherever in the file they are turned.
fn constants(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static ROTATES: Pattern = Pattern::new(r"(?i)rot_?13|\btr\b\s*\(?\s*['\x22]A-Z?a-z");
    let rotates = ROTATES.is_match(side.text());
    let texts = side.strings().filter(|(line, text)| side.is_changed(*line) && (4..=LONGEST).contains(&text.len()));
    for (line, text) in texts.take(MOST) {
        let inner = text.trim_matches(['"', '\'', '`', '\n', ' ']);
        let backwards = turned(inner);
        let found = if inner.contains("//:sptth") || inner.contains("//:ptth") || inner.len() >= SHORTEST && is_telling(&backwards) {
            Some(backwards)
        } else {
            Some(turned_letters(inner)).filter(|text| rotates && is_telling(text))
        };
        let Some(found) = found else { continue };
        let title = format!("Hides a text that reads `{}`", found.chars().take(60).collect::<String>());
        sink.report(Draft::line(file, side, line).title(title).severity(Severity::High).confidence(Confidence::High));
    }
}

/// Tables of numbers that a number of the file makes a text of, by adding, subtracting or exclusive or.
fn tables(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let by_name = LazyCell::new(|| BY_NAME.is_match(side.masked()));
    for (at, text) in shifted(side.plain(), |range| side.touches(side.line_of(range.start), side.line_of(range.end))) {
        let class = || CLASS.is_match(&text) && *by_name;
        if PLAINLY.is_match(&text) || class() {
            let title = format!("Hides a text that reads `{}`", text.chars().take(60).collect::<String>());
            let draft = Draft::line(file, side, side.line_of(at)).title(title);
            sink.report(draft.severity(Severity::High).confidence(Confidence::High));
        }
    }
}

fn told(plain: &str, code: &str) -> Option<(String, Severity)> {
    let short = |text: &str| text.chars().take(60).collect::<String>();
    if let Some(word) = joined(plain).into_iter().find(|(word, pieces)| is_telling(word) && !pieces.iter().any(|piece| is_telling(piece))) {
        return Some((format!("Puts the word `{}` together from pieces", word.0), Severity::High));
    }
    if CONSTRUCTOR.is_match(code) {
        return Some(("Takes the constructor of functions off another value".to_owned(), Severity::High));
    }
    let backwards = reversed(plain).into_iter().chain(rotated(plain));
    if let Some(text) = backwards.chain(codes(plain)).find(|text| HOLDS.is_match(text) || is_telling(text)) {
        return Some((format!("Hides a text that reads `{}`", short(&text)), Severity::High));
    }
    let spelled = escapes(plain, MANY);
    let telling = spelled.iter().find(|text| HOLDS.is_match(text) || is_telling(text));
    let weight = if telling.is_some() { Severity::High } else { Severity::Medium };
    telling.or(spelled.first()).map(|text| (format!("Spells `{}` in numbers", short(text)), weight))
}

fn is_telling(word: &str) -> bool {
    TELLING.contains(&word.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_that_nobody_would() {
        let says = |text: &str| told(text, text).map(|(title, _)| title).unwrap_or_default();
        for (text, word) in [
            ("getattr(builtins, 'ev' + 'al')(x)", "eval"),
            ("$f = 'as' . 'se' . 'rt';", "assert"),
            ("window[['ev', 'al'].join('')](x)", "eval"),
            ("const c = 'x/elpmaxe.a//:sptth'.split('').reverse().join('')", "https"),
            ("$d = str_rot13('onfr64_qrpbqr');", "base64_decode"),
            ("f(String.fromCharCode(101, 118, 97, 108))", "eval"),
            ("fmt=$'\\x63\\x75\\x72\\x6c'", "curl"),
            ("var a = ['\\x66\\x65\\x74\\x63\\x68']", "fetch"),
            ("$x = chr(101).chr(118).chr(97).chr(108);", "eval"),
        ] {
            assert!(says(text).contains(word), "{text}: {}", says(text));
        }
        for text in [
            "log('eval' + ' took long')",
            "const tag = '<scr' + 'ipt>'",
            "path = 'a' + 'b'",
            "reset = '\\x1b[0m'",
            "return text[::-1]",
            "if (a.constructor === Object)",
            "String.fromCharCode(65 + index)",
            "magic = b'\\x89PNG\\x0d\\x0a'",
        ] {
            assert_eq!(says(text), "", "{text}");
        }
        assert!(says("const pad = [].filter.constructor;").contains("constructor"));
    }
}
