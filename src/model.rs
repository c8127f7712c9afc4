//! The nouns: what a change, a finding, a decision and a plan are.
//!
//! Nothing here reads, writes, waits, draws or serialises, and nothing here knows another floor.

pub mod agent;
pub mod audit;
pub mod ban;
pub mod cancel;
pub mod case_id;
pub mod change;
pub mod commit_id;
pub mod decision;
pub mod dependency;
pub mod diff;
pub mod dossier;
pub mod filter;
pub mod finding;
pub mod firing;
pub mod forge;
pub mod forge_step;
pub mod inert;
pub mod ledger;
pub mod look;
pub mod noise;
pub mod objects;
pub mod pack;
pub mod path;
pub mod person;
pub mod policy;
pub mod pull;
pub mod report;
pub mod response;
pub mod review;
pub mod risk;
pub mod rule;
pub mod rule_diff;
pub mod screen;
pub mod standing;
pub mod story;
pub mod sweep;
pub mod sweeping;
pub mod syntax;
pub mod throttle;
pub mod time;
pub mod tool;
pub mod waiting;
