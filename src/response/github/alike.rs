//! Other open pulls of the same owner that share something with a pull that is held: session, patch, message, author. They are
//! proposed and nothing else. What the searches did not see is said.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::model::forge::ForgeError;
use crate::model::forge_step::HOLD_LABEL;
use crate::model::pull::{Origin, PullRef};
use crate::model::response::Proposed;
use crate::response::error::ResponseError;
use crate::response::facts::forge::PullFacts;
use crate::response::github::ask::{Ask, encoded};
use crate::response::github::shapes::{Found, FoundItem, PullCommit, PullFile};
use crate::response::request::Target;
use crate::response::words::count;

/// Pulls that a plan proposes at most.
const SHOWN: usize = 20;
/// Pulls whose diffs are read and compared at most.
const COMPARED: usize = 20;
/// Pulls that a search shows at once.
const PAGE: usize = 100;
/// Days before and after, in which pulls were opened that are compared whoever opened them.
const DAYS: i64 = 3;
/// Characters of a title or a session that a search takes.
const LONGEST: usize = 120;

/// What a pull shares, what tells most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shared {
    Session,
    Patch,
    Message,
    Author,
    /// Opened about the same time: worth a comparison, and nothing else.
    Time,
}

impl Shared {
    fn word(self) -> &'static str {
        match self {
            Self::Session => "same session",
            Self::Patch => "same patch",
            Self::Message => "same message",
            Self::Author => "same author",
            Self::Time => "opened about the same time",
        }
    }
}

/// A pull that a search found.
struct Candidate {
    repo: String,
    number: u64,
    shares: Vec<Shared>,
}

/// The searches for what belongs to `pull`.
struct Search<'a> {
    ask: &'a Ask<'a>,
    pull: &'a PullFacts,
    owner: &'a str,
    /// What its session is known by, where it has one.
    session: Option<String>,
    targets: &'a [Target],
    found: Vec<Candidate>,
    /// Pulls that share something and that no page showed.
    unseen: usize,
    says: Vec<String>,
    /// Why something was not read that was to be compared.
    missed: Vec<String>,
}

/// Searches for what belongs to `pull` and notes it there. A search that fails holds nothing up: what it would have looked for is named
/// among what was not read.
pub(super) fn search(ask: &Ask<'_>, pull: &mut PullFacts, target: &Target, targets: &[Target]) -> Result<(), ResponseError> {
    let Some((owner, _)) = pull.spot.repo.split_once('/') else { return Ok(()) };
    let session = target.session.as_deref().map(id_of).filter(|id| !id.is_empty());
    let mut search = Search { ask, pull, owner, session, targets, found: Vec::new(), unseen: 0, says: Vec::new(), missed: Vec::new() };
    search.all()?;
    search.compare()?;
    let (alike, says) = search.end(target);
    pull.alike = alike;
    pull.beyond = says;
    Ok(())
}

