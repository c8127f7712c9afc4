//! The loopback GitHub itself: that it answers as GitHub's contract says, and that breaking the contract is noticed.

use crate::github::GitHub;
use crate::github::account::Role;

/// An answer of the loopback to a plain client.
struct Told {
    status: u16,
    headers: Vec<(String, String)>,
    body: serde_json::Value,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

fn ask(github: &GitHub, token: &str, method: &str, path: &str, body: Option<serde_json::Value>, more: &[(&str, &str)]) -> Told {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(github.host()).unwrap();
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {}\r\nuser-agent: test\r\nx-github-api-version: 2022-11-28\r\nconnection: close\r\ncontent-length: {}\r\n",
        github.host(),
        body.len()
    );
    if !token.is_empty() {
        head.push_str(&format!("authorization: Bearer {token}\r\n"));
    }
    for (name, value) in more {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let headers = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    Told { status, headers, body: serde_json::from_str(body).unwrap_or_default() }
}

fn graph(github: &GitHub, token: &str, document: &str, variables: &serde_json::Value) -> serde_json::Value {
    ask(github, token, "POST", "/graphql", Some(serde_json::json!({ "query": document, "variables": variables })), &[]).body
}

fn acme() -> (GitHub, String, u64) {
    let github = GitHub::start();
    let repo = github.repo("acme/api").role("maker", Role::Write);
    let number = repo
        .pull("Tidy the login")
        .by_bot("devin-ai-integration[bot]", 158_243_242)
        .branch("devin/1767603600-login")
        .body("See app.devin.ai/sessions/1")
        .label("agent")
        .commit("Tidy", &[("src/login.py", "def login():\n    return True\n")])
        .commit("Tidy more", &[("README.md", "# example\nmore\n")])
        .open();
    let token = github.token("maker", &["repo"]);
    (github, token, number)
}

#[test]
fn rest_reads_a_pull_with_files_and_commits() {
    let (github, token, number) = acme();
    let path = format!("/repos/acme/api/pulls/{number}");
    let pull = ask(&github, &token, "GET", &path, None, &[]);
    assert_eq!((pull.status, pull.body["title"].as_str(), pull.body["commits"].as_u64()), (200, Some("Tidy the login"), Some(2)));
    assert_eq!(pull.body["user"]["type"], "Bot");
    assert_eq!(pull.header("x-ratelimit-remaining"), "4999");
    let files = ask(&github, &token, "GET", &format!("{path}/files?per_page=1"), None, &[]);
    assert_eq!(files.body[0]["filename"], "README.md");
    assert_eq!(files.body[0]["patch"], "@@ -1 +1,2 @@\n # example\n+more");
    assert!(files.header("link").contains("page=2>; rel=\"next\""), "{}", files.header("link"));
    let commits = ask(&github, &token, "GET", &format!("{path}/commits"), None, &[]);
    assert_eq!(commits.body[1]["commit"]["message"], "Tidy more");
    assert_eq!(commits.body[1]["author"]["id"], 158_243_242);
    let again = ask(&github, &token, "GET", &path, None, &[("if-none-match", pull.header("etag"))]);
    assert_eq!((again.status, again.header("x-ratelimit-used")), (304, "3"));
    assert_eq!(ask(&github, "wrong", "GET", &path, None, &[]).status, 401);
    assert_eq!(ask(&github, &token, "GET", "/repos/acme/none", None, &[]).status, 404);
    assert_eq!(ask(&github, &token, "GET", "/api/v3/user", None, &[]).body["login"], "maker");
    assert_eq!(github.count("GET /repos/acme/api/pulls"), 5);
}

#[test]
fn graphql_searches_and_opens() {
    let (github, token, number) = acme();
    let document = "query Queue($q: String!) { search(type: ISSUE, query: $q, first: 50) { issueCount pageInfo { hasNextPage endCursor }
        nodes { __typename ... on PullRequest { number title author { __typename login ... on Bot { databaseId } } headRefOid
        labels(first: 10) { nodes { name } } commits(last: 1) { totalCount nodes { commit { oid statusCheckRollup { state } } } } } } } rateLimit { cost remaining } }";
    let found = |query: &str| graph(&github, &token, document, &serde_json::json!({ "q": query }));
    let all = found("is:pr is:open archived:false author:app/devin-ai-integration");
    let node = &all["data"]["search"]["nodes"][0];
    assert_eq!(node["number"], number, "{all}");
    assert_eq!((node["author"]["login"].as_str(), node["author"]["__typename"].as_str()), (Some("devin-ai-integration"), Some("Bot")));
    assert_eq!(node["commits"]["totalCount"], 2);
    for query in [
        "head:devin/",
        "\"app.devin.ai/sessions\" in:body",
        "label:agent",
        "org:acme",
        "repo:acme/api updated:>=2026-01-01",
        "created:2026-01-05..2026-01-06",
    ] {
        assert_eq!(found(&format!("is:pr {query}"))["data"]["search"]["issueCount"], 1, "{query}");
    }
    for query in ["author:devin-ai-integration", "is:merged", "label:other", "repo:acme/web", "updated:<2026-01-01", "review-requested:@me"]
    {
        assert_eq!(found(&format!("is:pr {query}"))["data"]["search"]["issueCount"], 0, "{query}");
    }
    let opened = graph(
        &github,
        &token,
        "query($n: Int!) { repository(owner: \"acme\", name: \"api\") { viewerPermission pullRequest(number: $n) { reviewDecision mergeStateStatus files(first: 5) { nodes { path } } } } }",
        &serde_json::json!({ "n": number }),
    );
    assert_eq!(opened["data"]["repository"]["pullRequest"]["mergeStateStatus"], "CLEAN", "{opened}");
    let none = graph(&github, &token, "{ repository(owner: \"acme\", name: \"none\") { id } }", &serde_json::json!({}));
    assert_eq!(none["errors"][0]["type"], "NOT_FOUND");
}

#[test]
fn what_breaks_the_contract_is_noticed() {
    let (github, token, number) = acme();
    let path = format!("/repos/acme/api/pulls/{number}");
    ask(&github, &token, "GET", &format!("{path}/files?perpage=100"), None, &[]);
    ask(&github, &token, "GET", "/repos/acme/api/nonsense", None, &[]);
    graph(&github, &token, "{ viewer { shoeSize } }", &serde_json::json!({}));
    graph(&github, &token, "{ search(type: ISSUE, query: \"is:pr\") { issueCount } }", &serde_json::json!({}));
    let wrong = github.take_wrong().join("\n");
    for part in ["no query parameter \"perpage\"", "/nonsense: no route", "shoeSize", "You must provide a `first`"] {
        assert!(wrong.contains(part), "{part:?} is not in {wrong}");
    }
}

#[test]
fn git_fetches_over_smart_http() {
    let (github, _, number) = acme();
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let out = std::process::Command::new("git")
            .args(args)
            .current_dir(folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("HOME", folder.path())
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    };
    run(&["init", "-q", "--bare", "."]);
    run(&[
        "fetch",
        "-q",
        "--filter=blob:none",
        &format!("{}/acme/api.git", github.url()),
        &format!("refs/pull/{number}/head:refs/heads/pull"),
    ]);
    let head = github.repo("acme/api").look(|repo| repo.pulls[&number].head_sha.clone());
    assert_eq!(run(&["rev-parse", "refs/heads/pull"]), head);
    assert!(github.seen().iter().any(|seen| seen.path == "/acme/api.git/git-upload-pack"));
}
