//! Asks for a judgement of the pulls that have none yet.

use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::console::Console;
use crate::state::queue::Verdict;

/// Asks anew: the queue is another one now.
pub(crate) fn judge_all(console: &mut Console) -> Vec<Effect> {
    let waiting = console.queue.entries.iter().filter(|entry| entry.verdict == Verdict::Waiting);
    let waiting: Vec<_> = waiting.map(|entry| entry.pull.at.clone()).collect();
    if waiting.is_empty() { Vec::new() } else { vec![Effect::Judge(console.pending.ask(Kind::Judge), waiting)] }
}

/// Asks for what was left to the analysis of an opened pull that did not come to its end.
pub(crate) fn judge_rest(console: &mut Console) -> Vec<Effect> {
    if console.pending.is_judging() { Vec::new() } else { judge_all(console) }
}
