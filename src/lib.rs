//! lazaret: a review console for changes written by coding agents.
//!
//! One floor for each kind of word; an arrow points only downward:
//!
//! ```text
//! 6  cli        doors     one file for each subcommand
//! 5  runtime    hands     terminal, clock, jobs, the one event loop
//! 4  actions    verbs     (memory, request) -> effects as data      ui  eyes: memory -> buffer
//! 3  state      memory    what the console holds                    config  files of taste -> values
//! 2  message    what is asked, what arrived, what shall be done
//!    analysis   knowledge: change -> report, pure
//!    sources    where changes come from        response  what a decision does
//!    store      what is kept                   export    report -> text
//! 1  model      nouns
//! ```
//!
//! Siblings on floor 2 never see each other; neither do `actions` and `ui`. `ARCHITECTURE.md` has the whole plan, and
//! `tests/suite/architecture.rs` holds the code to it.

pub mod actions;
pub mod analysis;
pub mod cli;
pub mod config;
pub mod export;
pub mod message;
pub mod model;
pub mod response;
pub mod runtime;
pub mod sources;
pub mod state;
pub mod store;
pub mod ui;
