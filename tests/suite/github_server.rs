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

#[test]
fn rest_writes_change_the_world() {
    let (github, token, number) = acme();
    let repo = github.repo("acme/api");
    let head = repo.look(|repo| repo.pulls[&number].head_sha.clone());
    let pulls = format!("/repos/acme/api/pulls/{number}");
    let issues = format!("/repos/acme/api/issues/{number}");
    let json = |value: serde_json::Value| Some(value);
    let send = |method: &str, path: &str, body: Option<serde_json::Value>| ask(&github, &token, method, path, body, &[]);
    let remarks = serde_json::json!([{ "path": "README.md", "line": 2, "side": "RIGHT", "body": "why?" }]);
    let review = send(
        "POST",
        &format!("{pulls}/reviews"),
        json(serde_json::json!({ "event": "REQUEST_CHANGES", "commit_id": head, "body": "No.", "comments": remarks })),
    );
    assert_eq!((review.status, review.body["state"].as_str()), (200, Some("CHANGES_REQUESTED")));
    let off = serde_json::json!({ "event": "COMMENT", "body": "x", "comments": [{ "path": "README.md", "line": 99, "body": "?" }] });
    assert_eq!(send("POST", &format!("{pulls}/reviews"), Some(off)).body["errors"][0], "Line could not be resolved");
    let thread = send("GET", &format!("{pulls}/comments"), None).body[0]["id"].as_u64().unwrap();
    assert_eq!(send("POST", &format!("{pulls}/comments/{thread}/replies"), json(serde_json::json!({ "body": "because" }))).status, 201);
    assert_eq!(
        send(
            "POST",
            &format!("{pulls}/comments"),
            json(serde_json::json!({ "body": "whole", "commit_id": head, "path": "src/login.py", "subject_type": "file" }))
        )
        .status,
        201
    );
    assert_eq!(send("GET", &format!("{pulls}/reviews"), None).body.as_array().map(Vec::len), Some(3));
    let id = review.body["id"].as_u64().unwrap();
    assert_eq!(
        send("PUT", &format!("{pulls}/reviews/{id}/dismissals"), json(serde_json::json!({ "message": "moved" }))).body["state"],
        "DISMISSED"
    );
    assert_eq!(
        send("POST", &format!("{issues}/labels"), json(serde_json::json!({ "labels": ["agent:quarantine"] }))).body[1]["name"],
        "agent:quarantine"
    );
    assert_eq!(send("DELETE", &format!("{issues}/labels/agent%3Aquarantine"), None).status, 200);
    assert_eq!(send("DELETE", &format!("{issues}/labels/agent%3Aquarantine"), None).status, 404);
    assert_eq!(send("PUT", &format!("{issues}/lock"), json(serde_json::json!({ "lock_reason": "resolved" }))).status, 204);
    assert_eq!(send("GET", &issues, None).body["active_lock_reason"], "resolved");
    assert_eq!(send("DELETE", &format!("{issues}/lock"), None).status, 204);
    assert_eq!(send("POST", &format!("{issues}/comments"), json(serde_json::json!({ "body": "held" }))).status, 201);
    let status = serde_json::json!({ "state": "failure", "context": "lazaret", "description": "held" });
    assert_eq!(send("POST", &format!("/repos/acme/api/statuses/{head}"), Some(status)).status, 201);
    assert_eq!(send("GET", &format!("/repos/acme/api/commits/{head}/status"), None).body["state"], "failure");
    assert_eq!(send("PUT", &format!("{pulls}/merge"), json(serde_json::json!({ "sha": "0".repeat(40) }))).status, 409);
    let merged = send("PUT", &format!("{pulls}/merge"), json(serde_json::json!({ "sha": head, "merge_method": "squash" })));
    assert_eq!((merged.status, merged.body["merged"].as_bool()), (200, Some(true)));
    assert_eq!(send("PUT", &format!("{pulls}/merge"), json(serde_json::json!({ "sha": head }))).status, 405);
    assert_eq!(repo.git().tip("refs/heads/main").as_deref(), merged.body["sha"].as_str());
    let own = repo.pull("Mine").by("maker").open();
    let refused = send("POST", &format!("/repos/acme/api/pulls/{own}/reviews"), json(serde_json::json!({ "event": "APPROVE" })));
    assert_eq!((refused.status, refused.body["errors"][0].as_str()), (422, Some("Can not approve your own pull request")));
}

