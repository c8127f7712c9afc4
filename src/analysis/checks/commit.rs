//! What is odd about a commit itself: whose name it bears, its dates, its signature.

pub mod agent_identity_forged;
pub mod commit_burst;
pub mod commit_date_odd;
pub mod commit_unsigned;
pub mod commit_zone_jumped;
pub mod committer_new;
