//! Goes one step back: out of the popup, out of the search or filter, out of the pull.

use crate::actions::judge_waiting::{self, judge_rest};
use crate::actions::stop::{stop, stop_each};
use crate::actions::{agents, begin_sweep, leave, take_list, write_remark};
use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Asks, Overlay, Panel, Stage, Topic};

/// Goes one step back.
pub(crate) fn close(console: &mut Console) -> Vec<Effect> {
    match &mut console.overlay {
        Overlay::None => close_screen(console),
        Overlay::Card(card) if card.reason.is_some() => {
            card.reason = None;
            Vec::new()
        }
        Overlay::Confirm(confirm) if matches!(confirm.stage, Stage::Working(_)) => {
            console.notices.say(Tone::Warning, "the plan is being carried out and cannot be stopped half-way; its receipt follows");
            Vec::new()
        }
        Overlay::Confirm(_) => {
            console.overlay = Overlay::None;
            console.notices.say(Tone::Note, "nothing was changed");
            stop(console, Kind::Plan)
        }
        Overlay::Prompt(prompt) => {
            let asks = prompt.asks;
            console.overlay = Overlay::None;
            match asks {
                Asks::Filter => drop_filter(console),
                Asks::Targets => return begin_sweep::offer(console, 1),
                Asks::Since => return begin_sweep::offer(console, 2),
                Asks::Search | Asks::Report => {}
            }
            Vec::new()
        }
        Overlay::Write(_) => write_remark::end(console),
        Overlay::Palette(_, under) => {
            console.overlay = std::mem::take(under.as_mut());
            Vec::new()
        }
        Overlay::List(_) => {
            console.overlay = Overlay::None;
            stop_each(console, &[Kind::Waiting, Kind::Bans, Kind::Agents])
        }
        Overlay::Panel(Panel { topic: Topic::Agent(gallery, at), .. }) => {
            let (gallery, at) = (gallery.clone(), *at);
            agents::back(console, gallery, at)
        }
        Overlay::Panel(_) | Overlay::Card(_) => {
            console.overlay = Overlay::None;
            stop(console, Kind::Ledger)
        }
    }
}

fn close_screen(console: &mut Console) -> Vec<Effect> {
    if console.budget.as_ref().is_some_and(|budget| budget.waiting.is_some()) {
        let cut = console.pending.is_listing() && !console.queue.whole;
        let effects = stop_all(console);
        if cut {
            take_list::stop(console);
        }
        if !effects.is_empty() {
            console.notices.say(Tone::Note, "stopped waiting for the forge; r reads the queue again");
            return effects;
        }
    }
    match &mut console.session {
        Some(session) if session.view.chosen.is_some() => {
            session.view.chosen = None;
            Vec::new()
        }
        Some(session) if session.search.is_some() => {
            session.search = None;
            stop(console, Kind::Search)
        }
        Some(_) => {
            let mut effects = leave::leave(console);
            effects.extend(judge_rest(console));
            // Whoever comes back finds the order that is known by now, and the cursor on the pull that was read.
            console.queue.arrange(console.now, console.panes.queue);
            effects
        }
        None if console.pending.waits(Kind::Sweep) => {
            begin_sweep::stop(console);
            stop(console, Kind::Sweep)
        }
        None if console.pending.waits(Kind::Load) => {
            let mut effects = stop(console, Kind::Load);
            effects.extend(judge_rest(console));
            effects
        }
        None if console.pending.is_listing() && !console.queue.whole && console.queue.filter.is_empty() => {
            let mut effects = stop(console, Kind::List);
            take_list::stop(console);
            effects.extend(judge_rest(console));
            effects
        }
        None if console.pending.is_judging() && console.queue.traits.forge && console.queue.filter.is_empty() => {
            judge_waiting::stop(console);
            stop(console, Kind::Judge)
        }
        None => {
            drop_filter(console);
            Vec::new()
        }
    }
}

/// Stops everything that may wait for the forge and may be stopped.
fn stop_all(console: &mut Console) -> Vec<Effect> {
    stop_each(console, &[Kind::Load, Kind::List, Kind::Judge, Kind::Dossier, Kind::Look, Kind::Ahead])
}

fn drop_filter(console: &mut Console) {
    console.queue.filter.clear();
    console.queue.arrange(console.now, console.panes.queue);
}
