//! What a regular expression of a rule needs and costs: the texts without which it cannot match, and how large it is.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A text shorter than this tells files apart too badly to be looked for.
const SHORTEST: usize = 3;
/// More choices than this are not looked for.
const MOST_CHOICES: usize = 64;

/// Texts of which at least one is there whenever something matches.
pub(super) type Choice = Vec<String>;

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

/// What must be there for it to match; `None` when that cannot be told.
pub(super) fn needed(regex: &Hir) -> Option<Choice> {
    match regex.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(|text| vec![text.to_owned()]).filter(worthwhile),
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => needed(&repeated.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(needed).reduce(better),
        HirKind::Alternation(parts) => either(parts.iter().map(needed)),
        _ => None,
    }
}

/// What is needed when any of `parts` may match.
pub(super) fn either(parts: impl Iterator<Item = Option<Choice>>) -> Option<Choice> {
    let mut all: Choice = parts.collect::<Option<Vec<_>>>()?.concat();
    all.sort();
    all.dedup();
    Some(all).filter(worthwhile)
}

/// The one of two needs that tells files apart better.
pub(super) fn better(one: Choice, other: Choice) -> Choice {
    let weight = |choice: &Choice| (choice.iter().map(String::len).min().unwrap_or(0), usize::MAX - choice.len());
    if weight(&other) > weight(&one) { other } else { one }
}

/// Whether looking for it is worth it.
#[allow(clippy::ptr_arg, reason = "it is handed to `filter`")]
fn worthwhile(choice: &Choice) -> bool {
    (1..=MOST_CHOICES).contains(&choice.len()) && choice.iter().all(|text| text.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_what_every_match_holds() {
        let cases: [(&str, Option<&[&str]>); 8] = [
            ("^(system|popen)$", Some(&["popen", "system"])),
            (r"\bexecute(many)?\b", Some(&["execute"])),
            ("(?i)select", None),
            ("a.*b", None),
            ("foo+bar", Some(&["bar"])),
            ("(secret)*", None),
            ("x{3}", None),
            ("one|t.o", None),
        ];
        for (regex, expected) in cases {
            let expected: Option<Choice> = expected.map(|texts| texts.iter().map(ToString::to_string).collect());
            assert_eq!(needed(&read(regex).unwrap()), expected, "{regex}");
        }
        assert!(size(&read(r"\w{100}").unwrap()) > 50_000 && size(&read("abc").unwrap()) < 10);
    }
}
