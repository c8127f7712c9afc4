//! Who wrote a change: matches account, branch, description and commits against `rules/agents.toml`.
//!
//! Every mark but the forge's own account can be forged, so a match is a claim with a tier, never a reason to lower a risk; and
//! no mark at all proves nothing.

mod evidence;
mod model;
mod table;
mod trailers;

use std::collections::BTreeMap;

use crate::model::agent::{Provenance, Tier};
use crate::model::change::Change;
use crate::model::forge::Account;
use crate::model::pull::{Author, Commit, Pull};

use evidence::{Evidence, Kind};
use table::Table;
use trailers::Trailer;

/// What is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// Who opened the pull, where a forge tells.
    pub account: Option<&'a Account>,
    /// The branch, without a remote's name.
    pub branch: &'a str,
    /// The description.
    pub body: &'a str,
    /// The pull's own commits.
    pub commits: &'a [Commit],
}

/// Who wrote `pull`, by its forge account, branch, description and `commits`.
#[must_use]
pub fn of(pull: &Pull, commits: &[Commit]) -> Provenance {
    let account = pull.standing.as_ref().and_then(|standing| standing.author.as_ref());
    recognise(&Facts { account, branch: &pull.branch, body: &pull.body, commits })
}

/// The short names of every agent that is known, as reports and policies write them.
#[must_use]
pub fn names() -> Vec<&'static str> {
    Table::get().names()
}

/// What a forge's search finds agents' pulls by, each a search of its own: their accounts, the beginnings of their branches' names,
/// phrases of their signatures. It finds more than theirs, so what it finds is recognised like any other pull.
#[must_use]
pub fn searches() -> Vec<String> {
    Table::get().searches()
}

/// The model that the commits of a change or its description say it was made with: the one that is named last. A claim like the rest.
#[must_use]
pub fn model_of(change: &Change) -> Option<String> {
    model::stated(Table::get(), change)
}

/// Who wrote a change, by everything that is known of it.
///
/// The strongest kind of evidence decides which agent it is (account, commit address, signature, branch, trailer, in this
/// order); the tier is the highest that any evidence for this agent reaches. What points to another agent is kept as evidence.
#[must_use]
pub fn recognise(facts: &Facts<'_>) -> Provenance {
    let table = Table::get();
    let mut found = Found { table, marks: BTreeMap::new(), remarks: Vec::new() };
    facts.account.iter().for_each(|account| found.account(account));
    found.branch(facts.branch);
    for line in facts.body.lines() {
        found.signature(line, "the description");
    }
    for commit in facts.commits {
        found.commit(commit);
    }
    found.judge()
}

/// Whether this name or address is written the way an agent's is: a claim, as everything git keeps.
#[must_use]
pub fn is_agent(who: &Author) -> bool {
    let table = Table::get();
    table.address(&who.email).or_else(|| table.name(&who.name)).is_some()
}

/// Why `who` bears the name of a known agent's or bot's account that is another one; `None` when it does not.
#[must_use]
pub fn forged(who: &Author) -> Option<String> {
    Table::get().forged(&who.name, &who.email)
}

/// Why an account that opened a pull poses as a known one: its login under another number.
#[must_use]
pub fn posing(account: &Account) -> Option<String> {
    let (id, known) = (account.id?, Table::get().numbers(&account.login));
    let other = !known.is_empty() && !known.contains(&id);
    let listed = known.iter().map(u64::to_string).collect::<Vec<_>>().join(" or ");
    other.then(|| format!("The forge says that `{}` is account {id}; the account of that name has the number {listed}.", account.login))
}

/// Whether this account belongs to an agent or to other automation, as far as the forge says.
#[must_use]
pub fn is_machine(account: &Account) -> bool {
    let table = Table::get();
    account.bot || table.account(account).is_some() || table.other_account(account).is_some()
}

/// What was found so far.
struct Found {
    table: &'static Table,
    /// By agent and kind: the first mark in words, how often, and a session's page.
    marks: BTreeMap<(Kind, usize), Evidence>,
    /// Why something that looks like an agent is none.
    remarks: Vec<&'static str>,
}

