//! What a command is pointed at: the options that name changes, and the source and pulls they stand for.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::context::read;
use crate::cli::site::Site;
use crate::model::cancel::Cancel;
use crate::model::diff::Omission;
use crate::model::pull::Pull;
use crate::sources::local::Selection;

/// Where a queue comes from.
#[derive(Clone, Debug, Default, Args)]
pub struct Place {
    /// A repository, a branch, a range A..B or a commit; `demo` or one of its pulls such as `demo#2`; nothing: the agent
    /// branches of the repository here
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

/// A site with the pulls that were asked for.
pub struct Opened {
    /// Where they are.
    pub site: Site,
    /// The pulls.
    pub pulls: Vec<Pull>,
    /// What the source left out.
    pub omissions: Vec<Omission>,
    /// Whether a queue was asked for, rather than one change.
    pub several: bool,
}

impl Place {
    /// Opens the queue, or the one change that was named.
    ///
    /// # Errors
    /// When there is no such thing, or it cannot be read.
    pub fn open(&self, cancel: &Cancel) -> anyhow::Result<Opened> {
        listed(self.site()?, cancel)
    }

    /// Where to look, before anything is listed.
    ///
    /// # Errors
    /// When there is no such thing, or it cannot be read.
    pub fn site(&self) -> anyhow::Result<Site> {
        let branches = if self.all_branches { Selection::AllBranches } else { Selection::AgentBranches };
        match self.target.as_deref() {
            None => Site::repository(&self.repo, branches),
            Some("demo") => Site::passing_demo(None),
            Some(target) if Path::new(target).is_dir() => Site::repository(Path::new(target), branches),
            Some(target) => match target.strip_prefix("demo#") {
                Some(number) => Site::passing_demo(Some(number)),
                None => Site::repository(&self.repo, Selection::Named(vec![target.to_owned()])),
            },
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
            let named = Selection::Named(lines(&read(file)?));
            return Ok(Opened { several: true, ..listed(Site::repository(repo, named)?, cancel)? });
        }
        match &self.place.target {
            Some(range) if self.each_commit => listed(Site::repository(repo, Selection::EachCommit(range.clone()))?, cancel),
            _ => self.place.open(cancel),
        }
    }
}

/// The words of a list file: one on each line, without empty lines and comments.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// Lists `site`.
///
/// # Errors
/// When it cannot be read.
pub fn listed(site: Site, cancel: &Cancel) -> anyhow::Result<Opened> {
    let listing = site.list(cancel)?;
    Ok(Opened { several: site.several, site, pulls: listing.pulls, omissions: listing.omissions })
}
