//! What every subcommand is given: where to write, when to stop, where things are kept, what time it is.
#![allow(clippy::disallowed_methods, reason = "the door that reads the clock and the working folder for headless commands")]

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use crate::cli::output::Output;
use crate::model::cancel::Cancel;
use crate::model::time::Timestamp;
use crate::runtime::sweeper::Sweeper;
use crate::sources::github::client::GithubClient;
use crate::store::error::StoreError;
use crate::store::ledger::Ledger;
use crate::store::paths::Paths;

/// Makes who carries out sweeps for a console, most likely over these targets.
pub type MakeSweeper = fn(&Context, String) -> Arc<dyn Sweeper>;

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
    /// What makes who carries out sweeps for the console.
    pub sweeper: Option<MakeSweeper>,
    config: Option<PathBuf>,
    reached: RefCell<Vec<Arc<GithubClient>>>,
}

/// Surroundings that can be taken to another thread, with the forges that were reached in them.
#[derive(Clone)]
pub struct Surroundings {
    config: Option<PathBuf>,
    offline: bool,
    token_command: Option<String>,
    reached: Vec<Arc<GithubClient>>,
}

impl Surroundings {
    /// A context in the same surroundings, for work that `cancel` ends.
    #[must_use]
    pub fn context(&self, cancel: Cancel) -> Context {
        let mut context = Context::new(self.config.clone(), cancel);
        (context.offline, context.token_command) = (self.offline, self.token_command.clone());
        context.reached = RefCell::new(self.reached.clone());
        context
    }
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
            sweeper: None,
            config,
            reached: RefCell::default(),
        }
    }

    /// Remembers a forge that this run asks, for what is to be said of it at the end.
    pub fn note_reached(&self, forge: Arc<GithubClient>) {
        self.reached.borrow_mut().push(forge);
    }

    /// The forges this run asked.
    #[must_use]
    pub fn reached(&self) -> Vec<Arc<GithubClient>> {
        self.reached.borrow().clone()
    }

    /// These surroundings, for another thread.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        let (config, token_command) = (self.config.clone(), self.token_command.clone());
        Surroundings { config, offline: self.offline, token_command, reached: self.reached() }
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
