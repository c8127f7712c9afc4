//! The hands: terminal, clock, jobs and the one event loop. The only place that spawns.

pub mod chancery;
pub mod desk;
pub mod effects;
pub mod error;
pub mod event_loop;
pub mod ground;
pub mod input;
pub mod jobs;
pub mod journal;
pub mod log;
pub mod looks;
pub mod office;
pub mod search;
pub mod terminal;
