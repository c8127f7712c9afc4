//! Talking to a forge, as data: what is asked, what came back, why it did not. Never how it travels, and never a token.

use super::cancel::Cancel;
use super::time::Timestamp;

/// An account of a forge.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// Its numeric id, which survives renames.
    pub id: Option<u64>,
    /// Its login as the forge spells it. Forges drop `[bot]` in places, and a bare first name belongs to a person.
    pub login: String,
    /// Whether the forge says that it is a bot or an app.
    pub bot: bool,
}

/// An HTTP method, with what it means for a second try: only [`Self::Get`] is ever sent again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Sets.
    Put,
    /// Changes.
    Patch,
    /// Takes away.
    Delete,
}

impl Method {
    /// As it stands on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One REST request. Routes are relative to the forge's REST address and already percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Such as `/repos/o/r/pulls/7/files?per_page=100`.
    pub route: String,
    /// The media type wanted, such as `application/vnd.github+json`.
    pub accept: &'static str,
    /// The JSON body.
    pub body: Option<String>,
}

/// GitHub's JSON.
pub const JSON: &str = "application/vnd.github+json";

impl Call {
    /// Reads `route` as JSON.
    #[must_use]
    pub fn get(route: impl Into<String>) -> Self {
        Self { method: Method::Get, route: route.into(), accept: JSON, body: None }
    }

    /// Writes `body`, when there is one, to `route`.
    #[must_use]
    pub fn write(method: Method, route: impl Into<String>, body: Option<String>) -> Self {
        Self { method, route: route.into(), accept: JSON, body }
    }
}

/// A whole answer with a status below 300.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, whole.
    pub body: Vec<u8>,
    /// The route of the next page, from the `Link` header, only when it stays on the same host.
    pub next: Option<String>,
    /// When it was read from the forge: now, the time of the kept answer that a 304 confirmed is now too; earlier only offline.
    pub read: Timestamp,
    /// What the forge's own clock said then, from the `Date` header: evidence notes how far the two are apart.
    pub dated: Option<Timestamp>,
    /// Whether it comes from the cache because the forge could not be asked.
    pub stale: bool,
    /// The route it was redirected to for good, when it was: the repository has another name now.
    pub moved: Option<String>,
}

/// A file that a forge gave out, whole. Nothing here says what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Download {
    /// Its bytes.
    pub body: Vec<u8>,
    /// The host that it came from, when that is not the forge's own API.
    pub from: Option<String>,
    /// When it was read.
    pub read: Timestamp,
}

/// An answer kept for later: to be confirmed by its validators, or to be read when the forge cannot be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The status it came with.
    pub status: u16,
    /// Its entity tag.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub modified: Option<String>,
    /// As in [`Answer::next`].
    pub next: Option<String>,
    /// As in [`Answer::moved`].
    pub moved: Option<String>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// When the forge last said that it is so.
    pub read: Timestamp,
}

/// One GraphQL request: a document with one operation and its variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// The document.
    pub document: &'static str,
    /// A JSON object.
    pub variables: String,
    /// Whether it writes: then it is never sent twice and never answered from the cache.
    pub mutation: bool,
}

/// One entry of `errors` in a GraphQL answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphError {
    /// GitHub's `type`: `NOT_FOUND`, `FORBIDDEN`, `UNPROCESSABLE`, …; empty when there is none.
    pub kind: String,
    /// Where in the answer, such as `search.nodes.3`.
    pub path: String,
    /// What it says.
    pub message: String,
}

/// A GraphQL answer: data, errors, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphAnswer {
    /// The JSON of `data`; `null` when there is none.
    pub data: Vec<u8>,
    /// What went wrong in parts of it.
    pub errors: Vec<GraphError>,
    /// As in [`Answer::read`].
    pub read: Timestamp,
    /// As in [`Answer::stale`].
    pub stale: bool,
    /// What was asked for, as people name it.
    pub about: String,
}

