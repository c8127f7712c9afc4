//! What all events of one change share, told once: where it lives, who wrote it, when. The kinds are told by its methods beside.
//!
//! A commit is an agent's when it says so itself; when none does and the pull is an agent's, all of them are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::event::{Entry, Event, Stands};
use super::fields::EventKind;
use crate::analysis::provenance::{self, Facts};
use crate::model::agent::Provenance;
use crate::model::change::{Change, History};
use crate::model::dossier::SentReview;
use crate::model::path::RepoPath;
use crate::model::pull::{Author, Commit};
use crate::model::time::Timestamp;

/// What `commit_count` counts over, in seconds, and how the field `time_window` writes it.
const WINDOW: (i64, &str) = (3_600, "1h");

/// Tells the events of a change.
pub struct Teller<'a> {
    /// The change.
    pub(super) change: &'a Change,
    /// What its commits did one by one, as far as it was read.
    pub(super) history: &'a History,
    /// Its reviews, as far as they were read.
    pub(super) reviews: &'a [SentReview],
    /// One for each commit of the change, in its order.
    pub(super) written: Vec<Written<'a>>,
    /// Who wrote the change as a whole.
    provenance: Cow<'a, Provenance>,
    name: String,
    common: Vec<Entry<'a>>,
    bringers: BTreeMap<&'a RepoPath, usize>,
}

/// What is known of who wrote a commit, and when.
pub(super) struct Written<'a> {
    pub(super) at: Timestamp,
    pub(super) user: &'a str,
    pub(super) agent: Option<Cow<'a, str>>,
    pub(super) session: Option<String>,
    /// How many of the same author's were written in the window that ends with it.
    pub(super) lately: usize,
}

impl<'a> Teller<'a> {
    /// The teller of `change` and its `history`.
    #[must_use]
    pub fn of(change: &'a Change, history: &'a History) -> Self {
        let provenance = match &change.pull.provenance {
            known if known.agent.is_some() => Cow::Borrowed(known),
            _ => Cow::Owned(recognised(change, &change.commits)),
        };
        let name = change.pull.at.to_string();
        let (written, common, bringers) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut teller = Self { change, history, reviews: &[], written, provenance, name, common, bringers };
        teller.bringers = teller.bringers();
        teller.written = teller.written();
        teller.common = teller.common();
        teller
    }

    /// The same, with the reviews of the change.
    #[must_use]
    pub fn reviewed(self, reviews: &'a [SentReview]) -> Self {
        Self { reviews, ..self }
    }

