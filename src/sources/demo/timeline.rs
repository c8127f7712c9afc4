//! The script as git objects and refs, event after event, so that every build gives the same commit ids.
//!
//! Objects are collected in memory and written as one pack. No hooks, filters, templates or settings of the machine take part.

use std::collections::BTreeMap;

use git2::{Buf, Oid, Repository, Signature, Time};

use crate::sources::demo::data::{Edit, MainCommit, Merged, Method, Moment, Person, PullScript, Script};
use crate::sources::demo::tree;

/// Seconds between two commits of a branch, and between the last one and the opening, where the script does not say.
const PACE: i64 = 23 * 60;
/// Who commits what a forge's button merges.
const FORGE: (&str, &str) = ("GitHub", "noreply@github.com");

enum Event<'s> {
    Main(&'s MainCommit),
    Open(u32, &'s PullScript),
    Land(u32, &'s PullScript, &'s Merged),
}

/// Writes the demo of `script` into the empty bare repository `repo`: `main`, the branch of every open pull, `refs/pull/N/head`
/// of all, and `refs/pull/N/merge` with the commit that landed it.
///
/// # Errors
/// One sentence, when the script does not fit together or the folder cannot be written.
pub fn weave(repo: &Repository, script: &Script) -> Result<(), String> {
    let failed = |error: git2::Error| error.message().to_owned();
    let odb = repo.odb().map_err(failed)?;
    let memory = odb.add_new_mempack_backend(1000).map_err(failed)?;
    let mut weaver = Weaver { repo, script, main: None, heads: BTreeMap::new(), refs: Vec::new() };
    for (_, event) in events(script) {
        weaver.happen(&event)?;
    }
    let mut pack = Buf::new();
    memory.dump(repo, &mut pack).map_err(failed)?;
    memory.reset().map_err(failed)?;
    let mut writer = odb.packwriter().map_err(failed)?;
    std::io::Write::write_all(&mut writer, &pack).map_err(|error| error.to_string())?;
    writer.commit().map_err(failed)?;
    for (name, id) in &weaver.refs {
        repo.reference(name, *id, true, "").map_err(failed)?;
    }
    Ok(())
}

fn events(script: &Script) -> Vec<(i64, Event<'_>)> {
    let mut events: Vec<(i64, Event<'_>)> = script.history.iter().map(|commit| (commit.at.seconds, Event::Main(commit))).collect();
    for (number, pull) in &script.pulls {
        events.push((when(pull, 0).seconds, Event::Open(*number, pull)));
        if let Some(merged) = &pull.merged {
            events.push((merged.at.seconds, Event::Land(*number, pull, merged)));
        }
    }
    events.sort_by_key(|(at, _)| *at);
    events
}

/// When commit `index` of `pull` was made.
fn when(pull: &PullScript, index: usize) -> Moment {
    let later = i64::try_from(pull.commit.len() - index).unwrap_or(0);
    let paced = Moment { seconds: pull.opened.seconds - later * PACE, ..pull.opened };
    pull.commit.get(index).and_then(|commit| commit.at).unwrap_or(paced)
}

/// When `pull` last moved, in seconds since 1970.
#[must_use]
pub fn updated(pull: &PullScript) -> i64 {
    let last = when(pull, pull.commit.len().saturating_sub(1)).seconds.max(pull.opened.seconds);
    pull.merged.as_ref().map_or(last, |merged| merged.at.seconds.max(last))
}

struct Weaver<'r> {
    repo: &'r Repository,
    script: &'r Script,
    main: Option<Oid>,
    heads: BTreeMap<u32, Oid>,
    refs: Vec<(String, Oid)>,
}

struct Words<'w> {
    author: Signature<'w>,
    committer: Signature<'w>,
    message: &'w str,
}

