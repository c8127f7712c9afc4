//! A judged change -> what that judgement rests on, and what nobody could check. A pure function; single files are listed as omissions.

use super::check::FileOutcome;
use super::language::Language;
use super::role::Role;
use super::rulebook::Rulebook;
use super::story::issues;
use crate::model::change::{Around, Change};
use crate::model::coverage::Coverage;
use crate::model::dependency::DependencyMove;
use crate::model::diff::{Content, FileDiff};
use crate::model::lookup::Lookup;
use crate::model::pack::NoteKind;
use crate::model::pull::Origin;

/// The count under which a file is noted of which only the changed lines were known.
pub const PARTLY: &str = "known by its changed lines";
/// The count under which a manifest's lines are noted that are not read and stay as they are.
pub const AS_BEFORE: &str = "unread as before";
/// Rules left out that are named one by one.
const MOST_NAMED: usize = 40;
/// Files that are named in one sentence.
const MOST_FILES: usize = 4;
/// Endings of files that are text and nothing else.
const TEXTS: [&str; 22] = [
    "txt",
    "log",
    "csv",
    "tsv",
    "lock",
    "sum",
    "mod",
    "work",
    "patch",
    "diff",
    "snap",
    "golden",
    "out",
    "po",
    "pot",
    "adoc",
    "tex",
    "license",
    "notice",
    "editorconfig",
    "gitignore",
    "gitattributes",
];

/// How far `change` was judged by `rules` of those in `book`.
#[must_use]
pub fn of(book: &Rulebook, rules: usize, change: &Change, outcomes: &[FileOutcome], around: &Around) -> Coverage {
    let notes = book.notes.iter().filter(|note| note.kind == NoteKind::LeftOut);
    let mut left_out: Vec<String> = notes.clone().take(MOST_NAMED).map(|note| note.to_string().replacen("left out: ", "", 1)).collect();
    let more = notes.count().saturating_sub(MOST_NAMED);
    if more > 0 {
        left_out.push(format!("{more} more; `lazaret rules lint` names them"));
    }
    let unchecked = unchecked(change, outcomes, around);
    Coverage { rules, known: book.iter().count(), left_out, unchecked, unreached: around.lookups.unreached() }
}

fn unchecked(change: &Change, outcomes: &[FileOutcome], around: &Around) -> Vec<String> {
    let text = |file: &&FileDiff| matches!(file.content, Content::Text(_)) && file.new_path.is_some();
    let files = |fits: &dyn Fn(&FileDiff) -> bool| -> Vec<String> {
        change.patch.files.iter().filter(text).filter(|file| fits(file)).map(|file| file.path().text().into_owned()).collect()
    };
    let partly = outcomes.iter().filter(|outcome| outcome.counts.contains_key(PARTLY)).count();
    let made = files(&|file| Role::of(&file.path().text()).is_mechanical() && Role::of(&file.path().text()) != Role::Lock);
    let unknown = files(&|file| is_unknown(&file.path().text()));
    let new = outcomes.iter().flat_map(|outcome| &outcome.dependencies).filter(|row| row.change == DependencyMove::Added).count();
    let mut all = Vec::new();
    if partly > 0 {
        all.push(format!(
            "{} known by changed lines only, so that what stands around them was not looked at: no whole file was at hand",
            counted(partly, "file is", "files are")
        ));
    }
    if !unknown.is_empty() {
        let what = counted(unknown.len(), "file is in a language", "files are in languages");
        all.push(format!(
            "{what} that no rule of code knows; secrets, hidden characters and the like were looked for: {}",
            listed(&unknown)
        ));
    }
    if !made.is_empty() {
        let what = counted(made.len(), "file is", "files are");
        all.push(format!("{what} generated or copied from elsewhere, where rules of code keep silent: {}", listed(&made)));
    }
    let of_outcomes = change.patch.files.iter().zip(outcomes);
    let as_before: Vec<String> =
        of_outcomes.filter(|(_, one)| one.counts.contains_key(AS_BEFORE)).map(|(file, _)| file.path().text().into_owned()).collect();
    if !as_before.is_empty() {
        let lines = outcomes.iter().filter_map(|outcome| outcome.counts.get(AS_BEFORE)).sum::<i64>();
        let what = counted(usize::try_from(lines).unwrap_or(usize::MAX), "line stays as it is", "lines stay as they are");
        all.push(format!(
            "{what} whose packages are worked out by a program or written in a form that is not read: {}",
            listed(&as_before)
        ));
    }
    all.extend(around.lookups.unasked.iter().cloned());
    if let (Some(_), unchecked @ 1..) = (around.lookups.at, unlisted(around)) {
        let what = counted(unchecked, "changed package was", "changed packages were");
        all.push(format!("{what} not checked at a registry or for advisories; the rows say why"));
    }
    if new > 0 && around.lookups.at.is_none() {
        let what = if new == 1 { "1 new dependency was".to_owned() } else { format!("{new} new dependencies were") };
        all.push(format!("{what} not looked up: whether it exists and what it holds is known to its registry only, which nobody asked"));
    }
    if let Some(why) = &around.testimony.unasked {
        all.push(format!("what its message says of issues or checks was not held against its forge: {why}"));
    }
    all.extend(issues::unread(change, &around.testimony));
    for why in &around.talk.unread {
        all.push(format!("what was said about it was not read whole: {why}"));
    }
    if !change.commits.is_empty()
        && around.history.habits.zones.is_empty()
        && matches!(change.pull.at.origin, Origin::Github | Origin::Patch)
    {
        let what = "time zones, committers who are new, and dates or messages taken over from earlier commits were not looked at";
        all.push(format!("{what}: that takes a clone of the repository (`lazaret scan` in one, or `sweep`)"));
    }
    if change.commits.is_empty() {
        all.push("no commits are known: who wrote it, and what single commits did and undid, could not be checked".to_owned());
    } else if change.commits.len() > 1 && around.history.steps.is_empty() && around.history.omissions.is_empty() {
        all.push("what single commits did and undid again was not looked at, only what is left of it".to_owned());
    }
    all
}

