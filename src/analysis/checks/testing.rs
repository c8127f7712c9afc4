//! Tests that no longer test: deleted, skipped, emptied, or made to pass whatever happens.

mod assertions;
pub mod assertions_lost;
pub mod test_deleted;
pub mod test_harness_tampered;
pub mod test_skipped;
