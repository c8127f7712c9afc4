//! Messages that do not say what the change does.

pub mod message_contradicted;
pub mod message_repeated;
pub mod message_says_nothing;
pub mod scope_unspoken;
