//! What agents did over time: a row for each, the page of one, and what is unusual in the opened pull.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::behaviour::page::{page, several};
use crate::model::behaviour::{By, Gallery, Observations, Portrait};
use crate::model::inert;
use crate::model::time::{Timestamp, short_age};
use crate::ui::look::{self, Look};
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled, paragraph};
use crate::ui::paint;

/// Labels of a page stand in so many columns.
const LABEL: usize = 12;
/// Names of rows stand in so many columns.
const NAME: usize = 33;

/// A row: its text, what stands below it, how it looks.
pub type Row = (String, String, Role);

/// The rows of the list.
#[must_use]
pub fn rows(by: By, gallery: Option<&Gallery>, now: Timestamp) -> (String, Vec<Row>) {
    let title = match by {
        By::Agent => "agents over time",
        By::Model => "models over time",
        By::Author => "authors over time",
    };
    let told = gallery.map_or_else(String::new, |gallery| match gallery.nobody {
        0 => String::new(),
        some => format!(": {some} of {} changes point to none", gallery.changes),
    });
    (format!("{title}{told}"), gallery.iter().flat_map(|gallery| &gallery.portraits).map(|one| row(one, now)).collect())
}

fn row(one: &Portrait, now: Timestamp) -> Row {
    let tier = if one.by == By::Author { "" } else { look::tier(one.tier()) };
    let (age, name) = (short_age(one.last.until(now)), if one.by == By::Agent { &one.key } else { &one.name });
    let name = paint::fit(name, NAME);
    let pad = " ".repeat(NAME.saturating_sub(paint::width(&name)));
    let text = format!("{name}{pad} {tier:10} {:>5} changes, last {age} ago", one.changes);
    let high = (one.hard.count > 0).then(|| format!("{} with a high finding", one.hard.count));
    let held = (one.held.count > 0).then(|| format!("{} held", one.held.count));
    let back = (one.reverted.count > 0).then(|| format!("{} taken back", one.reverted.count));
    let facts = [Some(several(one.findings(), "finding")), high, held, back];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    match one.drifts.first() {
        Some(drift) => (text, format!("{facts}; {}", drift.says()), Role::NoticeWarning),
        None => (text, facts, Role::Text),
    }
}

/// The page of the one in row `at`.
#[must_use]
pub fn content(gallery: &Gallery, at: usize, room: usize, look: &Look<'_>) -> Option<Content> {
    let one = gallery.portraits.get(at)?;
    let mut lines = Vec::new();
    for section in page(one) {
        if !section.title.is_empty() {
            lines.extend(heading(section.title, look));
        }
        if section.lines.is_empty() {
            lines.extend(paragraph(section.nothing, room, look.style(Role::Faint)));
        }
        for line in &section.lines {
            let role = if line.label == "!" { Role::NoticeWarning } else { Role::Faint };
            let text = look.style(Role::Text);
            match line.label.as_str() {
                "" => lines.extend(paragraph(&line.text, room, text)),
                "!" => lines.extend(labelled(Span::styled("!", look.style(role)), 2, &line.text, room, text)),
                label => lines.extend(labelled(Span::styled(label.to_owned(), look.style(role)), LABEL, &line.text, room, text)),
            }
        }
    }
    let title = if one.key == one.name { one.key.clone() } else { format!("{} ({})", one.name, one.key) };
    Some(Content { title: inert::line(&title).into_owned(), lines, ..Content::default() })
}

/// What is unusual in the opened pull; who made it is named only where the story is read.
#[must_use]
pub fn unusual(observations: Option<&Observations>, names_agent: bool, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let Some(observations) = observations.filter(|known| names_agent || !known.found.is_empty()) else { return Vec::new() };
    let who = if observations.by == By::Author { "author" } else { "agent" };
    let mut lines = heading(&format!("Beside what this {who} did before (weighs nothing)"), look);
    for found in &observations.found {
        lines.extend(labelled(Span::styled("·", look.style(Role::HintKey)), 2, &found.says(), room, look.style(Role::Text)));
    }
    if names_agent {
        let nothing = if observations.found.is_empty() { "nothing unusual; " } else { "" };
        lines.extend(paragraph(&format!("{nothing}{}", observations.rests_on()), room, look.style(Role::Faint)));
        let stated =
            observations.model.iter().flat_map(|model| paragraph(&format!("it states the model {model}"), room, look.style(Role::Faint)));
        lines.extend(stated);
    }
    lines
}
