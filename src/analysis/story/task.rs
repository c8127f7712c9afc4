//! The task a change was made for against what it touches: an issue that its forge links, or a text that was handed in. What a task names
//! and the change leaves alone is shown; what neither task nor message speaks of is for a rule. Never a verdict against anybody.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::message::parts;
use super::prose::sentences_of;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::model::diff::{FileDiff, LineKind};
use crate::model::story::{Claim, Verdict};
use crate::model::testimony::{Issue, Named, Testimony};

/// A longer task is read only up to here, in bytes.
const LONGEST: usize = 64 * 1024;
/// Names of one task that are held against the change.
const MOST_NAMES: usize = 12;
/// Added lines below which nobody minds where they stand.
const LEAST_LINES: usize = 5;
/// Changed lines of a file whose words are read.
const MOST_LINES: usize = 400;

/// A path with a folder, or a name in marks of code.
static PATH: Pattern = Pattern::new(r"(?:^|[\s`(\x22'])((?:[\w@.-]+/)+[\w@-][\w@.-]*\.[A-Za-z]\w{0,9})(?:[`:),;.!\s\x22']|$)");
static NAME: Pattern = Pattern::new(r"`([A-Za-z_][A-Za-z0-9_]{3,60})(?:\(\))?`");
/// Endings of files, which tell a language and not what a file is about.
static ENDING: Pattern = Pattern::new(
    r"\.(?:php|cpp|hpp|tsx|jsx|vue|svelte|scss|sass|less|css|html?|swift|scala|dart|java|kts?|groovy|gradle|ya?ml|toml|json|sql|xml|mjs|cjs|mts|cts|lua|ipynb|proto|graphql|tf)\b",
);
/// Names that say nothing of where they stand.
const PLAIN: [&str; 45] = [
    "php", "src", "lib", "libs", "app", "apps", "pkg", "cmd", "internal", "index", "main", "mod", "init", "core", "common", "util",
    "utils", "helper", "helpers", "base", "types", "type", "model", "models", "package", "packages", "crates", "crate", "module",
    "modules", "source", "sources", "java", "python", "kotlin", "org", "com", "web", "the", "and", "for", "with", "this", "that", "from",
];

/// Short words that stand everywhere.
const SHORT: [&str; 42] = [
    "use", "add", "fix", "new", "now", "get", "set", "its", "are", "was", "has", "had", "can", "all", "any", "but", "you", "see", "let",
    "var", "def", "int", "str", "out", "one", "two", "via", "per", "old", "own", "off", "run", "try", "end", "not", "nil", "err", "pub",
    "arg", "map", "key", "val",
];

/// A task, and where it comes from.
struct Task {
    from: String,
    text: String,
}

/// The tasks that are known of the change.
fn tasks(facts: &Facts<'_>, given: Option<&str>) -> Vec<Task> {
    let cut = |text: &str| text.get(..text.floor_char_boundary(LONGEST)).unwrap_or("").to_owned();
    let mut tasks: Vec<Task> = given.map(|text| Task { from: "the task that was given".to_owned(), text: cut(text) }).into_iter().collect();
    let issues = facts.testimony().map(issues).unwrap_or_default().into_iter().filter(|issue| !issue.body.trim().is_empty());
    tasks.extend(issues.map(|issue| Task {
        from: format!("{}#{}", issue.repository, issue.number),
        text: cut(&format!("{}\n{}", issue.title, issue.body)),
    }));
    tasks
}

/// The issues that the forge links with the change or that its message names, each once.
#[must_use]
pub fn issues(testimony: &Testimony) -> Vec<&Issue> {
    let named = testimony.named.values().filter_map(|named| match named {
        Named::There(issue) if !issue.pull => Some(issue),
        _ => None,
    });
    let mut known = BTreeSet::new();
    testimony.linked.iter().chain(named).filter(|issue| known.insert((&issue.repository, issue.number))).collect()
}

/// What each task names, as claims: borne out when all of it is touched, and else never more than a hint.
#[must_use]
pub fn claims(facts: &Facts<'_>, given: Option<&str>) -> Vec<Claim> {
    tasks(facts, given).iter().filter_map(|task| claim(facts, task)).collect()
}

