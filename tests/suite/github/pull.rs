//! A pull request of the loopback GitHub with its conversation.

use super::bare::{Bare, Changed, Told};

/// A pull request.
#[derive(Clone)]
pub struct Pull {
    pub id: u64,
    pub number: u64,
    pub title: String,
    pub body: Option<String>,
    /// `None` for a deleted account.
    pub author: Option<u64>,
    pub open: bool,
    pub draft: bool,
    pub base_ref: String,
    pub base_sha: String,
    /// The repository its branch lives in; `None` when that was deleted.
    pub head_repo: Option<u64>,
    pub head_ref: String,
    pub head_sha: String,
    pub created: i64,
    pub updated: i64,
    pub closed: Option<i64>,
    pub merged: Option<Merged>,
    pub labels: Vec<String>,
    /// Locked, perhaps with a reason.
    pub locked: Option<Option<String>>,
    pub auto_merge: Option<AutoMerge>,
    /// Since when it waits in the merge queue, and who put it there.
    pub queued: Option<(i64, u64)>,
    pub reviews: Vec<Review>,
    pub threads: Vec<Thread>,
    pub comments: Vec<Comment>,
    /// Who is asked to review.
    pub requested: Vec<u64>,
    pub requested_teams: Vec<String>,
    pub assignees: Vec<u64>,
    /// Issues it closes.
    pub closes: Vec<u64>,
    pub pushes: Vec<Push>,
    pub events: Vec<Event>,
    /// Files whose patch GitHub leaves out.
    pub omitted: Vec<String>,
    /// Whether the background job that finds out `mergeable` has been asked for already.
    pub asked: bool,
    /// Answer `mergeable` only from the second read on.
    pub slow_mergeable: bool,
    /// Differences are expensive: kept for the pair of commits they belong to.
    pub kept: Option<(String, String, Vec<Changed>)>,
}

#[derive(Clone, Debug)]
pub struct Merged {
    pub at: i64,
    pub by: Option<u64>,
    pub commit: String,
    pub method: &'static str,
}

#[derive(Clone, Debug)]
pub struct AutoMerge {
    pub by: u64,
    pub method: String,
    pub at: i64,
}

#[derive(Clone, Debug)]
pub struct Review {
    pub id: u64,
    pub by: Option<u64>,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, `PENDING`.
    pub state: &'static str,
    pub commit: String,
    pub body: String,
    pub at: i64,
}

/// A conversation at lines of a file, or at the whole file.
#[derive(Clone, Debug)]
pub struct Thread {
    pub id: u64,
    pub path: String,
    /// `LEFT` or `RIGHT`.
    pub side: String,
    pub start_side: Option<String>,
    pub line: Option<u64>,
    pub start_line: Option<u64>,
    pub whole_file: bool,
    pub resolved: Option<u64>,
    pub outdated: bool,
    pub comments: Vec<ReviewComment>,
}

#[derive(Clone, Debug)]
pub struct ReviewComment {
    pub id: u64,
    pub review: u64,
    pub by: Option<u64>,
    pub body: String,
    pub commit: String,
    pub at: i64,
    pub reply_to: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Comment {
    pub id: u64,
    pub by: Option<u64>,
    pub body: String,
    pub at: i64,
}

/// A push to the branch.
#[derive(Clone, Debug)]
pub struct Push {
    pub by: Option<u64>,
    pub before: String,
    pub after: String,
    pub forced: bool,
    pub at: i64,
}

/// Something on the timeline that is told nowhere else.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: u64,
    /// As REST names it: `labeled`, `locked`, `closed`, `copilot_work_started`, …
    pub kind: &'static str,
    pub by: Option<u64>,
    pub at: i64,
    /// The label, the lock reason, the commit.
    pub about: String,
}

impl Pull {
    pub fn node(&self) -> String {
        format!("PR_{}", self.id)
    }

    /// `OPEN`, `CLOSED`, `MERGED`.
    pub fn state(&self) -> &'static str {
        match (&self.merged, self.open) {
            (Some(_), _) => "MERGED",
            (None, true) => "OPEN",
            (None, false) => "CLOSED",
        }
    }

    /// Its commits, oldest first.
    pub fn commits(&self, git: &Bare) -> Vec<Told> {
        git.between(&self.base_sha, &self.head_sha)
    }

    /// Its files against the merge base.
    pub fn files(&mut self, git: &Bare) -> Vec<Changed> {
        if let Some((base, head, files)) = &self.kept
            && *base == self.base_sha
            && *head == self.head_sha
        {
            return files.clone();
        }
        let base = git.merge_base(&self.base_sha, &self.head_sha).unwrap_or_else(|| self.base_sha.clone());
        let mut files = git.changed(Some(&base), &self.head_sha);
        for file in &mut files {
            if self.omitted.contains(&file.path) || file.additions + file.deletions > LARGE_FILE {
                file.patch = None;
            }
        }
        self.kept = Some((self.base_sha.clone(), self.head_sha.clone(), files.clone()));
        files
    }

    /// Whether git can merge it.
    pub fn merges(&self, git: &Bare) -> bool {
        git.tip(&format!("refs/heads/{}", self.base_ref)).is_some_and(|base| git.merged_tree(&base, &self.head_sha).is_some())
    }

    /// The last opinion of everybody who has one: approvals and requests for changes that were not dismissed.
    pub fn opinions(&self) -> Vec<&Review> {
        let mut last: Vec<&Review> = Vec::new();
        for review in self.reviews.iter().filter(|review| matches!(review.state, "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED")) {
            last.retain(|known| known.by != review.by);
            last.push(review);
        }
        last.retain(|review| review.state != "DISMISSED");
        last
    }

    pub fn event(&mut self, id: u64, kind: &'static str, by: Option<u64>, at: i64, about: &str) {
        self.updated = self.updated.max(at);
        self.events.push(Event { id, kind, by, at, about: about.to_owned() });
    }
}

/// Above this many changed lines GitHub leaves out a file's patch (seen at 2081; the exact bound is not documented).
const LARGE_FILE: u64 = 2_000;
