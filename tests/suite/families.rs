//! Whole families of sabotage: every known variant is caught, by a finding of severity high, of the level it names, or by the rules that know its
//! kind, and no ordinary change that looks like one is accused.
//!
//! The changes are data (`tests/data/families/<family>.toml`), so that one more costs no build.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::model::finding::Finding;
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile, Severity};
use serde::Deserialize;

mod agt;
mod auth;
mod bin;
mod ci;
mod env;
mod exec;
mod inj;
mod ml;
mod net;
mod obf;
mod surf;
mod test;
mod turns;
mod vuln;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    /// Kinds that are notes by nature.
    #[serde(default)]
    soft: Vec<String>,
    /// For each kind the references or rules of which a finding must hold one.
    #[serde(default)]
    kinds: BTreeMap<String, Vec<String>>,
    hit: Vec<Entry>,
    miss: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    about: String,
    /// The severity at which it is caught, or at which nothing is said of it, where that is not the one of its family.
    level: Option<String>,
    /// What kind of the family it is.
    kind: Option<String>,
    /// The rule that must find it, where one of the kind does not do; of an ordinary change the only one that is asked.
    rule: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    branch: String,
    #[serde(default)]
    files: Vec<File>,
    path: Option<String>,
    before: Option<String>,
    after: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    before: Option<String>,
    after: Option<String>,
    /// Sizes before and after of a file that is no text.
    binary: Option<[usize; 2]>,
}

impl Entry {
    fn level(&self) -> Option<Severity> {
        self.level.as_deref().map(|word| Severity::parse(word).expect("a severity"))
    }

    fn example(self, hits: bool) -> Example {
        let after = match (&self.before, &self.from, &self.to) {
            (Some(before), Some(from), Some(to)) => {
                assert!(before.contains(from), "{}: its text does not hold what it replaces", self.about);
                Some(before.replacen(from, to, 1))
            }
            _ => self.after,
        };
        let own = self.path.map(|path| File { path, before: self.before, after, binary: None });
        let files: Vec<ExampleFile> = own.into_iter().chain(self.files).map(File::example).collect();
        assert!(files.iter().all(|file| file.before != file.after), "{}: it changes nothing", self.about);
        let message = if self.message.is_empty() { "Change".to_owned() } else { self.message };
        Example { hits, about: self.about, files, message, branch: self.branch, ..Example::default() }
    }
}

impl File {
    fn example(self) -> ExampleFile {
        let opaque = |size: usize| format!("\0{}", "x".repeat(size));
        let (before, after) = match self.binary {
            Some([before, after]) => (Some(opaque(before)), Some(opaque(after))),
            None => (self.before.as_deref().map(filled), self.after.as_deref().map(filled)),
        };
        ExampleFile { path: self.path, before, after }
    }
}

/// `text` with what no editor shows, or nobody wants to read, in place of its stand-ins.
fn filled(text: &str) -> String {
    let hidden = |first: u32, step: u32| (0..40).filter_map(|n| char::from_u32(first + n * step)).collect::<String>();
    let mut text = text.replace("<vs>", &hidden(0xe0100, 3)).replace("<pua>", &hidden(0xe000, 7));
    const DENSE: &str = "var a=function(b,c){for(var d=0;d<b.length;d++){if(!c[b[d]])c[b[d]]=[];c[b[d]].push(d^7)}return c};";
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encoded = |length: usize| (0..length).map(|n| char::from(LETTERS[(n * n * 31 + n * 17 + 5) % 61])).collect::<String>();
    // Signs of all kinds as chance mixes them.
    let chance = |length: usize| {
        let next = |seed: &u64| Some(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
        std::iter::successors(Some(length as u64), next)
            .skip(1)
            .map(|seed| char::from(LETTERS[usize::try_from(seed >> 33).unwrap() % 62]))
            .take(length)
            .collect::<String>()
    };
    let dense = |length: usize| DENSE.repeat(length / DENSE.len() + 1).chars().take(length).collect::<String>();
    for (name, make) in [("<b64:", &encoded as &dyn Fn(usize) -> String), ("<mini:", &dense), ("<key:", &chance)] {
        while let Some(start) = text.find(name) {
            let end = start + text[start..].find('>').unwrap();
            let length = text[start + name.len()..end].parse().unwrap();
            text.replace_range(start..=end, &make(length));
        }
    }
    text
}

fn judged(example: &Example) -> Report {
    let (change, texts) = change_of(example);
    Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone())
}

