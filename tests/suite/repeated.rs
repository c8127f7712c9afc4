//! What a person writes once as an attack, and a machine some hundred times into one file: four times as much takes four times the work, counted.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use lazaret::analysis::effort::Effort;
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::model::rule::{Example, ExampleFile, Rule, RuleOrigin};
use regex::Regex;

use crate::effort::effort_of;
use crate::families::sabotage;

/// Bytes of the smaller of two changes.
const SMALL: usize = 6_000;
/// What may be spent on a change of any size, in bytes or questions.
const OFFSET: usize = 100_000;

/// Rules that compare pairs of what changed, up to a bound of their own: below it their work grows faster than the text.
const PAIRING: [&str; 4] = ["guard-removed", "regex-backtracks", "sensitive-to-network", "shell-nonliteral"];

/// `text` so many times, with what it names counted up.
fn again(text: &str, copies: usize) -> String {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(?:def|func|function|fn|fun|sub|class|void)\s+(\w{3,})").unwrap());
    let names: BTreeSet<&str> = NAMED.captures_iter(text).filter_map(|found| found.get(1)).map(|name| name.as_str()).collect();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let copy = |number: usize| names.iter().fold(text.to_owned(), |text, name| text.replace(name, &format!("{name}{number}"))) + end;
    (0..copies).map(copy).collect()
}

/// `example` until its texts are `size` long.
fn repeated(example: &Example, size: usize) -> Example {
    let length = |file: &ExampleFile| [&file.before, &file.after].into_iter().flatten().map(String::len).sum::<usize>();
    let copies = size / example.files.iter().map(length).sum::<usize>().max(20) + 1;
    let of = |file: &ExampleFile| {
        let whole = |text: &Option<String>| text.as_ref().map(|text| again(text, copies));
        ExampleFile { path: file.path.clone(), before: whole(&file.before), after: whole(&file.after) }
    };
    Example { files: example.files.iter().map(of).collect(), ..example.clone() }
}

/// What grew faster than the change did.
fn grown(engine: &Engine, example: &Example) -> Vec<String> {
    let changes = [1, 4].map(|times| repeated(example, times * SMALL));
    let [one, four]: [Effort; 2] = changes.each_ref().map(|example| {
        let (change, texts) = change_of(example);
        effort_of(engine, &change, &texts)
    });
    let most = |one: usize| 5 * one + OFFSET;
    let grew =
        |((part, one), (_, four)): ((&str, usize), (&str, usize))| (four > most(one)).then(|| format!("{part} from {one} to {four}"));
    one.parts().into_iter().zip(four.parts()).filter_map(grew).collect()
}

/// The examples that grew, with the rules in code that grow alone; the work of those that pair is left out.
fn all_grown(examples: impl Iterator<Item = Example>) -> String {
    let skip = PAIRING.map(str::to_owned).to_vec();
    let engine = Engine::new(&Selection { only: Vec::new(), skip }).asking_few();
    let rules = Rulebook::embedded();
    let mut said = String::new();
    for example in examples {
        let grew = grown(&engine, &example);
        if grew.is_empty() {
            continue;
        }
        let alone = |rule: &&Rule| {
            let engine = Engine::new(&Selection { only: vec![rule.id.0.to_owned()], skip: Vec::new() }).asking_few();
            !grown(&engine, &example).is_empty()
        };
        let blamed: Vec<&str> = rules.iter().filter(|rule| rule.origin == RuleOrigin::Code).filter(alone).map(|rule| rule.id.0).collect();
        said += &format!("{}: {}; by itself: {blamed:?}\n", example.about, grew.join(", "));
    }
    said
}

#[test]
fn examples_of_rules_again_and_again_take_no_more_work_than_their_size() {
    let rules = Rulebook::embedded();
    let code = rules.iter().filter(|rule| rule.origin == RuleOrigin::Code);
    let said = all_grown(code.flat_map(|rule| rule.examples.iter().filter(|example| example.hits).cloned().collect::<Vec<_>>()));
    assert!(said.is_empty(), "{said}");
}

#[test]
fn sabotage_again_and_again_takes_no_more_work_than_its_size() {
    let said = all_grown(sabotage().into_iter());
    assert!(said.is_empty(), "{said}");
}
