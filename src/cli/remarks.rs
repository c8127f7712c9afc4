//! Remarks that go along with a review: read from a file or standard input.
#![allow(clippy::disallowed_methods, reason = "the door that reads the file of remarks that the user named")]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;

use crate::config::comments;
use crate::model::review::DraftComment;

/// Where remarks come from.
#[derive(Clone, Debug, Default, Args)]
pub struct Remarks {
    /// Remarks in TOML, one [[comment]] each: path with line (and last, side = "old"), or path alone, or reply-to = ID, or
    /// thread = ID (and settled = false); body; suggestion. `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Remarks {
    /// The remarks; none when no file was named.
    ///
    /// # Errors
    /// When the file cannot be read, or says something that cannot be meant.
    pub fn read(&self) -> anyhow::Result<Vec<DraftComment>> {
        let Some(path) = &self.file else { return Ok(Vec::new()) };
        let mut text = String::new();
        if path == Path::new("-") {
            std::io::stdin().lock().read_to_string(&mut text).context("the remarks on standard input cannot be read")?;
        } else {
            text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        }
        comments::read(&text, path).map_err(|why| anyhow!(why))
    }
}
