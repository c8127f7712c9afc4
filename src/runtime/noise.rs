//! What is known of rules from their use: how often they fire on merged history, how their findings were judged. Read, never made.

use std::path::Path;

use crate::analysis::rulebook::Rulebook;
use crate::model::noise::Noise;
use crate::sources::github::target;
use crate::sources::local::remote;
use crate::store::error::StoreError;
use crate::store::noise::NoiseStore;
use crate::store::paths::Paths;

/// The name that the repository at `folder` is known by: where it was cloned from on a GitHub host, else its folder.
#[must_use]
pub fn name_of(folder: &Path) -> String {
    let address = remote::origin(folder).and_then(|url| target::of_remote(&url));
    let folder = folder.display().to_string();
    address.map_or_else(|| folder.trim_end_matches('/').to_owned(), |address| format!("{}/{}", address.host, address.path()))
}

/// What `paths` know of the rules of `book`, seen from the repository at `here`.
///
/// # Errors
/// When something is there and cannot be read.
pub fn known(paths: &Paths, book: &Rulebook, here: Option<&Path>) -> Result<Noise, StoreError> {
    let path = paths.noise();
    let rates = if path.exists() { NoiseStore::open(&path)?.rates()? } else { Default::default() };
    let digests = book.iter().filter_map(|rule| Some((rule.id, book.digest_of(rule.id)?))).collect();
    Ok(Noise { rates, digests, here: here.map(name_of), ..Noise::default() })
}
