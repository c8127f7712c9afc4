//! Completes the word of a filter, way by way; the queue follows as if it had been typed.

use crate::message::effect::Effect;
use crate::state::completion::Completion;
use crate::state::console::Console;
use crate::state::overlay::{Asks, Overlay};

/// Puts the next way, or the one before, in the word's place.
pub(crate) fn turn(console: &mut Console, forward: bool) -> Vec<Effect> {
    let Overlay::Prompt(prompt) = &mut console.overlay else { return Vec::new() };
    if prompt.asks != Asks::Filter || prompt.completion.ways.is_empty() {
        return Vec::new();
    }
    prompt.completion.turn(&mut prompt.field, forward);
    // The only way is taken: what follows it is offered next.
    let settled = prompt.completion.ways.len() == 1;
    apply(console);
    if settled {
        offer(console);
    }
    Vec::new()
}

/// Lets the queue show what the typed filter lets through.
pub(crate) fn apply(console: &mut Console) {
    if let Overlay::Prompt(prompt) = &console.overlay
        && prompt.asks == Asks::Filter
    {
        console.queue.filter.clone_from(&prompt.field.text);
        console.queue.arrange(console.now, console.panes.queue);
    }
}

/// Looks anew what the word under the cursor can become.
pub(crate) fn offer(console: &mut Console) {
    if let Overlay::Prompt(prompt) = &mut console.overlay
        && prompt.asks == Asks::Filter
    {
        prompt.completion = Completion::of(&prompt.field, &console.queue);
    }
}
