//! A rule's examples as changes, and whether the rule does on them what the example says.
//!
//! `rules test` and the test suite both come here, so that a rule file is proven the same way everywhere.

use std::sync::Arc;

use super::engine::{Engine, Reader, Selection};
use super::rulebook::Rulebook;
use super::words::lines;
use crate::model::agent::Provenance;
use crate::model::asking::{Host, LookUp};
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::{Content, FileDiff, FileStatus, Patch, Side, TextDiff, all_added};
use crate::model::finding::Finding;
use crate::model::habits::{Habit, Habits};
use crate::model::lookup::{Lookups, Package};
use crate::model::mention::Mentions;
use crate::model::path::RepoPath;
use crate::model::pull::{Author, Commit, Origin, Pull, PullRef, PullState, Revision};
use crate::model::rule::{Example, ExampleCommit, ExampleFile, Rule, Severity};
use crate::model::talk::Talk;
use crate::model::testimony::Testimony;
use crate::model::time::Timestamp;

/// What an example does to its rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the rule did what the example says.
    pub holds: bool,
    /// The rule's findings on it.
    pub findings: Vec<Finding>,
}

/// Runs `rule` of `book` alone on `example`. A hit needs a finding that is more than a note, unless the rule is one of notes only.
#[must_use]
pub fn run(book: &Arc<Rulebook>, rule: &Rule, example: &Example) -> Outcome {
    let engine = Engine::of(book, &Selection { only: vec![rule.id.0.to_owned()], skip: Vec::new() });
    let (change, texts) = change_of(example);
    let engine = if example.lookups.at.is_some() { engine.asking(Arc::new(Stated(example.lookups.clone()))) } else { engine };
    let engine = if example.task.is_empty() { engine } else { engine.given(Arc::from(example.task.as_str())) };
    let reader = Reader {
        texts: &|_| texts.clone(),
        history: &|| History { habits: habits_of(example, &change), ..History::default() },
        packages: &|_| None,
        mentions: &|words| Some(mentions(example, words)),
        testimony: &|_| Testimony::default(),
        talk: &|| Talk::default(),
        cancel: &Cancel::default(),
    };
    let findings = engine.analyse_whole(&change, &reader).map_or_else(Vec::new, |report| report.findings);
    let counts = |finding: &&Finding| rule.severity == Severity::Info || finding.severity > Severity::Info;
    let fired = findings.iter().filter(counts).count() > 0;
    Outcome { holds: fired == example.hits, findings }
}

/// Where `words` stand in an example, whose files are all there is.
fn mentions(example: &Example, words: &[String]) -> Mentions {
    let mut all = Mentions::default();
    for file in &example.files {
        let Some(text) = file.after.as_ref().map(|text| text.to_lowercase()) else { continue };
        for word in words {
            let count = text.matches(word.as_str()).count();
            if count > 0 {
                all.add(word, &RepoPath::from(file.path.as_str()), count);
            }
        }
    }
    all
}

/// What an example says that was said of its packages.
struct Stated(Lookups);

impl LookUp for Stated {
    fn look_up(&self, _change: &Change, _packages: &[Package], _host: Host<'_>, _cancel: &Cancel) -> Lookups {
        self.0.clone()
    }

    fn can_ask(&self) -> bool {
        true
    }

    fn name(&self) -> String {
        "an example".to_owned()
    }
}

/// The change an example describes, with its whole texts.
#[must_use]
pub fn change_of(example: &Example) -> (Change, Texts) {
    let mut texts = Texts::default();
    let files = example.files.iter().map(|file| file_of(file, &mut texts)).collect();
    let (title, body) = example.message.split_once('\n').unwrap_or((&example.message, ""));
    let author = Author { name: "Agent".to_owned(), email: "agent@example.com".to_owned() };
    let pull = Pull {
        at: PullRef { origin: Origin::Patch, repo: "example".to_owned(), name: String::new() },
        alias: None,
        revision: Revision::default(),
        title: title.to_owned(),
        body: body.trim_start().to_owned(),
        branch: example.branch.clone(),
        target: "main".to_owned(),
        author: author.clone(),
        provenance: Provenance::default(),
        state: PullState::Open,
        opened: Timestamp::default(),
        updated: Timestamp::default(),
        commit_count: Some(1),
        url: None,
        standing: None,
    };
    let commit = Commit {
        id: CommitId::parse(&"1".repeat(40)),
        parents: Vec::new(),
        author: author.clone(),
        committer: author,
        authored: Timestamp::default(),
        committed: Timestamp::default(),
        message: example.message.clone(),
        signed: false,
    };
    let mut commits: Vec<Commit> = Vec::new();
    for (number, one) in (1_u32..).zip(&example.commits) {
        commits.push(commit_of(one, number, commits.last(), &commit));
    }
    let commits = if commits.is_empty() { vec![commit] } else { commits };
    (Change { pull, commits, patch: Patch { files, ..Patch::default() }, digest: String::new() }, texts)
}

