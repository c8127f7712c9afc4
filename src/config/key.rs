//! A key as it is written in `keymap.toml`: `j`, `G`, `ctrl-d`, `alt-x`, `space`, `pagedown`, `f5`.

use std::fmt;

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// One that types this character; shift is part of the character.
    Char(char),
    /// A function key, from 1.
    F(u8),
    /// One with this name.
    Named(&'static str),
}

/// Names of keys that type nothing.
pub const NAMES: [&str; 15] = [
    "enter",
    "esc",
    "tab",
    "shift-tab",
    "backspace",
    "delete",
    "insert",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "pageup",
    "pagedown",
];

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which.
    pub code: Code,
    /// With control.
    pub ctrl: bool,
    /// With alt.
    pub alt: bool,
}

impl Key {
    /// The key that types `c`.
    #[must_use]
    pub fn char(c: char) -> Self {
        Self { code: Code::Char(c), ctrl: false, alt: false }
    }

    /// The key called `name`, one of [`NAMES`].
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        Self { code: Code::Named(name), ctrl: false, alt: false }
    }

    /// The key written as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            if let Some(tail) = rest.strip_prefix("ctrl-").filter(|tail| !tail.is_empty()) {
                (rest, ctrl) = (tail, true);
            } else if let Some(tail) = rest.strip_prefix("alt-").filter(|tail| !tail.is_empty()) {
                (rest, alt) = (tail, true);
            } else {
                break;
            }
        }
        Some(Self { code: code(rest)?, ctrl, alt })
    }
}

fn code(text: &str) -> Option<Code> {
    if let Some(name) = NAMES.into_iter().find(|name| *name == text) {
        return Some(Code::Named(name));
    }
    if text == "space" {
        return Some(Code::Char(' '));
    }
    let mut chars = text.chars();
    match (chars.next(), chars.as_str()) {
        (Some(c), "") if !c.is_control() && c != ' ' => Some(Code::Char(c)),
        (Some('f'), number) => number.parse().ok().filter(|number| (1..=24).contains(number)).map(Code::F),
        _ => None,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.ctrl { "ctrl-" } else { "" })?;
        f.write_str(if self.alt { "alt-" } else { "" })?;
        match self.code {
            Code::Char(' ') => f.write_str("space"),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(number) => write!(f, "f{number}"),
            Code::Named(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_as_they_are_written() {
        for text in ["j", "G", "]", "-", "ctrl-d", "alt-x", "ctrl-alt-f5", "space", "enter", "shift-tab", "pagedown", "f12", "?"] {
            assert_eq!(Key::parse(text).map(|key| key.to_string()).as_deref(), Some(text));
        }
        for text in ["", "ctrl-", "jj", "f99", "return", " "] {
            assert_eq!(Key::parse(text), None, "{text:?}");
        }
    }
}
