//! What a command is pointed at: the options that name changes, and the source and pulls they stand for.

use std::path::PathBuf;

use clap::Args;

use crate::cli::site::Site;
use crate::model::cancel::Cancel;
use crate::model::diff::Omission;
use crate::model::pull::Pull;
use crate::sources::open::Target;

/// Where a queue comes from.
#[derive(Clone, Debug, Default, Args)]
pub struct Place {
    /// A repository, a branch, a range A..B, a commit, a .diff, .patch or mailbox file, - for a diff on standard input, `demo`
    /// or one of its pulls such as `demo#2`; nothing: the agent branches of the repository here
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,
    /// The repository that branches, ranges and commits are looked up in, instead of the one here
    #[arg(long, value_name = "DIR")]
    pub repo: Option<PathBuf>,
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
    #[arg(long)]
    each_commit: bool,
    /// Judge the commits named in a file, one on each line; - is standard input
    #[arg(long, value_name = "FILE")]
    commits: Option<PathBuf>,
    /// Judge a diff or a mailbox of patches; - is standard input
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
    /// Judge every file below a folder as if all its lines were added
    #[arg(long, value_name = "DIR")]
    tree: Option<PathBuf>,
}

/// A site with the pulls that were asked for.
pub struct Opened {
    /// Where they are.
    pub site: Site,
    /// The pulls.
    pub pulls: Vec<Pull>,
    /// What the source left out.
    pub omissions: Vec<Omission>,
    /// Whether a pull is among that, so that nobody judged it.
    pub incomplete: bool,
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
        match self.target.as_deref().and_then(|target| target.strip_prefix("demo")) {
            Some("") => Site::passing_demo(None),
            Some(rest) if rest.starts_with('#') => Site::passing_demo(Some(rest)),
            _ => Site::open(&self.target()),
        }
    }

    fn target(&self) -> Target {
        Target { named: self.target.clone(), repo: self.repo.clone(), all_branches: self.all_branches, ..Target::default() }
    }
}

impl Inputs {
    /// Opens what is to be judged.
    ///
    /// # Errors
    /// When there is no such thing, it cannot be read, or the options contradict each other.
    pub fn open(&self, cancel: &Cancel) -> anyhow::Result<Opened> {
        let target = Target {
            each_commit: self.each_commit,
            commits: self.commits.clone(),
            diff: self.diff.clone(),
            tree: self.tree.clone(),
            ..self.place.target()
        };
        let plain = target == self.place.target();
        listed(if plain { self.place.site()? } else { Site::open(&target)? }, cancel)
    }
}

/// Lists `site`.
///
/// # Errors
/// When it cannot be read.
pub fn listed(site: Site, cancel: &Cancel) -> anyhow::Result<Opened> {
    let listing = site.list(cancel)?;
    Ok(Opened { several: site.several, site, pulls: listing.pulls, omissions: listing.omissions, incomplete: listing.unreadable > 0 })
}
