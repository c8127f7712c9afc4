//! A place to work on: a source, and whose folders its decisions are kept in. A demo has folders of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use tempfile::TempDir;

use crate::analysis::provenance;
use crate::cli::context::{Context, now};
use crate::model::cancel::Cancel;
use crate::model::forge::Forge;
use crate::model::objects::Objects;
use crate::model::pull::Origin;
use crate::model::time::Timestamp;
use crate::runtime::marked::Marked;
use crate::runtime::place::Place;
use crate::sources::demo::{self, DemoSource};
use crate::sources::github::source::GithubSource;
use crate::sources::local::{LocalSource, Selection, Setup};
use crate::sources::open::{self, Target};
use crate::sources::source::{Listing, Recognise, Source, SourceError, Tell};
use crate::store::error::StoreError;
use crate::store::paths::Paths;

/// The file by which a kept demo is known, and the folder of its ledger and evidence.
const DEMO_MARK: &str = "lazaret-demo";
const DEMO_HOME: &str = "home";

/// A place to work on.
pub struct Site {
    /// Where changes come from.
    pub source: Arc<dyn Source>,
    /// Whether it is a queue, rather than one change.
    pub several: bool,
    /// The names that were asked for, where the source lists more than them.
    only: Vec<String>,
    /// The forge that its pulls live on.
    pub forge: Option<Arc<dyn Forge>>,
    /// Who brings git's objects of those pulls.
    pub objects: Option<Arc<dyn Objects>>,
    home: Option<PathBuf>,
    /// Goes away with the site.
    passing: Option<TempDir>,
}

impl Site {
    /// What `target` names: a queue or one change of a repository, a kept demo, a file of patches or a folder.
    ///
    /// # Errors
    /// When there is no such thing, it cannot be read, or the options contradict each other.
    pub fn open(target: &Target) -> anyhow::Result<Self> {
        let named = target.named.as_deref();
        let folder = named.map(Path::new).filter(|path| path.is_dir());
        let only = if folder.is_some() { None } else { named };
        if let Some(demo) = demo_folder(folder.or(target.repo.as_deref()).unwrap_or(Path::new(".")))
            && target.commits.is_none()
            && target.diff.is_none()
            && target.tree.is_none()
        {
            let only: Vec<String> = only.map(str::to_owned).into_iter().collect();
            return Ok(Self { several: only.is_empty(), only, ..Self::kept_demo(demo)? });
        }
        let opened = open::open(target, recognise())?;
        Ok(Self {
            source: Arc::from(opened.source),
            several: opened.at.is_none(),
            only: Vec::new(),
            forge: None,
            objects: None,
            home: None,
            passing: None,
        })
    }

    /// The changes called `names` of the repository at `folder`, which may be a kept demo.
    ///
    /// # Errors
    /// When there is no repository, or it cannot be read.
    pub fn named(folder: &Path, names: &[String]) -> anyhow::Result<Self> {
        if let Some(demo) = demo_folder(folder) {
            return Ok(Self { only: names.to_vec(), ..Self::kept_demo(demo)? });
        }
        let setup = Setup {
            repo: folder.display().to_string(),
            origin: Origin::Local,
            recognise: recognise(),
            selection: Selection::Named(names.to_vec()),
            facts: BTreeMap::new(),
        };
        let source = Arc::new(LocalSource::open(folder, setup)?);
        Ok(Self { source, several: true, only: Vec::new(), forge: None, objects: None, home: None, passing: None })
    }

    /// Pulls of the host that `forge` talks to, marked by what `ledger` says of them.
    #[must_use]
    pub fn of_forge(source: GithubSource, forge: Arc<dyn Forge>, objects: Arc<dyn Objects>, ledger: PathBuf) -> Self {
        let several = source.only().is_none();
        let source = Arc::new(Marked::new(Arc::new(source), ledger, now));
        let (forge, objects) = (Some(forge), Some(objects));
        Self { source, several, only: Vec::new(), forge, objects, home: None, passing: None }
    }

