//! One row of the diff, whatever it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::diff::{FileDiff, Hunk, LineKind, Side, TextDiff};
use crate::model::look::Match;
use crate::state::fold::Fold;
use crate::state::rows::{NONE, Owner, Placed, Row};
use crate::state::said::Said;
use crate::state::session::Session;
use crate::ui::look::{self, Look};
use crate::ui::paint;
use crate::ui::widgets::side::{self, Code};
use crate::ui::widgets::{finding_row, note, said_row};

/// Draws `placed` into `area`, one row high. Its first column is left to the cursor.
pub fn draw(session: &Session, placed: Placed, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    let room = usize::from(inside.width);
    let file = match placed.owner {
        Owner::File(at) => session.file(at).map(|file| (at, file)),
        Owner::Change | Owner::Rest => None,
    };
    let line = match (placed.row, file) {
        (Row::File, Some((at, file))) => {
            buffer.set_style(area, look.style(Role::File));
            file_line(session, at, file, room, look)
        }
        (Row::Note, Some((_, file))) => Line::from(paint::span(&format!("  {}", note::words(file)), room, look.style(Role::Note))),
        (Row::Folded(fold), Some((_, file))) => Line::from(paint::span(&folded(fold, file, look), room, look.style(Role::Note))),
        (Row::Hunk(hunk), Some((_, file))) => {
            let hunk = file.text().and_then(|text| text.hunks.get(hunk as usize));
            hunk.map_or_else(Line::default, |hunk| hunk_line(hunk, room, look))
        }
        (Row::Line(line), Some((at, file))) => return unified(session, (at, file), line, look, inside, buffer),
        (Row::Pair { old, new }, Some((at, file))) => return pair(session, (at, file), (old, new), look, inside, buffer),
        (Row::Finding(number), _) => finding_line(session, number, room, look),
        (Row::Said(said), _) => said_row::row(session.around.dossier.as_deref(), &session.review.remarks, said, room, look),
        (Row::Omission(number), _) => omission(session, number as usize, room, look),
        _ => Line::default(),
    };
    buffer.set_line(inside.x, inside.y, &line, inside.width);
}

