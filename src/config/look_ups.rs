//! Whether and where packages are looked up: the table `[look-ups]` of the settings.

use std::fmt;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::error::ConfigError;
use crate::config::table::{Document, items};

/// How packages are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookUps {
    /// Whether registries and OSV may be asked.
    pub ask: bool,
    /// A folder with an unpacked export of OSV.
    pub advisories: Option<PathBuf>,
    /// How many requests one change may cost.
    pub requests: usize,
    /// How many seconds one change may take.
    pub seconds: u64,
    /// Addresses in place of the usual ones, by the word of their world; `osv` for OSV.
    pub addresses: Vec<(String, String)>,
}

const KEYS: [&str; 13] =
    ["ask", "advisories", "requests", "seconds", "npm", "pypi", "cargo", "gem", "golang", "composer", "nuget", "maven", "osv"];
/// Those of them that are addresses.
const ADDRESSES: [&str; 9] = ["npm", "pypi", "cargo", "gem", "golang", "composer", "nuget", "maven", "osv"];

impl Default for LookUps {
    fn default() -> Self {
        Self { ask: false, advisories: None, requests: 100, seconds: 20, addresses: Vec::new() }
    }
}

impl LookUps {
    /// Takes over what the table at `value` says.
    ///
    /// # Errors
    /// When a key does not exist or its value is of another kind.
    pub fn adopt(&mut self, document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<(), ConfigError> {
        for (name, at, value) in items(document.table(value)?) {
            let text = || document.string(value).map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()));
            match name {
                "ask" => self.ask = document.boolean(value)?,
                "advisories" => self.advisories = text()?.map(PathBuf::from),
                "requests" => self.requests = within(document, value, 1, 10_000)?,
                "seconds" => self.seconds = within(document, value, 1, 600)? as u64,
                name if ADDRESSES.contains(&name) => {
                    self.addresses.retain(|(known, _)| known != name);
                    self.addresses.extend(text()?.map(|address| (name.to_owned(), address)));
                    self.addresses.sort();
                }
                _ => return Err(document.error(&at, format!("there is no {name:?} in [look-ups]; it has {}", KEYS.join(", ")))),
            }
        }
        Ok(())
    }
}

fn within(document: &Document<'_>, value: &Spanned<DeValue<'_>>, least: usize, most: usize) -> Result<usize, ConfigError> {
    match document.count(value)? {
        count if (least..=most).contains(&count) => Ok(count),
        _ => Err(document.error(&value.span(), format!("this is a number from {least} to {most}"))),
    }
}

impl fmt::Display for LookUps {
    /// As the table that would say the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| toml::Value::String(text.to_owned());
        let folder = self.advisories.as_deref().map_or_else(String::new, |path| path.display().to_string());
        writeln!(f, "[look-ups]\nask = {}\nadvisories = {}", self.ask, quoted(&folder))?;
        writeln!(f, "requests = {}\nseconds = {}", self.requests, self.seconds)?;
        ADDRESSES.iter().try_for_each(|name| {
            let chosen = self.addresses.iter().find(|(known, _)| known == name).map_or("", |(_, address)| address);
            writeln!(f, "{name} = {}", quoted(chosen))
        })
    }
}
