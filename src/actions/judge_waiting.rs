//! Asks for a judgement of the pulls that have none yet: those on screen first, from the cursor on.

use crate::message::effect::{Effect, Thrift};
use crate::message::ticket::Kind;
use crate::state::console::Console;
use crate::state::notice::Tone;

/// Asks anew: pulls that were judged have other commits now.
pub(crate) fn judge_all(console: &mut Console) -> Vec<Effect> {
    ask(console, Thrift::Sparing)
}

/// All that was asked for is judged; what came meanwhile is next.
pub(crate) fn take_end(console: &mut Console) -> Vec<Effect> {
    console.queue.spared = None;
    judge_all(console)
}

/// Stops judging: the person says so.
pub(crate) fn stop(console: &mut Console) {
    let (done, of) = (console.queue.done(), console.queue.entries.len());
    console.queue.spared = Some("stopped by you".to_owned());
    console.notices.say(Tone::Note, format!("stopped after {done} of {of} judgements; J judges the rest, and so does opening one"));
}

/// Asks for what was left to the analysis of an opened pull that did not come to its end, or came while others were judged.
pub(crate) fn judge_rest(console: &mut Console) -> Vec<Effect> {
    if console.queue.spared.is_some() { Vec::new() } else { judge_more(console) }
}

/// Has work that is under way go on with what is on screen now; begins it when there is none.
pub(crate) fn judge_more(console: &mut Console) -> Vec<Effect> {
    if console.pending.is_judging() {
        vec![Effect::JudgeNext(console.queue.unjudged(console.panes.queue))]
    } else {
        ask(console, Thrift::Sparing)
    }
}

/// What is on screen comes first, wherever the person went.
pub(crate) fn follow(console: &Console) -> Vec<Effect> {
    if console.pending.is_judging() && console.session.is_none() {
        vec![Effect::JudgeNext(console.queue.unjudged(console.panes.queue))]
    } else {
        Vec::new()
    }
}

/// Judges on though it costs what was set aside: the person says so. Who did not answer about packages is asked again.
pub(crate) fn judge_freely(console: &mut Console) -> Vec<Effect> {
    console.queue.spared = None;
    console.queue.forget_unreached();
    let effects = ask(console, Thrift::Freely);
    if effects.is_empty() {
        console.notices.say(Tone::Note, "every pull that is listed was judged");
    }
    effects
}

/// Work stopped before all were judged, with so much `left` to ask with.
pub(crate) fn take_stop(console: &mut Console, left: String) -> Vec<Effect> {
    let queue = &mut console.queue;
    let says = format!("{} of {} judged; the rest when you open them or press J: {left}", queue.done(), queue.entries.len());
    // The same again, when nobody asked, is no news.
    if queue.spared.replace(left).is_none() {
        console.notices.say(Tone::Warning, says);
    }
    Vec::new()
}

fn ask(console: &mut Console, thrift: Thrift) -> Vec<Effect> {
    let waiting = console.queue.unjudged(console.panes.queue);
    if waiting.is_empty() { Vec::new() } else { vec![Effect::Judge(console.pending.ask(Kind::Judge), waiting, thrift)] }
}
