//! What a command is pointed at: the options that name changes, and the source and pulls they stand for.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::cli::context::{Context, now};
use crate::cli::output::say;
use crate::cli::pulls::{self, Asked, State};
use crate::cli::site::Site;
use crate::model::diff::Omission;
use crate::model::inert;
use crate::model::pull::Pull;
use crate::model::time::short_age;
use crate::sources::open::Target;
use crate::sources::source::Page;

/// Where a queue comes from.
#[derive(Clone, Debug, Default, Args)]
pub struct Place {
    /// On GitHub: owner/repo, owner/repo#7, a pull's or repository's page, host/owner/repo, org:NAME, user:NAME, team:ORG/NAME,
    /// search:WORDS, query:NAME for a search of your settings; several of them
    ///
    /// Here: a repository, a branch, a range A..B, a commit, a .diff, .patch or mailbox file, - for a diff on standard input,
    /// `demo` or one of its pulls such as `demo#2`. Nothing: the pulls of the repository here when it was cloned from GitHub and
    /// there is a token, else its agent branches.
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// The repository that branches, ranges and commits are looked up in, instead of the one here
    #[arg(long, value_name = "DIR")]
    pub repo: Option<PathBuf>,
    /// Take every unmerged branch, not only those of agents
    #[arg(long)]
    pub all_branches: bool,
    /// Take everybody's pulls or branches, not only those of agents
    #[arg(long)]
    pub all: bool,
    /// Which pulls of a GitHub host
    #[arg(long, value_enum, default_value_t = State::Open, value_name = "STATE")]
    pub state: State,
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
    pub fn open(&self, context: &mut Context) -> anyhow::Result<Opened> {
        let (site, here) = (self.site(context)?, self.targets.is_empty());
        // Nobody named the host: what can be read without it is worth a word.
        let by_origin = here && site.forge.is_some();
        let opened = listed(site, context);
        if by_origin {
            opened.context("the pulls of this clone's origin cannot be listed (--all-branches reads its branches instead)")
        } else {
            opened
        }
    }

    /// Where to look, before anything is listed.
    ///
    /// # Errors
    /// When there is no such thing, or it cannot be read.
    pub fn site(&self, context: &Context) -> anyhow::Result<Site> {
        self.note_folders(context);
        if let [one] = self.targets.as_slice() {
            match one.strip_prefix("demo") {
                Some("") => return Site::passing_demo(None),
                Some(rest) if rest.starts_with('#') => return Site::passing_demo(Some(rest)),
                _ => {}
            }
        }
        match self.on_a_forge(context)? {
            Some(site) => Ok(site),
            None if self.state != State::Open => {
                bail!("--state is about pulls of a GitHub host, and branches have no such state: leave it out")
            }
            None => Site::open(&self.target()),
        }
    }

    /// Tells `context` where the repository lies.
    fn note_folders(&self, context: &Context) {
        let named = self.targets.iter().map(Path::new).filter(|path| path.is_dir());
        self.repo.as_deref().into_iter().chain(named).for_each(|folder| context.note_folder(folder));
    }

    /// The pulls that are meant, unless what was named is here.
    fn on_a_forge(&self, context: &Context) -> anyhow::Result<Option<Site>> {
        // Whoever names a folder or asks for branches means the clone.
        if self.targets.is_empty() && (self.repo.is_some() || self.all_branches) {
            return Ok(None);
        }
        let asked = Asked { targets: &self.targets, folder: self.repo.as_deref(), state: self.state, all: self.all };
        pulls::open(&asked, context)
    }

    fn target(&self) -> Target {
        let all_branches = self.all_branches || self.all;
        Target { named: self.targets.first().cloned(), repo: self.repo.clone(), all_branches, ..Target::default() }
    }
}

impl Inputs {
    /// Whether every commit of a range is a change of its own.
    #[must_use]
    pub fn each_commit(&self) -> bool {
        self.each_commit
    }

    /// Tells `context` where the repository lies, before anything is opened.
    pub fn note_folders(&self, context: &Context) {
        self.place.note_folders(context);
        self.tree.as_deref().into_iter().for_each(|folder| context.note_folder(folder));
    }

    /// Opens what is to be judged.
    ///
    /// # Errors
    /// When there is no such thing, it cannot be read, or the options contradict each other.
    pub fn open(&self, context: &mut Context) -> anyhow::Result<Opened> {
        if let ([_, second, ..], true) = (self.place.targets.as_slice(), self.each_commit) {
            bail!("--each-commit takes one range, and `{}` is a second target", inert::line(second));
        }
        let target = Target {
            each_commit: self.each_commit,
            commits: self.commits.clone(),
            diff: self.diff.clone(),
            tree: self.tree.clone(),
            ..self.place.target()
        };
        let plain = target == self.place.target();
        if plain { self.place.open(context) } else { listed(Site::open(&target)?, context) }
    }
}

/// Lists `site`.
///
/// # Errors
/// When it cannot be read.
pub fn listed(site: Site, context: &mut Context) -> anyhow::Result<Opened> {
    let out = Mutex::new(&mut context.out);
    let tell = |page: &Page<'_>| out.lock().unwrap_or_else(PoisonError::into_inner).listed(page.read, page.of);
    let listing = site.list_telling(&tell, &context.cancel);
    context.out.clear();
    let listing = listing?;
    tell_age(&listing.pulls);
    Ok(Opened { several: site.several, site, pulls: listing.pulls, omissions: listing.omissions, incomplete: listing.unreadable > 0 })
}

/// Says how old what is read from kept answers is.
fn tell_age(pulls: &[Pull]) {
    let kept = pulls.iter().filter_map(|pull| pull.standing.as_ref()).filter(|standing| standing.stale);
    if let Some(oldest) = kept.map(|standing| standing.read).min() {
        say("", format!("the forge was not asked: this is what was read {} ago", short_age(oldest.until(now()))));
    }
}
