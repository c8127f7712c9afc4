//! Names near one that many projects build on: candidates by what is left of a name without one letter, judged by
//! [`likeness`](super::likeness::likeness).

use std::collections::HashMap;
use std::sync::LazyLock;

use super::likeness::{Likeness, bare, languages, latin, likeness_in};
use super::lists::lists;
use super::owned;
use crate::analysis::manifests::names;
use crate::model::dependency::Ecosystem;

/// Shorter names are near too many others by chance.
const SHORTEST: usize = 6;
/// No name of a list is longer.
const LONGEST: usize = 60;

/// Names by what they come to without one letter, in simple shape, and as a set of words.
type Index = HashMap<String, Vec<&'static str>>;

static CARGO: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Cargo));
static GEM: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Gem));
static NPM: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Npm));
static NUGET: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Nuget));
static PYPI: LazyLock<Index> = LazyLock::new(|| index(Ecosystem::Pypi));

/// The listed name that `name` is near to, and how; `None` for a listed name, and where there is no list.
#[must_use]
pub fn near(ecosystem: Ecosystem, name: &str) -> Option<(&'static str, Likeness)> {
    if name.len() > LONGEST || names::of(ecosystem)?.has(name) {
        return None;
    }
    let written = name.to_lowercase();
    let name = latin(&written).into_owned();
    if name != written
        && let Some(known) = names::of(ecosystem)?.names.iter().find(|known| **known == name)
    {
        return Some((known, Likeness::Shape));
    }
    // A scope is its owner's: what stands in it is as true as the scope is.
    if name.starts_with('@') {
        return owned::near(ecosystem, &name);
    }
    // Their lists write hyphens, and both signs mean one name.
    let name = if matches!(ecosystem, Ecosystem::Cargo | Ecosystem::Pypi) { name.replace('_', "-") } else { name };
    let index: &Index = match ecosystem {
        Ecosystem::Cargo => &CARGO,
        Ecosystem::Gem => &GEM,
        Ecosystem::Npm => &NPM,
        Ecosystem::Nuget => &NUGET,
        Ecosystem::Pypi => &PYPI,
        _ => return owned::near(ecosystem, &name),
    };
    let joined = [format!("joined:{}", bare(&name))];
    let candidates = keys(&name).chain(baited(ecosystem, &name)).chain(joined).filter_map(|key| index.get(&key)).flatten();
    // The first word of a name of NuGet is its owner's, and one family has many near names.
    let family = |name: &str| name.split_once('.').map(|(first, _)| first.to_owned()).filter(|_| ecosystem == Ecosystem::Nuget);
    let own = family(&name);
    let judged = candidates.filter(|known| known.len().min(name.len()) >= SHORTEST && (own.is_none() || family(known) != own));
    judged.filter_map(|known| Some((*known, likeness_in(ecosystem, &name, known)?))).max_by_key(|(known, how)| (*how, *known))
}

fn index(ecosystem: Ecosystem) -> Index {
    let mut index = Index::new();
    let names = names::of(ecosystem).into_iter().flat_map(|list| list.names.iter().copied());
    for name in names.filter(|name| name.len() >= SHORTEST) {
        // What stands in a scope is looked for as it is written without one.
        let keys: Vec<String> = if name.starts_with('@') { vec![format!("joined:{}", bare(name))] } else { keys(name).collect() };
        for key in keys {
            index.entry(key).or_default().push(name);
        }
    }
    index
}

/// The name, all it comes to without one letter, its shape, and its words in order.
fn keys(name: &str) -> impl Iterator<Item = String> {
    let cut = name.char_indices().map(|(at, letter)| {
        let (before, behind) = (name.get(..at).unwrap_or(""), name.get(at + letter.len_utf8()..).unwrap_or(""));
        format!("{before}{behind}")
    });
    [name.to_owned(), format!("shape:{}", super::likeness::shape(name)), worded(name, "")].into_iter().chain(cut)
}

/// Its words without each that asks for trust or names the language.
fn baited(ecosystem: Ecosystem, name: &str) -> impl Iterator<Item = String> {
    let words = lists().bait.iter().map(String::as_str).chain(languages(ecosystem).iter().copied());
    let held = words.filter(|bait| name.split(['-', '_', '.']).any(|word| word == *bait));
    held.map(|bait| worded(name, bait))
}

