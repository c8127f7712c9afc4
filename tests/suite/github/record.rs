//! Every request as it arrived, so that tests can count them and see where a token went. Never the token itself.

use serde_json::Value;

/// One request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The query as sent, without its question mark.
    pub query: String,
    /// The `Host` header.
    pub host: String,
    /// Whether there was an `Authorization` header.
    pub authorised: bool,
    /// Which token that was, by the account it belongs to; empty when there was none or an unknown one.
    pub account: String,
    /// The JSON body; null when there is none or it is no JSON.
    pub body: Value,
    /// The status that was answered; 0 when the connection was cut instead.
    pub status: u16,
}

impl Seen {
    /// Whether it may change something: anything over REST but a read, and a GraphQL mutation.
    pub fn writes(&self) -> bool {
        if self.path.ends_with("/graphql") {
            return self.document().trim_start().starts_with("mutation");
        }
        self.method != "GET" && !self.path.contains(".git/")
    }

    /// The GraphQL document; empty over REST.
    pub fn document(&self) -> &str {
        self.body["query"].as_str().unwrap_or_default()
    }

    /// `GET /repos/acme/api/pulls/7`, or `GRAPHQL Name` with the operation's name.
    pub fn short(&self) -> String {
        if !self.path.ends_with("/graphql") {
            return format!("{} {}", self.method, self.path);
        }
        let mut words = self.document().split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        let named = words.by_ref().find(|word| matches!(*word, "query" | "mutation")).and_then(|_| words.next());
        format!("GRAPHQL {}", named.unwrap_or("?"))
    }
}
