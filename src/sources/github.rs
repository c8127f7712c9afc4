//! Pulls of GitHub: github.com, Enterprise Server and data residency. Reads only; what writes is `response/github`.

pub mod address;
mod ask;
mod change;
pub mod client;
mod commit;
mod commits;
mod dossier;
mod failure;
pub mod fetch;
mod files;
mod foreign;
pub mod gaps;
mod policy;
mod prefetch;
mod pulls;
mod queries;
pub mod queue;
mod review;
mod route;
mod search;
mod shapes;
pub mod source;
pub mod swept;
pub mod target;
mod testimony;
mod texts;
pub mod wire;
