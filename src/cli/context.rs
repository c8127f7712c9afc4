//! What every subcommand is given: where to write, when to stop, where things are kept, what time it is.
#![allow(clippy::disallowed_methods, reason = "the door that reads the clock and the working folder for headless commands")]

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::analysis::engine::{Engine, Selection};
use crate::analysis::foreign::Catch;
use crate::analysis::foreign::merge::Imports;
use crate::analysis::formats::sarif;
use crate::analysis::rulebook::Rulebook;
use crate::analysis::rules;
use crate::cli::look_ups::{self, Wish};
use crate::cli::output::{self, Output};
use crate::config::error::ConfigError;
use crate::config::{imports, load, packs};
use crate::model::cancel::Cancel;
use crate::model::pack::{NoteKind, Pack};
use crate::model::time::Timestamp;
use crate::runtime::in_force::InForce;
use crate::runtime::sweeper::Sweeper;
use crate::sources::github::client::GithubClient;
use crate::sources::registry::registries::Registries;
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
    /// `--rules`: further folders of rules.
    pub packs: Vec<PathBuf>,
    /// `--no-default-rules`.
    pub no_default_rules: bool,
    /// `--look-up` and `--advisories`.
    pub look_ups: Wish,
    config: Option<PathBuf>,
    /// `--import`: files of results of other tools.
    pub imports: Vec<PathBuf>,
    /// `--task`: the text of the task that changes were made for.
    pub task: Option<Arc<str>>,
    folders: RefCell<Vec<PathBuf>>,
    book: OnceCell<Arc<Rulebook>>,
    caught: OnceCell<Arc<Imports>>,
    registries: OnceCell<Option<Arc<Registries>>>,
    rules: OnceCell<Arc<InForce>>,
    reached: RefCell<Vec<Arc<GithubClient>>>,
}

/// Surroundings that can be taken to another thread, with the forges that were reached in them.
#[derive(Clone)]
pub struct Surroundings {
    config: Option<PathBuf>,
    offline: bool,
    token_command: Option<String>,
    packs: Vec<PathBuf>,
    no_default_rules: bool,
    look_ups: Wish,
    imports: Vec<PathBuf>,
    task: Option<Arc<str>>,
    folders: Vec<PathBuf>,
    rules: Option<Arc<InForce>>,
    reached: Vec<Arc<GithubClient>>,
}

impl Surroundings {
    /// A context in the same surroundings, for work that `cancel` ends.
    #[must_use]
    pub fn context(&self, cancel: Cancel) -> Context {
        let mut context = Context::new(self.config.clone(), cancel);
        (context.offline, context.token_command) = (self.offline, self.token_command.clone());
        (context.packs, context.no_default_rules) = (self.packs.clone(), self.no_default_rules);
        (context.look_ups, context.task) = (self.look_ups.clone(), self.task.clone());
        (context.imports, context.folders) = (self.imports.clone(), RefCell::new(self.folders.clone()));
        context.reached = RefCell::new(self.reached.clone());
        context.rules = self.rules.clone().map_or_else(OnceCell::new, OnceCell::from);
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
            packs: Vec::new(),
            no_default_rules: false,
            look_ups: Wish::default(),
            imports: Vec::new(),
            task: None,
            folders: RefCell::default(),
            config,
            book: OnceCell::new(),
            caught: OnceCell::new(),
            registries: OnceCell::new(),
            rules: OnceCell::new(),
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
        Surroundings {
            config,
            offline: self.offline,
            token_command,
            packs: self.packs.clone(),
            no_default_rules: self.no_default_rules,
            look_ups: self.look_ups.clone(),
            imports: self.imports.clone(),
            task: self.task.clone(),
            folders: self.folders.borrow().clone(),
            rules: self.rules.get().cloned(),
            reached: self.reached(),
        }
    }

    /// The packs a person keeps, and those of `--rules`.
    fn own_packs(&self) -> Result<Vec<Pack>, ConfigError> {
        let kept = self.paths().map(|paths| packs::kept(paths.config()));
        let mut packs = kept.unwrap_or_else(|_| Ok(Vec::new()))?;
        for folder in &self.packs {
            packs.push(packs::read(folder)?);
        }
        Ok(packs)
    }

    /// The texts of all rules in force that are written in files.
    ///
    /// # Errors
    /// When a folder of rules cannot be read.
    pub fn rule_packs(&self) -> Result<Vec<Pack>, ConfigError> {
        let own = self.own_packs()?;
        let brought = (!self.no_default_rules).then(|| rules::pack().clone());
        Ok(brought.into_iter().chain(own).collect())
    }