impl Search<'_> {
    fn all(&mut self) -> Result<(), ResponseError> {
        if let Some(session) = self.session.clone() {
            self.one(Shared::Session, &format!("\"{}\"", quotable(&session)))?;
        }
        let title = quotable(&self.pull.title);
        if !title.trim().is_empty() {
            self.one(Shared::Message, &format!("in:title \"{title}\""))?;
        }
        if !self.pull.author.is_empty() {
            self.one(Shared::Author, &format!("author:{}", searched(&self.pull.author)))?;
        }
        if let Some((from, to)) = about(&self.pull.created) {
            self.one(Shared::Time, &format!("created:{from}..{to}"))?;
        }
        Ok(())
    }

    /// One search; the first page of what it finds.
    fn one(&mut self, shared: Shared, words: &str) -> Result<(), ResponseError> {
        let query = format!("is:pr is:open archived:false user:{} {words}", self.owner);
        let route = format!("/search/issues?q={}&sort=updated&order=desc&per_page={PAGE}", encoded(&query));
        let (owner, name, what) = (self.owner, &self.pull.name, shared.word());
        let page = match self.ask.read::<Found>(&route) {
            Ok(page) => page,
            Err(ForgeError::Cancelled) => return Err(ResponseError::Cancelled),
            Err(error) => {
                let says = error.says();
                self.says.push(format!("other open pulls of {owner} with the {what} as {name} were not searched: {says}"));
                return Ok(());
            }
        };
        if page.incomplete_results {
            self.says.push(format!("the forge cut its search for other open pulls of {owner} with the {what} short, so there may be more"));
        }
        let more = page.total_count.saturating_sub(page.items.len());
        if shared != Shared::Time {
            self.unseen = self.unseen.max(more);
        }
        page.items.into_iter().for_each(|item| self.take(shared, &item));
        Ok(())
    }

    /// A search finds words; what is the same is looked at again.
    fn take(&mut self, shared: Shared, item: &FoundItem) {
        let is_same = match shared {
            Shared::Session => self.named_by(item.body.as_deref().unwrap_or_default()),
            Shared::Message => plain(&item.title) == plain(&self.pull.title),
            Shared::Patch | Shared::Author | Shared::Time => true,
        };
        let place: Vec<&str> = item.repository_url.rsplit('/').take(2).collect();
        let [name, owner] = place.as_slice() else { return };
        let (repo, number) = (format!("{owner}/{name}"), item.number);
        let address = format!("{repo}#{number}");
        let meant = self.targets.iter().any(|target| target.pull.to_string().ends_with(&address));
        let held = item.labels.iter().any(|label| label.name.eq_ignore_ascii_case(HOLD_LABEL));
        // A session that no body names may still be named by a commit.
        let shared = if is_same { shared } else { Shared::Time };
        if meant || held {
            return;
        }
        match self.found.iter_mut().find(|known| known.number == number && known.repo == repo) {
            Some(known) if !known.shares.contains(&shared) => known.shares.push(shared),
            Some(_) => {}
            None => self.found.push(Candidate { repo, number, shares: vec![shared] }),
        }
    }

    fn named_by(&self, text: &str) -> bool {
        self.session.as_ref().is_some_and(|session| text.contains(session.as_str()))
    }

    /// Compares the diffs, and the trailers where there is a session to look for, of those that share most.
    fn compare(&mut self) -> Result<(), ResponseError> {
        self.found.iter_mut().for_each(|one| one.shares.sort());
        self.found.sort_by(|one, other| one.shares.cmp(&other.shares));
        if self.found.is_empty() {
            return Ok(());
        }
        let own = self.print(&self.pull.spot.repo, self.pull.spot.pull)?;
        let mut compared = 0;
        for at in 0..self.found.len().min(COMPARED) {
            let Some(one) = self.found.get(at) else { break };
            let (repo, number, known) = (one.repo.clone(), one.number, one.shares.contains(&Shared::Session));
            let mut shares = Vec::new();
            if own.is_some() {
                let print = self.print(&repo, number)?;
                compared += usize::from(print.is_some());
                shares.extend((print == own).then_some(Shared::Patch));
            }
            if self.session.is_some() && !known && self.is_in_trailers(&repo, number)? {
                shares.push(Shared::Session);
            }
            if let Some(one) = self.found.get_mut(at) {
                one.shares.extend(shares);
                one.shares.sort();
            }
        }
        let (name, all) = (&self.pull.name, count(self.found.len(), "open pull"));
        self.says.push(if own.is_some() {
            let rest = if compared < self.found.len() { "; `lazaret sweep` compares them all" } else { "" };
            format!("the diff of {name} was compared with those of {compared} of {all} that share something with it or were opened within {DAYS} days of it{rest}")
        } else {
            format!("the diff of {name} could not be compared with those of other pulls: it is not shown whole")
        });
        if let Some(first) = self.missed.first() {
            let reads = count(self.missed.len(), "read");
            self.says.push(format!("{reads} for this comparison failed, so pulls may be alike that are not listed: {first}"));
        }
        Ok(())
    }

    /// What a pull's diff is recognised by; `None` where it is not shown whole, or cannot be read.
    fn print(&mut self, repo: &str, number: u64) -> Result<Option<String>, ResponseError> {
        let files: Vec<PullFile> = match self.ask.read(&format!("/repos/{repo}/pulls/{number}/files?per_page={PAGE}")) {
            Ok(files) => files,
            Err(ForgeError::Cancelled) => return Err(ResponseError::Cancelled),
            Err(error) => {
                self.missed.push(error.says().to_owned());
                return Ok(None);
            }
        };
        Ok(print(&files))
    }

    fn is_in_trailers(&mut self, repo: &str, number: u64) -> Result<bool, ResponseError> {
        let commits: Vec<PullCommit> = match self.ask.read(&format!("/repos/{repo}/pulls/{number}/commits?per_page={PAGE}")) {
            Ok(commits) => commits,
            Err(ForgeError::Cancelled) => return Err(ResponseError::Cancelled),
            Err(error) => {
                self.missed.push(error.says().to_owned());
                return Ok(false);
            }
        };
        Ok(commits.iter().any(|commit| self.named_by(&commit.commit.message)))
    }

    /// What is proposed, and what is said besides.
    fn end(mut self, target: &Target) -> (Vec<Proposed>, Vec<String>) {
        self.found.iter_mut().for_each(|one| one.shares.retain(|shared| *shared != Shared::Time));
        self.found.retain(|one| !one.shares.is_empty());
        self.found.sort_by(|one, other| one.shares.cmp(&other.shares));
        let host = target.pull.repo.rmatch_indices('/').nth(1).and_then(|(at, _)| target.pull.repo.get(..=at)).unwrap_or_default();
        let more = self.found.len().saturating_sub(SHOWN) + self.unseen;
        let shown = self.found.iter().take(SHOWN);
        let proposed: Vec<Proposed> = shown
            .map(|one| Proposed {
                at: PullRef { origin: Origin::Github, repo: format!("{host}{}", one.repo), name: format!("#{}", one.number) },
                why: one.shares.iter().map(|shared| shared.word()).collect::<Vec<_>>().join(", "),
            })
            .collect();
        if more > 0 {
            self.says.push(format!(
                "at least {more} more open pulls of {owner} are alike and not listed; all of them: {host}lazaret sweep search:user:{owner} --state open --since 30d",
                owner = self.owner,
                host = if host.is_empty() { String::new() } else { format!("GH_HOST={} ", host.trim_end_matches('/')) }
            ));
        }
        (proposed, self.says)
    }
}

