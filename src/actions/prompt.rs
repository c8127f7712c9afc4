//! Starts and ends a typed line: filter, search, the reason of a decision or of an accepted risk.

use crate::actions::{begin_sweep, decide, judge_finding, write_remark};
use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::completion::Completion;
use crate::state::console::Console;
use crate::state::overlay::{Asks, Overlay, Prompt};
use crate::state::session::Search;
use crate::state::text_field::TextField;

/// Starts typing.
pub(crate) fn start(console: &mut Console, asks: Asks) -> Vec<Effect> {
    let asks = if console.session.is_none() && asks == Asks::Search { Asks::Filter } else { asks };
    let held = match asks {
        Asks::Filter => console.queue.filter.clone(),
        Asks::Search | Asks::Targets | Asks::Since | Asks::Report => String::new(),
    };
    let field = TextField::holding(&held);
    let completion = if asks == Asks::Filter { Completion::of(&field, &console.queue) } else { Completion::default() };
    console.overlay = Overlay::Prompt(Prompt { asks, field, completion });
    Vec::new()
}

/// Ends typing and uses what was typed.
pub(crate) fn submit(console: &mut Console) -> Vec<Effect> {
    match &console.overlay {
        Overlay::Prompt(prompt) => {
            let (asks, text) = (prompt.asks, prompt.field.text.clone());
            console.overlay = Overlay::None;
            match asks {
                Asks::Search => search(console, text),
                Asks::Filter => Vec::new(),
                Asks::Targets => {
                    console.sweeping.order.targets = text;
                    begin_sweep::offer(console, 0)
                }
                Asks::Since => {
                    console.sweeping.order.since = text.trim().to_owned();
                    begin_sweep::offer(console, 0)
                }
                Asks::Report => begin_sweep::save(console, &text),
            }
        }
        Overlay::Card(_) => judge_finding::accept(console),
        Overlay::Confirm(_) => decide::submit(console),
        Overlay::Write(_) => write_remark::end(console),
        Overlay::None | Overlay::Panel(_) | Overlay::List(_) | Overlay::Palette(..) => Vec::new(),
    }
}

fn search(console: &mut Console, needle: String) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    if needle.is_empty() {
        session.search = None;
        return Vec::new();
    }
    session.search = Some(Search { needle: needle.clone(), hits: None, more: false });
    vec![Effect::Search(console.pending.ask(Kind::Search), session.change.clone(), needle)]
}
