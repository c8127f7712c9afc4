//! What several changes come to together: windows of correlations that no one of them fills alone, and what one brings in that
//! another uses.
//!
//! A pure function over reports. A correlation's finding goes to the commit that fills the window, or to each pull that counts in it.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{FileOutcome, Sink};
use super::engine::{Engine, most_serious_first};
use super::risk;
use super::rule_set::Tells;
use super::threads::names;
use crate::model::finding::{Finding, Where};
use crate::model::firing::Firing;
use crate::model::link::Tied;
use crate::model::pull::PullRef;
use crate::model::report::Report;
use crate::model::rule::{RuleId, Severity};
use crate::model::thread::{Activation, Introduced, Mention, Novelty};
use crate::model::time::Timestamp;

/// A name that more changes than this bring in ties nothing but what is serious: repeating it must not hide it.
const MOST_SOURCES: usize = 2;
/// The same for a name that the findings of more changes than this use.
const MOST_USERS: usize = 6;
/// A name that so many different people bring in is a habit of the project. Only those a host vouches for count: whoever writes
/// the author of a commit could be anybody.
const HABIT: usize = 3;

/// One of several changes that were judged.
pub struct Together<'r> {
    /// Which it is.
    pub at: &'r PullRef,
    /// Its address as it is shown; outside text.
    pub name: String,
    /// When it was opened, as far as anybody says.
    pub opened: Timestamp,
    /// Who opened it, where a host vouches for that; outside text.
    pub author: Option<String>,
    /// Its report.
    pub report: &'r mut Report,
    /// Parts of it that could not be read, which its risk counts.
    pub unreadable: usize,
}

/// Adds to each of `changes` what it completes together with others, and ties it to those it uses.
pub fn join(engine: &Engine, changes: &mut [Together<'_>], tells: Tells) {
    correlate(engine, changes, tells);
    let found = uses(changes);
    tie(&found, changes);
}

fn correlate(engine: &Engine, changes: &mut [Together<'_>], tells: Tells) {
    let firings = gathered(changes);
    if firings.is_empty() {
        return;
    }
    let chosen: BTreeSet<RuleId> = engine.rules().collect();
    let firings: Vec<(usize, &Firing)> = firings.iter().map(|(change, firing)| (*change, firing)).collect();
    let names: Vec<String> = changes.iter().map(|change| change.name.clone()).collect();
    for set in engine.book().sets() {
        for (at, rule, draft) in set.across(&firings, &names, tells) {
            let Some(change) = changes.get_mut(at).filter(|_| chosen.contains(&rule.id)) else { continue };
            let mut outcome = FileOutcome { veil: engine.book().veil(), ..FileOutcome::default() };
            Sink::new(rule, &mut outcome).report(draft);
            let annotates = engine.book().annotated().contains(&rule.id);
            for mut finding in outcome.findings {
                finding.severity = if annotates { Severity::Info } else { finding.severity };
                // Together they come to more than alone: the wider window is told in place of the one within it.
                let mut own = change.report.findings.iter_mut();
                if let Some(known) = own.find(|known| known.rule == finding.rule && known.at == finding.at) {
                    known.why = finding.why;
                } else {
                    change.report.together.push(finding.id.clone());
                    change.report.findings.push(finding);
                }
            }
            change.report.findings.sort_by(most_serious_first);
            change.assess();
        }
    }
}

impl Together<'_> {
    fn assess(&mut self) {
        let Report { findings, story, activated, .. } = &*self.report;
        self.report.risk = risk::assess(findings, story, activated, self.unreadable);
    }
}

/// Everything that fired, with its change; a commit that stands in two changes once.
fn gathered(changes: &[Together<'_>]) -> Vec<(usize, Firing)> {
    let mut commits = BTreeSet::new();
    let mut all: Vec<(usize, Firing)> = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        for firing in &change.report.firings {
            let first = match &firing.place {
                Where::Commit(id) => commits.insert((firing.rule.clone(), id.clone())),
                _ => true,
            };
            all.extend(first.then(|| (at, firing.clone())));
        }
    }
    all
}

/// That a finding of one change names what another one brings in.
struct Use {
    user: usize,
    mention: Mention,
    source: usize,
    introduced: Introduced,
    /// Whether the finding is of severity high or above.
    serious: bool,
}

/// A name within its repository; a host is the same everywhere.
type Key<'c> = (&'c str, Novelty, String);

