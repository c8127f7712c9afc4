//! What is kept: folders, the append-only ledger and its cases, drafts of reviews, a forge's answers, how noisy rules are.
//!
//! Nothing here decides; on-disk shapes live in `schema` and nowhere else.

pub mod cache;
pub mod cases;
pub mod drafts;
pub mod error;
pub mod fates;
pub mod files;
pub mod ledger;
pub mod noise;
pub mod observations;
pub mod paths;
pub mod precision;
pub mod schema;
mod sqlite;
pub mod sweeps;
pub mod waiting;
