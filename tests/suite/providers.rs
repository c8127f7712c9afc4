//! The forms of secrets that lazaret brings: many issuers, each form with its words and examples, and no secret in any of the files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::model::rule::{Example, ExampleFile, FindingClass, RuleFormat, RuleOrigin};

/// Issuers the program has to know at least.
const ISSUERS: usize = 120;

#[test]
fn forms_of_many_issuers_are_known_and_each_says_whose_it_is() {
    let mut issuers = BTreeSet::new();
    for (path, rule) in rules() {
        let id = text(&rule, "id");
        let tags: Vec<&str> = list(&rule, "tags");
        assert_eq!(tags.first().copied(), path.file_stem().and_then(|stem| stem.to_str()), "{id}: the first tag is the theme of its file");
        issuers.extend(tags.get(1).map(|issuer| (*issuer).to_owned()));
        let own = rule.get("lazaret").unwrap_or_else(|| panic!("{id}: [rules.lazaret]"));
        let references: Vec<&str> = list(own, "references");
        assert!(references[0].starts_with("https://") && references.contains(&"CWE-798"), "{id}: a page of its issuer, and CWE-798");
        assert!(text(own, "fix").ends_with('.') && text(&rule, "description").ends_with('.'), "{id}: sentences");
        assert!(list(own, "hit").len() >= 3 && list(own, "miss").len() >= 3, "{id}: three hits and three look-alikes");
    }
    assert!(issuers.len() >= ISSUERS, "{} issuers: {issuers:?}", issuers.len());
}

#[test]
fn every_form_is_looked_for_by_lower_case_words_alone_long_enough_to_be_rare() {
    for (_, rule) in rules() {
        let words = list(&rule, "keywords");
        let plain = |word: &&str| word.len() >= 3 && word.to_ascii_lowercase() == **word;
        assert!(!words.is_empty() && words.iter().all(plain), "{}: {words:?}", text(&rule, "id"));
    }
}

#[test]
fn what_is_public_by_design_never_weighs_more_than_medium() {
    let book = Rulebook::embedded();
    for id in ["stripe-publishable-key", "sentry-dsn", "google-api-key", "mapbox-public-token", "posthog-project-key", "json-web-token"] {
        let rule = book.iter().find(|rule| rule.id.0 == id).unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!(rule.severity.word(), "medium", "{id}");
    }
}

#[test]
fn no_rule_file_holds_a_secret() {
    let forms: Vec<String> = Rulebook::embedded()
        .iter()
        .filter(|rule| matches!(rule.origin, RuleOrigin::File { format: RuleFormat::Secrets, .. }))
        .map(|rule| rule.id.0.to_owned())
        .collect();
    let engine = Engine::new(&Selection { only: forms, skip: Vec::new() });
    for path in files() {
        let after = std::fs::read_to_string(&path).unwrap();
        let file = ExampleFile { path: path.display().to_string(), before: None, after: Some(after) };
        let whole = Example { files: vec![file], message: String::new(), ..Example::default() };
        let (change, texts) = examples::change_of(&whole);
        let found = engine.analyse(&change, &|_| texts.clone()).findings;
        let found: Vec<String> =
            found.iter().filter(|f| f.class == FindingClass::Secret).map(|f| format!("{} at {}", f.rule, f.at)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir("rules/secrets").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Every rule of every file, as it is written.
fn rules() -> Vec<(PathBuf, toml::Value)> {
    let of = |path: PathBuf| {
        let file: toml::Value = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let rules = file["rules"].as_array().unwrap().clone();
        rules.into_iter().map(move |rule| (path.clone(), rule))
    };
    files().into_iter().flat_map(of).collect()
}

fn text<'v>(value: &'v toml::Value, key: &str) -> &'v str {
    value.get(key).and_then(toml::Value::as_str).unwrap_or_else(|| panic!("{key} in {value}"))
}

fn list<'v>(value: &'v toml::Value, key: &str) -> Vec<&'v str> {
    let list = value.get(key).and_then(toml::Value::as_array).unwrap_or_else(|| panic!("{key} in {value}"));
    list.iter().map(|one| one.as_str().unwrap_or("a table")).collect()
}
