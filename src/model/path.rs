//! A path inside a repository, as the bytes git stores. Never a path of the local file system.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::inert;

/// A repository-relative path: `/`-separated bytes, not necessarily UTF-8, not necessarily well behaved.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<[u8]>);

impl RepoPath {
    /// The path with exactly these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(Arc::from(bytes))
    }

    /// The bytes as git stores them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text; bytes that are not UTF-8 as tokens such as `‹xE9›`. Not yet safe to draw: see [`inert::line`].
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        inert::decode(&self.0)
    }

    /// The last component, as text.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        let start = self.0.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
        inert::decode(&self.0[start..])
    }

    /// The extension in lower case without its dot, or an empty string.
    #[must_use]
    pub fn extension(&self) -> String {
        self.name().rsplit_once('.').map_or_else(String::new, |(_, ext)| ext.to_lowercase())
    }

    /// Whether the path would leave the repository or name something odd if it were ever joined to a folder: absolute,
    /// a `..`, `.git` or empty component, a NUL, a backslash or a drive letter.
    #[must_use]
    pub fn is_hostile(&self) -> bool {
        let bytes = &*self.0;
        bytes.is_empty()
            || bytes.first() == Some(&b'/')
            || bytes.iter().any(|b| matches!(b, 0 | b'\\'))
            || (bytes.get(1) == Some(&b':') && bytes[0].is_ascii_alphabetic())
            || bytes
                .split(|b| *b == b'/')
                .any(|part| part.is_empty() || part == b"." || part == b".." || part.eq_ignore_ascii_case(b".git"))
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_paths_are_told() {
        for bad in ["", "/etc/passwd", "a/../b", "..", ".git/config", "a/.GIT/hooks/x", "a\\b", "C:/x", "a//b", "a\0b"] {
            assert!(RepoPath::from(bad).is_hostile(), "{bad:?}");
        }
        for good in ["a", "src/main.rs", ".github/workflows/ci.yml", "a..b/c", "naïve.md"] {
            assert!(!RepoPath::from(good).is_hostile(), "{good:?}");
        }
    }

    #[test]
    fn names_and_extensions() {
        assert_eq!(RepoPath::from("a/b.TS").extension(), "ts");
        assert_eq!(RepoPath::from("a/Makefile").extension(), "");
        assert_eq!(RepoPath::from("a/b.ts").name(), "b.ts");
        assert_eq!(RepoPath::new(b"d/caf\xe9").name(), "caf‹xE9›");
    }
}
