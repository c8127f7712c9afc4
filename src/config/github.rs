//! How GitHub is reached, as far as it can be chosen: the table `[github]` of the settings. Never a token.

use std::fmt;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::error::ConfigError;
use crate::config::table::{Document, items};

/// How GitHub is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Github {
    /// The hosts that are GitHub; the first is the one a bare `owner/repo` means.
    pub hosts: Vec<String>,
    /// The REST address of the first host, when it is not the usual one.
    pub api: Option<String>,
    /// A file of further certificate authorities.
    pub ca_file: Option<PathBuf>,
    /// How many requests may be under way at once.
    pub concurrency: usize,
    /// Percent of the hourly limits that judging a queue unasked leaves to the person.
    pub reserve: u64,
    /// A command whose first line of output is the token.
    pub token_command: Option<String>,
}

const KEYS: [&str; 6] = ["hosts", "api", "ca-file", "concurrency", "reserve", "token-command"];

impl Default for Github {
    fn default() -> Self {
        Self { hosts: vec!["github.com".to_owned()], api: None, ca_file: None, concurrency: 8, reserve: 50, token_command: None }
    }
}

impl Github {
    /// Takes over what the table at `value` says.
    ///
    /// # Errors
    /// When a key does not exist or its value is of another kind.
    pub fn adopt(&mut self, document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<(), ConfigError> {
        for (name, at, value) in items(document.table(value)?) {
            let text = || document.string(value).map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()));
            match name {
                "hosts" => self.hosts = hosts(document, value)?,
                "api" => self.api = text()?,
                "ca-file" => self.ca_file = text()?.map(PathBuf::from),
                "concurrency" => self.concurrency = concurrency(document, value)?,
                "reserve" => self.reserve = reserve(document, value)?,
                "token-command" => self.token_command = text()?,
                _ => return Err(document.error(&at, format!("there is no {name:?} in [github]; it has {}", KEYS.join(", ")))),
            }
        }
        Ok(())
    }
}

fn hosts(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigError> {
    let wrong = || document.error(&value.span(), "hosts is a list of at least one host, such as [\"github.com\"]");
    let list = value.get_ref().as_array().ok_or_else(wrong)?;
    let hosts = list.iter().map(|host| Ok(document.string(host)?.to_ascii_lowercase())).collect::<Result<Vec<_>, ConfigError>>()?;
    if hosts.is_empty() { Err(wrong()) } else { Ok(hosts) }
}

fn concurrency(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<usize, ConfigError> {
    match document.count(value)? {
        count @ 1..=64 => Ok(count),
        _ => Err(document.error(&value.span(), "concurrency is from 1 to 64; GitHub itself allows 100 for everything you run")),
    }
}

fn reserve(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<u64, ConfigError> {
    match document.count(value)? {
        percent @ 0..=100 => Ok(percent as u64),
        _ => Err(document.error(&value.span(), "reserve is a percentage from 0 to 100")),
    }
}

impl fmt::Display for Github {
    /// As the table that would say the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| toml::Value::String(text.to_owned());
        let hosts: Vec<String> = self.hosts.iter().map(|host| quoted(host).to_string()).collect();
        let ca_file = self.ca_file.as_deref().map_or_else(String::new, |path| path.display().to_string());
        writeln!(f, "[github]\nhosts = [{}]", hosts.join(", "))?;
        writeln!(f, "api = {}\nca-file = {}", quoted(self.api.as_deref().unwrap_or_default()), quoted(&ca_file))?;
        writeln!(f, "concurrency = {}\nreserve = {}", self.concurrency, self.reserve)?;
        writeln!(f, "token-command = {}", quoted(self.token_command.as_deref().unwrap_or_default()))
    }
}