/// Why a request was not answered. Each is one sentence with the place and the next step; no token is ever part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForgeError {
    /// 401: there is no token, or it is wrong, expired or revoked.
    Unauthorised(String),
    /// 403 without a limit: the token may not; `permission` as `X-Accepted-GitHub-Permissions` names it.
    Forbidden {
        /// What would be needed, such as `pull_requests=write`; empty when the forge does not say.
        permission: String,
        /// The sentence.
        says: String,
    },
    /// A primary or secondary limit, and when it may be tried again.
    Limited {
        /// When.
        until: Timestamp,
        /// The sentence.
        says: String,
    },
    /// 404 or 410, which also hides what the token may not see.
    NotFound(String),
    /// 405: it cannot be done in this state.
    NotAllowed(String),
    /// 409: what was seen has moved.
    Conflict(String),
    /// 422: understood and refused.
    Invalid(String),
    /// 5xx, after all tries of a read.
    Server(String),
    /// The answer is no answer: not JSON, cut off, too large, or a redirect to another host.
    Garbled(String),
    /// The forge could not be reached, or did not answer in time.
    Unreachable(String),
    /// Offline was asked for, and the cache does not have it.
    Offline(String),
    /// Nobody waits any more.
    Cancelled,
}

impl ForgeError {
    /// The sentence.
    #[must_use]
    pub fn says(&self) -> &str {
        match self {
            Self::Forbidden { says, .. } | Self::Limited { says, .. } => says,
            Self::Unauthorised(says)
            | Self::NotFound(says)
            | Self::NotAllowed(says)
            | Self::Conflict(says)
            | Self::Invalid(says)
            | Self::Server(says)
            | Self::Garbled(says)
            | Self::Unreachable(says)
            | Self::Offline(says) => says,
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a write that ended so may have happened all the same, so that the world has to be read again.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Server(_) | Self::Garbled(_) | Self::Unreachable(_) | Self::Cancelled)
    }
}

impl std::fmt::Display for ForgeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.says())
    }
}

impl std::error::Error for ForgeError {}

/// One of the forge's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meter {
    /// What is left.
    pub remaining: u64,
    /// Of how much.
    pub limit: u64,
    /// When it is full again.
    pub reset: Timestamp,
}

/// What was used up and what is left, as of the last answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// REST, when the forge counts it.
    pub core: Option<Meter>,
    /// GraphQL points.
    pub graphql: Option<Meter>,
    /// What is being waited for, in words, and until when.
    pub waiting: Option<(Timestamp, String)>,
    /// Requests sent since the start.
    pub sent: u64,
    /// Of those, answered by "not modified", which costs nothing.
    pub unchanged: u64,
    /// Answers taken from the cache without asking, since the forge was not reachable.
    pub stale: u64,
    /// When the oldest of those was read.
    pub oldest: Option<Timestamp>,
}

/// A forge that can be asked. Calls block; whoever calls runs them where blocking is allowed. Reads obey limits and are tried
/// again; writes are sent once.
pub trait Forge: Send + Sync {
    /// Its host for people, such as `github.com`.
    fn host(&self) -> String;

    /// One REST request.
    ///
    /// # Errors
    /// Everything but a status below 300.
    fn call(&self, call: &Call, cancel: &Cancel) -> Result<Answer, ForgeError>;

    /// One GraphQL request. Errors in parts of the answer are in the answer.
    ///
    /// # Errors
    /// When there is no GraphQL answer at all.
    fn query(&self, query: &Query, cancel: &Cancel) -> Result<GraphAnswer, ForgeError>;

    /// A file that `call` answers with, or that it names a place of: one redirect to a host that is believed to keep the forge's
    /// files is followed, and the token does not go there.
    ///
    /// # Errors
    /// As [`Self::call`], and when the host is not believed.
    fn download(&self, call: &Call, cancel: &Cancel) -> Result<Download, ForgeError> {
        self.call(call, cancel).map(|answer| Download { body: answer.body, from: None, read: answer.read })
    }

    /// What is left.
    fn budget(&self) -> Budget;

    /// The scopes of a classic token, once an answer told them; `None` for tokens that do not say what they may.
    fn scopes(&self) -> Option<Vec<String>> {
        None
    }
}
