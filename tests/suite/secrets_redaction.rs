//! Every form of ours, made by chance from its own expression: what it finds in a whole text is found and hidden wherever that stands.

use std::path::PathBuf;
use std::sync::LazyLock;

use lazaret::analysis::formats::secrets::build;
use lazaret::analysis::redact::redact;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use regex::bytes::{Regex, RegexBuilder};

/// A form as its file has it.
struct Form {
    id: String,
    source: String,
    regex: Regex,
    keywords: Vec<String>,
    judged: bool,
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let files = std::fs::read_dir("rules/secrets").unwrap().map(|entry| entry.unwrap().path());
    let texts = files.chain([PathBuf::from("rules/lists/hidden.toml")]).map(|path| std::fs::read_to_string(path).unwrap());
    let rules = texts.flat_map(|text| toml::from_str::<toml::Value>(&text).unwrap()["rules"].as_array().unwrap().clone());
    let form = |rule: toml::Value| {
        let source = rule.get("regex")?.as_str()?.to_owned();
        // The regex crate as it is: none of the engine's windows and keywords, and none of its changes to Go's syntax.
        let regex = RegexBuilder::new(&source).unicode(false).build().unwrap();
        let keywords = rule["keywords"].as_array()?.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
        let judged = rule.get("lazaret").and_then(|own| own.get("judged")).is_some();
        Some(Form { id: rule["id"].as_str()?.to_owned(), source, regex, keywords, judged })
    };
    rules.filter_map(form).collect()
});

/// `source` without what only says where it stands, with the classes of ASCII that the engine knows.
fn unanchored(source: &str) -> String {
    let plain = source.replace(r"\b", "").replace("(?m)", "").replace("(?:^|", "(?:").replace("|$)", ")").replace("?P<secret>", "");
    let plain = plain.replace(r"\d", "[0-9]").replace(r"\w", "[A-Za-z0-9_]");
    plain.trim_start_matches('^').trim_end_matches('$').to_owned()
}

/// A text that has the form, as far as it can be made from its expression.
fn made(form: &Form, runner: &mut TestRunner) -> Option<String> {
    let strategy = proptest::string::string_regex(&unanchored(&form.source)).ok()?;
    Some(strategy.new_tree(runner).ok()?.current())
}

/// The values `form` finds in `text`, as long as its keywords are there.
fn values<'t>(form: &Form, text: &'t str) -> Vec<&'t str> {
    let lower = text.to_ascii_lowercase();
    if !form.keywords.iter().any(|word| lower.contains(word.as_str())) {
        return Vec::new();
    }
    let first = |found: regex::bytes::Captures<'t>| {
        let group = found.iter().skip(1).flatten().find(|group| !group.is_empty()).or(found.get(0))?;
        text.get(group.range())
    };
    form.regex.captures_iter(text.as_bytes()).filter_map(first).collect()
}

#[test]
fn every_form_is_read_and_most_can_be_made() {
    let read = build::own().matcher.forms().len() + build::hidden().forms().len();
    assert!(FORMS.len() >= 120 && build::hidden().forms().len() >= 45 && read >= FORMS.len(), "{read} of {}", FORMS.len());
    let mut runner = TestRunner::deterministic();
    let made = FORMS.iter().filter(|form| made(form, &mut runner).is_some_and(|text| !values(form, &format!("\n\"{text}\"\n")).is_empty()));
    let made = made.count();
    assert!(made * 3 >= FORMS.len(), "{made} of {}", FORMS.len());
}

#[test]
fn what_a_form_finds_is_hidden_wherever_it_stands() {
    let mut runner = TestRunner::deterministic();
    let mut broken = Vec::new();
    for form in FORMS.iter().filter(|form| !form.judged) {
        for round in 0..3 {
            let Some(secret) = made(form, &mut runner) else { continue };
            let noise = "some words of a file that say nothing at all\n".repeat(round * 40);
            let text = format!("{noise}\nx = \"{secret}\"\n{noise}end\n");
            let hidden = redact(&text);
            for value in values(form, &text).into_iter().filter(|value| value.len() > 7) {
                if hidden.contains(value) {
                    broken.push(format!("{} in round {round}", form.id));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any text, however odd, is cut only at characters and stays what it was but for secrets.
    #[test]
    fn redaction_takes_any_text(text in "\\PC{0,200}", at in 0_usize..200) {
        let secret = ["gh", "p_", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"].concat();
        let at = text.floor_char_boundary(at.min(text.len()));
        let (before, after) = text.split_at(at);
        let hidden = redact(&format!("{before} {secret} {after}")).into_owned();
        prop_assert!(!hidden.contains(&secret));
    }
}
