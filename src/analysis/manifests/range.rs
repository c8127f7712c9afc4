//! What a requirement takes against what it took: an exact version given up, a range that grew.

use super::version::exact;
use super::version::parts::parts;
use crate::model::dependency::Dependency;

/// Whether `old` takes one version and `new` several.
#[must_use]
pub fn loses_pin(old: &Dependency, new: &Dependency) -> bool {
    let pin = |side: &Dependency| exact(side.ecosystem, &side.version, false).is_some();
    // A reference to a workspace or a variable says nothing of what it takes.
    let known = !new.version.contains(['$', '{']) && new.version != "workspace" && !new.version.contains(':');
    known && pin(old) && !pin(new)
}

/// Whether `new` surely takes every version that `old` took, and more.
#[must_use]
pub fn widens(old: &str, new: &str) -> bool {
    if old.contains('|') || new.contains('|') || old.is_empty() || is_any(old) || old == "workspace" {
        return false;
    }
    if is_any(new) {
        return true;
    }
    let (old, new) = (parts(old), parts(new));
    let fewer = !new.is_empty() && new.len() < old.len() && new.iter().all(|part| old.contains(part));
    let freer = matches!((&old[..], &new[..]), ([old], [new]) if old.version == new.version && grows(old.operator, new.operator));
    fewer || freer
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