fn key<'c>(change: &Together<'c>, kind: Novelty, name: &str) -> Key<'c> {
    let repo = if kind == Novelty::Host { "" } else { change.at.repo.as_str() };
    (repo, kind, names::key(kind, name).into_owned())
}

/// Who uses what of whom. A dependency that another change added is the project's by then, and tells nothing.
fn uses(changes: &[Together<'_>]) -> Vec<Use> {
    let mut sources: BTreeMap<Key<'_>, Vec<(usize, &Introduced)>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        // Plain words name too much: `install`, `config`.
        let telling = |one: &&Introduced| match one.kind {
            Novelty::Symbol => names::is_coined(&one.name),
            kind => kind != Novelty::Dependency,
        };
        for introduced in change.report.threads.introduced.iter().filter(telling) {
            sources.entry(key(change, introduced.kind, &introduced.name)).or_default().push((at, introduced));
        }
    }
    sources.retain(|_, all| people(changes, all) < HABIT);
    let mut by_name: BTreeMap<Key<'_>, Vec<Use>> = BTreeMap::new();
    for (user, change) in changes.iter().enumerate() {
        for mention in &change.report.threads.mentions {
            let serious = change.report.findings.iter().any(|finding| finding.id == mention.finding && finding.severity.is_hard());
            for (kind, name) in
                mention.names.iter().flat_map(|name| [Novelty::Symbol, Novelty::Setting, Novelty::Host].map(|kind| (kind, name)))
            {
                let key = key(change, kind, name);
                let Some(known) = sources.get(&key) else { continue };
                let own = known.iter().any(|(at, _)| *at == user);
                if !serious && known.iter().map(|(at, _)| at).collect::<BTreeSet<_>>().len() > MOST_SOURCES {
                    continue;
                }
                // Times are claims: they choose between two sources, and never decide that there is none.
                let first = known.iter().min_by_key(|(at, _)| changes.get(*at).map(|source| source.opened));
                if let Some((source, introduced)) = first.filter(|_| !own) {
                    let found = Use { user, mention: mention.clone(), source: *source, introduced: (*introduced).clone(), serious };
                    by_name.entry(key).or_default().push(found);
                }
            }
        }
    }
    let common = |all: &[Use]| all.iter().map(|one| one.user).collect::<BTreeSet<_>>().len() > MOST_USERS;
    by_name
        .into_values()
        .flat_map(|all| {
            let common = common(&all);
            all.into_iter().filter(move |one| one.serious || !common)
        })
        .collect()
}

/// How many different people brought something in, as far as hosts vouch for them.
fn people(changes: &[Together<'_>], sources: &[(usize, &Introduced)]) -> usize {
    sources.iter().filter_map(|(at, _)| changes.get(*at)?.author.as_deref()).collect::<BTreeSet<_>>().len()
}

/// Ties the finding to the other change, and tells the other change who uses it for what.
fn tie(found: &[Use], changes: &mut [Together<'_>]) {
    let mut touched = BTreeSet::new();
    for Use { user, mention, source, introduced, .. } in found {
        let Some(there) = changes.get(*source).map(|source| source.name.clone()) else { continue };
        let Some(change) = changes.get_mut(*user) else { continue };
        let by = change.name.clone();
        let is_it = |finding: &&mut Finding| finding.id == mention.finding && finding.severity > Severity::Info;
        let Some(finding) = change.report.findings.iter_mut().find(is_it) else { continue };
        let name = introduced.name.clone();
        finding.tie(
            Tied::Change { name: there, place: introduced.at.clone() },
            format!("uses `{name}`, which that change {}", introduced.kind.verb()),
        );
        let (title, severity) = (finding.title.clone(), finding.severity);
        let Some(source_change) = changes.get_mut(*source) else { continue };
        let activated = &mut source_change.report.activated;
        let new = Activation { name, at: introduced.at.clone(), by, title, severity };
        match activated.iter_mut().find(|known| known.name == new.name && known.by == new.by) {
            Some(known) if known.severity < new.severity => *known = new,
            Some(_) => {}
            None => activated.push(new),
        }
        touched.extend([*user, *source]);
    }
    for at in touched {
        if let Some(change) = changes.get_mut(at) {
            change.report.activated.sort_by_key(|one| std::cmp::Reverse(one.severity));
            change.assess();
        }
    }
}
