//! Rules about who may do what: ways in, decisions that no longer decide, guards that went or no longer guard.

pub mod gate;
pub mod grant;
pub mod vocabulary;

pub mod env_gated_auth;