    /// The rules in force: lazaret's, those the person keeps, those of `--rules`. Read once. What could not be honoured is counted on
    /// standard error.
    ///
    /// # Errors
    /// When a folder of rules cannot be read.
    pub fn rulebook(&self) -> Result<Arc<Rulebook>, ConfigError> {
        if let Some(book) = self.book.get() {
            return Ok(Arc::clone(book));
        }
        let packs = self.own_packs()?;
        let book = match (packs.is_empty(), self.no_default_rules) {
            (true, false) => Arc::clone(Rulebook::embedded()),
            (false, false) => Arc::new(Rulebook::with(&packs)),
            (_, true) => Arc::new(Rulebook::only(&packs)),
        };
        let annotate = match self.paths() {
            Ok(paths) => load::settings(paths.config())?.annotate,
            Err(_) => BTreeSet::new(),
        };
        let book = if annotate.is_empty() { book } else { Arc::new(book.annotating(&annotate)) };
        let lost = book.notes.iter().filter(|note| note.kind == NoteKind::LeftOut).count();
        if lost > 0 {
            let what = if lost == 1 { "rule or rule file was" } else { "rules or rule files were" };
            output::say("", format_args!("{lost} {what} left out; `lazaret rules lint` says which and why"));
        }
        Ok(Arc::clone(self.book.get_or_init(|| book)))
    }

    /// Remembers that changes of the repository in or around `folder` are judged: files of other tools name places in it.
    pub fn note_folder(&self, folder: &Path) {
        self.folders.borrow_mut().push(folder.to_owned());
    }

    /// What other tools found, from the files of `--import`. Read once. What is no SARIF 2.1.0 is left out alone, told on standard error
    /// and in every report.
    ///
    /// # Errors
    /// When one of them cannot be read at all.
    pub fn imports(&self) -> Result<Arc<Imports>, ConfigError> {
        if let Some(caught) = self.caught.get() {
            return Ok(Arc::clone(caught));
        }
        let imports = self.caught()?;
        imports.unread().for_each(|unread| output::say("", format_args!("{unread}; it was left out")));
        Ok(imports)
    }

    fn caught(&self) -> Result<Arc<Imports>, ConfigError> {
        if let Some(caught) = self.caught.get() {
            return Ok(Arc::clone(caught));
        }
        let mut folders = self.folders.borrow().clone();
        folders.push(PathBuf::from("."));
        let roots = if self.imports.is_empty() { Vec::new() } else { imports::roots(&folders) };
        let read = |path: &PathBuf| Ok(imports::read(path)?.map_or_else(Catch::left_out, |file| sarif::read(&file, &roots)));
        let catches = self.imports.iter().map(read).collect::<Result<Vec<Catch>, ConfigError>>()?;
        Ok(Arc::clone(self.caught.get_or_init(|| Arc::new(Imports::new(catches)))))
    }

    /// What other tools found, for who decides on it.
    ///
    /// # Errors
    /// As [`Self::imports`]; and when one of the files had to be left out: a decision would rest on less than was asked for.
    pub fn whole_imports(&self) -> Result<Arc<Imports>, ConfigError> {
        let imports = self.caught()?;
        let Some(unread) = imports.unread().next() else { return Ok(Arc::clone(&imports)) };
        let line = unread.line.and_then(|line| usize::try_from(line).ok());
        Err(ConfigError { file: unread.name.clone(), line, says: format!("{}; nothing is decided without it", unread.why) })
    }

    /// Who may be asked about packages, if anybody. Opened once.
    ///
    /// # Errors
    /// When the settings cannot be used, or the folder of advisories cannot be read.
    pub fn registries(&self) -> Result<Option<Arc<Registries>>, ConfigError> {
        if let Some(registries) = self.registries.get() {
            return Ok(registries.clone());
        }
        let opened = match self.paths() {
            Ok(paths) => look_ups::open(&self.look_ups, self.offline, &paths, now)?,
            Err(_) => None,
        };
        Ok(self.registries.get_or_init(|| opened).clone())
    }

    /// `engine` with who may be asked about packages, if anybody.
    ///
    /// # Errors
    /// As [`Self::registries`].
    pub fn asking(&self, engine: Engine) -> Result<Engine, ConfigError> {
        let engine = match &self.task {
            Some(task) => engine.given(Arc::clone(task)),
            None => engine,
        };
        Ok(match self.registries()? {
            Some(registries) => engine.asking(registries),
            None => engine,
        })
    }

    /// What judges with every rule in force, and with what was imported.
    ///
    /// # Errors
    /// As [`Self::rulebook`] and [`Self::imports`].
    pub fn engine(&self) -> Result<Arc<Engine>, ConfigError> {
        Ok(self.rules()?.now())
    }

    /// The same, where rules may be set to annotate while it runs.
    ///
    /// # Errors
    /// As [`Self::rulebook`].
    pub fn rules(&self) -> Result<Arc<InForce>, ConfigError> {
        if let Some(rules) = self.rules.get() {
            return Ok(Arc::clone(rules));
        }
        let engine = Engine::of(&self.rulebook()?, &Selection::default()).importing(self.imports()?).at(now());
        let engine = Arc::new(self.asking(engine)?);
        let config = self.paths().ok().map(|paths| paths.config().to_owned());
        Ok(Arc::clone(self.rules.get_or_init(|| Arc::new(InForce::new(engine, config)))))
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
