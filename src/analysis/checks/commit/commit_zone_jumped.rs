//! `commit-zone-jumped`: a commit by a clock that is hours away from that of all earlier commits of its author. A note: people travel.

use std::collections::HashMap;

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::model::habits::{Habit, Habits};
use crate::model::pull::Commit;
use crate::model::rule::RuleId;

/// See `rules/code/commit-zone-jumped.toml`.
pub struct CommitZoneJumped;

/// Earlier commits below which nobody has a habit.
const LEAST: usize = 5;
/// Minutes by which clocks differ that are not merely summer and winter.
const FAR: i32 = 180;

impl Check for CommitZoneJumped {
    fn rule(&self) -> RuleId {
        RuleId("commit-zone-jumped")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let habits = &view.around.history.habits;
        if let Some(draft) = journey(&view.change.commits, habits) {
            sink.report(draft);
            return;
        }
        for commit in &view.change.commits {
            let Some((id, zone)) = commit.id.as_ref().and_then(|id| Some((id, *habits.zones.get(id)?))) else { continue };
            let author = commit.author.email.to_lowercase();
            let earlier: Vec<&Habit> = habits.before.iter().filter(|habit| habit.author == author).collect();
            let is_far = |habit: &&Habit| (habit.zone - zone).abs() >= FAR;
            if earlier.len() < LEAST || !earlier.iter().all(is_far) {
                continue;
            }
            let usual = earlier.first().map_or(0, |habit| habit.zone);
            let evidence = format!("{} at {}, until now {}", commit.author.email, clock(zone), clock(usual));
            let why =
                format!("None of the {} earlier commits of this author that were read is within three hours of that clock.", earlier.len());
            sink.report(Draft::commit(id, &evidence).why(why));
            return;
        }
    }
}

/// Minutes between two clocks, and seconds between two commits, that nobody travels.
const JOURNEY: (i32, i64) = (360, 7200);

/// Two commits of one author within two hours by clocks that lie a flight apart.
fn journey(commits: &[Commit], habits: &Habits) -> Option<Draft> {
    let mut last: HashMap<String, (&Commit, i32)> = HashMap::new();
    let mut own: Vec<&Commit> = commits.iter().filter(|commit| commit.authored.0 > 0).collect();
    own.sort_by_key(|commit| commit.authored);
    for commit in own {
        let Some((id, zone)) = commit.id.as_ref().and_then(|id| Some((id, *habits.zones.get(id)?))) else { continue };
        let (earlier, before) = last.insert(commit.author.email.to_lowercase(), (commit, zone)).unwrap_or((commit, zone));
        let seconds = commit.authored.0 - earlier.authored.0;
        if (before - zone).abs() >= JOURNEY.0 && seconds <= JOURNEY.1 {
            let evidence = format!("{} at {}, {} minutes before at {}", commit.author.email, clock(zone), seconds / 60, clock(before));
            let why = "Two commits of one author stand within two hours of each other, by clocks that are six hours or more apart.";
            return Some(Draft::commit(id, &evidence).title("Two commits of one author by clocks a flight apart").why(why));
        }
    }
    None
}

/// `+02:00`
fn clock(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}
