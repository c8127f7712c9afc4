//! Loose objects that are cut off. libgit2 reads on for ever where the compressed bytes of one end too early, so whoever asks for
//! an object looks here first. Never what an object says.

#![allow(clippy::disallowed_methods, reason = "the files of the repository that the user named are read here")]

use std::fs::File;
use std::io::{self, BufReader};

use flate2::bufread::ZlibDecoder;
use git2::{Oid, Repository};

/// Whether libgit2 can be asked for `id`: it is in a pack, or its file holds a whole stream.
pub(super) fn is_whole(repo: &Repository, id: Oid) -> bool {
    let name = id.to_string();
    let Some((folder, rest)) = name.split_at_checked(2) else { return true };
    let Ok(file) = File::open(repo.commondir().join("objects").join(folder).join(rest)) else { return true };
    io::copy(&mut ZlibDecoder::new(BufReader::new(file)), &mut io::sink()).is_ok()
}

/// The error for an object that is not whole.
pub(super) fn cut_off() -> git2::Error {
    git2::Error::new(git2::ErrorCode::GenericError, git2::ErrorClass::Odb, "the file of the object is cut off")
}