fn claim(facts: &Facts<'_>, task: &Task) -> Option<Claim> {
    // What stands in a trace, a quote or a form is not what the task asks for.
    let (sentences, _) = sentences_of(&task.text, usize::MAX);
    let text = sentences.iter().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join("\n");
    let paths: BTreeSet<&str> = PATH.groups(&text, 1).filter(|path| !path.contains("//") && !path.starts_with("www.")).collect();
    let names: BTreeSet<&str> = NAME.groups(&text, 1).filter(|name| name.contains('_') || has_hump(name)).collect();
    let touched = |path: &&str| facts.files().iter().any(|file| is_called(file, path.trim_start_matches("./")));
    let stands = |name: &&str| [LineKind::Added, LineKind::Removed].into_iter().any(|kind| !facts.lines_with(name, kind).is_empty());
    let (mut held, mut open) = (Vec::new(), Vec::new());
    for path in paths.into_iter().take(MOST_NAMES) {
        if touched(&path) {
            held.push(path.to_owned());
        } else {
            open.push(format!("{path} is named there and is not among the changed files"));
        }
    }
    for name in names.into_iter().take(MOST_NAMES) {
        if stands(&name) {
            held.push(name.to_owned());
        } else {
            open.push(format!("{name} is named there and stands on no changed line"));
        }
    }
    let verdict = if open.is_empty() { Verdict::Supported } else { Verdict::Uncheckable };
    let places = if open.is_empty() { held } else { open };
    (!places.is_empty()).then(|| Claim { text: format!("{} says what is to be changed", task.from), verdict, places })
}

fn is_called(file: &FileDiff, name: &str) -> bool {
    let ends = |path: &str| path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    [&file.new_path, &file.old_path].into_iter().flatten().any(|path| ends(&path.text()))
}

fn has_hump(name: &str) -> bool {
    name.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// A folder of which no word of task and message speaks, and the paths that changed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unspoken {
    /// The folder; empty for the top.
    pub folder: String,
    /// Changed files, at least one.
    pub paths: Vec<String>,
    /// Their added lines.
    pub lines: usize,
}

/// Work that is spread over everything by its nature: who asks for it speaks of every file.
static SWEEPING: Pattern = Pattern::new(
    r"(?i)\b(?:rustfmt|gofmt|prettier|formatt(?:ed|ing|er)|re-?format\w*|lint(?:s|er|ers|ing)?|typos?|spelling|whitespace|copyright|licen[sc]e\s+headers?|type\s+hints?|typing|clippy|eslint|ruff|black|pre-?commit|style)\b",
);
/// Times that what is tied to what was spoken of may tie more.
const ROUNDS: usize = 3;

/// One file that no word speaks of.
struct Silent<'c> {
    path: String,
    folder: String,
    lines: usize,
    names: BTreeSet<&'c str>,
}

