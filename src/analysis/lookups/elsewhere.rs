//! Files that send the tools of an ecosystem to another registry: where one does, the names of its packages are told to nobody.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::check::FileOutcome;
use crate::analysis::manifests::place::host;
use crate::model::change::{TextRequest, Texts};
use crate::model::dependency::Ecosystem;
use crate::model::diff::Side;
use crate::model::path::RepoPath;

/// Such files, and the hosts that stand in them when nothing is private.
const FILES: [(Ecosystem, &[&str], &[&str]); 4] = [
    (Ecosystem::Npm, &[".npmrc", ".yarnrc.yml", ".yarnrc", "bunfig.toml"], &["registry.npmjs.org", "registry.yarnpkg.com"]),
    (Ecosystem::Pypi, &["pip.conf", ".pip/pip.conf", "uv.toml"], &["pypi.org", "files.pythonhosted.org"]),
    (Ecosystem::Cargo, &[".cargo/config.toml", ".cargo/config"], &["index.crates.io", "crates.io", "github.com"]),
    (Ecosystem::Gem, &[".bundle/config"], &["rubygems.org", "index.rubygems.org"]),
];

/// Which file sends which ecosystem elsewhere.
pub type Elsewhere = BTreeMap<Ecosystem, &'static str>;

/// The files to read for the packages of `outcomes`, as they were and as they shall be.
#[must_use]
pub fn wanted(outcomes: &[FileOutcome]) -> Vec<TextRequest> {
    let rows = outcomes.iter().flat_map(|outcome| &outcome.dependencies).filter_map(|row| row.after.as_ref());
    let worlds: BTreeSet<Ecosystem> = rows.map(|after| after.ecosystem).collect();
    let paths = FILES.iter().filter(|(ecosystem, ..)| worlds.contains(ecosystem)).flat_map(|(_, paths, _)| *paths);
    paths.flat_map(|path| [Side::Old, Side::New].map(|side| TextRequest { path: RepoPath::from(*path), side })).collect()
}

/// Which of them name a host that is not the ecosystem's own.
#[must_use]
pub fn of(texts: &Texts) -> Elsewhere {
    let mut found = Elsewhere::new();
    for (ecosystem, paths, own) in FILES {
        let strange = |text: &str| addresses(text).any(|address| !own.contains(&host(address)));
        let names = |path: &str| {
            [Side::Old, Side::New].iter().any(|side| texts.get(&RepoPath::from(path), *side).is_some_and(|text| strange(text)))
        };
        found.extend(paths.iter().find(|path| names(path)).map(|path| (ecosystem, *path)));
    }
    found
}

/// Everything in `text` that is written as an address, comments left out.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';']));
    let words = lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=')));
    words.filter(|word| word.contains("://"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn with(path: &str, text: &str) -> Elsewhere {
        let mut texts = Texts::default();
        texts.insert(TextRequest { path: RepoPath::from(path), side: Side::Old }, Arc::from(text));
        of(&texts)
    }

    #[test]
    fn another_registry_is_seen_in_the_files_of_tools() {
        assert_eq!(with(".npmrc", "registry=https://npm.example.com/\n").get(&Ecosystem::Npm), Some(&".npmrc"));
        assert_eq!(with(".npmrc", "@acme:registry = \"https://npm.example.com\"\n").len(), 1);
        assert_eq!(with("pip.conf", "[global]\nextra-index-url = https://user@pypi.example.com/simple\n").len(), 1);
        assert_eq!(
            with(".cargo/config.toml", "[source.crates-io]\nreplace-with = 'm'\n[source.m]\nregistry = \"sparse+https://c.example/\"\n")
                .len(),
            1
        );
        assert!(with(".npmrc", "registry=https://registry.npmjs.org/\nsave-exact=true\n# https://npm.example.com\n").is_empty());
        assert!(with("README.md", "https://npm.example.com").is_empty());
    }
}
