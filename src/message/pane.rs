//! Who can have the keyboard, and which tables of the keymap count there.

/// What has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// The list of pulls.
    Queue,
    /// The campaigns of a sweep.
    Sweep,
    /// The files of the opened pull.
    Files,
    /// The diff of the opened pull.
    Diff,
    /// A panel to read: help, story, commits, dependencies, ledger, notices.
    Panel,
    /// The card of one finding.
    Card,
    /// A plan that waits for yes or no.
    Confirm,
    /// A line of text being typed.
    Text,
    /// A remark being written.
    Write,
    /// A list to choose from: unsent remarks, waiting decisions, whom to block.
    List,
    /// Every command, found by name.
    Palette,
}

impl Pane {
    /// The tables of the keymap that count here, nearest first.
    #[must_use]
    pub fn sections(self) -> &'static [Section] {
        match self {
            Self::Queue => &[Section::Queue, Section::Move, Section::Everywhere],
            Self::Sweep => &[Section::Sweep, Section::Move, Section::Everywhere],
            Self::Files => &[Section::Files, Section::Review, Section::Move, Section::Everywhere],
            Self::Diff => &[Section::Diff, Section::Review, Section::Move, Section::Everywhere],
            Self::Panel => &[Section::Panel, Section::Move, Section::Everywhere],
            Self::Card => &[Section::Card, Section::Move, Section::Everywhere],
            Self::Confirm => &[Section::Confirm, Section::Move],
            Self::Text => &[Section::Text],
            Self::Write => &[Section::Write],
            Self::List => &[Section::List, Section::Move, Section::Everywhere],
            Self::Palette => &[Section::Palette, Section::Text],
        }
    }

    /// What people call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Sweep => "sweep",
            Self::Files => "files",
            Self::Diff => "diff",
            Self::Panel => "panel",
            Self::Card => "finding",
            Self::Confirm => "plan",
            Self::Text => "text",
            Self::Write => "remark",
            Self::List => "list",
            Self::Palette => "commands",
        }
    }
}

/// One table of the keymap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Everywhere but in text and plans.
    Everywhere,
    /// Moving in any list.
    Move,
    /// The list of pulls.
    Queue,
    /// The campaigns of a sweep.
    Sweep,
    /// The opened pull, whichever half has the keyboard.
    Review,
    /// Its files.
    Files,
    /// Its diff.
    Diff,
    /// Panels to read.
    Panel,
    /// The card of one finding.
    Card,
    /// A plan that waits for yes or no.
    Confirm,
    /// A line of text being typed.
    Text,
    /// A remark being written.
    Write,
    /// A list to choose from.
    List,
    /// Every command, found by name.
    Palette,
}

impl Section {
    /// All, in the order of the default keymap.
    pub const ALL: [Self; 14] = [
        Self::Everywhere,
        Self::Move,
        Self::Queue,
        Self::Sweep,
        Self::Review,
        Self::Files,
        Self::Diff,
        Self::Panel,
        Self::Card,
        Self::Confirm,
        Self::Text,
        Self::Write,
        Self::List,
        Self::Palette,
    ];

    /// The name of its table in `keymap.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Move => "move",
            Self::Queue => "queue",
            Self::Sweep => "sweep",
            Self::Review => "review",
            Self::Files => "files",
            Self::Diff => "diff",
            Self::Panel => "panel",
            Self::Card => "card",
            Self::Confirm => "confirm",
            Self::Text => "text",
            Self::Write => "write",
            Self::List => "list",
            Self::Palette => "palette",
        }
    }

    /// The section whose table is called `name`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }
}
