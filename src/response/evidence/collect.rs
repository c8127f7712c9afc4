//! The files of one evidence folder, written one by one, each private and on the disk before the next.
#![allow(clippy::disallowed_methods, reason = "writes the evidence folder")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use git2::{Diff, DiffFormat, DiffOptions};

use crate::model::commit_id::CommitId;
use crate::model::decision::Subject;
use crate::model::response::{Plan, Step};
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::evidence::bundle;
use crate::response::evidence::held_file;
use crate::response::git::refs;
use crate::response::git::repo::{Repo, told};

/// One file, and where and when its bytes came from.
pub(super) struct Collected {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) at: Timestamp,
    /// Whether it is kept in the sealed archive alone.
    pub(super) sealed: bool,
}

impl Collected {
    /// The file `name`, whose bytes came from `source` at `at`.
    pub(super) fn new(name: &str, source: impl Into<String>, at: Timestamp) -> Self {
        Self { name: name.to_owned(), source: source.into(), at, sealed: false }
    }

    /// The same, kept in the sealed archive alone.
    pub(super) fn sealed(self) -> Self {
        Self { sealed: true, ..self }
    }
}

/// Writes what a repository has of the plan's changes into `folder`.
pub(super) fn all(
    repo: &Repo,
    plan: &Plan,
    heads: &[CommitId],
    folder: &Path,
    reports: &[Vec<u8>],
) -> Result<Vec<Collected>, ResponseError> {
    let mut files = Vec::new();
    let mut add = |name: &str, source: String| files.push(Collected::new(name, source, plan.decision.at));
    let path = folder.join("change.bundle");
    bundle::write(repo, plan, heads, create(&path)?, &path)?;
    add("change.bundle", "objects of the repository".to_owned());
    for (n, subject) in plan.decision.subjects.iter().enumerate() {
        let name = format!("{}.diff", n + 1);
        if let Some(source) = diff(repo, subject, &folder.join(&name))? {
            add(&name, source);
        }
    }
    for (n, report) in reports.iter().enumerate() {
        let name = format!("{}.findings.json", n + 1);
        put(&folder.join(&name), report)?;
        add(&name, "analysis as the reviewer saw it".to_owned());
    }
    put(&folder.join("refs.txt"), refs_text(repo)?.as_bytes())?;
    add("refs.txt", "refs of the repository".to_owned());
    put(&folder.join("reflog.txt"), reflogs(repo, plan)?.as_bytes())?;
    add("reflog.txt", "reflogs of the refs that move".to_owned());
    Ok(files)
}

/// Makes `folder` and its missing parents, readable by nobody else.
pub(super) fn private_folder(folder: &Path) -> Result<(), ResponseError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| ResponseError::io(folder, &e))
}

/// A new private file.
pub(super) fn create(path: &Path) -> Result<File, ResponseError> {
    private_file(path).map_err(|e| ResponseError::io(path, &e))
}

/// A new file that nobody else may read.
pub(super) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A new private file with `bytes`, on the disk.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), ResponseError> {
    let mut file = create(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| ResponseError::io(path, &e))
}

/// The whole difference from merge-base to head with binary content; the words for where it came from, or `None` when the
/// repository does not have the head. Without a merge-base it is the last commit alone.
pub(super) fn diff(repo: &Repo, subject: &Subject, path: &Path) -> Result<Option<String>, ResponseError> {
    let revision = &subject.revision;
    let Some(head) = revision.head.as_ref().filter(|head| repo.has(head)) else { return Ok(None) };
    let from = revision.merge_base.as_ref().filter(|from| repo.has(from) && *from != head);
    let after = repo.commit(head)?;
    let before = from.map(|from| repo.commit(from)).transpose()?.or_else(|| after.parent(0).ok());
    let compare = || -> Result<Diff<'_>, git2::Error> {
        let mut options = DiffOptions::new();
        options.id_abbrev(40).show_binary(true).indent_heuristic(true);
        let before = before.map(|before| before.tree()).transpose()?;
        repo.git.diff_tree_to_tree(before.as_ref(), Some(&after.tree()?), Some(&mut options))
    };
    let diff = compare().map_err(told("making the diff"))?;
    let mut out = BufWriter::new(create(path)?);
    print(&diff, &mut out, path)?;
    out.flush().and_then(|()| out.get_ref().sync_all()).map_err(|e| ResponseError::io(path, &e))?;
    Ok(Some(format!("git diff {}..{head}", from.map_or("parent", |from| from.as_str()))))
}

/// The diff as git writes it.
fn print(diff: &Diff<'_>, out: &mut impl Write, path: &Path) -> Result<(), ResponseError> {
    let mut refused = None;
    let printed = diff.print(DiffFormat::Patch, |_, _, line| {
        let mark: &[u8] = match line.origin() {
            '+' => b"+",
            '-' => b"-",
            ' ' => b" ",
            _ => b"",
        };
        refused = out.write_all(mark).and_then(|()| out.write_all(line.content())).err();
        refused.is_none()
    });
    match refused {
        Some(error) => Err(ResponseError::io(path, &error)),
        None => printed.map_err(told("writing the diff")),
    }
}

fn refs_text(repo: &Repo) -> Result<String, ResponseError> {
    let all = refs::matching(repo, "refs/*")?;
    Ok(all.iter().map(|at| format!("{} {}\n", at.value, at.name)).collect())
}

/// The reflogs of the refs that go: git forgets a branch's reflog with the branch.
fn reflogs(repo: &Repo, plan: &Plan) -> Result<String, ResponseError> {
    let mut text = String::new();
    for planned in &plan.steps {
        let Step::MoveRefs(updates) = &planned.step else { continue };
        for update in updates.iter().filter(|update| update.new.is_none()) {
            let log = repo.git.reflog(&update.name).map_err(told(&format!("reading the reflog of {}", update.name)))?;
            for entry in log.iter() {
                let message = entry.message_bytes().map(String::from_utf8_lossy).unwrap_or_default();
                let line = format!("{} {} {} {}\n", update.name, entry.id_old(), entry.id_new(), message.trim_end());
                text.push_str(&line);
            }
        }
    }
    Ok(text)
}

/// Size and SHA-256 of a file.
pub(super) fn digest(path: &Path) -> Result<(u64, String), ResponseError> {
    File::open(path).and_then(|mut file| held_file::digest(&mut file)).map_err(|e| ResponseError::io(path, &e))
}
