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

/// Ordinary work on automation: what everybody uses, what was there before, another version, a stage of one's own, an example.
#[test]
fn ordinary_automation_is_no_news() {
    let engine = Engine::new(&Selection::default());
    let steps =
        |uses: &str| format!(" on: push\n permissions:\n   contents: read\n jobs:\n   test:\n     steps:\n{uses}       - run: make\n");
    let sha = "8ade135a41bc03ea155e62e844d188df1ea18608";
    let cases: [(&str, String); 9] = [
        (".github/workflows/a.yml", steps("+      - uses: actions/setup-node@v4\n")),
        (".github/workflows/a.yml", steps(&format!("+      - uses: actions/cache@{sha} # v4\n"))),
        (".github/workflows/a.yml", steps("+      - uses: github/codeql-action/init@v3\n")),
        (".github/workflows/a.yml", steps("+      - uses: ./.github/actions/own\n")),
        (".github/workflows/a.yml", steps(&format!("-      - uses: acme/tool@v1\n+      - uses: acme/tool@{sha}\n"))),
        (".github/workflows/a.yml", steps("       - uses: acme/tool@v1\n+      - run: make more\n+      - uses: acme/tool@v1\n")),
        ("Dockerfile", " FROM node:22 AS build\n RUN make\n+FROM build\n+FROM scratch\n".to_owned()),
        ("examples/Dockerfile", "+FROM acme/app:1\n".to_owned()),
        (
            "deploy/Chart.yaml",
            " name: app\n+dependencies:\n+  - name: own\n+    version: 1.0.0\n+    repository: file://../own\n".to_owned(),
        ),
    ];
    for (path, text) in cases {
        let (change, texts) = change("Fix typo", &[(path.to_owned(), text)].into());
        let unsaid = engine.analyse(&change, &|_| texts.clone()).story.undisclosed;
        assert!(!unsaid.iter().any(|one| one.fact.contains("new dependenc")), "{path}: {unsaid:?}");
    }
    // Moved from one file to another.
    let moved = [
        (".github/workflows/a.yml".to_owned(), steps("-      - uses: acme/tool@v1\n")),
        (".github/workflows/b.yml".to_owned(), steps("+      - uses: acme/tool@v1\n")),
    ];
    let (change, texts) = change("Fix typo", &moved.into());
    let unsaid = engine.analyse(&change, &|_| texts.clone()).story.undisclosed;
    assert!(!unsaid.iter().any(|one| one.fact.contains("new dependenc")), "{unsaid:?}");
}