    /// An event of `kind` with nothing but what every event of this kind has here: what cannot fire on it, fires on none.
    #[must_use]
    pub fn known(&self, kind: EventKind) -> Event<'_> {
        let agent = self.provenance.agent.is_some() || self.written.iter().any(|written| written.agent.is_some());
        let mut own: Vec<Entry<'_>> = vec![("kind", kind.word().into()), ("event_type", kind.event_type().into())];
        own.extend((!agent).then(|| ("source", source(false).into())));
        Event { kind, at: Timestamp::default(), stands: Stands::Pull, common: &[], own }
    }

    /// An event with what all share and `own`.
    pub(super) fn event<'e>(&'e self, kind: EventKind, at: Timestamp, stands: Stands<'e>, mut own: Vec<Entry<'e>>) -> Event<'e> {
        own.push(("event_type", kind.event_type().into()));
        own.push(("kind", kind.word().into()));
        own.push(("timestamp", at.into()));
        Event { kind, at, stands, common: &self.common, own }
    }

    /// The fields of the commit that brings a file, lines or a dependency: the one at `at`.
    pub(super) fn code(&self, at: usize) -> Vec<Entry<'_>> {
        let mut own: Vec<Entry<'_>> = vec![("commit_message", self.messages()), ("time_window", WINDOW.1.into())];
        let written = self.written.get(at);
        own.push(("commit_count", written.map_or(1, |written| written.lately).into()));
        own.extend(self.change.commits.get(at).and_then(|commit| commit.id.as_ref()).map(|id| ("commit_hash", id.to_string().into())));
        own.extend(written.map(|written| ("user_id", written.user.into())));
        own
    }

    /// The commit that brought the file at `path` to what it is: the last one that touched it where that was read, else the last one.
    pub(super) fn bringer(&self, path: &RepoPath) -> usize {
        self.bringers.get(path).copied().unwrap_or_else(|| self.last())
    }

    /// The last commit, by position; 0 when there is none.
    pub(super) fn last(&self) -> usize {
        self.written.len().saturating_sub(1)
    }

    /// When the commit at `at` was written; when the pull last changed where there is none.
    pub(super) fn moment(&self, at: usize) -> Timestamp {
        self.written.get(at).map_or(self.change.pull.updated, |written| written.at)
    }

    /// When the last of it was written.
    pub(super) fn latest(&self) -> Timestamp {
        self.moment(self.last())
    }

    /// The last commit that touched each file, where the files of every commit were read.
    fn bringers(&self) -> BTreeMap<&'a RepoPath, usize> {
        let touched = self.change.commits.iter().map(|commit| self.history.touched.get(commit.id.as_ref()?));
        let touched: Option<Vec<&'a Vec<RepoPath>>> = touched.collect();
        let each = touched.unwrap_or_default().into_iter().enumerate();
        each.flat_map(|(at, paths)| paths.iter().map(move |path| (path, at))).collect()
    }

    /// The fields of who wrote one commit.
    pub(super) fn by<'e>(&'e self, written: &'e Written<'a>) -> Vec<Entry<'e>> {
        let mut own: Vec<Entry<'e>> = vec![
            ("source", source(written.agent.is_some()).into()),
            ("user_id", written.user.into()),
            ("session_id", written.session.as_deref().unwrap_or_else(|| self.session()).into()),
            ("commit_count", written.lately.into()),
            ("time_window", WINDOW.1.into()),
        ];
        own.extend(written.agent.as_deref().map(|agent| ("agent", agent.into())));
        own
    }

    fn session(&self) -> &str {
        self.provenance.session.as_deref().unwrap_or(&self.name)
    }

    /// The messages of all commits; title and description where there is none.
    fn messages(&self) -> super::event::Value<'a> {
        match self.change.commits.as_slice() {
            [] => message(self.change).into(),
            [only] => only.message.as_str().into(),
            several => several.iter().map(|commit| commit.message.trim_end()).collect::<Vec<_>>().join("\n\n").into(),
        }
    }

    fn written(&self) -> Vec<Written<'a>> {
        let commits = &self.change.commits;
        let mut times: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
        commits.iter().for_each(|commit| times.entry(user(&commit.author)).or_default().push(moment(commit)));
        times.values_mut().for_each(|times| times.sort_unstable());
        let own: Vec<Provenance> = match commits.as_slice() {
            [_] => vec![self.provenance.clone().into_owned()],
            several => several.iter().map(|commit| recognised(self.change, std::slice::from_ref(commit))).collect(),
        };
        let all = own.iter().all(|own| own.agent.is_none());
        let write = |(commit, own): (&'a Commit, Provenance)| {
            let (at, user) = (moment(commit), user(&commit.author));
            let until = |at: i64| times.get(user).map_or(0, |times| times.partition_point(|time| time.0 <= at));
            let lately = until(at.0) - until(at.0.saturating_sub(WINDOW.0 + 1));
            let agent = own.agent.map(Cow::Owned).or_else(|| if all { self.provenance.agent.clone().map(Cow::Owned) } else { None });
            Written { at, user, agent, session: own.session, lately }
        };
        commits.iter().zip(own).map(write).collect()
    }

    fn common(&self) -> Vec<Entry<'a>> {
        let pull = &self.change.pull;
        let account = pull.standing.as_ref().and_then(|standing| standing.author.as_ref());
        let who = account.map_or_else(|| user(&pull.author), |account| &account.login);
        let mut common: Vec<Entry<'a>> = vec![
            ("source", source(self.provenance.agent.is_some()).into()),
            ("user_id", who.into()),
            ("session_id", self.session().to_owned().into()),
            ("repo", pull.at.repo.as_str().into()),
            ("pull", self.name.clone().into()),
            ("title", pull.title.as_str().into()),
            ("branch", pull.branch.as_str().into()),
            ("target", pull.target.as_str().into()),
        ];
        let owner = pull.at.repo.split_once('/').filter(|(owner, name)| !owner.is_empty() && !name.contains('/'));
        common.extend(owner.map(|(owner, _)| ("org", owner.into())));
        common.extend(self.provenance.agent.clone().map(|agent| ("agent", agent.into())));
        common
    }
}

/// Who wrote `commits` of `change` when only they are asked, not the pull around them.
fn recognised(change: &Change, commits: &[Commit]) -> Provenance {
    let alone = commits.len() == change.commits.len();
    let (branch, body) = if alone { (change.pull.branch.as_str(), change.pull.body.as_str()) } else { ("", "") };
    provenance::recognise(&Facts { account: None, branch, body, commits })
}

/// The value of the field `source`.
fn source(agent: bool) -> &'static str {
    if agent { "mcp_agent" } else { "unknown" }
}

/// The address, or the name where there is none.
pub(super) fn user(who: &Author) -> &str {
    if who.email.is_empty() { &who.name } else { &who.email }
}

/// When a commit was written: a rebase keeps it, where the moment of committing becomes that of the rebase.
fn moment(commit: &Commit) -> Timestamp {
    if commit.authored.0 == 0 { commit.committed } else { commit.authored }
}

/// Title and description, as one message.
pub(super) fn message(change: &Change) -> String {
    let (title, body) = (&change.pull.title, &change.pull.body);
    if body.is_empty() { title.clone() } else { format!("{title}\n\n{body}") }
}
