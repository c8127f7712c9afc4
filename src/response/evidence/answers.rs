//! The forge's raw answers about a pull, page by page as they came, each in a file of its own. Never what they mean.

use std::path::Path;

use serde_json::Value;

use crate::model::cancel::Cancel;
use crate::model::commit_id::CommitId;
use crate::model::forge::{Answer, Call, Forge, ForgeError};
use crate::model::pull::PullRef;
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::evidence::collect::{self, Collected};
use crate::response::words::one_line;

/// Pages of one kind of answer that are kept; GitHub gives at most 100 entries on a page.
const MAX_PAGES: usize = 100;

/// What was kept of a pull's answers.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) files: Vec<Collected>,
    /// What was refused or not there.
    pub(super) missing: Vec<String>,
    /// What is not kept, and need not be.
    pub(super) notes: Vec<String>,
    /// The JSON of each page with its kind.
    pub(super) pages: Vec<(&'static str, Value)>,
    /// Seconds that the forge's clock is ahead of ours.
    pub(super) clock_offset: Option<i64>,
}

/// Where answers of one pull come from and where they go.
pub(super) struct Desk<'a> {
    pub(super) forge: &'a dyn Forge,
    pub(super) clock: fn() -> Timestamp,
    pub(super) cancel: &'a Cancel,
    pub(super) pull: &'a PullRef,
    /// The evidence folder.
    pub(super) folder: &'a Path,
    /// The pull's own folder in it.
    pub(super) below: String,
}

