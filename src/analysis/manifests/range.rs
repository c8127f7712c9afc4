//! What a requirement takes against what it took: an exact version given up, a range that grew.

use super::version::exact;
use super::version::parts::{Part, parts};
use crate::model::dependency::{Dependency, Ecosystem};

/// Whether `old` takes one version and `new` several.
#[must_use]
pub fn loses_pin(old: &Dependency, new: &Dependency) -> bool {
    let pin = |side: &Dependency| exact(side.ecosystem, &side.version, false).is_some() || is_one(&side.version);
    // A reference to a workspace or a variable says nothing of what it takes.
    let known = !new.version.contains(['$', '{']) && new.version != "workspace" && !new.version.contains(':');
    known && pin(old) && !pin(new)
}

/// `[1.0]`, as Maven and NuGet write one version.
fn is_one(requirement: &str) -> bool {
    requirement.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|inner| !inner.is_empty() && !inner.contains(','))
}

/// Whether `new` surely takes every version that `old` took, and more.
#[must_use]
pub fn widens(ecosystem: Ecosystem, old: &str, new: &str) -> bool {
    if old.contains('|') || new.contains('|') || old.is_empty() || is_any(old) || old == "workspace" {
        return false;
    }
    if is_any(new) {
        return true;
    }
    if let (Some(old), Some(new)) = (interval(old), interval(new)) {
        let kept = |old: &str, new: &str| old == new || new.is_empty();
        return old != new && kept(old.0, new.0) && kept(old.1, new.1);
    }
    let (mut old, new) = (parts(old), parts(new));
    // A bare version of Cargo takes what one with a caret does.
    old.iter_mut().filter(|part| ecosystem == Ecosystem::Cargo && part.operator.is_empty()).for_each(|part| part.operator = "^");
    let fewer = !new.is_empty() && new.len() < old.len() && new.iter().all(|part| old.contains(part));
    // From there on the noughts at the end say nothing.
    let same =
        |old: &Part<'_>, new: &Part<'_>| old.version == new.version || new.operator == ">=" && bare(old.version) == bare(new.version);
    let freer = matches!((&old[..], &new[..]), ([old], [new]) if same(old, new) && grows(old.operator, new.operator));
    fewer || freer
}

/// `1.2.0` -> `1.2`
fn bare(mut version: &str) -> &str {
    while let Some(shorter) = version.strip_suffix(".0") {
        version = shorter;
    }
    version
}

/// The bounds of `[1.0,2.0)`, each with its bracket; empty where there is none.
fn interval(requirement: &str) -> Option<(&str, &str)> {
    let requirement = requirement.trim();
    let (low, high) = requirement.split_once(',')?;
    let fits = low.starts_with(['[', '(']) && high.ends_with([']', ')']) && !high.contains(',');
    let open = |bound: &str| bound.trim_matches(['[', '(', ']', ')', ' ']).is_empty();
    fits.then_some((if open(low) { "" } else { low.trim() }, if open(high) { "" } else { high.trim() }))
}

fn is_any(requirement: &str) -> bool {
    matches!(requirement.trim(), "" | "*" | "x" | "any" | "latest" | ">=0" | ">= 0" | ">=0.0.0")
}

/// From an operator to a freer one, at one version.
fn grows(old: &str, new: &str) -> bool {
    const ORDER: [&str; 4] = ["~", "^", ">=", ""];
    let rank = |operator: &str| ORDER.iter().position(|known| *known == operator).filter(|at| *at < 3);
    let old = if old == "~>" || old == "~=" { Some(0) } else { rank(old) };
    matches!((old, rank(new)), (Some(old), Some(new)) if old < new)
}
