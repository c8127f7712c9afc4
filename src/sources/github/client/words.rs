//! What is told of a request: what it was about, and what the forge said, made harmless. Never a token, never raw text.

use secrecy::{ExposeSecret as _, SecretString};

use crate::model::forge::Query;
use crate::model::inert;

/// The most of a forge's own words that an error repeats.
const MOST: usize = 300;

/// What a request is about.
pub(super) struct About<'a> {
    /// The host for people.
    pub(super) host: &'a str,
    /// Such as `the reviews of o/r#7`.
    pub(super) place: String,
    /// Whether it writes, so that a lost answer leaves open whether it happened.
    pub(super) write: bool,
    /// The token, which no sentence may repeat.
    pub(super) token: Option<&'a SecretString>,
}

impl About<'_> {
    /// The forge's own words, with the token taken out, in one harmless line.
    pub(super) fn said(&self, text: &str) -> String {
        harmless(text, self.token)
    }
}

/// `text` in one line in which nothing acts, without `token` and whatever else looks like one.
pub(super) fn harmless(text: &str, token: Option<&SecretString>) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let own = token.map(|token| token.expose_secret()).filter(|token| !token.is_empty());
    let masked = own.map_or_else(|| flat.clone(), |token| flat.replace(token, "[TOKEN]"));
    let words: Vec<&str> = masked.split(' ').map(|word| if is_token(word) { "[TOKEN]" } else { word }).collect();
    let line = inert::line(&words.join(" ")).into_owned();
    if line.chars().count() <= MOST { line } else { line.chars().take(MOST).chain(['…']).collect() }
}

/// Whether a GitHub token is somewhere in it. Their length is no sign.
fn is_token(word: &str) -> bool {
    const STARTS: [&str; 6] = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"];
    STARTS.iter().any(|start| word.split_once(start).is_some_and(|(_, rest)| rest.len() >= 10))
}

/// What a REST route is about, as a person names it: `the reviews of o/r#7`.
pub(super) fn place(host: &str, route: &str) -> String {
    let path = route.split('?').next().unwrap_or(route);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["repos", owner, name, rest @ ..] => in_repository(host, &format!("{owner}/{name}"), rest),
        ["agents", "repos", owner, name, ..] => of("the agent tasks", &elsewhere(host, &format!("{owner}/{name}"))),
        ["orgs", org, "teams", team, what, ..] => of(&format!("the {what}"), &elsewhere(host, &format!("{org}/{team}"))),
        ["orgs", org, "blocks", login, ..] => of(&format!("the block of {}", plain(login)), &elsewhere(host, org)),
        ["orgs", org, "copilot", ..] => of("the repositories of the coding agent", &elsewhere(host, org)),
        ["orgs" | "users", name, "repos", ..] => of("the repositories", &elsewhere(host, name)),
        ["orgs" | "users", name, ..] => elsewhere(host, name),
        ["user"] => format!("the account at {host}"),
        ["user", id] => format!("account {} at {host}", plain(id)),
        ["search", ..] => format!("the search at {host}"),
        _ => elsewhere(host, path),
    }
}

/// What a route below a repository is about.
fn in_repository(host: &str, repository: &str, rest: &[&str]) -> String {
    let here = elsewhere(host, repository);
    match rest {
        ["pulls" | "issues", number, rest @ ..] if is_number(number) => {
            let pull = elsewhere(host, &format!("{repository}#{number}"));
            in_pull(rest).map_or_else(|| pull.clone(), |what| of(&what, &pull))
        }
        ["contents", path @ ..] => format!("the file {} in {here}", plain(&path.join("/"))),
        ["commits", id, rest @ ..] => {
            let commit = of(&format!("commit {}", short(id)), &here);
            rest.first().map_or_else(|| commit.clone(), |what| of(&format!("the {}", plain(what).replace('-', " ")), &commit))
        }
        ["statuses", id] => of(&format!("the status of commit {}", short(id)), &here),
        ["compare", ..] => of("the comparison of base and head", &here),
        ["rules", "branches", branch] => of(&format!("the rules of branch {}", plain(branch)), &here),
        ["rulesets", id] => of(&format!("ruleset {}", plain(id)), &here),
        ["branches", branch, "protection", ..] => of(&format!("the protection of branch {}", plain(branch)), &here),
        ["branches", branch] => of(&format!("branch {}", plain(branch)), &here),
        ["actions", "runs", run, "logs"] => of(&format!("the logs of run {}", plain(run)), &here),
        ["actions", "runs", run, ..] => of(&format!("run {}", plain(run)), &here),
        ["actions", "runs"] => of("the workflow runs", &here),
        ["activity"] => of("the pushes", &here),
        ["code-scanning", ..] => of("the code scanning alerts", &here),
        ["git", "ref" | "refs", ..] => of("the branches", &here),
        ["git", what, ..] => of(&format!("git's {}", plain(what)), &here),
        [what, ..] => of(&format!("the {}", plain(what)), &here),
        [] => here,
    }
}

/// What a route below a pull is about; `None` for the pull itself.
fn in_pull(rest: &[&str]) -> Option<String> {
    Some(match rest {
        [] => return None,
        ["reviews", id, "dismissals"] => format!("the dismissal of review {}", plain(id)),
        ["reviews", id, ..] => format!("review {}", plain(id)),
        ["comments", id, "replies"] => format!("the replies to remark {}", plain(id)),
        ["comments", ..] => "the remarks".to_owned(),
        [what, ..] => format!("the {}", plain(what)),
    })
}

fn of(what: &str, place: &str) -> String {
    format!("{what} of {place}")
}

/// A commit's id as far as people read it.
fn short(id: &str) -> String {
    plain(id.get(..10).unwrap_or(id))
}

