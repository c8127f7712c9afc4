//! Verbs that are a review of remarks: what they are given, read from a file or standard input, and how they run.
#![allow(clippy::disallowed_methods, reason = "the door that reads the file of remarks that the user named")]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::verb::{self, Asked, Common};
use crate::config::comments;
use crate::model::decision::Verb;
use crate::model::review::DraftComment;

/// What a review of remarks is given.
#[derive(Debug, Args)]
pub struct Review {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    remarks: Remarks,
}

impl Review {
    /// Sends it with `verb`.
    ///
    /// # Errors
    /// As [`verb::run`], or when the remarks cannot be read.
    pub fn run(&self, verb: Verb, context: &mut Context) -> anyhow::Result<Exit> {
        let comments = self.remarks.read()?;
        verb::run(&Asked { comments, ..Asked::plain(verb, &self.common) }, context)
    }
}

/// Where remarks come from.
#[derive(Clone, Debug, Default, Args)]
struct Remarks {
    /// Remarks in TOML, one [[comment]] each: path with line (and last, side = "old"), or path alone, or reply-to = ID, or
    /// thread = ID (and settled = false); body; suggestion. `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Remarks {
    /// The remarks; none when no file was named.
    fn read(&self) -> anyhow::Result<Vec<DraftComment>> {
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
