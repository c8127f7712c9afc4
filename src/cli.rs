//! The doors: one file for each subcommand; their doc comments are the manual.
