//! `commit-date-odd`: dates that cannot be, or that were taken over from another commit. A note: clocks are wrong, too.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::model::habits::Habit;
use crate::model::pull::Commit;
use crate::model::rule::RuleId;
use crate::model::time::Timestamp;

/// See `rules/code/commit-date-odd.toml`.
pub struct CommitDateOdd;

/// The first commit of git itself.
const FIRST: i64 = 1_112_911_993;
const DAY: i64 = 86_400;

impl Check for CommitDateOdd {
    fn rule(&self) -> RuleId {
        RuleId("commit-date-odd")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let commits = &view.change.commits;
        let before = &view.around.history.habits.before;
        let read = view.change.pull.standing.as_ref().map(|standing| standing.read).filter(|read| read.0 > 0);
        let read = read.or(view.around.judged);
        for (at, commit) in commits.iter().enumerate() {
            let earlier = commits.get(..at).unwrap_or(&[]);
            let Some(title) = alone(commit, read).or_else(|| among(commit, earlier)).or_else(|| copied(commit, before)) else { continue };
            let evidence = format!("written {}, committed {}", moment(commit.authored), moment(commit.committed));
            let draft = commit.id.as_ref().map_or_else(|| Draft::message(&evidence), |id| Draft::commit(id, &evidence));
            sink.report(draft.title(title));
        }
    }
}

/// What is wrong with the dates of one commit. 0 is no date.
fn alone(commit: &Commit, read: Option<Timestamp>) -> Option<&'static str> {
    let dates = [commit.authored.0, commit.committed.0];
    if dates.iter().any(|date| *date != 0 && *date < FIRST) {
        return Some("A commit is older than git");
    }
    if read.is_some_and(|read| dates.iter().any(|date| *date > read.0.saturating_add(DAY))) {
        return Some("A commit is from the future");
    }
    let turned = commit.committed.0 != 0 && commit.authored.0 > commit.committed.0.saturating_add(DAY);
    turned.then_some("A commit was committed before it was written")
}

/// What is wrong with them beside those of commits before it.
fn among(commit: &Commit, earlier: &[Commit]) -> Option<&'static str> {
    if commit.authored.0 == 0 || commit.committed.0 == 0 {
        return None;
    }
    let copied = |other: &&Commit| other.authored == commit.authored && !other.author.email.eq_ignore_ascii_case(&commit.author.email);
    if earlier.iter().any(|other| copied(&other)) {
        return Some("A commit has the date of another author's commit");
    }
    let parent = commit.parents.first()?;
    let above = earlier.iter().find(|other| other.id.as_ref() == Some(parent))?;
    (commit.committed.0.saturating_add(DAY) < above.committed.0).then_some("A commit is older than the one it stands on")
}

/// Whether it has the very second of a commit before the change that somebody else wrote.
fn copied(commit: &Commit, before: &[Habit]) -> Option<&'static str> {
    let by = commit.author.email.to_lowercase();
    let same = |habit: &&Habit| habit.authored == commit.authored && habit.author != by;
    let known = commit.authored.0 != 0 && before.iter().any(|habit| same(&habit));
    known.then_some("A commit has the date of another author's commit")
}

/// Seconds since 1970, which nobody can misread as another zone's time.
fn moment(at: Timestamp) -> String {
    format!("@{}", at.0)
}
