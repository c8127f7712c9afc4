//! `dependency-known-malicious`: a package that a published advisory calls malware, or whose registry took it away for what it did.

use super::told::{Asked, asked};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::lookups::affected::is_about;
use crate::analysis::lookups::notes::short;
use crate::model::lookup::Standing;
use crate::model::rule::RuleId;

/// See `rules/code/dependency-known-malicious.toml`.
pub struct DependencyKnownMalicious;

impl Check for DependencyKnownMalicious {
    fn rule(&self) -> RuleId {
        RuleId("dependency-known-malicious")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for one in asked(view) {
            if let Some(title) = malware(&one).or_else(|| held(&one)) {
                sink.report(one.table.draft(one.dependency).title(title));
            }
        }
    }
}

fn malware(one: &Asked<'_>) -> Option<String> {
    let told = one.lookup.advisories.iter().filter_map(|told| told.says()).flat_map(|(all, _)| all);
    let known = told.filter(|advisory| advisory.is_malware()).find(|advisory| is_about(advisory, one.package) == Some(true))?;
    Some(format!("{} is known malware ({})", short(&one.package.to_string()), short(&known.id)))
}

fn held(one: &Asked<'_>) -> Option<String> {
    let (entry, _) = one.entry()?;
    let gone = entry.standing == Some(Standing::Held);
    gone.then(|| format!("{} was taken away by its registry for what it did", short(&one.package.name)))
}
