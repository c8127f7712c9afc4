//! What a regular expression of a rule needs and costs: the texts without which it cannot match, and how large it is.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::analysis::known_words;
use crate::analysis::literals::{self, DISGUISED, Word};

/// More choices than this are not looked for.
const MOST_CHOICES: usize = 200;

/// Words of which at least one is there whenever something matches.
pub(super) type Choice = BTreeSet<Word>;

/// `regex`, read.
///
/// # Errors
/// One sentence, when it is none.
pub(super) fn read(regex: &str) -> Result<Hir, String> {
    regex_syntax::parse(regex).map_err(|error| error.to_string().lines().last().unwrap_or("").trim_start_matches("error: ").to_owned())
}

/// How large its program is, in states.
pub(super) fn size(regex: &Hir) -> u64 {
    match regex.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => 1 + 2 * class.ranges().len() as u64,
        HirKind::Class(Class::Bytes(class)) => 1 + class.ranges().len() as u64,
        HirKind::Capture(capture) => 2 + size(&capture.sub),
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or(repeated.min.saturating_add(1)).max(1);
            size(&repeated.sub).saturating_mul(u64::from(times))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().fold(1, |sum: u64, part| sum.saturating_add(size(part))),
    }
}

/// What must be there for `regex` to match; `None` when that cannot be told.
pub(super) fn needed(regex: &str) -> Option<Choice> {
    let mut words = known_words::of(regex)?;
    // Whatever its flags say of case and alphabets.
    words.extend(DISGUISED.map(Word::plain));
    Some(words)
}

/// What is needed when any of `parts` may match: of each the words that tell files apart best.
pub(super) fn either(parts: impl Iterator<Item = Vec<Choice>>) -> Option<Choice> {
    let best = parts.map(|part| part.into_iter().max_by_key(literals::worth));
    let all: Choice = best.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    (1..=MOST_CHOICES).contains(&all.len()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_what_every_match_holds() {
        let cases: [(&str, Option<&[&str]>); 8] = [
            ("^(system|popen)$", Some(&["popen", "system"])),
            (r"\bexecute(many)?\b", Some(&["execute", "executemany"])),
            ("(?i)SELECT", Some(&["select"])),
            ("a.*b", None),
            ("foo+bar", Some(&["bar"])),
            ("(secret)*", None),
            ("x{3}", None),
            ("one|t.o", None),
        ];
        for (regex, expected) in cases {
            let found = needed(regex).map(|words| words.into_iter().map(|word| word.text).filter(|text| text.is_ascii()).collect());
            let expected: Option<Vec<String>> = expected.map(|texts| texts.iter().map(ToString::to_string).collect());
            assert_eq!(found, expected, "{regex}");
        }
        assert!(size(&read(r"\w{100}").unwrap()) > 50_000 && size(&read("abc").unwrap()) < 10);
    }
}
