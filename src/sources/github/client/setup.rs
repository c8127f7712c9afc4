//! What a client is made from: host, address, token, roots, patience. Given by whoever opens it; never read from the environment.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::kept::AnswerStore;

/// How one forge is reached.
#[derive(Clone)]
pub struct Setup {
    /// The host for people: `github.com`, an Enterprise Server's, or `sub.ghe.com`.
    pub host: String,
    /// The REST address, when it is not the usual one of that host.
    pub api: Option<String>,
    /// The token, when there is one.
    pub token: Option<SecretString>,
    /// A file of further certificate authorities, in PEM.
    pub ca_file: Option<PathBuf>,
    /// Hosts besides its own that keep the forge's files, such as logs; `*.` stands for any labels before. No token goes there.
    pub log_hosts: Vec<String>,
    /// How many requests may be under way at once.
    pub concurrency: usize,
    /// Whether only kept answers are given.
    pub offline: bool,
    /// Where answers are kept; `None`: nowhere.
    pub store: Option<Arc<dyn AnswerStore>>,
    /// How long things may take.
    pub pace: Pace,
}

impl Setup {
    /// The forge at `host` with the usual limits, without a token and without kept answers.
    #[must_use]
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            api: None,
            token: None,
            ca_file: None,
            log_hosts: Vec::new(),
            concurrency: 8,
            offline: false,
            store: None,
            pace: Pace::default(),
        }
    }
}

/// How long things may take, and how much may come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Until a connection stands.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub silence: Duration,
    /// For one answer from the first byte asked to the last byte read.
    pub whole: Duration,
    /// For one pack of git objects.
    pub pack: Duration,
    /// Between two writes.
    pub between_writes: Duration,
    /// Before the second try of a read; twice as long before the third.
    pub before_retry: Duration,
    /// After a secondary limit that does not say how long, doubled each time.
    pub unsaid_limit: Duration,
    /// The longest wait for a limit; a longer one is told as an error instead.
    pub patience: Duration,
    /// The longest body.
    pub largest: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            whole: Duration::from_secs(120),
            pack: Duration::from_secs(900),
            between_writes: Duration::from_secs(1),
            before_retry: Duration::from_millis(500),
            unsaid_limit: Duration::from_secs(60),
            patience: Duration::from_secs(90),
            largest: 64 << 20,
        }
    }
}
