//! "refactor: …", "a pure rename", "only moves code": shown where lines only moved or a name only changed, disproved by a sign that is another.

use std::collections::BTreeMap;

use super::judged::{Judged, states};
use super::scope::part;
use super::unchanged::{told, turns};
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::flips::{blocks, tokens};
use crate::analysis::story::prose::Sentence;

static REFACTOR: Pattern = Pattern::new(
    r"(?i)\bpure(?:ly)?(?: a| an)? (?:refactor(?:ing)?|rename|renaming|code motion|move)\b|\bonly (?:moves|renames)\b|\b(?:code motion|refactor(?:ing)?|rename) only\b|\bjust (?:a |an )?(?:refactor(?:ing)?|rename|move)\b|\bmechanical (?:refactor(?:ing)?|rename|change)\b",
);
static TYPE: Pattern = Pattern::new(r"(?i)^refactor(?:\([^)]*\))?!?: ");

/// A claim that only the shape of the code changes.
#[must_use]
pub fn shape(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let typed = sentence.heads && TYPE.is_match(&sentence.text);
    let said = REFACTOR.is_match(&sentence.text) && states(&sentence.text);
    if !(typed || said) {
        return None;
    }
    if !sentence.whole {
        return Some(part(sentence));
    }
    let against: Vec<String> = facts.flips().iter().filter(|flip| turns(flip)).map(told).collect();
    if !against.is_empty() {
        return Some(Judged::contradicted(&sentence.text, against));
    }
    let places = || facts.code().iter().map(|line| line.place.clone()).collect();
    Some(match (facts.has_gaps(), moved(facts), renamed(facts)) {
        (false, true, _) => Judged::supported(&sentence.text, vec!["every line that is gone stands elsewhere now".to_owned()]),
        (false, _, Some(names)) => Judged::supported(&sentence.text, names),
        _ => Judged::uncheckable(&sentence.text, places()),
    })
}

/// Whether the lines that are gone are those that are new, white space aside.
fn moved(facts: &Facts<'_>) -> bool {
    let mut count: BTreeMap<String, i64> = BTreeMap::new();
    for file in facts.files() {
        let Some(text) = file.text() else { return false };
        let squeezed = |line: &str| line.split_whitespace().collect::<String>();
        text.removed().for_each(|(_, line)| *count.entry(squeezed(line)).or_default() -= 1);
        text.added().for_each(|(_, line)| *count.entry(squeezed(line)).or_default() += 1);
    }
    count.remove("");
    !facts.files().is_empty() && count.values().all(|left| *left == 0)
}

/// The names that became others, when that is all that happened: each everywhere the same.
fn renamed(facts: &Facts<'_>) -> Option<Vec<String>> {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for file in facts.files() {
        for (removed, added) in blocks(file.text()?) {
            if removed.len() != added.len() {
                return None;
            }
            for ((_, before), (_, after)) in removed.iter().zip(&added) {
                let (old, new): (Vec<&str>, Vec<&str>) = (tokens(before).collect(), tokens(after).collect());
                if old.len() != new.len() {
                    return None;
                }
                for (was, is) in old.into_iter().zip(new) {
                    if *names.entry(was).or_insert(is) != is || (was != is && !(is_name(was) && is_name(is))) {
                        return None;
                    }
                }
            }
        }
    }
    let told: Vec<String> = names.iter().filter(|(was, is)| was != is).map(|(was, is)| format!("{was} is called {is} now")).collect();
    (!told.is_empty()).then_some(told)
}

fn is_name(token: &str) -> bool {
    let first = token.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    // `a.b` for `a.c` is another thing of `a`, not another name of the same.
    first && !token.contains('.') && !["true", "false", "True", "False", "and", "or", "not", "None", "null", "nil"].contains(&token)
}
