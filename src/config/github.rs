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
    /// Hosts besides a forge's own that keep its files, such as the logs of workflow runs; no token goes there.
    pub log_hosts: Vec<String>,
    /// How many requests may be under way at once.
    pub concurrency: usize,
    /// Percent of the hourly limits that judging a queue unasked leaves to the person.
    pub reserve: u64,
    /// A command whose first line of output is the token.
    pub token_command: Option<String>,
}

const KEYS: [&str; 7] = ["hosts", "api", "ca-file", "log-hosts", "concurrency", "reserve", "token-command"];

/// Where GitHub.com keeps the logs of workflow runs.
const LOG_HOSTS: [&str; 2] = ["*.actions.githubusercontent.com", "*.blob.core.windows.net"];

impl Default for Github {
    fn default() -> Self {
        Self {
            hosts: vec!["github.com".to_owned()],
            api: None,
            ca_file: None,
            log_hosts: LOG_HOSTS.map(str::to_owned).to_vec(),
            concurrency: 8,
            reserve: 50,
            token_command: None,
        }
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
                "log-hosts" => self.log_hosts = log_hosts(document, value)?,
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

/// Host names; `*.` before one means every host below it. The list may be empty: then nothing is read from anywhere else.
fn log_hosts(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigError> {
    let wrong = |at: &std::ops::Range<usize>| {
        document.error(at, "log-hosts is a list of host names, such as [\"logs.example.com\", \"*.logs.example.com\"]")
    };
    let plain =
        |name: &str| name.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let mut hosts = Vec::new();
    for entry in value.get_ref().as_array().ok_or_else(|| wrong(&value.span()))? {
        let host = document.string(entry)?.to_ascii_lowercase();
        let good = match host.strip_prefix("*.") {
            Some(domain) => plain(domain) && domain.contains('.') && domain.parse::<std::net::Ipv4Addr>().is_err(),
            None => plain(&host),
        };
        if !good {
            return Err(wrong(&entry.span()));
        }
        hosts.push(host);
    }
    Ok(hosts)
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
        let list = |hosts: &[String]| hosts.iter().map(|host| quoted(host).to_string()).collect::<Vec<_>>().join(", ");
        let ca_file = self.ca_file.as_deref().map_or_else(String::new, |path| path.display().to_string());
        writeln!(f, "[github]\nhosts = [{}]", list(&self.hosts))?;
        writeln!(f, "api = {}\nca-file = {}", quoted(self.api.as_deref().unwrap_or_default()), quoted(&ca_file))?;
        writeln!(f, "log-hosts = [{}]", list(&self.log_hosts))?;
        writeln!(f, "concurrency = {}\nreserve = {}", self.concurrency, self.reserve)?;
        writeln!(f, "token-command = {}", quoted(self.token_command.as_deref().unwrap_or_default()))
    }
}