    /// The demo in `folder`, built there when it is not.
    ///
    /// # Errors
    /// When the folder holds something else or cannot be written.
    pub fn kept_demo(folder: &Path) -> anyhow::Result<Self> {
        let source = Arc::new(DemoSource::open(folder, recognise())?);
        Ok(Self { source, several: true, only: Vec::new(), forge: None, objects: None, home: Some(folder.join(DEMO_HOME)), passing: None })
    }

    /// Whether a demo is kept in `folder`.
    #[must_use]
    pub fn is_demo(folder: &Path) -> bool {
        demo_folder(folder).is_some()
    }

    /// A demo that is gone when the program ends; `number`, such as `#2`, narrows it to one pull.
    ///
    /// # Errors
    /// When there is no such pull, or no temporary folder.
    pub fn passing_demo(number: Option<&str>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("lazaret-demo-").tempdir().context("no temporary folder can be made")?;
        let only: Vec<String> = number.map(str::to_owned).into_iter().collect();
        let demo = Self::kept_demo(folder.path())?;
        Ok(Self { several: only.is_empty(), only, passing: Some(folder), ..demo })
    }

    /// The pulls that were asked for.
    ///
    /// # Errors
    /// When the source cannot be read, or has no pull of such a name.
    pub fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError> {
        self.list_telling(&|_| (), cancel)
    }

    /// As [`Self::list`]; `tell` hears how far it has come.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn list_telling(&self, tell: Tell<'_>, cancel: &Cancel) -> Result<Listing, SourceError> {
        let mut listing = self.source.list_telling(tell, cancel)?;
        if !self.only.is_empty() {
            let named = |name: &String| listing.pulls.iter().find(|pull| pull.at.name == *name || pull.branch == *name);
            let missing = |name: &String| SourceError::NotFound(format!("the demo has no pull {name}; `lazaret list demo` shows them"));
            listing.pulls = self.only.iter().map(|name| named(name).cloned().ok_or_else(|| missing(name))).collect::<Result<_, _>>()?;
        }
        Ok(listing)
    }

    /// Whether it is a demo.
    #[must_use]
    pub fn is_demo_site(&self) -> bool {
        self.home.is_some()
    }

    /// What a sweep from here is likely about, in the words of `lazaret sweep`.
    #[must_use]
    pub fn targets(&self) -> String {
        match (&self.forge, self.source.repository()) {
            (Some(_), _) if !self.source.title().contains(" and ") => quoted(&self.source.title()),
            (None, Some(repository)) => quoted(&repository.display().to_string()),
            _ => String::new(),
        }
    }

    /// That there is nothing, and how to see more.
    #[must_use]
    pub fn nothing(&self) -> String {
        let title = self.source.title();
        match &self.forge {
            Some(_) => format!("{title} has no such pulls of agents; --all takes everybody's, --state all those that are closed too"),
            None => format!("{title} has no agent branches; --all-branches takes the others too"),
        }
    }

    /// Where decisions about it are kept.
    ///
    /// # Errors
    /// When no home folder is known.
    pub fn paths(&self, context: &Context) -> Result<Paths, StoreError> {
        self.home.as_deref().map_or_else(|| context.paths(), |home| Ok(Paths::below(home)))
    }

    /// Where decisions about it are made good.
    #[must_use]
    pub fn place(&self) -> Place {
        match (&self.forge, &self.objects, self.source.repository()) {
            (Some(forge), Some(objects), _) => Place::Forge { forge: forge.clone(), objects: objects.clone() },
            (_, _, Some(repository)) => Place::Repository(repository),
            _ => Place::Nowhere,
        }
    }

    /// Whether it is gone when the program ends, so that nothing decided on it would last.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.passing.is_some()
    }

    /// What tells the time there: the demo plays on one day.
    #[must_use]
    pub fn clock(&self) -> fn() -> Timestamp {
        if self.home.is_some() { || demo::NOW } else { now }
    }
}

/// One word for a form whose words stand between spaces.
fn quoted(text: &str) -> String {
    if text.contains(char::is_whitespace) { format!("'{text}'") } else { text.to_owned() }
}

/// `folder`, if a demo is kept there.
fn demo_folder(folder: &Path) -> Option<&Path> {
    folder.join(DEMO_MARK).is_file().then_some(folder)
}

fn recognise() -> Recognise {
    Arc::new(provenance::of)
}
