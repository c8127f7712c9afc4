//! The two rows above a review: who and how risky, then what was found and how far the reader is. Nothing in them is cut by the
//! edge: words are shortened first, the least important ones go last, and what had to go is marked.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::rule::Severity;
use crate::state::console::Console;
use crate::state::said::is_settled;
use crate::state::session::Session;
use crate::ui::look::{self, Look};
use crate::ui::paint;
use crate::ui::widgets::{agent, budget, marks};

/// Columns of a badge with the agent's name and tier in words.
const AGENT: usize = 24;
/// The least columns that an address is cut to; its end, the number, stays.
const ADDRESS: usize = 26;

/// Something a header says, in two lengths.
struct Piece {
    long: String,
    short: String,
    style: Style,
}

/// Lane, score, agent, address, and the story's title once it is unfolded, from where into where.
pub(super) fn identity(console: &Console, session: &Session, room: usize, look: &Look<'_>) -> Line<'static> {
    let base = look.style(Role::Bar);
    let pull = &session.change.pull;
    let mut spans = vec![lane(console, session, look), Span::styled(" ", base)];
    let badge = agent::badge(&pull.provenance, AGENT, look).into_iter().filter(|span| !span.content.trim().is_empty());
    for span in badge {
        spans.push(Span::styled(span.content.trim_end().to_owned(), base.patch(span.style)));
        spans.push(Span::styled(" ", base));
    }
    let used: usize = spans.iter().map(|span| paint::width(&span.content)).sum();
    let address = paint::fit_end(&pull.address().to_string(), room.saturating_sub(used + 2).min((room / 3).max(ADDRESS)));
    let rest = room.saturating_sub(used + paint::width(&address) + 4);
    spans.extend([Span::styled(" ", base), Span::styled(address, look.style(Role::BarTitle)), Span::styled("  ", base)]);
    let title = if session.story { pull.title.trim() } else { "" };
    // What the address says already is left out.
    let branch = if pull.address().name == pull.branch { "" } else { &pull.branch };
    let way = way(branch, &pull.target, if title.is_empty() { rest } else { rest / 2 });
    let title = paint::fit(title, rest.saturating_sub(paint::width(&way) + 3));
    spans.push(Span::styled(if title.is_empty() { way } else { format!("{title}   {way}") }, base));
    Line::from(spans)
}

fn lane(console: &Console, session: &Session, look: &Look<'_>) -> Span<'static> {
    let base = look.style(Role::Bar);
    let risk = session.known.report.as_ref().map(|report| &report.risk);
    let at = &session.change.pull.at;
    match risk.or_else(|| console.queue.find(at).and_then(|entry| entry.judgement()).map(|judgement| &judgement.risk)) {
        Some(risk) => {
            let (sign, word, role) = look::lane(risk.lane);
            Span::styled(format!(" {sign} {word} {} ", risk.score), base.patch(look.style(role)))
        }
        None => Span::styled(" · … ", base),
    }
}

/// From which branch into which; where it is tight, the branch is cut and the target stays.
fn way(branch: &str, target: &str, room: usize) -> String {
    if target.is_empty() {
        return paint::fit(branch, room);
    }
    if branch.is_empty() {
        return paint::fit(&format!("→ {target}"), room);
    }
    let short = paint::fit(target, room / 2);
    let for_branch = room.saturating_sub(paint::width(&short) + 3);
    if for_branch < 4 { paint::fit(target, room) } else { format!("{} → {short}", paint::fit(branch, for_branch)) }
}

/// What was found and how far the reader is, most important first.
pub(super) fn figures(console: &Console, session: &Session, room: usize, look: &Look<'_>) -> Line<'static> {
    let base = look.style(Role::Bar);
    let mut pieces = Pieces { all: Vec::new(), base, look };
    found(console, session, &mut pieces);
    let skipped = session.omissions().len();
    pieces.when(skipped > 0, Role::NoticeWarning, format!("{skipped} not looked at, see the end"), format!("{skipped} unread"));
    let pull = &session.change.pull;
    for (long, short, role) in marks::both(pull) {
        pieces.when(true, role, long, short);
    }
    let unsaid = session.known.report.as_ref().map_or(0, |report| report.story.undisclosed.len());
    pieces.when(unsaid > 0, Role::NoticeWarning, format!("{unsaid} left unsaid"), format!("{unsaid} unsaid"));
    let stale = pull.standing.as_ref().filter(|standing| standing.stale).map(|standing| standing.read);
    let kept = budget::age(stale, console.now);
    pieces.when(!kept.is_empty(), Role::NoticeWarning, kept.clone(), kept);
    size(session, &mut pieces);
    work(session, &mut pieces);
    let open = console.opened.all().len();
    if let Some(at) = console.opened.position(&pull.at).filter(|_| open > 1) {
        pieces.when(true, Role::Bar, format!("open pull {}/{open}", at + 1), format!("{}/{open} open", at + 1));
    }
    Line::from(fitted(pieces.all, room, base))
}

/// Pieces as they are put together.
struct Pieces<'a> {
    all: Vec<Piece>,
    base: Style,
    look: &'a Look<'a>,
}

impl Pieces<'_> {
    fn when(&mut self, there: bool, role: Role, long: String, short: String) {
        if there {
            self.all.push(Piece { long, short, style: self.base.patch(self.look.style(role)) });
        }
    }
}

fn found(console: &Console, session: &Session, pieces: &mut Pieces<'_>) {
    let (done, of) = session.known.progress;
    let (analysing, asking) = (console.pending.is_analysing(), session.known.asking);
    pieces.when(analysing && !asking, Role::Bar, format!("analysing {done}/{of}"), format!("{done}/{of} judged"));
    pieces.when(analysing && asking, Role::Bar, "asking further".to_owned(), "asking".to_owned());
    let findings = &session.known.findings;
    for severity in Severity::ALL.into_iter().rev() {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        let (sign, _, role) = look::severity(severity);
        pieces.when(count > 0, role, look::counted(severity, count), format!("{sign}{count} {}", brief(severity)));
    }
    let clear = findings.is_empty() && session.known.report.is_some();
    pieces.when(clear, Role::LaneClear, look::NOTHING_FOUND.to_owned(), "nothing found".to_owned());
}

fn brief(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "crit",
        Severity::Medium => "med",
        other => other.word(),
    }
}

