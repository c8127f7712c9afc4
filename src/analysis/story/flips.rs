//! Lines of which one word, sign or number is another: `true` for `false`, `<` for `<=`, `&&` for `||`, 5 for 50.
//!
//! Exact, and the reason why little needs to be read: the two lines stand in each other's place and agree in all the rest.

use rayon::prelude::*;

use crate::analysis::language::Language;
use crate::analysis::role::Role;
use crate::model::diff::{FileDiff, LineKind, TextDiff};

/// What was put in the place of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// `path:line`
    pub place: String,
    /// What the file is for.
    pub role: Role,
    /// Whether the file is a program.
    pub code: bool,
    /// Which kind of thing changed.
    pub of: Sort,
    /// What stood there.
    pub before: String,
    /// What stands there now.
    pub after: String,
    /// The new line.
    pub line: String,
}

/// A kind of thing that has an opposite, or another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `true` and `false`.
    Truth,
    /// A comparison, a conjunction, a sum.
    Sign,
    /// A number.
    Number,
}

/// Longer lines are not written by hand.
const LONGEST: usize = 400;
/// More than these of one change say nothing more.
const MOST: usize = 200;
const TRUTHS: [(&str, &str); 3] = [("true", "false"), ("on", "off"), ("yes", "no")];
const SIGNS: [&str; 18] = ["<", "<=", ">", ">=", "==", "!=", "===", "!==", "=~", "!~", "&&", "||", "and", "or", "+", "-", "*", "/"];
/// Lines that tell a version or a year, which works nothing.
const TOLD: [&str; 4] = ["version", "copyright", "year", "revision"];

/// Every flip of `files`, in their order.
#[must_use]
pub fn of(files: &[FileDiff]) -> Vec<Flip> {
    let of_files: Vec<Vec<Flip>> = files.par_iter().map(of_file).collect();
    of_files.into_iter().flatten().take(MOST).collect()
}

fn of_file(file: &FileDiff) -> Vec<Flip> {
    let mut flips = Vec::new();
    let Some(text) = file.text() else { return flips };
    let path = file.path().text();
    let (role, code) = (Role::of(&path), Language::of(&path).is_code());
    for (removed, added) in blocks(text).into_iter().filter(|(removed, added)| removed.len() == added.len()) {
        for ((_, before), (number, after)) in removed.iter().zip(&added) {
            if flips.len() >= MOST {
                return flips;
            }
            if let Some((of, was, is)) = flipped(before, after) {
                let line = after.trim().to_owned();
                flips.push(Flip { place: format!("{path}:{number}"), role, code, of, before: was, after: is, line });
            }
        }
    }
    flips
}

/// Lines with their numbers.
pub type Lines<'t> = Vec<(u32, &'t str)>;

/// The lines removed and added at each place where a file changes.
#[must_use]
pub fn blocks(text: &TextDiff) -> Vec<(Lines<'_>, Lines<'_>)> {
    let mut blocks = Vec::new();
    for hunk in &text.hunks {
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for line in text.lines.get(hunk.lines.clone()).unwrap_or(&[]) {
            match line.kind {
                LineKind::Removed => removed.push((line.old, text.text(line))),
                LineKind::Added => added.push((line.new, text.text(line))),
                LineKind::Context if removed.is_empty() && added.is_empty() => {}
                LineKind::Context => blocks.push((std::mem::take(&mut removed), std::mem::take(&mut added))),
            }
        }
        blocks.push((removed, added));
    }
    blocks
}

/// The one thing in which the two lines differ, when it is of a sort that can be flipped.
fn flipped(before: &str, after: &str) -> Option<(Sort, String, String)> {
    if before.len().max(after.len()) > LONGEST || is_comment(after) {
        return None;
    }
    let (mut old, mut new, mut other) = (tokens(before), tokens(after), None);
    let (was, is) = loop {
        match (old.next(), new.next()) {
            (None, None) => break other?,
            (Some(was), Some(is)) if was == is => {}
            (Some(was), Some(is)) if other.is_none() => other = Some((was, is)),
            _ => return None,
        }
    };
    let sort = sort(was, is)?;
    let lower = after.to_lowercase();
    let told = sort == Sort::Number && TOLD.iter().any(|word| lower.contains(word));
    (!told).then(|| (sort, was.to_owned(), is.to_owned()))
}

/// Which sort both are of.
fn sort(was: &str, is: &str) -> Option<Sort> {
    let (old, new) = (was.to_lowercase(), is.to_lowercase());
    let opposite = |(yes, no): &(&str, &str)| (old == *yes && new == *no) || (old == *no && new == *yes);
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if TRUTHS.iter().any(opposite) {
        Some(Sort::Truth)
    } else if SIGNS.contains(&was) && SIGNS.contains(&is) {
        Some(Sort::Sign)
    } else {
        (number(was) && number(is) && plain(was) != plain(is)).then_some(Sort::Number)
    }
}

/// A number without what only helps to read it.
fn plain(number: &str) -> String {
    number.chars().filter(|c| *c != '_').collect::<String>().to_lowercase()
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "//", "/*", "*", "--", ";", "<!--", "'''", "\"\"\""].iter().any(|mark| line.starts_with(mark))
}

/// Words, numbers, whole strings and runs of signs; white space is between them.
pub(super) fn tokens(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line.trim();
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = if matches!(first, '"' | '\'' | '`') {
            rest.char_indices().skip(1).find(|(_, c)| *c == first).map_or(rest.len(), |(at, _)| at + first.len_utf8())
        } else if first.is_ascii_digit() || first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())
        } else if is_sign(first) {
            rest.find(|c: char| !is_sign(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(end.min(rest.len()));
        rest = after.trim_start();
        Some(token)
    })
}

fn is_sign(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '!' | '&' | '|' | '+' | '-' | '*' | '/' | '~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(before: &str, after: &str) -> Option<Sort> {
        flipped(before, after).map(|(sort, _, _)| sort)
    }

    #[test]
    fn one_thing_that_is_another() {
        for (before, after, expected) in [
            ("verify=True,", "verify=False,", Some(Sort::Truth)),
            ("secure: on", "secure: off", Some(Sort::Truth)),
            ("if (a && b) {", "if (a || b) {", Some(Sort::Sign)),
            ("if a < b:", "if a  <= b:", Some(Sort::Sign)),
            ("tries = 3", "tries = 30", Some(Sort::Number)),
            ("wait = 1_000;", "wait = 1000;", None),
            ("a = b", "a = c", None),
            ("say(\"true\")", "say(\"false\")", None),
            ("// true", "// false", None),
            ("verify=True, retry=False", "verify=False, retry=True", None),
            ("VERSION = 3", "VERSION = 4", None),
            ("", "", None),
        ] {
            assert_eq!(seen(before, after), expected, "{before} -> {after}");
        }
    }

    #[test]
    fn every_line_is_cut_without_panic() {
        for line in ["\"", "'é", "é'", "``", "a\u{301}=1", "→ == ←", "\u{1f916}\"x"] {
            assert!(tokens(line).next().is_some(), "{line}");
        }
    }
}
