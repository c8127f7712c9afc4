//! Knowledge: a change in, a report out. Pure functions over text.
//!
//! Nothing here reads a file, a clock or the network, waits, or runs anything; a check runs on a string in a test.

pub mod across;
pub mod alike;
pub mod branch;
pub mod campaign;
pub mod check;
pub mod checks;
pub mod conduct;
pub mod coverage;
pub mod document;
pub mod engine;
pub mod events;
pub mod examples;
pub mod flow;
pub mod foreign;
pub mod formats;
pub mod hints;
pub mod identifier;
pub mod language;
pub mod lexer;
pub mod links;
pub mod lint;
pub mod literals;
pub mod manifests;
pub mod outline;
pub mod pattern;
pub mod prefilter;
pub mod provenance;
pub mod redact;
pub mod risk;
pub mod role;
pub mod rule_set;
mod rule_text;
pub mod rulebook;
pub mod rules;
pub mod screen;
pub mod shared;
pub mod shell;
pub mod side;
pub mod statements;
pub mod story;
pub mod syntax;
pub mod text;
pub mod threads;
pub mod view;
pub mod words;
