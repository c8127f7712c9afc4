//! What changes the world, the same over REST and GraphQL: reviews, merges, conversations. Each either happens whole or says why not.

pub mod merge;
pub mod review;
pub mod talk;

/// Why something was refused.
#[derive(Clone, Debug)]
pub enum Refused {
    /// 422 over REST, `UNPROCESSABLE` over GraphQL.
    Invalid(String),
    /// 403 and `FORBIDDEN`.
    Forbidden(String),
    /// 404 and `NOT_FOUND`.
    Missing(String),
    /// 405 and `UNPROCESSABLE`.
    NotAllowed(String),
    /// 409 and `UNPROCESSABLE`.
    Conflict(String),
}

impl Refused {
    pub fn says(&self) -> &str {
        match self {
            Self::Invalid(says) | Self::Forbidden(says) | Self::Missing(says) | Self::NotAllowed(says) | Self::Conflict(says) => says,
        }
    }

    /// GitHub's word over GraphQL.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "FORBIDDEN",
            Self::Missing(_) => "NOT_FOUND",
            Self::Invalid(_) | Self::NotAllowed(_) | Self::Conflict(_) => "UNPROCESSABLE",
        }
    }
}
