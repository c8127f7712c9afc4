//! The sealed copy: every raw file but git's objects, which prove themselves, in one archive whose digest the manifest has.
#![allow(clippy::disallowed_methods, reason = "reads and writes the evidence folder")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read as _};
use std::path::Path;

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};
use tar::{Archive, Builder, Header};

use crate::response::error::ResponseError;
use crate::response::evidence::collect::private_folder;
use crate::response::evidence::collect::{self, Collected};
use crate::response::evidence::manifest::Ground;

/// The archive's place in the folder.
pub(super) const NAME: &str = "sealed/raw.tar.gz";

/// Writes the archive of `files`; returns the names of those it holds. The same files make the same bytes.
pub(super) fn write(folder: &Path, files: &[Collected], ground: &Ground) -> Result<Vec<String>, ResponseError> {
    let path = folder.join(NAME);
    private_folder(&folder.join("sealed"))?;
    let objects: Vec<&str> = ground.objects.iter().flat_map(|stored| stored.files()).collect();
    let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).filter(|name| !objects.contains(name)).collect();
    names.sort_unstable();
    let archive = || -> std::io::Result<()> {
        let out = BufWriter::new(collect::private_file(&path)?);
        let mut tar = Builder::new(GzBuilder::new().mtime(0).write(out, Compression::default()));
        for name in &names {
            add(&mut tar, folder, name)?;
        }
        tar.into_inner()?.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    };
    archive().map_err(|e| ResponseError::io(&path, &e))?;
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// Adds the file called `name` without its owner and its times.
pub(super) fn add(tar: &mut Builder<impl std::io::Write>, folder: &Path, name: &str) -> std::io::Result<()> {
    let file = File::open(folder.join(name))?;
    let size = file.metadata()?.len();
    append(tar, name, size, file)
}

/// Adds `bytes` under `name`.
pub(super) fn append(tar: &mut Builder<impl std::io::Write>, name: &str, size: u64, bytes: impl std::io::Read) -> std::io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(0);
    tar.append_data(&mut header, name, bytes)
}

/// Name to SHA-256 of everything the archive holds.
pub(super) fn contents(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut archive = Archive::new(GzDecoder::new(File::open(folder.join(NAME))?));
    let mut found = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut sha = Sha256::new();
        let mut buffer = [0; 1 << 14];
        loop {
            let read = entry.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            sha.update(buffer.get(..read).unwrap_or_default());
        }
        found.insert(name, sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
    }
    Ok(found)
}
