//! Takes over the pulls. What was judged stays where the commits are the same; the rest is judged now.

use crate::actions::judge_waiting::judge_all;
use crate::actions::open_pull;
use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::model::diff::Omission;
use crate::model::pull::Pull;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::queue::{Entry, Traits, Verdict};

type Answer = Result<(Vec<Pull>, Vec<Omission>), Trouble>;

/// Takes over how far reading the pulls is.
pub(crate) fn take_part(console: &mut Console, done: usize, of: usize) -> Vec<Effect> {
    console.listed = Some((done, of));
    Vec::new()
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
    let first = console.queue.entries.is_empty();
    console.queue.trouble = None;
    console.queue.omissions = omissions;
    adopt(console, pulls);
    console.queue.traits = Traits::of(&console.queue.entries);
    tell_if_moved(console);
    console.queue.arrange(console.now, console.panes.queue);
    // The only pull is opened at once; its analysis is its judgement, and a second one would only take time from it.
    if let [only] = console.queue.entries.as_slice()
        && first
        && console.session.is_none()
    {
        let at = only.pull.at.clone();
        return open_pull::open(console, at);
    }
    judge_all(console)
}

fn adopt(console: &mut Console, pulls: Vec<Pull>) {
    let mut former: std::collections::BTreeMap<_, _> =
        console.queue.entries.drain(..).map(|entry| (entry.pull.at.clone(), entry)).collect();
    console.queue.entries = pulls
        .into_iter()
        .map(|pull| {
            let same = former.remove(&pull.at).filter(|entry| entry.pull.revision == pull.revision);
            Entry { verdict: same.map_or(Verdict::Waiting, |entry| entry.verdict), pull }
        })
        .collect();
}

fn tell_if_moved(console: &mut Console) {
    let Some(session) = &mut console.session else { return };
    if let Some(entry) = console.queue.entries.iter().find(|entry| entry.pull.at == session.change.pull.at) {
        session.see_moved(&entry.pull);
    }
}
