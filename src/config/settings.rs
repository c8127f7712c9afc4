//! What can be chosen besides keys and colours. The default is `default/settings.toml`.

use std::fmt;

use crate::config::error::ConfigError;
use crate::config::table::{Document, items};

/// The default settings: the manual of them.
pub const DEFAULT: &str = include_str!("default/settings.toml");

/// How a diff opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffLayout {
    /// By width.
    #[default]
    Auto,
    /// One column.
    Unified,
    /// Side by side.
    Split,
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The theme's name; `auto` looks at the terminal.
    pub theme: String,
    /// How a diff opens.
    pub layout: DiffLayout,
    /// Columns of diff from which side by side is chosen by width.
    pub split_from: usize,
    /// Whether a pull opens without its story.
    pub blind: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
}

const KEYS: [&str; 5] = ["theme", "layout", "split-from", "blind", "mouse"];

impl Default for Settings {
    fn default() -> Self {
        Self { theme: "auto".to_owned(), layout: DiffLayout::Auto, split_from: 120, blind: true, mouse: true }
    }
}

impl Settings {
    /// Takes over what `document` says.
    ///
    /// # Errors
    /// When a key does not exist or its value is of another kind.
    pub fn adopt(&mut self, document: &Document<'_>) -> Result<(), ConfigError> {
        let table = document.parse()?;
        for (name, at, value) in items(table.get_ref()) {
            match name {
                "theme" => document.string(value)?.clone_into(&mut self.theme),
                "layout" => {
                    let wrong = || document.error(&value.span(), "layout is one of \"auto\", \"unified\", \"split\"");
                    self.layout = layout(document.string(value)?).ok_or_else(wrong)?;
                }
                "split-from" => self.split_from = document.count(value)?,
                "blind" => self.blind = document.boolean(value)?,
                "mouse" => self.mouse = document.boolean(value)?,
                _ => return Err(document.error(&at, format!("there is no setting {name:?}; the settings are {}", KEYS.join(", ")))),
            }
        }
        Ok(())
    }
}

impl fmt::Display for Settings {
    /// As the settings file that would say the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = match self.layout {
            DiffLayout::Auto => "auto",
            DiffLayout::Unified => "unified",
            DiffLayout::Split => "split",
        };
        writeln!(f, "theme = {}", toml::Value::String(self.theme.clone()))?;
        writeln!(f, "layout = {layout:?}\nsplit-from = {}\nblind = {}\nmouse = {}", self.split_from, self.blind, self.mouse)
    }
}

fn layout(word: &str) -> Option<DiffLayout> {
    match word {
        "auto" => Some(DiffLayout::Auto),
        "unified" => Some(DiffLayout::Unified),
        "split" => Some(DiffLayout::Split),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_as_they_are_read() {
        let mine = Settings { theme: "a \"b\"".to_owned(), layout: DiffLayout::Split, split_from: 90, blind: false, mouse: false };
        let mut read = Settings::default();
        read.adopt(&Document { file: "x", text: &mine.to_string() }).unwrap();
        assert_eq!(read, mine);
    }
}
