//! Differences inside and between texts: the only user of `similar`.

pub mod inside;
pub mod lines;
