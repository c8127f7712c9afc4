//! The copy that may leave this machine: every text with its secrets replaced, each with the digest of what it was. git's
//! objects, logs and the sealed copy cannot be redacted and stay here; the copy says so.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder and writes the archive that was asked for")]

use std::io::{Read as _, Write as _};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};
use tar::Builder;

use crate::model::inert;
use crate::model::response::CaseId;
use crate::response::error::ResponseError;
use crate::response::evidence::collect::digest;
use crate::response::evidence::custody::{self, Handling};
use crate::response::evidence::held_file::{self, digest_of};
use crate::response::evidence::manifest::{self, Contents};
use crate::response::evidence::seal;
use crate::response::evidence::verify::checked;

/// The list of what was replaced, and of what is not there.
pub(super) const LIST: &str = "redacted.json";
/// The list's shape and version.
pub(super) const SCHEMA: &str = "lazaret/evidence-redacted/v1";

/// A redacted copy that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Files in it, besides its list.
    pub files: usize,
    /// How many of those had something replaced.
    pub redacted: usize,
    /// What stayed here.
    pub left: Vec<String>,
    /// SHA-256 of the archive.
    pub digest: String,
}

/// Verifies the evidence of `case` below `root` and writes a redacted copy of it to the new file `to`. `redact` replaces secrets.
///
/// # Errors
/// When the evidence is not what was written, or `to` is there already or cannot be written.
pub fn export(root: &Path, case: &CaseId, to: &Path, redact: &dyn Fn(&str) -> String, by: &Handling) -> Result<Exported, ResponseError> {
    let contents = checked(root, case)?;
    if to.exists() {
        return Err(ResponseError::Usage(format!("{} is there already; name a new file", to.display())));
    }
    let io = |e: std::io::Error| ResponseError::io(to, &e);
    let beside = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // 0600 by itself, and under its own name only when it is whole.
    let place = tempfile::NamedTempFile::new_in(beside).map_err(io)?;
    let mut copy = Copy { case, folder: &root.join(&case.0), redact, list: Vec::new(), redacted: 0, left: Vec::new() };
    let mut tar = Builder::new(GzBuilder::new().mtime(0).write(place.as_file(), Compression::default()));
    copy.write(&contents, &mut tar).map_err(io)?;
    tar.into_inner().and_then(flate2::write::GzEncoder::finish).and_then(|mut file| file.flush()).map_err(io)?;
    place.as_file().sync_all().map_err(io)?;
    let (files, redacted, left) = (copy.list.len(), copy.redacted, copy.left);
    let (_, digest) = digest(place.path())?;
    place.persist_noclobber(to).map_err(|e| io(e.error))?;
    let place = std::fs::canonicalize(to).unwrap_or_else(|_| to.to_owned());
    custody::add(root, case, by, &format!("redacted copy written to {}", place.display()), (None, Some(&digest)))?;
    Ok(Exported { files, redacted, left, digest })
}

struct Copy<'a> {
    case: &'a CaseId,
    folder: &'a Path,
    redact: &'a dyn Fn(&str) -> String,
    list: Vec<Value>,
    redacted: usize,
    left: Vec<String>,
}

impl Copy<'_> {
    fn write(&mut self, contents: &Contents, tar: &mut Builder<impl std::io::Write>) -> std::io::Result<()> {
        let objects: Vec<&str> = contents.objects.iter().flat_map(manifest::Stored::files).collect();
        let mut stays = Vec::new();
        for file in &contents.files {
            let why = match file.path.as_str() {
                seal::NAME => "raw and unredacted",
                path if objects.contains(&path) => "git's objects cannot be redacted",
                _ if file.sealed => "logs may hold secrets, and are kept sealed",
                path => {
                    self.text(path, tar)?;
                    continue;
                }
            };
            stays.push(json!({ "path": file.path, "size": file.size, "sha256": file.sha256, "why": why }));
            self.left.push(format!("{} ({why})", file.path));
        }
        self.text(manifest::NAME, tar)?;
        self.text(custody::NAME, tar)?;
        let list = json!({ "schema": SCHEMA, "case": self.case.0, "files": self.list, "not_here": stays });
        let list = format!("{list:#}\n");
        seal::append(tar, &format!("{}/{LIST}", self.case.0), list.len() as u64, list.as_bytes())
    }

    /// Adds a file with its secrets replaced, and notes what it was.
    fn text(&mut self, path: &str, tar: &mut Builder<impl std::io::Write>) -> std::io::Result<()> {
        let (mut file, _) = held_file::open(self.folder, path).map_err(std::io::Error::other)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = inert::decode(&bytes);
        let clean = (self.redact)(&text);
        self.redacted += usize::from(clean != text);
        self.list.push(
            json!({ "path": path, "sha256": digest_of(clean.as_bytes()), "sha256_raw": digest_of(&bytes), "redacted": clean != text }),
        );
        seal::append(tar, &format!("{}/{path}", self.case.0), clean.len() as u64, clean.as_bytes())
    }
}
