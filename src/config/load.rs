//! Reads the files of taste from lazaret's configuration folder: the only reading of files in `config`.
#![allow(clippy::disallowed_methods, reason = "this is where configuration is read")]

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::config::edit;
use crate::config::error::ConfigError;
use crate::config::keymap::Keymap;
use crate::config::settings::Settings;
use crate::config::table::Document;
use crate::config::theme::{BUILTIN, Theme};
use crate::model::policy::PolicyText;

/// The file of settings in lazaret's configuration folder.
const SETTINGS: &str = "settings.toml";

/// Settings of the folder, or the defaults where it has none.
///
/// # Errors
/// When the file is there and cannot be read or says something that cannot be.
pub fn settings(folder: &Path) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    if let Some((file, text)) = read(&folder.join(SETTINGS))? {
        settings.adopt(&Document { file: &file, text: &text })?;
    }
    Ok(settings)
}

/// The text of the folder's settings with the rule called `rule` among those that only annotate, or not, and the file it belongs
/// into, which a link may lead to.
///
/// # Errors
/// When the file cannot be read, or is written in a way in which nothing can be put in safely.
pub fn annotated(folder: &Path, rule: &str, on: bool) -> Result<(PathBuf, String), ConfigError> {
    let path = folder.join(SETTINGS);
    let (file, text) = read(&path)?.unwrap_or_else(|| (path.display().to_string(), String::new()));
    let text = edit::edited(&Document { file: &file, text: &text }, rule, on)?;
    Ok((std::fs::canonicalize(&path).unwrap_or(path), text))
}

/// Settings and keymap of the folder, or the defaults where it has none.
///
/// # Errors
/// When a file is there and cannot be read or says something that cannot be.
pub fn taste(folder: &Path) -> Result<(Settings, Keymap), ConfigError> {
    let settings = settings(folder)?;
    let mut keymap = Keymap::builtin()?;
    if let Some((file, text)) = read(&folder.join("keymap.toml"))? {
        keymap.adopt(&Document { file: &file, text: &text })?;
    }
    Ok((settings, keymap))
}

/// The person's own policy, if the folder has one.
///
/// # Errors
/// When it is there and cannot be read.
pub fn policy(folder: &Path) -> Result<Option<PolicyText>, ConfigError> {
    Ok(read(&folder.join("policy.toml"))?.map(|(from, text)| PolicyText { from, text, stale: false }))
}

/// The theme called `name`: a file of the folder's `themes/`, or one that lazaret brings.
///
/// # Errors
/// When there is none of that name, or it says something that cannot be.
pub fn theme(folder: &Path, name: &str) -> Result<Theme, ConfigError> {
    let find = |name: &str| find(folder, name).ok().flatten().map(|(_, text)| text);
    match self::find(folder, name)? {
        Some((file, text)) => Theme::parse(&Document { file: &file, text: &text }, &find),
        None => {
            let known: Vec<&str> = BUILTIN.iter().map(|(name, _)| *name).collect();
            let themes = folder.join("themes");
            let says = format!("there is no theme {name:?}; lazaret brings {}, others are files here", known.join(", "));
            Err(ConfigError { file: themes.display().to_string(), line: None, says })
        }
    }
}

fn find(folder: &Path, name: &str) -> Result<Option<(String, String)>, ConfigError> {
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) && !name.starts_with('.');
    let own = if plain { read(&folder.join("themes").join(format!("{name}.toml")))? } else { None };
    let builtin = || BUILTIN.iter().find(|(known, _)| *known == name).map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Ok(own.or_else(builtin))
}

fn read(path: &Path) -> Result<Option<(String, String)>, ConfigError> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((file, text))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(ConfigError { file, line: None, says: format!("cannot be read ({error}); mend or remove it") }),
    }
}
