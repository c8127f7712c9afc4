//! The client of GitHub against a server that says exactly what a test tells it: the good, the broken and the hostile.
//!
//! What a request and an answer must look like is the business of the contract tests; here it is how they travel.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lazaret::model::cancel::Cancel;
use lazaret::model::forge::{Call, Forge as _, ForgeError, Kept, Method, Query};
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
        "/repos/o/r" => json(200, r#"{"id":1}"#)
            .header("date", "Fri, 15 Jan 2027 08:00:00 GMT")
            .header("link", "<SELF/repositories/1?page=2>; rel=\"next\""),
        "/graphql" => json(200, r#"{"data":{"a":1},"errors":[{"type":"NOT_FOUND","path":["a",0],"message":"gone"}]}"#),
        "/o/r.git/info/refs?service=git-upload-pack" => Reply::ok("application/x-git-upload-pack-advertisement", b"000eversion 2\n"),
        "/o/r.git/git-upload-pack" => Reply::ok("application/x-git-upload-pack-result", b"PACK"),
        _ => json(404, r#"{"message":"Not Found"}"#),
    });
    let (client, cancel) = (client(&server), Cancel::default());

    let answer = client.call(&Call::get("/repos/o/r"), &cancel).unwrap();
    assert_eq!((answer.status, &*answer.body, answer.next.as_deref()), (200, &br#"{"id":1}"#[..], Some("/repositories/1?page=2")));
    assert_eq!(answer.dated, Some(Timestamp(1_800_000_000)));
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

fn get(client: &GithubClient, route: &str) -> Result<lazaret::model::forge::Answer, ForgeError> {
    client.call(&Call::get(route), &Cancel::default())
}

fn post(client: &GithubClient, route: &str) -> Result<lazaret::model::forge::Answer, ForgeError> {
    client.call(&Call::write(Method::Post, route, Some("{}".to_owned())), &Cancel::default())
}

/// A client that keeps answers in the memory beside it.
fn keeping(server: &Server) -> (GithubClient, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let client = GithubClient::connect(Setup { store: Some(memory.clone()), ..setup(server) }).unwrap();
    (client, memory)
}

/// As [`keeping`], with what another client kept.
fn sharing(server: &Server, memory: &Arc<Memory>, offline: bool) -> GithubClient {
    GithubClient::connect(Setup { store: Some(memory.clone()), offline, ..setup(server) }).unwrap()
}

fn now() -> i64 {
    i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap()
}

#[test]
fn an_unchanged_answer_is_confirmed_and_not_sent_again() {
    let server = Server::start(|seen, _| match seen.header("if-none-match") {
        "W/\"1\"" => Reply::status(304),
        _ => json(200, r#"[1,2]"#).header("etag", "W/\"1\"").header("link", "<SELF/a?page=2>; rel=\"next\""),
    });
    let (client, memory) = keeping(&server);
    let first = get(&client, "/a").unwrap();
    memory.0.lock().unwrap().values_mut().for_each(|kept| kept.read = Timestamp(5));
    let second = get(&client, "/a").unwrap();
    assert_eq!((&second.body, &second.next, second.status, second.stale), (&first.body, &first.next, 200, false));
    assert!(second.read.0 >= now() - 5, "it was confirmed now");
    assert_eq!((client.budget().sent, client.budget().unchanged), (2, 1));
    let diff = Call { accept: "application/vnd.github.diff", ..Call::get("/a") };
    client.call(&diff, &Cancel::default()).unwrap();
    assert_eq!(server.seen()[2].header("if-none-match"), "", "another kind of answer is another answer");
}

#[test]
fn a_file_is_taken_as_it_is_when_it_is_known_to_be_whole() {
    let server = Server::start(|seen, _| {
        let file = Reply::ok("application/vnd.github.raw+json", b"fn main() {").header("etag", "\"1\"");
        if seen.target == "/cut" { file.unframed().cut(4) } else { file }
    });
    let (client, memory) = keeping(&server);
    let raw = |route: &str| Call { accept: "application/vnd.github.raw+json", ..Call::get(route) };
    assert_eq!(client.call(&raw("/whole"), &Cancel::default()).unwrap().body, b"fn main() {");
    assert_eq!(memory.0.lock().unwrap().len(), 1);
    let half = client.call(&raw("/cut"), &Cancel::default());
    assert!(matches!(half, Err(ForgeError::Garbled(_))), "half a file is no file: {half:?}");
    assert_eq!(memory.0.lock().unwrap().len(), 1);
}

#[test]
fn kept_answers_belong_to_their_token() {
    let server = Server::start(|_, _| json(200, "{}").header("etag", "\"1\""));
    let (client, memory) = keeping(&server);
    get(&client, "/a").unwrap();
    let other = Setup { token: Some("another".into()), store: Some(memory.clone()), ..setup(&server) };
    get(&GithubClient::connect(other).unwrap(), "/a").unwrap();
    assert_eq!(server.seen()[1].header("if-none-match"), "");
    assert!(memory.0.lock().unwrap().keys().all(|key| !key.contains(TOKEN)));
}

#[test]
fn a_read_is_tried_again_and_a_write_never() {
    type Broken = (&'static str, fn() -> Reply);
    let broken: [Broken; 6] = [
        ("status 502", || Reply::page(502)),
        ("broke off", || json(200, r#"{"a":[1,2,3]}"#).cut(6)),
        ("page instead of an answer", || Reply::page(200)),
        ("could not be reached", Reply::hang_up),
        ("no answer", || json(200, "{\"a\":")),
        ("status 500", || json(500, r#"{"message":"oops"}"#)),
    ];
    for (says, reply) in broken {
        let server = Server::start(move |_, before| if before % 3 == 2 { json(200, "{}") } else { reply() });
        let client = client(&server);
        assert_eq!(get(&client, "/repos/o/r/pulls/7").unwrap().body, b"{}", "{says}");
        assert_eq!(server.seen().len(), 3, "{says}");

        let server = Server::start(move |_, _| reply());
        let client = GithubClient::connect(setup(&server)).unwrap();
        let error = get(&client, "/repos/o/r/pulls/7").unwrap_err();
        assert!(error.says().contains(says) && error.says().contains("o/r#7"), "{says}: {error}");
        assert_eq!(server.seen().len(), 3, "{says}");
        let error = post(&client, "/repos/o/r/issues/7/comments").unwrap_err();
        assert!(error.is_open() && error.says().contains("not known whether it was done"), "{says}: {error}");
        assert_eq!(server.seen().len(), 4, "{says}: a write is sent once");
        let mutation = Query { document: "mutation Lock { a }", variables: "{}".to_owned(), mutation: true };
        assert!(client.query(&mutation, &Cancel::default()).unwrap_err().is_open(), "{says}");
        assert_eq!(server.seen().len(), 5, "{says}: a mutation is sent once");
    }
}

#[test]
fn a_renamed_repository_is_followed_by_reads_and_told() {
    let server = Server::start(|seen, _| match seen.target.as_str() {
        "/repos/old/r" => json(301, r#"{"message":"Moved Permanently"}"#).header("location", "SELF/repositories/1"),
        "/repos/in/circles" => json(302, "{}").header("location", "/repos/in/circles"),
        _ => json(200, "{}"),
    });
    let client = client(&server);
    assert_eq!(get(&client, "/repos/old/r").unwrap().moved.as_deref(), Some("/repositories/1"));
    assert!(get(&client, "/repos/in/circles").unwrap_err().says().contains("in circles"));
    let error = post(&client, "/repos/old/r").unwrap_err();
    assert!(matches!(&error, ForgeError::NotFound(says) if says.contains("another name")), "{error}");
    assert!(!error.is_open(), "GitHub did nothing");
}

#[test]
fn a_redirect_to_another_host_is_not_followed_and_no_token_arrives_there() {
    let other = Server::start(|_, _| json(200, "{}"));
    let there = other.address();
    for location in
        [there.clone(), there.replace("127.0.0.1", "localhost"), "https://evil.example/x".to_owned(), "//evil.example/x".to_owned()]
    {
        let server = Server::start(move |_, _| json(302, "{}").header("location", &location));
        let client = client(&server);
        for ended in [
            get(&client, "/repos/o/r").map(drop),
            post(&client, "/repos/o/r").map(drop),
            client.advertisement("o/r", 10, &Cancel::default()).map(drop),
        ] {
            assert!(matches!(ended, Err(ForgeError::Garbled(_))), "{ended:?}");
        }
        assert_eq!(server.seen().len(), 3, "none of them was tried again");
    }
    assert_eq!(other.seen().len(), 0);
}

#[test]
fn a_next_page_elsewhere_is_no_next_page() {
    let server = Server::start(|_, _| json(200, "[]").header("link", "<https://evil.example/a?page=2>; rel=\"next\""));
    assert_eq!(get(&client(&server), "/a").unwrap().next, None);
}

#[test]
fn a_limit_is_waited_for_in_both_forms_and_told_meanwhile() {
    let seconds: fn() -> String = || "2".to_owned();
    let date: fn() -> String = || chrono::DateTime::from_timestamp(now() + 3, 0).unwrap().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for form in [seconds, date] {
        let server = Server::start(move |_, before| match before {
            0 => json(403, r#"{"message":"You have exceeded a secondary rate limit."}"#).header("retry-after", &form()),
            _ => json(200, "{}"),
        });
        let client = client(&server);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| get(&client, "/a"));
            let told = (0..300).find_map(|_| {
                std::thread::sleep(Duration::from_millis(5));
                client.budget().waiting
            });
            assert!(told.unwrap().1.contains("too many requests"));
            assert_eq!(waiting.join().unwrap().unwrap().status, 200);
        });
        assert_eq!(client.budget().waiting, None);
        assert_eq!(server.seen().len(), 2);
    }
}

#[test]
fn a_longer_limit_is_told_with_its_time_and_nobody_asks_before() {
    let reset = now() + 1800;
    let server = Server::start(move |_, _| {
        json(403, r#"{"message":"API rate limit exceeded for user ID 1."}"#)
            .header("x-ratelimit-limit", "5000")
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", &reset.to_string())
            .header("x-ratelimit-resource", "core")
    });
    let client = client(&server);
    for ended in [get(&client, "/a"), get(&client, "/b"), post(&client, "/c")] {
        assert!(matches!(&ended, Err(ForgeError::Limited { until, says }) if until.0 == reset && says.contains(" (in ")), "{ended:?}");
    }
    assert_eq!(server.seen().len(), 1, "the limit was known after the first");
    let core = client.budget().core.unwrap();
    assert_eq!((core.remaining, core.limit, core.reset.0), (0, 5000, reset));
    let search = get(&client, "/search/issues?q=x");
    assert!(search.is_err() && server.seen().len() == 2, "a search has a counter of its own");
}

#[test]
fn a_limit_that_says_no_time_is_waited_for_longer_each_time() {
    let server =
        Server::start(
            |_, before| if before < 2 { json(403, r#"{"message":"You have exceeded a secondary rate limit"}"#) } else { json(200, "{}") },
        );
    let client = client(&server);
    assert_eq!(get(&client, "/a").unwrap().status, 200);
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_write_that_meets_a_limit_is_not_sent_again() {
    let server = Server::start(|_, _| json(429, r#"{"message":"slow down"}"#).header("retry-after", "1"));
    let ended = post(&client(&server), "/a");
    assert!(matches!(&ended, Err(error @ ForgeError::Limited { .. }) if !error.is_open()), "{ended:?}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn limits_and_failures_inside_a_graphql_200_are_seen() {
    let reset = (now() + 1800).to_string();
    let server = Server::start(move |_, before| match before {
        0 => json(
            200,
            r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout."}]}"#,
        ),
        1 => json(502, r#"{"data":null,"errors":[{"message":"timeout"}]}"#),
        2 => json(200, r#"{"data":{"a":1}}"#),
        _ => json(200, r#"{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}"#)
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", &reset)
            .header("x-ratelimit-resource", "graphql"),
    });
    let client = client(&server);
    let query = Query { document: "query Queue { a }", variables: String::new(), mutation: false };
    assert_eq!(client.query(&query, &Cancel::default()).unwrap().data, br#"{"a":1}"#);
    let ended = client.query(&query, &Cancel::default());
    assert!(matches!(&ended, Err(ForgeError::Limited { says, .. }) if says.contains("the search for pulls")), "{ended:?}");
    assert_eq!(client.budget().graphql.unwrap().remaining, 0);
}

#[test]
fn nobody_waits_for_what_was_cancelled_and_nothing_of_it_is_kept() {
    let body = format!("[{}1]", "1,".repeat(500));
    let server = Server::start(move |_, _| json(200, &body).header("etag", "\"1\"").drip(Duration::from_millis(5)));
    let (client, memory) = keeping(&server);
    let cancel = Cancel::default();
    let took = std::thread::scope(|scope| {
        let asking = scope.spawn(|| client.call(&Call::get("/a"), &cancel));
        std::thread::sleep(Duration::from_millis(150));
        let begun = Instant::now();
        cancel.cancel();
        assert_eq!(asking.join().unwrap(), Err(ForgeError::Cancelled));
        begun.elapsed()
    });
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(memory.0.lock().unwrap().is_empty());
    assert_eq!(client.call(&Call::get("/b"), &cancel), Err(ForgeError::Cancelled));
    assert_eq!(server.seen().len(), 1, "and nothing more is asked");
}

#[test]
fn a_drip_a_silence_and_a_flood_end() {
    let server = Server::start(|seen, _| match seen.target.as_str() {
        "/drip" => json(200, &"1".repeat(3000)).drip(Duration::from_millis(50)),
        "/silence" => json(200, "{}").after(Duration::from_secs(5)),
        _ => json(200, &"1".repeat(5000)),
    });
    let pace = Pace { whole: Duration::from_millis(600), silence: Duration::from_millis(300), largest: 4000, ..setup(&server).pace };
    let client = GithubClient::connect(Setup { pace, ..setup(&server) }).unwrap();
    assert!(matches!(get(&client, "/drip"), Err(ForgeError::Unreachable(_))));
    assert!(matches!(get(&client, "/silence"), Err(ForgeError::Unreachable(says)) if says.contains("in time")));
    assert!(matches!(get(&client, "/flood"), Err(ForgeError::Garbled(says)) if says.contains("larger")));
}

#[test]
fn packed_answers_are_unpacked_and_counted_by_what_they_become() {
    let large = format!("[{}]", " ".repeat(1 << 20));
    let server = Server::start(move |seen, _| match seen.target.as_str() {
        "/small" => json(200, "[1,2,3]").packed(),
        "/cut" => json(200, r#"{"a":"some longer text that is packed"}"#).packed().cut(30),
        _ => json(200, &large).packed(),
    });
    let pace = Pace { largest: 100_000, ..setup(&server).pace };
    let client = GithubClient::connect(Setup { pace, ..setup(&server) }).unwrap();
    assert_eq!(get(&client, "/small").unwrap().body, b"[1,2,3]");
    assert!(matches!(get(&client, "/cut"), Err(ForgeError::Garbled(_))));
    assert!(matches!(get(&client, "/bomb"), Err(ForgeError::Garbled(says)) if says.contains("larger")));
    assert!(server.seen().iter().all(|seen| seen.header("accept-encoding").contains("gzip")));
}

#[test]
fn without_network_what_was_read_is_given_with_its_age() {
    let server =
        Server::start(
            |seen, _| if seen.method == "GET" { json(200, "[1]").header("etag", "\"1\"") } else { json(200, r#"{"data":{"a":1}}"#) },
        );
    let (client, memory) = keeping(&server);
    let query = Query { document: "query Queue { a }", variables: "{}".to_owned(), mutation: false };
    get(&client, "/a").unwrap();
    client.query(&query, &Cancel::default()).unwrap();
    memory.0.lock().unwrap().values_mut().for_each(|kept| kept.read = Timestamp(77));

    let offline = sharing(&server, &memory, true);
    let mut gone = setup(&server);
    gone.api = Some(Server::nobody());
    // What was read at one address is not given for another.
    let elsewhere = GithubClient::connect(Setup { store: Some(memory), ..gone }).unwrap();
    assert!(matches!(get(&elsewhere, "/a"), Err(ForgeError::Unreachable(_))));

    let answer = get(&offline, "/a").unwrap();
    assert_eq!((answer.stale, answer.read, &*answer.body), (true, Timestamp(77), &b"[1]"[..]));
    let answer = offline.query(&query, &Cancel::default()).unwrap();
    assert_eq!((answer.stale, answer.read, &*answer.data), (true, Timestamp(77), &br#"{"a":1}"#[..]));
    assert!(matches!(get(&offline, "/b"), Err(ForgeError::Offline(_))));
    assert!(matches!(post(&offline, "/a"), Err(ForgeError::Offline(_))));
    assert!(matches!(offline.advertisement("o/r", 10, &Cancel::default()), Err(ForgeError::Offline(_))));
    assert_eq!((offline.budget().sent, offline.budget().stale), (0, 2));
    assert_eq!(server.seen().len(), 2);

    let dead = Server::start(|_, before| if before == 0 { json(200, "[2]") } else { Reply::hang_up() });
    let (client, memory) = keeping(&dead);
    get(&client, "/a").unwrap();
    memory.0.lock().unwrap().values_mut().for_each(|kept| kept.read = Timestamp(77));
    let answer = get(&client, "/a").unwrap();
    assert_eq!((answer.stale, answer.read, &*answer.body), (true, Timestamp(77), &b"[2]"[..]));
    assert_eq!(dead.seen().len(), 4);
    get(&client, "/a").unwrap();
    assert_eq!(dead.seen().len(), 5, "a forge that is away is not asked thrice each time");
    assert!(matches!(post(&client, "/a"), Err(ForgeError::Unreachable(_))));
}

#[test]
fn reads_are_bounded_and_writes_go_one_after_the_other() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (now, most.clone());
    let server = Server::start(move |seen, _| {
        let at_once = counted.fetch_add(1, Ordering::SeqCst) + 1;
        highest.fetch_max(if seen.method == "GET" { at_once } else { at_once * 100 }, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(30));
        counted.fetch_sub(1, Ordering::SeqCst);
        json(200, "{}")
    });
    let pace = Pace { between_writes: Duration::from_millis(50), ..setup(&server).pace };
    let client = GithubClient::connect(Setup { concurrency: 3, pace, ..setup(&server) }).unwrap();
    std::thread::scope(|scope| (0..9).for_each(|_| drop(scope.spawn(|| get(&client, "/a").unwrap()))));
    assert_eq!(most.swap(0, Ordering::SeqCst), 3);
    let begun = Instant::now();
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| post(&client, "/a").unwrap()))));
    assert_eq!(most.load(Ordering::SeqCst), 100, "one write at a time");
    assert!(begun.elapsed() >= Duration::from_millis(4 * 30 + 3 * 50));
}

#[test]
fn every_refusal_is_its_own_kind_and_one_harmless_sentence() {
    let said = format!("No\u{202e}\u{1b}[31m\nway {TOKEN}");
    let body =
        serde_json::json!({ "message": said, "errors": [{ "resource": "PullRequest", "field": "diff", "code": "too_large" }, "and more"] });
    let server = Server::start(move |seen, _| {
        let status = seen.target.rsplit('/').next().unwrap().parse().unwrap();
        json(status, &body.to_string()).header("x-accepted-github-permissions", "pull_requests=write")
    });
    let client = client(&server);
    for status in [400, 401, 403, 404, 405, 406, 409, 410, 415, 422, 451] {
        let error = get(&client, &format!("/repos/o/r/pulls/7/{status}")).unwrap_err();
        let right = match (status, &error) {
            (401, ForgeError::Unauthorised(_)) | (404 | 410 | 451, ForgeError::NotFound(_)) | (405, ForgeError::NotAllowed(_)) => true,
            (409, ForgeError::Conflict(_)) | (400 | 406 | 415 | 422, ForgeError::Invalid(_)) => true,
            (403, ForgeError::Forbidden { permission, .. }) => permission == "pull_requests=write",
            _ => false,
        };
        assert!(right, "{status}: {error:?}");
        let says = error.says();
        assert!(
            says.contains("o/r#7") && says.contains("‹U+202E›‹U+001B›[31m way [TOKEN]; PullRequest diff too_large; and more"),
            "{status}: {says}"
        );
        assert!(!format!("{error:?}").contains(TOKEN) && !says.contains('\n') && says.contains("; "), "{status}: {says}");
    }
    assert_eq!(server.seen().len(), 11, "no refusal is tried again");
}

#[test]
fn what_is_missing_is_named_with_the_next_step() {
    let server = Server::start(|seen, _| match seen.header("authorization") {
        "" => json(401, r#"{"message":"Requires authentication"}"#),
        _ => json(403, r#"{"message":"Resource protected by organization SAML enforcement."}"#)
            .header("x-github-sso", "required; url=https://github.com/orgs/acme/sso?authorization_request=A1"),
    });
    let without = GithubClient::connect(Setup { token: None, ..setup(&server) }).unwrap();
    let error = get(&without, "/repos/o/r").unwrap_err();
    assert!(matches!(&error, ForgeError::Unauthorised(says) if says.contains("there is none; set LAZARET_TOKEN")), "{error}");
    let error = get(&client(&server), "/repos/o/r").unwrap_err();
    assert!(error.says().contains("single sign-on at https://github.com/orgs/acme/sso?authorization_request=A1"), "{error}");
    let gone = GithubClient::connect(Setup { api: Some(Server::nobody()), ..setup(&server) }).unwrap();
    let error = post(&gone, "/repos/o/r/issues").unwrap_err();
    assert!(error.says().contains("and nothing was sent") && !error.says().contains("not known"), "{error}");
}

#[test]
fn git_is_read_with_care() {
    let server = Server::start(|seen, _| match seen.target.as_str() {
        "/old/r.git/info/refs?service=git-upload-pack" => {
            Reply::status(301).header("location", "/new/r.git/info/refs?service=git-upload-pack")
        }
        "/new/r.git/info/refs?service=git-upload-pack" => Reply::ok("application/x-git-upload-pack-advertisement", b"refs"),
        "/new/r.git/git-upload-pack" => Reply::ok("application/x-git-upload-pack-result", &[7; 5000]),
        "/cut/r.git/git-upload-pack" => Reply::ok("application/x-git-upload-pack-result", &[7; 5000]).cut(2000),
        "/page/r.git/info/refs?service=git-upload-pack" => Reply::page(200),
        _ => Reply::page(404),
    });
    let (client, cancel) = (client(&server), Cancel::default());
    let fetch = |repository: &str, limit: u64, enough: usize| {
        let mut taken = 0;
        let mut take = |piece: &[u8]| {
            taken += piece.len();
            taken < enough
        };
        let ended = client.upload_pack(repository, b"want".to_vec(), limit, &mut take, &cancel);
        (ended, taken)
    };
    assert_eq!(client.advertisement("old/r", 100, &cancel).unwrap(), b"refs");
    assert_eq!(fetch("old/r", 5000, usize::MAX), (Ok(()), 5000), "it goes where the refs were");
    assert_eq!(fetch("new/r", 5000, 1).0, Ok(()), "enough is enough");
    assert!(matches!(fetch("new/r", 4999, usize::MAX).0, Err(ForgeError::Garbled(_))));
    assert!(matches!(client.advertisement("old/r", 3, &cancel), Err(ForgeError::Garbled(_))));
    assert!(matches!(client.advertisement("page/r", 999, &cancel), Err(ForgeError::Garbled(says)) if says.contains("a page")));
    assert!(matches!(client.advertisement("no/r", 999, &cancel), Err(ForgeError::NotFound(_))));
    assert!(matches!(client.advertisement("../r", 999, &cancel), Err(ForgeError::Invalid(_))));
    let before = server.seen().len();
    let (ended, taken) = fetch("cut/r", 5000, usize::MAX);
    assert!(matches!(ended, Err(ForgeError::Garbled(_))) && taken <= 2000, "{ended:?} {taken}");
    assert_eq!(server.seen().len(), before + 1, "what was handed on is not handed on twice");
}

#[test]
fn no_debug_output_and_no_sentence_holds_a_token() {
    let server = Server::start(|_, _| json(200, "{}"));
    let setup = Setup { token: Some(concat!("bad\n", "token").into()), ..setup(&server) };
    let error = GithubClient::connect(setup).err().unwrap();
    assert!(!format!("{error:?}{error}").contains("bad"), "{error}");
}
