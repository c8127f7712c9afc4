//! A report as text: one file for each format.
//!
//! Nothing here prints or looks anything up; outside text passes the sanitising door or the format's own escaping.

pub mod agents;
pub mod calibration;
pub mod escape;
pub mod incident;
pub mod json;
pub mod judged;
pub mod ledger;
pub mod lint;
pub mod markdown;
pub mod packs;
pub mod paint;
pub mod plain;
pub mod plan;
pub mod plan_json;
pub mod queue;
pub mod rule_diff;
pub mod rules;
pub mod sarif;
pub mod sweep;
pub mod table;
pub mod uri;
pub mod v1;
