//! A folder as if all its lines were added: for code that came without a history.
//!
//! Nothing is followed (no link leads out), nothing but regular files is opened, `.git` is left out.

#![allow(clippy::disallowed_methods, reason = "the files of the folder that the user named are read here")]

use std::path::{Path, PathBuf};

use crate::model::agent::Provenance;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, MAX_BLOB_BYTES, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::{Content, FileDiff, FileMode, FileStatus, Omission, Patch, Side, all_added};
use crate::model::inert;
use crate::model::path::RepoPath;
use crate::model::policy::PolicyText;
use crate::model::pull::{Author, Origin, Pull, PullRef, PullState, Revision};
use crate::model::time::Timestamp;
use crate::sources::limits::{MAX_CHANGE_BYTES, MAX_FILE_BYTES, MAX_FILES};
use crate::sources::source::{Listing, Source, SourceError};
use crate::sources::suspect;

/// A folder as a source of one pull.
pub struct Tree {
    folder: PathBuf,
}

impl Tree {
    /// The folder at `path`.
    ///
    /// # Errors
    /// In one sentence: there is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let shown = path.display();
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(SourceError::Usage(format!("`{shown}` is a file: name a folder, or use --diff for a patch"))),
            Err(_) => return Err(SourceError::NotFound(format!("there is no folder `{shown}`: name one that exists"))),
        }
        std::fs::read_dir(path).map_err(|e| SourceError::Unreadable(format!("`{shown}` cannot be read ({e}): check its permissions")))?;
        Ok(Self { folder: path.to_owned() })
    }

    /// The address of its only change.
    #[must_use]
    pub fn only(&self) -> PullRef {
        PullRef { origin: Origin::Tree, repo: self.folder.display().to_string(), name: String::new() }
    }

    fn pull(&self) -> Pull {
        Pull {
            at: self.only(),
            alias: None,
            revision: Revision::default(),
            title: format!("every file of {}", self.folder.display()),
            body: String::new(),
            branch: String::new(),
            target: String::new(),
            author: Author::default(),
            provenance: Provenance::default(),
            state: PullState::Open,
            opened: Timestamp::default(),
            updated: Timestamp::default(),
            commit_count: None,
            url: None,
            standing: None,
        }
    }
}

impl Tree {
    /// Where `path` is, unless a link stands on the way, it is no regular file, or it is too large to be given.
    fn inside(&self, path: &RepoPath) -> Option<PathBuf> {
        let mut place = self.folder.clone();
        let mut found = None;
        for part in path.bytes().split(|byte| *byte == b'/') {
            place.push(os_name(part)?);
            let met = std::fs::symlink_metadata(&place).ok().filter(|met| !met.is_symlink())?;
            found = Some(met);
        }
        found.filter(|met| met.is_file() && met.len() <= MAX_BLOB_BYTES).map(|_| place)
    }
}

impl Source for Tree {
    fn title(&self) -> String {
        self.folder.display().to_string()
    }

    fn repository(&self) -> Option<PathBuf> {
        None
    }

    fn list(&self, _: &Cancel) -> Result<Listing, SourceError> {
        Ok(Listing { pulls: vec![self.pull()], ..Listing::default() })
    }

    /// There is no repository, so there is no policy but the person's own.
    fn policies(&self, _: &PullRef, _: Option<&CommitId>, _: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
        Ok(Vec::new())
    }

    fn owners(&self, _: &PullRef, _: Option<&CommitId>, _: &Cancel) -> Result<Option<PolicyText>, SourceError> {
        Ok(None)
    }

    fn change(&self, _: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        let mut walk = Walk { patch: Patch::default(), held: 0 };
        let mut pending = vec![(self.folder.clone(), Vec::new())];
        while let Some((folder, inside)) = pending.pop() {
            if cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            walk.folder(&folder, &inside, &mut pending);
            if walk.patch.files.len() >= MAX_FILES {
                walk.patch.unreadable += 1;
                walk.omit(None, format!("`{}` holds more than {MAX_FILES} files; the rest was not read", self.folder.display()));
                break;
            }
        }
        walk.patch.files.sort_by(|a, b| a.path().cmp(b.path()));
        Ok(Change { pull: self.pull(), commits: Vec::new(), patch: walk.patch, digest: String::new() })
    }

