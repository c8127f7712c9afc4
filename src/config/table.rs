//! TOML with places: every key and value knows its line, so that every error can name it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::ConfigError;

/// The text of a file of taste.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The file as people know it.
    pub file: &'a str,
    /// What it holds.
    pub text: &'a str,
}

/// A key with its value.
pub type Item<'a> = (&'a str, Range<usize>, &'a Spanned<DeValue<'a>>);

impl<'a> Document<'a> {
    /// Its top-level table.
    ///
    /// # Errors
    /// When it is not TOML.
    pub fn parse(&self) -> Result<Spanned<DeTable<'a>>, ConfigError> {
        DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0..0, |span| span);
            self.error(&at, format!("this is not TOML: {}", error.message().trim()))
        })
    }

    /// An error at these bytes.
    #[must_use]
    pub fn error(&self, at: &Range<usize>, says: impl Into<String>) -> ConfigError {
        let before = self.text.as_bytes().get(..at.start).unwrap_or(self.text.as_bytes());
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        ConfigError { file: self.file.to_owned(), line: Some(line), says: says.into() }
    }

    /// The string at `value`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn string<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, ConfigError> {
        value.get_ref().as_str().ok_or_else(|| self.error(&value.span(), "a text in quotes is expected here"))
    }

    /// The truth value at `value`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn boolean(&self, value: &Spanned<DeValue<'_>>) -> Result<bool, ConfigError> {
        value.get_ref().as_bool().ok_or_else(|| self.error(&value.span(), "true or false is expected here"))
    }

    /// The whole number at `value`.
    ///
    /// # Errors
    /// When it is something else, or negative.
    pub fn count(&self, value: &Spanned<DeValue<'_>>) -> Result<usize, ConfigError> {
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().replace('_', "").parse().ok());
        number.ok_or_else(|| self.error(&value.span(), "a whole number, zero or more, is expected here"))
    }

    /// The table at `value`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn table<'v, 'd>(&self, value: &'v Spanned<DeValue<'d>>) -> Result<&'v DeTable<'d>, ConfigError> {
        value.get_ref().as_table().ok_or_else(|| self.error(&value.span(), "a table is expected here"))
    }
}

/// The items of a table with their places, in the order of their names.
pub fn items<'v>(table: &'v DeTable<'_>) -> impl Iterator<Item = (&'v str, Range<usize>, &'v Spanned<DeValue<'v>>)> {
    table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value))
}