fn file_line(session: &Session, at: usize, file: &FileDiff, room: usize, look: &Look<'_>) -> Line<'static> {
    let base = look.style(Role::File);
    let viewed = session.viewed.get(at).copied().unwrap_or(false);
    let (added, removed) = session.counts.get(at).copied().unwrap_or_default();
    let counts = format!(" +{added} -{removed}");
    let mark = if viewed { " ✓ viewed" } else { "" };
    let path = paint::fit_end(&file.path().text(), room.saturating_sub(counts.len() + mark.len() + 3));
    let style = |role: Role| base.patch(look.style(role));
    Line::from(vec![
        Span::styled(format!("{} ", file.status.letter()), style(look::status(file.status))),
        Span::styled(path, base),
        Span::styled(format!(" +{added}"), style(Role::CountAdded)),
        Span::styled(format!(" -{removed}"), style(Role::CountRemoved)),
        Span::styled(mark, style(Role::Viewed)),
    ])
}

fn folded(fold: Fold, file: &FileDiff, look: &Look<'_>) -> String {
    let lines = file.text().map_or(0, |text| text.lines.len());
    let key = look.keymap.unfolding_key().map_or_else(String::new, |key| format!("; {key} opens it"));
    format!("  {}: {lines} line{} folded{key}", fold.word(), if lines == 1 { "" } else { "s" })
}

fn hunk_line(hunk: &Hunk, room: usize, look: &Look<'_>) -> Line<'static> {
    let place = format!("@@ -{},{} +{},{} @@ ", hunk.old_start, hunk.old_len, hunk.new_start, hunk.new_len);
    let left = room.saturating_sub(place.len());
    Line::from(vec![Span::styled(place, look.style(Role::Hunk)), paint::span(&hunk.section, left, look.style(Role::Faint))])
}

fn finding_line(session: &Session, number: u32, room: usize, look: &Look<'_>) -> Line<'static> {
    let Some(finding) = session.known.findings.get(number as usize) else { return Line::default() };
    finding_row::row(finding, session.review.dispositions.get(&finding.id), room, look)
}

fn omission(session: &Session, number: usize, room: usize, look: &Look<'_>) -> Line<'static> {
    let Some(omission) = session.omissions().get(number) else { return Line::default() };
    let path = omission.path.as_ref().map_or_else(String::new, |path| format!("{}: ", path.text()));
    Line::from(paint::span(&format!("not looked at: {path}{}", omission.why), room, look.style(Role::NoticeWarning)))
}

/// Digits that line numbers of this file need.
fn digits(text: &TextDiff) -> usize {
    let last = text.hunks.last().map_or(0, |hunk| (hunk.old_start + hunk.old_len).max(hunk.new_start + hunk.new_len));
    (last.max(1).ilog10() as usize + 1).max(3)
}

fn unified(session: &Session, file: (usize, &FileDiff), number: u32, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let Some(code) = code_of(session, file, number) else { return };
    let wide = digits(code.text);
    let (base, _) = side::roles(code.line.kind);
    buffer.set_style(area, look.style(base));
    let show = |number: Option<u32>| number.map_or_else(|| " ".repeat(wide), |number| format!("{number:>wide$}"));
    let mark = [Side::Old, Side::New].into_iter().find_map(|side| mark(session, file.0, side, code.line)).unwrap_or(" ");
    let numbers = format!("{} {}{mark}", show(code.line.number(Side::Old)), show(code.line.number(Side::New)));
    let room = usize::from(area.width).saturating_sub(wide * 2 + 3);
    let style = look.style(base);
    let number_role = if session.is_chosen(file.0, number) { Role::Chosen } else { Role::Number };
    let mut spans = vec![Span::styled(numbers, style.patch(look.style(number_role))), Span::styled(side::sign(code.line.kind), style)];
    spans.extend(side::code(&code, session.view.across, room, look));
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}

fn pair(session: &Session, file: (usize, &FileDiff), (old, new): (u32, u32), look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let half = area.width.saturating_sub(1) / 2;
    let left = Rect { width: half, ..area };
    let right = Rect { x: area.x + half + 1, width: area.width.saturating_sub(half + 1), ..area };
    for (at, side, area) in [(old, Side::Old, left), (new, Side::New, right)] {
        let Some(code) = Some(at).filter(|at| *at != NONE).and_then(|at| code_of(session, file, at)) else { continue };
        let wide = digits(code.text);
        let (base, _) = side::roles(code.line.kind);
        buffer.set_style(area, look.style(base));
        let style = look.style(base);
        let number = code.line.number(side).map_or_else(|| " ".repeat(wide), |number| format!("{number:>wide$}"));
        let room = usize::from(area.width).saturating_sub(wide + 2);
        let sign = if code.line.kind == LineKind::Context { " " } else { side::sign(code.line.kind) };
        let mark = mark(session, file.0, side, code.line).unwrap_or(" ");
        let number_role = if session.is_chosen(file.0, at) { Role::Chosen } else { Role::Number };
        let mut spans = vec![Span::styled(format!("{number}{mark}"), style.patch(look.style(number_role))), Span::styled(sign, style)];
        spans.extend(side::code(&code, session.view.across, room, look));
        buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
    }
    buffer.set_stringn(area.x + half, area.y, "│", 1, look.style(Role::Border));
}

/// The sign of what was said about a line, shown also where its words are not.
fn mark(session: &Session, file: usize, side: Side, line: &crate::model::diff::Line) -> Option<&'static str> {
    let said = session.around.placed.files.get(&file)?.lines.get(&(side, line.number(side)?))?.first()?;
    Some(match said {
        Said::Own(_) => "✎",
        Said::Annotation(_) => "!",
        Said::Thread(_) | Said::Remark(..) => "◆",
    })
}

fn code_of<'a>(session: &'a Session, (at, file): (usize, &'a FileDiff), number: u32) -> Option<Code<'a>> {
    let text = file.text()?;
    let line = text.lines.get(number as usize)?;
    Some(Code { text, line, tint: session.tints.get(at, number), matches: matches(session, at, number) })
}

fn matches(session: &Session, at: usize, line: u32) -> &[Match] {
    let Some(hits) = session.search.as_ref().and_then(|search| search.hits.as_deref()) else { return &[] };
    let key = (u32::try_from(at).unwrap_or(u32::MAX), line);
    let start = hits.partition_point(|hit| (hit.file, hit.line) < key);
    let end = hits.partition_point(|hit| (hit.file, hit.line) <= key);
    hits.get(start..end).unwrap_or(&[])
}
