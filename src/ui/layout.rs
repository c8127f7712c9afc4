//! Where everything is on the screen: areas, how much each list holds, and what a pointer is over. The only arithmetic on areas.

use ratatui::layout::Rect;

use crate::model::screen::{Panes, Spot};
use crate::state::console::Console;
use crate::state::overlay::{Overlay, Stage};
use crate::state::session::{Half, Session};
use crate::ui::look::Look;
use crate::ui::overlays::{self, popup::Areas};

/// The smallest screen that is drawn, in columns and rows.
pub const SMALLEST: (u16, u16) = (40, 10);
/// Columns from which file list and diff stand side by side.
const TWO_PANES: u16 = 100;
/// Rows from which the queue shows what is under its cursor.
const WITH_DETAIL: u16 = 20;
/// Rows of that.
const DETAIL: u16 = 7;

/// The areas of the queue screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueAreas {
    /// Title and counts.
    pub header: Rect,
    /// The sections; empty on low screens.
    pub sections: Rect,
    /// Names of the columns, or the filter.
    pub columns: Rect,
    /// The rows.
    pub list: Rect,
    /// What is under the cursor; empty on low screens.
    pub detail: Rect,
    /// Hints, notices, typed lines.
    pub status: Rect,
}

/// The areas of the review screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReviewAreas {
    /// Who, what, how risky: two rows.
    pub header: Rect,
    /// What moved since it was opened; empty when nothing did.
    pub banner: Rect,
    /// Title row of the file list.
    pub files_title: Rect,
    /// The file list; empty when it is not shown.
    pub files: Rect,
    /// Title row of the diff.
    pub diff_title: Rect,
    /// The diff; empty when it is not shown.
    pub diff: Rect,
    /// Hints, notices, typed lines.
    pub status: Rect,
}

/// The areas of the queue on a screen of this size.
#[must_use]
pub fn queue(screen: Rect) -> QueueAreas {
    let (sections, detail) = if screen.height >= WITH_DETAIL { (1, DETAIL) } else { (0, 0) };
    let rows = |y: u16, height: u16| Rect { x: screen.x, y: screen.y + y, width: screen.width, height };
    let list = screen.height.saturating_sub(3 + sections + detail);
    let first = 2 + sections;
    QueueAreas {
        header: rows(0, 1),
        sections: rows(1, sections),
        columns: rows(1 + sections, 1),
        list: rows(first, list),
        detail: rows(first + list, detail),
        status: rows(first + list + detail, 1),
    }
}

/// The areas of a review on a screen of this size.
#[must_use]
pub fn review(session: &Session, screen: Rect) -> ReviewAreas {
    let banner = u16::from(session.moved.is_some());
    let body = screen.height.saturating_sub(4 + banner);
    let rest = Rect { y: screen.y + 2 + banner, height: body + 1, ..screen };
    let (files, diff) = halves(session, rest);
    let below = |area: Rect| Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area };
    let first = |area: Rect| Rect { height: area.height.min(1), ..area };
    ReviewAreas {
        header: Rect { height: 2, ..screen },
        banner: Rect { y: screen.y + 2, height: banner, ..screen },
        files_title: first(files),
        files: below(files),
        diff_title: first(diff),
        diff: below(diff),
        status: Rect { y: screen.y + 3 + banner + body, height: 1, ..screen },
    }
}

fn halves(session: &Session, rest: Rect) -> (Rect, Rect) {
    let nothing = Rect { width: 0, height: 0, ..rest };
    if rest.width < TWO_PANES {
        return if session.half == Half::Files { (rest, nothing) } else { (nothing, rest) };
    }
    if session.view.hide_files {
        return (nothing, rest);
    }
    let list = (rest.width / 4).clamp(28, 46);
    (Rect { width: list, ..rest }, Rect { x: rest.x + list, width: rest.width - list, ..rest })
}

/// Columns inside a popup on a screen of this size.
#[must_use]
pub fn popup_width(screen: Rect) -> usize {
    usize::from(screen.width.saturating_sub(8).clamp(30, 104))
}

/// The areas of a popup that holds so many lines and so many that stay.
#[must_use]
pub fn popup(screen: Rect, lines: usize, foot: usize) -> Areas {
    let small = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    let width = small(popup_width(screen) + 4).min(screen.width);
    let most = screen.height.saturating_sub(2);
    let foot = small(foot).min(most.saturating_sub(3));
    let body = small(lines).max(1).min(most.saturating_sub(2 + foot));
    let height = body + foot + 2;
    let x = screen.x + (screen.width - width) / 2;
    let y = screen.y + (screen.height.saturating_sub(height)) / 2;
    let inside = Rect { x: x + 2, y: y + 1, width: width.saturating_sub(4), height: body };
    Areas { frame: Rect { x, y, width, height }, body: inside, foot: Rect { y: inside.y + body, height: foot, ..inside } }
}

/// How much each list has room for.
#[must_use]
pub fn panes(console: &Console, look: &Look<'_>, screen: Rect) -> Panes {
    let mut panes = Panes { queue: queue(screen).list.height.into(), ..Panes::default() };
    if let Some(session) = &console.session {
        let areas = review(session, screen);
        panes.files = areas.files.height.into();
        panes.diff = areas.diff.height.into();
        panes.diff_width = areas.diff.width.into();
    } else {
        panes.diff_width = first_diff_width(screen);
    }
    if let Some(content) = overlays::content(console, look, popup_width(screen)) {
        panes.panel = popup(screen, content.lines.len(), content.foot.len()).body.height.into();
        panes.panel_lines = content.lines.len();
    }
    panes
}

/// Columns the diff of a pull will have when it opens, so that it opens in its layout.
fn first_diff_width(screen: Rect) -> usize {
    let list = if screen.width < TWO_PANES { 0 } else { (screen.width / 4).clamp(28, 46) };
    (screen.width - list).into()
}

/// What is at this cell.
#[must_use]
pub fn hit(console: &Console, look: &Look<'_>, screen: Rect, x: u16, y: u16) -> Spot {
    let at = ratatui::layout::Position { x, y };
    if let Some(content) = overlays::content(console, look, popup_width(screen)) {
        return hit_popup(console, popup(screen, content.lines.len(), content.foot.len()), at);
    }
    let row = |area: Rect, top: usize| usize::from(y - area.y) + top;
    if let Some(session) = &console.session {
        let areas = review(session, screen);
        if areas.files.contains(at) {
            return Spot::File(row(areas.files, session.view.files.top));
        }
        if areas.diff.contains(at) {
            return Spot::Row(row(areas.diff, session.view.diff.top));
        }
        return Spot::Elsewhere;
    }
    let list = queue(screen).list;
    let shown = console.sweep.as_ref().filter(|view| view.shown);
    let top = shown.map_or(console.queue.cursor.top, |view| view.cursor.top);
    if list.contains(at) { Spot::Pull(row(list, top)) } else { Spot::Elsewhere }
}

fn hit_popup(console: &Console, areas: Areas, at: ratatui::layout::Position) -> Spot {
    let ready = matches!(&console.overlay, Overlay::Confirm(confirm) if matches!(confirm.stage, Stage::Ready(_)));
    if ready && areas.foot.contains(at) && at.y + 1 == areas.foot.bottom() {
        return if at.x < areas.foot.x + overlays::confirm::NO_WIDTH { Spot::No } else { Spot::Yes };
    }
    if areas.body.contains(at) {
        return Spot::Panel(usize::from(at.y - areas.body.y));
    }
    if areas.frame.contains(at) { Spot::Panel(0) } else { Spot::Elsewhere }
}
