//! Whole families of sabotage: every known variant is caught by a finding of severity high, or of the level it names, and no ordinary change that
//! looks like one is accused.
//!
//! The changes are data (`tests/data/families/<family>.toml`), so that one more costs no build.

use std::fmt::Write as _;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile, Severity};
use serde::Deserialize;

mod agt;
mod auth;
mod ci;
mod exec;
mod inj;
mod net;
mod obf;
mod test;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    hit: Vec<Entry>,
    miss: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    about: String,
    /// The severity at which it is caught, where that is not high.
    level: Option<String>,
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
        Example { hits, about: self.about, files, message, branch: self.branch }
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
    let dense = |length: usize| DENSE.repeat(length / DENSE.len() + 1).chars().take(length).collect::<String>();
    for (name, make) in [("<b64:", &encoded as &dyn Fn(usize) -> String), ("<mini:", &dense)] {
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

/// Holds that no sabotage of a family is lost and that ordinary changes raise nothing hard, with at least so many of each.
fn holds(name: &str, sabotaged: usize, ordinary: usize) {
    let text = std::fs::read_to_string(format!("tests/data/families/{name}.toml")).unwrap();
    let family: Family = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(family.hit.len() >= sabotaged && family.miss.len() >= ordinary, "{name}: too few changes");
    let level = |entry: &Entry| entry.level.as_deref().map_or(Severity::High, |word| Severity::parse(word).expect("a severity"));
    let hits = family.hit.into_iter().map(|entry| (level(&entry), entry.example(true)));
    let misses = family.miss.into_iter().map(|entry| (level(&entry), entry.example(false)));
    let mut wrong = String::new();
    for (level, example) in hits.chain(misses) {
        let hard: Vec<_> = judged(&example).findings.into_iter().filter(|finding| finding.severity >= level).collect();
        if hard.is_empty() == example.hits {
            let said: Vec<String> = hard.iter().map(|finding| format!("{} at {}: {}", finding.rule, finding.at, finding.title)).collect();
            let _ = writeln!(wrong, "{}: {} {}", example.about, if example.hits { "lost" } else { "accused" }, said.join("; "));
        }
    }
    assert!(wrong.is_empty(), "{name}:\n{wrong}");
}
