//! The rules in force while lazaret runs: which of them only annotate can be changed at any time, here and in the person's settings.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use crate::analysis::engine::Engine;
use crate::config::error::ConfigError;
use crate::config::load;
use crate::model::rule::RuleId;
use crate::store::error::StoreError;
use crate::store::files;

/// What judges changes now.
pub struct InForce {
    engine: RwLock<Arc<Engine>>,
    config: Option<PathBuf>,
}

/// Why a setting could not be kept; nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The file cannot be read, or nothing can be put in safely.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes into the settings of the folder `config` that the rule called `rule` only annotates, or no longer. Returns all that do.
///
/// # Errors
/// When the file cannot be read, edited safely or written.
pub fn write(config: &std::path::Path, rule: &str, on: bool) -> Result<BTreeSet<String>, SettingError> {
    let (path, text) = load::annotated(config, rule, on)?;
    files::replace(&path, text.as_bytes())?;
    Ok(load::settings(config)?.annotate)
}

impl InForce {
    /// `engine` now; what is changed is kept in the settings of the folder `config`, or for this run only.
    #[must_use]
    pub fn new(engine: Arc<Engine>, config: Option<PathBuf>) -> Self {
        Self { engine: RwLock::new(engine), config }
    }

    /// What judges changes now.
    #[must_use]
    pub fn now(&self) -> Arc<Engine> {
        self.engine.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has the rule called `rule` only annotate, or no longer. Returns what was done, in one sentence.
    ///
    /// # Errors
    /// When the settings cannot be kept; then nothing changed.
    pub fn annotate(&self, rule: RuleId, on: bool) -> Result<String, SettingError> {
        let names = match &self.config {
            Some(config) => write(config, rule.0, on)?,
            None => {
                let mut names: BTreeSet<String> = self.now().book().annotated().iter().map(|rule| rule.0.to_owned()).collect();
                if on {
                    names.insert(rule.0.to_owned())
                } else {
                    names.remove(rule.0)
                };
                names
            }
        };
        let engine = Arc::new(self.now().annotating(&names));
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = engine;
        let lasts = if self.config.is_some() { "" } else { " until you leave, since a demo keeps to itself" };
        Ok(if on {
            format!("{rule} only annotates{lasts}: its findings are notes now and add nothing to the risk")
        } else {
            format!("{rule} weighs again what it weighs{lasts}")
        })
    }
}
