//! Rules about characters, names and messages rather than code.

pub mod hidden_unicode;
