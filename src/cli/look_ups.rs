//! Who is asked about packages, as the user wants it: from options and settings. Nobody is, unless the user says so.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;

use crate::cli::output::say;
use crate::config::error::ConfigError;
use crate::config::load;
use crate::config::look_ups::LookUps;
use crate::model::dependency::Ecosystem;
use crate::model::time::Timestamp;
use crate::runtime::answers;
use crate::sources::registry::registries::Registries;
use crate::sources::registry::setup::{Addresses, Budget, Setup};
use crate::store::paths::Paths;

/// Whether registries and OSV are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Asking {
    /// They are asked
    On,
    /// They are not asked, whatever the settings say
    Off,
}

/// What the options say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// `--look-up`: whether registries are asked, where it was given.
    pub asking: Option<Asking>,
    /// `--advisories`: a folder of advisories.
    pub advisories: Option<PathBuf>,
}

/// Who may be asked; nobody without a wish.
///
/// # Errors
/// When the settings cannot be used, or the folder of advisories cannot be read.
pub fn open(wish: &Wish, offline: bool, paths: &Paths, clock: fn() -> Timestamp) -> Result<Option<Arc<Registries>>, ConfigError> {
    let settings = load::settings(paths.config())?;
    let chosen = settings.look_ups;
    let asks = wish.asking.map_or(chosen.ask, |asking| asking == Asking::On);
    let kept = chosen.advisories.as_ref().map(|folder| paths.config().join(folder));
    let folder = wish.advisories.clone().or(kept);
    if !asks && folder.is_none() {
        return Ok(None);
    }
    let mut store = None;
    if asks {
        let (opened, says) = answers::open(&paths.look_ups(), "registries");
        says.into_iter().for_each(|says| say("", says));
        store = opened;
    }
    let setup = Setup {
        asks,
        offline,
        folder,
        addresses: addresses(&chosen),
        ca_file: settings.github.ca_file.map(|file| paths.config().join(file)),
        budget: Budget { requests: chosen.requests, time: Duration::from_secs(chosen.seconds) },
        store,
        clock,
    };
    let wrong = |says| ConfigError { file: "[look-ups]".to_owned(), line: None, says };
    Ok(Some(Arc::new(Registries::open(setup).map_err(wrong)?)))
}

fn addresses(chosen: &LookUps) -> Addresses {
    let world = |word: &str| Ecosystem::ALL.into_iter().find(|ecosystem| ecosystem.word() == word);
    let registries = chosen.addresses.iter().filter_map(|(word, address)| Some((world(word)?, address.clone()))).collect();
    let osv = chosen.addresses.iter().find(|(word, _)| word == "osv").map(|(_, address)| address.clone());
    Addresses { registries, osv }
}