/// A part of a route without its percent signs, harmless.
fn plain(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let decoded = after.get(..2).filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = after.get(if decoded.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    inert::line(&String::from_utf8_lossy(&bytes)).into_owned()
}

/// What a GraphQL query is about: what it asks of what its variables name.
pub(super) fn graph_place(host: &str, query: &Query, variables: &serde_json::Value) -> String {
    let text = |name: &str| variables.get(name).and_then(serde_json::Value::as_str);
    let repository = text("owner").zip(text("name").or_else(|| text("repo")));
    let operation = operation(query.document);
    let (name, what) = match operation.map(|(kind, name)| (kind, name, asked(name))) {
        Some((_, name, Some(what))) => (name, what.to_owned()),
        Some((kind, name, None)) => (name, format!("the {kind} {name}")),
        None => ("", "a query".to_owned()),
    };
    let place = match (repository, variables.get("number").and_then(serde_json::Value::as_u64)) {
        (Some((owner, name)), Some(number)) => elsewhere(host, &format!("{owner}/{name}#{number}")),
        (Some((owner, name)), None) => elsewhere(host, &format!("{owner}/{name}")),
        (None, _) => return format!("{what} at {host}"),
    };
    if name == "Pull" { format!("the pull {place}") } else { of(&what, &place) }
}

/// What our queries and mutations are about, by their names.
fn asked(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "Pull" => "the pull",
        "Dossier" => "the conversation and checks",
        "Commits" => "the commits",
        "Shipped" => "the tags, releases and deployments",
        "Testimony" => "the issues and checks",
        "Foreign" => "the issues of other repositories",
        "Queue" => "the search for pulls",
        "Viewer" => "the token's account",
        "Thread" | "Resolve" | "Unresolve" => "a conversation",
        "AutoMergeOn" | "AutoMergeOff" => "the auto-merge of a pull",
        "Draft" | "Ready" => "the draft state of a pull",
        "Enqueue" | "Dequeue" => "the merge queue",
        "Revert" => "the revert of a pull",
        _ => return None,
    })
}

/// `repository` as it is named at `host`.
pub(super) fn elsewhere(host: &str, place: &str) -> String {
    let place = inert::line(place);
    if host == "github.com" { place.into_owned() } else { format!("{host}/{}", place.trim_start_matches('/')) }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The kind and the name of a document's operation.
fn operation(document: &str) -> Option<(&str, &str)> {
    let words = document.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let mut words = words.skip_while(|word| !["query", "mutation"].contains(word));
    words.next().zip(words.next())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_said_is_short_harmless_and_without_the_token(before in ".*", token in "[A-Za-z0-9_.]{12,80}", after in ".*") {
            let said = harmless(&format!("{before}{token}{after}"), Some(&SecretString::from(token.as_str())));
            prop_assert!(!said.contains(&token));
            prop_assert!(said.chars().count() <= MOST + 1);
            prop_assert_eq!(inert::line(&said).into_owned(), said);
        }

        #[test]
        fn any_route_has_a_place(host in "[a-z.]{1,20}", route in ".*") {
            let place = place(&host, &route);
            prop_assert_eq!(inert::line(&place).into_owned(), place);
        }
    }

    #[test]
    fn places_are_named_as_people_name_them() {
        let cases = [
            ("github.com", "/repos/o/r/pulls/7", "o/r#7"),
            ("github.com", "/repos/o/r/pulls/7/files?per_page=100", "the files of o/r#7"),
            ("github.com", "/repos/o/r/issues/7/labels/agent%3Aquarantine", "the labels of o/r#7"),
            ("github.com", "/repos/o/r/pulls/7/reviews/4/dismissals", "the dismissal of review 4 of o/r#7"),
            ("github.com", "/repos/o/r/commits/0123456789abcdef/check-runs", "the check runs of commit 0123456789 of o/r"),
            ("github.com", "/repos/o/r/contents/a%20b/%C3%A4.py?ref=x", "the file a b/ä.py in o/r"),
            ("github.com", "/repos/o/r/rules/branches/a%2F%E2%80%AEb", "the rules of branch a/‹U+202E›b of o/r"),
            ("git.example.com", "/repos/o/r/compare/a...b", "the comparison of base and head of git.example.com/o/r"),
            ("github.com", "/orgs/acme/repos", "the repositories of acme"),
            ("github.com", "/orgs/acme/teams/core/members", "the members of acme/core"),
            ("github.com", "/user", "the account at github.com"),
            ("git.example.com", "/rate_limit", "git.example.com/rate_limit"),
        ];
        for (host, route, expected) in cases {
            assert_eq!(place(host, route), expected);
        }
        let query = Query { document: "# x\nquery Queue($q: String!) { a }", variables: String::new(), mutation: false };
        assert_eq!(graph_place("github.com", &query, &serde_json::json!({"q": "x"})), "the search for pulls at github.com");
        let variables = serde_json::json!({"owner": "o", "name": "r", "number": 3});
        for (document, expected) in [
            ("query Pull { a }", "the pull h.example/o/r#3"),
            ("query Dossier { a }", "the conversation and checks of h.example/o/r#3"),
            ("query Other { a }", "the query Other of h.example/o/r#3"),
            ("{ a }", "a query of h.example/o/r#3"),
        ] {
            let query = Query { document, variables: String::new(), mutation: false };
            assert_eq!(graph_place("h.example", &query, &variables), expected);
        }
    }

    #[test]
    fn no_token_is_repeated() {
        let (own, other) = (concat!("v1.", "0123456789"), concat!("gh", "p_0123456789abcdef"));
        let token = SecretString::from(own);
        let said = harmless(&format!("bad\x1b[31m {own}\nsee key={other}."), Some(&token));
        assert_eq!(said, "bad‹U+001B›[31m [TOKEN] see [TOKEN]");
    }
}
