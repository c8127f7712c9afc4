//! Takes over what the analysis says, part by part and whole. Findings become rows in place; nothing under the reader moves.

use std::sync::Arc;

use crate::actions::agents;
use crate::message::effect::Effect;
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::model::report::Summary;
use crate::state::console::Console;
use crate::state::overlay::{Card, Overlay};
use crate::state::queue::Verdict;

/// Takes over the findings so far.
pub(crate) fn take_part(console: &mut Console, findings: Vec<Finding>, progress: (usize, usize)) -> Vec<Effect> {
    keep_card(console, &findings);
    if let Some(session) = &mut console.session {
        session.known.progress = progress;
        session.take_findings(findings);
    }
    Vec::new()
}

/// Takes over the whole report; the queue learns of it too. While registries are still `asking`, more of it follows.
pub(crate) fn take(console: &mut Console, report: &Arc<Report>, asking: bool) -> Vec<Effect> {
    keep_card(console, &report.findings);
    let Some(session) = &mut console.session else { return Vec::new() };
    let files = session.change.patch.files.len();
    session.known.progress = (files, files);
    session.known.asking = asking;
    session.known.report = Some(report.clone());
    session.take_findings(report.findings.clone());
    let at = &session.change.pull.at;
    let judgement = Summary::of(&session.change, report);
    if let Some(entry) = console.queue.entries.iter_mut().find(|entry| entry.pull.at == *at) {
        entry.verdict = Verdict::Judged(judgement);
        console.queue.settle(console.now, console.panes.queue);
    }
    // It is remembered once all of it is known.
    if asking { Vec::new() } else { agents::ask(console).into_iter().collect() }
}

/// A card stays on its finding though the list changes under it.
fn keep_card(console: &mut Console, findings: &[Finding]) {
    let (Overlay::Card(Card { finding, .. }), Some(session)) = (&mut console.overlay, &console.session) else { return };
    let id = session.known.findings.get(*finding).map(|finding| &finding.id);
    match findings.iter().position(|new| Some(&new.id) == id) {
        Some(at) => *finding = at,
        None => console.overlay = Overlay::None,
    }
}
