//! Unsent reviews: one file for each pull and diff, so that work survives a restart and judgements never stick to other bytes.
//!
//! Remarks and marks of viewed files go by content and not by diff: they are kept once more for the pull as a whole.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::StoreError;
use super::files;
use super::schema::draft;
use crate::model::pull::PullRef;
use crate::model::review::Review;

/// What stands for the digest of a diff where the pull as a whole is meant.
const WHOLE: &str = "";

/// A folder of unsent reviews.
#[derive(Clone, Debug)]
pub struct Drafts {
    folder: PathBuf,
}

impl Drafts {
    /// The reviews kept in `folder`; it is made when the first one is saved.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The review of this diff of this pull, if one was kept.
    ///
    /// # Errors
    /// When it is there but cannot be read; it is never thrown away for that.
    pub fn load(&self, pull: &PullRef, diff_digest: &str) -> Result<Option<Review>, StoreError> {
        let (own, carried) = (self.read(pull, diff_digest)?, self.read(pull, WHOLE)?);
        Ok(match (own, carried) {
            (Some(mut own), Some(carried)) => {
                own.viewed.extend(carried.viewed);
                own.remarks = carried.remarks;
                Some(own)
            }
            (own, carried) => own.or(carried),
        })
    }

    fn read(&self, pull: &PullRef, diff_digest: &str) -> Result<Option<Review>, StoreError> {
        let path = self.path(pull, diff_digest);
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        draft::read(&bytes).map(Some).map_err(|why| StoreError::Damaged { path, why })
    }

    /// Keeps `review` in place of what was kept before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, pull: &PullRef, diff_digest: &str, review: &Review) -> Result<(), StoreError> {
        let carried = Review { viewed: review.viewed.clone(), remarks: review.remarks.clone(), ..Review::default() };
        self.write(pull, WHOLE, &carried)?;
        self.write(pull, diff_digest, review)
    }

    fn write(&self, pull: &PullRef, diff_digest: &str, review: &Review) -> Result<(), StoreError> {
        let path = self.path(pull, diff_digest);
        let text = draft::write(&pull.to_string(), diff_digest, review).map_err(|why| StoreError::Damaged { path: path.clone(), why })?;
        files::replace(&path, text.as_bytes())
    }

    /// Forgets the review of this diff, once it was decided. Remarks that were not sent stay.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn forget(&self, pull: &PullRef, diff_digest: &str) -> Result<(), StoreError> {
        files::remove(&self.path(pull, diff_digest))
    }

    /// Names come from outside, so the file's name is their digest.
    fn path(&self, pull: &PullRef, diff_digest: &str) -> PathBuf {
        let mut sha = Sha256::new();
        for part in [pull.origin.word(), &pull.repo, &pull.name, diff_digest] {
            sha.update(format!("{}:{part}\n", part.len()));
        }
        let name: String = sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.json"))
    }
}
