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
