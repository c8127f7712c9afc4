//! The words and examples of the code rules, read from `rules/code/*.toml`, which are part of the program.
//!
//! Never read from a change under review, and never from the file system.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::rule_facts::{self, ToldEntry};
use crate::model::hex::hex;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};
use crate::model::rule::{Confidence, Example, ExampleCommit, ExampleFile, Examples, FindingClass, Rule, RuleId, RuleOrigin, Severity};

static FOLDER: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");
static WORDS: LazyLock<Words> = LazyLock::new(Words::read);
static PACK: LazyLock<Pack> = LazyLock::new(packed);
/// The folders below `rules/` that hold rules in formats of others.
const PACKED: [&str; 3] = ["secrets", "sigma", "structure"];

struct Words {
    rules: BTreeMap<&'static str, Rule>,
    mistakes: Vec<RuleNote>,
    digest: String,
}

impl Words {
    fn read() -> Self {
        let mut words = Self { rules: BTreeMap::new(), mistakes: Vec::new(), digest: digest_of_folder() };
        for file in FOLDER.get_dir("code").into_iter().flat_map(Dir::files) {
            let Some(id) = file.path().file_stem().and_then(|stem| stem.to_str()) else { continue };
            match brief(id, file.contents_utf8().unwrap_or("")) {
                Ok(rule) => {
                    words.rules.insert(id, rule);
                }
                Err(mistake) => words.mistakes.push(left_out(id, mistake)),
            }
        }
        words
    }
}

fn left_out(id: &'static str, text: String) -> RuleNote {
    let path = format!("code/{id}.toml");
    RuleNote { pack: NAME.to_owned(), path, line: None, rule: Some(RuleId(id)), kind: NoteKind::LeftOut, text }
}

/// What the rules of this program are called as a pack.
pub const NAME: &str = "lazaret";

/// The words of every rule of code, by name.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    WORDS.rules.values()
}

/// The words of the rule of code called `id`.
#[must_use]
pub fn get(id: &str) -> Option<&'static Rule> {
    WORDS.rules.get(id)
}

/// What could not be read. Empty in a build that passes its tests.
pub fn mistakes() -> impl Iterator<Item = RuleNote> {
    WORDS.mistakes.iter().cloned()
}

/// Lower-case hexadecimal SHA-256 over everything below `rules/` and the program's version.
#[must_use]
pub fn digest() -> &'static str {
    &WORDS.digest
}

/// The rules of this program that are written in formats of others.
#[must_use]
pub fn pack() -> &'static Pack {
    &PACK
}

/// Whether `pack` is those, and not merely called so.
#[must_use]
pub fn is_own(pack: &Pack) -> bool {
    std::ptr::eq(pack, &*PACK)
}

fn packed() -> Pack {
    let mut files = Vec::new();
    PACKED.iter().filter_map(|folder| FOLDER.get_dir(folder)).for_each(|folder| gather(folder, &mut files));
    files.sort_by(|a: &PackFile, b| a.path.cmp(&b.path));
    Pack { name: NAME.to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()), files, notes: Vec::new() }
}

fn gather(folder: &Dir<'_>, files: &mut Vec<PackFile>) {
    for file in folder.files() {
        let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) else { continue };
        files.push(PackFile { path: path.to_owned(), text: text.to_owned() });
    }
    folder.dirs().for_each(|inner| gather(inner, files));
}

/// The text of a data file below `rules/`, such as `agents.toml`.
#[must_use]
pub fn data(path: &str) -> &'static str {
    FOLDER.get_file(path).and_then(|file| file.contents_utf8()).unwrap_or("")
}

