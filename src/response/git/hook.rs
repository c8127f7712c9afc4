//! The hook that guards protected branches: installing it on request, and telling whether it binds.
//!
//! A hook of somebody else is never overwritten, and git's configuration is never changed.
#![allow(clippy::disallowed_methods, reason = "inspects the hook file")]

use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use crate::response::error::ResponseError;
use crate::response::facts::Guard;
use crate::response::git::mainline;
use crate::response::git::own_file::{put, read};
use crate::response::git::repo::Repo;
use crate::response::words::one_line;

/// The hook, as it is installed.
const SCRIPT: &str = include_str!("hook/reference-transaction.sh");

/// The line by which a file is told to be ours, of whatever version.
const MARK: &str = "# lazaret reference-transaction hook";

const NAME: &str = "reference-transaction";

/// What installing did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The hook's file.
    pub hook: PathBuf,
    /// The branches it guards: full names or patterns.
    pub protects: Vec<String>,
    /// Whether anything had to be written.
    pub changed: bool,
}

/// Whether and what the hook guards in the repository at `path`.
///
/// # Errors
/// When the repository cannot be opened.
pub fn state(path: &Path) -> Result<Guard, ResponseError> {
    guard(&Repo::open(path)?)
}

/// Installs the hook in the repository at `path`. It guards what it guarded before, or else the default
/// branches, and `protect` besides (short or full names, or patterns with `*`).
///
/// # Errors
/// When another hook is in the way or git looks for hooks elsewhere.
pub fn install(path: &Path, protect: &[String]) -> Result<Installed, ResponseError> {
    let repo = Repo::open(path)?;
    if let Some(why) = diverted(&repo)? {
        return Err(ResponseError::Refused(why));
    }
    let hook = hook_file(&repo);
    let there = read(&hook)?;
    if there.as_ref().is_some_and(|text| !text.contains(MARK)) {
        return Err(ResponseError::Refused(format!(
            "{} is another program's hook and is left as it is; call lazaret's script from it, or move it away and try again",
            hook.display()
        )));
    }
    let mut protects = match protected(&repo)? {
        Some(protects) => protects,
        None => default_branches(&repo)?,
    };
    for name in protect.iter().map(|name| full(name)) {
        if !protects.contains(&name) {
            protects.push(name);
        }
    }
    let list = repo.own_folder().join("protected");
    let text = format!("# Branches that lazaret's hook guards: full names or patterns, one on each line.\n{}\n", protects.join("\n"));
    let changed = there.as_deref() != Some(SCRIPT) || !runs(&hook) || read(&list)?.as_deref() != Some(&text);
    put(&list, &text, 0o644)?;
    put(&hook, SCRIPT, 0o755)?;
    Ok(Installed { hook, protects, changed })
}

/// Whether the hook binds here.
pub(crate) fn guard(repo: &Repo) -> Result<Guard, ResponseError> {
    let hook = hook_file(repo);
    let absent = |why: String| Ok(Guard::Absent(why));
    if let Some(why) = diverted(repo)? {
        return absent(why);
    }
    match read(&hook)? {
        None => absent("no hook reads it; install one with: lazaret hook install".to_owned()),
        Some(text) if !text.contains(MARK) => absent(format!("{} is another program's hook", hook.display())),
        Some(text) if text != SCRIPT => {
            absent("the hook is of another version or was edited; renew it with: lazaret hook install".to_owned())
        }
        Some(_) if !runs(&hook) => absent(format!("{} is not executable; mend it with: lazaret hook install", hook.display())),
        Some(_) => Ok(Guard::Stands(protected(repo)?.unwrap_or_else(|| vec![full("main"), full("master")]))),
    }
}

/// Whether one of `patterns` names `branch` (full name), read as the shell reads them.
pub(crate) fn covers(patterns: &[String], branch: &str) -> bool {
    patterns.iter().any(|pattern| {
        let glob = GlobBuilder::new(pattern).literal_separator(false).build();
        pattern == branch || glob.is_ok_and(|glob| glob.compile_matcher().is_match(branch))
    })
}

/// The branches of the list, if there is one.
fn protected(repo: &Repo) -> Result<Option<Vec<String>>, ResponseError> {
    let text = read(&repo.own_folder().join("protected"))?;
    let lines =
        |text: String| text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect();
    Ok(text.map(lines))
}

/// Why git would not run a hook in the repository's own folder.
fn diverted(repo: &Repo) -> Result<Option<String>, ResponseError> {
    let config = repo.git.config().and_then(|mut config| config.snapshot());
    let Some(elsewhere) = config.ok().and_then(|config| config.get_string("core.hooksPath").ok()) else { return Ok(None) };
    let own = repo.common.join("hooks");
    let same = std::fs::canonicalize(&elsewhere).ok().zip(std::fs::canonicalize(&own).ok()).is_some_and(|(a, b)| a == b);
    let elsewhere = one_line(&elsewhere);
    Ok((!same).then(|| format!("core.hooksPath sends git to {elsewhere} for its hooks, so one in {} does not run", own.display())))
}

/// The likeliest branch that others merge into, and those of the usual names.
fn default_branches(repo: &Repo) -> Result<Vec<String>, ResponseError> {
    let names = mainline::candidates(repo)?.into_iter().enumerate();
    let names: Vec<_> = names.filter(|(n, name)| *n == 0 || mainline::is_usual(name)).map(|(_, name)| name).collect();
    Ok(if names.is_empty() { vec![full("main"), full("master")] } else { names })
}

fn full(name: &str) -> String {
    if name.starts_with("refs/") { name.to_owned() } else { format!("refs/heads/{name}") }
}

fn hook_file(repo: &Repo) -> PathBuf {
    repo.common.join("hooks").join(NAME)
}

#[cfg(unix)]
fn runs(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn runs(path: &Path) -> bool {
    path.is_file()
}
