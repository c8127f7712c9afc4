//! How the person here signs decisions: as their settings say, else as git's configuration does.
#![allow(clippy::disallowed_methods, reason = "a key below ~ lies in the person's home folder")]

use std::path::{Path, PathBuf};

use crate::config::load;
use crate::response::error::ResponseError;
use crate::response::git;
use crate::response::signing::Signing;

/// How somebody signs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// With which key; `None`: not at all.
    pub signing: Option<Signing>,
    /// The file that says whose key is whose.
    pub allowed: Option<PathBuf>,
    /// Where the key is named, for people.
    pub named_by: &'static str,
}

/// How the person at `place` signs, whose settings lie in `folder`.
///
/// # Errors
/// When the settings cannot be read: another key than the one meant must not be taken for it.
pub fn seat(folder: &Path, place: &Path) -> Result<Seat, ResponseError> {
    let (settings, _) = load::taste(folder).map_err(|error| ResponseError::Usage(error.to_string()))?;
    let own = settings.signing;
    let (signing, allowed) = git::signing(place);
    let file = |text: &str| Some(text).filter(|text| !text.is_empty()).map(|text| placed(folder, text));
    let allowed = file(&own.allowed_signers).or(allowed);
    if own.key.is_empty() {
        let signing = signing.map(|signing| Signing { allowed: allowed.clone(), ..signing });
        return Ok(Seat { signing, allowed, named_by: "git's configuration" });
    }
    let literal = ["key::", "ssh-", "ecdsa-", "sk-"].iter().any(|start| own.key.starts_with(start));
    let key = if literal { own.key } else { placed(folder, &own.key).to_string_lossy().into_owned() };
    Ok(Seat { signing: Some(Signing { key, allowed: allowed.clone() }), allowed, named_by: "[signing] of settings.toml" })
}

/// A path as it is written in the settings: below the home folder behind `~/`, else below the settings.
fn placed(folder: &Path, text: &str) -> PathBuf {
    let home = text.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let path = home.unwrap_or_else(|| folder.join(text));
    std::path::absolute(&path).unwrap_or(path)
}
