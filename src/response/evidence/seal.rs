//! The sealed copy: every raw file but git's objects, which prove themselves, in one archive whose digest the manifest has.
#![allow(clippy::disallowed_methods, reason = "reads and writes the evidence folder")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read as _};
use std::path::Path;

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use tar::{Archive, Builder, Header};

use crate::response::error::ResponseError;
use crate::response::evidence::collect::private_folder;
use crate::response::evidence::collect::{self, Collected};
use crate::response::evidence::held_file;
use crate::response::evidence::manifest::{Contents, Described, Ground, SEALED};

/// The archive's place in the folder.
pub(super) const NAME: &str = SEALED;

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

/// What the archive says otherwise than the manifest. It is read only as far as what the manifest says can be in it.
pub(super) fn differs(folder: &Path, contents: &Contents) -> Vec<String> {
    let mut said: BTreeMap<&str, &Described> = BTreeMap::new();
    for name in &contents.sealed {
        let Some(file) = contents.files.iter().find(|file| file.path == *name) else {
            return vec![format!("{NAME} holds {name}, which the manifest does not describe")];
        };
        said.insert(name, file);
    }
    let unkept = contents.files.iter().filter(|file| file.sealed && !said.contains_key(file.path.as_str()));
    let mut problems: Vec<String> = unkept.map(|file| format!("{} is kept nowhere", file.path)).collect();
    match held(folder, &mut said) {
        Ok(more) => problems.extend(more),
        Err(e) => problems.push(format!("{NAME} cannot be unpacked: {e}")),
    }
    problems.extend(said.keys().map(|name| format!("{NAME} does not hold {name}")));
    problems
}

/// Reads the archive and takes out of `said` what is in it; what is in it otherwise.
fn held(folder: &Path, said: &mut BTreeMap<&str, &Described>) -> std::io::Result<Vec<String>> {
    // Contents, padding and two headers for each entry, and the end: nothing larger was written.
    let most = said.values().map(|file| file.size.saturating_add(4096)).fold(4096_u64, u64::saturating_add);
    let (file, _) = held_file::open(folder, NAME).map_err(std::io::Error::other)?;
    let mut archive = Archive::new(GzDecoder::new(file).take(most));
    let mut problems = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(file) = said.remove(name.as_str()) else {
            problems.push(format!("{NAME} holds {name}, which was not put there"));
            return Ok(problems);
        };
        let ordinary = entry.header().entry_type().is_file();
        if !ordinary || held_file::digest(&mut entry)? != (file.size, file.sha256.clone()) {
            problems.push(format!("{NAME} holds another {name}"));
        }
    }
    Ok(problems)
}
