//! A diff, or a mailbox of patches (`git format-patch`), as a source.
//!
//! A plain diff is one pull. A mailbox is one pull for each patch, named by its position, because each patch is reviewed,
//! taken or refused on its own; mails without a diff, such as cover letters, are omissions. Ids that a patch claims are not
//! taken over: nothing proves them.

#![allow(clippy::disallowed_methods, reason = "a patch is read from the file or the standard input that the user named")]

mod mail;
mod mailbox;

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::model::agent::Provenance;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::policy::PolicyText;
use crate::model::pull::{Author, Commit, Origin, Pull, PullRef, PullState, Revision};
use crate::model::time::Timestamp;
use crate::sources::limits::MAX_PATCH_BYTES;
use crate::sources::source::{Listing, Recognise, Source, SourceError};
use crate::sources::unified;

/// Diffs that were read from one file or from standard input.
pub struct PatchFile {
    name: String,
    bytes: Vec<u8>,
    parts: Vec<Range<usize>>,
    omissions: Vec<Omission>,
    recognise: Recognise,
}

impl PatchFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// In one sentence: it is not there, not readable, too large, or holds no diff.
    pub fn open(path: &Path, recognise: Recognise) -> Result<Self, SourceError> {
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(SourceError::Usage(format!("`{name}` is a folder: name a file that holds a diff, or use --tree")));
        }
        let file = std::fs::File::open(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => SourceError::NotFound(format!("there is no file `{name}`: name one that holds a diff")),
            _ => SourceError::Unreadable(format!("`{name}` cannot be opened ({e}): check its permissions")),
        })?;
        let size = file.metadata().map_or(0, |file| file.len().min(MAX_PATCH_BYTES));
        Self::gather(file, usize::try_from(size).unwrap_or(0), &name, recognise)
    }

    /// Reads `input` to its end; pulls and errors call it `name`.
    ///
    /// # Errors
    /// In one sentence: it is not readable, too large, or holds no diff.
    pub fn read(input: impl Read, name: &str, recognise: Recognise) -> Result<Self, SourceError> {
        Self::gather(input, 0, name, recognise)
    }

    /// The same of an input that has about `size` bytes: a buffer that grows is copied many times.
    fn gather(input: impl Read, size: usize, name: &str, recognise: Recognise) -> Result<Self, SourceError> {
        let mut bytes = Vec::with_capacity(size + 1);
        let unreadable = |e| SourceError::Unreadable(format!("`{name}` cannot be read to its end ({e})"));
        input.take(MAX_PATCH_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_PATCH_BYTES {
            return Err(SourceError::Usage(format!("`{name}` has more than {MAX_PATCH_BYTES} bytes: split it and review the parts")));
        }
        let bytes = if let Cow::Owned(text) = utf8(&bytes) { text } else { bytes };
        Self::hold(bytes, name, recognise)
    }

    fn hold(bytes: Vec<u8>, name: &str, recognise: Recognise) -> Result<Self, SourceError> {
        let mut source = Self { name: name.to_owned(), bytes, parts: Vec::new(), omissions: Vec::new(), recognise };
        let mails = mailbox::split(&source.bytes);
        for (at, range) in mails.iter().enumerate() {
            if unified::holds_diff(&source.bytes[range.clone()]) {
                source.parts.push(range.clone());
            } else if mails.len() > 1 {
                let subject = mail::read(&source.bytes[range.clone()]).map(|mail| mail.subject).unwrap_or_default();
                let why = format!("mail {} of {} (`{subject}`) holds no diff", at + 1, mails.len());
                source.omissions.push(Omission { path: None, why });
            }
        }
        if source.parts.is_empty() {
            if !source.bytes.trim_ascii().is_empty() {
                let why = format!("`{name}` holds no unified diff: one starts with `diff --git`, or with `---` and `+++`");
                return Err(SourceError::Unreadable(why));
            }
            // `git diff` of nothing prints nothing: a change without files.
            source.parts.push(0..0);
        }
        Ok(source)
    }

    /// The address of the only change, when there is one.
    #[must_use]
    pub fn only(&self) -> Option<PullRef> {
        (self.parts.len() == 1).then(|| self.at(0))
    }

    fn at(&self, part: usize) -> PullRef {
        let name = if self.parts.len() == 1 { String::new() } else { (part + 1).to_string() };
        PullRef { origin: Origin::Patch, repo: self.name.clone(), name }
    }

    fn pull(&self, part: usize) -> (Pull, Vec<Commit>) {
        let bytes = self.bytes.get(self.parts[part].clone()).unwrap_or_default();
        let mail = mail::read(bytes);
        let file = Path::new(&self.name).file_name().map_or_else(|| self.name.clone(), |name| name.to_string_lossy().into_owned());
        let mut pull = Pull {
            at: self.at(part),
            alias: None,
            revision: Revision::default(),
            title: mail
                .as_ref()
                .map_or_else(|| if self.name == "-" { "standard input".to_owned() } else { file }, |mail| mail.subject.clone()),
            body: String::new(),
            branch: String::new(),
            target: String::new(),
            author: mail.as_ref().map_or_else(Author::default, |mail| mail.author.clone()),
            provenance: Provenance::default(),
            state: PullState::Open,
            opened: mail.as_ref().map_or_else(Timestamp::default, |mail| mail.date),
            updated: mail.as_ref().map_or_else(Timestamp::default, |mail| mail.date),
            commit_count: Some(usize::from(mail.is_some())),
            url: None,
            standing: None,
        };
        let commits: Vec<Commit> = mail.into_iter().map(mail::Mail::commit).collect();
        pull.provenance = (self.recognise)(&pull, &commits);
        (pull, commits)
    }
}

