//! Takes over the pulls, page by page and whole. What was judged stays where the commits are the same; the rest is judged now.

use std::collections::BTreeMap;

use crate::actions::judge_waiting::{judge_all, judge_more};
use crate::actions::open_pull;
use crate::message::effect::Effect;
use crate::message::event::{Page, Trouble};
use crate::model::diff::Omission;
use crate::model::pull::{Pull, PullRef};
use crate::model::report::Summary;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::queue::{Entry, Queue, Traits, Verdict};

type Answer = Result<(Vec<Pull>, Vec<Omission>), Trouble>;

/// Takes over a page while the rest is read: its pulls are rows at once.
pub(crate) fn take_part(console: &mut Console, page: Page) -> Vec<Effect> {
    // What is looked at again unasked says nothing of itself.
    console.listed = (!console.queue.whole).then_some((page.read, page.of));
    if page.pulls.is_empty() {
        return Vec::new();
    }
    adopt_page(&mut console.queue, page.pulls);
    console.queue.trouble = None;
    console.queue.traits = Traits::of(&console.queue.entries);
    console.queue.settle(console.now, console.panes.queue);
    // A pull that may be the only one is opened rather than judged, once it is known to be.
    if console.queue.entries.len() > 1 { judge_more(console) } else { Vec::new() }
}

/// Takes over the pulls.
pub(crate) fn take(console: &mut Console, answer: Answer) -> Vec<Effect> {
    console.listed = None;
    let (pulls, omissions) = match answer {
        Ok(answer) => answer,
        Err(trouble) => {
            // The same trouble again, when nobody asked, is no news.
            if console.queue.trouble.as_ref() != Some(&trouble) {
                console.notices.say(Tone::Failure, trouble.clone());
            }
            console.queue.trouble = Some(trouble);
            return Vec::new();
        }
    };
    let first = !std::mem::replace(&mut console.queue.opened_once, true);
    (console.queue.whole, console.queue.partial, console.queue.trouble) = (true, None, None);
    tell_left_out(console, omissions);
    let moved = adopt(&mut console.queue, pulls);
    tell_if_moved(console);
    console.queue.settle(console.now, console.panes.queue);
    // The only pull is opened at once; its analysis is its judgement, and a second one would only take time from it.
    if let [only] = console.queue.entries.as_slice()
        && first
        && console.session.is_none()
    {
        let at = only.pull.at.clone();
        return open_pull::open(console, at);
    }
    if moved { judge_all(console) } else { judge_more(console) }
}

/// Reading the pulls was stopped: what came stays, and is said to be a part.
pub(crate) fn stop(console: &mut Console) {
    let (read, of) = console.listed.take().unwrap_or((console.queue.entries.len(), 0));
    console.queue.partial = Some((read, of));
    let of = if of > 0 { format!(" of {of}") } else { String::new() };
    console.notices.say(Tone::Warning, format!("stopped after {read}{of} pulls; this is a part of the queue, and r reads all of it"));
}

/// What the source left out is said once, and kept among the notices.
fn tell_left_out(console: &mut Console, omissions: Vec<Omission>) {
    if console.queue.omissions != omissions {
        for omission in &omissions {
            console.notices.say(Tone::Warning, format!("the queue is not whole: {}", omission.why));
        }
    }
    console.queue.omissions = omissions;
}

/// Puts the pulls of a page among the others, each where it was.
fn adopt_page(queue: &mut Queue, page: Vec<(Pull, Option<Summary>)>) {
    let places: BTreeMap<PullRef, usize> = queue.entries.iter().map(|entry| entry.pull.at.clone()).zip(0..).collect();
    for (pull, kept) in page {
        let verdict = kept.map_or(Verdict::Waiting, Verdict::Judged);
        match places.get(&pull.at).and_then(|at| queue.entries.get_mut(*at)) {
            Some(entry) if entry.pull.revision == pull.revision && entry.verdict != Verdict::Waiting => entry.pull = pull,
            Some(entry) => *entry = Entry { pull, verdict },
            None => queue.entries.push(Entry { pull, verdict }),
        }
    }
}

/// Puts `pulls` in place of what was there; whether one of them moved since it was judged.
fn adopt(queue: &mut Queue, pulls: Vec<Pull>) -> bool {
    let mut moved = false;
    let mut former: BTreeMap<PullRef, &Entry> = queue.entries.iter().map(|entry| (entry.pull.at.clone(), entry)).collect();
    let entries = pulls.into_iter().map(|pull| {
        let known = former.remove(&pull.at);
        let same = known.filter(|entry| entry.pull.revision == pull.revision);
        moved |= known.is_some() && same.is_none();
        Entry { verdict: same.map_or(Verdict::Waiting, |entry| entry.verdict.clone()), pull }
    });
    let entries = entries.collect();
    queue.replace(entries);
    moved
}

fn tell_if_moved(console: &mut Console) {
    let Some(session) = &mut console.session else { return };
    if let Some(entry) = console.queue.entries.iter().find(|entry| entry.pull.at == session.change.pull.at) {
        session.see_moved(&entry.pull);
    }
}
