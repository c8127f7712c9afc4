//! Lists to choose from: unsent remarks, waiting decisions, open pulls, whom to block or to let pass.

use crate::actions::{agents, begin_sweep, decide, opened, write_remark};
use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::model::ban::Banned;
use crate::model::decision::Verb;
use crate::model::pull::Pull;
use crate::state::console::Console;
use crate::state::list::{List, Listed};
use crate::state::notice::Tone;
use crate::state::overlay::Overlay;
use crate::state::sweep::ASKED;

/// Lists the unsent remarks.
pub(crate) fn remarks(console: &mut Console) -> Vec<Effect> {
    if console.session.is_none() {
        console.notices.say(Tone::Note, "open a pull first");
        return Vec::new();
    }
    show(console, Listed::Remarks)
}

/// Lists the decisions that wait to be sent.
pub(crate) fn waiting(console: &mut Console) -> Vec<Effect> {
    show(console, Listed::Waiting(None));
    vec![Effect::ReadWaiting(console.pending.ask(Kind::Waiting))]
}

/// Lists whom a block can stop; there may be nobody known.
pub(crate) fn whom(console: &mut Console) -> Vec<Effect> {
    let opened = console.session.as_ref().map(|session| &session.change.pull);
    let Some(pull) = opened.or_else(|| console.queue.chosen().map(|entry| &entry.pull)) else {
        console.notices.say(Tone::Warning, "there is no pull to block the agent of");
        return Vec::new();
    };
    let (at, known) = (pull.at.clone(), known(pull));
    if known.is_empty() {
        console.notices.say(Tone::Note, "no agent, session or account is known of this pull; `lazaret block` names one");
        return Vec::new();
    }
    show(console, Listed::Whom(at, known))
}

/// Lists whom lazaret's own list stops, to let one of them pass again.
pub(crate) fn blocked(console: &mut Console) -> Vec<Effect> {
    let opened = console.session.as_ref().map(|session| session.change.pull.at.clone());
    let Some(at) = opened.or_else(|| console.queue.chosen().map(|entry| entry.pull.at.clone())) else {
        console.notices.say(Tone::Warning, "there is no pull to unblock the agent of; `lazaret unblock` names one");
        return Vec::new();
    };
    show(console, Listed::Blocked(at, None));
    vec![Effect::ReadBans(console.pending.ask(Kind::Bans))]
}

fn known(pull: &Pull) -> Vec<Banned> {
    let agent = pull.provenance.agent.clone().map(Banned::Agent);
    let session = pull.provenance.session.clone().map(Banned::Session);
    let author = pull.standing.as_ref().and_then(|standing| standing.author.as_ref());
    let account = author.map(|author| Banned::Agent(author.login.clone()));
    let mut known: Vec<Banned> = [session, agent, account].into_iter().flatten().collect();
    known.dedup();
    known
}

fn show(console: &mut Console, of: Listed) -> Vec<Effect> {
    console.overlay = Overlay::List(List { of, at: 0 });
    Vec::new()
}

/// How many rows the list on screen has.
pub(crate) fn len(console: &Console) -> usize {
    let Overlay::List(list) = &console.overlay else { return 0 };
    match &list.of {
        Listed::Remarks => console.session.as_ref().map_or(0, |session| session.review.remarks.len()),
        Listed::Waiting(waiting) => waiting.as_ref().map_or(0, Vec::len),
        Listed::Opened => console.opened.all().len(),
        Listed::Blocked(_, bans) => bans.as_ref().map_or(0, |(bans, _)| bans.len()),
        Listed::Sweeps(earlier) => ASKED + earlier.as_ref().map_or(0, Vec::len),
        Listed::Whom(_, known) => known.len(),
        Listed::Agents(_, gallery) => gallery.as_ref().map_or(0, |gallery| gallery.portraits.len()),
    }
}

/// Opens the row the cursor is on.
pub(crate) fn open(console: &mut Console) -> Vec<Effect> {
    let Overlay::List(list) = &console.overlay else { return Vec::new() };
    match &list.of {
        Listed::Remarks => {
            let at = list.at;
            write_remark::again(console, at)
        }
        Listed::Waiting(_) => send(console),
        Listed::Opened => {
            let row = list.at;
            opened::open_row(console, row)
        }
        Listed::Blocked(at, bans) => match bans.as_ref().and_then(|(bans, _)| bans.get(list.at)).map(|ban| ban.what.clone()) {
            Some(whom) => {
                let at = at.clone();
                decide::begin(console, Verb::Unblock, at, vec![whom])
            }
            None => Vec::new(),
        },
        Listed::Sweeps(_) => {
            let at = list.at;
            begin_sweep::choose(console, at)
        }
        Listed::Agents(..) => {
            let at = list.at;
            agents::open(console, at)
        }
        Listed::Whom(at, known) => match known.get(list.at).cloned() {
            Some(whom) => {
                let at = at.clone();
                decide::begin(console, Verb::Block, at, vec![whom])
            }
            None => Vec::new(),
        },
    }
}

/// Looks at the chosen waiting decision again and sends it.
pub(crate) fn send(console: &mut Console) -> Vec<Effect> {
    match case(console) {
        Some(case) => {
            console.notices.say(Tone::Note, "looking at the decision again before it is sent …");
            vec![Effect::SendWaiting(console.pending.ask(Kind::CarryOut), case)]
        }
        None => Vec::new(),
    }
}

/// Takes the chosen waiting decision back.
pub(crate) fn drop_waiting(console: &mut Console) -> Vec<Effect> {
    match case(console) {
        Some(case) => vec![Effect::DropWaiting(console.pending.ask(Kind::Waiting), case)],
        None => Vec::new(),
    }
}

fn case(console: &Console) -> Option<crate::model::case_id::CaseId> {
    match &console.overlay {
        Overlay::List(List { of: Listed::Waiting(Some(waiting)), at }) => waiting.get(*at).map(|waiting| waiting.case.clone()),
        _ => None,
    }
}