#[test]
fn rules_and_permissions_bind() {
    use crate::github::repo::{Rule, Ruleset, Run};
    let (github, token, number) = acme();
    let repo = github.repo("acme/api").with(|repo| {
        let rules = vec![
            Rule::Checks(vec![("lazaret".to_owned(), None)]),
            Rule::Reviews { count: 1, dismiss: true, last_push: false, owners: false },
        ];
        let branches = vec!["main".to_owned()];
        repo.rulesets.push(Ruleset {
            id: 7,
            name: "main".into(),
            source_type: "Repository",
            source: "acme/api".into(),
            branches,
            rules,
            bypass: Vec::new(),
        });
        let sha = repo.pulls[&number].head_sha.clone();
        repo.runs.push(Run {
            id: 41,
            name: "ci".into(),
            sha,
            branch: "x".into(),
            event: "push".into(),
            status: "in_progress".into(),
            conclusion: None,
            actor: repo.owner,
            at: 0,
        });
    });
    let rules = ask(&github, &token, "GET", "/repos/acme/api/rules/branches/main", None, &[]).body;
    assert_eq!((rules[0]["type"].as_str(), rules[1]["type"].as_str()), (Some("required_status_checks"), Some("pull_request")));
    assert_eq!(ask(&github, &token, "GET", "/repos/acme/api/rulesets/7", None, &[]).body["current_user_can_bypass"], "never");
    assert_eq!(ask(&github, &token, "GET", "/repos/acme/api/branches/main", None, &[]).body["protected"], true);
    assert_eq!(ask(&github, &token, "GET", &format!("/repos/acme/api/pulls/{number}"), None, &[]).body["mergeable_state"], "blocked");
    assert_eq!(ask(&github, &token, "PUT", &format!("/repos/acme/api/pulls/{number}/merge"), None, &[]).status, 405);
    assert_eq!(ask(&github, &token, "POST", "/repos/acme/api/actions/runs/41/cancel", None, &[]).status, 202);
    assert_eq!(ask(&github, &token, "POST", "/repos/acme/api/actions/runs/41/cancel", None, &[]).status, 409);
    let poor = github.fine_token("maker", &[("pull_requests", "write"), ("metadata", "read")]);
    let sha = repo.look(|repo| repo.pulls[&number].head_sha.clone());
    let refused =
        ask(&github, &poor, "POST", &format!("/repos/acme/api/statuses/{sha}"), Some(serde_json::json!({ "state": "failure" })), &[]);
    assert_eq!((refused.status, refused.header("x-accepted-github-permissions")), (403, "statuses=write"));
    let node = repo.look(|repo| repo.pulls[&number].node());
    let document = "mutation Draft($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { isDraft } } }";
    let variables = serde_json::json!({ "id": node });
    assert_eq!(graph(&github, &poor, document, &variables)["errors"][0]["type"], "FORBIDDEN");
    assert_eq!(graph(&github, &token, document, &variables)["data"]["convertPullRequestToDraft"]["pullRequest"]["isDraft"], true);
}

#[test]
fn graphql_writes_change_the_world() {
    let (github, token, number) = acme();
    let repo = github.repo("acme/api");
    let (node, head) = repo.look(|repo| (repo.pulls[&number].node(), repo.pulls[&number].head_sha.clone()));
    let review = "mutation R($id: ID!, $head: GitObjectID!) { addPullRequestReview(input: { pullRequestId: $id, commitOID: $head, event: APPROVE, body: \"ok\",
        threads: [{ path: \"README.md\", line: 2, body: \"nit\" }] }) { pullRequestReview { fullDatabaseId state comments(first: 5) { nodes { body } } } } }";
    let told = graph(&github, &token, review, &serde_json::json!({ "id": node, "head": head }));
    assert_eq!(told["data"]["addPullRequestReview"]["pullRequestReview"]["state"], "APPROVED", "{told}");
    let threads = "query T($n: Int!) { repository(owner: \"acme\", name: \"api\") { pullRequest(number: $n) { reviewThreads(first: 9) { nodes { id line isResolved comments(first: 9) { nodes { body } } } } } } }";
    let listed = graph(&github, &token, threads, &serde_json::json!({ "n": number }));
    let thread = listed["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"][0]["id"].clone();
    let settle = "mutation S($id: ID!) { a: addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $id, body: \"done\" }) { comment { body } }
        b: resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }";
    let told = graph(&github, &token, settle, &serde_json::json!({ "id": thread }));
    assert_eq!(
        (told["data"]["a"]["comment"]["body"].as_str(), told["data"]["b"]["thread"]["isResolved"].as_bool()),
        (Some("done"), Some(true)),
        "{told}"
    );
    let off = "mutation O($id: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $id }) { pullRequest { number } } }";
    assert_eq!(graph(&github, &token, off, &serde_json::json!({ "id": node }))["errors"][0]["type"], "UNPROCESSABLE");
    let merge = "mutation M($id: ID!, $head: GitObjectID!) { mergePullRequest(input: { pullRequestId: $id, expectedHeadOid: $head }) { pullRequest { merged mergeCommit { oid } } } }";
    let told = graph(&github, &token, merge, &serde_json::json!({ "id": node, "head": head }));
    assert_eq!(told["data"]["mergePullRequest"]["pullRequest"]["merged"], true, "{told}");
    let revert = "mutation U($id: ID!) { revertPullRequest(input: { pullRequestId: $id }) { revertPullRequest { number title headRefName additions deletions } } }";
    let told = graph(&github, &token, revert, &serde_json::json!({ "id": node }));
    let made = &told["data"]["revertPullRequest"]["revertPullRequest"];
    assert_eq!((made["title"].as_str(), made["deletions"].as_u64()), (Some("Revert \"Tidy the login\""), Some(3)), "{told}");
}
