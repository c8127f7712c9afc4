//! Keys pressed one after the other become actions; a sequence that has begun is remembered.

use crate::config::key::{Code, Key};
use crate::config::keymap::{Keymap, Meaning};
use crate::message::action::Action;
use crate::message::pane::Pane;

/// A sequence that has begun.
#[derive(Clone, Debug, Default)]
pub struct Keystrokes {
    begun: Vec<Key>,
}

impl Keystrokes {
    /// What `key` asks for in `pane`. A key that continues no sequence begins a new one.
    pub fn press(&mut self, key: Key, pane: Pane, keymap: &Keymap) -> Option<Action> {
        self.begun.push(key);
        match keymap.meaning(pane, &self.begun) {
            Meaning::Command(command) => {
                self.begun.clear();
                Some(Action::Do(command))
            }
            Meaning::Begins => None,
            Meaning::Nothing if self.begun.len() > 1 => {
                self.begun.clear();
                self.press(key, pane, keymap)
            }
            Meaning::Nothing => {
                self.begun.clear();
                typed(key).filter(|_| matches!(pane, Pane::Text | Pane::Write | Pane::Palette)).map(Action::Type)
            }
        }
    }
}

fn typed(key: Key) -> Option<char> {
    match key {
        Key { code: Code::Char(c), ctrl: false, alt: false } => Some(c),
        _ => None,
    }
}
