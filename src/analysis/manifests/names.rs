//! The names below `rules/names/`: packages that many projects build on, by world. A name that is not there may exist all the same.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::analysis::rules;
use crate::model::dependency::Ecosystem;

/// The names of one world.
pub struct Names {
    /// As they are written in the list, in lower case.
    pub names: Vec<&'static str>,
    /// With one sign between words, whichever it was.
    plain: HashSet<String>,
}

/// A shorter list says of no name that it is rare.
const BROAD: usize = 1_000;

static CARGO: LazyLock<Names> = LazyLock::new(|| read("names/cargo.txt"));
static COMPOSER: LazyLock<Names> = LazyLock::new(|| read("names/composer.txt"));
static GEM: LazyLock<Names> = LazyLock::new(|| read("names/gem.txt"));
static GITHUB_ACTIONS: LazyLock<Names> = LazyLock::new(|| read("names/githubactions.txt"));
static GOLANG: LazyLock<Names> = LazyLock::new(|| read("names/golang.txt"));
static MAVEN: LazyLock<Names> = LazyLock::new(|| read("names/maven.txt"));
static NUGET: LazyLock<Names> = LazyLock::new(|| read("names/nuget.txt"));
static NPM: LazyLock<Names> = LazyLock::new(|| read("names/npm.txt"));
static PYPI: LazyLock<Names> = LazyLock::new(|| read("names/pypi.txt"));

/// The list of `ecosystem`; `None` where there is none.
#[must_use]
pub fn of(ecosystem: Ecosystem) -> Option<&'static Names> {
    match ecosystem {
        Ecosystem::Cargo => Some(&CARGO),
        Ecosystem::Composer => Some(&COMPOSER),
        Ecosystem::Gem => Some(&GEM),
        Ecosystem::GithubActions => Some(&GITHUB_ACTIONS),
        Ecosystem::Golang => Some(&GOLANG),
        Ecosystem::Maven => Some(&MAVEN),
        Ecosystem::Nuget => Some(&NUGET),
        Ecosystem::Npm => Some(&NPM),
        Ecosystem::Pypi => Some(&PYPI),
        _ => None,
    }
}

fn read(path: &str) -> Names {
    let lines = rules::data(path).lines().map(str::trim);
    let names: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    Names { plain: names.iter().map(|name| plain(name)).collect(), names }
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

impl Names {
    /// Whether `name` is there, whichever sign it has between its words: the list cannot always tell. Of a repository that is there
    /// every module is (`github.com/owner/repository/v2`).
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let name = plain(name);
        let repository = name.match_indices('/').nth(2).and_then(|(at, _)| name.get(..at));
        self.plain.contains(&name) || repository.is_some_and(|repository| self.plain.contains(repository))
    }

    /// Whether the list is long enough that it says something when a name is not there.
    #[must_use]
    pub fn is_broad(&self) -> bool {
        self.names.len() >= BROAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_read_and_says_where_it_is_from() {
        for (ecosystem, name) in [
            (Ecosystem::Cargo, "serde_json"),
            (Ecosystem::Composer, "symfony/console"),
            (Ecosystem::Gem, "rack"),
            (Ecosystem::GithubActions, "actions/checkout"),
            (Ecosystem::Golang, "github.com/stretchr/testify"),
            (Ecosystem::Golang, "github.com/stretchr/testify/v9/sub"),
            (Ecosystem::Maven, "commons-io:commons-io"),
            (Ecosystem::Npm, "express"),
            (Ecosystem::Nuget, "newtonsoft.json"),
            (Ecosystem::Pypi, "requests"),
        ] {
            let names = of(ecosystem).unwrap();
            assert!(names.has(name) && !names.has("no-such-name-at-all"), "{name}");
            let text = rules::data(&format!("names/{}.txt", ecosystem.word()));
            assert!(text.starts_with("# Names of ") && text.lines().nth(1).is_some_and(|line| line.contains("Taken on 20")), "{name}");
            let mut sorted: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            let lines = sorted.len();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(lines, sorted.len(), "{name}: a name stands twice");
        }
    }
}
