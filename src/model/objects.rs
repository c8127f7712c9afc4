//! git's own objects of a pull, brought onto this machine: who brings them, and how much came. Never how they travel.

use std::path::Path;

use super::cancel::Cancel;
use super::forge::ForgeError;
use super::pull::{PullRef, Revision};

/// How much of a pull's history was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it, back to its first commit.
    Whole,
    /// Not all of it: what, and why, in one sentence. The repository's `shallow` file says where it ends.
    Shallow(String),
}

/// Who can bring the objects of a forge's pulls. Calls block.
pub trait Objects: Send + Sync {
    /// Brings head and base of the pull `at` into a new bare repository at `into`: one pack, no refs, nothing of the forge's
    /// configuration. Nothing is left at `into` when it fails.
    ///
    /// # Errors
    /// As a forge's; a head that the forge does not have any more is [`ForgeError::NotFound`].
    fn bring(&self, at: &PullRef, revision: &Revision, into: &Path, cancel: &Cancel) -> Result<Extent, ForgeError>;
}
