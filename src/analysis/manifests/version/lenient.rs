//! Versions of ecosystems without one strict form: read as numbers and words, and only judged where both sides are plain.

use std::cmp::Ordering;

use super::parts::{Part, parts};
use crate::model::dependency::Ecosystem;

/// Whether a reference is the sum of what it names, which nobody can move.
pub(super) fn is_content(reference: &str) -> bool {
    let sum = reference.rsplit_once("sha256:").map_or(reference, |(_, sum)| sum);
    sum.len() >= 40 && sum.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether `part`, standing alone, takes one version only.
pub(super) fn exact(ecosystem: Ecosystem, part: Part<'_>, locked: bool) -> bool {
    let bare = part.operator.is_empty() && part.version.starts_with(|c: char| c.is_ascii_digit() || c == 'v');
    let range = part.version.contains(['+', '(', ']', '*', '$', '{']) || part.version.contains(".x");
    !range
        && match ecosystem {
            // A bare version is the lowest one that may be taken, or as good as exact: the resolver takes just that one.
            Ecosystem::Maven | Ecosystem::Nuget => bare,
            Ecosystem::Hex | Ecosystem::Conda | Ecosystem::Swift => matches!(part.operator, "=" | "==") || bare,
            _ => part.operator == "=" || (bare && (locked || ecosystem != Ecosystem::Helm)),
        }
}

/// `before` against `after` where they differ in numbers, or in how far a release has come.
pub(super) fn compare(before: &str, after: &str) -> Option<Ordering> {
    if !before.is_ascii() || !after.is_ascii() {
        return None;
    }
    let (before, after) = (pieces(before), pieces(after));
    for at in 0..before.len().max(after.len()) {
        let order = match (before.get(at), after.get(at)) {
            (Some(a), Some(b)) => step(*a, *b)?,
            (Some(a), None) => step(*a, Piece::Number(0))?,
            (None, Some(b)) => step(Piece::Number(0), *b)?,
            (None, None) => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

#[derive(Clone, Copy)]
enum Piece<'t> {
    Number(u64),
    Word(&'t str),
}

/// `1.2.0-rc.1` -> 1, 2, 0, rc, 1
fn pieces(version: &str) -> Vec<Piece<'_>> {
    let version = version.trim_start_matches(['v', 'V']).split('+').next().unwrap_or(version);
    let mut out = Vec::new();
    for part in version.split(['.', '-', '_']).filter(|part| !part.is_empty()) {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, word) = part.split_at_checked(digits).unwrap_or((part, ""));
        if let Ok(value) = number.parse() {
            out.push(Piece::Number(value));
        } else if !number.is_empty() {
            out.push(Piece::Word(number));
        }
        if !word.is_empty() {
            let end = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
            let (letters, rest) = word.split_at_checked(end).unwrap_or((word, ""));
            out.push(Piece::Word(letters));
            out.extend(rest.parse().ok().map(Piece::Number));
        }
    }
    out
}

/// Where a word behind a version stands: before the release, at it, or nowhere known.
fn stage(word: &str) -> Option<i8> {
    Some(match word.to_ascii_lowercase().as_str() {
        "dev" | "snapshot" | "nightly" | "canary" => -5,
        "a" | "alpha" => -4,
        "b" | "beta" => -3,
        "m" | "milestone" | "pre" | "preview" => -2,
        "rc" | "cr" => -1,
        "final" | "ga" | "release" => 0,
        _ => return None,
    })
}

fn step(before: Piece<'_>, after: Piece<'_>) -> Option<Ordering> {
    match (before, after) {
        (Piece::Number(a), Piece::Number(b)) => Some(a.cmp(&b)),
        (Piece::Word(a), Piece::Word(b)) if a == b => Some(Ordering::Equal),
        (Piece::Word(a), Piece::Word(b)) => Some(stage(a)?.cmp(&stage(b)?)),
        // A word stands against a number where the other side has no word: the release itself.
        (Piece::Word(a), Piece::Number(_)) => Some(stage(a)?.cmp(&0)),
        (Piece::Number(_), Piece::Word(b)) => Some(0.cmp(&stage(b)?)),
    }
}

/// Whether `version` meets `requirement`; `None` unless both are plain numbers in a form that is known.
pub(super) fn meets(ecosystem: Ecosystem, requirement: &str, version: &str) -> Option<bool> {
    use Ecosystem::{Composer, Gem, Helm, Hex, Pub, Terraform};
    if ecosystem == Ecosystem::Nuget {
        return lowest(requirement, version);
    }
    if !matches!(ecosystem, Composer | Gem | Helm | Hex | Pub | Terraform) || requirement.contains(['|', '@', '*', 'x']) {
        return None;
    }
    if requirement.contains(" - ") || requirement.contains(" or ") || requirement.contains("dev") {
        return None;
    }
    let version = numbers(version)?;
    let mut met = true;
    for part in parts(requirement) {
        met &= part_meets(ecosystem, part, &version)?;
    }
    Some(met)
}

/// A bare version of .NET is the lowest one that may be taken.
fn lowest(requirement: &str, version: &str) -> Option<bool> {
    Some(padded(&numbers(version)?, &numbers(requirement)?) != Ordering::Less)
}

fn numbers(text: &str) -> Option<Vec<u64>> {
    let text = text.trim().trim_start_matches('v').split('+').next()?;
    text.split('.').map(|part| part.parse().ok()).collect()
}

fn part_meets(ecosystem: Ecosystem, part: Part<'_>, version: &[u64]) -> Option<bool> {
    let asked = numbers(part.version)?;
    let order = padded(version, &asked);
    Some(match part.operator {
        "" | "=" | "==" => order == Ordering::Equal,
        "!=" => order != Ordering::Equal,
        ">=" => order != Ordering::Less,
        ">" => order == Ordering::Greater,
        "<=" => order != Ordering::Greater,
        "<" => order == Ordering::Less,
        // All but the last number stay.
        "~>" => order != Ordering::Less && same_start(version, &asked, asked.len().saturating_sub(1).max(1)),
        "~" if ecosystem == Ecosystem::Composer => {
            order != Ordering::Less && same_start(version, &asked, asked.len().saturating_sub(1).max(1))
        }
        "^" => {
            let leading = asked.iter().take_while(|number| **number == 0).count();
            order != Ordering::Less && same_start(version, &asked, (leading + 1).min(asked.len()))
        }
        _ => return None,
    })
}

fn padded(a: &[u64], b: &[u64]) -> Ordering {
    let length = a.len().max(b.len());
    let at = |side: &[u64], index: usize| side.get(index).copied().unwrap_or(0);
    (0..length).map(|index| at(a, index).cmp(&at(b, index))).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

fn same_start(version: &[u64], asked: &[u64], count: usize) -> bool {
    (0..count).all(|index| version.get(index).copied().unwrap_or(0) == asked.get(index).copied().unwrap_or(0))
}
