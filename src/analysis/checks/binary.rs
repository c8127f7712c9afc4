//! Rules about files that are no text: what they are, what hides in them, what they were made from.

pub mod binary_replaced;
pub mod build_reads_fixture;
pub mod compiled_without_source;
pub mod content_appended;
pub mod content_disguised;
