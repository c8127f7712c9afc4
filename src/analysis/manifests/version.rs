//! Versions as their ecosystems understand them: which is later, and which no registry can have published.

mod lenient;
pub mod parts;

use std::cmp::Ordering;
use std::str::FromStr as _;

use pep440_rs::{Version as PythonVersion, VersionSpecifiers};
use semver::{Version, VersionReq};

use self::parts::parts;
use crate::model::dependency::Ecosystem;

/// The version a requirement allows alone, when it allows only one.
#[must_use]
pub fn exact(ecosystem: Ecosystem, requirement: &str, locked: bool) -> Option<&str> {
    let parts = parts(requirement);
    let [part] = parts[..] else { return None };
    let alone = match ecosystem {
        Ecosystem::Pypi => matches!(part.operator, "==" | "===") || (locked && part.operator.is_empty()),
        Ecosystem::Cargo => part.operator == "=" || (locked && part.operator.is_empty()),
        Ecosystem::Npm | Ecosystem::Jsr => {
            matches!(part.operator, "" | "=") && (version(Ecosystem::Npm, part.version).is_some() || is_too_long(part.version))
        }
        Ecosystem::Golang => part.operator.is_empty(),
        Ecosystem::Docker | Ecosystem::GithubActions | Ecosystem::PreCommit => lenient::is_content(part.version),
        _ => lenient::exact(ecosystem, part, locked),
    };
    let open = part.version.is_empty() || part.version.contains('*') || part.version.ends_with(".x");
    (alone && !open).then_some(part.version)
}

/// Numbers alone, and more of them than a semantic version has: no range either.
fn is_too_long(version: &str) -> bool {
    version.split('.').count() > 3 && version.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How `after` stands to `before`, where both are written in the same manner.
#[must_use]
pub fn order(ecosystem: Ecosystem, before: &str, after: &str) -> Option<Ordering> {
    let (before, after) = (parts(before), parts(after));
    let same_form = before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| a.operator == b.operator);
    if !same_form || before.is_empty() {
        return None;
    }
    let mut result = Ordering::Equal;
    for (before, after) in before.iter().zip(&after) {
        if before.version != after.version {
            let step = compare(ecosystem, before.version, after.version)?;
            if result == Ordering::Equal {
                result = step;
            }
        }
    }
    Some(result)
}

/// `before` against `after`: `Less` is an upgrade.
fn compare(ecosystem: Ecosystem, before: &str, after: &str) -> Option<Ordering> {
    match ecosystem {
        Ecosystem::Pypi => {
            let parse = |text: &str| PythonVersion::from_str(text.trim_end_matches(".*")).ok();
            Some(parse(before)?.cmp(&parse(after)?))
        }
        Ecosystem::Cargo | Ecosystem::Npm | Ecosystem::Golang => Some(version(ecosystem, before)?.cmp(&version(ecosystem, after)?)),
        _ => lenient::compare(before, after),
    }
}

/// How two exact versions stand to each other; what a build adds to a version does not count.
#[must_use]
pub fn precedence(ecosystem: Ecosystem, one: &str, other: &str) -> Option<Ordering> {
    match ecosystem {
        Ecosystem::Cargo | Ecosystem::Npm | Ecosystem::Golang => Some(version(ecosystem, one)?.cmp_precedence(&version(ecosystem, other)?)),
        _ => compare(ecosystem, one, other),
    }
}

/// A semantic version, also where its last numbers are left out.
fn version(ecosystem: Ecosystem, text: &str) -> Option<Version> {
    let text = text.trim_start_matches('v');
    let text = if ecosystem == Ecosystem::Golang { text.trim_end_matches("+incompatible") } else { text };
    if let Ok(version) = Version::parse(text) {
        return Some(version);
    }
    let numbers: Vec<&str> = text.split('.').filter(|part| !matches!(*part, "x" | "X" | "*")).collect();
    let plain = (1..=2).contains(&numbers.len()) && numbers.iter().all(|part| part.parse::<u64>().is_ok());
    let missing = [".0.0", ".0"];
    plain.then(|| Version::parse(&format!("{}{}", numbers.join("."), missing[numbers.len() - 1])).ok())?
}

/// Why a version is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// It is no version of its ecosystem: a registry refuses it.
    Impossible,
    /// It is a private variant (`1.2+mine`), which the public index refuses.
    Private,
    /// A release with a word behind it that no release process uses.
    Worded,
    /// Nines alone, so that it stands above whatever is published under the name elsewhere.
    Topmost,
}

/// Words release processes put behind a version.
const STAGES: [&str; 28] = [
    "a",
    "alpha",
    "b",
    "beta",
    "c",
    "rc",
    "pre",
    "preview",
    "prerelease",
    "dev",
    "nightly",
    "next",
    "canary",
    "snapshot",
    "experimental",
    "insiders",
    "incompatible",
    "exp",
    "rev",
    "build",
    "git",
    "sha",
    "post",
    "final",
    "ga",
    "security",
    "milestone",
    "m",
];

