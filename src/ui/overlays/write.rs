//! A remark being written: where it belongs, the lines it is about, the text with its cursor.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::inert;
use crate::model::review::Spot;
use crate::state::said;
use crate::state::session::Session;
use crate::state::write::Write;
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::paint;
use crate::ui::widgets::said_row;

/// Quoted lines that are shown.
const QUOTED: usize = 5;

/// Lines that are there to write in, at least.
const LEAST: usize = 10;

/// The remark.
#[must_use]
pub fn content(write: &Write, session: &Session, room: usize, look: &Look<'_>) -> Content {
    let faint = look.style(Role::Faint);
    let mut lines = vec![Line::from(paint::span(&place(&write.spot, session), room, look.style(Role::Strong)))];
    for line in write.quoted.iter().take(QUOTED) {
        lines.push(Line::from(vec![Span::styled("│ ", faint), paint::span(line, room.saturating_sub(2), faint)]));
    }
    if write.quoted.len() > QUOTED {
        lines.push(Line::from(Span::styled(format!("│ … {} more", write.quoted.len() - QUOTED), faint)));
    }
    lines.push(Line::default());
    let (before, after) = write.area.halves();
    let text = look.style(Role::Text);
    let (drawn, cursor) = wrapped(before, after, room, text);
    let focus = lines.len() + cursor;
    lines.extend(drawn);
    lines.resize_with(lines.len().max(LEAST), Line::default);
    let title = if write.kept.is_some() { "remark, kept and not sent" } else { "remark" };
    Content { title: title.to_owned(), lines, focus: Some(focus), ..Content::default() }
}

/// Where a remark belongs, in words.
#[must_use]
pub fn place(spot: &Spot, session: &Session) -> String {
    match spot {
        Spot::Pull => "on the pull".to_owned(),
        Spot::File(path) => format!("on {} as a whole", path.text()),
        Spot::Lines { path, side, first, last } if first == last => format!("on {}, {} line {first}", path.text(), side.word()),
        Spot::Lines { path, side, first, last } => format!("on {}, {} lines {first} to {last}", path.text(), side.word()),
        Spot::Reply(_) | Spot::Thread { .. } => {
            let thread = session.around.dossier.as_ref().and_then(|dossier| said::thread_of(dossier, spot));
            let first = thread.and_then(|(_, thread)| thread.remarks.first());
            let whose =
                first.map_or_else(|| "a conversation".to_owned(), |it| format!("{}: {}", said_row::name(it), said_row::opening(&it.body)));
            match spot {
                Spot::Thread { settled: true, .. } => format!("resolve: {whose}"),
                Spot::Thread { .. } => format!("open again: {whose}"),
                _ => format!("in reply to {whose}"),
            }
        }
    }
}

/// The text broken at the edge, with its cursor as a block, and the line the cursor is on.
fn wrapped(before: &str, after: &str, room: usize, style: Style) -> (Vec<Line<'static>>, usize) {
    let mut pen = Pen { room: room.max(4), lines: vec![Vec::new()], used: 0 };
    pen.text(before, style);
    let mut rest = after.chars();
    let under = rest.next().filter(|c| *c != '\n');
    let block = under.map_or_else(|| " ".to_owned(), |c| c.to_string());
    pen.text(&block, style.add_modifier(Modifier::REVERSED));
    let cursor = pen.lines.len() - 1;
    pen.text(if under.is_some() { rest.as_str() } else { after }, style);
    (pen.lines.into_iter().map(Line::from).collect(), cursor)
}

/// Where drawing of the text is.
struct Pen {
    room: usize,
    lines: Vec<Vec<Span<'static>>>,
    used: usize,
}

impl Pen {
    fn text(&mut self, text: &str, style: Style) {
        for (line, at) in text.split('\n').zip(0..) {
            if at > 0 {
                self.line();
            }
            for c in inert::line(line).chars() {
                let wide = paint::width(c.encode_utf8(&mut [0; 4]));
                if self.used + wide > self.room {
                    self.line();
                }
                self.used += wide;
                self.put(c, style);
            }
        }
    }

    fn put(&mut self, c: char, style: Style) {
        let Some(line) = self.lines.last_mut() else { return };
        match line.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(c),
            _ => line.push(Span::styled(c.to_string(), style)),
        }
    }

    fn line(&mut self) {
        self.lines.push(Vec::new());
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(|line| line.spans.iter().map(|span| span.content.as_ref()).collect()).collect()
    }

    #[test]
    fn the_cursor_is_on_its_line_wherever_that_breaks() {
        let (lines, cursor) = wrapped("one\ntwelve ", "and\nlast", 8, Style::default());
        assert_eq!((plain(&lines), cursor), (vec!["one".to_owned(), "twelve a".to_owned(), "nd".to_owned(), "last".to_owned()], 1));
        let (lines, cursor) = wrapped("x\n", "\ny", 8, Style::default());
        assert_eq!((plain(&lines), cursor), (vec!["x".to_owned(), " ".to_owned(), "y".to_owned()], 1));
        let (lines, _) = wrapped("a\u{202e}b", "", 40, Style::default());
        assert_eq!(plain(&lines), ["a‹U+202E›b "]);
    }
}
