//! Pulls of GitHub: github.com, Enterprise Server and data residency. Reads only; what writes is `response/github`.

pub mod client;
pub mod gaps;
pub mod wire;