fn size(session: &Session, pieces: &mut Pieces<'_>) {
    let files = session.change.patch.files.len();
    let (added, removed) = session.totals();
    pieces.when(true, Role::Bar, format!("{files} file{}", if files == 1 { "" } else { "s" }), format!("{files}f"));
    pieces.when(true, Role::CountAdded, format!("+{added}"), format!("+{added}"));
    pieces.when(true, Role::CountRemoved, format!("-{removed}"), format!("-{removed}"));
}

/// What the reader did so far, and what else there is to read.
fn work(session: &Session, pieces: &mut Pieces<'_>) {
    let (viewed, files) = (session.viewed_count(), session.viewed.len());
    pieces.when(true, Role::Bar, format!("viewed {viewed}/{files}"), format!("seen {viewed}/{files}"));
    let unsent = session.review.remarks.len();
    pieces.when(unsent > 0, Role::OwnRemark, format!("✎ {unsent} unsent"), format!("✎{unsent}"));
    let threads = session.around.dossier.iter().flat_map(|dossier| &dossier.threads);
    let open = threads.filter(|thread| !is_settled(thread)).count();
    pieces.when(open > 0, Role::Thread, format!("◆ {open} open"), format!("{open} open"));
    let moved = session.known.report.as_ref().map_or(0, |report| report.dependencies.len());
    let ending = if moved == 1 { "y" } else { "ies" };
    pieces.when(moved > 0, Role::Bar, format!("{moved} dependenc{ending} moved"), format!("{moved} dep{}", ending.get(2..).unwrap_or("")));
}

/// The pieces in `room` columns: long while they fit, then short from the last one on, then without the last ones.
fn fitted(pieces: Vec<Piece>, room: usize, base: Style) -> Vec<Span<'static>> {
    let long: Vec<usize> = pieces.iter().map(|piece| paint::width(&piece.long) + 2).collect();
    let short: Vec<usize> = pieces.iter().map(|piece| paint::width(&piece.short) + 2).collect();
    let wide = |cut: usize| long.iter().take(cut).chain(short.iter().skip(cut)).sum::<usize>();
    let cut = (0..=pieces.len()).rev().find(|cut| wide(*cut) <= room).unwrap_or(0);
    let (mut spans, mut used, count) = (Vec::new(), 0, pieces.len());
    for (piece, at) in pieces.into_iter().zip(0..) {
        let text = if at < cut { piece.long } else { piece.short };
        let last = at + 1 == count;
        let needed = paint::width(&text) + 2;
        if used + needed + if last { 0 } else { 2 } > room {
            spans.push(Span::styled(" …", base));
            break;
        }
        used += needed;
        spans.extend([Span::styled(" ", base), Span::styled(text, piece.style), Span::styled(" ", base)]);
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(room: usize) -> String {
        let words = [("■ 3 critical", "■3 crit"), ("2 files", "2f"), ("viewed 0/2", "seen 0/2")];
        let piece = |(long, short): (&str, &str)| Piece { long: long.to_owned(), short: short.to_owned(), style: Style::default() };
        fitted(words.map(piece).into(), room, Style::default()).iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn words_are_shortened_before_any_is_lost_and_none_is_cut() {
        assert_eq!(shown(80), " ■ 3 critical  2 files  viewed 0/2 ");
        assert_eq!(shown(34), " ■ 3 critical  2 files  seen 0/2 ");
        assert_eq!(shown(25), " ■3 crit  2f  seen 0/2 ");
        assert_eq!(shown(20), " ■3 crit  2f  …");
        assert!((0..80).all(|room| paint::width(&shown(room)) <= room.max(2)));
    }

    #[test]
    fn a_branch_is_cut_before_its_target() {
        assert_eq!(way("claude/session-lookup", "main", 40), "claude/session-lookup → main");
        assert_eq!(way("claude/session-lookup", "main", 20), "claude/sessi… → main");
        assert_eq!(way("claude/session-lookup", "main", 6), "main");
    }
}
