//! Where a token comes from: a command, the environment, `gh`, the system keyring. Looked for once for each host; never printed,
//! logged or kept.
//!
//! A token of the environment belongs to one host and is never sent to another: which one is said by GH_HOST or the settings.
#![allow(clippy::disallowed_methods, reason = "the door that asks the environment and the user's own programs for a token")]

mod keyring;

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use secrecy::SecretString;

/// How long `gh` may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The variables that may hold one, in order.
const VARIABLES: [&str; 3] = ["LAZARET_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"];

/// A token and where it was found.
pub struct Token {
    /// The token.
    pub secret: SecretString,
    /// Such as `GH_TOKEN`.
    pub from: &'static str,
}

/// What came of looking for a token.
pub enum Sought {
    /// One was found.
    Found(Token),
    /// None is anywhere; the last place, the system keyring, has this to say when it could not be read.
    Nowhere(Option<String>),
}

/// The token for `host`. `command` is asked first; the environment only when `host` is the `chosen` one.
///
/// # Errors
/// When the command was named and gives none.
pub fn find(host: &str, chosen: bool, command: Option<&str>) -> anyhow::Result<Sought> {
    if let Some(command) = command {
        return by_command(host, command).map(|secret| Sought::Found(Token { secret, from: "the token command" }));
    }
    let variable = |name: &'static str| Some(Token { secret: secret(&std::env::var(name).ok()?)?, from: name });
    let named = VARIABLES.into_iter().filter(|_| chosen).find_map(variable);
    if let Some(token) = named.or_else(|| by_gh(host)) {
        return Ok(Sought::Found(token));
    }
    Ok(match keyring::token(host) {
        Ok(Some(kept)) => secret(&kept).map_or(Sought::Nowhere(None), |secret| Sought::Found(Token { secret, from: "the system keyring" })),
        Ok(None) => Sought::Nowhere(None),
        Err(why) => Sought::Nowhere(Some(why)),
    })
}

fn by_command(host: &str, command: &str) -> anyhow::Result<SecretString> {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).env("LAZARET_TOKEN_HOST", host).stdout(Stdio::piped());
    let output = shell.spawn().and_then(Child::wait_with_output).context("the token command could not be started: no `sh` was found")?;
    if !output.status.success() {
        bail!("the token command failed ({}); run it by hand to see why, or leave it out", output.status);
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match secret(said.lines().next().unwrap_or_default()) {
        Some(secret) => Ok(secret),
        None => bail!("the token command printed nothing; its first line of output is taken for the token of {host}"),
    }
}

/// What GitHub's own command line tool would use. It is not needed, and says nothing when it knows none.
fn by_gh(host: &str) -> Option<Token> {
    let mut gh = Command::new("gh");
    gh.args(["auth", "token", "--hostname", host]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = gh.spawn().ok()?;
    if !ends_well(&mut child) {
        return None;
    }
    let mut said = String::new();
    child.stdout.take()?.read_to_string(&mut said).ok()?;
    Some(Token { secret: secret(&said)?, from: "gh auth token" })
}

fn ends_well(child: &mut Child) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(10)),
            Err(_) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

fn secret(text: &str) -> Option<SecretString> {
    let text = text.trim();
    (!text.is_empty()).then(|| SecretString::from(text))
}
