//! Which registry speaks for which packages.

use super::cargo::Cargo;
use super::composer::Composer;
use super::gem::Gem;
use super::golang::Golang;
use super::maven::Maven;
use super::npm::Npm;
use super::nuget::Nuget;
use super::pypi::Pypi;
use super::world::Registry;
use crate::model::dependency::Ecosystem;

/// The registry of `ecosystem`, where it is known here.
pub(super) fn of(ecosystem: Ecosystem) -> Option<&'static dyn Registry> {
    Some(match ecosystem {
        Ecosystem::Npm => &Npm,
        Ecosystem::Pypi => &Pypi,
        Ecosystem::Cargo => &Cargo,
        Ecosystem::Gem => &Gem,
        Ecosystem::Golang => &Golang,
        Ecosystem::Composer => &Composer,
        Ecosystem::Nuget => &Nuget,
        Ecosystem::Maven => &Maven,
        _ => return None,
    })
}
