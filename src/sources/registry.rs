//! What registries and lists of advisories say of packages. Names come from the change, so they are data: checked against the grammar of
//! their ecosystem, encoded, and never part of a path or a command. No credential is ever sent, and nothing is fetched but these answers.

mod cargo;
mod client;
mod composer;
mod folder;
mod gem;
mod golang;
mod kept;
mod known;
mod maven;
mod npm;
mod nuget;
mod osv;
mod pypi;
mod record;
pub mod registries;
mod review;
mod route;
pub mod setup;
mod world;
