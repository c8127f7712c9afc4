//! Small changes that show what a rule does, read when they are first asked for: a scan asks for none.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use super::lookup::Lookups;

/// A small change that shows what a rule does; run as a test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// Whether the rule must fire on it.
    pub hits: bool,
    /// One line: what it shows.
    pub about: String,
    /// The changed files.
    pub files: Vec<ExampleFile>,
    /// The commit message; also title and body of the pull.
    pub message: String,
    /// The branch it comes from.
    pub branch: String,
    /// The task it was made for; none where it is empty.
    pub task: String,
    /// What registries and advisories say of its packages.
    pub lookups: Lookups,
    /// Its commits, oldest first, where they matter; else it has one that nothing is known of.
    pub commits: Vec<ExampleCommit>,
    /// Commits before it, where they matter.
    pub earlier: Vec<ExampleCommit>,
}

/// One commit of an [`Example`]; what is empty or 0 is as in any commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExampleCommit {
    /// Its author's and committer's name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// When it was written, in seconds.
    pub authored: i64,
    /// When it was committed, in seconds.
    pub committed: i64,
    /// Its message; that of the example where it is empty.
    pub message: String,
    /// Whether it is signed.
    pub signed: bool,
    /// Who committed it, by address; its author where it is empty.
    pub committer: String,
    /// By how many minutes its author's clock was ahead of UTC, where that matters.
    pub zone: Option<i32>,
    /// So many commits of the same kind; 0 is one.
    pub times: usize,
}

/// One file of an [`Example`]: whole texts before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFile {
    /// Its path.
    pub path: String,
    /// Its text before; `None` when it is new.
    pub before: Option<String>,
    /// Its text after; `None` when it is deleted.
    pub after: Option<String>,
}

/// How examples are read.
type Reading = Box<dyn FnOnce() -> Vec<Example> + Send>;

/// The examples of a rule.
#[derive(Clone)]
pub struct Examples(Arc<LazyLock<Vec<Example>, Reading>>);

impl Examples {
    /// What `read` gives, which is asked when the first of them is.
    pub fn lazily(read: impl FnOnce() -> Vec<Example> + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(read))))
    }
}

impl Default for Examples {
    fn default() -> Self {
        Self::lazily(Vec::new)
    }
}

impl From<Vec<Example>> for Examples {
    fn from(examples: Vec<Example>) -> Self {
        Self::lazily(|| examples)
    }
}

impl Deref for Examples {
    type Target = [Example];

    fn deref(&self) -> &[Example] {
        &self.0
    }
}

impl<'e> IntoIterator for &'e Examples {
    type Item = &'e Example;
    type IntoIter = std::slice::Iter<'e, Example>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Examples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for Examples {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl Eq for Examples {}
