//! Rules about characters, names and messages rather than code.

pub mod conflict_marker_added;
pub mod hidden_unicode;
