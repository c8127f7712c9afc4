//! Which rules run and on how many cores: the options that every judging command shares.

use clap::Args;

use crate::analysis::engine::{Engine, Selection};
use crate::cli::context::{Context, now};
use crate::cli::rules::named;

/// Options about rules.
#[derive(Clone, Debug, Default, Args)]
pub struct Rules {
    /// Run only this rule (may be given again)
    #[arg(long = "rule", value_name = "ID", help_heading = "Rules")]
    only: Vec<String>,
    /// Leave this rule out (may be given again)
    #[arg(long = "skip-rule", value_name = "ID", help_heading = "Rules")]
    skip: Vec<String>,
    /// Judge on so many cores at once instead of all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512), help_heading = "Rules")]
    jobs: Option<u16>,
}

impl Rules {
    /// The engine with the chosen rules; `--jobs` holds from here on.
    ///
    /// # Errors
    /// When no rule has one of the names, or a folder of rules cannot be read.
    pub fn engine(&self, context: &Context) -> anyhow::Result<Engine> {
        // Before anything is done on all cores, which settles how many there are.
        if let Some(jobs) = self.jobs {
            rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global()?;
        }
        let book = context.rulebook()?;
        let imports = context.imports()?;
        for id in self.only.iter().chain(&self.skip).filter(|id| !imports.has(id)) {
            named(&book, id)?;
        }
        let engine = Engine::of(&book, &Selection { only: self.only.clone(), skip: self.skip.clone() }).importing(imports).at(now());
        Ok(context.asking(engine)?)
    }
}
