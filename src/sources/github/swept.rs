//! A GitHub host as a place of a sweep: its pulls by search, and the repositories whose default branches are looked at besides.

mod direct;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use serde::Deserialize;

use self::direct::Direct;
use super::address::{Address, GITHUB};
use super::ask;
use super::dossier::links;
use super::failure::told;
use super::gaps::Fill;
use super::queue::{self, States, Wanted};
use super::route;
use super::source::{GithubSource, Setup};
use super::target::Scope;
use crate::model::asking::Take;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::diff::Omission;
use crate::model::dossier::Link;
use crate::model::forge::{Budget, Forge, ForgeError};
use crate::model::lookup::{Reviewed, Told};
use crate::model::pull::{Origin, Pull, PullRef};
use crate::model::sweep::{Asked, Caught};
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};
use crate::sources::source::{Listing, Recognise, Source, SourceError};
use crate::sources::sweep::{Catch, Field};

/// Pages of an account's repositories that are read; each holds 100.
const MOST_PAGES: usize = 50;

/// What is swept of one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Whose pulls.
    pub scopes: Vec<Scope>,
    /// Single pulls.
    pub pulls: Vec<(Address, u64)>,
    /// Searches that find agents' pulls where there are too many to read all.
    pub agents: Vec<String>,
}

/// Everything that is swept of one host.
pub struct SweptHost {
    forge: Arc<dyn Forge>,
    recognise: Recognise,
    reach: Reach,
    source: Arc<GithubSource>,
}

impl SweptHost {
    /// The host behind `forge`; `fill` brings what its API leaves out.
    #[must_use]
    pub fn new(forge: Arc<dyn Forge>, fill: Option<Arc<dyn Fill>>, recognise: Recognise, reach: Reach) -> Self {
        let setup = Setup { pulls: reach.pulls.clone(), ..Setup::default() };
        let source = Arc::new(GithubSource::new(forge.clone(), fill, recognise.clone(), setup));
        Self { forge, recognise, reach, source }
    }

    /// Its changes as a source.
    #[must_use]
    pub fn source(&self) -> Arc<dyn Source> {
        self.source.clone()
    }

    /// The repository that `at` names, when it is on this host.
    fn repository(&self, at: &PullRef) -> Option<Address> {
        let host = self.forge.host();
        let path = if host == GITHUB { at.repo.as_str() } else { at.repo.strip_prefix(&host)?.strip_prefix('/')? };
        Address::of(&host, path)
    }

    fn direct(&self, address: Address) -> Direct {
        Direct::new(self.forge.clone(), self.recognise.clone(), address)
    }

    /// The pulls in one state that moved within the window.
    fn queue(&self, states: States, axis: &str, asked: &Asked, cancel: &Cancel) -> Result<Listing, SourceError> {
        let window = asked.window;
        let wanted = Wanted {
            scopes: self.reach.scopes.clone(),
            states,
            words: format!("{axis}:{}..{}", route::moment(window.since), route::moment(window.until)),
            agents: (!asked.everyone).then(|| self.reach.agents.clone()),
        };
        queue::read(&*self.forge, &wanted, &self.recognise, &|_| (), cancel).map_err(told)
    }

    /// Every pull that is asked for.
    fn pulls(&self, asked: &Asked, cancel: &Cancel) -> Result<Listing, SourceError> {
        let mut all = self.source.list(cancel)?;
        if self.reach.scopes.is_empty() {
            return Ok(all);
        }
        let open = [(States::Open, "updated")].into_iter().filter(|_| asked.wanted.open());
        let merged = [(States::Merged, "merged")].into_iter().filter(|_| asked.wanted.merged());
        let closed = [(States::Closed, "closed")].into_iter().filter(|_| asked.wanted.open() && asked.wanted.merged());
        for (states, axis) in open.chain(merged).chain(closed) {
            let found = self.queue(states, axis, asked, cancel)?;
            all.pulls.extend(found.pulls);
            all.omissions.extend(found.omissions);
            all.unreadable += found.unreadable;
        }
        Ok(all)
    }

