//! Takes over the pulls. What was judged stays where the commits are the same; the rest is judged now.

use crate::actions::open_pull;
use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::message::ticket::Kind;
use crate::model::diff::Omission;
use crate::model::pull::Pull;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::queue::{Entry, Verdict};

type Answer = Result<(Vec<Pull>, Vec<Omission>), Trouble>;

/// Takes over the pulls.
pub(crate) fn take(console: &mut Console, answer: Answer) -> Vec<Effect> {
    let (pulls, omissions) = match answer {
        Ok(answer) => answer,
        Err(trouble) => {
            console.notices.say(Tone::Failure, trouble.clone());
            console.queue.trouble = Some(trouble);
            return Vec::new();
        }
    };
    let first = console.queue.entries.is_empty();
    console.queue.trouble = None;
    console.queue.omissions = omissions;
    adopt(console, pulls);
    tell_if_moved(console);
    console.queue.arrange(console.now, console.panes.queue);
    let mut effects = Vec::new();
    if let [only] = console.queue.entries.as_slice()
        && first
        && console.session.is_none()
    {
        let at = only.pull.at.clone();
        effects.extend(open_pull::open(console, at));
    }
    let waiting = console.queue.entries.iter().filter(|entry| entry.verdict == Verdict::Waiting);
    let waiting: Vec<_> = waiting.map(|entry| entry.pull.at.clone()).collect();
    if !waiting.is_empty() {
        effects.push(Effect::Judge(console.pending.ask(Kind::Judge), waiting));
    }
    effects
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
    let Some(session) = &console.session else { return };
    let opened = &session.change.pull;
    let moved = console.queue.find(&opened.at).is_some_and(|entry| entry.pull.revision != opened.revision);
    if moved {
        console.notices.say(
            Tone::Warning,
            "this pull moved since it was opened; what you see is what was read, go back and open it again for the rest",
        );
    }
}
