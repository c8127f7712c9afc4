//! Rules about who may do what: ways in, decisions that no longer decide, guards that went or no longer guard.

pub mod alone;
pub mod compared;
pub mod comparison;
pub mod cover;
pub mod decorators;
mod exempted;
pub mod fallback;
pub mod functions;
pub mod gate;
pub mod grant;
pub mod guarded_route;
mod more_roles;
pub mod moved;
pub mod openings;
pub mod refusal;
pub mod toothless;
pub mod truth;
pub mod uncovered;
pub mod unverified;
pub mod vocabulary;
pub mod weakening;

pub mod condition_weakened;
pub mod constant_auth;
pub mod env_gated_auth;
pub mod expiry_comparison_changed;
pub mod expiry_weakened;
pub mod guard_fails_open;
pub mod guard_path_skipped;
pub mod guard_removed;
pub mod guard_swapped;
pub mod insecure_default;
pub mod literal_principal;
pub mod password_hash_weakened;
pub mod scope_dropped;
