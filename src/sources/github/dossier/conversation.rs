//! Reviews, conversations at lines, and remarks. Their texts are kept as they are, and shown by nobody but through `inert`.

use std::collections::HashSet;

use serde::Deserialize;

use super::Desk;
use crate::model::diff::Side;
use crate::model::dossier::{self, Remark, SentReview};
use crate::model::path::RepoPath;
use crate::sources::github::shapes::{Actor, Nodes, Oid, account, moment, number, or_default};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Review {
    #[serde(deserialize_with = "number")]
    full_database_id: u64,
    state: String,
    body: String,
    created_at: String,
    submitted_at: Option<String>,
    author: Option<Actor>,
    author_can_push_to_repository: bool,
    commit: Option<Oid>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Thread {
    id: String,
    path: String,
    diff_side: String,
    line: Option<u32>,
    start_line: Option<u32>,
    start_diff_side: Option<String>,
    subject_type: String,
    is_resolved: bool,
    is_outdated: bool,
    #[serde(deserialize_with = "or_default")]
    comments: Nodes<Comment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Comment {
    #[serde(deserialize_with = "number")]
    full_database_id: u64,
    body: String,
    created_at: String,
    author: Option<Actor>,
}

/// Takes a page of each list over; what is there already is not taken twice.
pub(super) fn take(desk: &mut Desk<'_>, reviews: Nodes<Review>, threads: Nodes<Thread>, comments: Nodes<Comment>) {
    let known: HashSet<u64> = desk.dossier.reviews.iter().map(|review| review.id).collect();
    desk.dossier.reviews.extend(reviews.seen().map(Review::sent).filter(|review| !known.contains(&review.id)));
    let known: HashSet<u64> = desk.dossier.remarks.iter().map(|remark| remark.id).collect();
    desk.dossier.remarks.extend(comments.seen().map(Comment::remark).filter(|remark| !known.contains(&remark.id)));
    let known: HashSet<String> = desk.dossier.threads.iter().map(|thread| thread.node.clone()).collect();
    for thread in threads.seen().filter(|thread| !known.contains(&thread.id)) {
        if thread.comments.page_info.has_next_page {
            desk.omit(format!("a conversation at {} goes on behind its first 100 remarks, which are not read", thread.path));
        }
        desk.dossier.threads.push(thread.thread());
    }
}

impl Review {
    fn sent(self) -> SentReview {
        SentReview {
            id: self.full_database_id,
            by: self.author.map(account),
            state: self.state,
            commit: self.commit.as_ref().and_then(Oid::id),
            body: self.body,
            at: moment(self.submitted_at.as_deref().unwrap_or(&self.created_at)),
            writes: self.author_can_push_to_repository,
        }
    }
}

impl Thread {
    fn thread(self) -> dossier::Thread {
        let side = if self.diff_side == "LEFT" { Side::Old } else { Side::New };
        // A range that begins on the other side is shown at its end: line numbers of two sides make no range.
        let same_side = self.start_diff_side.as_ref().is_none_or(|start| *start == self.diff_side);
        let last = self.line.filter(|_| self.subject_type != "FILE");
        dossier::Thread {
            node: self.id,
            path: RepoPath::from(self.path.as_str()),
            side,
            lines: last.map(|last| (self.start_line.filter(|first| same_side && *first <= last).unwrap_or(last), last)),
            resolved: self.is_resolved,
            outdated: self.is_outdated,
            remarks: self.comments.seen().map(Comment::remark).collect(),
        }
    }
}

impl Comment {
    fn remark(self) -> Remark {
        Remark { id: self.full_database_id, by: self.author.map(account), body: self.body, at: moment(&self.created_at) }
    }
}
