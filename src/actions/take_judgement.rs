//! Takes over what is known of one pull's risk.

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::model::pull::PullRef;
use crate::model::report::Summary;
use crate::state::console::Console;
use crate::state::queue::Verdict;

/// Takes over the judgement and puts the pull where it belongs.
pub(crate) fn take(console: &mut Console, at: &PullRef, answer: Result<Summary, Trouble>) -> Vec<Effect> {
    let entry = console.queue.entries.iter_mut().find(|entry| entry.pull.at == *at);
    if let Some(entry) = entry {
        entry.verdict = answer.map_or_else(Verdict::Failed, Verdict::Judged);
        console.queue.settle(console.now, console.panes.queue);
    }
    Vec::new()
}

/// Takes over what judged pulls come to together; one that was read anew meanwhile is judged first.
pub(crate) fn take_together(console: &mut Console, told: Vec<(PullRef, Summary)>) -> Vec<Effect> {
    for (at, summary) in told {
        let entry = console.queue.entries.iter_mut().find(|entry| entry.pull.at == at);
        if let Some(entry) = entry.filter(|entry| matches!(entry.verdict, Verdict::Judged(_))) {
            entry.verdict = Verdict::Judged(summary);
        }
    }
    console.queue.settle(console.now, console.panes.queue);
    Vec::new()
}
