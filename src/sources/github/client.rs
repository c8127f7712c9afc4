//! The one client of GitHub's API and git host: octocrab over reqwest, blocking outside, cancellable. Everybody else asks through
//! [`Forge`] and [`Wire`]. A token is in its requests to its own forge and nowhere else.

mod address;
mod clock;
mod download;
mod git;
mod graph;
pub mod kept;
mod limit;
mod line;
mod refusal;
mod rest;
pub mod setup;
mod tally;
pub(in crate::sources) mod tls;
mod transport;
pub mod viewer;
mod words;

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Runtime;

use self::git::Renamed;
use self::line::Line;
use self::setup::Setup;
use self::viewer::Viewer;
use crate::model::cancel::Cancel;
use crate::model::forge::{Answer, Budget, Call, Download, Forge, ForgeError, GraphAnswer, Query};
use crate::sources::github::wire::Wire;

/// How often it is looked whether anybody still waits.
const LOOK: Duration = Duration::from_millis(25);

/// A client that cannot be made: one sentence with the next step.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(String);

/// A client of one forge. Its calls block, so they are made where blocking is allowed; any number may be under way.
pub struct GithubClient {
    line: Line,
    renamed: Renamed,
    runtime: Option<Runtime>,
}

impl GithubClient {
    /// Makes ready to talk; nothing is sent yet.
    ///
    /// # Errors
    /// When the host, the API address or the certificate authorities cannot be used.
    pub fn connect(setup: Setup) -> Result<Self, ConnectError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("github").enable_all().build();
        let runtime = runtime.map_err(|error| ConnectError(format!("no thread for the network could be started: {error}")))?;
        let entered = runtime.enter();
        let line = Line::open(setup).map_err(ConnectError)?;
        drop(entered);
        Ok(Self { line, renamed: Renamed::default(), runtime: Some(runtime) })
    }

    /// The API's address, for people.
    #[must_use]
    pub fn address(&self) -> &str {
        self.line.address.shown()
    }

    /// Whose token it is, and what is left for it.
    ///
    /// # Errors
    /// As [`Forge::call`].
    pub fn viewer(&self, cancel: &Cancel) -> Result<Viewer, ForgeError> {
        self.wait(cancel, viewer::ask(&self.line))
    }

    fn wait<T>(&self, cancel: &Cancel, work: impl Future<Output = Result<T, ForgeError>>) -> Result<T, ForgeError> {
        match &self.runtime {
            Some(runtime) if !cancel.is_cancelled() => runtime.block_on(async {
                tokio::select! {
                    done = work => done,
                    () = raised(cancel) => Err(ForgeError::Cancelled),
                }
            }),
            _ => Err(ForgeError::Cancelled),
        }
    }
}

async fn raised(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}

impl Drop for GithubClient {
    fn drop(&mut self) {
        // Waiting for connections to end is nobody's wish, and would be forbidden inside another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Forge for GithubClient {
    fn host(&self) -> String {
        self.line.address.host.clone()
    }

    fn call(&self, call: &Call, cancel: &Cancel) -> Result<Answer, ForgeError> {
        self.wait(cancel, rest::call(&self.line, call))
    }

    fn query(&self, query: &Query, cancel: &Cancel) -> Result<GraphAnswer, ForgeError> {
        self.wait(cancel, graph::query(&self.line, query))
    }

    fn download(&self, call: &Call, cancel: &Cancel) -> Result<Download, ForgeError> {
        self.wait(cancel, download::download(&self.line, call))
    }

    fn budget(&self) -> Budget {
        self.line.tally.budget()
    }

    fn scopes(&self) -> Option<Vec<String>> {
        let scopes = self.line.tally.notes().scopes?;
        Some(scopes.split(',').map(|scope| scope.trim().to_owned()).filter(|scope| !scope.is_empty()).collect())
    }
}

impl Wire for GithubClient {
    fn advertisement(&self, repository: &str, limit: u64, cancel: &Cancel) -> Result<Vec<u8>, ForgeError> {
        self.wait(cancel, git::advertisement(&self.line, &self.renamed, repository, limit))
    }

    fn upload_pack(
        &self,
        repository: &str,
        body: Vec<u8>,
        limit: u64,
        take: &mut dyn FnMut(&[u8]) -> bool,
        cancel: &Cancel,
    ) -> Result<(), ForgeError> {
        self.wait(cancel, git::upload_pack(&self.line, &self.renamed, repository, &body, limit, take))
    }
}
