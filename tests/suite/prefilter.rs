//! The prefilter saves time and nothing else: with it and without it, every report is the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::provenance;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::analysis::wanted::wanted;
use lazaret::model::cancel::Cancel;
use lazaret::model::change::{Change, Texts};
use lazaret::model::rule::{Example, ExampleFile, Rule, RuleFormat, RuleOrigin};
use lazaret::sources::demo::DemoSource;
use lazaret::sources::source::Source as _;
use lazaret::sources::unified;

use crate::mixture::mixture;

struct Engines {
    filtering: Engine,
    asking_all: Engine,
}

fn of_code() -> impl Iterator<Item = &'static Rule> {
    Rulebook::embedded().iter().filter(|rule| rule.origin == RuleOrigin::Code)
}

fn of_format(wanted: RuleFormat) -> impl Iterator<Item = &'static Rule> {
    let is_one = move |rule: &&Rule| matches!(rule.origin, RuleOrigin::File { format, .. } if format == wanted);
    Rulebook::embedded().iter().filter(is_one)
}

impl Engines {
    fn new() -> Self {
        Self::of(of_code())
    }

    fn of<'r>(rules: impl Iterator<Item = &'r Rule>) -> Self {
        let only = rules.map(|rule| rule.id.0.to_owned()).collect();
        let selection = Selection { only, skip: Vec::new() };
        Self { filtering: Engine::new(&selection).asking_few(), asking_all: Engine::new(&selection).asking_all() }
    }

    fn agree(&self, change: &Change, texts: &Texts, about: &str) {
        let [filtered, full] = [&self.filtering, &self.asking_all].map(|engine| engine.analyse(change, &|_| texts.clone()));
        let names = |report: &lazaret::model::report::Report| -> Vec<String> {
            report.findings.iter().map(|finding| format!("{} at {}", finding.rule, finding.at)).collect()
        };
        assert_eq!(names(&filtered), names(&full), "{about}");
        assert_eq!(filtered, full, "{about}");
    }
}

/// Every example of every rule, with whole files and by its hunks alone: all rules at once, so that each meets what the others find.
#[test]
fn every_example_is_judged_the_same_with_and_without_it() {
    let engines = Engines::new();
    for rule in of_code() {
        for example in &rule.examples {
            let (change, texts) = change_of(example);
            let about = format!("{}: {}", rule.id, example.about);
            engines.agree(&change, &texts, &about);
            engines.agree(&change, &Texts::default(), &format!("{about}, hunks only"));
        }
    }
}

/// The same for structure and for forms of secrets: what they ask of the common look, and what they look for themselves without it.
#[test]
fn every_example_of_a_rule_file_is_judged_the_same_with_and_without_it() {
    for format in [RuleFormat::Structure, RuleFormat::Secrets] {
        let engines = Engines::of(of_format(format));
        for rule in of_format(format) {
            for example in &rule.examples {
                let (change, texts) = change_of(example);
                engines.agree(&change, &texts, &format!("{}: {}", rule.id, example.about));
            }
        }
    }
}

/// The texts of all examples in one file of each kind, so that words of one rule stand beside those of another, also in upper case.
#[test]
fn words_beside_other_words_are_judged_the_same() {
    let engines = Engines::new();
    let mut kinds: BTreeMap<String, (String, String)> = BTreeMap::new();
    for file in of_code().flat_map(|rule| &rule.examples).flat_map(|example| &example.files) {
        let extension = file.path.rsplit_once('.').map_or("txt", |(_, extension)| extension).to_owned();
        let (before, after) = kinds.entry(extension).or_default();
        before.push_str(file.before.as_deref().unwrap_or(""));
        after.push_str(file.after.as_deref().unwrap_or(""));
    }
    for (extension, (before, after)) in kinds {
        for (before, after) in [(Some(before.clone()), after.clone()), (Some(before.to_uppercase()), after.to_uppercase()), (None, after)] {
            let path = format!("src/thing.{extension}");
            let files = vec![ExampleFile { path: path.clone(), before, after: Some(after) }];
            let (change, texts) = change_of(&Example { hits: true, files, message: "Rework".to_owned(), ..Example::default() });
            engines.agree(&change, &texts, &path);
        }
    }
}

#[test]
fn every_pull_of_the_demo_is_judged_the_same() {
    let engines = Engines::new();
    let home = tempfile::tempdir().unwrap();
    let demo = DemoSource::open(home.path(), Arc::new(provenance::of)).unwrap();
    for pull in demo.list(&Cancel::default()).unwrap().pulls {
        let change = demo.change(&pull.at, &Cancel::default()).unwrap();
        let wanted = wanted(&change, &(0..change.patch.files.len()));
        engines.agree(&change, &demo.texts(&change, &wanted, &Cancel::default()), &pull.at.to_string());
    }
}

#[test]
fn a_mixture_of_languages_is_judged_the_same() {
    let none = Example { message: "Rework".to_owned(), ..Example::default() };
    let (mut change, texts) = change_of(&none);
    change.patch = unified::parse(mixture(300_000).as_bytes());
    assert!(change.patch.files.len() > 20);
    Engines::new().agree(&change, &texts, "mixture");
    Engines::of(Rulebook::embedded().iter()).agree(&change, &texts, "mixture, by all rules");
}
