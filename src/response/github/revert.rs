//! Reverts without a clone: what merged pulls changed, taken back tree by tree on top of the base, previewed before anything is
//! written, then made as objects of git through the API.

mod direct;
mod find;
mod folders;
pub(crate) mod push;
mod tree;

pub(crate) use self::find::{Wanted, facts};
