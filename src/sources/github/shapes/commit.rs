//! Commits as GraphQL writes them.

use serde::Deserialize;

use super::parts::{Nodes, moment, or_default};
use crate::model::commit_id::CommitId;
use crate::model::pull::{Author, Commit};

/// A commit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Made {
    /// Missing when the target of a ref is no commit.
    #[serde(default)]
    oid: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    authored_date: String,
    #[serde(default)]
    committed_date: String,
    #[serde(default, deserialize_with = "or_default")]
    author: Person,
    #[serde(default, deserialize_with = "or_default")]
    committer: Person,
    #[serde(default)]
    signature: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    parents: Parents,
}

/// Only a commit's id.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Oid {
    /// The id.
    #[serde(default)]
    pub(crate) oid: String,
}

impl Oid {
    /// The id, when it is one.
    pub(crate) fn id(&self) -> Option<CommitId> {
        CommitId::parse(&self.oid)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Person {
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    email: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Parents {
    #[serde(default)]
    nodes: Vec<Option<Oid>>,
}

impl Made {
    /// Its id.
    pub(crate) fn id(&self) -> Option<CommitId> {
        CommitId::parse(&self.oid)
    }
}

/// The commit.
pub(crate) fn commit(made: Made) -> Commit {
    let person = |person: Person| Author { name: person.name, email: person.email };
    Commit {
        id: CommitId::parse(&made.oid),
        parents: made.parents.nodes.iter().flatten().filter_map(Oid::id).collect(),
        author: person(made.author),
        committer: person(made.committer),
        authored: moment(&made.authored_date),
        committed: moment(&made.committed_date),
        message: made.message,
        signed: made.signature.is_some(),
    }
}

/// A page of a pull's commits.
pub(crate) type CommitPage = Nodes<Entry>;

/// One entry of such a page.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    /// The commit.
    pub(crate) commit: Made,
}
