//! What a command is pointed at: the options that name changes, and the source and pulls they stand for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::analysis::provenance;
use crate::cli::context::read;
use crate::model::cancel::Cancel;
use crate::model::diff::Omission;
use crate::model::pull::{Origin, Pull};
use crate::sources::local::{LocalSource, Selection, Setup};
use crate::sources::source::{Source, SourceError};

/// Where a queue comes from.
#[derive(Clone, Debug, Default, Args)]
pub struct Place {
    /// A repository, a branch, a range A..B or a commit; nothing: the agent branches of the repository here
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,
    /// The repository that branches, ranges and commits are looked up in
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub repo: PathBuf,
    /// Take every unmerged branch, not only those of agents
    #[arg(long)]
    pub all_branches: bool,
}

/// Where changes to judge come from.
#[derive(Clone, Debug, Default, Args)]
pub struct Inputs {
    #[command(flatten)]
    place: Place,
    /// Judge every commit of the range TARGET by itself, against its first parent
    #[arg(long, requires = "target")]
    each_commit: bool,
    /// Judge the commits named in a file, one on each line; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["target", "each_commit"])]
    commits: Option<PathBuf>,
}

/// A source with the pulls that were asked for.
pub struct Opened {
    /// The source.
    pub source: Arc<dyn Source>,
    /// The pulls.
    pub pulls: Vec<Pull>,
    /// What the source left out.
    pub omissions: Vec<Omission>,
    /// Whether a queue was asked for, rather than one change.
    pub several: bool,
}

impl Place {
    /// Opens the queue.
    ///
    /// # Errors
    /// When there is no such thing, or it cannot be read.
    pub fn open(&self, cancel: &Cancel) -> Result<Opened, SourceError> {
        let one = self.target.as_ref().is_some_and(|target| !Path::new(target).is_dir());
        listed(self.source()?, !one, cancel)
    }

    /// The source, before anything is listed.
    ///
    /// # Errors
    /// When there is no such thing, or it cannot be read.
    pub fn source(&self) -> Result<Arc<dyn Source>, SourceError> {
        let branches = if self.all_branches { Selection::AllBranches } else { Selection::AgentBranches };
        match &self.target {
            None => local(&self.repo, branches),
            Some(target) if Path::new(target).is_dir() => local(Path::new(target), branches),
            Some(target) => local(&self.repo, Selection::Named(vec![target.clone()])),
        }
    }
}

impl Inputs {
    /// Opens what is to be judged.
    ///
    /// # Errors
    /// When there is no such thing, or it cannot be read.
    pub fn open(&self, cancel: &Cancel) -> anyhow::Result<Opened> {
        let repo = &self.place.repo;
        if let Some(file) = &self.commits {
            return Ok(listed(local(repo, Selection::Named(lines(&read(file)?)))?, true, cancel)?);
        }
        match &self.place.target {
            Some(range) if self.each_commit => Ok(listed(local(repo, Selection::EachCommit(range.clone()))?, true, cancel)?),
            _ => Ok(self.place.open(cancel)?),
        }
    }
}

/// The words of a list file: one on each line, without empty lines and comments.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// The changes called `names` of the repository at `folder`.
///
/// # Errors
/// When there is no repository.
pub fn repository(folder: &Path, names: &[String]) -> Result<Arc<dyn Source>, SourceError> {
    local(folder, Selection::Named(names.to_vec()))
}

/// How many agent branches the repository at `folder` has.
///
/// # Errors
/// When there is no repository, or it cannot be read.
pub fn agent_branches(folder: &Path, cancel: &Cancel) -> Result<usize, SourceError> {
    Ok(local(folder, Selection::AgentBranches)?.list(cancel)?.pulls.len())
}

fn local(folder: &Path, selection: Selection) -> Result<Arc<dyn Source>, SourceError> {
    let setup = Setup {
        repo: folder.display().to_string(),
        origin: Origin::Local,
        recognise: Arc::new(provenance::of),
        selection,
        facts: BTreeMap::new(),
    };
    Ok(Arc::new(LocalSource::open(folder, setup)?))
}

fn listed(source: Arc<dyn Source>, several: bool, cancel: &Cancel) -> Result<Opened, SourceError> {
    let listing = source.list(cancel)?;
    Ok(Opened { source, pulls: listing.pulls, omissions: listing.omissions, several })
}