    /// What stands in the folder, which is the new side of everything.
    fn texts(&self, _: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        let mut texts = Texts::default();
        for request in wanted.iter().filter(|request| request.side == Side::New && !request.path.is_hostile()) {
            if cancel.is_cancelled() {
                break;
            }
            if let Some(bytes) = self.inside(&request.path).and_then(|path| std::fs::read(path).ok()) {
                suspect::give(&mut texts, request, &bytes);
            }
        }
        texts
    }
}

struct Walk {
    patch: Patch,
    held: usize,
}

impl Walk {
    fn omit(&mut self, path: Option<RepoPath>, why: String) {
        self.patch.omissions.push(Omission { path, why });
    }

    /// Tells of something that should have been readable and was not.
    fn fail(&mut self, path: RepoPath, why: String) {
        self.patch.unreadable += 1;
        self.omit(Some(path), why);
    }

    /// Takes the files of one folder, and leaves its folders in `pending`.
    fn folder(&mut self, folder: &Path, inside: &[u8], pending: &mut Vec<(PathBuf, Vec<u8>)>) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) => return self.fail(RepoPath::new(inside), format!("the folder cannot be read ({e})")),
        };
        let mut entries: Vec<_> = entries.flatten().map(|entry| (name(&entry.file_name()), entry.path())).collect();
        entries.sort();
        for (name, path) in entries {
            if name == b".git" || self.patch.files.len() >= MAX_FILES {
                continue;
            }
            let inside = if inside.is_empty() { name } else { [inside, b"/", &name].concat() };
            let inner = RepoPath::new(&inside);
            match std::fs::symlink_metadata(&path) {
                Err(e) => self.fail(inner, format!("it cannot be looked at ({e})")),
                Ok(found) if found.is_dir() => pending.push((path, inside)),
                Ok(found) if found.is_symlink() => self.link(&path, inner),
                Ok(found) if found.is_file() => self.file(&path, inner, &found),
                Ok(_) => self.omit(Some(inner), "it is neither a file nor a folder nor a link, and was not opened".to_owned()),
            }
        }
    }

    fn link(&mut self, path: &Path, inner: RepoPath) {
        match std::fs::read_link(path) {
            Ok(target) => self.add(inner, FileMode::Symlink, Content::Text(all_added(&inert::decode(&name(target.as_os_str()))))),
            Err(e) => self.fail(inner, format!("the link cannot be read ({e})")),
        }
    }

    fn file(&mut self, path: &Path, inner: RepoPath, found: &std::fs::Metadata) {
        let mode = if is_executable(found) { FileMode::Executable } else { FileMode::Regular };
        let read = if found.len() > MAX_FILE_BYTES {
            Err(format!("it has {} bytes, and files above {MAX_FILE_BYTES} bytes are not read", found.len()))
        } else if self.held > MAX_CHANGE_BYTES {
            Err(format!("the folder holds more than {MAX_CHANGE_BYTES} bytes of text; this file was not read"))
        } else {
            std::fs::read(path).map(|bytes| content(&bytes)).map_err(|e| format!("it cannot be read ({e})"))
        };
        let content = read.unwrap_or_else(|why| {
            self.patch.unreadable += 1;
            Content::Omitted(why)
        });
        self.add(inner, mode, content);
    }

    fn add(&mut self, path: RepoPath, mode: FileMode, content: Content) {
        if let Content::Text(text) = &content {
            self.held += text.size();
        }
        let status = FileStatus::Added;
        self.patch.files.push(FileDiff { old_path: None, new_path: Some(path), status, old_mode: None, new_mode: Some(mode), content });
    }
}

fn content(bytes: &[u8]) -> Content {
    if suspect::is_binary(bytes) {
        return Content::Binary { old_size: None, new_size: Some(bytes.len() as u64) };
    }
    let text = inert::decode(bytes);
    let mut added = all_added(&text);
    added.lossy = matches!(text, std::borrow::Cow::Owned(_));
    Content::Text(added)
}

#[cfg(unix)]
fn name(name: &std::ffi::OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(name).to_vec()
}

#[cfg(not(unix))]
fn name(name: &std::ffi::OsStr) -> Vec<u8> {
    name.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(unix)]
fn os_name(bytes: &[u8]) -> Option<&std::ffi::OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(bytes))
}

#[cfg(not(unix))]
fn os_name(bytes: &[u8]) -> Option<&std::ffi::OsStr> {
    std::str::from_utf8(bytes).ok().map(std::ffi::OsStr::new)
}

#[cfg(unix)]
fn is_executable(found: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}
