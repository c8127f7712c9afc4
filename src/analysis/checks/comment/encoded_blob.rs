//! `encoded-blob`: long encoded text, or a line too long for anybody, in source code.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/encoded-blob.toml`.
pub struct EncodedBlob;

/// A line longer than this was not written to be read, in bytes.
const LONGEST_LINE: usize = 5000;

static BASE64: Pattern = Pattern::new(r"[A-Za-z0-9+/_-]{200,}={0,2}");
static HEXADECIMAL: Pattern = Pattern::new(r"(?:\\x[0-9a-fA-F]{2}){60,}|\b[0-9a-fA-F]{200,}\b");
static PICTURE: Pattern =
    Pattern::new(r"data:(?:image|font|audio)/|sha(?:256|384|512)-|d=\x22M|iVBORw0KGgo|BEGIN CERTIFICATE|BEGIN PUBLIC KEY");

impl Check for EncodedBlob {
    fn rule(&self) -> RuleId {
        RuleId("encoded-blob")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let mut told = pieces(file, side, sink);
        told.extend(spelled(file, side, sink));
        for line in file.added().filter(|line| line.text.len() >= 120 && !told.contains(&line.index)) {
            let encoded = BASE64.find(line.text).filter(|found| mixes(line.text.get(found.clone()).unwrap_or("")));
            let long = line.text.len() > LONGEST_LINE;
            let Some((what, severity)) = (match encoded.or_else(|| HEXADECIMAL.find(line.text)).or_else(|| decoded_here(side, line.index)) {
                Some(_) if PICTURE.is_match(line.text) => None,
                Some(found) => Some((format!("{} characters of encoded text", found.len()), Severity::Medium)),
                None if long => Some((format!("A line of {} characters", line.text.len()), Severity::Info)),
                None => None,
            }) else {
                continue;
            };
            // The text itself says nothing and may hold a secret.
            let start: String = line.text.trim_start().chars().take(40).collect();
            sink.report(Draft::line(file, side, line.index).title(what).evidence(format!("{start}…")).severity(severity));
        }
    }
}

/// A shorter run of encoded text that is decoded where it stands.
fn decoded_here(side: &SideView<'_>, line: usize) -> Option<Range<usize>> {
    static SHORTER: Pattern = Pattern::new(r"[\x22'`][A-Za-z0-9+/_-]{120,}={0,2}[\x22'`]|[\x22'`][0-9a-fA-F]{120,}[\x22'`]");
    static DECODES: Pattern = Pattern::new(
        r"(?i)decode\w*\s*\(|\batob\s*\(|from_?(?:hex|base64)\w*\s*\(|parseHex\s*\(|hex2bin\s*\(|unhexlify\s*\(|unpack1?\s*\(|\bBuffer\.from\s*\(",
    );
    let text = side.line(line).text;
    let found = SHORTER.find(text).filter(|_| text.len() <= LONGEST_LINE)?;
    let run = text.get(found.clone())?;
    // Keys and certificates, pictures and fonts say themselves what they are.
    let known = ["MII", "iVBOR", "R0lGOD", "/9j/", "UklGR", "PHN2Zy", "d09GM", "AAEAAA", "H4sI"];
    if known.iter().any(|begin| run.get(1..).is_some_and(|run| run.starts_with(begin))) {
        return None;
    }
    let hexadecimal = run.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'"' | b'\'' | b'`'));
    let here = text.get(..found.start).is_some_and(|before| DECODES.is_match(before));
    let above = || {
        line.checked_sub(1).is_some_and(|above| {
            let text = side.plain_line(above).trim_end();
            text.len() <= LONGEST_LINE && text.ends_with('(') && DECODES.is_match(text)
        })
    };
    ((hexadecimal || mixes(run)) && (here || above())).then_some(found)
}

