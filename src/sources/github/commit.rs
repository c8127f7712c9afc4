//! One commit as a change of its own, by REST: what somebody pushed to a branch without a pull. Never how it came there.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::address::Address;
use super::ask;
use super::commits::Listed;
use super::failure::told;
use super::files::{self, Entry};
use crate::model::agent::Provenance;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::forge::Forge;
use crate::model::pull::{Commit, Pull, PullState, Revision};
use crate::sources::source::{Recognise, SourceError};
use crate::sources::unified;

/// Pages of one commit's files; GitHub ends at 3,000 files.
const FILE_PAGES: usize = 30;

#[derive(Deserialize)]
struct Whole {
    #[serde(flatten)]
    listed: Listed,
    #[serde(default)]
    files: Vec<Entry>,
}

/// The commit that `id` names at `address`, with its diff against its first parent.
pub(super) fn read(
    forge: &dyn Forge,
    recognise: &Recognise,
    (address, id): (&Address, &str),
    cancel: &Cancel,
) -> Result<Change, SourceError> {
    let what = format!("commit {id} of {address}");
    let mut next = Some(format!("/repos/{}/commits/{id}?per_page=100", address.path()));
    let (mut commit, mut entries) = (None, Vec::new());
    for _ in 0..FILE_PAGES {
        let Some(route) = next.take() else { break };
        let (whole, answer) = ask::rest::<Whole>(forge, &route, &what, cancel).map_err(told)?;
        entries.extend(whole.files);
        commit.get_or_insert_with(|| whole.listed.commit());
        next = answer.next;
    }
    let gone = || SourceError::NotFound(format!("{what} is not there, or the token may not see it"));
    let (commit, id) = commit.and_then(|commit| commit.id.clone().map(|id| (commit, id))).ok_or_else(gone)?;
    let files = files::files(ask::Pages { items: entries, cut: next.is_some() });
    let mut patch = files.patch;
    patch.unreadable += files.gaps + usize::from(files.cut);
    if files.gaps > 0 {
        patch.omissions.push(Omission { path: None, why: format!("GitHub does not show {} files of {what} whole", files.gaps) });
    }
    if files.cut {
        patch.omissions.push(Omission { path: None, why: format!("GitHub does not list all files of {what}") });
    }
    let digest = Sha256::digest(unified::render(&patch)).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Change { pull: pull(recognise, address, &commit, &id), commits: vec![commit], patch, digest })
}

/// The commit as a change that came in by itself.
pub(super) fn pull(recognise: &Recognise, address: &Address, commit: &Commit, id: &CommitId) -> Pull {
    let parent = commit.parents.first();
    let mut pull = Pull {
        at: address.commit(id),
        alias: None,
        revision: Revision { base: parent.cloned(), head: Some(id.clone()), merge_base: parent.cloned() },
        title: commit.subject().to_owned(),
        body: String::new(),
        branch: String::new(),
        // Which branches it stands on is not asked for.
        target: String::new(),
        author: commit.author.clone(),
        provenance: Provenance::default(),
        state: PullState::Merged,
        opened: commit.committed,
        updated: commit.committed,
        commit_count: Some(1),
        url: None,
        standing: None,
    };
    pull.provenance = (recognise)(&pull, std::slice::from_ref(commit));
    pull
}
