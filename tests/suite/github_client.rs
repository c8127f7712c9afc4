//! The client of GitHub against a server that says exactly what a test tells it: the good, the broken and the hostile.
//!
//! What a request and an answer must look like is the business of the contract tests; here it is how they travel.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use lazaret::model::cancel::Cancel;
use lazaret::model::forge::{Call, Forge as _, Kept, Query};
use lazaret::model::time::Timestamp;
use lazaret::sources::github::client::GithubClient;
use lazaret::sources::github::client::kept::AnswerStore;
use lazaret::sources::github::client::setup::{Pace, Setup};
use lazaret::sources::github::wire::Wire as _;

use crate::scripted::{Reply, Server, json};

/// A token that is nobody's.
const TOKEN: &str = concat!("gh", "p_0123456789abcdefghijklmnopqrstuvwxyz");

/// Answers kept in memory.
#[derive(Default)]
struct Memory(Mutex<HashMap<String, Kept>>);

impl AnswerStore for Memory {
    fn find(&self, key: &str) -> Option<Kept> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn keep(&self, key: &str, kept: &Kept) {
        self.0.lock().unwrap().insert(key.to_owned(), kept.clone());
    }

    fn confirm(&self, key: &str, read: Timestamp) {
        if let Some(kept) = self.0.lock().unwrap().get_mut(key) {
            kept.read = read;
        }
    }
}

/// A hurried client of `server`, for tests that do not wait.
fn setup(server: &Server) -> Setup {
    let pace = Pace {
        connect: Duration::from_secs(2),
        silence: Duration::from_secs(2),
        whole: Duration::from_secs(5),
        between_writes: Duration::ZERO,
        before_retry: Duration::from_millis(5),
        unsaid_limit: Duration::from_millis(10),
        patience: Duration::from_secs(4),
        ..Pace::default()
    };
    Setup { api: Some(server.address()), token: Some(TOKEN.into()), pace, ..Setup::new("github.com") }
}

fn client(server: &Server) -> GithubClient {
    GithubClient::connect(setup(server)).unwrap()
}

#[test]
fn rest_graphql_and_git_are_asked_as_github_wants_it() {
    let server = Server::start(|seen, _| match seen.target.as_str() {
        "/repos/o/r" => json(200, r#"{"id":1}"#).header("link", "<SELF/repositories/1?page=2>; rel=\"next\""),
        "/graphql" => json(200, r#"{"data":{"a":1},"errors":[{"type":"NOT_FOUND","path":["a",0],"message":"gone"}]}"#),
        "/o/r.git/info/refs?service=git-upload-pack" => Reply::ok("application/x-git-upload-pack-advertisement", b"000eversion 2\n"),
        "/o/r.git/git-upload-pack" => Reply::ok("application/x-git-upload-pack-result", b"PACK"),
        _ => json(404, r#"{"message":"Not Found"}"#),
    });
    let (client, cancel) = (client(&server), Cancel::default());

    let answer = client.call(&Call::get("/repos/o/r"), &cancel).unwrap();
    assert_eq!((answer.status, &*answer.body, answer.next.as_deref()), (200, &br#"{"id":1}"#[..], Some("/repositories/1?page=2")));
    let query = Query { document: "query A { a }", variables: r#"{"x":1}"#.to_owned(), mutation: false };
    let graph = client.query(&query, &cancel).unwrap();
    assert_eq!((&*graph.data, graph.errors[0].kind.as_str(), graph.errors[0].path.as_str()), (&br#"{"a":1}"#[..], "NOT_FOUND", "a.0"));
    assert_eq!(client.advertisement("o/r", 100, &cancel).unwrap(), b"000eversion 2\n");
    let mut pack = Vec::new();
    let mut take = |piece: &[u8]| {
        pack.extend_from_slice(piece);
        true
    };
    client.upload_pack("o/r", b"0000".to_vec(), 100, &mut take, &cancel).unwrap();
    assert_eq!(pack, b"PACK");

    let seen = server.seen();
    assert_eq!(seen[0].header("authorization"), format!("Bearer {TOKEN}"));
    assert_eq!(seen[0].header("accept"), "application/vnd.github+json");
    assert_eq!(seen[0].header("x-github-api-version"), "2022-11-28");
    assert!(seen[0].header("user-agent").starts_with("lazaret/"), "{}", seen[0].header("user-agent"));
    assert_eq!(seen[1].body, r#"{"query":"query A { a }","variables":{"x":1}}"#);
    assert!(seen[2].header("authorization").starts_with("Basic "));
    assert_eq!((seen[3].header("git-protocol"), &*seen[3].body), ("version=2", "0000"));
    assert_eq!(client.budget().sent, 4);
}
