//! Names that begin with their owner (actions, Go, Maven, Packagist, scopes of npm): what stands behind it is the owner's, so that only the owner can be mistaken.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::likeness::{Likeness, likeness};
use crate::analysis::manifests::names;
use crate::model::dependency::Ecosystem;

/// Hosts on which anybody may be an owner.
const SHARED: [&str; 6] = ["github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "git.sr.ht", "gitea.com"];
/// More owners of one thing than this are not compared; a bound for hostile lists of names, not for ours.
const MOST: usize = 400;

/// Owners, with the whole names, by what stands behind them.
type Index = HashMap<String, Vec<(&'static str, &'static str)>>;

static COMPOSER: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Composer));
static GITHUB_ACTIONS: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::GithubActions));
static GOLANG: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Golang));
static MAVEN: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Maven));
static NPM: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Npm));

/// The listed name whose owner that of `name` is near to; `None` for other ecosystems.
pub(super) fn near(ecosystem: Ecosystem, name: &str) -> Option<(&'static str, Likeness)> {
    let index: &Index = match ecosystem {
        Ecosystem::Composer => &COMPOSER,
        Ecosystem::GithubActions => &GITHUB_ACTIONS,
        Ecosystem::Golang => &GOLANG,
        Ecosystem::Maven => &MAVEN,
        Ecosystem::Npm => &NPM,
        _ => return None,
    };
    let parts = parts(ecosystem, name);
    let owners = parts.iter().flat_map(|(owner, rest)| index.get(rest).into_iter().flatten().take(MOST).map(move |known| (owner, known)));
    let judged = owners.filter_map(|(owner, (known, whole))| Some((*whole, likeness(owner, known)?)));
    judged.filter(|(_, how)| !matches!(how, Likeness::Order | Likeness::Bait)).max_by_key(|(whole, how)| (*how, *whole))
}

fn index(ecosystem: Ecosystem) -> Index {
    let mut index = Index::new();
    for name in names::of(ecosystem).into_iter().flat_map(|list| list.names.iter().copied()) {
        for (owner, rest) in parts(ecosystem, name) {
            index.entry(rest).or_default().push((owner, name));
        }
    }
    index
}

/// The owner of a name and the rest; a host that is shared is an owner, too, whose like may be meant to deceive.
fn parts(ecosystem: Ecosystem, name: &str) -> Vec<(&str, String)> {
    let between = if ecosystem == Ecosystem::Maven { ':' } else { '/' };
    let Some((owner, rest)) = name.split_once(between) else { return Vec::new() };
    let mut parts = vec![(owner, rest.to_owned())];
    if SHARED.contains(&owner) {
        parts.extend(rest.split_once('/').map(|(inner, repository)| (inner, format!("{owner} {repository}"))));
    }
    parts
}
