//! Files that send the tools of an ecosystem to another registry: where one does, the names of its packages are told to nobody.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::check::FileOutcome;
use crate::analysis::manifests::place::host;
use crate::model::change::{TextRequest, Texts};
use crate::model::dependency::Ecosystem;
use crate::model::diff::Side;
use crate::model::path::RepoPath;

/// Such files, and the hosts that stand in them when nothing is private.
const FILES: [(Ecosystem, &[&str], &[&str]); 6] = [
    (Ecosystem::Npm, &[".npmrc", ".yarnrc.yml", ".yarnrc", "bunfig.toml"], &["registry.npmjs.org", "registry.yarnpkg.com"]),
    (Ecosystem::Pypi, &["pip.conf", ".pip/pip.conf", "uv.toml"], &["pypi.org", "files.pythonhosted.org"]),
    (Ecosystem::Cargo, &[".cargo/config.toml", ".cargo/config"], &["index.crates.io", "crates.io", "github.com"]),
    (Ecosystem::Gem, &[".bundle/config"], &["rubygems.org", "index.rubygems.org"]),
    (Ecosystem::Nuget, &["nuget.config", "NuGet.Config", "NuGet.config"], &["api.nuget.org", "www.nuget.org", "nuget.org"]),
    (
        Ecosystem::Maven,
        &["pom.xml", ".mvn/settings.xml", "settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts"],
        &[
            "repo1.maven.org",
            "repo.maven.apache.org",
            "maven.google.com",
            "dl.google.com",
            "plugins.gradle.org",
            "maven.apache.org",
            "www.w3.org",
        ],
    ),
];
/// The file that holds many addresses of other kinds, and the lists in it that name registries.
const LISTS: (&str, [&str; 2]) = ("pom.xml", ["repositories", "pluginRepositories"]);

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
            let mut sides = [Side::Old, Side::New].iter().filter_map(|side| texts.get(&RepoPath::from(path), *side));
            sides.any(|text| if path == LISTS.0 { LISTS.1.iter().any(|list| listed(text, list).any(strange)) } else { strange(text) })
        };
        found.extend(paths.iter().find(|path| names(path)).map(|path| (ecosystem, *path)));
    }
    found
}

/// What stands between the tags of each `list` in `text`.
fn listed<'t>(text: &'t str, list: &str) -> impl Iterator<Item = &'t str> {
    let (begin, end) = (format!("<{list}>"), format!("</{list}>"));
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, behind) = rest.split_once(begin.as_str())?;
        let (inside, after) = behind.split_once(end.as_str()).unwrap_or((behind, ""));
        rest = after;
        Some(inside)
    })
}

/// Everything in `text` that is written as an address, comments left out.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';']));
    let words = lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=' | '<' | '>' | '(')));
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
        assert_eq!(with("nuget.config", "<add key=\"x\" value=\"https://pkgs.example.com/v3/index.json\" />").len(), 1);
        assert!(with("NuGet.Config", "<add key=\"nuget.org\" value=\"https://api.nuget.org/v3/index.json\" />").is_empty());
        assert_eq!(with("settings.gradle.kts", "maven { url = uri(\"https://maven.example.com\") }").len(), 1);
        assert!(with("settings.gradle", "repositories { google()\n mavenCentral() }").is_empty());
        let pom = |list: &str| {
            with("pom.xml", &format!("<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><url>https://acme.example</url>{list}"))
        };
        assert!(pom("").is_empty());
        assert_eq!(pom("<repositories><repository><url>https://maven.example.com</url></repository></repositories>").len(), 1);
    }
}