    /// The repositories whose default branches are looked at: those that are named, those of named accounts that were pushed to
    /// within the window, and those of the pulls.
    fn repositories(
        &self,
        pulls: &[Pull],
        asked: &Asked,
        omissions: &mut Vec<Omission>,
        cancel: &Cancel,
    ) -> Result<BTreeSet<String>, SourceError> {
        let host = self.forge.host();
        let mut found: BTreeSet<String> = BTreeSet::new();
        for scope in &self.reach.scopes {
            let named = match scope {
                Scope::Repository(path) => Ok(vec![path.clone()]),
                Scope::Org(name) => self.pushed("orgs", name, asked, cancel),
                Scope::User(name) => self.pushed("users", name, asked, cancel),
                Scope::Team { org, slug } => queue::of_team(&*self.forge, org, slug, cancel),
                Scope::Search(_) => Ok(Vec::new()),
            };
            match named {
                Ok(paths) => found.extend(paths),
                Err(ForgeError::Cancelled) => return Err(SourceError::Cancelled),
                Err(why) => {
                    let why = format!(
                        "which further repositories were pushed to is not known, so direct commits are looked for only beside pulls: {why}"
                    );
                    omissions.push(Omission { path: None, why });
                }
            }
        }
        let beside = pulls.iter().filter_map(|pull| Address::of_pull(&pull.at)).map(|(address, _)| address.path());
        found.extend(beside.filter(|_| !self.reach.scopes.is_empty()));
        found.retain(|path| Address::of(&host, path).is_some());
        Ok(found)
    }

    /// An account's repositories that were pushed to since the window began.
    fn pushed(&self, kind: &str, name: &str, asked: &Asked, cancel: &Cancel) -> Result<Vec<String>, ForgeError> {
        #[derive(Deserialize)]
        struct Held {
            full_name: String,
            #[serde(default)]
            pushed_at: Option<String>,
        }
        let mut paths = Vec::new();
        let mut next = Some(format!("/{kind}/{}/repos?sort=pushed&direction=desc&per_page=100", route::segment(name)));
        for _ in 0..MOST_PAGES {
            let Some(route) = next.take() else { break };
            let (page, answer) = ask::rest::<Vec<Held>>(&*self.forge, &route, &format!("the repositories of {name}"), cancel)?;
            let since = |held: &Held| {
                let at = held.pushed_at.as_deref().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
                at.is_none_or(|at| at.timestamp() >= asked.window.since.0)
            };
            let older = page.iter().any(|held| !since(held));
            paths.extend(page.into_iter().filter(since).map(|held| held.full_name));
            next = answer.next.filter(|_| !older);
        }
        Ok(paths)
    }
}

impl Field for SweptHost {
    fn name(&self) -> String {
        let scopes = self.reach.scopes.iter().map(|scope| format!("{scope:?}"));
        let pulls = self.reach.pulls.iter().map(|(address, number)| format!("{address}#{number}"));
        format!("{}: {}", self.forge.host(), scopes.chain(pulls).collect::<Vec<_>>().join(", "))
    }

    fn list(&self, asked: &Asked, cancel: &Cancel) -> Result<Catch, SourceError> {
        let mut listing = self.pulls(asked, cancel)?;
        let mut further = BTreeSet::new();
        if asked.wanted.merged() {
            further = self.repositories(&listing.pulls, asked, &mut listing.omissions, cancel)?;
        }
        let caught = listing.pulls.into_iter().map(|pull| Caught { pull, landing: None, contained_in: Vec::new() }).collect();
        Ok(Catch { caught, omissions: listing.omissions, unreadable: listing.unreadable, further: further.into_iter().collect() })
    }

    fn holds(&self, at: &PullRef) -> bool {
        at.origin == Origin::Github && self.repository(at).is_some()
    }

    fn change(&self, caught: &Caught, cancel: &Cancel) -> Result<Change, SourceError> {
        if let (Some(_), Some(address)) = (&caught.landing, self.repository(&caught.pull.at)) {
            return self.direct(address).change(caught, cancel);
        }
        self.source.change(&caught.pull.at, cancel)
    }

    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        self.source.history(change, cancel)
    }

    fn packages(&self, change: &Change, take: Take<'_>, cancel: &Cancel) -> Option<Told<Vec<Reviewed>>> {
        self.source.packages(change, take, cancel)
    }

    fn testimony(&self, change: &Change, question: &Question, cancel: &Cancel) -> Testimony {
        self.source.testimony(change, question, cancel)
    }

    fn talk(&self, change: &Change, cancel: &Cancel) -> Talk {
        self.source.talk(change, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.source.texts(change, wanted, cancel)
    }

    fn contained_in(&self, caught: &Caught, cancel: &Cancel) -> Result<Vec<Link>, SourceError> {
        let Some(dossier) = self.source.dossier(&caught.pull.at, cancel)? else { return Ok(Vec::new()) };
        // What is not known must not look like "in nothing": the links that were found would.
        match dossier.omissions.into_iter().find(|omission| links::is_of_shipped(&omission.why)) {
            Some(omission) => Err(SourceError::Unreadable(omission.why)),
            None => Ok(dossier.links),
        }
    }

    fn reach(&self, name: &str) -> Option<Arc<dyn Field>> {
        Address::of(&self.forge.host(), name).map(|address| Arc::new(self.direct(address)) as Arc<dyn Field>)
    }

    fn budget(&self) -> Option<Budget> {
        Some(self.forge.budget())
    }
}
