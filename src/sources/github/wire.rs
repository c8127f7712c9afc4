//! git's smart HTTP as the fetch needs it: one request with git's own bytes in both directions. Never REST, never GraphQL.

use crate::model::cancel::Cancel;
use crate::model::forge::ForgeError;

/// A git host reached over HTTP with protocol version 2, with the token of the forge it belongs to.
pub trait Wire: Send + Sync {
    /// What `git-upload-pack` of `repository` (`owner/name`) says it can do: the answer to `GET info/refs?service=git-upload-pack`
    /// under `Git-Protocol: version=2`, as it came, at most `limit` bytes of it.
    ///
    /// # Errors
    /// As a forge's; more than `limit` bytes are [`ForgeError::Garbled`].
    fn advertisement(&self, repository: &str, limit: u64, cancel: &Cancel) -> Result<Vec<u8>, ForgeError>;

    /// Posts `body` to `git-upload-pack` of `repository` (`owner/name`) and hands every piece of the answer to `take`, in order;
    /// `take` says no to end it early. At most `limit` bytes are taken.
    ///
    /// # Errors
    /// As a forge's; more than `limit` bytes are [`ForgeError::Garbled`].
    fn upload_pack(
        &self,
        repository: &str,
        body: Vec<u8>,
        limit: u64,
        take: &mut dyn FnMut(&[u8]) -> bool,
        cancel: &Cancel,
    ) -> Result<(), ForgeError>;
}
