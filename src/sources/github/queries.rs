//! The GraphQL documents that are asked here, each whole: its query and the fragments it uses, which are written once.
//! Variables go beside a document; nothing is ever put into one.

macro_rules! document {
    ($($file:literal),+) => { concat!($(include_str!(concat!("queries/", $file, ".graphql"))),+) };
}

/// One page of a queue.
pub(super) const QUEUE: &str = document!("queue", "facts.fragment", "made.fragment", "who.fragment");
/// One pull and a page of its commits.
pub(super) const PULL: &str = document!("pull", "facts.fragment", "made.fragment", "who.fragment");
/// A further page of a pull's commits.
pub(super) const COMMITS: &str = document!("commits", "made.fragment");
/// What stands around a pull, a page of each list.
pub(super) const DOSSIER: &str = document!("dossier", "who.fragment");
/// What a message claims that only the forge knows.
pub(super) const TESTIMONY: &str = document!("testimony");
/// Whether issues of other repositories are there.
pub(super) const FOREIGN: &str = document!("foreign");
/// Where a merged commit went.
pub(super) const SHIPPED: &str = document!("shipped");
/// The policies that judge a change.
pub(super) const POLICIES: &str = document!("policies", "file.fragment");
/// Where a base may say who owns what.
pub(super) const OWNED: &str = document!("owners", "file.fragment");
