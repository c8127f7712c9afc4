//! `dependency-just-published`: a package, or a version of one, that hardly anybody can have looked at yet.

use super::told::{Asked, report};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::lookups::notes::short;
use crate::model::dependency::DependencyMove;
use crate::model::lookup::{Release, Version};
use crate::model::rule::{RuleId, Severity};
use crate::model::time::{Timestamp, short_age};

/// Days during which a package as a whole is young.
const YOUNG_PACKAGE: u64 = 30;
/// Days during which a version is young: most malicious releases are found and taken away within them.
const YOUNG_VERSION: u64 = 3;
/// Seconds of a day.
const DAY: u64 = 86_400;

/// See `rules/code/dependency-just-published.toml`.
pub struct DependencyJustPublished;

impl Check for DependencyJustPublished {
    fn rule(&self) -> RuleId {
        RuleId("dependency-just-published")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        // An old change is held against what was young when it was made; a date in the future gains it nothing.
        let made = view.change.commits.iter().map(|commit| commit.committed).max().filter(|made| made.0 > 0);
        report(view, sink, |one| judged(one, made));
    }
}

fn judged(one: &Asked<'_>, made: Option<Timestamp>) -> Option<(Severity, String)> {
    let (entry, asked) = one.entry()?;
    let now = made.map_or(asked, |made| made.min(asked));
    let name = short(&one.package.to_string());
    let made = if entry.by_commit { "committed" } else { "published" };
    let new = one.row.change == DependencyMove::Added;
    if let Some(first) = entry.first.filter(|first| first.until(now) < YOUNG_PACKAGE * DAY) {
        let severity = if new && one.dependency.direct { Severity::Medium } else { Severity::Low };
        return Some((severity, format!("the first version of {name} was {made} {}", when(first, now))));
    }
    let Release::Listed(Version { published: Some(published), .. }) = &entry.release else { return None };
    let young = published.until(now) < YOUNG_VERSION * DAY;
    young.then(|| (Severity::Low, format!("{name} was {made} {}", when(*published, now))))
}

fn when(then: Timestamp, now: Timestamp) -> String {
    match then.until(now) {
        0 => "after this change was made".to_owned(),
        seconds => format!("{} before", short_age(seconds)),
    }
}
