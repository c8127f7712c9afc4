//! Why the console could not run: one sentence with the next step.

use crate::config::error::ConfigError;

/// Why the console could not run.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The terminal refused something.
    #[error("the terminal cannot be used ({0}); `lazaret list` prints the queue without one")]
    Terminal(#[from] std::io::Error),
    /// A theme is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
}
