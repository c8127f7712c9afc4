//! Every command, found by its name or by what it does. Which keys they have is not known here.

use frizbee::{Config, Matcher};

use crate::message::action::Command;
use crate::message::pane::Pane;
use crate::state::text_field::TextField;

/// Characters of what was typed that are looked for.
const LONGEST: usize = 40;

/// The list of commands while it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// What is looked for.
    pub field: TextField,
    /// The row the cursor is on.
    pub at: usize,
    /// What had the keyboard before: where the chosen command will work.
    pub pane: Pane,
}

impl Palette {
    /// All commands, for somebody who was in `pane`.
    #[must_use]
    pub fn over(pane: Pane) -> Self {
        Self { field: TextField::default(), at: 0, pane }
    }

    /// The commands that fit what was typed, those whose name fits before those whose sentence does; among either, those that mean
    /// something in the pane come first, the best fitting of them first.
    #[must_use]
    pub fn found(&self) -> Vec<Command> {
        let needle: String = self.field.text.chars().filter(|c| !c.is_whitespace()).take(LONGEST).collect();
        let (mut named, mut told) = if needle.is_empty() { (Command::ALL.to_vec(), Vec::new()) } else { matching(&needle.to_lowercase()) };
        named.sort_by_key(|command| !self.pane.takes(*command));
        told.sort_by_key(|command| !self.pane.takes(*command));
        named.extend(told);
        named
    }

    /// How many commands there are.
    #[must_use]
    pub fn all(&self) -> usize {
        Command::ALL.len()
    }

    /// The command the cursor is on.
    #[must_use]
    pub fn chosen(&self) -> Option<Command> {
        self.found().get(self.at).copied()
    }
}

/// The commands whose name holds the letters of `needle` in their order, then those whose sentence does, the best first.
fn matching(needle: &str) -> (Vec<Command>, Vec<Command>) {
    let mut matcher = Matcher::new(needle, &Config::default());
    let mut best = |words: fn(Command) -> &'static str| {
        let words: Vec<&str> = Command::ALL.iter().map(|command| words(*command)).collect();
        let found = matcher.match_list(&words);
        found.iter().filter_map(|found| Command::ALL.get(found.index as usize).copied()).collect::<Vec<_>>()
    };
    let named = best(Command::name);
    let told: Vec<Command> = best(Command::doc).into_iter().filter(|command| !named.contains(command)).collect();
    (named, told)
}
