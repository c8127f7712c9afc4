//! What the keymap says of itself to a person: the hint bar's commands, and help for one pane.
//!
//! Which commands are worth a hint is decided here; how they look is not.

use crate::config::keymap::Keymap;
use crate::message::action::Command;
use crate::message::pane::{Pane, Section};

/// A key and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The keys as they are written, first choice first.
    pub keys: Vec<String>,
    /// The command's name.
    pub name: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
}

/// The keys of one section that work in a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// What people call the section.
    pub title: &'static str,
    /// Its keys.
    pub hints: Vec<Hint>,
}

/// A command as the list of all shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its keys, name and line.
    pub hint: Hint,
    /// Where it means something, when that is not here.
    pub elsewhere: Option<String>,
}

impl Keymap {
    /// What the list of all commands says of `command` to somebody in `pane`: its keys there, else where it works.
    #[must_use]
    pub fn entry(&self, pane: Pane, command: Command) -> Entry {
        let here = pane.takes(command);
        let at = if here { Some(pane) } else { command.panes().first().copied() };
        let keys = at.map_or_else(Vec::new, |at| self.keys(at, command));
        let places = || command.panes().iter().map(|pane| pane.word()).collect::<Vec<_>>().join(", ");
        Entry { hint: Hint { keys, name: command.name(), doc: command.doc() }, elsewhere: (!here).then(places) }
    }

    /// The commands worth a hint in `pane` that have a key there, most wanted first, without those that are `idle` just now.
    #[must_use]
    pub fn hints(&self, pane: Pane, idle: &[Command]) -> Vec<Hint> {
        let hint = |command: &Command| Hint { keys: self.keys(pane, *command), name: command.name(), doc: command.doc() };
        commands(pane).iter().filter(|command| !idle.contains(command)).map(hint).filter(|hint| !hint.keys.is_empty()).collect()
    }

    /// The keys that work in `pane`, nearest section first.
    #[must_use]
    pub fn help(&self, pane: Pane) -> Vec<Chapter> {
        let chapters = pane.sections().iter().map(|section| {
            let works = |(command, keys): &(Command, Vec<String>)| {
                let all = self.keys(pane, *command);
                keys.iter().any(|key| all.contains(key))
            };
            let known = self.section(*section).into_iter().filter(works);
            Chapter {
                title: title(*section),
                hints: known.map(|(command, keys)| Hint { keys, name: command.name(), doc: command.doc() }).collect(),
            }
        });
        chapters.filter(|chapter| !chapter.hints.is_empty()).collect()
    }

    /// The first key that reads the opened pull again.
    #[must_use]
    pub fn rereading_key(&self) -> Option<String> {
        self.keys(Pane::Diff, Command::Refresh).into_iter().next()
    }

    /// The first key that completes a word of a filter.
    #[must_use]
    pub fn completing_key(&self) -> Option<String> {
        self.keys(Pane::Text, Command::Complete).into_iter().next()
    }

    /// The first key that has the rule of a finding only annotate.
    #[must_use]
    pub fn annotating_key(&self) -> Option<String> {
        self.keys(Pane::Card, Command::Annotate).into_iter().next()
    }

    /// The first key that lists the open pulls.
    #[must_use]
    pub fn opened_key(&self) -> Option<String> {
        self.keys(Pane::Queue, Command::Opened).into_iter().next()
    }

    /// The first key that unfolds a file in the diff.
    #[must_use]
    pub fn unfolding_key(&self) -> Option<String> {
        self.keys(Pane::Diff, Command::ToggleFold).into_iter().next()
    }
}

fn commands(pane: Pane) -> &'static [Command] {
    use Command as C;
    match pane {
        Pane::Queue => {
            &[C::Help, C::Palette, C::Open, C::Filter, C::Approve, C::Quarantine, C::NextSection, C::Revert, C::Release, C::Ledger, C::Quit]
        }
        Pane::Files => {
            &[C::Help, C::Palette, C::Open, C::SwitchPane, C::ToggleViewed, C::Close, C::NextUnviewed, C::Story, C::Dependencies]
        }
        Pane::Diff => &[
            C::Help,
            C::Palette,
            C::WorstFinding,
            C::NextFinding,
            C::NextFile,
            C::NextHunk,
            C::ToggleViewed,
            C::Story,
            C::Dependencies,
            C::Around,
            C::Comment,
            C::Approve,
            C::RequestChanges,
            C::Quarantine,
            C::Close,
            C::SwitchPane,
            C::Search,
            C::ToggleLayout,
            C::ToggleFold,
            C::Editor,
            C::Commits,
        ],
        Pane::Palette => &[C::Submit, C::Down, C::Up, C::Close],
        Pane::Sweep => &[C::Help, C::Palette, C::Choose, C::Quarantine, C::Open, C::Sweep, C::Quit],
        Pane::Panel => &[C::Close, C::Comment, C::Resolve, C::Down, C::PageDown],
        Pane::Card => &[C::Open, C::Down, C::PageDown, C::NextFinding, C::Annotate, C::Close],
        Pane::Confirm => &[C::No, C::Yes, C::SwitchAnswer, C::Down],
        Pane::Text => &[C::Submit, C::Close, C::Editor, C::ClearText],
        Pane::Write => &[C::Submit, C::Suggest, C::Editor, C::Close],
        Pane::List => &[C::Open, C::DeleteRemark, C::ToPull, C::SendWaiting, C::DropWaiting, C::LetGo, C::Close],
    }
}

fn title(section: Section) -> &'static str {
    match section {
        Section::Everywhere => "Everywhere",
        Section::Move => "Moving",
        Section::Queue => "Queue",
        Section::Sweep => "Sweep",
        Section::Review => "Review",
        Section::Files => "Files",
        Section::Diff => "Diff",
        Section::Panel => "Panel",
        Section::Card => "Finding",
        Section::Confirm => "Plan",
        Section::Text => "Text",
        Section::Write => "Remark",
        Section::List => "List",
        Section::Palette => "Commands",
    }
}