impl Found {
    fn mark(&mut self, kind: Kind, agent: usize, says: impl FnOnce() -> String, session: Option<String>) {
        let evidence = self.marks.entry((kind, agent)).or_insert_with(|| Evidence { says: says(), times: 0, session: None });
        evidence.times += 1;
        evidence.session = evidence.session.take().or(session);
    }

    fn account(&mut self, account: &Account) {
        if let Some(other) = self.table.other_account(account) {
            self.remarks.push(other);
        } else if let Some(agent) = self.table.account(account) {
            self.mark(Kind::Account, agent, || format!("the forge says that `{}` opened it", account.login), None);
        }
    }

    fn branch(&mut self, branch: &str) {
        if let Some(agent) = self.table.branch(branch) {
            self.mark(Kind::Branch, agent, || format!("its branch is called `{}`", short(branch)), None);
        }
    }

    fn commit(&mut self, commit: &Commit) {
        let place = || commit.id.as_ref().map_or_else(|| "a patch".to_owned(), |id| format!("commit {}", id.short()));
        if let Some(other) = self.table.other_address(&commit.author.email)
            && !self.remarks.contains(&other)
        {
            self.remarks.push(other);
        }
        self.person(&commit.author, &place);
        if commit.committer != commit.author {
            self.person(&commit.committer, &place);
        }
        // The subject is skipped: anybody writes about agents there.
        for line in commit.message.lines().skip(1) {
            self.signature(line, "a commit message");
            if let Some(trailer) = Trailer::read(line) {
                self.trailer(&trailer, line, &place);
            }
        }
    }

    fn person(&mut self, who: &Author, place: &impl Fn() -> String) {
        if let Some(agent) = self.table.address(&who.email) {
            self.mark(Kind::CommitAddress, agent, || format!("{} is by `{}`", place(), short(&who.email)), None);
        } else if let Some(agent) = self.table.name(&who.name) {
            self.mark(Kind::CommitAddress, agent, || format!("{} is by `{}`", place(), short(&who.name)), None);
        }
    }

    fn signature(&mut self, line: &str, place: &str) {
        if let Some((agent, session)) = self.table.signature(line) {
            self.mark(Kind::Signature, agent, || format!("{place} carries its signature `{}`", short(line.trim())), session);
        }
    }

    fn trailer(&mut self, trailer: &Trailer<'_>, line: &str, place: &impl Fn() -> String) {
        let says = || format!("{} has the trailer `{}`", place(), short(line.trim()));
        if let Some((agent, session)) = self.table.trailer(line.trim_end()) {
            self.mark(Kind::Trailer, agent, says, session);
        } else if let Some(agent) = trailer.address().and_then(|address| self.table.address(address)) {
            self.mark(Kind::Trailer, agent, says, None);
        } else if let Some(agent) = trailer.assisting_tool().and_then(|tool| self.table.assisted(tool)) {
            self.mark(Kind::Trailer, agent, says, None);
        }
    }

    fn judge(self) -> Provenance {
        let Some(((_, agent), _)) = self.marks.first_key_value() else {
            let evidence = self.remarks.iter().map(|why| (*why).to_owned()).collect();
            return Provenance { evidence, ..Provenance::default() };
        };
        let agent = *agent;
        let own = || self.marks.iter().filter(|((_, of), _)| *of == agent);
        let mut evidence: Vec<String> = own().map(|(_, mark)| mark.words()).collect();
        let others = self.marks.iter().filter(|((_, of), _)| *of != agent);
        evidence.extend(others.map(|((_, of), mark)| format!("{} points to {} instead", mark.words(), self.table.name_of(*of))));
        Provenance {
            agent: Some(self.table.id_of(agent).to_owned()),
            name: self.table.name_of(agent).to_owned(),
            tier: own().map(|((kind, _), _)| kind.tier()).max().unwrap_or(Tier::Unknown),
            evidence,
            session: own().find_map(|(_, mark)| mark.session.clone()),
        }
    }
}

/// At most 120 characters of outside text.
fn short(text: &str) -> String {
    const LONGEST: usize = 120;
    let mut out: String = text.chars().take(LONGEST).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}
