//! Targets on a GitHub host: which arguments mean one, and the site they open. What they do not mean is left to git.

use std::path::Path;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use clap::ValueEnum;

use crate::analysis::provenance;
use crate::cli::context::Context;
use crate::cli::forge::{self, Hosts, Reached};
use crate::cli::site::Site;
use crate::config::load;
use crate::model::inert;
use crate::sources::github::address::Address;
use crate::sources::github::fetch::{Fetcher, Limits};
use crate::sources::github::queue::{States, Wanted};
use crate::sources::github::source::{GithubSource, Setup};
use crate::sources::github::target::{self, Scope, Target};
use crate::sources::local::remote;
use crate::sources::open;

/// Pulls in which state are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// Waiting to be merged
    #[default]
    Open,
    /// Merged
    Merged,
    /// Closed without being merged
    Closed,
    /// Any of them
    All,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The arguments; none: the repository here.
    pub targets: &'a [String],
    /// The folder of that repository.
    pub folder: Option<&'a Path>,
    /// In which state.
    pub state: State,
    /// Everybody's pulls, not only those of agents.
    pub all: bool,
}

/// The site that `asked` means, when that is on a GitHub host.
///
/// # Errors
/// When it is, and cannot be opened: no token, an unknown host, targets that do not go together.
pub fn open(asked: &Asked<'_>, context: &Context) -> anyhow::Result<Option<Site>> {
    let hosts = forge::hosts(context)?;
    if asked.targets.is_empty() {
        return here(asked, &hosts, context);
    }
    let mut found = Vec::new();
    for text in asked.targets {
        match read(text, asked, &hosts, context)? {
            Some(target) => found.push(target),
            None if asked.targets.len() == 1 => return Ok(None),
            None => bail!(
                "`{}` is no pull and no repository of a GitHub host: several targets at once are possible only there",
                inert::line(text)
            ),
        }
    }
    site(found, asked, forge::reach, context).map(Some)
}

/// The repository here, when it was cloned from a GitHub host and there is a token.
fn here(asked: &Asked<'_>, hosts: &Hosts, context: &Context) -> anyhow::Result<Option<Site>> {
    let Some(address) = origin(asked, hosts) else { return Ok(None) };
    let reached = forge::reach(Some(&address.host), context)?;
    if reached.token_from.is_err() {
        return Ok(None);
    }
    let set = Target::Set { host: address.host.clone(), scope: Scope::Repository(address.path()) };
    site(vec![set], asked, |_, _| Ok(reached), context).map(Some)
}

/// Where the repository here was cloned from, when that is a GitHub host.
fn origin(asked: &Asked<'_>, hosts: &Hosts) -> Option<Address> {
    let url = remote::origin(asked.folder.unwrap_or(Path::new(".")))?;
    target::of_remote(&url).filter(|address| hosts.is_known(&address.host))
}

/// What `text` names on a GitHub host. A branch, a range, a file or a folder of that name goes first, as it always did.
fn read(text: &str, asked: &Asked<'_>, hosts: &Hosts, context: &Context) -> anyhow::Result<Option<Target>> {
    if let Some(name) = text.strip_prefix("query:") {
        return saved(name, hosts, context).map(Some);
    }
    if let Some(number) = text.strip_prefix('#').and_then(|number| number.parse().ok()) {
        return Ok(origin(asked, hosts).map(|address| Target::Pull(address, number)));
    }
    if Path::new(text).exists() {
        return Ok(None);
    }
    let target = match Target::read(text, &hosts.chosen) {
        None => return Ok(None),
        Some(target) => target.map_err(|why| anyhow!(why))?,
    };
    let might_be_a_branch = matches!(&target, Target::Set { scope: Scope::Repository(_), .. }) && !text.contains(':');
    if might_be_a_branch && (open::is_known_here(text, asked.folder) || !hosts.is_known(target.host())) {
        return Ok(None);
    }
    Ok(Some(target))
}

/// A search that the settings give a name.
fn saved(name: &str, hosts: &Hosts, context: &Context) -> anyhow::Result<Target> {
    let (settings, _) = load::taste(context.paths()?.config())?;
    let found = settings.queries.iter().find(|(known, _)| known == name);
    let Some((_, words)) = found else {
        let known: Vec<&str> = settings.queries.iter().map(|(known, _)| known.as_str()).collect();
        let known = if known.is_empty() { "there are none".to_owned() } else { format!("there are {}", known.join(", ")) };
        bail!("no search is saved as `{}` in [queries] of settings.toml; {known}", inert::line(name));
    };
    Ok(Target::Set { host: hosts.chosen.clone(), scope: Scope::Search(words.clone()) })
}

fn site(
    targets: Vec<Target>,
    asked: &Asked<'_>,
    reach: impl FnOnce(Option<&str>, &Context) -> anyhow::Result<Reached>,
    context: &Context,
) -> anyhow::Result<Site> {
    let host = targets.first().map(|target| target.host().to_owned()).unwrap_or_default();
    if let Some(other) = targets.iter().find(|target| target.host() != host) {
        bail!("{host} and {} cannot be asked at once: name targets of one host", inert::line(other.host()));
    }
    let reached = reach(Some(&host), context)?;
    if let (Err(why), false) = (&reached.token_from, context.offline) {
        let named = inert::line(asked.targets.first().map_or("its pulls", String::as_str)).into_owned();
        bail!("{named} cannot be read: {why}");
    }
    let mut setup = Setup::default();
    for target in targets {
        match target {
            Target::Pull(address, number) => setup.pulls.push((address, number)),
            Target::Commit(address, id) => setup.commits.push((address, id)),
            Target::Set { scope, .. } => setup.wanted.scopes.push(scope),
        }
    }
    let agents = (!asked.all).then(provenance::searches);
    setup.wanted = Wanted { states: states(asked.state), agents, ..setup.wanted };
    let objects = context.paths()?.objects(&host);
    let fetcher = Arc::new(Fetcher::new(reached.client.clone(), &objects, Limits::default()));
    let source = GithubSource::new(reached.client.clone(), Some(fetcher.clone()), Arc::new(provenance::of), setup);
    Ok(Site::of_forge(source, reached.client, fetcher, context.paths()?.ledger()))
}

fn states(state: State) -> States {
    match state {
        State::Open => States::Open,
        State::Merged => States::Merged,
        State::Closed => States::Closed,
        State::All => States::All,
    }
}
