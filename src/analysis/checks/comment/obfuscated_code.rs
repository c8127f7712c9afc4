//! `obfuscated-code`: code that is written so that no reader sees or understands it. Encoded text is `encoded-blob`'s.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/obfuscated-code.toml`.
pub struct ObfuscatedCode;

/// So many blanks inside a line push what follows out of sight.
const OUT_OF_SIGHT: usize = 80;
/// A hand does not write so many signs of code without line ends, nor so many statements on a line.
const DENSE: usize = 400;
const STATEMENTS: usize = 10;
/// A file whose longest line was at least this long was not written for readers before.
const LONG_BEFORE: usize = 600;
/// So many names of an obfuscator are no accident.
const NAMES: usize = 3;
/// Lines longer than this are looked at up to here only, in bytes.
const LOOKED_AT: usize = 64 * 1024;

static MADE_UP: Pattern = Pattern::new(r"\b(?:_0x[0-9a-f]{1,}|a0_0x[0-9a-f]+|[lI1]{8,}|[O0o]{2,}[O0oQ]{6,})\b");
static BLANKS: Pattern = Pattern::new(r"\S([ \t]{80,})\S");
/// Characters that nobody sees become numbers.
static READS_HIDDEN: Pattern = Pattern::new(
    r"(?i)(?:-\s*|-=\s*)(?:0xe0100|0xfe00|917760|65024|0xe0000|917504)\b|\b(?:0xe0100|0xfe00)\b[^\n]*(?:fromCharCode|fromCodePoint|Buffer\.from|chr\()",
);

impl Check for ObfuscatedCode {
    fn rule(&self) -> RuleId {
        RuleId("obfuscated-code")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && !file.role.is_mechanical() && file.role.is_live()) else {
            return;
        };
        let mut made_up: BTreeSet<String> = BTreeSet::new();
        let stood = LazyCell::new(|| -> BTreeSet<String> { file.removed().filter_map(|was| before_gap(was.text)).collect() });
        for line in file.added().filter(|line| line.text.len() >= 16) {
            let text = line.text.get(..line.text.floor_char_boundary(LOOKED_AT)).unwrap_or("");
            // What stood so far to the right before has only changed there.
            if text.len() > OUT_OF_SIGHT && hides(text, &line) && before_gap(text).is_none_or(|before| !stood.contains(&before)) {
                sink.report(
                    Draft::line(file, side, line.index).title("Code far to the right, where nobody looks").evidence(squeezed(text)),
                );
            }
            if READS_HIDDEN.is_match(line.code()) {
                sink.report(Draft::line(file, side, line.index).title("Reads characters that nobody sees as data"));
            }
            if text.len() >= DENSE && is_minified(file, &line) {
                minified(file, side, line.index, text, sink);
            }
            let known = made_up.len();
            made_up.extend(MADE_UP.groups(line.code(), 0).take(NAMES).map(str::to_owned));
            if known < NAMES && made_up.len() >= NAMES {
                let draft = Draft::line(file, side, line.index).title("Names as an obfuscator makes them");
                sink.report(draft.evidence(squeezed(text)));
            }
        }
    }
}

/// What stands before a gap that no screen shows.
fn before_gap(text: &str) -> Option<String> {
    let text = text.get(..text.floor_char_boundary(LOOKED_AT))?;
    BLANKS.find(text).and_then(|gap| text.get(..=gap.start)).map(|before| before.trim().to_owned())
}

/// Whether code follows a gap that no screen shows.
fn hides(text: &str, line: &LineView<'_>) -> bool {
    let Some(gap) = BLANKS.find(text) else { return false };
    let after = line.code().get(gap.end.saturating_sub(1)..).unwrap_or("");
    let before = line.code().get(..gap.start + 1).unwrap_or("");
    // A row of a table is aligned by blanks; so is the backslash or comment at the end of a line.
    after.bytes().filter(u8::is_ascii_alphabetic).count() >= 4 && after.contains(['(', '=', ';', '.']) && !before.trim().is_empty()
}

/// Whether a line holds as much code, without blanks, as only a program writes.
fn is_minified(file: &FileView<'_>, line: &LineView<'_>) -> bool {
    let written = matches!(
        file.language,
        Language::JavaScript | Language::TypeScript | Language::Php | Language::Java | Language::CSharp | Language::Kotlin | Language::Go
    );
    let code = line.code();
    let signs = code.bytes().filter(|byte| !byte.is_ascii_whitespace()).count();
    let ends = code.bytes().filter(|byte| matches!(byte, b';' | b'{')).count();
    written && signs >= DENSE && ends >= STATEMENTS
}

/// In a file that people wrote it is telling; a new file may be a bundle that nobody marked as one.
fn minified(file: &FileView<'_>, side: &SideView<'_>, index: usize, text: &str, sink: &mut Sink<'_>) {
    let longest = file.old().map(|old| old.lines().map(|line| line.text.len()).max().unwrap_or(0));
    let (severity, confidence) = match longest {
        Some(longest) if longest >= LONG_BEFORE => (Severity::Info, Confidence::Low),
        Some(_) => (Severity::High, Confidence::Medium),
        None => (Severity::Medium, Confidence::Low),
    };
    let title = format!("A line of {} characters of code in a file that people read", text.len());
    sink.report(Draft::line(file, side, index).title(title).evidence(squeezed(text)).severity(severity).confidence(confidence));
}

/// The start of a line with single blanks, so that what stood far away stands near.
fn squeezed(text: &str) -> String {
    let start: String = text.chars().take(2000).collect();
    start.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect()
}
