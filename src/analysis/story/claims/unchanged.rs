//! "no functional change": shown where no code changes at all, disproved by a value or a sign that is another, else beyond what a diff tells.

use super::judged::Judged;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::flips::{Flip, Sort, blocks};
use crate::analysis::story::prose::Sentence;
use crate::model::diff::FileDiff;

static NO_FUNCTION: Pattern = Pattern::new(
    r"(?i)\bno (?:functional|behaviou?r(?:al)?|semantic|user[- ]facing) changes?\b|\bno changes? (?:in|to) (?:the )?(?:behaviou?r|functionality)\b|\bbehaviou?r (?:is |stays |remains )?(?:unchanged|preserved|the same)\b|\bno change in behaviou?r\b",
);

/// "no functional change".
#[must_use]
pub fn no_functional_change(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !NO_FUNCTION.is_match(&sentence.text) {
        return None;
    }
    let against: Vec<String> = facts.flips().iter().filter(|flip| works(flip)).map(told).collect();
    if !against.is_empty() && sentence.whole {
        return Some(Judged::contradicted(&sentence.text, against));
    }
    let still = facts.worked().all(|(file, code)| !code && is_still(file));
    if sentence.whole && still && !facts.has_gaps() {
        return Some(Judged::supported(&sentence.text, vec!["no line of code changes".to_owned()]));
    }
    let places = facts.code().iter().map(|line| line.place.clone()).collect();
    Some(Judged::uncheckable(&sentence.text, places))
}

/// Whether the program does something else by it.
pub(super) fn works(flip: &Flip) -> bool {
    flip.code && flip.role == Role::Product
}

/// The same without numbers, which are also sizes and limits of what is drawn.
pub(super) fn turns(flip: &Flip) -> bool {
    works(flip) && flip.of != Sort::Number
}

/// Where, and what became what.
pub(super) fn told(flip: &Flip) -> String {
    format!("{}: {} is {} now", flip.place, flip.before, flip.after)
}

/// Whether a file whose code does not change is one of words, or a program whose lines keep their places.
fn is_still(file: &FileDiff) -> bool {
    let path = file.path().text();
    if !Language::of(&path).is_code() {
        return matches!(Role::of(&path), Role::Docs | Role::Instructions);
    }
    file.text().is_some_and(|text| {
        blocks(text).iter().all(|(removed, added)| {
            let squeezed = |(_, line): &(u32, &str)| line.split_whitespace().collect::<String>();
            let (before, after): (Vec<String>, Vec<String>) =
                (removed.iter().map(squeezed).collect(), added.iter().map(squeezed).collect());
            before.concat() == after.concat() || !moves(file, &before, &after)
        })
    })
}

/// Whether a line of code that is gone here stands elsewhere in the file now, or the other way round.
fn moves(file: &FileDiff, before: &[String], after: &[String]) -> bool {
    let Some(text) = file.text() else { return true };
    let squeezed = |line: &str| line.split_whitespace().collect::<String>();
    let elsewhere = |line: &String, own: &[String], mut others: Box<dyn Iterator<Item = (u32, &str)> + '_>| {
        line.contains(['(', '=', ';']) && !own.contains(line) && others.any(|(_, other)| squeezed(other) == *line)
    };
    before.iter().any(|line| elsewhere(line, after, Box::new(text.added())))
        || after.iter().any(|line| elsewhere(line, before, Box::new(text.removed())))
}
