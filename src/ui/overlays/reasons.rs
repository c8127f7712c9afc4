//! What the score is made of: every point with its reason and place.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::report::Report;
use crate::model::risk::Risk;
use crate::model::tool::Import;
use crate::state::console::Console;
use crate::ui::look::{self, Look};
use crate::ui::overlays::agents::unusual;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled, paragraph};

/// The score of the opened pull, or of the one under the cursor.
#[must_use]
pub fn content(console: &Console, room: usize, look: &Look<'_>) -> Content {
    let opened = console.session.as_ref().and_then(|session| session.known.report.as_ref()).map(|report| &report.risk);
    let chosen = || console.queue.chosen().and_then(|entry| entry.judgement()).map(|judgement| &judgement.risk);
    let risk = if console.session.is_some() { opened } else { chosen() };
    let mut lines = risk.map_or_else(|| unknown(look), |risk| known(risk, room, look));
    let observations = console.session.as_ref().and_then(|session| session.known.observations.as_ref());
    lines.extend(unusual(observations, false, room, look));
    let report = console.session.as_ref().and_then(|session| session.known.report.as_ref());
    lines.extend(report.into_iter().flat_map(|report| imported(&report.imports, room, look)));
    lines.extend(report.into_iter().flat_map(|report| covered(report, room, look)));
    Content { title: "score".to_owned(), lines, ..Content::default() }
}

/// Which rules ran, what could not be checked, and what was not looked at.
fn covered(report: &Report, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let says = report.coverage.says(&report.rules_digest);
    let mut lines = if says.is_empty() && report.skipped.is_empty() { Vec::new() } else { heading("Checked", look) };
    lines.extend(says.iter().flat_map(|sentence| paragraph(sentence, room, look.style(Role::Text))));
    let annotating = report.annotating();
    lines.extend(annotating.iter().flat_map(|sentence| paragraph(sentence, room, look.style(Role::Text))));
    if !report.skipped.is_empty() {
        let parts = report.skipped.len();
        let (what, be) = if parts == 1 { ("part", "was") } else { ("parts", "were") };
        let says = format!("{parts} {what} of it {be} not looked at; the end of the review lists them");
        lines.extend(paragraph(&says, room, look.style(Role::Text)));
    }
    lines
}

/// What other tools brought in, and what became of the rest of it.
fn imported(imports: &[Import], room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut lines = if imports.is_empty() { Vec::new() } else { heading("Imported", look) };
    for import in imports {
        lines.extend(paragraph(&import.sentence(), room, look.style(Role::Text)));
        lines.extend(import.others.iter().flat_map(|other| paragraph(&format!("  {other}"), room, look.style(Role::Faint))));
    }
    lines
}

fn unknown(look: &Look<'_>) -> Vec<Line<'static>> {
    vec![Line::from(Span::styled("Not analysed yet.", look.style(Role::Faint)))]
}

fn known(risk: &Risk, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let (sign, word, role) = look::lane(risk.lane);
    let badge = Span::styled(format!(" {sign} {word} {} ", risk.score), look.style(role));
    let mut lines = vec![Line::from(badge), Line::default()];
    for reason in &risk.contributions {
        let points = Span::styled(format!("{:>4}", format!("+{}", reason.points)), look.style(Role::HintKey));
        lines.extend(labelled(points, 6, &reason.why, room, look.style(Role::Text)));
    }
    if risk.contributions.is_empty() {
        lines.push(Line::from(Span::styled(
            "Everything that could be looked at was looked at, and nothing was found that weighs.",
            look.style(Role::Text),
        )));
    }
    lines
}
