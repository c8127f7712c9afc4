//! The hands: terminal, clock, jobs and the one event loop. The only place that spawns.

pub mod answers;
pub mod containment;
pub mod decisions;
pub mod desk;
pub mod desk_decisions;
pub mod effects;
pub mod error;
pub mod event_loop;
pub mod git_decisions;
pub mod input;
pub mod jobs;
pub mod journal;
pub mod later;
pub mod log;
pub mod marked;
pub mod place;
pub mod policy;
pub mod proofs;
pub mod records;
pub mod search;
pub mod sweep;
pub mod sweep_decisions;
pub mod terminal;
pub mod terminal_theme;
pub mod tinting;
pub mod waiting;
