//! `commit-burst`: more commits of one author within a moment than hands write. A note: scripts, translations and pages of a forge do it too.

use std::collections::BTreeMap;

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::model::pull::Commit;
use crate::model::rule::RuleId;

/// See `rules/code/commit-burst.toml`.
pub struct CommitBurst;

/// So many commits within so many seconds of writing.
const BURSTS: [(usize, i64); 2] = [(10, 60), (15, 600)];

impl Check for CommitBurst {
    fn rule(&self) -> RuleId {
        RuleId("commit-burst")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let mut authors: BTreeMap<String, Vec<&Commit>> = BTreeMap::new();
        let dated = view.change.commits.iter().filter(|commit| commit.authored.0 > 0 && commit.parents.len() < 2);
        dated.for_each(|commit| authors.entry(commit.author.email.to_lowercase()).or_default().push(commit));
        for (author, mut own) in authors {
            own.sort_by_key(|commit| commit.authored);
            let Some((first, commits, seconds)) =
                BURSTS.iter().find_map(|(least, within)| busiest(&own, *within).filter(|found| found.1 >= *least))
            else {
                continue;
            };
            let evidence = format!("{commits} commits of {author} within {}", time(seconds));
            let draft = first.id.as_ref().map_or_else(|| Draft::message(&evidence), |id| Draft::commit(id, &evidence));
            sink.report(draft.why(format!("They were written within {} of each other, by the dates they claim.", time(seconds))));
            return;
        }
    }
}

/// The first commit of the fullest `within` seconds, how many stand in it, and how long they took.
fn busiest<'c>(own: &[&'c Commit], within: i64) -> Option<(&'c Commit, usize, i64)> {
    let (mut start, mut best) = (0, None);
    for (at, commit) in own.iter().enumerate() {
        let ends = commit.authored.0;
        while own.get(start).is_some_and(|early| early.authored.0 < ends.saturating_sub(within)) {
            start += 1;
        }
        let (first, count) = (own.get(start)?, at + 1 - start);
        if best.is_none_or(|(_, known, _)| known < count) {
            best = Some((*first, count, ends - first.authored.0));
        }
    }
    best
}

fn time(seconds: i64) -> String {
    match seconds {
        0 => "one second".to_owned(),
        1..=119 => format!("{} seconds", seconds.max(2)),
        _ => format!("{} minutes", (seconds + 59) / 60),
    }
}
