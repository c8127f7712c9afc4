//! Where something was found, as it is kept.

use serde::{Deserialize, Serialize};

use crate::model::commit_id::CommitId;
use crate::model::diff::{Place, Side};
use crate::model::finding::Where;
use crate::model::path::RepoPath;
use crate::model::site::{Said, Voice};

#[derive(Serialize, Deserialize)]
pub(super) enum WhereData {
    Line { path: Vec<u8>, new: bool, line: u32, end: u32 },
    File(Vec<u8>),
    Name(Vec<u8>),
    Message,
    Commit(String),
    Branch,
    Dependency(Vec<u8>, String),
    Said { voice: u8, by: String, id: u64, about: Option<(Vec<u8>, bool, u32)> },
}

const VOICES: [Voice; 4] = [Voice::Comment, Voice::Review, Voice::Thread, Voice::Check];

impl WhereData {
    pub(super) fn of(at: &Where) -> Self {
        let bytes = |path: &RepoPath| path.bytes().to_vec();
        match at {
            Where::Line { place, end_line } => {
                Self::Line { path: bytes(&place.path), new: place.side == Side::New, line: place.line, end: *end_line }
            }
            Where::File(path) => Self::File(bytes(path)),
            Where::Name(path) => Self::Name(bytes(path)),
            Where::Message => Self::Message,
            Where::Commit(id) => Self::Commit(id.as_str().to_owned()),
            Where::Branch => Self::Branch,
            Where::Said(said) => {
                let about = said.about.as_ref().map(|place| (bytes(&place.path), place.side == Side::New, place.line));
                Self::Said { voice: said.voice as u8, by: said.by.clone(), id: said.id, about }
            }
            Where::Dependency { manifest, name } => Self::Dependency(bytes(manifest), name.clone()),
        }
    }

    pub(super) fn back(self) -> Result<Where, String> {
        Ok(match self {
            Self::Line { path, new, line, end } => {
                let side = if new { Side::New } else { Side::Old };
                Where::Line { place: Place { path: RepoPath::new(&path), side, line }, end_line: end }
            }
            Self::File(path) => Where::File(RepoPath::new(&path)),
            Self::Name(path) => Where::Name(RepoPath::new(&path)),
            Self::Message => Where::Message,
            Self::Commit(id) => Where::Commit(CommitId::parse(&id).ok_or_else(|| format!("{id:?} is no commit id"))?),
            Self::Branch => Where::Branch,
            Self::Said { voice, by, id, about } => {
                let voice = VOICES.get(usize::from(voice)).copied().ok_or("an unknown way to say something")?;
                let about = about.map(|(path, new, line)| Place {
                    path: RepoPath::new(&path),
                    side: if new { Side::New } else { Side::Old },
                    line,
                });
                Where::Said(Box::new(Said { voice, by, id, about }))
            }
            Self::Dependency(path, name) => Where::Dependency { manifest: RepoPath::new(&path), name },
        })
    }
}