impl Desk<'_> {
    /// Asks for everything about the pull whose head is `head`. Only a pull that cannot be read at all is an error; what the token
    /// may not see is missing, and said.
    pub(super) fn collect(&self, head: Option<&CommitId>) -> Result<Kept, ResponseError> {
        let repo = format!("/repos/{}", place(self.pull));
        let number = self.pull.name.trim_start_matches('#');
        let mut kept = Kept::default();
        if self.pull.is_bare_commit() {
            self.commit(&mut kept, &repo, head)?;
            return Ok(kept);
        }
        self.pages(&mut kept, "pull", format!("{repo}/pulls/{number}"), MAX_PAGES).map_err(|e| self.told(&e))??;
        for (kind, route) in [
            ("commits", format!("{repo}/pulls/{number}/commits?per_page=100")),
            ("files", format!("{repo}/pulls/{number}/files?per_page=100")),
            ("reviews", format!("{repo}/pulls/{number}/reviews?per_page=100")),
            ("comments", format!("{repo}/pulls/{number}/comments?per_page=100")),
            ("conversation", format!("{repo}/issues/{number}/comments?per_page=100")),
            ("timeline", format!("{repo}/issues/{number}/timeline?per_page=100")),
        ] {
            self.optional(&mut kept, kind, route)?;
        }
        if let Some(head) = head {
            self.runs(&mut kept, &repo, head.as_str())?;
        }
        if let Some(base) = text(&kept, "pull", "/base/ref") {
            self.optional(&mut kept, "rules", format!("{repo}/rules/branches/{}?per_page=100", encoded(&base)))?;
        }
        Ok(kept)
    }

    /// A commit that no pull brought: the commit itself, and what is said and reported about it.
    fn commit(&self, kept: &mut Kept, repo: &str, head: Option<&CommitId>) -> Result<(), ResponseError> {
        let id = head.map_or(self.pull.name.as_str(), CommitId::as_str);
        self.pages(kept, "commit", format!("{repo}/commits/{id}?per_page=100"), MAX_PAGES).map_err(|e| self.told(&e))??;
        self.optional(kept, "pulls", format!("{repo}/commits/{id}/pulls?per_page=100"))?;
        self.optional(kept, "conversation", format!("{repo}/commits/{id}/comments?per_page=100"))?;
        self.runs(kept, repo, id)
    }

    /// What was reported about a commit: checks, statuses, workflow runs.
    fn runs(&self, kept: &mut Kept, repo: &str, head: &str) -> Result<(), ResponseError> {
        self.optional(kept, "checks", format!("{repo}/commits/{head}/check-runs?per_page=100"))?;
        self.optional(kept, "statuses", format!("{repo}/commits/{head}/statuses?per_page=100"))?;
        self.optional(kept, "runs", format!("{repo}/actions/runs?head_sha={head}&per_page=100"))
    }

    /// Every page of `route`; the outer error is the forge's, the inner one the file system's.
    pub(super) fn pages(
        &self,
        kept: &mut Kept,
        kind: &'static str,
        route: String,
        most: usize,
    ) -> Result<Result<(), ResponseError>, ForgeError> {
        let mut next = Some(route);
        let mut page = 0;
        while let Some(route) = next.take() {
            page += 1;
            if page > most {
                kept.missing.push(format!("{}: {kind} beyond page {most}", self.pull));
                break;
            }
            let answer = self.forge.call(&Call::get(route.clone()), self.cancel)?;
            self.look_at_clock(kept, &answer);
            let name = if page == 1 && answer.next.is_none() { format!("{kind}.json") } else { format!("{kind}-{page}.json") };
            if let Err(error) = self.put(kept, &name, &route, &answer) {
                return Ok(Err(error));
            }
            if let Ok(value) = serde_json::from_slice(&answer.body) {
                kept.pages.push((kind, value));
            }
            next = answer.next;
        }
        Ok(Ok(()))
    }

    /// As [`Self::pages`], where a refusal is only missing.
    fn optional(&self, kept: &mut Kept, kind: &'static str, route: String) -> Result<(), ResponseError> {
        match self.pages(kept, kind, route, MAX_PAGES) {
            Ok(written) => written,
            Err(ForgeError::Cancelled) => Err(self.told(&ForgeError::Cancelled)),
            Err(error) => {
                kept.missing.push(format!("{}: {kind}: {}", self.pull, one_line(error.says())));
                Ok(())
            }
        }
    }

    fn put(&self, kept: &mut Kept, name: &str, route: &str, answer: &Answer) -> Result<(), ResponseError> {
        let name = format!("{}/{name}", self.below);
        collect::put(&self.folder.join(&name), &answer.body)?;
        let stale = if answer.stale { ", from the cache" } else { "" };
        kept.files.push(Collected::new(&name, format!("{} GET {route}{stale}", self.forge.host()), answer.read));
        Ok(())
    }

    fn look_at_clock(&self, kept: &mut Kept, answer: &Answer) {
        if let Some(dated) = answer.dated.filter(|_| !answer.stale && kept.clock_offset.is_none()) {
            kept.clock_offset = Some(dated.0 - (self.clock)().0);
        }
    }

    pub(super) fn told(&self, error: &ForgeError) -> ResponseError {
        match error {
            ForgeError::Cancelled => ResponseError::Cancelled,
            error => ResponseError::Evidence(format!("the evidence of {} cannot be collected: {error}", self.pull)),
        }
    }
}

/// `owner/name`, without the host that may stand before it.
pub(super) fn place(pull: &PullRef) -> &str {
    let start = pull.repo.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    pull.repo.get(start..).unwrap_or(&pull.repo)
}

/// The text at `pointer` in the first page of `kind`.
pub(super) fn text(kept: &Kept, kind: &str, pointer: &str) -> Option<String> {
    let (_, page) = kept.pages.iter().find(|(found, _)| *found == kind)?;
    page.pointer(pointer)?.as_str().map(str::to_owned)
}

/// A name as one segment of a route: GitHub takes slashes of branches there only encoded.
pub(super) fn encoded(name: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    name.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::pull::Origin;

    #[test]
    fn the_host_before_a_repository_is_no_part_of_its_route() {
        let at = |repo: &str| PullRef { origin: Origin::Github, repo: repo.to_owned(), name: "#7".to_owned() };
        assert_eq!(place(&at("owner/name")), "owner/name");
        assert_eq!(place(&at("ghe.example/owner/name")), "owner/name");
    }

    #[test]
    fn a_branch_is_one_segment() {
        assert_eq!(encoded("release/1.0 ü"), "release%2F1.0%20%C3%BC");
    }
}
