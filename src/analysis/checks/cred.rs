//! Rules about secrets in the open.

pub mod known_secret;
