//! Weighty facts, each under messages that leave it out and under messages that speak of it: `tests/data/unsaid.toml`.

use std::fmt::Write as _;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::model::rule::Severity;
use lazaret::model::story::Undisclosed;
use rayon::prelude::*;
use serde::Deserialize;

use super::pairs::{Script, change};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    fact: Vec<Fact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    says: String,
    /// How much it weighs at least, where that is the same whatever the rules find.
    severity: Option<String>,
    change: Script,
    silent: Vec<String>,
    told: Vec<String>,
}

impl Fact {
    fn unsaid(&self, engine: &Engine, message: &str) -> Option<Undisclosed> {
        let (change, texts) = change(message, &self.change);
        let story = engine.analyse(&change, &|_| texts.clone()).story;
        story.undisclosed.into_iter().find(|one| one.fact == self.says)
    }

    fn broken(&self, engine: &Engine) -> String {
        let mut says = String::new();
        let least = self.severity.as_deref().map_or(Severity::Medium, |word| Severity::parse(word).unwrap());
        for message in &self.silent {
            match self.unsaid(engine, message) {
                Some(one) if one.severity >= least && !one.places.is_empty() => {}
                seen => writeln!(says, "{}: not said of {message:?}, or not as {}: {seen:?}", self.says, least.word()).unwrap(),
            }
        }
        for message in &self.told {
            if let Some(seen) = self.unsaid(engine, message) {
                writeln!(says, "{}: said of {message:?}: {seen:?}", self.says).unwrap();
            }
        }
        says
    }
}

#[test]
fn facts_are_said_when_the_message_leaves_them_out_and_only_then() {
    let text = std::fs::read_to_string("tests/data/unsaid.toml").unwrap();
    let facts: Facts = toml::from_str(&text).unwrap();
    let engine = Engine::new(&Selection::default());
    let broken: String = facts.fact.par_iter().map(|fact| fact.broken(&engine)).collect();
    assert!(broken.is_empty(), "\n{broken}");
}
