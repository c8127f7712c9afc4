//! What a command line names, as a source: a repository, a branch, a range, a patch file, a folder.

#![allow(clippy::disallowed_methods, reason = "a list of commits is read from the file or the standard input that the user named")]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::agent::Provenance;
use crate::model::inert;
use crate::model::pull::{Origin, PullRef};
use crate::sources::local::{LocalSource, Selection, Setup};
use crate::sources::patch_file::PatchFile;
use crate::sources::source::{Recognise, Source, SourceError};
use crate::sources::tree::Tree;

/// What the arguments name. `demo` is not among them: it is opened by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The argument: a folder, a branch, a range, a commit, a patch file, `-`; `None`: the repository here.
    pub named: Option<String>,
    /// `--repo`: the repository for branches, ranges and commits.
    pub repo: Option<PathBuf>,
    /// `--all-branches`: not only those of agents.
    pub all_branches: bool,
    /// `--each-commit`: every commit of the range is a change of its own.
    pub each_commit: bool,
    /// `--commits`: a file of commit ids, one on a line; `-` is standard input.
    pub commits: Option<PathBuf>,
    /// `--diff`: a patch file; `-` is standard input.
    pub diff: Option<PathBuf>,
    /// `--tree`: a folder as if all its lines were added.
    pub tree: Option<PathBuf>,
}

/// An opened source.
pub struct Opened {
    /// The source.
    pub source: Box<dyn Source>,
    /// The change that was meant, when the arguments name exactly one.
    pub at: Option<PullRef>,
}

/// Opens what `target` names.
///
/// # Errors
/// One sentence with what is wrong and the next step.
pub fn open(target: &Target, recognise: Recognise) -> Result<Opened, SourceError> {
    refuse_contradictions(target)?;
    if let Some(folder) = &target.tree {
        let tree = Tree::open(folder)?;
        let at = Some(tree.only());
        return Ok(Opened { source: Box::new(tree), at });
    }
    if let Some(path) = &target.diff {
        return patch(path, recognise);
    }
    if let Some(list) = &target.commits {
        return local(target, Selection::Named(commit_list(list)?), recognise);
    }
    match target.named.as_deref() {
        Some("-") => patch(Path::new("-"), recognise),
        Some(named) => by_name(target, named, recognise),
        None if target.each_commit => Err(SourceError::Usage("--each-commit needs a range: name one such as main..my-branch".to_owned())),
        None => local(target, branches(target), recognise),
    }
}

/// Whether git knows `named` as a branch, a range or a commit of the repository at `folder`, or of the one here.
#[must_use]
pub fn is_known_here(named: &str, folder: Option<&Path>) -> bool {
    let folder = folder.unwrap_or(Path::new("."));
    let setup = Setup {
        repo: String::new(),
        origin: Origin::Local,
        recognise: Arc::new(|_, _| Provenance::default()),
        selection: Selection::AllBranches,
        facts: BTreeMap::new(),
    };
    LocalSource::open(folder, setup).and_then(|source| source.find(named)).is_ok()
}

fn refuse_contradictions(target: &Target) -> Result<(), SourceError> {
    let inputs = [
        ("a target", target.named.is_some()),
        ("--commits", target.commits.is_some()),
        ("--diff", target.diff.is_some()),
        ("--tree", target.tree.is_some()),
    ];
    let given: Vec<_> = inputs.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    match given.as_slice() {
        [first, second, ..] => Err(SourceError::Usage(format!("{first} and {second} exclude each other: give one of them"))),
        _ => Ok(()),
    }
}

fn branches(target: &Target) -> Selection {
    if target.all_branches { Selection::AllBranches } else { Selection::AgentBranches }
}