/// What an example says of the commits before it, and of the clocks of its own.
fn habits_of(example: &Example, change: &Change) -> Habits {
    let own = change.commits.iter().zip(&example.commits);
    let zones = own.filter_map(|(commit, one)| Some((commit.id.clone()?, one.zone?))).collect();
    let habit = |one: &ExampleCommit| Habit {
        author: one.email.to_lowercase(),
        committer: if one.committer.is_empty() { one.email.to_lowercase() } else { one.committer.to_lowercase() },
        authored: Timestamp(one.authored),
        zone: one.zone.unwrap_or_default(),
        message: one.message.clone(),
    };
    let before = example.earlier.iter().flat_map(|one| std::iter::repeat_n(habit(one), one.times.max(1))).collect();
    Habits { zones, before }
}

/// The commit that `one` describes, on top of `parent`; in all else it is as `plain`.
fn commit_of(one: &ExampleCommit, number: u32, parent: Option<&Commit>, plain: &Commit) -> Commit {
    let or = |text: &str, plain: &str| if text.is_empty() { plain.to_owned() } else { text.to_owned() };
    let who = Author { name: or(&one.name, &plain.author.name), email: or(&one.email, &plain.author.email) };
    Commit {
        id: CommitId::parse(&format!("{number:040x}")),
        parents: parent.and_then(|parent| parent.id.clone()).into_iter().collect(),
        committer: Author { email: or(&one.committer, &who.email), ..who.clone() },
        author: who,
        authored: Timestamp(one.authored),
        committed: Timestamp(one.committed),
        message: or(&one.message, &plain.message),
        signed: one.signed,
    }
}

/// What is no text, as an example writes it: each character is the byte of its number.
fn bytes(text: &str) -> Vec<u8> {
    let one = |sign: char| u8::try_from(u32::from(sign)).ok();
    text.chars().map(one).collect::<Option<Vec<u8>>>().unwrap_or_else(|| text.as_bytes().to_vec())
}

fn file_of(file: &ExampleFile, texts: &mut Texts) -> FileDiff {
    let path = RepoPath::from(file.path.as_str());
    // As git has it: what holds a zero byte is no text.
    let is_binary = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains('\0'));
    let binary = is_binary(&file.before) || is_binary(&file.after);
    let mut keep = |side, text: &Option<String>| {
        if let Some(text) = text.as_ref().filter(|_| !binary) {
            texts.insert(TextRequest { path: path.clone(), side }, Arc::from(text.as_str()));
        }
    };
    keep(Side::Old, &file.before);
    keep(Side::New, &file.after);
    if binary {
        let whole = [(Side::Old, &file.before), (Side::New, &file.after)];
        for (side, text) in whole.into_iter().filter_map(|(side, text)| Some((side, text.as_ref()?))) {
            texts.insert_bytes(TextRequest { path: path.clone(), side }, &bytes(text));
        }
    }
    let size = |text: &Option<String>| text.as_ref().and_then(|text| u64::try_from(text.chars().count()).ok());
    let (status, text) = match (&file.before, &file.after) {
        (Some(before), Some(after)) => (FileStatus::Modified, lines::between(before, after)),
        (None, Some(after)) => (FileStatus::Added, all_added(after)),
        (Some(before), None) => (FileStatus::Deleted, lines::between(before, "")),
        (None, None) => (FileStatus::Modified, TextDiff::default()),
    };
    FileDiff {
        old_path: (status != FileStatus::Added).then(|| path.clone()),
        new_path: (status != FileStatus::Deleted).then(|| path.clone()),
        status,
        old_mode: None,
        new_mode: None,
        content: if binary { Content::Binary { old_size: size(&file.before), new_size: size(&file.after) } } else { Content::Text(text) },
    }
}
