//! Everything the console works with, put together by whoever starts it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::formats::secrets::veil::Veil;
use crate::config::keymap::Keymap;
use crate::config::settings::Settings;
use crate::model::forge::Forge;
use crate::model::sweep::Sweep;
use crate::model::time::Timestamp;
use crate::runtime::annex::Annex;
use crate::runtime::company::Company;
use crate::runtime::decisions::Decisions;
use crate::runtime::in_force::InForce;
use crate::runtime::kept::Kept;
use crate::runtime::noise::Noises;
use crate::runtime::observer::Observer;
use crate::runtime::records::Records;
use crate::runtime::sweeper::Sweeper;
use crate::runtime::unveiled::Unveiled;
use crate::sources::source::Source;

/// What the console works with.
#[derive(Clone)]
pub struct Desk {
    /// Where changes come from.
    pub source: Arc<dyn Source>,
    /// The forge behind it, when there is one: asked only for what it still allows.
    pub forge: Option<Arc<dyn Forge>>,
    /// The sweep that the console opens on, when one was asked for.
    pub sweep: Option<Arc<Sweep>>,
    /// Who carries out sweeps that the console begins.
    pub sweeper: Option<Arc<dyn Sweeper>>,
    /// Where the changes of such a sweep become known to `source` and `decisions`.
    pub annex: Arc<Annex>,
    /// What judges them.
    pub rules: Arc<InForce>,
    /// What is known of those rules from their use.
    pub noise: Option<Noises>,
    /// Where decisions go.
    pub decisions: Arc<dyn Decisions>,
    /// What the pulls of the queue come to together.
    pub company: Company,
    /// Changes as they are, of which something is hidden where they are shown.
    pub unveiled: Unveiled,
    /// What was judged in earlier runs.
    pub kept: Kept,
    /// What is remembered of everybody over time.
    pub observer: Observer,
    /// What lazaret's own records say of pulls.
    pub records: Records,
    /// How this person likes it.
    pub settings: Settings,
    /// Which keys do what.
    pub keymap: Keymap,
    /// The folder of the person's own themes.
    pub config: PathBuf,
    /// The person's own editor, as VISUAL or EDITOR names it.
    pub editor: Option<String>,
    /// The file of the program's own log; `None` keeps none.
    pub log: Option<PathBuf>,
    /// What tells the time that ages are counted from.
    pub clock: fn() -> Timestamp,
}

impl Desk {
    /// What hides secrets in everything that is shown.
    #[must_use]
    pub fn veil(&self) -> Veil {
        self.rules.now().book().veil()
    }
}