/// Whether `version`, an exact one, is odd.
#[must_use]
pub fn oddity(ecosystem: Ecosystem, version: &str) -> Option<Oddity> {
    if is_topmost(version) {
        return Some(Oddity::Topmost);
    }
    match ecosystem {
        Ecosystem::Pypi => match PythonVersion::from_str(version) {
            Err(_) => Some(Oddity::Impossible),
            Ok(version) if version.local().is_empty() => None,
            Ok(version) => version.local().iter().any(|segment| !is_build(&segment.to_string())).then_some(Oddity::Private),
        },
        // A word behind a dot is a pre-release of Ruby's, one behind a dash a platform.
        Ecosystem::Gem => {
            let word = version.split('.').find(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))?;
            (!is_stage(word.split('-').next().unwrap_or(word))).then_some(Oddity::Worded)
        }
        Ecosystem::Composer | Ecosystem::Hex | Ecosystem::Nuget | Ecosystem::Pub => {
            let (_, behind) = version.split_once('-')?;
            (!is_stage(behind.split('+').next().unwrap_or(behind))).then_some(Oddity::Worded)
        }
        // The others take nearly any text for a version.
        _ if !matches!(ecosystem, Ecosystem::Cargo | Ecosystem::Npm | Ecosystem::Golang) => None,
        _ => {
            let text = version.trim_start_matches('v').trim_end_matches("+incompatible");
            match Version::parse(text) {
                // `2` and `2.1` leave numbers out.
                Err(_) if self::version(ecosystem, text).is_some() => None,
                Err(_) => Some(Oddity::Impossible),
                Ok(version) => (!is_stage(version.pre.as_str())).then_some(Oddity::Worded),
            }
        }
    }
}

/// `99.99.99`, `999.0.0`: a number that no project has counted up to.
fn is_topmost(version: &str) -> bool {
    let nines = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'9');
    let parts: Vec<&str> = version.trim_start_matches('v').split('.').collect();
    let Some((first, rest)) = parts.split_first().filter(|(first, _)| nines(first) && first.len() > 1) else { return false };
    let numbers = rest.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    numbers && (first.len() > 2 && !rest.is_empty() || !rest.is_empty() && rest.iter().all(|part| nines(part)))
}

/// What a build of a Python package may be called: an accelerator, a distribution, a commit.
fn is_build(segment: &str) -> bool {
    let known = ["cpu", "cu", "cuda", "rocm", "xpu", "ubuntu", "deb", "git", "g", "computecanada", "pt", "torch", "cxx", "abi"];
    let word = segment.trim_end_matches(|c: char| c.is_ascii_digit());
    word.is_empty() || known.contains(&word) || segment.chars().all(|c| c.is_ascii_hexdigit())
}

/// Whether every word of a pre-release is a stage, a number, a date or a commit.
fn is_stage(pre: &str) -> bool {
    pre.split(['.', '-']).filter(|word| !word.is_empty()).enumerate().all(|(at, word)| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
        let commit = word.len() >= 6 && word.chars().any(|c| c.is_ascii_digit());
        // What follows a stage (`canary.main`) is a name of theirs.
        letters.is_empty() || commit || STAGES.contains(&letters.as_str()) || at > 0
    })
}

/// Whether `version` meets `requirement`; `None` where the requirement is written in a way not understood here.
#[must_use]
pub fn meets(ecosystem: Ecosystem, requirement: &str, version: &str) -> Option<bool> {
    match ecosystem {
        Ecosystem::Pypi if requirement.starts_with(['^', '~']) && !requirement.starts_with("~=") => semantic(requirement, version),
        Ecosystem::Pypi => {
            let specifiers = VersionSpecifiers::from_str(requirement).ok()?;
            Some(specifiers.contains(&PythonVersion::from_str(version.trim_start_matches('=')).ok()?))
        }
        Ecosystem::Golang => Some(requirement == version),
        Ecosystem::Npm if requirement.contains("||") || requirement.contains(" - ") => None,
        Ecosystem::Npm => match exact(ecosystem, requirement, false) {
            Some(exact) => Some(exact.trim_start_matches('v') == version),
            None => semantic(&requirement.split_whitespace().collect::<Vec<_>>().join(", "), version),
        },
        Ecosystem::Cargo => semantic(requirement, version),
        _ => lenient::meets(ecosystem, requirement, version),
    }
}

fn semantic(requirement: &str, version: &str) -> Option<bool> {
    let requirement = VersionReq::parse(requirement).ok()?;
    let version = Version::parse(version).ok()?;
    // Which pre-releases a range takes is told apart differently by each tool.
    if version.pre.is_empty() { Some(requirement.matches(&version)) } else { None }
}
