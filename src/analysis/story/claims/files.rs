//! Files a sentence names. Not finding one proves nothing, names are written in too many ways; a file that is there against the words does.

use super::judged::{Judged, states};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::diff::{FileDiff, FileStatus};

static PATH: Pattern = Pattern::new(
    r"(?:^|[\s`(])((?:[\w@.-]+/)+[\w@-][\w@.-]*\.[A-Za-z]\w{0,9}|[\w-]+\.(?:py|rs|go|ts|tsx|js|jsx|java|rb|c|h|cc|cpp|toml|yml|yaml|json|lock|md|sh|sql|cfg|ini))(?:[`:),;.!\s]|$)",
);
/// `only touches X`, and nothing behind it.
static ONLY: Pattern = Pattern::new(
    r"(?i)\bonly (?:touches|changes|modifies|updates|edits)\s+(?:the file\s+)?`?[\w@./-]+`?[.!;]?$|\bthe only (?:file|change[d]? file)(?: that is)?(?: changed| touched| modified)? is `?[\w@./-]+`?[.!;]?$|\bonly `?[\w@./-]+`? (?:is|was) (?:changed|touched|modified|updated)[.!;]?$",
);
/// `X is untouched`, `does not touch X`.
static UNTOUCHED: Pattern = Pattern::new(
    r"(?i)\b(?:does not|doesn't|do not|don't|did not|didn't|without) (?:touch|change|modify|edit|touching|changing|modifying|editing)(?: the file)? `?[\w@./-]+`?[.!;]?$|`?[\w@./-]+`? (?:is|was|stays|remains) (?:unchanged|untouched|unmodified|not (?:changed|touched|modified))\b|\bno changes? (?:to|in) `?[\w@./-]+`?[.!;]?$|\bleaves `?[\w@./-]+`? (?:untouched|unchanged|alone)\b",
);
static DELETES: Pattern = Pattern::new(
    r"(?i)^(?:[\w-]+(?:\([^)]*\))?!?:\s+)?(?:delete[sd]?|remove[sd]?|drop(?:s|ped)?)\s+(?:the\s+|a\s+)?(?:file\s+)?`?[\w@./-]+/[\w@./-]+`?[.!;]?$",
);
static CREATES: Pattern = Pattern::new(
    r"(?i)^(?:[\w-]+(?:\([^)]*\))?!?:\s+)?(?:create[sd]?\s+(?:a\s+|the\s+)?(?:new\s+)?(?:file\s+|module\s+)?|add(?:s|ed)?\s+(?:a\s+)?new\s+(?:file|module)\s+)`?[\w@./-]+/[\w@./-]+`?[.!;]?$",
);
/// Words by which a sentence asks or plans.
static ASKS: Pattern = Pattern::new(r"(?i)\b(?:will|would|should|could|must|may|might|please|todo|later|avoid\w*|if|unless)\b|\?$");

/// Paths a sentence names: as it says, against what it says, or a hint that one is not there.
#[must_use]
pub fn files(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let text = sentence.text.as_str();
    let named: Vec<&str> = PATH.groups(text, 1).map(|name| name.trim_start_matches("./")).take(8).collect();
    if named.is_empty() || text.contains("://") || ASKS.is_match(text) {
        return None;
    }
    let held: Vec<(&str, Option<&FileDiff>)> =
        named.iter().map(|name| (*name, facts.files().iter().find(|file| is_called(file, name)))).collect();
    let told = said(facts, sentence, &held);
    if told.is_some() {
        return told;
    }
    let missing: Vec<&str> = held.iter().filter(|(_, file)| file.is_none()).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return Some(Judged::supported(
            text,
            held.iter().filter_map(|(_, file)| Some(file.as_ref()?.path().text().into_owned())).collect(),
        ));
    }
    // Without a folder it may be a product's name, such as `Node.js`.
    let full = missing.iter().any(|name| name.contains('/'));
    let hint = missing.iter().map(|name| format!("{name} is not in the diff")).collect();
    (full && states(text)).then(|| Judged::uncheckable(text, hint))
}

/// What a sentence says of its files beyond their names.
fn said(facts: &Facts<'_>, sentence: &Sentence, held: &[(&str, Option<&FileDiff>)]) -> Option<Judged> {
    let text = sentence.text.as_str();
    let seen: Vec<&FileDiff> = held.iter().filter_map(|(_, file)| *file).collect();
    let full = held.iter().all(|(name, _)| name.contains('/') || held.len() == 1);
    let judge = |against: Vec<String>| match (against.is_empty(), sentence.whole && !facts.has_gaps()) {
        (false, true) => Judged::contradicted(text, against),
        (true, true) => Judged::supported(text, Vec::new()),
        (_, false) => Judged::uncheckable(text, vec!["said of one commit, or not all is seen".to_owned()]),
    };
    let paths = |files: &[&FileDiff]| files.iter().map(|file| file.path().text().into_owned()).collect::<Vec<_>>();
    if UNTOUCHED.is_match(text) && full {
        return Some(judge(paths(&seen)));
    }
    if ONLY.is_match(text) && !seen.is_empty() {
        let other = |file: &&FileDiff| !Role::of(&file.path().text()).is_mechanical() && !seen.iter().any(|own| own.path() == file.path());
        return Some(judge(paths(&facts.files().iter().filter(other).collect::<Vec<_>>())));
    }
    let wrong = |fits: fn(&FileDiff) -> bool| Some(judge(paths(&seen.iter().copied().filter(|file| !fits(file)).collect::<Vec<_>>())));
    match () {
        () if seen.is_empty() => None,
        () if DELETES.is_match(text) => wrong(|file| matches!(file.status, FileStatus::Deleted | FileStatus::Renamed(_))),
        () if CREATES.is_match(text) => wrong(|file| file.status != FileStatus::Modified),
        () => None,
    }
}

fn is_called(file: &FileDiff, name: &str) -> bool {
    let ends = |path: &str| path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    [&file.new_path, &file.old_path].into_iter().flatten().any(|path| ends(&path.text()))
}