impl Source for PatchFile {
    fn title(&self) -> String {
        if self.name == "-" { "standard input".to_owned() } else { self.name.clone() }
    }

    fn repository(&self) -> Option<PathBuf> {
        None
    }

    fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError> {
        let one = |part| if cancel.is_cancelled() { Err(SourceError::Cancelled) } else { Ok(self.pull(part).0) };
        Ok(Listing { pulls: (0..self.parts.len()).map(one).collect::<Result<_, _>>()?, omissions: self.omissions.clone(), unreadable: 0 })
    }

    /// There is no repository, so there is no policy but the person's own.
    fn policies(&self, _: &PullRef, _: Option<&CommitId>, _: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
        Ok(Vec::new())
    }

    fn owners(&self, _: &PullRef, _: Option<&CommitId>, _: &Cancel) -> Result<Option<PolicyText>, SourceError> {
        Ok(None)
    }

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        let part = (0..self.parts.len())
            .find(|part| self.at(*part).name == at.name)
            .ok_or_else(|| SourceError::NotFound(format!("`{}` has no patch `{}`: it holds {}", self.name, at.name, self.parts.len())))?;
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        let (pull, commits) = self.pull(part);
        let bytes = self.bytes.get(self.parts[part].clone()).unwrap_or_default();
        let diff = mail::read(bytes).map_or(Cow::Borrowed(bytes), |mail| Cow::Owned(mail.diff));
        let digest = || Sha256::digest(&diff).iter().map(|byte| format!("{byte:02x}")).collect();
        let (digest, patch) = rayon::join(digest, || unified::parse(&diff));
        Ok(Change { pull, commits, patch, digest })
    }

    /// None: what a change adds or deletes is whole in its diff already, and the rest is not here.
    fn texts(&self, _: &Change, _: &[TextRequest], _: &Cancel) -> Texts {
        Texts::default()
    }
}

/// Some shells write redirected output as UTF-16; a byte order mark tells.
fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let units = |pair: fn([u8; 2]) -> u16| bytes.chunks_exact(2).skip(1).map(move |two| pair([two[0], two[1]]));
    match bytes {
        [0xff, 0xfe, ..] => Cow::Owned(String::from_utf16_lossy(&units(u16::from_le_bytes).collect::<Vec<_>>()).into_bytes()),
        [0xfe, 0xff, ..] => Cow::Owned(String::from_utf16_lossy(&units(u16::from_be_bytes).collect::<Vec<_>>()).into_bytes()),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Owned(rest.to_vec()),
        _ => Cow::Borrowed(bytes),
    }
}