/// Reads one rule file: its text, under the name `id`.
///
/// # Errors
/// One sentence with the line, when it is not TOML or lacks something.
pub fn rule(id: &'static str, text: &str) -> Result<Rule, String> {
    let file: RuleFile = toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))?;
    let word = |kind: &str, word: &str| format!("{kind} '{word}' is not a known word");
    Ok(Rule {
        id: RuleId(id),
        origin: RuleOrigin::Code,
        class: FindingClass::parse(&file.class).ok_or_else(|| word("class", &file.class))?,
        severity: Severity::parse(&file.severity).ok_or_else(|| word("severity", &file.severity))?,
        confidence: Confidence::parse(&file.confidence).ok_or_else(|| word("confidence", &file.confidence))?,
        title: file.title,
        why: file.why,
        fix: file.fix,
        references: file.references,
        prose: file.prose,
        examples: file
            .hit
            .into_iter()
            .map(|example| example.into_model(true))
            .chain(file.miss.into_iter().map(|example| example.into_model(false)))
            .collect::<Vec<_>>()
            .into(),
    })
}

/// The same for a rule of this program, whose examples are read when somebody asks for them.
fn brief(id: &'static str, text: &'static str) -> Result<Rule, String> {
    let head = ["\n[[hit]]", "\n[[miss]]"].iter().filter_map(|mark| text.find(mark)).min();
    let Some(words) = head.and_then(|end| text.get(..=end)).and_then(|head| rule(id, head).ok()) else { return rule(id, text) };
    // A test reads every file whole.
    let examples = move || rule(id, text).map_or_else(|_| Vec::new(), |whole| whole.examples.to_vec());
    Ok(Rule { examples: Examples::lazily(examples), ..words })
}

fn digest_of_folder() -> String {
    fn add(folder: &Dir<'_>, hash: &mut Sha256) {
        for file in folder.files() {
            hash.update(file.path().as_os_str().as_encoded_bytes());
            hash.update(file.contents());
        }
        folder.dirs().for_each(|inner| add(inner, hash));
    }
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    add(&FOLDER, &mut hash);
    hex(&hash.finalize())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    title: String,
    class: String,
    severity: String,
    confidence: String,
    why: String,
    fix: String,
    references: Vec<String>,
    prose: String,
    #[serde(default)]
    hit: Vec<ExampleEntry>,
    #[serde(default)]
    miss: Vec<ExampleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleEntry {
    about: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    files: Vec<FileEntry>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    branch: String,
    #[serde(default)]
    task: String,
    #[serde(default)]
    told: Vec<ToldEntry>,
    #[serde(default)]
    commits: Vec<CommitEntry>,
    #[serde(default)]
    earlier: Vec<CommitEntry>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CommitEntry {
    name: String,
    email: String,
    authored: i64,
    committed: i64,
    message: String,
    signed: bool,
    committer: String,
    zone: Option<i32>,
    times: usize,
}

impl CommitEntry {
    fn into_model(self) -> ExampleCommit {
        let Self { name, email, authored, committed, message, signed, committer, zone, times } = self;
        ExampleCommit { name, email, authored, committed, message, signed, committer, zone, times }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    path: String,
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    after: Option<String>,
}

impl ExampleEntry {
    fn into_model(self, hits: bool) -> Example {
        let own = self.path.map(|path| FileEntry { path, before: self.before, after: self.after });
        let files = own.into_iter().chain(self.files);
        let files = files.map(|file| ExampleFile { path: file.path, before: file.before, after: file.after }).collect();
        let commits = self.commits.into_iter().map(CommitEntry::into_model).collect();
        let earlier = self.earlier.into_iter().map(CommitEntry::into_model).collect();
        let lookups = rule_facts::lookups(self.told);
        Example { hits, about: self.about, files, message: self.message, branch: self.branch, task: self.task, lookups, commits, earlier }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule that is only read up to its examples must be the one that its whole file says.
    #[test]
    fn every_rule_is_read_whole_as_it_is_read_in_brief() {
        for file in FOLDER.get_dir("code").into_iter().flat_map(Dir::files) {
            let id = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
            let whole = rule(id, file.contents_utf8().unwrap_or("")).unwrap_or_else(|mistake| panic!("{id}: {mistake}"));
            assert_eq!(get(id), Some(&whole));
            assert!(!whole.examples.is_empty(), "{id}");
        }
    }
}