/// What a session's page is searched by: the last part of its address.
fn id_of(session: &str) -> String {
    let address = session.split(['?', '#']).next().unwrap_or_default();
    address.trim_end_matches('/').rsplit('/').next().unwrap_or_default().trim().to_owned()
}

/// An account as the search knows it. Bots are apps there; a bare name is a person, perhaps quite another one.
fn searched(login: &str) -> String {
    login.strip_suffix("[bot]").map_or_else(|| login.to_owned(), |app| format!("app/{app}"))
}

/// `text` as it can stand between quotes of a search.
fn quotable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '"' | '\\') { ' ' } else { c }).take(LONGEST).collect()
}

fn plain(title: &str) -> String {
    title.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The days around a moment, as a search takes them.
fn about(moment: &str) -> Option<(String, String)> {
    let at = DateTime::parse_from_rfc3339(moment).ok()?.with_timezone(&Utc);
    let days = TimeDelta::try_days(DAYS)?;
    let written = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    Some((written(at.checked_sub_signed(days)?), written(at.checked_add_signed(days)?)))
}

/// Every changed line by path, without white space, context and numbers. What the forge shows no lines of counts by its content.
fn print(files: &[PullFile]) -> Option<String> {
    // A full page may have gone on.
    if files.is_empty() || files.len() >= PAGE {
        return None;
    }
    let mut marks = Vec::new();
    for file in files {
        let mut hash = Sha256::new();
        hash.update(format!("{}\0{}\0", file.filename, file.status));
        match &file.patch {
            Some(patch) => {
                for line in patch.lines().filter(|line| line.starts_with(['+', '-'])) {
                    hash.update(line.chars().filter(|c| !c.is_whitespace()).collect::<String>());
                    hash.update(b"\n");
                }
            }
            None => hash.update(file.sha.as_deref().unwrap_or_default()),
        }
        marks.push(hash.finalize());
    }
    marks.sort_unstable();
    let mut whole = Sha256::new();
    marks.iter().for_each(|mark| whole.update(mark));
    Some(whole.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, patch: &str) -> PullFile {
        PullFile { filename: name.to_owned(), status: "modified".to_owned(), sha: Some("1".to_owned()), patch: Some(patch.to_owned()) }
    }

    #[test]
    fn the_same_patch_is_known_wherever_its_lines_stand() {
        let one = print(&[file("a", "@@ -1,2 +1,2 @@\n x\n-old\n+new"), file("b", "@@ -0,0 +1 @@\n+b")]);
        let moved = print(&[file("b", "@@ -0,0 +1 @@\n+b"), file("a", "@@ -9,2 +9,2 @@ f\n y\n- old\n+ new")]);
        assert_eq!(one, moved);
        assert_ne!(one, print(&[file("a", "@@ -1,2 +1,2 @@\n x\n-old\n+newer"), file("b", "@@ -0,0 +1 @@\n+b")]));
        assert_eq!(print(&[]), None);
    }

    #[test]
    fn what_is_searched_for_cannot_leave_its_quotes() {
        assert_eq!(quotable("a\"b\\ is:closed\u{7}"), "a b  is:closed ");
        assert_eq!(id_of("https://claude.ai/code/session_01AB/?x=1"), "session_01AB");
        assert_eq!(about("2026-01-05T10:00:00Z").unwrap(), ("2026-01-02T10:00:00Z".to_owned(), "2026-01-08T10:00:00Z".to_owned()));
    }
}
