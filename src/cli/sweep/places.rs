//! What a sweep's targets name, as places: clones, folders of clones, and on GitHub hosts repositories, organisations, people,
//! teams and searches.
#![allow(clippy::disallowed_methods, reason = "the folders and the list that the user named are read here")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};

use crate::analysis::provenance;
use crate::cli::context::Context;
use crate::cli::forge;
use crate::cli::sweep::deciders::Host;
use crate::model::diff::Omission;
use crate::model::inert;
use crate::model::sweep::Gap;
use crate::sources::github::fetch::{Fetcher, Limits};
use crate::sources::github::swept::{Reach, SweptHost};
use crate::sources::github::target::Target;
use crate::sources::source::{Recognise, SourceError};
use crate::sources::sweep::Field;
use crate::sources::sweep::local_clone::LocalClone;

/// How deep below a named folder clones are looked for.
const DEEPEST: usize = 3;

/// What the targets name.
#[derive(Default)]
pub struct Places {
    /// The places.
    pub fields: Vec<Arc<dyn Field>>,
    /// What was named and could not be opened.
    pub gaps: Vec<Gap>,
    /// The hosts among them.
    pub hosts: Vec<Host>,
    /// Clones that are in already, by their real folder: two names may lead to one.
    known: BTreeSet<PathBuf>,
}

impl Places {
    /// Opens `targets`; `everyone`: not only what agents did.
    ///
    /// # Errors
    /// When a target is nothing that can be swept, or a host cannot be reached for want of a token.
    pub fn open(targets: &[String], everyone: bool, context: &Context) -> anyhow::Result<Self> {
        let mut places = Self::default();
        let hosts = forge::hosts(context)?;
        let mut reaches: BTreeMap<String, Reach> = BTreeMap::new();
        for target in targets {
            let folder = Path::new(target);
            if folder.exists() {
                places.named(target, everyone);
                continue;
            }
            let Some(found) = Target::read(target, &hosts.chosen) else {
                bail!(
                    "`{}` is no folder here and nothing on a GitHub host: name clones, owner/repository, org:NAME, user:NAME, team:ORG/NAME or search:WORDS",
                    inert::line(target)
                );
            };
            let found = found.map_err(|why| anyhow!(why))?;
            let reach = reaches.entry(found.host().to_owned()).or_default();
            match found {
                Target::Pull(address, number) => reach.pulls.push((address, number)),
                Target::Commit(address, id) => {
                    bail!("a sweep goes over repositories and pulls; `lazaret scan {address}@{id}` judges one commit")
                }
                Target::Set { scope, .. } => reach.scopes.push(scope),
            }
        }
        for (host, reach) in reaches {
            places.host(&host, reach, context)?;
        }
        Ok(places)
    }

    /// Everything that is swept of a host.
    fn host(&mut self, host: &str, reach: Reach, context: &Context) -> anyhow::Result<()> {
        let reached = forge::reach_patiently(host, context)?;
        if let (Err(why), false) = (&reached.token_from, context.offline) {
            bail!("the pulls of {} cannot be read: {why}", inert::line(host));
        }
        let reach = Reach { agents: provenance::searches(), ..reach };
        let objects = context.paths()?.objects(host);
        let fetcher = Arc::new(Fetcher::new(reached.client.clone(), &objects, Limits::default()));
        let swept = SweptHost::new(reached.client.clone(), Some(fetcher.clone()), recognise(), reach);
        self.hosts.push(Host { forge: reached.client, objects: fetcher, source: swept.source() });
        self.fields.push(Arc::new(swept));
        Ok(())
    }

    /// A file or folder that is there.
    fn named(&mut self, target: &str, everyone: bool) {
        let folder = Path::new(target);
        if !folder.is_dir() {
            // Among `~/src/*` there may be a file, and it is not silently nothing.
            return self.gap(target, "it is a file, and a sweep goes over repositories", false);
        }
        let before = self.fields.len() + self.gaps.len();
        self.folder(folder, 0, everyone);
        if self.fields.len() + self.gaps.len() == before {
            match LocalClone::open(folder, everyone, recognise()) {
                Ok(clone) => self.add(folder, clone),
                Err(SourceError::NotFound(_)) => self.gap(target, "there is no git repository in it", false),
                Err(why) => self.gap(target, &why.to_string(), true),
            }
        }
    }

    /// The clone in `folder`, or the clones below it.
    fn folder(&mut self, folder: &Path, depth: usize, everyone: bool) {
        if is_repository(folder) {
            match LocalClone::open(folder, everyone, recognise()) {
                Ok(clone) => self.add(folder, clone),
                Err(why) => self.gap(&folder.display().to_string(), &why.to_string(), true),
            }
            return;
        }
        if depth >= DEEPEST {
            return;
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) => return self.gap(&folder.display().to_string(), &format!("its content cannot be read ({e})"), true),
        };
        let mut below: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir() && !path.is_symlink()).collect();
        below.sort();
        below.iter().for_each(|path| self.folder(path, depth + 1, everyone));
    }

    fn add(&mut self, folder: &Path, clone: LocalClone) {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        if self.known.insert(real) {
            self.fields.push(Arc::new(clone));
        }
    }

    fn gap(&mut self, place: &str, why: &str, failed: bool) {
        self.gaps.push(Gap { place: place.to_owned(), omission: Omission { path: None, why: why.to_owned() }, failed });
    }
}

/// Whether `folder` itself is a clone, a linked worktree or a bare repository.
fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists() || (folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir())
}

/// The targets listed in the file at `path`: one on a line; blank lines and lines that begin with `#` say nothing.
///
/// # Errors
/// When it cannot be read or names none.
pub fn listed(path: &Path) -> anyhow::Result<Vec<String>> {
    let bytes = std::fs::read(path).with_context(|| format!("the list of repositories `{}` cannot be read", path.display()))?;
    let text = inert::decode(&bytes);
    let names: Vec<String> =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect();
    if names.is_empty() {
        bail!("the list of repositories `{}` names none: give one on each line", path.display());
    }
    Ok(names)
}

fn recognise() -> Recognise {
    Arc::new(provenance::of)
}
