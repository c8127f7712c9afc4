//! Pulls of a GitHub host as a source, over whatever forge it is handed. Never a connection of its own.

use std::path::PathBuf;
use std::sync::Arc;

use super::address::Address;
use super::change::Reader;
use super::commit;
use super::dossier;
use super::failure::told;
use super::gaps::Fill;
use super::policy;
use super::prefetch::Shelf;
use super::pulls;
use super::queue::{self, Wanted};
use super::review;
use super::target::Scope;
use super::testimony;
use super::texts;
use crate::model::asking::Take;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::dossier::Dossier;
use crate::model::forge::{Account, Call, Forge};
use crate::model::inert;
use crate::model::lookup::{Reviewed, Told};
use crate::model::policy::PolicyText;
use crate::model::pull::{Origin, Pull, PullRef};
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};
use crate::sources::source::{Listing, Page, Recognise, Source, SourceError, Tell};

/// What is shown of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// Pulls that are listed by name.
    pub pulls: Vec<(Address, u64)>,
    /// Commits that are listed by name, by as much of their ids as was written.
    pub commits: Vec<(Address, String)>,
    /// The queue; without scopes there is none.
    pub wanted: Wanted,
}

/// A GitHub host as a source.
pub struct GithubSource {
    forge: Arc<dyn Forge>,
    fill: Option<Arc<dyn Fill>>,
    recognise: Recognise,
    setup: Setup,
    shelf: Shelf,
}

impl GithubSource {
    /// A source over `forge`; `fill` brings what its API leaves out.
    #[must_use]
    pub fn new(forge: Arc<dyn Forge>, fill: Option<Arc<dyn Fill>>, recognise: Recognise, setup: Setup) -> Self {
        Self { forge, fill, recognise, setup, shelf: Shelf::default() }
    }

    /// The pull that is meant, when exactly one is.
    #[must_use]
    pub fn only(&self) -> Option<PullRef> {
        match (self.meant().as_slice(), self.setup.wanted.scopes.as_slice()) {
            ([one], []) => Some(one.clone()),
            _ => None,
        }
    }

    fn address(&self, at: &PullRef) -> Result<(Address, u64), SourceError> {
        let found = Address::of_pull(at).filter(|(address, _)| address.host.eq_ignore_ascii_case(&self.forge.host()));
        found.ok_or_else(|| {
            let at = at.to_string();
            SourceError::NotFound(format!(
                "`{}` is no pull of {}: name one such as owner/repository#7",
                inert::line(&at),
                self.forge.host()
            ))
        })
    }

    /// The repository of a change here, whatever kind of change it is.
    fn repository_of(&self, at: &PullRef) -> Result<Address, SourceError> {
        let here = |address: &Address| address.host.eq_ignore_ascii_case(&self.forge.host());
        Address::of_repository(at).filter(here).map_or_else(|| self.address(at).map(|(address, _)| address), Ok)
    }

    fn read(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        if let Some((_, id)) = Address::of_commit(at) {
            return commit::read(&*self.forge, &self.recognise, (&self.repository_of(at)?, id), cancel);
        }
        let (address, number) = self.address(at)?;
        let reader = Reader { forge: &*self.forge, fill: self.fill.as_deref(), recognise: &self.recognise, cancel };
        reader.read(&address, number)
    }

    /// Every pull and commit that was asked for by name.
    fn meant(&self) -> Vec<PullRef> {
        let pulls = self.setup.pulls.iter().map(|(address, number)| address.pull(*number));
        let commits = self.setup.commits.iter();
        let commits = commits.map(|(address, id)| PullRef { origin: Origin::Github, repo: address.to_string(), name: id.clone() });
        pulls.chain(commits).collect()
    }

    fn named(&self, listing: &mut Listing, tell: Tell<'_>, cancel: &Cancel) -> Result<(), SourceError> {
        let meant = self.meant();
        for at in &meant {
            let found = if at.is_bare_commit() { self.read(at, cancel).map(|change| Some(change.pull)) } else { self.pull(at, cancel) };
            match found {
                Ok(pull) => {
                    listing.pulls.extend(pull);
                    let read = listing.pulls.len();
                    tell(&Page { read, of: meant.len().max(read), pulls: listing.pulls.last().map_or(&[], std::slice::from_ref) });
                }
                Err(SourceError::Cancelled) => return Err(SourceError::Cancelled),
                Err(why) if self.only().is_some() => return Err(why),
                Err(why) => {
                    listing.unreadable += 1;
                    listing.omissions.push(Omission { path: None, why: format!("{at} is not listed: {why}") });
                }
            }
        }
        Ok(())
    }
}