/// One encoded text in pieces, a line for each.
fn pieces(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) -> BTreeSet<usize> {
    static PIECE: Pattern = Pattern::new(
        r"^\s*(?:[\w.]+\s*\(?\s*)?[+.&|]?\s*b?[\x22'`]((?:\\x[0-9a-fA-F]{2}){8,}|(?:\\[0-3]?[0-7]{2}){8,}|[A-Za-z0-9+/]{56,}={0,2}|[0-9a-fA-F]{48,})[\x22'`]\s*[+.;&|)\\]*\s*$",
    );
    /// So many characters of it are more than a key or a sum.
    const LEAST: usize = 240;
    let (mut told, mut run): (BTreeSet<usize>, Vec<usize>) = (BTreeSet::new(), Vec::new());
    let (mut length, mut mixed) = (0, String::new());
    let lines: Vec<(usize, Option<&str>)> = file
        .added()
        .map(|line| {
            let piece = (line.text.len() >= 48 && line.text.len() <= LONGEST_LINE && has_no_words(line.text))
                .then(|| PIECE.group(line.text, 1))
                .flatten();
            (line.index, piece.filter(|_| !PICTURE.is_match(line.text)))
        })
        .collect();
    for at in 0..=lines.len() {
        let next = lines.get(at).and_then(|(index, piece)| Some((*index, (*piece)?)));
        if let Some((index, piece)) = next.filter(|(index, _)| run.last().is_none_or(|last| *last + 1 == *index)) {
            run.push(index);
            length += piece.len();
            if mixed.len() < LONGEST_LINE {
                mixed.push_str(piece);
            }
            continue;
        }
        let hexadecimal = mixed.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'\\' | b'x'));
        if let Some(first) = run.first().filter(|_| run.len() > 1 && length >= LEAST && (hexadecimal || mixes(&mixed))) {
            let start: String = side.line(*first).text.trim_start().chars().take(40).collect();
            let title = format!("{length} characters of encoded text, in {} pieces", run.len());
            sink.report(Draft::line(file, side, *first).title(title).evidence(format!("{start}…")).severity(Severity::Medium));
            told.extend(run.iter().copied());
        }
        run.clear();
        mixed.clear();
        length = 0;
        if let Some((index, piece)) = next {
            run.push(index);
            length = piece.len();
            mixed.push_str(piece);
        }
    }
    told
}

/// Whether there are so few blanks that nobody wrote a sentence or a statement there.
fn has_no_words(text: &str) -> bool {
    text.trim().bytes().filter(|byte| *byte == b' ').take(4).count() < 4
}

/// A text that is written as the numbers of its characters.
fn spelled(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) -> BTreeSet<usize> {
    static NUMBERS: Pattern = Pattern::new(r"(?:\b(?:0x[0-9a-fA-F]{2}|\d{2,3})\s*,\s*){40,}");
    let mut told = BTreeSet::new();
    for line in file.added().filter(|line| line.text.len() >= 160 && line.text.len() <= LONGEST_LINE) {
        if line.text.bytes().filter(|byte| *byte == b',').take(40).count() < 40 {
            continue;
        }
        let Some(run) = NUMBERS.group(line.text, 0) else { continue };
        let number = |part: &str| match part.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => part.parse().ok(),
        };
        let signs: Vec<u32> = run.split(',').map(str::trim).filter(|part| !part.is_empty()).filter_map(number).collect();
        let readable = signs.iter().all(|sign| matches!(sign, 9 | 10 | 13 | 32..=126));
        let letters = signs.iter().filter(|sign| matches!(sign, 65..=90 | 97..=122)).count();
        let blanks = signs.iter().filter(|sign| matches!(sign, 10 | 32)).count();
        if readable && letters * 10 > signs.len() * 6 && blanks > 2 {
            let start: String = line.text.trim_start().chars().take(40).collect();
            let title = format!("A text of {} characters is written as numbers", signs.len());
            sink.report(Draft::line(file, side, line.index).title(title).evidence(format!("{start}…")).severity(Severity::Medium));
            told.insert(line.index);
        }
    }
    told
}

/// Whether a run holds letters of both cases and digits, as encoded bytes do and names do not.
fn mixes(run: &str) -> bool {
    let has = |test: fn(&u8) -> bool| run.bytes().any(|byte| test(&byte));
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}
