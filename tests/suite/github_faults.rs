//! What goes wrong on the way to the loopback GitHub, as the real client tells it.

use std::time::Duration;

use lazaret::model::cancel::Cancel;
use lazaret::model::forge::{Call, Forge as _, ForgeError, Method, Query};

use crate::github::GitHub;
use crate::github::account::Role;
use crate::github::fault::{Fault, Wait, When};

const VIEWER: &str = "query Viewer { viewer { login } }";

fn viewer() -> Query {
    Query { document: VIEWER, variables: "{}".to_owned(), mutation: false }
}

fn start() -> (GitHub, String) {
    let github = GitHub::start();
    github.repo("acme/api").role("maker", Role::Write).pull("One").open();
    let token = github.token("maker", &["repo"]);
    (github, token)
}

/// The name of an error's kind.
fn kind(error: &ForgeError) -> &'static str {
    match error {
        ForgeError::Unauthorised(_) => "unauthorised",
        ForgeError::Forbidden { .. } => "forbidden",
        ForgeError::Limited { .. } => "limited",
        ForgeError::NotFound(_) => "not found",
        ForgeError::NotAllowed(_) => "not allowed",
        ForgeError::Conflict(_) => "conflict",
        ForgeError::Invalid(_) => "invalid",
        ForgeError::Server(_) => "server",
        ForgeError::Garbled(_) => "garbled",
        ForgeError::Unreachable(_) => "unreachable",
        ForgeError::Offline(_) => "offline",
        ForgeError::Cancelled => "cancelled",
    }
}

#[test]
fn a_write_meets_every_fault_once_and_is_never_sent_again() {
    let (github, token) = start();
    let client = github.client(&token);
    let elsewhere = GitHub::start();
    let faults = [
        (Fault::Unauthorised, "unauthorised"),
        (Fault::Forbidden, "forbidden"),
        (Fault::Secondary(Wait::Unsaid), "limited"),
        (Fault::Secondary(Wait::Seconds(90)), "limited"),
        (Fault::TooMany(Wait::Date(90)), "limited"),
        (Fault::Status(404), "not found"),
        (Fault::Status(405), "not allowed"),
        (Fault::Status(409), "conflict"),
        (Fault::Status(422), "invalid"),
        (Fault::Status(500), "server"),
        (Fault::Page, "server"),
        (Fault::Cut, "unreachable"),
        (Fault::Redirect(format!("{}/user", elsewhere.url())), "garbled"),
    ];
    for (fault, expected) in faults {
        // A limit that was met holds for the whole client, so each fault has one of its own.
        let client = github.client(&token);
        github.forget();
        github.fail(When::NthWrite(1), fault.clone());
        let call = Call::write(Method::Post, "/repos/acme/api/issues/1/comments", Some("{\"body\":\"once\"}".to_owned()));
        let error = client.call(&call, &Cancel::default()).unwrap_err();
        assert_eq!(kind(&error), expected, "{fault:?}: {error}");
        assert_eq!(github.writes().len(), 1, "{fault:?}");
        assert!(!error.to_string().contains(&token), "{error}");
        assert!(github.repo("acme/api").look(|repo| repo.pulls[&1].comments.is_empty()), "{fault:?}");
    }
    assert!(elsewhere.seen().iter().all(|seen| !seen.authorised), "no token goes to another host");
    github.lose(When::NthWrite(1), Fault::Cut);
    let call = Call::write(Method::Post, "/repos/acme/api/issues/1/comments", Some("{\"body\":\"once\"}".to_owned()));
    assert!(client.call(&call, &Cancel::default()).unwrap_err().is_open());
    assert_eq!(github.repo("acme/api").look(|repo| repo.pulls[&1].comments.len()), 1, "the answer was lost, not the effect");
}

#[test]
fn a_read_is_tried_again_and_ends_well() {
    let (github, token) = start();
    for fault in [
        Fault::Status(500),
        Fault::Page,
        Fault::Cut,
        Fault::Half,
        Fault::TooMany(Wait::Seconds(0)),
        Fault::Drip(Duration::from_micros(200)),
    ] {
        let client = github.client(&token);
        github.fail(When::Nth(1), fault.clone());
        let answer = client.call(&Call::get("/user"), &Cancel::default());
        assert_eq!(answer.map(|answer| answer.status), Ok(200), "{fault:?}");
        assert!(!github.armed(), "{fault:?} was met");
    }
}

#[test]
fn graphql_errors_and_holes_arrive_as_they_are() {
    let (github, token) = start();
    let client = github.client(&token);
    github.fail(When::Nth(1), Fault::Errors("FORBIDDEN"));
    let answer = client.query(&viewer(), &Cancel::default()).unwrap();
    assert_eq!((answer.errors[0].kind.as_str(), &*answer.data), ("FORBIDDEN", &b"null"[..]));
    github.fail(When::Nth(1), Fault::Partial);
    let search = "query S { search(type: ISSUE, query: \"is:pr\", first: 5) { nodes { ... on PullRequest { title } } } }";
    let answer = client.query(&Query { document: search, variables: "{}".to_owned(), mutation: false }, &Cancel::default()).unwrap();
    assert_eq!(answer.errors[0].path, "search.nodes.0");
    assert_eq!(client.query(&viewer(), &Cancel::default()).map(|answer| answer.errors.len()), Ok(0));
}

#[test]
fn a_request_can_hang_until_let_go() {
    let (github, token) = start();
    github.lose(When::NthWrite(1), Fault::Hang);
    let client = github.client(&token);
    std::thread::scope(|scope| {
        let sent = scope.spawn(|| {
            let call = Call::write(Method::Post, "/repos/acme/api/issues/1/comments", Some("{\"body\":\"held\"}".to_owned()));
            client.call(&call, &Cancel::default())
        });
        assert!(github.wait_hung(Duration::from_secs(5)));
        assert_eq!(github.repo("acme/api").look(|repo| repo.pulls[&1].comments.len()), 1);
        github.let_go();
        assert!(sent.join().unwrap().unwrap_err().is_open());
    });
}
