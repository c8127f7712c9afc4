//! Names that are payloads: of files, branches, titles and commits.

pub mod command_in_name;
