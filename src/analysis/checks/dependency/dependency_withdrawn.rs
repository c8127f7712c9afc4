//! `dependency-withdrawn`: a version that its publisher took back (yanked) or advises against.

use super::told::{Asked, report};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::lookups::notes::short;
use crate::model::dependency::DependencyMove;
use crate::model::lookup::{Release, Version};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-withdrawn.toml`.
pub struct DependencyWithdrawn;

impl Check for DependencyWithdrawn {
    fn rule(&self) -> RuleId {
        RuleId("dependency-withdrawn")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        report(view, sink, judged);
    }
}

fn judged(one: &Asked<'_>) -> Option<(Severity, String)> {
    let (entry, _) = one.entry()?;
    let Release::Listed(Version { withdrawn, deprecated, .. }) = &entry.release else { return None };
    let name = short(&one.package.to_string());
    let because = |why: &str| if why.is_empty() { String::new() } else { format!(": {}", short(why)) };
    if let Some(why) = withdrawn {
        let severity = if one.dependency.direct { Severity::Medium } else { Severity::Low };
        return Some((severity, format!("{name} was withdrawn by its publisher{}", because(why))));
    }
    // What others bring along is theirs to replace, and much of it is deprecated.
    let chosen = one.dependency.direct && matches!(one.row.change, DependencyMove::Added | DependencyMove::SourceChanged);
    deprecated.as_ref().filter(|_| chosen).map(|why| (Severity::Low, format!("its publisher advises against {name}{}", because(why))))
}
