//! `dependency-unlisted`: the registry itself says that it has no such package, or no such version.

use super::told::{Asked, report};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::lookups::notes::{moment, short};
use crate::model::dependency::{DependencyMove, Ecosystem};
use crate::model::lookup::{Entry, Listing, Release, Standing, Told};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-unlisted.toml`.
pub struct DependencyUnlisted;

impl Check for DependencyUnlisted {
    fn rule(&self) -> RuleId {
        RuleId("dependency-unlisted")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        report(view, sink, judged);
    }
}

fn judged(one: &Asked<'_>) -> Option<(Severity, String)> {
    let Told::Says { what, by, at } = &one.lookup.listing else { return None };
    let (by, asked) = (short(by), moment(*at));
    let new = one.row.change == DependencyMove::Added && one.dependency.direct;
    match what {
        Listing::Unlisted => {
            // Nobody can take a name below somebody else's domain, and builds have other repositories besides.
            let open = one.package.ecosystem != Ecosystem::Maven;
            let severity = if new && open { Severity::Medium } else { Severity::Low };
            Some((severity, format!("{by} does not list {} (asked {asked})", short(&one.package.name))))
        }
        Listing::Listed(Entry { standing: Some(Standing::Unpublished), .. }) => {
            Some((Severity::Medium, format!("all of {} was unpublished from {by} (asked {asked})", short(&one.package.name))))
        }
        // Somebody else holds such a name; another rule says so.
        Listing::Listed(Entry { standing: Some(Standing::Held), .. }) => None,
        Listing::Listed(Entry { release: Release::Unlisted, .. }) => {
            // RubyGems and Packagist take withdrawn versions off their lists, Go's mirror has what it was once asked for, and Maven Central
            // is not the only repository of most builds.
            let told = !matches!(one.package.ecosystem, Ecosystem::Gem | Ecosystem::Golang | Ecosystem::Composer | Ecosystem::Maven);
            let severity = if told { Severity::Medium } else { Severity::Low };
            Some((severity, format!("{by} lists no version {} (asked {asked})", short(&one.package.to_string()))))
        }
        Listing::Listed(_) => None,
    }
}