impl Weaver<'_> {
    fn happen(&mut self, event: &Event<'_>) -> Result<(), String> {
        match event {
            Event::Main(commit) => self.on_main(commit).map_err(|error| format!("history, {}: {error}", first_line(&commit.message))),
            Event::Open(number, pull) => self.open(*number, pull).map_err(|error| format!("pull {number}: {error}")),
            Event::Land(number, pull, merged) => {
                self.land(*number, pull, merged).map_err(|error| format!("merge of pull {number}: {error}"))
            }
        }
    }

    fn on_main(&mut self, commit: &MainCommit) -> Result<(), String> {
        let tree = self.tree(self.main, &commit.add, &commit.change)?;
        let by = signature(self.person(&commit.by)?, commit.at)?;
        let words = Words { author: by.clone(), committer: by, message: &commit.message };
        self.main = Some(self.commit(&words, tree, self.main.as_slice())?);
        self.keep("refs/heads/main", self.main);
        if let Some(tag) = &commit.tag {
            self.keep(&format!("refs/tags/{tag}"), self.main);
        }
        Ok(())
    }

    fn open(&mut self, number: u32, pull: &PullScript) -> Result<(), String> {
        let mut head = self.main;
        for (index, commit) in pull.commit.iter().enumerate() {
            let by = signature(self.person(author(pull, index))?, when(pull, index))?;
            let words = Words { author: by.clone(), committer: by, message: &commit.message };
            let tree = self.tree(head, &[], &commit.change)?;
            head = Some(self.commit(&words, tree, head.as_slice())?);
        }
        self.heads.extend(head.map(|head| (number, head)));
        if pull.merged.is_none() {
            self.keep(&format!("refs/heads/{}", pull.branch), head);
        }
        self.keep(&format!("refs/pull/{number}/head"), head);
        Ok(())
    }

    fn land(&mut self, number: u32, pull: &PullScript, merged: &Merged) -> Result<(), String> {
        let (Some(main), Some(head)) = (self.main, self.heads.get(&number).copied()) else { return Err("nothing to merge".to_owned()) };
        let mut tree = self.repo.find_commit(main).and_then(|commit| commit.tree()).map_err(said)?;
        for commit in &pull.commit {
            let after = tree::edited(self.repo, self.script, &tree, &[], &commit.change)?;
            tree = self.repo.find_tree(after).map_err(said)?;
        }
        let (author, message, parents) = match merged.how {
            Method::Merge => (&merged.by, merge_message(number, pull), vec![main, head]),
            Method::Squash => (author(pull, 0), squash_message(number, pull), vec![main]),
        };
        let forge = Person { name: FORGE.0.to_owned(), email: FORGE.1.to_owned() };
        let words =
            Words { author: signature(self.person(author)?, merged.at)?, committer: signature(&forge, merged.at)?, message: &message };
        self.main = Some(self.commit(&words, tree.id(), &parents)?);
        self.keep("refs/heads/main", self.main);
        self.keep(&format!("refs/pull/{number}/merge"), self.main);
        Ok(())
    }

    /// The tree of commit `parent` after `add` and `edits`.
    fn tree(&self, parent: Option<Oid>, add: &[String], edits: &[Edit]) -> Result<Oid, String> {
        let before = match parent {
            Some(parent) => self.repo.find_commit(parent).and_then(|commit| commit.tree()),
            None => tree::empty(self.repo),
        };
        tree::edited(self.repo, self.script, &before.map_err(said)?, add, edits)
    }

    fn commit(&self, words: &Words<'_>, tree: Oid, parents: &[Oid]) -> Result<Oid, String> {
        let tree = self.repo.find_tree(tree).map_err(said)?;
        let parents: Vec<_> = parents.iter().map(|id| self.repo.find_commit(*id)).collect::<Result<_, _>>().map_err(said)?;
        let parents: Vec<_> = parents.iter().collect();
        let message = format!("{}\n", words.message.trim_end());
        self.repo.commit(None, &words.author, &words.committer, &message, &tree, &parents).map_err(said)
    }

    fn person(&self, name: &str) -> Result<&Person, String> {
        self.script.people.get(name).ok_or_else(|| format!("people.toml has no '{name}'"))
    }

    fn keep(&mut self, name: &str, id: Option<Oid>) {
        self.refs.extend(id.map(|id| (name.to_owned(), id)));
    }
}

/// Who wrote commit `index` of `pull`.
fn author(pull: &PullScript, index: usize) -> &String {
    pull.commit.get(index).and_then(|commit| commit.by.as_ref()).unwrap_or(&pull.by)
}

fn merge_message(number: u32, pull: &PullScript) -> String {
    format!("Merge pull request #{number} from harbour/{}\n\n{}", pull.branch, pull.title)
}

fn squash_message(number: u32, pull: &PullScript) -> String {
    let rest = pull.commit.first().and_then(|commit| commit.message.split_once('\n')).map_or("", |(_, rest)| rest);
    format!("{} (#{number})\n\n{}", pull.title, rest.trim())
}

fn signature(person: &Person, at: Moment) -> Result<Signature<'static>, String> {
    Signature::new(&person.name, &person.email, &Time::new(at.seconds, at.offset)).map_err(said)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

#[allow(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn said(error: git2::Error) -> String {
    error.message().to_owned()
}
