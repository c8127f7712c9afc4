//! What a decision does: plans as data, the executor that journals before it acts, evidence, and the verbs on plain git.
//!
//! Nothing here is irreversible, and nothing here touches a working tree, an index or HEAD.
//!
//! ```text
//! git::open(path) -> GitResponder        a responder: a place that verbs act on
//!     .reviewer()                        who decides, from git's configuration
//!     .plan(&Request, &dyn Journal)      fresh facts -> Plan: steps, refusals, warnings, conflicts; writes nothing
//! executor::carry_out(&Plan, ...)        intent -> step -> re-read -> outcome, one by one -> Receipt
//! resume::resume_all(...)                at every start: what a crash cut short is finished or undone
//! git::hook::{install, state}            the guard of protected branches
//! evidence::{list, verify}               what was kept
//! ```

pub mod access;
pub mod bans;
pub mod case;
pub mod error;
pub mod evidence;
pub mod executor;
pub mod facts;
pub mod git;
pub mod github;
pub mod journal;
pub mod lock;
pub mod plan;
pub mod policy;
mod receipt;
pub mod request;
pub mod responder;
pub mod resume;
pub mod signing;
mod user;
pub mod words;
