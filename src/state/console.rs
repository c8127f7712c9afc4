//! The root of memory, and the one function that says who has the keyboard.

use crate::message::pane::Pane;
use crate::model::forge::Budget;
use crate::model::noise::Noise;
use crate::model::screen::Panes;
use crate::model::time::Timestamp;
use crate::state::notice::Notices;
use crate::state::opened::Opened;
use crate::state::overlay::Overlay;
use crate::state::pending::Pending;
use crate::state::queue::Queue;
use crate::state::session::{Half, LayoutChoice, Session};
use crate::state::sweep::{SweepView, Sweeping};

/// Everything the console remembers.
#[derive(Debug, Default)]
pub struct Console {
    /// The pulls.
    pub queue: Queue,
    /// The opened pull.
    pub session: Option<Session>,
    /// The pulls that are open, that one among them.
    pub opened: Opened,
    /// The sweep, when one was asked for.
    pub sweep: Option<SweepView>,
    /// Whether sweeps can be begun from here, what the next one shall be of, and how far one under way has come.
    pub sweeping: Sweeping,
    /// What lies over it.
    pub overlay: Overlay,
    /// What was asked and not answered yet.
    pub pending: Pending,
    /// What was said.
    pub notices: Notices,
    /// How much the screen has room for.
    pub panes: Panes,
    /// The moment of the last event, as told from outside.
    pub now: Timestamp,
    /// When it was last looked whether something moved on the forge.
    pub looked: Timestamp,
    /// How many pulls were read so far, of how many, while the queue is read.
    pub listed: Option<(usize, usize)>,
    /// Decisions made offline that wait to be sent.
    pub waiting: usize,
    /// What the forge still allows, once it said so.
    pub budget: Option<Budget>,
    /// What is known of rules from their use, and which of them only annotate.
    pub noise: Noise,
    /// How this person likes it.
    pub habits: Habits,
}

/// Choices from the settings that verbs need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// How a diff opens.
    pub layout: LayoutChoice,
    /// Whether a pull opens without its story.
    pub blind: bool,
    /// Columns of diff from which side by side is chosen by width.
    pub split_from: usize,
    /// Seconds between two looks at whether something moved; 0 never looks unasked.
    pub poll: u64,
}

impl Default for Habits {
    fn default() -> Self {
        Self { layout: LayoutChoice::Auto, blind: true, split_from: 120, poll: 0 }
    }
}

impl Console {
    /// Who has the keyboard.
    #[must_use]
    pub fn pane(&self) -> Pane {
        match (self.overlay.pane(), &self.session) {
            (Some(pane), _) => pane,
            (None, Some(session)) if session.half == Half::Files => Pane::Files,
            (None, Some(_)) => Pane::Diff,
            (None, None) if self.sweep.as_ref().is_some_and(|view| view.shown) => Pane::Sweep,
            (None, None) => Pane::Queue,
        }
    }
}