/// A name without further signs is first a branch, range or commit, then a file or folder: what git itself would take it for.
fn by_name(target: &Target, named: &str, recognise: Recognise) -> Result<Opened, SourceError> {
    let path = Path::new(named);
    if is_forge(named) && !path.exists() {
        return Err(forge(named));
    }
    if target.repo.is_none() && (is_path(named) || is_patch_name(path)) {
        return by_path(target, path, recognise);
    }
    let known =
        LocalSource::open(&folder(target), setup(target, branches(target), recognise.clone())).and_then(|source| source.find(named));
    match known {
        Ok(at) if !target.each_commit => {
            let opened = local(target, Selection::Named(vec![named.to_owned()]), recognise)?;
            Ok(Opened { at: Some(at), ..opened })
        }
        Ok(_) => local(target, Selection::EachCommit(named.to_owned()), recognise),
        Err(SourceError::NotFound(_)) if path.exists() && target.repo.is_none() => by_path(target, path, recognise),
        Err(SourceError::NotFound(_)) if is_owner_and_repo(named) => Err(forge(named)),
        Err(why) => Err(why),
    }
}

fn by_path(target: &Target, path: &Path, recognise: Recognise) -> Result<Opened, SourceError> {
    if path.is_dir() || !path.exists() {
        let target = Target { repo: Some(path.to_owned()), ..target.clone() };
        return local(&target, branches(&target), recognise);
    }
    patch(path, recognise)
}

fn folder(target: &Target) -> PathBuf {
    target.repo.clone().unwrap_or_else(|| PathBuf::from("."))
}

fn setup(target: &Target, selection: Selection, recognise: Recognise) -> Setup {
    let repo = folder(target).display().to_string();
    Setup { repo, origin: Origin::Local, recognise, selection, facts: BTreeMap::new() }
}

fn local(target: &Target, selection: Selection, recognise: Recognise) -> Result<Opened, SourceError> {
    let source = LocalSource::open(&folder(target), setup(target, selection, recognise))?;
    Ok(Opened { source: Box::new(source), at: None })
}

fn patch(path: &Path, recognise: Recognise) -> Result<Opened, SourceError> {
    let file =
        if path == Path::new("-") { PatchFile::read(std::io::stdin().lock(), "-", recognise) } else { PatchFile::open(path, recognise) }?;
    let at = file.only();
    Ok(Opened { source: Box::new(file), at })
}

/// Whether it can only be a path: no branch or range begins so.
fn is_path(named: &str) -> bool {
    [".", ".."].contains(&named) || ["./", "../", "/"].iter().any(|start| named.starts_with(start))
}

/// Names of files that hold patches, so that they need no repository around them.
fn is_patch_name(path: &Path) -> bool {
    let known = ["diff", "patch", "mbox", "eml"];
    path.is_file() && path.extension().is_some_and(|extension| known.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Whether it is a page or a pull of a forge.
fn is_forge(named: &str) -> bool {
    let url = ["https://", "http://", "ssh://", "git@", "git://"].iter().any(|scheme| named.starts_with(scheme));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    url || named.split_once('#').is_some_and(|(repo, pull)| number(pull) && (repo.is_empty() || is_owner_and_repo(repo)))
}

fn is_owner_and_repo(named: &str) -> bool {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    named.split_once('/').is_some_and(|(owner, repo)| word(owner) && word(repo))
}

fn forge(named: &str) -> SourceError {
    SourceError::Usage(format!(
        "`{}` is no branch, range, commit, file or folder here, and no repository of a GitHub host that is known here: write owner/repository#7, or add the host to hosts in [github] of settings.toml",
        inert::line(named)
    ))
}

/// The names in a list: one on a line; blank lines and lines that begin with `#` say nothing.
fn commit_list(path: &Path) -> Result<Vec<String>, SourceError> {
    const LONGEST: u64 = 64 * 1024 * 1024;
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(LONGEST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
    };
    read.map_err(|e| {
        SourceError::NotFound(format!("the list of commits `{shown}` cannot be read ({e}): name a file, or - for standard input"))
    })?;
    let text = inert::decode(&bytes);
    let names: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect();
    if names.is_empty() {
        return Err(SourceError::Usage(format!("the list of commits `{shown}` names none: give one commit id on each line")));
    }
    Ok(names)
}
