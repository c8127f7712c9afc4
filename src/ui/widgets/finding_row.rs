//! A finding in the diff: sign, word, title, and why it matters, in the row itself.

use std::borrow::Cow;

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::finding::{Finding, Where};
use crate::model::review::Disposition;
use crate::ui::look::{Look, severity};
use crate::ui::paint;

/// One row of at most `room` columns.
#[must_use]
pub fn row(finding: &Finding, judged: Option<&Disposition>, room: usize, look: &Look<'_>) -> Line<'static> {
    let (sign, word, role) = severity(finding.severity);
    let style = look.style(if judged.is_some() { Role::Judged } else { role });
    let badge = format!(" {sign} {word} ");
    let faint = look.style(Role::Faint);
    let mut left = room.saturating_sub(paint::width(&badge) + 1);
    let mut spans = vec![Span::styled(badge, style), Span::raw(" ")];
    if let Some(disposition) = judged {
        let says = format!("judged: {} ", disposition_word(disposition));
        left = left.saturating_sub(paint::width(&says));
        spans.push(paint::span(&says, room, look.style(Role::Judged)));
    }
    let title = paint::fit(&titled(finding), left);
    left = left.saturating_sub(paint::width(&title));
    spans.push(Span::styled(title, look.style(if judged.is_some() { Role::Judged } else { Role::Strong })));
    if left > 12 {
        // What is no line of the change says where it stands.
        let place = if let Where::Said(said) = &finding.at { format!("{said}: ") } else { String::new() };
        spans.push(paint::span(&format!(" — {place}{}", finding.why), left, faint));
    }
    Line::from(spans)
}

/// Its title, behind the name of the tool where another one saw it.
fn titled(finding: &Finding) -> Cow<'_, str> {
    match &finding.tool {
        Some(tool) => Cow::Owned(format!("{}: {}", tool.name, finding.title)),
        None => Cow::Borrowed(&finding.title),
    }
}

/// How a finding was judged, in words.
#[must_use]
pub fn disposition_word(disposition: &Disposition) -> String {
    match disposition {
        Disposition::FalsePositive(reason) => reason.sentence().to_owned(),
        Disposition::AcceptedRisk(reason) => format!("accepted, {reason}"),
        Disposition::Fixed => "fixed".to_owned(),
    }
}
