//! Begins a sweep or opens an earlier one: what it shall be of, how far it has come, what it found; saves its report.

use std::sync::Arc;

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::message::ticket::Kind;
use crate::model::sweep::{Sweep, Wanted};
use crate::model::sweeping::{EarlierSweep, SweepProgress, SweepWish};
use crate::state::completion::Completion;
use crate::state::console::Console;
use crate::state::list::{List, Listed};
use crate::state::notice::Tone;
use crate::state::overlay::{Asks, Overlay, Prompt};
use crate::state::sweep::{ASKED, SweepView};
use crate::state::text_field::TextField;

/// Shows what a sweep can be of, with the cursor at row `at`, and asks for the earlier ones.
pub(crate) fn offer(console: &mut Console, at: usize) -> Vec<Effect> {
    if !console.sweeping.possible {
        console.notices.say(Tone::Warning, "no sweep can be begun from here; `lazaret sweep TARGET... --console` opens one");
        return Vec::new();
    }
    console.overlay = Overlay::List(List { of: Listed::Sweeps(None), at });
    vec![Effect::ReadSweeps(console.pending.ask(Kind::Sweeps))]
}

/// Takes over which sweeps there were.
pub(crate) fn take_earlier(console: &mut Console, answer: Result<Vec<EarlierSweep>, Trouble>) -> Vec<Effect> {
    let earlier = answer.unwrap_or_else(|trouble| {
        console.notices.say(Tone::Failure, trouble);
        Vec::new()
    });
    if let Overlay::List(List { of: Listed::Sweeps(known), .. }) = &mut console.overlay {
        *known = Some(earlier);
    }
    Vec::new()
}

/// Does what row `at` says: begins, asks for words, turns a choice, opens an earlier sweep.
pub(crate) fn choose(console: &mut Console, at: usize) -> Vec<Effect> {
    let order = &mut console.sweeping.order;
    match at {
        0 if order.targets.trim().is_empty() => ask(console, Asks::Targets),
        0 => {
            let wish = SweepWish::Begin(order.clone());
            begin(console, wish)
        }
        1 => ask(console, Asks::Targets),
        2 => ask(console, Asks::Since),
        3 => {
            order.wanted = match order.wanted {
                Wanted::All => Wanted::Open,
                Wanted::Open => Wanted::Merged,
                Wanted::Merged => Wanted::All,
            };
            Vec::new()
        }
        4 => {
            order.everyone = !order.everyone;
            Vec::new()
        }
        _ => {
            let Overlay::List(List { of: Listed::Sweeps(Some(earlier)), .. }) = &console.overlay else { return Vec::new() };
            match earlier.get(at - ASKED).map(|earlier| SweepWish::Again(earlier.id.clone())) {
                Some(wish) => begin(console, wish),
                None => Vec::new(),
            }
        }
    }
}

/// Asks for words, with those that are known to be changed.
fn ask(console: &mut Console, asks: Asks) -> Vec<Effect> {
    let held = match asks {
        Asks::Targets => console.sweeping.order.targets.clone(),
        Asks::Since => console.sweeping.order.since.clone(),
        _ => console.sweep.as_ref().map_or_else(String::new, |view| format!("incident-{}.md", view.sweep.id)),
    };
    console.overlay = Overlay::Prompt(Prompt { asks, field: TextField::holding(&held), completion: Completion::default() });
    Vec::new()
}

fn begin(console: &mut Console, wish: SweepWish) -> Vec<Effect> {
    console.overlay = Overlay::None;
    console.sweeping.progress = Some(SweepProgress::default());
    vec![Effect::Sweep(console.pending.ask(Kind::Sweep), wish)]
}

/// Takes over how far it has come.
pub(crate) fn take_part(console: &mut Console, progress: SweepProgress) -> Vec<Effect> {
    console.sweeping.progress = Some(progress);
    Vec::new()
}

/// Stops it: what was read is kept.
pub(crate) fn stop(console: &mut Console) {
    let done = console.sweeping.progress.take().unwrap_or_default();
    let says = format!(
        "stopped after {} of {} changes; they are kept, and W begins or opens the sweep where it stopped",
        done.judged, done.changes
    );
    console.notices.say(Tone::Note, says);
}

/// Takes over the sweep. Somebody who is in the midst of something else is told, and not led away.
pub(crate) fn take(console: &mut Console, answer: Result<Arc<Sweep>, Trouble>) -> Vec<Effect> {
    console.sweeping.progress = None;
    match answer {
        Ok(sweep) => {
            let free = console.session.is_none() && console.overlay == Overlay::None;
            let says = format!("sweep {} is done: {} changes, {} campaigns", sweep.id, sweep.members.len(), sweep.campaigns.len());
            console.notices.say(Tone::Note, if free { says } else { format!("{says}; w in the queue shows it") });
            let missed = sweep.gaps.iter().filter(|gap| gap.failed).map(|gap| format!("{}: {}", gap.place, gap.omission.why));
            for missed in missed.take(20).collect::<Vec<_>>() {
                console.notices.say(Tone::Warning, format!("not swept: {missed}"));
            }
            console.sweep = Some(SweepView { shown: free, ..SweepView::of(sweep) });
        }
        Err(trouble) => console.notices.say(Tone::Failure, trouble),
    }
    Vec::new()
}

/// Asks for the file of the incident report.
pub(crate) fn ask_file(console: &mut Console) -> Vec<Effect> {
    if console.sweep.is_none() || !console.sweeping.possible {
        console.notices.say(Tone::Warning, "there is no sweep to report on; `lazaret sweep --format incident` prints a report");
        return Vec::new();
    }
    ask(console, Asks::Report)
}

/// Saves the incident report in the file called `name`.
pub(crate) fn save(console: &mut Console, name: &str) -> Vec<Effect> {
    let name = name.trim().to_owned();
    match &console.sweep {
        Some(view) if !name.is_empty() => vec![Effect::SaveReport(console.pending.ask(Kind::Save), view.sweep.clone(), name)],
        _ => Vec::new(),
    }
}

/// Takes over where the report lies.
pub(crate) fn take_saved(console: &mut Console, answer: Result<String, Trouble>) -> Vec<Effect> {
    match answer {
        Ok(says) => console.notices.say(Tone::Note, says),
        Err(trouble) => console.notices.say(Tone::Failure, trouble),
    }
    Vec::new()
}
