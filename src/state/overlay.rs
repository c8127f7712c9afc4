//! What lies over the screen: one slot, so that two things never fight for the keyboard.

use std::sync::Arc;

use crate::message::action::Command;
use crate::message::pane::Pane;
use crate::model::ban::Banned;
use crate::model::behaviour::Gallery;
use crate::model::change::Change;
use crate::model::decision::Verb;
use crate::model::ledger::{ChainState, Record};
use crate::model::pull::PullRef;
use crate::model::response::{Plan, Proposed, Receipt};
use crate::state::completion::Completion;
use crate::state::list::{List, Listed};
use crate::state::palette::Palette;
use crate::state::text_field::TextField;
use crate::state::write::Write;

/// The slot.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// A line being typed at the foot of the screen.
    Prompt(Prompt),
    /// A panel to read.
    Panel(Panel),
    /// The card of a finding.
    Card(Card),
    /// A decision on its way.
    Confirm(Box<Confirm>),
    /// A remark being written.
    Write(Box<Write>),
    /// A list to choose from.
    List(List),
    /// Every command, over what was there before.
    Palette(Palette, Box<Self>),
}

/// What a typed line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Which pulls the queue shows.
    Filter,
    /// What to find in the diff.
    Search,
    /// What a sweep goes over.
    Targets,
    /// From when a sweep looks.
    Since,
    /// The file of an incident report.
    Report,
}

/// A line being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What for.
    pub asks: Asks,
    /// The line.
    pub field: TextField,
    /// What its word can become, where it is a filter.
    pub completion: Completion,
}

/// What a panel shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Topic {
    /// The keys that work in this pane.
    Help(Pane),
    /// Title, claims, undisclosed facts, body and messages.
    Story,
    /// The commits.
    Commits,
    /// Changed dependencies.
    Dependencies,
    /// What the forge keeps around the pull.
    Around,
    /// The conversation at this position of the dossier.
    Thread(usize),
    /// What the score is made of.
    Reasons,
    /// The records, once they are read.
    Ledger(Option<(Vec<Record>, ChainState)>),
    /// What the one at this position did over time.
    Agent(Arc<Gallery>, usize),
    /// What was said.
    Notices,
    /// What was done.
    Receipt(Receipt),
}

/// A panel to read.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What it shows.
    pub topic: Topic,
    /// Its first line on screen.
    pub top: usize,
}

/// The card of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The finding's position in the session.
    pub finding: usize,
    /// The answer the cursor is on.
    pub answer: usize,
    /// The reason being typed for an accepted risk.
    pub reason: Option<TextField>,
    /// Its first line on screen.
    pub top: usize,
}

/// A decision on its way from wish to receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirm {
    /// The verb.
    pub verb: Verb,
    /// The pull.
    pub at: PullRef,
    /// What was read of it.
    pub seen: Option<Arc<Change>>,
    /// Why, in their words, once that was typed.
    pub reason: String,
    /// Names they typed to confirm them.
    pub confirmed: Vec<String>,
    /// What a block is about.
    pub banned: Vec<Banned>,
    /// Further pulls the same decision is about.
    pub also: Vec<PullRef>,
    /// Pulls that a plan of it proposed, to be chosen by their number.
    pub offered: Vec<Proposed>,
    /// How far it is.
    pub stage: Stage,
    /// Whether the answer stands on Yes.
    pub yes: bool,
    /// Its first line on screen.
    pub top: usize,
}

/// How far a decision is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Its reason is being typed.
    Reason(TextField),
    /// It is being planned.
    Planning,
    /// Its plan waits for names to be typed.
    Names(Box<Plan>, TextField),
    /// It waits for yes or no.
    Ready(Plan),
    /// It is being carried out.
    Working(Plan),
    /// It could not be planned or carried out: why.
    Failed(String),
}

impl Overlay {
    /// What has the keyboard because of it.
    #[must_use]
    pub fn pane(&self) -> Option<Pane> {
        match self {
            Self::None => None,
            Self::Prompt(_) => Some(Pane::Text),
            Self::Panel(_) => Some(Pane::Panel),
            Self::Card(card) if card.reason.is_some() => Some(Pane::Text),
            Self::Card(_) => Some(Pane::Card),
            Self::Confirm(confirm) => match confirm.stage {
                Stage::Reason(_) | Stage::Names(..) => Some(Pane::Text),
                Stage::Ready(_) | Stage::Planning | Stage::Working(_) | Stage::Failed(_) => Some(Pane::Confirm),
            },
            Self::Write(_) => Some(Pane::Write),
            Self::List(_) => Some(Pane::List),
            Self::Palette(..) => Some(Pane::Palette),
        }
    }

    /// The commands of its pane that mean nothing in what it shows just now.
    #[must_use]
    pub fn idle(&self) -> &'static [Command] {
        use Command as C;
        match self {
            Self::Panel(Panel { topic: Topic::Thread(_), .. }) => &[],
            Self::Panel(_) => &[C::Comment, C::Resolve],
            Self::Confirm(confirm) if !matches!(confirm.stage, Stage::Ready(_)) => &[C::Yes, C::SwitchAnswer],
            Self::List(List { of: Listed::Remarks, .. }) => &[C::SendWaiting, C::DropWaiting, C::LetGo],
            Self::List(List { of: Listed::Waiting(_), .. }) => &[C::DeleteRemark, C::ToPull, C::LetGo],
            Self::List(List { of: Listed::Opened, .. }) => &[C::DeleteRemark, C::ToPull, C::SendWaiting, C::DropWaiting],
            Self::List(_) => &[C::DeleteRemark, C::ToPull, C::SendWaiting, C::DropWaiting, C::LetGo],
            _ => &[],
        }
    }

    /// The text being typed, if one is.
    pub fn field(&mut self) -> Option<&mut TextField> {
        match self {
            Self::Prompt(prompt) => Some(&mut prompt.field),
            Self::Palette(palette, _) => Some(&mut palette.field),
            Self::Card(card) => card.reason.as_mut(),
            Self::Confirm(confirm) => match &mut confirm.stage {
                Stage::Reason(field) | Stage::Names(_, field) => Some(field),
                _ => None,
            },
            Self::None | Self::Panel(_) | Self::Write(_) | Self::List(_) => None,
        }
    }

    /// Its first line on screen, if it can be scrolled.
    pub fn top(&mut self) -> Option<&mut usize> {
        match self {
            Self::Panel(panel) => Some(&mut panel.top),
            Self::Card(card) => Some(&mut card.top),
            Self::Confirm(confirm) => Some(&mut confirm.top),
            Self::None | Self::Prompt(_) | Self::Write(_) | Self::List(_) | Self::Palette(..) => None,
        }
    }
}
