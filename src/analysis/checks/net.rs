//! Rules about what leaves the machine and where it goes.

pub mod carriers;
pub mod forwarding;
pub mod hosts;
pub mod sending;
pub mod through_file;
pub mod traffic;

pub mod new_outbound_host;
pub mod sensitive_exposed;
pub mod sensitive_to_network;
pub mod suspicious_host;
