//! A case's evidence while it is written: under a name that nobody takes for evidence, until it is whole and on the disk.
#![allow(clippy::disallowed_methods, reason = "makes and renames the evidence folder")]

use std::path::{Path, PathBuf};

use crate::model::response::{CaseId, Plan};
use crate::response::error::ResponseError;
use crate::response::evidence::collect::{self, Collected, private_folder};
use crate::response::evidence::custody::{self, Handling};
use crate::response::evidence::manifest::{self, Ground};
use crate::response::evidence::{readme, seal};

/// A folder that is no evidence yet.
pub(super) struct Draft {
    root: PathBuf,
    case: CaseId,
    /// Where its files go.
    pub(super) folder: PathBuf,
}

impl Draft {
    /// Begins the evidence of `case` below `root`; what an earlier run left half done goes away.
    pub(super) fn begin(root: &Path, case: &CaseId) -> Result<Self, ResponseError> {
        private_folder(root)?;
        let folder = root.join(format!(".{}.partial", case.0));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|e| ResponseError::io(&folder, &e))?;
        }
        private_folder(&folder)?;
        Ok(Self { root: root.to_owned(), case: case.clone(), folder })
    }

    /// Seals, describes and names it. Before the last line nothing of it passes for evidence.
    pub(super) fn finish(self, plan: &Plan, ground: &Ground, mut files: Vec<Collected>, by: &Handling) -> Result<(), ResponseError> {
        collect::put(&self.folder.join(readme::NAME), readme::text(plan, ground).as_bytes())?;
        files.push(Collected::new(readme::NAME, "written by lazaret", by.at));
        let holds = seal::write(&self.folder, &files, ground)?;
        files.push(Collected::new(seal::NAME, "the raw files, once more in one sealed archive", by.at));
        let manifest = manifest::write(&self.folder, plan, ground, &files, &holds)?;
        for file in files.iter().filter(|file| file.sealed) {
            let path = self.folder.join(&file.name);
            std::fs::remove_file(&path).map_err(|e| ResponseError::io(&path, &e))?;
        }
        let head = custody::begin(&self.folder, by, &ground.audit, &manifest)?;
        custody::anchor(&self.root, &self.case, &[(1, &head)])?;
        sync(&self.folder)?;
        let folder = self.root.join(&self.case.0);
        std::fs::rename(&self.folder, &folder).map_err(|e| ResponseError::io(&folder, &e))?;
        sync(&self.root)
    }
}

/// Brings a folder's names onto the disk.
fn sync(folder: &Path) -> Result<(), ResponseError> {
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| ResponseError::io(folder, &e))
}
