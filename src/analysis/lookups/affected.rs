//! Whether a version is one an advisory is about, by the rules that OSV publishes for its records.

use std::cmp::Ordering;

use crate::analysis::manifests::version::precedence;
use crate::model::dependency::Ecosystem;
use crate::model::lookup::{Advisory, Affected, Package, Turn};

/// Whether `advisory` is about `package`; `None` where that cannot be told, because no exact version is known or versions cannot be
/// compared.
#[must_use]
pub fn is_about(advisory: &Advisory, package: &Package) -> Option<bool> {
    if advisory.matched && package.version.is_some() {
        return Some(true);
    }
    let each = advisory.affected.iter().map(|affected| match &package.version {
        Some(version) => holds(package.ecosystem, affected, version),
        None => is_every_version(affected).then_some(true),
    });
    let mut told = Some(false);
    for one in each {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => told = None,
        }
    }
    told
}

/// The first version after `package`'s in which it is mended, where the advisory names one.
#[must_use]
pub fn mended<'a>(advisory: &'a Advisory, package: &Package) -> Option<&'a str> {
    let version = package.version.as_deref()?;
    let turns = advisory.affected.iter().flat_map(|affected| &affected.ranges).flatten();
    let fixed = turns.filter_map(|turn| if let Turn::Fixed(fixed) = turn { Some(fixed.as_str()) } else { None });
    let later = |fixed: &&str| precedence(package.ecosystem, version, fixed) == Some(Ordering::Less);
    fixed.filter(later).min_by(|a, b| precedence(package.ecosystem, a, b).unwrap_or(Ordering::Equal))
}

/// From before all versions on, and without an end.
fn is_every_version(affected: &Affected) -> bool {
    affected.ranges.iter().any(|turns| matches!(turns.as_slice(), [Turn::Introduced(first)] if first == "0"))
}

fn holds(ecosystem: Ecosystem, affected: &Affected, version: &str) -> Option<bool> {
    let same = |listed: &String| listed == version || precedence(ecosystem, listed, version) == Some(Ordering::Equal);
    if affected.versions.iter().any(same) {
        return Some(true);
    }
    let mut told = Some(false);
    for turns in &affected.ranges {
        match within(ecosystem, turns, version) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => told = None,
        }
    }
    told
}

/// Walks the turns in the order of their versions, as far as `version`.
fn within(ecosystem: Ecosystem, turns: &[Turn], version: &str) -> Option<bool> {
    let mut reached: Vec<(&Turn, &str)> = Vec::new();
    for turn in turns {
        let (at, passed): (&str, fn(Ordering) -> bool) = match turn {
            Turn::Introduced(at) | Turn::Fixed(at) => (at, Ordering::is_le),
            Turn::LastAffected(at) => (at, Ordering::is_lt),
        };
        let order = if at == "0" { Ordering::Less } else { precedence(ecosystem, at, version)? };
        if passed(order) {
            reached.push((turn, at));
        }
    }
    // A turn at the very version it began with ends what begins there: the later of two at one place counts.
    let by_version = |a: &(&Turn, &str), b: &(&Turn, &str)| match (a.1, b.1) {
        ("0", "0") => Ordering::Equal,
        ("0", _) => Ordering::Less,
        (_, "0") => Ordering::Greater,
        (a, b) => precedence(ecosystem, a, b).unwrap_or(Ordering::Equal),
    };
    reached.sort_by(by_version);
    Some(reached.last().is_some_and(|(turn, _)| matches!(turn, Turn::Introduced(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ecosystem: Ecosystem, version: &str) -> Package {
        Package { ecosystem, name: "x".to_owned(), version: Some(version.to_owned()) }
    }

    fn of(versions: &[&str], turns: &[Turn]) -> Advisory {
        let versions = versions.iter().map(|version| (*version).to_owned()).collect();
        let ranges = if turns.is_empty() { Vec::new() } else { vec![turns.to_vec()] };
        Advisory { affected: vec![Affected { versions, ranges }], ..Advisory::default() }
    }

    fn from(version: &str) -> Turn {
        Turn::Introduced(version.to_owned())
    }

    fn fixed(version: &str) -> Turn {
        Turn::Fixed(version.to_owned())
    }

    #[test]
    fn stretches_begin_end_and_begin_again() {
        let turns = [fixed("2.1.0"), from("0"), from("2.0.0"), fixed("1.4.2")];
        let advisory = of(&[], &turns);
        for (version, expected) in
            [("0.0.1", true), ("1.4.1", true), ("1.4.2", false), ("1.9.0", false), ("2.0.0", true), ("2.0.9", true), ("2.1.0", false)]
        {
            assert_eq!(is_about(&advisory, &at(Ecosystem::Npm, version)), Some(expected), "{version}");
        }
        assert_eq!(mended(&advisory, &at(Ecosystem::Npm, "2.0.3")), Some("2.1.0"));
        assert_eq!(mended(&advisory, &at(Ecosystem::Npm, "1.0.0")), Some("1.4.2"));
    }

    #[test]
    fn the_last_affected_version_is_affected() {
        let advisory = of(&[], &[from("1.0"), Turn::LastAffected("1.5".to_owned())]);
        for (version, expected) in [("0.9", false), ("1.0", true), ("1.5", true), ("1.5.1", false), ("1.5rc1", true)] {
            assert_eq!(is_about(&advisory, &at(Ecosystem::Pypi, version)), Some(expected), "{version}");
        }
    }

    #[test]
    fn versions_are_compared_as_their_ecosystem_does() {
        assert_eq!(is_about(&of(&["1.0"], &[]), &at(Ecosystem::Pypi, "1.0.0")), Some(true));
        assert_eq!(is_about(&of(&[], &[from("0"), fixed("1.0.0")]), &at(Ecosystem::Cargo, "1.0.0-rc.1")), Some(true));
        assert_eq!(is_about(&of(&[], &[from("1.2.3"), fixed("1.2.4")]), &at(Ecosystem::Golang, "v1.2.3")), Some(true));
        assert_eq!(is_about(&of(&[], &[from("1.2.3"), fixed("1.2.4")]), &at(Ecosystem::Cargo, "1.2.3+build.7")), Some(true));
    }

    #[test]
    fn what_cannot_be_told_is_not_told() {
        let some = of(&[], &[from("1.0.0"), fixed("2.0.0")]);
        assert_eq!(is_about(&some, &at(Ecosystem::Npm, "not-a-version")), None);
        assert_eq!(is_about(&some, &Package { version: None, ..at(Ecosystem::Npm, "") }), None);
        assert_eq!(is_about(&of(&[], &[from("0")]), &Package { version: None, ..at(Ecosystem::Npm, "") }), Some(true));
    }
}
