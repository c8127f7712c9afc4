//! VULN: ordinary changes that were sabotaged come out with the rule that knows the weakness, ordinary ones with nothing to look at.
//!
//! The changes are data (`tests/data/families/vuln.toml`), so that one more costs no build.

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::model::finding::Finding;
use lazaret::model::rule::{Example, ExampleFile, Severity};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    hit: Vec<Entry>,
    miss: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: Option<String>,
    about: String,
    path: String,
    before: Option<String>,
    after: String,
}

/// What is said of `entry` that somebody would look at.
fn judged(entry: &Entry) -> Vec<Finding> {
    let file = ExampleFile { path: entry.path.clone(), before: entry.before.clone(), after: Some(entry.after.clone()) };
    let example = Example { hits: true, about: String::new(), files: vec![file], message: "Change".to_owned(), branch: String::new() };
    let (change, texts) = change_of(&example);
    let findings = Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone()).findings;
    findings.into_iter().filter(|finding| finding.severity >= Severity::Medium).collect()
}

fn family() -> Family {
    toml::from_str(include_str!("../data/families/vuln.toml")).unwrap()
}

#[test]
fn no_sabotaged_change_is_lost() {
    let family = family();
    assert!(family.hit.len() >= 10);
    let named = |entry: &Entry| judged(entry).iter().any(|finding| Some(finding.rule.0) == entry.rule.as_deref());
    let lost: Vec<&str> = family.hit.iter().filter(|entry| !named(entry)).map(|entry| entry.about.as_str()).collect();
    assert_eq!(lost, Vec::<&str>::new());
}

#[test]
fn no_ordinary_change_is_worth_a_look() {
    let family = family();
    assert!(family.miss.len() >= 30);
    let said =
        |entry: &Entry| judged(entry).iter().map(|found| format!("{}: {} {}", entry.about, found.rule, found.at)).collect::<Vec<_>>();
    let accused: Vec<String> = family.miss.iter().flat_map(said).collect();
    assert_eq!(accused, Vec::<String>::new());
}
