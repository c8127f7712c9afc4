//! Tests that no longer test: deleted, skipped, emptied, or made to pass whatever happens.

pub mod assertion_hollow;
pub mod assertion_loosened;
pub mod assertion_unreached;
mod assertions;
pub mod assertions_lost;
mod by_heart;
mod cases;
pub mod checker_loosened;
pub mod checker_silenced;
mod commands;
mod compared;
pub mod coverage_lowered;
pub mod snapshot_rewritten;
pub mod subject_mocked;
pub mod test_command_emptied;
pub mod test_deleted;
pub mod test_disarmed;
pub mod test_harness_tampered;
pub mod test_made_patient;
pub mod test_run_narrowed;
pub mod test_skipped;
pub mod test_special_cased;
pub mod test_without_assertion;
mod verdict;