/// The folders in which code is added that no word of the task or the message speaks of: neither of a path nor of what stands on the
/// changed lines, and that shares no name with code that is spoken of. Nothing without a task, nothing where no file of
/// code is spoken of, since the task is told in other words then, and nothing where the work concerns every file or takes back other work.
#[must_use]
pub fn unspoken(facts: &Facts<'_>, given: Option<&str>) -> Vec<Unspoken> {
    let tasks = tasks(facts, given);
    let texts = || tasks.iter().map(|task| task.text.as_str()).chain(parts(facts.change).into_iter().map(|part| part.text));
    if tasks.is_empty() || texts().any(|text| SWEEPING.is_match(text) || text.starts_with("Revert ")) {
        return Vec::new();
    }
    let mut said = BTreeSet::new();
    texts().for_each(|text| words(&without_endings(text), &mut said));
    let (mut silent, mut heard, mut tied) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut works_on = false;
    for (file, works) in facts.worked() {
        let path = file.path().text().into_owned();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let names = coined(file);
        if is_spoken(file, &path, &said) {
            works_on |= works && Role::of(&path).is_live();
            heard.insert(folder);
            tied.extend(names);
        } else if works && file.added() > 0 && Role::of(&path).is_live() && !matches!(Role::of(&path), Role::Manifest | Role::Lock) {
            silent.push(Silent { path, folder, lines: file.added(), names });
        }
    }
    if !works_on {
        return Vec::new();
    }
    // Who uses what was changed belongs to it.
    for _ in 0..ROUNDS {
        let (joined, left): (Vec<_>, Vec<_>) = silent.into_iter().partition(|one: &Silent<'_>| !one.names.is_disjoint(&tied));
        silent = left;
        if joined.is_empty() {
            break;
        }
        for one in joined {
            heard.insert(one.folder);
            tied.extend(one.names);
        }
    }
    let mut folders: Vec<Unspoken> = Vec::new();
    for one in silent.into_iter().filter(|one| !heard.contains(&one.folder)) {
        match folders.iter_mut().find(|known| known.folder == one.folder) {
            Some(known) => {
                known.paths.push(one.path);
                known.lines += one.lines;
            }
            None => folders.push(Unspoken { folder: one.folder, paths: vec![one.path], lines: one.lines }),
        }
    }
    folders.retain(|one| one.lines >= LEAST_LINES);
    folders
}

/// The names on the changed lines of `file` that somebody made up: `page_of` and `pageOf`.
fn coined(file: &FileDiff) -> BTreeSet<&str> {
    let Some(text) = file.text() else { return BTreeSet::new() };
    let changed = text.lines.iter().filter(|line| line.kind != LineKind::Context).take(MOST_LINES);
    let names = changed.flat_map(|line| text.text(line).split(|c: char| !(c.is_alphanumeric() || c == '_')));
    let telling = |name: &&str| name.len() >= 6 && (has_hump(name) || name.trim_matches('_').contains('_'));
    names.filter(telling).collect()
}

fn is_spoken(file: &FileDiff, path: &str, said: &BTreeSet<String>) -> bool {
    let mut own = BTreeSet::new();
    words(&without_endings(path), &mut own);
    if let Some(text) = file.text() {
        let changed = text.lines.iter().filter(|line| line.kind != LineKind::Context).take(MOST_LINES);
        changed.for_each(|line| words(text.text(line), &mut own));
    }
    own.iter().any(|word| said.contains(word))
}

/// `src/list.php` -> `src/list`
fn without_endings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for range in ENDING.find_all(text) {
        out.push_str(text.get(end..range.start).unwrap_or_default());
        out.push(' ');
        end = range.end;
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}

/// The words of `text` in lower case and without the endings of number and time, names taken apart at humps and underscores.
fn words(text: &str, into: &mut BTreeSet<String>) {
    for name in text.split(|c: char| !c.is_alphanumeric()) {
        let mut start = 0;
        let humps = name.as_bytes().windows(2).enumerate().filter(|(_, pair)| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
        // `PostHog` is also written in one.
        let ends: Vec<usize> = humps.map(|(at, _)| at + 1).chain([name.len()]).collect();
        if ends.len() == 2 {
            into.insert(stem(&name.to_lowercase()));
        }
        for end in ends {
            let word = stem(&name.get(start..end).unwrap_or("").to_lowercase());
            start = end;
            let plain = PLAIN.contains(&word.as_str()) || SHORT.contains(&word.as_str());
            if word.chars().count() >= 3 && word.chars().any(char::is_alphabetic) && !plain {
                into.insert(word);
            }
        }
    }
}

fn stem(word: &str) -> String {
    let cut =
        ["ings", "ing", "ies", "ed", "es", "s", "e", "y"].iter().find_map(|end| word.strip_suffix(end).filter(|rest| rest.len() >= 4));
    // `urls`
    let plural = || word.strip_suffix('s').filter(|rest| rest.len() == 3 && !rest.ends_with(['s', 'i', 'u']));
    cut.or_else(plural).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_by_their_stems() {
        let mut said = BTreeSet::new();
        words("Paginating `lastPage` in user_settings.py caches entries", &mut said);
        let expected = ["cach", "entr", "last", "page", "paginat", "sett", "user"];
        assert!(expected.iter().all(|word| said.contains(*word)), "{said:?}");
    }
}
