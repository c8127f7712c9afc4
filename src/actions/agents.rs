//! What agents did over time: the list of them, the page of one, what is unusual in the opened pull.

use std::sync::Arc;

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::message::ticket::Kind;
use crate::model::behaviour::{By, Gallery, Observations};
use crate::state::console::Console;
use crate::state::list::{List, Listed};
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Topic};

/// Lists the agents; where they are listed already, by the next thing that changes are put together by.
pub(crate) fn list(console: &mut Console) -> Vec<Effect> {
    let by = match &console.overlay {
        Overlay::List(List { of: Listed::Agents(by, _), .. }) => match by {
            By::Agent => By::Model,
            By::Model => By::Author,
            By::Author => By::Agent,
        },
        _ => By::Agent,
    };
    console.overlay = Overlay::List(List { of: Listed::Agents(by, None), at: 0 });
    vec![Effect::ReadAgents(console.pending.ask(Kind::Agents), by)]
}

/// Takes them over.
pub(crate) fn take(console: &mut Console, answer: Result<Arc<Gallery>, Trouble>) -> Vec<Effect> {
    let gallery = answer.unwrap_or_else(|trouble| {
        console.notices.say(Tone::Failure, trouble);
        Arc::default()
    });
    if let Overlay::List(List { of: Listed::Agents(_, known), .. }) = &mut console.overlay {
        *known = Some(gallery);
    }
    Vec::new()
}

/// Opens the page of the one in row `at`.
pub(crate) fn open(console: &mut Console, at: usize) -> Vec<Effect> {
    if let Overlay::List(List { of: Listed::Agents(_, Some(gallery)), .. }) = &console.overlay
        && at < gallery.portraits.len()
    {
        let topic = Topic::Agent(gallery.clone(), at);
        console.overlay = Overlay::Panel(Panel { topic, top: 0 });
    }
    Vec::new()
}

/// Back from the page of the one in row `at` to the list.
pub(crate) fn back(console: &mut Console, gallery: Arc<Gallery>, at: usize) -> Vec<Effect> {
    let by = gallery.portraits.get(at).map_or(By::Agent, |one| one.by);
    console.overlay = Overlay::List(List { of: Listed::Agents(by, Some(gallery)), at });
    Vec::new()
}

/// Asks what is unusual in the opened pull.
pub(crate) fn ask(console: &mut Console) -> Option<Effect> {
    let change = console.session.as_ref().map(|session| session.change.clone())?;
    Some(Effect::Observe(console.pending.ask(Kind::Observe), change))
}

/// Takes it over.
pub(crate) fn observe(console: &mut Console, observations: Option<Box<Observations>>) -> Vec<Effect> {
    if let Some(session) = &mut console.session {
        session.known.observations = observations.map(|observations| *observations);
    }
    Vec::new()
}
