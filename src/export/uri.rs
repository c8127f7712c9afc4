//! Repository paths as relative URI references (RFC 3986).

use std::fmt::Write as _;

use crate::model::path::RepoPath;

/// `path` percent-encoded byte by byte; `None` when it would point out of the repository.
#[must_use]
pub fn relative(path: &RepoPath) -> Option<String> {
    if path.is_hostile() {
        return None;
    }
    let mut out = String::with_capacity(path.bytes().len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(*byte)),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        let encoded = |bytes: &[u8]| relative(&RepoPath::new(bytes));
        assert_eq!(encoded(b"src/a b#c?.rs").as_deref(), Some("src/a%20b%23c%3F.rs"));
        assert_eq!(encoded(b"xx:y/caf\xe9%").as_deref(), Some("xx%3Ay/caf%E9%25"));
        assert_eq!(encoded("a/\u{202e}b".as_bytes()).as_deref(), Some("a/%E2%80%AEb"));
        assert_eq!(encoded(b"../etc/passwd"), None);
        assert_eq!(encoded(b"/etc/passwd"), None);
    }
}
