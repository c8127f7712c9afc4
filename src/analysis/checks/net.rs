//! Rules about what leaves the machine and where it goes.

pub mod beacon;
mod bound_in_log;
pub mod carriers;
pub mod credentials_gathered;
pub mod echoed;
pub mod elsewhere;
pub mod forwarding;
pub mod hosts;
mod linked_in_log;
pub mod lookups;
mod made_for_log;
mod named_in_log;
pub mod pages;
pub mod sending;
pub mod showing;
pub mod through_file;
pub mod traffic;
mod typed_in;
mod whole_repository;

pub mod new_outbound_host;
pub mod redaction_narrowed;
pub mod sensitive_exposed;
pub mod sensitive_to_network;
pub mod suspicious_host;
