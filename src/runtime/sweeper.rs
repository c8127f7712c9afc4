//! Who carries out sweeps for the console: whoever knows what targets name. Never how a sweep is shown.

use std::sync::Arc;

use crate::model::cancel::Cancel;
use crate::model::sweep::Sweep;
use crate::model::sweeping::{EarlierSweep, SweepOrder, SweepProgress, SweepWish};
use crate::runtime::decisions::{Decisions, Trouble};
use crate::sources::source::Source;

/// A sweep with what reads and decides on its changes.
pub struct Swept {
    /// The sweep.
    pub sweep: Arc<Sweep>,
    /// Its changes.
    pub source: Arc<dyn Source>,
    /// Where decisions on them go.
    pub decisions: Arc<dyn Decisions>,
}

/// Carries out sweeps. Calls block; they run off the drawing thread.
pub trait Sweeper: Send + Sync {
    /// What a sweep from here is likely about.
    fn usual(&self) -> SweepOrder;

    /// Sweeps of which something is kept, latest first.
    ///
    /// # Errors
    /// When the memory of sweeps cannot be read.
    fn earlier(&self) -> Result<Vec<EarlierSweep>, Trouble>;

    /// Carries out `wish`; `watch` is told now and then.
    ///
    /// # Errors
    /// When nothing that can be swept is named, it cannot be begun, or nobody waits any more. What was read is kept.
    fn sweep(&self, wish: &SweepWish, cancel: &Cancel, watch: &mut dyn FnMut(SweepProgress)) -> Result<Swept, Trouble>;

    /// Writes the incident report of `sweep` into a new file called `name`; where it lies, in words.
    ///
    /// # Errors
    /// When there is such a file already, or it cannot be written.
    fn report(&self, sweep: &Sweep, name: &str) -> Result<String, Trouble>;
}