impl Source for GithubSource {
    fn title(&self) -> String {
        let pulls = self.setup.pulls.iter().map(|(address, number)| format!("{address}#{number}"));
        let scopes = self.setup.wanted.scopes.iter().map(words);
        let commits = self.setup.commits.iter().map(|(address, id)| format!("{address}@{id}"));
        let names: Vec<String> = pulls.chain(commits).chain(scopes).collect();
        match names.as_slice() {
            [] => self.forge.host(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        }
    }

    fn repository(&self) -> Option<PathBuf> {
        None
    }

    fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError> {
        self.list_telling(&|_| (), cancel)
    }

    fn list_telling(&self, tell: Tell<'_>, cancel: &Cancel) -> Result<Listing, SourceError> {
        let mut listing = if self.setup.wanted.scopes.is_empty() {
            Listing::default()
        } else {
            queue::read(&*self.forge, &self.setup.wanted, &self.recognise, tell, cancel).map_err(told)?
        };
        if listing.pulls.is_empty() {
            self.are_there(cancel)?;
        }
        self.named(&mut listing, tell, cancel)?;
        Ok(listing)
    }

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        // What was read ahead counts only while it is still so.
        if let Some(kept) = self.shelf.take(at)
            && let Ok(Some(now)) = self.pull(at, cancel)
            && now.revision.head == kept.pull.revision.head
            && now.revision.base == kept.pull.revision.base
        {
            let mut pull = Pull { revision: kept.pull.revision, commit_count: kept.pull.commit_count, ..now };
            pull.provenance = (self.recognise)(&pull, &kept.commits);
            return Ok(Change { pull, ..kept });
        }
        self.read(at, cancel)
    }

    fn prefetch(&self, at: &PullRef, cancel: &Cancel) {
        if !self.shelf.holds(at)
            && let Ok(change) = self.read(at, cancel)
            && !cancel.is_cancelled()
        {
            self.shelf.put(change);
        }
    }

    fn pull(&self, at: &PullRef, cancel: &Cancel) -> Result<Option<Pull>, SourceError> {
        if at.is_bare_commit() {
            return Ok(None);
        }
        let (address, number) = self.address(at)?;
        let found = pulls::read(&*self.forge, &address, number, 1, cancel).map_err(told)?;
        let mut pull = found.pull;
        pull.provenance = (self.recognise)(&pull, &found.commits);
        pull.at = at.clone();
        Ok(Some(pull))
    }

    fn dossier(&self, at: &PullRef, cancel: &Cancel) -> Result<Option<Dossier>, SourceError> {
        if at.is_bare_commit() {
            return Ok(None);
        }
        let (address, number) = self.address(at)?;
        dossier::read(&*self.forge, &address, number, cancel).map(Some).map_err(told)
    }

    fn testimony(&self, change: &Change, question: &Question, cancel: &Cancel) -> Testimony {
        match self.address(&change.pull.at) {
            Ok((address, number)) => testimony::read(&*self.forge, &address, number, (change, question), cancel),
            Err(_) => Testimony::unasked("a commit that is judged alone has no checks and issues of its own"),
        }
    }

    fn talk(&self, change: &Change, cancel: &Cancel) -> Talk {
        match self.address(&change.pull.at) {
            Ok((address, number)) if !change.pull.at.is_bare_commit() => dossier::talk(&*self.forge, &address, number, cancel),
            _ => Talk::default(),
        }
    }

    fn members(&self, organisation: &str, team: &str, cancel: &Cancel) -> Result<Vec<Account>, SourceError> {
        policy::members(&*self.forge, organisation, team, cancel)
    }

    fn policies(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
        policy::read(&*self.forge, &self.repository_of(at)?, base, cancel)
    }

    fn owners(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Option<PolicyText>, SourceError> {
        policy::owners(&*self.forge, &self.repository_of(at)?, base, cancel)
    }

    fn hidden_policies(&self, at: &PullRef, cancel: &Cancel) -> Vec<String> {
        self.repository_of(at).ok().and_then(|address| policy::hidden(&*self.forge, &address, cancel)).into_iter().collect()
    }

    /// From git's own objects: one request for each commit would eat the budget of the forge.
    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        if change.commits.len() < 2 {
            return History::default();
        }
        match (Address::of_repository(&change.pull.at), &self.fill) {
            (Some(address), Some(fill)) => {
                let read = fill.history(&address.path(), &change.commits, cancel);
                read.unwrap_or_else(|why| History::unread(&why.to_string()))
            }
            _ => History::unread("nothing is fetched with git here"),
        }
    }

    fn packages(&self, change: &Change, take: Take<'_>, cancel: &Cancel) -> Option<Told<Vec<Reviewed>>> {
        review::read(&*self.forge, &Address::of_repository(&change.pull.at)?.path(), &change.pull.revision, take, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        let Some(address) = Address::of_repository(&change.pull.at) else { return Texts::default() };
        let (repository, revision) = (address.path(), &change.pull.revision);
        if let Some(fill) = &self.fill {
            let texts = fill.texts(&repository, revision, wanted, cancel);
            if texts.size() > 0 || cancel.is_cancelled() {
                return texts;
            }
        }
        texts::read(&*self.forge, &repository, revision, wanted, cancel)
    }
}

impl GithubSource {
    /// A search also finds nothing where there is nothing to search: then the repositories themselves are asked for.
    fn are_there(&self, cancel: &Cancel) -> Result<(), SourceError> {
        let repositories = self.setup.wanted.scopes.iter().filter_map(|scope| match scope {
            Scope::Repository(path) => Some(path),
            _ => None,
        });
        for path in repositories {
            self.forge.call(&Call::get(format!("/repos/{path}")), cancel).map_err(told)?;
        }
        Ok(())
    }
}

fn words(scope: &Scope) -> String {
    match scope {
        Scope::Repository(path) => path.clone(),
        Scope::Org(name) => format!("org:{name}"),
        Scope::User(name) => format!("user:{name}"),
        Scope::Team { org, slug } => format!("team:{org}/{slug}"),
        Scope::Search(words) => format!("search:{words}"),
    }
}
