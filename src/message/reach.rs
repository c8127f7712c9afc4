//! Where each command means something. Keys are bound elsewhere; a command that is chosen by its name is held to this.

use crate::message::action::Command;
use crate::message::pane::Pane;

/// Everything that moves by rows.
const MOVING: &[Pane] = &[Pane::Queue, Pane::Sweep, Pane::Files, Pane::Diff, Pane::Panel, Pane::Card, Pane::Confirm, Pane::List];
/// The same with the list of commands.
const STEPPING: &[Pane] =
    &[Pane::Queue, Pane::Sweep, Pane::Files, Pane::Diff, Pane::Panel, Pane::Card, Pane::Confirm, Pane::List, Pane::Palette];
/// Everywhere but in texts and plans.
const SCREENS: &[Pane] = &[Pane::Queue, Pane::Sweep, Pane::Files, Pane::Diff, Pane::Panel, Pane::Card, Pane::List];
/// The same without lists, which would only be replaced by another.
const ABOVE: &[Pane] = &[Pane::Queue, Pane::Sweep, Pane::Files, Pane::Diff, Pane::Panel, Pane::Card];
/// What can be left by a step back.
const CLOSING: &[Pane] =
    &[Pane::Queue, Pane::Sweep, Pane::Files, Pane::Diff, Pane::Panel, Pane::Card, Pane::List, Pane::Text, Pane::Write, Pane::Palette];
/// An opened pull.
const REVIEW: &[Pane] = &[Pane::Diff, Pane::Files];
/// An opened pull, and the card of a finding.
const FINDINGS: &[Pane] = &[Pane::Diff, Pane::Files, Pane::Card];
/// An opened pull, and a conversation read whole.
const THREADS: &[Pane] = &[Pane::Diff, Pane::Files, Pane::Panel];
/// An opened pull, and lists.
const LISTED: &[Pane] = &[Pane::Diff, Pane::Files, Pane::List];
/// The queue and an opened pull.
const PULLS: &[Pane] = &[Pane::Queue, Pane::Diff, Pane::Files];
/// Texts being typed.
const TYPING: &[Pane] = &[Pane::Text, Pane::Write, Pane::Palette];

impl Pane {
    /// Whether `command` means something here.
    #[must_use]
    pub fn takes(self, command: Command) -> bool {
        command.panes().contains(&self)
    }
}

impl Command {
    /// Where it means something.
    #[must_use]
    pub fn panes(self) -> &'static [Pane] {
        use Command as C;
        match self {
            C::Open | C::HalfDown | C::HalfUp | C::Top | C::Bottom => MOVING,
            C::Down | C::Up | C::PageDown | C::PageUp => STEPPING,
            C::Close => CLOSING,
            C::Left | C::Right => &[Pane::Diff],
            C::NextFinding | C::PreviousFinding => FINDINGS,
            C::NextThread | C::PreviousThread | C::Comment | C::Resolve => THREADS,
            C::NextFile | C::PreviousFile | C::NextHunk | C::PreviousHunk | C::WorstFinding | C::NextUnviewed => REVIEW,
            C::ToggleThreads | C::ToggleViewed | C::ToggleFold | C::ToggleFolds | C::ToggleLayout | C::ToggleFiles => REVIEW,
            C::SwitchPane | C::Search | C::NextMatch | C::PreviousMatch | C::NextPull | C::PreviousPull => REVIEW,
            C::Story | C::Commits | C::Dependencies | C::Around => REVIEW,
            C::CommentFile | C::CommentPull | C::ChooseLines | C::Remarks => REVIEW,
            C::DeleteRemark => LISTED,
            C::LetGo | C::ToPull | C::SendWaiting | C::DropWaiting => &[Pane::List],
            C::Filter | C::NextSection | C::PreviousSection | C::JudgeRest => &[Pane::Queue],
            C::Refresh | C::CopyLine | C::CopyPath => PULLS,
            C::Sweep | C::Sweeps => &[Pane::Queue, Pane::Sweep],
            C::Choose | C::SaveReport => &[Pane::Sweep],
            C::Reasons | C::Ledger | C::Agents | C::Notices | C::Palette | C::Help | C::Redraw | C::Suspend | C::Quit => SCREENS,
            C::Opened => ABOVE,
            C::NextOpened | C::PreviousOpened => SCREENS,
            C::Send | C::RequestChanges | C::Block | C::Unblock | C::Waiting | C::Approve | C::Quarantine | C::Release | C::Revert => {
                SCREENS
            }
            C::Pick1 | C::Pick2 | C::Pick3 | C::Pick4 | C::Pick5 | C::Pick6 | C::Pick7 | C::Pick8 => &[Pane::Card, Pane::Confirm],
            C::Annotate => &[Pane::Card],
            C::Yes | C::No | C::SwitchAnswer => &[Pane::Confirm],
            C::Submit | C::Backspace | C::DeleteWord | C::ClearText => TYPING,
            C::TextLeft | C::TextRight | C::TextHome | C::TextEnd => TYPING,
            C::Editor => &[Pane::Diff, Pane::Files, Pane::Card, Pane::Text, Pane::Write],
            C::Complete | C::CompleteBack => &[Pane::Text],
            C::Suggest | C::NewLine | C::TextUp | C::TextDown => &[Pane::Write],
        }
    }
}
