//! Differences inside and between texts: the only user of `similar`.

pub mod lines;
