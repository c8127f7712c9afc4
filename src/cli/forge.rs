//! A client of GitHub as the user wants it: host, address, token, roots and kept answers, from options, environment and settings.
#![allow(clippy::disallowed_methods, reason = "the door that reads which GitHub is meant from the environment")]

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;

use crate::cli::context::{Context, now};
use crate::cli::output::say;
use crate::cli::token::{self, Sought};
use crate::cli::wait;
use crate::config::github::Github;
use crate::config::load;
use crate::model::forge::Forge;
use crate::model::inert;
use crate::model::time::short_age;
use crate::runtime::answers;
use crate::sources::github::client::GithubClient;
use crate::sources::github::client::setup::{Pace, Setup};

/// Longer than an hourly limit can last.
const AN_HOUR: Duration = Duration::from_secs(65 * 60);

/// Which hosts are GitHub here, and which of them is meant when none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// The one that is meant.
    pub chosen: String,
    /// All that are known; data residency's `*.ghe.com` are besides.
    pub known: Vec<String>,
}

impl Hosts {
    /// As `GH_HOST` and the settings say.
    #[must_use]
    pub fn of(settings: &Github) -> Self {
        let named = std::env::var("GH_HOST").ok().map(|host| host.trim().to_ascii_lowercase()).filter(|host| !host.is_empty());
        let first = || settings.hosts.first().cloned().unwrap_or_else(|| "github.com".to_owned());
        let chosen = named.unwrap_or_else(first);
        let mut known = settings.hosts.clone();
        known.extend([chosen.clone(), "github.com".to_owned()]);
        Self { chosen, known }
    }

    /// Whether `host` is GitHub.
    #[must_use]
    pub fn is_known(&self, host: &str) -> bool {
        host.ends_with(".ghe.com") || self.known.iter().any(|known| known == host)
    }
}

/// A client, and where its token was found.
pub struct Reached {
    /// The client.
    pub client: Arc<GithubClient>,
    /// Such as `GH_TOKEN`, or why there is no token and what to do about it.
    pub token_from: Result<&'static str, String>,
}

/// The hosts that are GitHub for this user.
///
/// # Errors
/// When the settings cannot be read.
pub fn hosts(context: &Context) -> anyhow::Result<Hosts> {
    let (settings, _) = load::taste(context.paths()?.config())?;
    Ok(Hosts::of(&settings.github))
}

/// A client of `host`, or of the one that is meant when none is named. Nothing is sent yet.
///
/// # Errors
/// When the host is not known, the token command gives nothing, or the settings cannot be used.
pub fn reach(host: Option<&str>, context: &Context) -> anyhow::Result<Reached> {
    match host.and_then(|host| known(host, context)) {
        Some(reached) => Ok(reached),
        None => connected(setup(host, context)?, context),
    }
}

/// As [`reach`], for long work that waits until an hourly limit is over instead of ending at it.
///
/// # Errors
/// As [`reach`].
pub fn reach_patiently(host: &str, context: &Context) -> anyhow::Result<Reached> {
    if let Some(reached) = known(host, context) {
        return Ok(reached);
    }
    let (setup, token_from) = setup(Some(host), context)?;
    let pace = Pace { patience: AN_HOUR, ..setup.pace };
    connected((Setup { pace, ..setup }, token_from), context)
}

/// One host, one client: its limits are counted in one place.
fn known(host: &str, context: &Context) -> Option<Reached> {
    let client = context.reached().into_iter().find(|client| client.host().eq_ignore_ascii_case(host))?;
    Some(Reached { client, token_from: Ok("the client of this run") })
}

fn connected((setup, token_from): (Setup, Result<&'static str, String>), context: &Context) -> anyhow::Result<Reached> {
    let (store, says) = answers::open(&context.paths()?.answers(), "GitHub");
    if let Some(says) = says {
        say("", says);
    }
    let client = Arc::new(GithubClient::connect(Setup { store, ..setup })?);
    context.note_reached(client.clone());
    if context.tells_waits {
        let forge: Arc<dyn Forge> = client.clone();
        wait::tell(&forge);
    }
    Ok(Reached { client, token_from })
}

/// Says how old what was read is, where it was not read now.
pub fn tell_age(context: &Context) {
    for forge in context.reached() {
        let budget = forge.budget();
        if let Some(oldest) = budget.oldest {
            let why = if context.offline { "was not asked" } else { "could not be reached" };
            let age = short_age(oldest.until(now()));
            say("", format!("{} {why}: what it said was kept from earlier, the oldest of it {age} ago", forge.host()));
        }
    }
}

/// As [`reach`] for the host that is meant, without kept answers: what it says is so now, and it leaves nothing behind.
///
/// # Errors
/// As [`reach`].
pub fn reach_anew(context: &Context) -> anyhow::Result<Reached> {
    let (setup, token_from) = setup(None, context)?;
    Ok(Reached { client: Arc::new(GithubClient::connect(setup)?), token_from })
}

fn setup(host: Option<&str>, context: &Context) -> anyhow::Result<(Setup, Result<&'static str, String>)> {
    let paths = context.paths()?;
    let (settings, _) = load::taste(paths.config())?;
    let github = settings.github;
    let hosts = Hosts::of(&github);
    let host = host.map_or_else(|| hosts.chosen.clone(), str::to_ascii_lowercase);
    if !hosts.is_known(&host) {
        let shown = inert::line(&host);
        bail!("{shown} is not known as a GitHub host; if it is one, add it to hosts in [github] of settings.toml, or set GH_HOST={shown}");
    }
    let chosen = host == hosts.chosen;
    let command = context.token_command.as_deref().or(github.token_command.as_deref());
    let (token, token_from) = match token::find(&host, chosen, command)? {
        Sought::Found(token) => (Some(token.secret), Ok(token.from)),
        Sought::Nowhere(keyring) => (None, Err(nowhere(&host, keyring))),
    };
    let named = std::env::var("LAZARET_GITHUB_API").ok().filter(|api| !api.is_empty());
    let setup = Setup {
        api: named.or(github.api).filter(|_| chosen),
        token,
        ca_file: github.ca_file.map(|file| paths.config().join(file)),
        log_hosts: github.log_hosts,
        concurrency: github.concurrency,
        offline: context.offline,
        ..Setup::new(host)
    };
    Ok((setup, token_from))
}

/// There is no token: where it was looked for in vain, and how to give one.
fn nowhere(host: &str, keyring: Option<String>) -> String {
    let (host, keyring) = (inert::line(host), keyring.map(|why| format!(" ({why})")).unwrap_or_default());
    format!("there is no token for {host}{keyring}; set GH_TOKEN, run `gh auth login --hostname {host}`, or give --token-command")
}
