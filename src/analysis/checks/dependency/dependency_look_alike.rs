//! `dependency-look-alike`: a new package whose name is near one this project already uses.

use std::collections::{BTreeMap, BTreeSet};

use super::likeness::{Likeness, likeness, likeness_in};
use super::lists::lists;
use super::popular;
use super::table::{Table, tables};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::manifests::format::Kind;
use crate::analysis::manifests::names;
use crate::analysis::pattern::Pattern;
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
        let manifests: Vec<Table<'_>> = tables(view).filter(is_compared).collect();
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
                if let Some((near, how)) = nearest(dependency, known) {
                    // What many build on is what it says it is, also beside a near name.
                    if is_listed(dependency) {
                        continue;
                    }
                    report(table, dependency, near, how, sink);
                } else if let Some((near, how)) = popular::near(dependency.ecosystem, &dependency.name) {
                    report_popular(table, dependency, near, how, sink);
                } else if let Some((near, how)) = near_host(dependency) {
                    report(table, dependency, near, how, sink);
                }
            }
        }
    }
}

/// Whether people write its names: manifests, and what says which actions and images are fetched.
fn is_compared(table: &Table<'_>) -> bool {
    let tools = [Ecosystem::GithubActions, Ecosystem::Docker];
    table.is_manifest() || table.inventory.kind == Kind::Tools && tools.contains(&table.inventory.ecosystem)
}

/// The registry of images that the host in front of a name is near to: `ghrc.io/owner/image`.
fn near_host(dependency: &Dependency) -> Option<(&'static str, Likeness)> {
    let host = dependency.name.split_once('/').map(|(host, _)| host).filter(|host| host.contains('.'))?;
    let hosts = || lists().image_hosts.iter().map(String::as_str);
    // Two that everybody knows are near each other (`gcr.io`, `ghcr.io`), and regions stand in front of one.
    let sub = |known: &str| host == known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'));
    if dependency.ecosystem != Ecosystem::Docker || hosts().any(sub) {
        return None;
    }
    let found = hosts().filter_map(|known| Some((known, likeness(host, known)?)));
    found.filter(|(_, how)| !matches!(how, Likeness::Order | Likeness::Bait)).max_by_key(|(_, how)| *how)
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
    let weak =
        matches!(how, Likeness::Bait | Likeness::Scope) || name.strip_suffix('s') == Some(near) || near.strip_suffix('s') == Some(name);
    let severity = if weak && !elsewhere { Severity::Low } else { Severity::Medium };
    let draft = table.draft(dependency).title(format!("New package {} resembles {near}, which many projects use", dependency.name));
    let why = format!("The names are {}, and {} is not in the list of known names.", how.words(), dependency.name);
    sink.report(draft.why(why).severity(table.weighed(severity)).confidence(Confidence::Medium));
}

fn nearest<'k>(new: &Dependency, known: &BTreeSet<&'k str>) -> Option<(&'k str, Likeness)> {
    // Two things of one owner may be called alike.
    let others = known.iter().filter(|known| owner(new.ecosystem, &new.name).is_none_or(|own| owner(new.ecosystem, known) != Some(own)));
    others.filter_map(|known| Some((*known, likeness_in(new.ecosystem, &new.name, known)?))).max_by_key(|(_, how)| *how)
}

/// Whose a name says that it is, where names begin with their owner.
fn owner(ecosystem: Ecosystem, name: &str) -> Option<&str> {
    let before_last = |sign: char| name.rsplit_once(sign).map(|(owner, _)| owner);
    match ecosystem {
        Ecosystem::Maven => before_last(':'),
        Ecosystem::Golang => {
            static EDITION: Pattern = Pattern::new(r"/v\d+$");
            let path = EDITION.find(name).and_then(|edition| name.get(..edition.start)).unwrap_or(name);
            path.rsplit_once('/').map(|(owner, _)| owner)
        }
        Ecosystem::Npm => name.strip_prefix('@').and_then(|rest| rest.split_once('/')).map(|(scope, _)| scope),
        Ecosystem::Composer | Ecosystem::Docker | Ecosystem::GithubActions => before_last('/'),
        _ => None,
    }
}

fn report(table: &Table<'_>, dependency: &Dependency, near: &str, how: Likeness, sink: &mut Sink<'_>) {
    let elsewhere = dependency.source != PackageSource::DefaultRegistry;
    let severity = match how {
        Likeness::Bait | Likeness::Key if !elsewhere => Severity::Medium,
        // Packages move into scopes and out of them.
        Likeness::Scope if !elsewhere => Severity::Medium,
        _ => Severity::High,
    };
    let confidence = if elsewhere { Confidence::High } else { Confidence::Medium };
    let draft = table.draft(dependency).title(format!("New package {} resembles {near}, which this project uses", dependency.name));
    let draft = draft.why(format!("The names are {}. Look-alikes are how foreign code gets installed by a slip nobody sees.", how.words()));
    sink.report(draft.severity(table.weighed(severity)).confidence(confidence));
}