/// The words of `name` besides `without`, in the order of the alphabet.
fn worded(name: &str, without: &str) -> String {
    let mut words: Vec<&str> = name.split(['-', '_', '.', '/']).filter(|word| *word != without).collect();
    words.sort_unstable();
    format!("words:{}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_listed_name_is_near_another() {
        for ecosystem in Ecosystem::ALL {
            for name in names::of(ecosystem).into_iter().flat_map(|list| &list.names) {
                assert_eq!(near(ecosystem, name), None, "{name}");
                assert_eq!(near(ecosystem, &name.replace('-', "_")), None, "{name}");
            }
        }
    }

    /// Taken out of its list, a name is seldom near another by chance: what is not listed is judged like it.
    #[test]
    fn few_listed_names_would_be_near_another() {
        let (mut all, mut near, mut by_key) = (0, 0, 0);
        let flat = [Ecosystem::Cargo, Ecosystem::Gem, Ecosystem::Npm, Ecosystem::Pypi];
        for ecosystem in flat {
            let index = index(ecosystem);
            for name in names::of(ecosystem).into_iter().flat_map(|list| &list.names).filter(|name| !name.starts_with('@')) {
                let found = keys(name).filter_map(|key| index.get(&key)).flatten();
                let found = found
                    .filter(|known| known.len().min(name.len()) >= SHORTEST)
                    .filter_map(|known| likeness_in(ecosystem, name, known))
                    .max();
                all += 1;
                near += usize::from(matches!(found, Some(Likeness::Letter | Likeness::Shape | Likeness::Order)));
                by_key += usize::from(found == Some(Likeness::Key));
            }
        }
        assert!(near * 50 < all && by_key * 500 < all, "{near} and {by_key} of {all}");
    }

    #[test]
    fn names_that_were_made_to_deceive_are_near() {
        let found = [
            (Ecosystem::Pypi, "reqeusts", "requests", Likeness::Letter),
            (Ecosystem::Pypi, "colourama", "colorama", Likeness::Letter),
            (Ecosystem::Pypi, "urlib3", "urllib3", Likeness::Letter),
            (Ecosystem::Pypi, "dateutil-python", "python-dateutil", Likeness::Order),
            (Ecosystem::Npm, "expresss", "express", Likeness::Letter),
            (Ecosystem::Npm, "wxpress", "express", Likeness::Key),
            (Ecosystem::Pypi, "scrspy", "scrapy", Likeness::Key),
            (Ecosystem::Npm, "comander", "commander", Likeness::Letter),
            (Ecosystem::Npm, "express-patched", "express", Likeness::Bait),
            (Ecosystem::Npm, "express-js", "express", Likeness::Bait),
            (Ecosystem::Pypi, "python-requests", "requests", Likeness::Bait),
            (Ecosystem::Npm, "types-node", "@types/node", Likeness::Scope),
            (Ecosystem::Npm, "@bable/core", "@babel/core", Likeness::Letter),
            (Ecosystem::Pypi, "r\u{435}quests", "requests", Likeness::Shape),
            (Ecosystem::Cargo, "serde_jsonn", "serde-json", Likeness::Letter),
            (Ecosystem::GithubActions, "actons/checkout", "actions/checkout", Likeness::Letter),
            (Ecosystem::GithubActions, "acti0ns/checkout", "actions/checkout", Likeness::Shape),
            (Ecosystem::Cargo, "serdejson", "serde-json", Likeness::Separators),
            (Ecosystem::Cargo, "memchrs", "memchr", Likeness::Letter),
            (Ecosystem::Gem, "nokoglri", "nokogiri", Likeness::Shape),
            (Ecosystem::Golang, "github.com/strechr/testify", "github.com/stretchr/testify", Likeness::Letter),
            (Ecosystem::Golang, "githib.com/stretchr/testify", "github.com/stretchr/testify", Likeness::Letter),
            (Ecosystem::Maven, "org.apache.comons:commons-lang3", "org.apache.commons:commons-lang3", Likeness::Letter),
            (Ecosystem::Composer, "symfomy/console", "symfony/console", Likeness::Letter),
            (Ecosystem::Nuget, "newtonsof.json", "newtonsoft.json", Likeness::Letter),
        ];
        for (ecosystem, name, known, how) in found {
            assert_eq!(near(ecosystem, name), Some((known, how)), "{name}");
        }
    }

    #[test]
    fn ordinary_names_are_near_nothing() {
        for (ecosystem, name) in [
            (Ecosystem::Npm, "preact"),
            (Ecosystem::Npm, "@anything/expresss"),
            (Ecosystem::Pypi, "litellm"),
            (Ecosystem::Pypi, "langchain"),
            (Ecosystem::Cargo, "lazaret"),
            (Ecosystem::Golang, "github.com/somebody/testify"),
            (Ecosystem::Golang, "github.com/stretchr/testifu"),
            (Ecosystem::Maven, "org.apache.commons:commons-lang4"),
            (Ecosystem::Composer, "symfony/consol"),
            (Ecosystem::Nuget, "system.text.jsons"),
            (Ecosystem::Docker, "alpine"),
            (Ecosystem::GithubActions, "somebody/checkout"),
            (Ecosystem::GithubActions, "actions/check"),
        ] {
            assert_eq!(near(ecosystem, name), None, "{name}");
        }
    }
}
