//! Where everything lives: the XDG folders, or one folder for all of it. Nothing is created here.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::error::StoreError;

/// The folders of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    config: PathBuf,
    data: PathBuf,
    cache: PathBuf,
    state: PathBuf,
}

impl Paths {
    /// The folders as the user's environment names them: `LAZARET_HOME`, else the XDG variables, else their defaults.
    /// `config` (the option `--config`) replaces the configuration folder.
    ///
    /// # Errors
    /// When no home folder is known.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads where things live from the environment")]
    pub fn from_environment(config: Option<&Path>) -> Result<Self, StoreError> {
        let home = std::env::var_os("LAZARET_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        Self::choose(home.as_deref(), config)
    }

    /// Everything below `home` when it is given, else the XDG folders; `config` replaces the configuration folder.
    ///
    /// # Errors
    /// When no home folder is known.
    pub fn choose(home: Option<&Path>, config: Option<&Path>) -> Result<Self, StoreError> {
        let mut paths = match home {
            Some(home) => Self::below(home),
            None => Self::xdg()?,
        };
        if let Some(config) = config {
            paths.config = config.to_owned();
        }
        Ok(paths)
    }

    /// Everything below one folder.
    #[must_use]
    pub fn below(home: &Path) -> Self {
        Self { config: home.join("config"), data: home.join("data"), cache: home.join("cache"), state: home.join("state") }
    }

    fn xdg() -> Result<Self, StoreError> {
        let base = etcetera::base_strategy::Xdg::new().map_err(|_| StoreError::Homeless)?;
        let state = base.state_dir().unwrap_or_else(|| base.data_dir());
        Ok(Self {
            config: base.config_dir().join("lazaret"),
            data: base.data_dir().join("lazaret"),
            cache: base.cache_dir().join("lazaret"),
            state: state.join("lazaret"),
        })
    }

    /// Settings, keymap, policy, rules and themes of the user.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// What must not get lost.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What may be deleted at any time.
    #[must_use]
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// The file of the ledger.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.data.join("ledger.db")
    }

    /// The folder of evidence bundles, one folder for each case.
    #[must_use]
    pub fn evidence(&self) -> PathBuf {
        self.data.join("evidence")
    }

    /// The folder of unsent reviews.
    #[must_use]
    pub fn drafts(&self) -> PathBuf {
        self.data.join("drafts")
    }

    /// The file of a forge's kept answers.
    #[must_use]
    pub fn answers(&self) -> PathBuf {
        self.cache.join("answers.db")
    }

    /// The file of what registries said.
    #[must_use]
    pub fn look_ups(&self) -> PathBuf {
        self.cache.join("look-ups.db")
    }

    /// Git objects fetched from the forge at `host`: they may go at any time, and nothing of them is checked out.
    #[must_use]
    pub fn objects(&self, host: &str) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
        self.cache.join("objects").join(host.chars().map(plain).collect::<String>())
    }

    /// What sweeps have read so far; it may be deleted at any time and is read again.
    #[must_use]
    pub fn sweeps(&self) -> PathBuf {
        self.state.join("sweeps.db")
    }

    /// How noisy rules were when they were measured; it may be deleted at any time and is measured again.
    #[must_use]
    pub fn noise(&self) -> PathBuf {
        self.state.join("noise.db")
    }

    /// What was judged over time; it may be deleted at any time, and what is judged from then on is remembered.
    #[must_use]
    pub fn observations(&self) -> PathBuf {
        self.state.join("observations.db")
    }

    /// The program's own log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.state.join("log")
    }
}