/// How many packages no registry spoke of, or nobody asked about advisories.
fn unlisted(around: &Around) -> usize {
    let open = |lookup: &&Lookup| lookup.listing.says().is_none() || lookup.advisories.iter().any(|told| told.says().is_none());
    around.lookups.answers.values().filter(open).count()
}

/// Whether nothing here knows how such a file is written, and its name does not say that it is mere text.
fn is_unknown(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    Language::of(path) == Language::Text && !ending.is_empty() && !TEXTS.contains(&ending.as_str())
}

fn counted(number: usize, one: &str, more: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {more}") }
}

fn listed(paths: &[String]) -> String {
    let named = paths.iter().take(MOST_FILES).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = paths.len().saturating_sub(MOST_FILES);
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// Why the name of a file does not say what its text is; `None` when it does, as far as its first line tells.
#[must_use]
pub fn misnamed(path: &str, first: &str) -> Option<&'static str> {
    let first = first.trim_start_matches('\u{feff}').trim_start();
    let language = Language::of(path);
    let script = first.starts_with("#!") && (first.contains("/bin/") || first.contains("/env "));
    let tells = |known: bool, why| (!known).then_some(why);
    let by_name = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if script && by_name {
        return tells(language.is_code(), "its first line makes a script of it and its name does not: it was read by its name");
    }
    if first.starts_with("<?php") {
        return tells(
            matches!(language, Language::Php | Language::Html | Language::Markdown),
            "it holds PHP and its name does not say so: it was read by its name",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lie_and_names_that_do_not() {
        assert!(misnamed("notes.txt", "#!/bin/sh").is_some() && misnamed("a/logo.svg", "#!/usr/bin/env python3").is_some());
        assert!(misnamed("upload.jpg", "<?php system($_GET[0]);").is_some());
        assert!(
            misnamed("run.sh", "#!/bin/sh").is_none() && misnamed("bin/run", "#!/bin/sh").is_none() && misnamed("a.php", "<?php").is_none()
        );
        assert!(misnamed("notes.txt", "#!important").is_none());
    }

    #[test]
    fn languages_nobody_knows() {
        assert!(is_unknown("a/main.zig") && !is_unknown("README") && !is_unknown("a.txt") && !is_unknown("a.rs"));
    }
}
