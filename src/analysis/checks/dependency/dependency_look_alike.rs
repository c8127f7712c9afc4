//! `dependency-look-alike`: a new package whose name is near one this project already uses.

use std::collections::{BTreeMap, BTreeSet};

use super::likeness::{Likeness, likeness};
use super::popular;
use super::table::{Table, tables};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::manifests::names;
use crate::model::dependency::{Dependency, DependencyMove, Ecosystem, PackageSource};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/dependency-look-alike.toml`.
pub struct DependencyLookAlike;

/// More new names than this are a new project, not a mistyped line.
const MOST_NEW: usize = 200;

impl Check for DependencyLookAlike {
    fn rule(&self) -> RuleId {
        RuleId("dependency-look-alike")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let manifests: Vec<Table<'_>> = tables(view).filter(Table::is_manifest).collect();
        let mut known: BTreeMap<Ecosystem, BTreeSet<&str>> = BTreeMap::new();
        for table in &manifests {
            known.entry(table.inventory.ecosystem).or_default().extend(table.inventory.known.iter().map(String::as_str));
        }
        let none = BTreeSet::new();
        for table in &manifests {
            let known = known.get(&table.inventory.ecosystem).unwrap_or(&none);
            let new: Vec<&Dependency> =
                table.rows.iter().filter(|row| row.change == DependencyMove::Added).filter_map(|row| row.after.as_ref()).collect();
            if new.len() > MOST_NEW {
                sink.skip(Some(table.file.path()), format!("only the first {MOST_NEW} new names were compared with known ones"));
            }
            for dependency in new.into_iter().take(MOST_NEW).filter(|new| !known.contains(new.name.as_str()) && !is_own(new)) {
                if let Some((near, how)) = nearest(&dependency.name, known) {
                    // What many build on is what it says it is, also beside a near name.
                    if is_listed(dependency) {
                        continue;
                    }
                    report(table, dependency, near, how, sink);
                } else if let Some((near, how)) = popular::near(dependency.ecosystem, &dependency.name) {
                    report_popular(table, dependency, near, how, sink);
                }
            }
        }
    }
}

/// A member of the project itself may be called what it likes.
fn is_own(dependency: &Dependency) -> bool {
    matches!(dependency.source, PackageSource::Path(_)) || dependency.version == "workspace"
}

/// Whether many projects build on just this name, from where they have it.
fn is_listed(dependency: &Dependency) -> bool {
    let list = names::of(dependency.ecosystem).filter(|_| dependency.source == PackageSource::DefaultRegistry);
    list.is_some_and(|list| list.names.contains(&dependency.name.as_str()))
}

/// Near a name that many projects build on, which this one need not know.
fn report_popular(table: &Table<'_>, dependency: &Dependency, near: &str, how: Likeness, sink: &mut Sink<'_>) {
    let elsewhere = dependency.source != PackageSource::DefaultRegistry;
    let name = dependency.name.as_str();
    // Honest packages, too, take the plural of a word that is taken.
    let weak = how == Likeness::Bait || name.strip_suffix('s') == Some(near) || near.strip_suffix('s') == Some(name);
    let severity = if weak && !elsewhere { Severity::Low } else { Severity::Medium };
    let draft = table.draft(dependency).title(format!("New package {} resembles {near}, which many projects use", dependency.name));
    let why = format!("The names are {}, and {} is not in the list of known names.", how.words(), dependency.name);
    sink.report(draft.why(why).severity(table.weighed(severity)).confidence(Confidence::Medium));
}

fn nearest<'k>(new: &str, known: &BTreeSet<&'k str>) -> Option<(&'k str, Likeness)> {
    known.iter().filter_map(|known| Some((*known, likeness(new, known)?))).max_by_key(|(_, how)| *how)
}

fn report(table: &Table<'_>, dependency: &Dependency, near: &str, how: Likeness, sink: &mut Sink<'_>) {
    let elsewhere = dependency.source != PackageSource::DefaultRegistry;
    let severity = match how {
        Likeness::Bait | Likeness::Key if !elsewhere => Severity::Medium,
        _ => Severity::High,
    };
    let confidence = if elsewhere { Confidence::High } else { Confidence::Medium };
    let draft = table.draft(dependency).title(format!("New package {} resembles {near}, which this project uses", dependency.name));
    let draft = draft.why(format!("The names are {}. Look-alikes are how foreign code gets installed by a slip nobody sees.", how.words()));
    sink.report(draft.severity(table.weighed(severity)).confidence(confidence));
}
