//! Reads packs: folders of rule files that the user named or keeps. Never a folder of a change under review, and never what the
//! files mean: that is `analysis`'.
#![allow(clippy::disallowed_methods, reason = "this is where the user's rule files are read")]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::config::error::ConfigError;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};

/// A file above this is not read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;
/// Files a pack has at most.
const MOST_FILES: usize = 20_000;
/// Folders below each other.
const DEEPEST: usize = 16;

/// The pack in `folder`, with everything below it.
///
/// # Errors
/// When the folder cannot be read. A file that cannot is left out with a note.
pub fn read(folder: &Path) -> Result<Pack, ConfigError> {
    let name = folder.file_name().map_or_else(|| "rules".to_owned(), |name| name.to_string_lossy().into_owned());
    let mut pack = Pack { name, ..Pack::default() };
    gather(&mut pack, folder, "", &[]).map_err(|error| unreadable(folder, &error))?;
    finish(&mut pack);
    Ok(pack)
}

/// The packs a person keeps: each folder of `rules/`, and its loose files as one.
///
/// # Errors
/// When it is there and cannot be read.
pub fn kept(config: &Path) -> Result<Vec<Pack>, ConfigError> {
    let folder = config.join("rules");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut loose = Pack { name: "rules".to_owned(), ..Pack::default() };
    let mut packs = Vec::new();
    let entries = entries(&folder).map_err(|error| unreadable(&folder, &error))?;
    for path in entries {
        if path.is_dir() {
            packs.push(read(&path)?);
        } else {
            take(&mut loose, &path, String::new());
        }
    }
    finish(&mut loose);
    if !loose.files.is_empty() || !loose.notes.is_empty() {
        packs.insert(0, loose);
    }
    Ok(packs)
}

fn unreadable(folder: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError { file: folder.display().to_string(), line: None, says: format!("cannot be read as a folder of rules ({error})") }
}

/// What lies in `folder`, in one order everywhere; hidden things are nobody's rules.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    found.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    found.sort();
    Ok(found)
}

/// Takes in what lies in `folder`, which lies below the folders `around`.
fn gather(pack: &mut Pack, folder: &Path, below: &str, around: &[PathBuf]) -> std::io::Result<()> {
    let mut around = around.to_vec();
    around.push(folder.canonicalize()?);
    for path in entries(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if pack.files.len() >= MOST_FILES {
            leave(pack, format!("{below}{name}"), format!("more than {MOST_FILES} files; what follows was not read"));
            return Ok(());
        }
        if !path.is_dir() {
            take(pack, &path, below.to_owned());
        } else if path.canonicalize().is_ok_and(|path| around.contains(&path)) {
            leave(pack, format!("{below}{name}"), "is a link to a folder that it lies in; it was not read again".to_owned());
        } else if around.len() <= DEEPEST {
            gather(pack, &path, &format!("{below}{name}/"), &around)?;
        } else {
            leave(pack, format!("{below}{name}"), format!("more than {DEEPEST} folders deep; it was not read"));
        }
    }
    Ok(())
}

/// Takes the file at `path`, when it is one that could hold rules.
fn take(pack: &mut Pack, path: &Path, below: String) {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    if !matches!(extension.as_deref(), Some("yml" | "yaml" | "toml")) {
        return;
    }
    let name = below + &path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !path.is_file() {
        return leave(pack, name, "is no file that can be read to its end; it was not opened".to_owned());
    }
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return leave(pack, name, format!("cannot be read ({error})"));
    }
    if bytes.len() as u64 > LARGEST {
        let most = LARGEST / 1024 / 1024;
        return leave(pack, name, format!("larger than {most} MiB; split it into files of one subject each"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => pack.files.push(PackFile { path: name, text }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            leave(pack, name, format!("not UTF-8 at byte {at}; save it as UTF-8"));
        }
    }
}

fn leave(pack: &mut Pack, path: String, text: String) {
    pack.notes.push(RuleNote { pack: pack.name.clone(), path, line: None, rule: None, kind: NoteKind::LeftOut, text });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    name: Option<String>,
    version: Option<String>,
}

/// Name and version, where `pack.toml` says them.
fn finish(pack: &mut Pack) {
    let Some(at) = pack.files.iter().position(|file| file.path == "pack.toml") else { return };
    let file = pack.files.remove(at);
    match toml::from_str::<About>(&file.text) {
        Ok(about) => {
            pack.name = about.name.unwrap_or_else(|| pack.name.clone());
            pack.version = about.version;
            let name = pack.name.clone();
            pack.notes.iter_mut().for_each(|note| note.pack.clone_from(&name));
        }
        Err(error) => leave(pack, file.path, format!("says `name` and `version` and nothing else: {}", error.message())),
    }
}
