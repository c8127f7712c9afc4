//! Which keys do what, where. The default is `default/keymap.toml`; a person's file replaces single commands.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::ConfigError;
use crate::config::key::Key;
use crate::config::table::{Document, items};
use crate::message::action::Command;
use crate::message::pane::{Pane, Section};

/// The default keymap: the manual of all keys.
pub const DEFAULT: &str = include_str!("default/keymap.toml");

/// What a sequence of keys means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// This.
    Command(Command),
    /// Nothing yet: longer sequences begin with it.
    Begins,
    /// Nothing.
    Nothing,
}

/// Which keys do what, where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keymap {
    sections: BTreeMap<Section, BTreeMap<Command, Vec<Vec<Key>>>>,
}

impl Keymap {
    /// The default keymap.
    ///
    /// # Errors
    /// Never, as long as its test passes.
    pub fn builtin() -> Result<Self, ConfigError> {
        let mut keymap = Self::default();
        keymap.adopt(&Document { file: "default/keymap.toml", text: DEFAULT })?;
        Ok(keymap)
    }

    /// Takes over what `document` says: each command named in it gets exactly the keys given there.
    ///
    /// # Errors
    /// When a section, command or key does not exist, or two commands of a section would share a key.
    pub fn adopt(&mut self, document: &Document<'_>) -> Result<(), ConfigError> {
        let table = document.parse()?;
        for (name, at, value) in items(table.get_ref()) {
            let section = Section::parse(name).ok_or_else(|| {
                let known: Vec<&str> = Section::ALL.into_iter().map(Section::name).collect();
                document.error(&at, format!("there is no section [{name}]; the sections are {}", known.join(", ")))
            })?;
            self.adopt_section(document, section, document.table(value)?)?;
        }
        Ok(())
    }

    fn adopt_section(&mut self, document: &Document<'_>, section: Section, table: &DeTable<'_>) -> Result<(), ConfigError> {
        for (name, at, value) in items(table) {
            let command = Command::parse(name)
                .ok_or_else(|| document.error(&at, format!("there is no command {name:?}; `lazaret config keys` lists them")))?;
            let keys = sequences(document, value)?;
            self.sections.entry(section).or_default().insert(command, keys);
        }
        for (name, at, _) in items(table) {
            if let Some((other, keys)) = Command::parse(name).and_then(|command| self.conflict(section, command)) {
                let other = other.name();
                return Err(document.error(
                    &at,
                    format!("{name} and {other} of [{}] would share the key {keys:?}; give one of them another", section.name()),
                ));
            }
        }
        Ok(())
    }

    /// The command of the same section that has the same key sequence, or one that begins with it.
    fn conflict(&self, section: Section, command: Command) -> Option<(Command, String)> {
        let commands = self.sections.get(&section)?;
        let own = commands.get(&command)?;
        commands.iter().filter(|(other, _)| **other != command).find_map(|(other, theirs)| {
            let clash = own.iter().find(|keys| theirs.iter().any(|their| keys.starts_with(their) || their.starts_with(keys)))?;
            Some((*other, written(clash)))
        })
    }

    /// What `keys` mean in `pane`: the nearest section that knows them decides.
    #[must_use]
    pub fn meaning(&self, pane: Pane, keys: &[Key]) -> Meaning {
        for commands in pane.sections().iter().filter_map(|section| self.sections.get(section)) {
            let exact = commands.iter().find(|(_, sequences)| sequences.iter().any(|sequence| sequence == keys));
            if let Some((command, _)) = exact {
                return Meaning::Command(*command);
            }
            if commands.values().flatten().any(|sequence| sequence.starts_with(keys)) {
                return Meaning::Begins;
            }
        }
        Meaning::Nothing
    }

    /// The key sequences of `command` in `pane`, as they are written.
    #[must_use]
    pub fn keys(&self, pane: Pane, command: Command) -> Vec<String> {
        let sections = pane.sections().iter().filter_map(|section| self.sections.get(section));
        let sequences = sections.filter_map(|commands| commands.get(&command)).flatten();
        sequences.filter(|keys| self.meaning(pane, keys) == Meaning::Command(command)).map(|keys| written(keys)).collect()
    }

    /// Every command of `section` with its key sequences, in the order of [`Command::ALL`].
    #[must_use]
    pub fn section(&self, section: Section) -> Vec<(Command, Vec<String>)> {
        let Some(commands) = self.sections.get(&section) else { return Vec::new() };
        let known = commands.iter().filter(|(_, sequences)| !sequences.is_empty());
        known.map(|(command, sequences)| (*command, sequences.iter().map(|keys| written(keys)).collect())).collect()
    }
}

/// One command as `lazaret config keys` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it works.
    pub section: &'static str,
    /// Its name in keymap.toml.
    pub command: &'static str,
    /// Its key sequences; none when it has been given none.
    pub keys: Vec<String>,
    /// What it does.
    pub doc: &'static str,
}

impl Keymap {
    /// Every command of every section.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let row = |section: Section, command: &Command, keys: &[Vec<Key>]| Listed {
            section: section.name(),
            command: command.name(),
            keys: keys.iter().map(|keys| written(keys)).collect(),
            doc: command.doc(),
        };
        let sections = self.sections.iter();
        sections.flat_map(|(section, commands)| commands.iter().map(|(command, keys)| row(*section, command, keys))).collect()
    }
}

fn sequences(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<Vec<Key>>, ConfigError> {
    match value.get_ref() {
        DeValue::Array(all) => all.iter().map(|each| sequence(document, each)).collect(),
        _ => Ok(vec![sequence(document, value)?]),
    }
}

fn sequence(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<Key>, ConfigError> {
    let text = document.string(value)?;
    let keys: Option<Vec<Key>> = text.split_whitespace().map(Key::parse).collect();
    keys.filter(|keys| !keys.is_empty()).ok_or_else(|| {
        document.error(
            &value.span(),
            format!("{text:?} is no key; write keys like \"j\", \"G\", \"ctrl-d\", \"g g\", \"space\", \"enter\", \"f5\""),
        )
    })
}

fn written(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}
