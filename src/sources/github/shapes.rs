//! GitHub's answers as far as they are read. Tolerant: unknown words and fields are let through, missing optional ones too.

mod actor;
mod commit;
mod parts;
mod pull;

pub(super) use actor::{Actor, account};
pub(super) use commit::{CommitPage, Oid, commit};
pub(super) use parts::{Nodes, moment, number, or_default};
pub(super) use pull::{Facts, Named, pull};
