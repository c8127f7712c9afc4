//! A GitHub of our own on 127.0.0.1: stateful, over real git repositories, and strict: every request and every answer is held to
//! GitHub's published OpenAPI description and GraphQL schema, and whatever breaks them fails the test that owns the server.
//!
//! `let github = GitHub::start(); github.repo("acme/api").pull("Fix it").by("maker").open();`
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each kind of test uses its own part of the helpers, which say what they are by name"
)]

pub mod account;
mod act;
pub mod bare;
pub mod build;
pub mod contract;
pub mod fault;
mod gate;
mod graph;
mod line;
mod openapi;
mod opening;
pub mod pull;
pub mod record;
pub mod repo;
pub mod rest;
mod schema;
mod server;
mod smart;
pub mod storage;
pub mod world;

use std::sync::{Arc, Mutex, MutexGuard};

use std::time::Duration;

use fault::{Fault, Faults, When};
use lazaret::sources::github::client::GithubClient;
use lazaret::sources::github::client::setup::{Pace, Setup};
use record::Seen;
use world::World;

/// A running server. Dropping it fails the test when the contract was broken.
pub struct GitHub {
    shared: Arc<Shared>,
    _runtime: tokio::runtime::Runtime,
}

/// A moment of a GitHub to come back to, which is quicker than to build it again.
pub struct Saved {
    world: World,
    refs: Vec<(u64, Vec<(String, String)>)>,
}

/// What the server and the test both see.
pub struct Shared {
    world: Mutex<World>,
    seen: Mutex<Vec<Seen>>,
    wrong: Mutex<Vec<String>>,
    faults: Faults,
    visits: Mutex<Vec<storage::Visit>>,
}

impl GitHub {
    /// A new, empty GitHub on a port of its own.
    pub fn start() -> Self {
        // All tests share what this reads; without it they fail here, with the sentence that says what to run.
        contract::contract();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let beside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let storage = format!("http://localhost:{}", beside.local_addr().unwrap().port());
        let shared = Arc::new(Shared {
            world: Mutex::new(World::new(origin, storage)),
            seen: Mutex::default(),
            wrong: Mutex::default(),
            faults: Faults::default(),
            visits: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        server::serve(&runtime, listener, Arc::clone(&shared));
        storage::serve(&runtime, beside, Arc::clone(&shared));
        Self { shared, _runtime: runtime }
    }

    /// Its address as api.github.com has it: REST at the root, GraphQL at `/graphql`.
    pub fn url(&self) -> String {
        self.world().origin.clone()
    }

    /// The real client of it with `token`.
    pub fn client(&self, token: &str) -> GithubClient {
        client(&self.url(), token)
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.url().trim_start_matches("http://").to_owned()
    }

    /// The state, locked: requests wait meanwhile.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// The requests so far that write, in order.
    pub fn writes(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(Seen::writes).collect()
    }

    /// How many requests there were whose short form starts with `prefix`, such as `GET /repos/acme/api/pulls`.
    pub fn count(&self, prefix: &str) -> usize {
        self.seen().iter().filter(|seen| seen.short().starts_with(prefix)).count()
    }

    /// Every request that reached the host that keeps files.
    pub fn visits(&self) -> Vec<storage::Visit> {
        self.shared.visits.lock().unwrap().clone()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.shared.seen.lock().unwrap().clear();
    }

    /// Lets a request go wrong before it has any effect.
    pub fn fail(&self, when: When, fault: Fault) {
        self.shared.faults.arm(when, fault, false);
    }

    /// Lets a request have its effect, and its answer go wrong.
    pub fn lose(&self, when: When, fault: Fault) {
        self.shared.faults.arm(when, fault, true);
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.shared.faults.disarm();
    }

    /// Gives every token all its requests back.
    pub fn refill(&self) {
        for token in &mut self.world().tokens {
            (token.core.used, token.graphql.used, token.search.used) = (0, 0, 0);
        }
    }

    /// Whether a fault still waits for its request.
    pub fn armed(&self) -> bool {
        self.shared.faults.waiting()
    }

    /// Waits until a request hangs; false when none does in time.
    pub fn wait_hung(&self, patience: Duration) -> bool {
        self.shared.faults.wait_hung(patience)
    }

    /// Cuts the connections of requests that hang.
    pub fn let_go(&self) {
        self.shared.faults.let_go();
    }

    /// Everything as it is now, for [`Self::restore`].
    pub fn save(&self) -> Saved {
        let world = self.world().clone();
        let refs = world.repos.iter().map(|repo| (repo.id, repo.git.refs())).collect();
        Saved { world, refs }
    }

    /// Everything as it was then, without faults and with no request seen.
    pub fn restore(&self, saved: &Saved) {
        self.heal();
        let mut world = self.world();
        *world = saved.world.clone();
        for (id, refs) in &saved.refs {
            world.repo_mut(*id).git.restore(refs);
        }
        drop(world);
        self.forget();
    }

    /// What broke the contract so far; taken out, so that the test goes on to pass.
    pub fn take_wrong(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.wrong.lock().unwrap())
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        let wrong = self.take_wrong();
        if !wrong.is_empty() && !std::thread::panicking() {
            panic!("GitHub's contract was broken:\n{}", wrong.join("\n"));
        }
    }
}

/// The real client of the GitHub at `api` with `token` (none when empty): no pauses, short waits, nothing kept.
pub fn client(api: &str, token: &str) -> GithubClient {
    let pace = Pace {
        connect: Duration::from_secs(5),
        silence: Duration::from_secs(5),
        whole: Duration::from_secs(20),
        between_writes: Duration::ZERO,
        before_retry: Duration::from_millis(5),
        unsaid_limit: Duration::ZERO,
        patience: Duration::from_secs(2),
        ..Pace::default()
    };
    let token = (!token.is_empty()).then(|| token.to_owned().into());
    GithubClient::connect(Setup { api: Some(api.to_owned()), token, pace, ..Setup::new("github.com") }).unwrap()
}

/// What a document costs in points and asks for in nodes, or what is wrong with it.
pub fn price(document: &str, variables: &serde_json::Value) -> Result<(u64, u64), String> {
    let document = schema::document(document)?;
    let operation = document.operations.get(None).map_err(|_| "a document holds one operation".to_owned())?;
    Ok(graph::cost::of(&document, operation, variables))
}
