//! The one sanitising door: text from outside becomes text that cannot act on a terminal, a log or a reader's eye.
//!
//! Nothing here decides whether hidden text is a finding; it only makes hidden text visible.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Columns between two tab stops when a tab is drawn as spaces.
pub const TAB_WIDTH: usize = 4;

/// How a character that must not be drawn raw is classed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// C0 and C1 controls, DEL: they can move the cursor, set a title or answer back.
    Control,
    /// Bidirectional controls: they reorder what a reader sees (Trojan Source, CVE-2021-42574).
    Bidi,
    /// Characters of no width that split words or carry data.
    ZeroWidth,
    /// The tag block U+E0000..U+E007F: an invisible copy of ASCII.
    Tag,
    /// Variation selectors: invisible; 256 of them encode a byte each.
    VariationSelector,
    /// Private use and noncharacters: no agreed shape.
    Private,
    /// Line and paragraph separators that are neither LF nor CR.
    Separator,
}

/// Classes `c`, or `None` when it may be drawn as it is. LF and TAB are `Control` here: a drawn line has neither.
#[must_use]
pub fn hidden(c: char) -> Option<Hidden> {
    Some(match c {
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Hidden::Control,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Hidden::Bidi,
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' => Hidden::ZeroWidth,
        '\u{2028}' | '\u{2029}' => Hidden::Separator,
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => Hidden::VariationSelector,
        '\u{e0000}'..='\u{e007f}' => Hidden::Tag,
        // Unassigned, and drawn as nothing by rule.
        '\u{fff0}'..='\u{fff8}' | '\u{e0080}'..='\u{e0fff}' => Hidden::ZeroWidth,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fdd0}'..='\u{fdef}' => Hidden::Private,
        _ if u32::from(c) & 0xfffe == 0xfffe => Hidden::Private,
        _ => return None,
    })
}

/// Whether the invisible `c` between `before` and `after` belongs to an emoji sequence: VS15/VS16 after a symbol, or a
/// joiner between two pictographs. 7 % of ordinary agent commits carry one; they are drawn and never a finding.
#[must_use]
pub fn joins_emoji(before: Option<char>, c: char, after: Option<char>) -> bool {
    match c {
        '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(emoji_base),
        '\u{200d}' => before.is_some_and(|b| pictograph(b) || b == '\u{fe0f}') && after.is_some_and(pictograph),
        _ => false,
    }
}

fn emoji_base(c: char) -> bool {
    pictograph(c) || matches!(c, '#' | '*' | '0'..='9' | '\u{a9}' | '\u{ae}')
}

fn pictograph(c: char) -> bool {
    matches!(c, '\u{203c}' | '\u{2049}' | '\u{2100}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// One line of outside text made safe to draw: tabs become spaces up to the next stop, every hidden character becomes a
/// visible token such as `‹U+202E›`, a trailing CR is dropped. Borrowed when nothing had to change.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut column = 0;
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\t' {
            let width = TAB_WIDTH - column % TAB_WIDTH;
            out.extend(std::iter::repeat_n(' ', width));
            column += width;
        } else if hidden(c).is_none() || joins_emoji(before, c, chars.peek().copied()) {
            out.push(c);
            column += 1;
        } else {
            let start = out.len();
            push_token(&mut out, c);
            column += out.len() - start;
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

/// Outside text of several lines made safe to draw: each line as by [`line()`], joined by LF.
#[must_use]
pub fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, each) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(&line(each));
    }
    out
}

/// Outside text as one word of a POSIX shell, for commands that a person may copy: nothing in it acts. Still passes [`line()`].
#[must_use]
pub fn word(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_./@%+=:,-#".contains(&b);
    if !text.is_empty() && !text.starts_with(['-', '#']) && text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', "'\\''")))
}

fn push_token(out: &mut String, c: char) {
    let _ = write!(out, "‹U+{:04X}›", u32::from(c));
}

/// Outside bytes as text: valid UTF-8 as it is, every other byte as a visible token such as `‹xE9›`.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "‹x{byte:02X}›");
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_cannot_reach_a_terminal() {
        assert_eq!(line("a\x1b[31mred\x07"), "a‹U+001B›[31mred‹U+0007›");
        assert_eq!(line("if admin\u{202e} { }"), "if admin‹U+202E› { }");
        assert_eq!(line("zero\u{200b}width \u{e0041}"), "zero‹U+200B›width ‹U+E0041›");
    }

    #[test]
    fn ordinary_text_and_emoji_are_left_alone() {
        assert!(matches!(line("let x = 1;"), Cow::Borrowed(_)));
        assert_eq!(line("ship it ❤\u{fe0f} 👩\u{200d}💻"), "ship it ❤\u{fe0f} 👩\u{200d}💻");
        assert_eq!(line("中文 é"), "中文 é");
    }

    #[test]
    fn tabs_reach_the_next_stop_and_line_ends_go() {
        assert_eq!(line("\ta\tb\r\n"), "    a   b");
    }

    #[test]
    fn noncharacters_and_unassigned_ignorables_are_visible() {
        assert_eq!(line("a\u{ffff}b\u{1fffe}c\u{e0100}d\u{e0fff}e\u{fff0}"), "a‹U+FFFF›b‹U+1FFFE›c‹U+E0100›d‹U+E0FFF›e‹U+FFF0›");
    }

    #[test]
    fn words_of_a_command_cannot_act() {
        assert_eq!(word("claude/fix-2"), "claude/fix-2");
        assert_eq!(word("x;touch${IFS}y"), "'x;touch${IFS}y'");
        assert_eq!(word("it's"), "'it'\\''s'");
        assert_eq!([word(""), word("#1"), word("a b")], ["''", "'#1'", "'a b'"]);
    }

    #[test]
    fn bytes_that_are_not_utf8_stay_distinguishable() {
        assert_eq!(decode(b"caf\xe9"), "caf‹xE9›");
        assert_ne!(decode(b"caf\xe9"), decode(b"caf\xe8"));
    }
}
