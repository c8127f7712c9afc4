//! Contents of files, with a limit and a word for everything that is not text. Never a filter.

use git2::{ObjectType, Odb, OdbObject, Oid, Repository};

use super::loose;

/// One side's content.
pub(super) enum Content<'odb> {
    /// There is no file on this side.
    Nothing,
    /// Bytes within the limit.
    Bytes(OdbObject<'odb>),
    /// How many bytes there are: too many.
    Large(u64),
    /// It is not in this clone, or damaged.
    Missing,
}

impl Content<'_> {
    /// The bytes; none where there is no file.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(object) => object.data(),
            _ => &[],
        }
    }

    /// Its size, where known.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Nothing | Self::Missing => None,
            Self::Bytes(object) => Some(object.len() as u64),
            Self::Large(size) => Some(*size),
        }
    }
}

/// Where a repository keeps its contents.
pub(in crate::sources) struct Store<'repo> {
    repo: &'repo Repository,
    odb: Odb<'repo>,
    /// What is said of a content that is not there.
    pub(super) missing: &'static str,
}

impl<'repo> Store<'repo> {
    /// The contents of `repo`.
    pub(super) fn of(repo: &'repo Repository) -> Result<Self, git2::Error> {
        Self::partial(repo, "its content is missing or damaged in this clone: `git fetch --refetch` brings it")
    }

    /// The contents of a repository that holds only some; `missing` is said of the others.
    pub(in crate::sources) fn partial(repo: &'repo Repository, missing: &'static str) -> Result<Self, git2::Error> {
        Ok(Self { repo, odb: repo.odb()?, missing })
    }

    /// Reads a blob whose size is looked at first.
    pub(super) fn read(&self, id: Option<Oid>, limit: u64) -> Content<'_> {
        let Some(id) = id else { return Content::Nothing };
        if !loose::is_whole(self.repo, id) {
            return Content::Missing;
        }
        match self.odb.read_header(id) {
            Ok((size, ObjectType::Blob)) if size as u64 > limit => Content::Large(size as u64),
            Ok((_, ObjectType::Blob)) => self.odb.read(id).map_or(Content::Missing, Content::Bytes),
            _ => Content::Missing,
        }
    }
}
