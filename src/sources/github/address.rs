//! A repository on a GitHub host, as people, pulls and routes name it. Never whether it exists.

use crate::model::commit_id::CommitId;
use crate::model::pull::{Origin, PullRef};

/// The host that is not named.
pub const GITHUB: &str = "github.com";

/// Digits of a commit's id that a change is called by.
const SHORT: usize = 12;

/// A repository on a host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The host for people, such as `github.com`, with a port where it has one.
    pub host: String,
    /// Whose.
    pub owner: String,
    /// Its name.
    pub name: String,
}

impl Address {
    /// `owner/name` on `host`, unless it cannot be one.
    #[must_use]
    pub fn of(host: &str, owner_and_name: &str) -> Option<Self> {
        let (owner, name) = owner_and_name.split_once('/')?;
        let right = is_owner(owner) && is_name(name);
        right.then(|| Self { host: host.to_ascii_lowercase(), owner: owner.to_owned(), name: name.to_owned() })
    }

    /// The repository that a pull's address names; `None` for pulls of other places.
    #[must_use]
    pub fn of_pull(at: &PullRef) -> Option<(Self, u64)> {
        let number = at.name.strip_prefix('#')?.parse().ok()?;
        Self::of_repository(at).map(|address| (address, number))
    }

    /// The repository of a commit that was asked for by itself, and the commit's id as far as it is written.
    #[must_use]
    pub fn of_commit(at: &PullRef) -> Option<(Self, &str)> {
        Self::of_repository(at).filter(|_| at.is_bare_commit()).map(|address| (address, at.name.as_str()))
    }

    /// The repository of a change on a GitHub host, whatever kind of change it is.
    #[must_use]
    pub fn of_repository(at: &PullRef) -> Option<Self> {
        let (host, rest) = match at.repo.split('/').count() {
            2 => (GITHUB, at.repo.as_str()),
            _ => at.repo.split_once('/')?,
        };
        (at.origin == Origin::Github).then(|| Self::of(host, rest)).flatten()
    }

    /// `owner/name`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The commit with this id, which no pull brought.
    #[must_use]
    pub fn commit(&self, id: &CommitId) -> PullRef {
        let name = id.as_str().chars().take(SHORT).collect();
        PullRef { origin: Origin::Github, repo: self.to_string(), name }
    }

    /// The pull with this number.
    #[must_use]
    pub fn pull(&self, number: u64) -> PullRef {
        PullRef { origin: Origin::Github, repo: self.to_string(), name: format!("#{number}") }
    }
}

impl std::fmt::Display for Address {
    /// `owner/name`, with its host in front unless that is github.com.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host != GITHUB {
            write!(f, "{}/", self.host)?;
        }
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// Whether an account can be called so.
#[must_use]
pub fn is_owner(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// Whether a repository or a team can be called so.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    !text.is_empty() && text.len() <= 100 && text.bytes().all(known) && text != "." && text != ".."
}