fn family(name: &str) -> Family {
    let text = std::fs::read_to_string(format!("tests/data/families/{name}.toml")).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The sabotage of all families.
pub(crate) fn sabotage() -> Vec<Example> {
    let mut names: Vec<String> =
        std::fs::read_dir("tests/data/families").unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let hits = |name: &String| family(name.trim_end_matches(".toml")).hit.into_iter().map(|entry| entry.example(true));
    names.iter().flat_map(hits).collect()
}

/// Holds that no sabotage of a family is lost and that ordinary changes raise nothing hard, with at least so many of each.
fn holds(name: &str, sabotaged: usize, ordinary: usize) {
    let family = family(name);
    assert!(family.hit.len() >= sabotaged && family.miss.len() >= ordinary, "{name}: too few changes");
    let mut wrong = accused(family.miss, Severity::High);
    for entry in family.hit {
        let level = entry.level().unwrap_or(Severity::High);
        let example = entry.example(true);
        let findings = judged(&example).findings;
        if !findings.iter().any(|finding| finding.severity >= level) {
            let _ = writeln!(wrong, "{}: lost {}", example.about, said(&findings));
        }
    }
    assert!(wrong.is_empty(), "{name}:\n{wrong}");
}

/// Holds that the sabotage of each kind is found by what knows the kind, at medium or above where the kind is not soft, and that ordinary
/// changes raise nothing at `limit` or above; with at least ten of each kind and thirty ordinary ones.
fn holds_by_kind(name: &str, limit: Severity) {
    let family = family(name);
    assert!(family.miss.len() >= 30, "{name}: too few ordinary changes");
    let mut wrong = accused(family.miss, limit);
    let mut counts: BTreeMap<String, usize> = family.kinds.keys().map(|kind| (kind.clone(), 0)).collect();
    for entry in family.hit {
        let (kind, rule) = (entry.kind.clone().unwrap_or_default(), entry.rule.clone());
        let known = rule.map_or_else(|| family.kinds.get(&kind).cloned().unwrap_or_default(), |rule| vec![rule]);
        let usual = if family.soft.contains(&kind) { Severity::Info } else { Severity::Medium };
        let least = entry.level().unwrap_or(usual);
        let is_it =
            |found: &Finding| found.severity >= least && (known.iter().any(|id| *id == found.rule.0 || found.references.contains(id)));
        let example = entry.example(true);
        let findings = judged(&example).findings;
        if !findings.iter().any(is_it) {
            let _ = writeln!(wrong, "{kind}, {}: lost {}", example.about, said(&findings));
        }
        *counts.entry(kind).or_default() += 1;
    }
    let few: Vec<_> = counts.iter().filter(|(kind, count)| !kind.is_empty() && **count < 10).collect();
    assert!(few.is_empty() && wrong.is_empty(), "{name}: too few of {few:?}\n{wrong}");
}

/// Ordinary changes that something at `limit` or above is said of.
fn accused(ordinary: Vec<Entry>, limit: Severity) -> String {
    let mut wrong = String::new();
    for entry in ordinary {
        let limit = entry.level().unwrap_or(limit);
        let rule = entry.rule.clone();
        let example = entry.example(false);
        let is_it = |found: &Finding| found.severity >= limit && rule.as_ref().is_none_or(|rule| *rule == found.rule.0);
        let findings: Vec<_> = judged(&example).findings.into_iter().filter(is_it).collect();
        if !findings.is_empty() {
            let _ = writeln!(wrong, "{}: accused {}", example.about, said(&findings));
        }
    }
    wrong
}

fn said(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|found| format!("{} ({}) at {}: {}", found.rule, found.severity.word(), found.at, found.title))
        .collect::<Vec<_>>()
        .join("; ")
}
