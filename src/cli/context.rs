//! What every subcommand is given: where to write, when to stop, where things are kept, what time it is.
#![allow(clippy::disallowed_methods, reason = "the door that reads the clock and the working folder for headless commands")]

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use crate::cli::output::Output;
use crate::model::cancel::Cancel;
use crate::model::forge::Forge;
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::ledger::Ledger;
use crate::store::paths::Paths;

/// The surroundings of one run.
pub struct Context {
    /// Standard output.
    pub out: Output,
    /// Raised by Ctrl-C.
    pub cancel: Cancel,
    /// `--offline`: a forge is not asked, only its kept answers are read.
    pub offline: bool,
    /// `--token-command`.
    pub token_command: Option<String>,
    /// Whether waits for a forge are told on standard error: nothing else draws there.
    pub tells_waits: bool,
    config: Option<PathBuf>,
    reached: RefCell<Vec<Arc<dyn Forge>>>,
}

impl Context {
    /// The surroundings of this process; `config` is the option `--config`.
    #[must_use]
    pub fn new(config: Option<PathBuf>, cancel: Cancel) -> Self {
        Self {
            out: Output::standard(),
            cancel,
            offline: false,
            token_command: None,
            tells_waits: false,
            config,
            reached: RefCell::default(),
        }
    }

    /// Remembers a forge that this run asks, for what is to be said of it at the end.
    pub fn note_reached(&self, forge: Arc<dyn Forge>) {
        self.reached.borrow_mut().push(forge);
    }

    /// The forges this run asked.
    #[must_use]
    pub fn reached(&self) -> Vec<Arc<dyn Forge>> {
        self.reached.borrow().clone()
    }

    /// Where things are kept.
    ///
    /// # Errors
    /// When no home folder is known.
    pub fn paths(&self) -> Result<Paths, StoreError> {
        Paths::from_environment(self.config.as_deref())
    }

    /// The ledger for reading; `None` when nothing was ever decided here, so that reading never makes a file.
    ///
    /// # Errors
    /// When it is there and cannot be used.
    pub fn ledger_if_any(&self) -> Result<Option<Ledger>, StoreError> {
        let path = self.paths()?.ledger();
        if path.exists() { Ledger::open(&path).map(Some) } else { Ok(None) }
    }
}

/// The time.
#[must_use]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The person's own editor, as the environment names it: `VISUAL` before `EDITOR`.
#[must_use]
pub fn editor() -> Option<String> {
    let named = |name| std::env::var(name).ok().filter(|words| !words.trim().is_empty());
    named("VISUAL").or_else(|| named("EDITOR"))
}
