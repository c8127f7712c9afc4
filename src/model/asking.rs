//! Who asks about packages: the port. Never whom they ask, nor how.

use super::cancel::Cancel;
use super::change::Change;
use super::lookup::{Lookups, Package, Reviewed, Told};

/// Takes one request out of what a change may cost; why not, when nothing is left.
pub type Take<'t> = &'t dyn Fn() -> Result<(), String>;

/// Asks the host of a change about the packages it moves; `None` where the change has no host that could say.
pub type Host<'h> = &'h dyn Fn(Take<'_>) -> Option<Told<Vec<Reviewed>>>;

/// Who asks about packages. Whoever opens it decides whom it may ask; it never fails, and says why it knows nothing.
pub trait LookUp: Send + Sync {
    /// Asks about `packages`, the most important first, which `change` brings, and `host` about the change. Blocks, within its own
    /// bounds of time and requests.
    fn look_up(&self, change: &Change, packages: &[Package], host: Host<'_>, cancel: &Cancel) -> Lookups;

    /// Whether it reaches out at all now, rather than repeat what was said before.
    fn can_ask(&self) -> bool;

    /// Whom it asks, in a few words that change when somebody else is asked: part of what judged a change.
    fn name(&self) -> String;
}
