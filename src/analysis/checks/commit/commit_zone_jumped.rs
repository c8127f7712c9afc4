//! `commit-zone-jumped`: a commit by a clock that is hours away from that of all earlier commits of its author. A note: people travel.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::model::habits::Habit;
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

/// `+02:00`
fn clock(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}
