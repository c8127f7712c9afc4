//! Answers kept for later, by who asked what. What keeps them is elsewhere; nothing but whole, parsed answers ever gets there.

use http::Uri;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::model::forge::Kept;
use crate::model::time::Timestamp;

/// Where answers are kept. It may forget; what it gives is what was put in.
pub trait AnswerStore: Send + Sync {
    /// The answer kept under `key`.
    fn find(&self, key: &str) -> Option<Kept>;

    /// Keeps `kept` under `key` in place of what was there.
    fn keep(&self, key: &str, kept: &Kept);

    /// The forge said at `read` that what is under `key` is still so.
    fn confirm(&self, key: &str, read: Timestamp);
}

/// The name of the answer to a read of `uri` as `accept`, for the owner of `token` alone. The token cannot be told from it.
pub(super) fn rest_key(uri: &Uri, accept: &str, token: Option<&SecretString>) -> String {
    digest(&[b"GET", uri.to_string().as_bytes(), accept.as_bytes()], token)
}

/// The name of the answer to a GraphQL `body` posted to `uri`.
pub(super) fn graph_key(uri: &Uri, body: &str, token: Option<&SecretString>) -> String {
    digest(&[b"GraphQL", uri.to_string().as_bytes(), body.as_bytes()], token)
}

fn digest(parts: &[&[u8]], token: Option<&SecretString>) -> String {
    let mut hash = Sha256::new();
    let token = token.map_or("", |token| token.expose_secret());
    for part in parts.iter().copied().chain([token.as_bytes()]) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_kept_apart() {
        let uri = Uri::from_static("https://api.github.com/user");
        let (one, two) = (SecretString::from("one"), SecretString::from("two"));
        let keys = [
            rest_key(&uri, "application/json", Some(&one)),
            rest_key(&uri, "application/json", Some(&two)),
            rest_key(&uri, "application/json", None),
            rest_key(&uri, "application/vnd.github.diff", Some(&one)),
            graph_key(&uri, "application/json", Some(&one)),
        ];
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "{i}");
            assert_eq!(key.len(), 64);
        }
    }
}
