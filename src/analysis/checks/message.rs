//! Messages that do not say what the change does.

pub mod message_contradicted;
