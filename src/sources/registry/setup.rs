//! Whom registries may be asked, how often and for how long. Given by whoever opens them; never read from the environment.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::model::dependency::Ecosystem;
use crate::model::time::Timestamp;
use crate::sources::github::client::kept::AnswerStore;

/// How packages are looked up.
#[derive(Clone)]
pub struct Setup {
    /// Whether registries and OSV may be asked over the network.
    pub asks: bool,
    /// Whether only kept answers are given.
    pub offline: bool,
    /// A folder with an unpacked export of OSV.
    pub folder: Option<PathBuf>,
    /// Addresses that stand in place of the usual ones.
    pub addresses: Addresses,
    /// A file of further certificate authorities, in PEM.
    pub ca_file: Option<PathBuf>,
    /// How much may be asked for one change.
    pub budget: Budget,
    /// Where answers are kept; `None`: nowhere.
    pub store: Option<Arc<dyn AnswerStore>>,
    /// What tells the time.
    pub clock: fn() -> Timestamp,
}

/// How much may be asked for one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests.
    pub requests: usize,
    /// Time for all of them together.
    pub time: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { requests: 100, time: Duration::from_secs(20) }
    }
}

/// Where registries are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// A registry that mirrors the usual one, by ecosystem.
    pub registries: Vec<(Ecosystem, String)>,
    /// OSV's API.
    pub osv: Option<String>,
}
