//! What the world reports. Every report carries the ticket of the question it answers; failures are sentences.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::message::errand::Sheet;
use crate::message::ticket::{Kind, Ticket};
use crate::model::ban::Ban;
use crate::model::behaviour::{Gallery, Observations};
use crate::model::change::Change;
use crate::model::diff::Omission;
use crate::model::dossier::Dossier;
use crate::model::finding::Finding;
use crate::model::forge::Budget;
use crate::model::ledger::{ChainState, Record};
use crate::model::look::{Match, Tint};
use crate::model::noise::Noise;
use crate::model::pull::{Pull, PullRef};
use crate::model::report::{Report, Summary};
use crate::model::response::{Plan, Receipt};
use crate::model::review::Review;
use crate::model::rule::RuleId;
use crate::model::sweep::Sweep;
use crate::model::sweeping::{EarlierSweep, SweepProgress};
use crate::model::waiting::Waiting;

/// One answer, or a part of one.
#[derive(Clone, Debug)]
pub struct Event {
    /// The question.
    pub ticket: Ticket,
    /// The answer.
    pub news: News,
}

/// Why there is no answer: one sentence with the place and the next step. Hostile until drawn.
pub type Trouble = String;

/// A run of [`CHUNK`] diff lines of one file: what is coloured in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chunk {
    /// The file's position in the patch.
    pub file: u32,
    /// The run's position in the file.
    pub run: u32,
}

/// Lines in a [`Chunk`].
pub const CHUNK: usize = 64;

/// A part of the queue.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// How many pulls were read so far.
    pub read: usize,
    /// Of how many, as far as is known.
    pub of: usize,
    /// Those of this page, with the judgement that was kept of exactly these commits.
    pub pulls: Vec<(Pull, Option<Summary>)>,
}

/// Which rules only annotate now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotated {
    /// Their names.
    pub rules: BTreeSet<RuleId>,
    /// What was done, in one sentence.
    pub says: String,
}

/// What arrived.
#[derive(Clone, Debug)]
pub enum News {
    /// A part of the queue, while the rest is being read.
    Listing(Box<Page>),
    /// How the opened pull stands now; `None` where nothing is cheaper than reading it.
    Stands(Result<Option<Pull>, Trouble>),
    /// What was read ahead is there, or could not be read.
    Ahead,
    /// The pulls, and what was left out.
    Listed(Result<(Vec<Pull>, Vec<Omission>), Trouble>),
    /// One pull of the queue was judged.
    Judged(PullRef, Result<Summary, Trouble>),
    /// What some of the judged pulls come to together, said anew of each.
    Together(Vec<(PullRef, Summary)>),
    /// All pulls of the queue that were asked for were judged.
    JudgedAll,
    /// Judging the queue stopped early, so that something is left to ask with: what is left.
    JudgedUpTo(String),
    /// The pull asked for.
    Loaded(Result<Arc<Change>, Trouble>),
    /// Findings so far, with files done and files in all.
    Found(Vec<Finding>, usize, usize),
    /// The whole analysis but for what registries say, who are being asked.
    Reporting(Arc<Report>),
    /// The whole analysis.
    Reported(Arc<Report>),
    /// How the lines of a chunk look.
    Tinted(Chunk, Vec<Tint>),
    /// All chunks asked for are done.
    TintedAll,
    /// Where the text occurs, and whether there are more than were counted.
    Matched(Vec<Match>, bool),
    /// What the decision would do.
    Planned(Result<Plan, Trouble>),
    /// What was done.
    CarriedOut(Result<Receipt, Trouble>),
    /// The records, latest first, and the state of their chain.
    Records(Result<(Vec<Record>, ChainState), Trouble>),
    /// The unsent review, and which files of the opened pull it marks as viewed.
    Drafted(Result<(Review, Vec<bool>), Trouble>),
    /// What the forge keeps around the opened pull; `None` where there is no forge.
    Around(Result<Option<Arc<Dossier>>, Trouble>),
    /// The work on a question broke off by a fault of lazaret's own.
    Broken(Kind, Trouble),
    /// Decisions made offline that wait to be sent.
    Waiting(Result<Vec<Waiting>, Trouble>),
    /// The side of a file that was asked for.
    Whole(Result<Sheet, Trouble>),
    /// Whom lazaret's own list stops.
    Bans(Result<Vec<Ban>, Trouble>),
    /// What is known of rules from their use.
    Noise(Result<Box<Noise>, Trouble>),
    /// A rule was set to annotate, or to weigh what it weighs again.
    Annotated(Result<Annotated, Trouble>),
    /// Which sweeps there were, latest first.
    Sweeps(Result<Vec<EarlierSweep>, Trouble>),
    /// How far the sweep has come.
    Sweeping(Box<SweepProgress>),
    /// The sweep.
    Swept(Result<Arc<Sweep>, Trouble>),
    /// Where the report lies.
    Saved(Result<String, Trouble>),
    /// What agents did over time.
    Agents(Result<Arc<Gallery>, Trouble>),
    /// What is unusual in the opened pull, where anything can be said.
    Observed(Option<Box<Observations>>),
    /// What the forge still allows, and what is waited for.
    Budget(Box<Budget>),
    /// Something that no question asked for could not be done.
    Complaint(Trouble),
}

impl News {
    /// The kind of question it answers, if it answers one.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Listing(..) | Self::Listed(_) => Kind::List,
            Self::Stands(_) => Kind::Look,
            Self::Ahead => Kind::Ahead,
            Self::Judged(..) | Self::JudgedAll | Self::JudgedUpTo(_) => Kind::Judge,
            Self::Loaded(_) => Kind::Load,
            Self::Found(..) | Self::Reporting(_) | Self::Reported(_) => Kind::Analyse,
            Self::Tinted(..) | Self::TintedAll => Kind::Tint,
            Self::Matched(..) => Kind::Search,
            Self::Planned(_) => Kind::Plan,
            Self::CarriedOut(_) => Kind::CarryOut,
            Self::Records(_) => Kind::Ledger,
            Self::Drafted(_) => Kind::Draft,
            Self::Around(_) => Kind::Dossier,
            Self::Waiting(_) => Kind::Waiting,
            Self::Bans(_) => Kind::Bans,
            Self::Whole(_) => Kind::Whole,
            Self::Noise(_) => Kind::Noise,
            Self::Annotated(_) => Kind::Annotate,
            Self::Sweeps(_) => Kind::Sweeps,
            Self::Sweeping(_) | Self::Swept(_) => Kind::Sweep,
            Self::Saved(_) => Kind::Save,
            Self::Agents(_) => Kind::Agents,
            Self::Observed(_) => Kind::Observe,
            Self::Broken(kind, _) => *kind,
            Self::Together(_) | Self::Budget(_) | Self::Complaint(_) => return None,
        })
    }

    /// Whether more of the same answer may follow.
    #[must_use]
    pub fn is_part(&self) -> bool {
        matches!(self, Self::Listing(..) | Self::Judged(..) | Self::Found(..) | Self::Reporting(_) | Self::Tinted(..) | Self::Sweeping(_))
    }
}
