//! The only maker of spans from outside text. Everything passes `model::inert`: what would act on a terminal or hide from a
//! reader becomes a visible token. Never more work than the columns asked for, however long the text is.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthChar;

use crate::model::inert;

/// Columns that `text`, already harmless, takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Outside text on one line, at most `room` columns, with `…` where it was cut.
#[must_use]
pub fn fit(text: &str, room: usize) -> String {
    let line = text.split('\n').next().unwrap_or("");
    let cut = line.char_indices().nth(room.saturating_mul(2) + 16).map_or(line.len(), |(at, _)| at);
    let short = line.get(..cut).unwrap_or(line);
    let safe = inert::line(short);
    if cut == line.len() && width(&safe) <= room {
        return safe.into_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in safe.chars() {
        if used + columns(c) + 1 > room {
            break;
        }
        used += columns(c);
        out.push(c);
    }
    if room > 0 {
        out.push('…');
    }
    out
}

/// Outside text on one line, cut from the left so that its end is seen: for paths.
#[must_use]
pub fn fit_end(text: &str, room: usize) -> String {
    let safe = inert::line(text);
    let all = width(&safe);
    if all <= room {
        return safe.into_owned();
    }
    let mut over = all + 1 - room.min(all);
    let kept: String = safe
        .chars()
        .skip_while(|c| {
            let skip = over > 0;
            over = over.saturating_sub(columns(*c));
            skip
        })
        .collect();
    if room == 0 { String::new() } else { format!("…{kept}") }
}

/// Outside text as a span of at most `room` columns.
#[must_use]
pub fn span(text: &str, room: usize, style: Style) -> Span<'static> {
    Span::styled(fit(text, room), style)
}

/// Lines that [`wrap`] gives at most.
const WRAPPED: usize = 5_000;

/// Outside text broken at spaces into lines of at most `room` columns.
#[must_use]
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(8);
    let mut out = Vec::new();
    for line in text.split('\n') {
        wrap_line(&inert::line(line), room, &mut out);
        if out.len() >= WRAPPED {
            out.truncate(WRAPPED);
            out.push("… the rest is too long to be shown here".to_owned());
            break;
        }
    }
    out
}

fn wrap_line(line: &str, room: usize, out: &mut Vec<String>) {
    let mut now = String::new();
    let mut used = 0;
    for word in line.split_inclusive(' ') {
        let bare = width(word.trim_end());
        if used > 0 && used + bare > room {
            out.push(std::mem::take(&mut now).trim_end().to_owned());
            used = 0;
        }
        for c in word.chars() {
            if used + columns(c) > room && c != ' ' {
                out.push(std::mem::take(&mut now));
                used = 0;
                if out.len() >= WRAPPED {
                    return;
                }
            }
            now.push(c);
            used += columns(c);
        }
    }
    out.push(now.trim_end().to_owned());
}

/// What lies over the bytes of a line of code, each list in order.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// Foreground: what each run is.
    pub syntax: Vec<(Range<usize>, Style)>,
    /// Background: what differs, and what was searched.
    pub marks: Vec<(Range<usize>, Style)>,
    /// How hidden characters look.
    pub hidden: Style,
    /// Under everything.
    pub base: Style,
}

/// Zero-width marks drawn on one character; more of them are shown as tokens.
const STACKED: usize = 3;

/// A line of code from column `across` on, `room` columns of it.
#[must_use]
pub fn code(raw: &str, layers: &Layers, across: usize, room: usize) -> Vec<Span<'static>> {
    let (text, ends_in_cr) = raw.strip_suffix('\r').map_or((raw, false), |text| (text, true));
    let mut pen = Pen { spans: Vec::new(), across, room, column: 0, stacked: 0 };
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    let (mut syntax, mut marks) = (Walk::new(&layers.syntax), Walk::new(&layers.marks));
    while let Some((at, c)) = chars.next() {
        if pen.is_full() {
            return pen.spans;
        }
        let style = layers.base.patch(syntax.at(at)).patch(marks.at(at));
        let after = chars.peek().map(|(_, c)| *c);
        if c == '\t' {
            let stop = inert::TAB_WIDTH - pen.column % inert::TAB_WIDTH;
            (0..stop).for_each(|_| pen.put(' ', style));
        } else if hides(before, c, after) || (columns(c) == 0 && pen.stacked >= STACKED) {
            pen.token(c, layers.hidden);
        } else {
            pen.put(c, style);
        }
        before = Some(c);
    }
    if ends_in_cr {
        pen.put('␍', layers.base.patch(Style::new().add_modifier(ratatui::style::Modifier::DIM)));
    }
    pen.spans
}

fn hides(before: Option<char>, c: char, after: Option<char>) -> bool {
    inert::hidden(c).is_some() && !inert::joins_emoji(before, c, after)
}

/// Where drawing of a line is.
struct Pen {
    spans: Vec<Span<'static>>,
    across: usize,
    room: usize,
    column: usize,
    stacked: usize,
}

impl Pen {
    fn is_full(&self) -> bool {
        self.column >= self.across + self.room
    }

    fn put(&mut self, c: char, style: Style) {
        let wide = columns(c);
        let start = self.column;
        self.column += wide;
        self.stacked = if wide == 0 { self.stacked + 1 } else { 0 };
        if start < self.across || self.column > self.across + self.room {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(c),
            _ => self.spans.push(Span::styled(c.to_string(), style)),
        }
    }

    fn token(&mut self, c: char, style: Style) {
        format!("‹U+{:04X}›", u32::from(c)).chars().for_each(|c| self.put(c, style));
    }
}

/// Walks along a list of runs in order of bytes.
struct Walk<'a> {
    runs: &'a [(Range<usize>, Style)],
}

impl<'a> Walk<'a> {
    fn new(runs: &'a [(Range<usize>, Style)]) -> Self {
        Self { runs }
    }

    fn at(&mut self, byte: usize) -> Style {
        while let [(range, _), rest @ ..] = self.runs
            && range.end <= byte
        {
            self.runs = rest;
        }
        self.runs.first().filter(|(range, _)| range.contains(&byte)).map_or_else(Style::default, |(_, style)| *style)
    }
}

fn columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(spans: &[Span<'_>]) -> String {
        spans.iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn code_shows_what_hides() {
        let layers = Layers::default();
        assert_eq!(plain(&code("\tif a\u{202e}b\x1b[0m\r", &layers, 0, 80)), "    if a‹U+202E›b‹U+001B›[0m␍");
        assert_eq!(plain(&code("a\rb", &layers, 0, 80)), "a‹U+000D›b");
        let stacked = format!("e{}", "\u{301}".repeat(1_000));
        assert!(plain(&code(&stacked, &layers, 0, 20)).chars().count() < 40);
    }

    #[test]
    fn code_is_cut_on_both_sides() {
        let layers = Layers::default();
        assert_eq!(plain(&code("0123456789", &layers, 3, 4)), "3456");
        assert_eq!(plain(&code("日本語", &layers, 0, 5)), "日本");
        assert_eq!(plain(&code(&"x".repeat(1 << 20), &layers, 0, 5)), "xxxxx");
    }

    #[test]
    fn texts_fit_and_wrap() {
        assert_eq!(fit("hello world", 8), "hello w…");
        assert_eq!(fit("hello\nworld", 8), "hello");
        assert_eq!(fit_end("src/deep/file.rs", 8), "…file.rs");
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghijkl", 8), ["abcdefgh", "ijkl"]);
    }
}
