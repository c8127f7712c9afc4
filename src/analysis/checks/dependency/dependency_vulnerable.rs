//! `dependency-vulnerable`: a version that a published advisory is about.

use std::collections::BTreeSet;

use super::told::{Asked, report};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::lookups::affected::{is_about, mended};
use crate::analysis::lookups::notes::short;
use crate::model::lookup::{Advisory, Package};
use crate::model::rule::{RuleId, Severity};

/// Advisories named in one finding.
const MOST: usize = 4;

/// See `rules/code/dependency-vulnerable.toml`.
pub struct DependencyVulnerable;

impl Check for DependencyVulnerable {
    fn rule(&self) -> RuleId {
        RuleId("dependency-vulnerable")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        report(view, sink, judged);
    }
}

fn judged(one: &Asked<'_>) -> Option<(Severity, String)> {
    let known = distinct(one.lookup.advisories.iter().filter_map(|told| told.says()).flat_map(|(all, _)| all), one.package);
    if known.is_empty() {
        return None;
    }
    let kept = one.row.before.as_ref().is_some_and(|before| {
        // What was vulnerable before in the same way is no news of this change.
        let version = crate::analysis::manifests::version::exact(before.ecosystem, &before.version, !one.table.is_manifest());
        let then = Package { version: version.map(str::to_owned), ..one.package.clone() };
        then.version.is_some()
            && known.iter().all(|advisory| is_about(&Advisory { matched: false, ..(*advisory).clone() }, &then) == Some(true))
    });
    let named: Vec<String> = known.iter().take(MOST).map(|advisory| words(advisory, one.package)).collect();
    let more = known.len().saturating_sub(MOST);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let severity = if kept || !one.dependency.direct { Severity::Low } else { Severity::Medium };
    Some((severity, format!("{} is vulnerable: {}{more}", short(&one.package.to_string()), named.join(", "))))
}

/// Those about `package`, each once though two lists know it under two names.
fn distinct<'a>(all: impl Iterator<Item = &'a Advisory>, package: &Package) -> Vec<&'a Advisory> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut out = Vec::new();
    for advisory in all.filter(|one| !one.is_malware() && is_about(one, package) == Some(true)) {
        let names = || std::iter::once(&advisory.id).chain(&advisory.aliases).map(String::as_str);
        let known = names().any(|name| seen.contains(name));
        seen.extend(names());
        if !known {
            out.push(advisory);
        }
    }
    out
}

fn words(advisory: &Advisory, package: &Package) -> String {
    let severity = if advisory.severity.is_empty() { String::new() } else { format!(" ({})", short(&advisory.severity)) };
    let mended = mended(advisory, package).map(|fixed| format!(", mended in {}", short(fixed))).unwrap_or_default();
    format!("{}{severity}{mended}", short(&advisory.id))
}
