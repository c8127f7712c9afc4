//! What is told of a request: the place it was about, and what the forge said, made harmless. Never a token, never raw text.

use secrecy::{ExposeSecret as _, SecretString};

use crate::model::forge::Query;
use crate::model::inert;

/// The most of a forge's own words that an error repeats.
const MOST: usize = 300;

/// What a request is about.
pub(super) struct About<'a> {
    /// The host for people.
    pub(super) host: &'a str,
    /// Such as `o/r#7`.
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

/// The place a REST route is about, as a person names it.
pub(super) fn place(host: &str, route: &str) -> String {
    let path = route.split('?').next().unwrap_or(route);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let place = match parts.as_slice() {
        ["repos", owner, name, "pulls" | "issues", number, ..] if is_number(number) => format!("{owner}/{name}#{number}"),
        ["repos", owner, name, ..] => format!("{owner}/{name}"),
        ["orgs" | "users", name, ..] => (*name).to_owned(),
        ["user"] => return format!("the account at {host}"),
        ["search", ..] => return format!("the search at {host}"),
        _ => path.to_owned(),
    };
    elsewhere(host, &place)
}

/// The place a GraphQL query is about: what its variables name, else its operation.
pub(super) fn graph_place(host: &str, query: &Query, variables: &serde_json::Value) -> String {
    let text = |name: &str| variables.get(name).and_then(serde_json::Value::as_str);
    let repository = text("owner").zip(text("name").or_else(|| text("repo")));
    match (repository, variables.get("number").and_then(serde_json::Value::as_u64)) {
        (Some((owner, name)), Some(number)) => elsewhere(host, &format!("{owner}/{name}#{number}")),
        (Some((owner, name)), None) => elsewhere(host, &format!("{owner}/{name}")),
        (None, _) => format!("{} at {host}", operation(query.document)),
    }
}

/// `repository` as it is named at `host`.
pub(super) fn elsewhere(host: &str, place: &str) -> String {
    let place = inert::line(place);
    if host == "github.com" { place.into_owned() } else { format!("{host}/{}", place.trim_start_matches('/')) }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The name of a document's operation.
fn operation(document: &str) -> String {
    let words = document.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let mut words = words.skip_while(|word| !["query", "mutation"].contains(word));
    match (words.next(), words.next()) {
        (Some(kind), Some(name)) => format!("the {kind} {name}"),
        _ => "a query".to_owned(),
    }
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
            ("github.com", "/repos/o/r/pulls/7/files?per_page=100", "o/r#7"),
            ("github.com", "/repos/o/r/issues/7/labels", "o/r#7"),
            ("git.example.com", "/repos/o/r/compare/a...b", "git.example.com/o/r"),
            ("github.com", "/orgs/acme/repos", "acme"),
            ("github.com", "/user", "the account at github.com"),
            ("git.example.com", "/rate_limit", "git.example.com/rate_limit"),
        ];
        for (host, route, expected) in cases {
            assert_eq!(place(host, route), expected);
        }
        let query = Query { document: "# x\nquery Queue($q: String!) { a }", variables: String::new(), mutation: false };
        assert_eq!(graph_place("github.com", &query, &serde_json::json!({"q": "x"})), "the query Queue at github.com");
        assert_eq!(graph_place("h.example", &query, &serde_json::json!({"owner": "o", "name": "r", "number": 3})), "h.example/o/r#3");
    }

    #[test]
    fn no_token_is_repeated() {
        let (own, other) = (concat!("v1.", "0123456789"), concat!("gh", "p_0123456789abcdef"));
        let token = SecretString::from(own);
        let said = harmless(&format!("bad\x1b[31m {own}\nsee key={other}."), Some(&token));
        assert_eq!(said, "bad‹U+001B›[31m [TOKEN] see [TOKEN]");
    }
}
