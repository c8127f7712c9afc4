//! With which key decisions are signed: `[signing]` of the settings.

use std::fmt;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::error::ConfigError;
use crate::config::table::{Document, items};

/// With which key decisions are signed. What is not said here is taken from git's configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SigningKey {
    /// The key's file, private or public, or the public key itself; empty: as git has it.
    pub key: String,
    /// The file that says whose key is whose; empty: as git has it.
    pub allowed_signers: String,
}

const KEYS: [&str; 2] = ["key", "allowed-signers"];

impl SigningKey {
    /// Takes over what the table at `value` says.
    ///
    /// # Errors
    /// When a key does not exist or its value is of another kind.
    pub fn adopt(&mut self, document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<(), ConfigError> {
        for (name, at, value) in items(document.table(value)?) {
            match name {
                "key" => document.string(value)?.trim().clone_into(&mut self.key),
                "allowed-signers" => document.string(value)?.trim().clone_into(&mut self.allowed_signers),
                _ => return Err(document.error(&at, format!("there is no {name:?} in [signing]; it has {}", KEYS.join(", ")))),
            }
        }
        Ok(())
    }
}

impl fmt::Display for SigningKey {
    /// As the table that would say the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| toml::Value::String(text.to_owned());
        writeln!(f, "[signing]\nkey = {}\nallowed-signers = {}", quoted(&self.key), quoted(&self.allowed_signers))
    }
}
