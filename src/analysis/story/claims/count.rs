//! Numbers: "adds 12 tests", "removes 3 functions", "touches 2 files", "adds 2 dependencies". Only what can be counted exactly is held
//! against them: more than there are was never true, fewer may be a part of it.

use std::collections::BTreeSet;

use super::judged::{Judged, states};
use super::scope::part;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::DependencyMove;
use crate::model::diff::FileStatus;

static COUNT: Pattern = Pattern::new(
    r"(?i)\b(add(?:s|ed|ing)?|remove[sd]?|delete[sd]?|drop(?:s|ped)?|touche[sd]|touch|change[sd]?|modif(?:y|ies|ied)|update[sd]?)\s+((?:only|just|exactly)\s+)?(\d{1,5}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+(?:(?:new|old|unused|dead|more|existing|unit|regression|integration|direct|runtime|further|additional|whole)\s+)*(tests?|test cases?|functions?|files?|dependenc(?:y|ies))\b",
);
static STAT: Pattern = Pattern::new(r"^(\d{1,5}) files? changed\b");
static DECLARED: Pattern = Pattern::new(
    r"^\s*(?:pub(?:\([^)]*\))?\s+|public\s+|private\s+|protected\s+|static\s+|async\s+|const\s+|unsafe\s+)*(?:def|fn|func|function)\s+(?:\([^)]*\)\s*)?(?:self\.)?(\w+)",
);
/// One function that stands for several tests.
static TABLE: Pattern = Pattern::new(
    r"(?i)parametri[sz]e|\.each\b|rstest|test_case|subtest|t\.run\(|\bfor\b|foreach|dataprovider|\[theory|inlinedata|proptest|quickcheck|given\(|macro_rules|where:",
);
const NUMBERS: [&str; 13] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// How many there are, and whether that is all there can be.
enum Seen {
    Exactly(i64),
    AtLeast(i64),
}

/// A number against what is counted.
#[must_use]
pub fn counted(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let text = sentence.text.as_str();
    let stat = STAT.group(text, 1).and_then(number);
    let (claimed, all, seen) = match stat {
        Some(claimed) => (claimed, true, touched(facts)),
        None => {
            let (verb, noun) = (COUNT.group(text, 1)?.to_lowercase(), COUNT.group(text, 4)?.to_lowercase());
            if !states(text) {
                return None;
            }
            (COUNT.group(text, 3).and_then(number)?, COUNT.group(text, 2).is_some(), seen(facts, &verb, &noun)?)
        }
    };
    if !sentence.whole {
        return Some(part(sentence));
    }
    Some(match seen {
        Seen::Exactly(count) | Seen::AtLeast(count) if count == claimed => Judged::supported(text, vec![format!("{count} are counted")]),
        Seen::Exactly(count) if !facts.has_gaps() && (claimed > count || all) => {
            Judged::contradicted(text, vec![format!("{count} are counted")])
        }
        Seen::Exactly(count) | Seen::AtLeast(count) => {
            Judged::uncheckable(text, vec![format!("{count} are counted; the words may speak of a part, or of what cannot be counted")])
        }
    })
}

fn seen(facts: &Facts<'_>, verb: &str, noun: &str) -> Option<Seen> {
    let (adds, removes) = (verb.starts_with("add"), ["rem", "del", "dro"].iter().any(|start| verb.starts_with(start)));
    match noun.get(..4).unwrap_or(noun) {
        "test" if adds => Some(tests(facts)),
        "file" if adds => Some(files(facts, |status| matches!(status, FileStatus::Added | FileStatus::Copied(_)))),
        "file" if removes => Some(files(facts, |status| status == FileStatus::Deleted)),
        "file" => Some(touched(facts)),
        "func" if adds || removes => Some(functions(facts, adds)),
        "depe" if adds || removes => Some(dependencies(facts, if adds { DependencyMove::Added } else { DependencyMove::Removed })),
        _ => None,
    }
}

fn touched(facts: &Facts<'_>) -> Seen {
    files(facts, |_| true)
}

fn files(facts: &Facts<'_>, fits: fn(FileStatus) -> bool) -> Seen {
    Seen::Exactly(count(facts.files().iter().filter(|file| fits(file.status)).count()))
}

/// Tests have many forms; exact only where each test is a function of its own in a language known here.
fn tests(facts: &Facts<'_>) -> Seen {
    let known = |path: &str| {
        matches!(
            Language::of(path),
            Language::Python
                | Language::Go
                | Language::Rust
                | Language::Java
                | Language::JavaScript
                | Language::TypeScript
                | Language::Ruby
                | Language::Php
        )
    };
    let paths: Vec<String> = facts.files().iter().map(|file| file.path().text().into_owned()).collect();
    let plain = paths.iter().filter(|path| Role::of(path) == Role::Test).all(|path| known(path));
    let table = facts.files().iter().filter_map(|file| file.text()).any(|text| text.added().any(|(_, line)| TABLE.is_match(line)));
    let tests = facts.tests();
    let unseen = tests.functions <= 0 && (tests.mentioned || !tests.places.is_empty());
    if plain && !table && !unseen { Seen::Exactly(tests.functions.max(0)) } else { Seen::AtLeast(tests.functions.max(0)) }
}

/// Functions by their names: one that is on both sides neither came nor went.
fn functions(facts: &Facts<'_>, adds: bool) -> Seen {
    let (mut new, mut gone) = (BTreeSet::new(), BTreeSet::new());
    let mut known = true;
    for file in facts.files() {
        let path = file.path().text();
        let language = Language::of(&path);
        let named = matches!(language, Language::Python | Language::Go | Language::Rust | Language::Ruby | Language::Php);
        known &= named || !language.is_code();
        let Some(text) = file.text() else { continue };
        new.extend(text.added().filter_map(|(_, line)| DECLARED.group(line, 1)));
        gone.extend(text.removed().filter_map(|(_, line)| DECLARED.group(line, 1)));
    }
    let number = if adds { new.difference(&gone).count() } else { gone.difference(&new).count() };
    if known { Seen::Exactly(count(number)) } else { Seen::AtLeast(count(number)) }
}

fn dependencies(facts: &Facts<'_>, moved: DependencyMove) -> Seen {
    let rows = facts.dependencies().filter(|(row, manifest)| *manifest && row.change == moved);
    let names: BTreeSet<&str> =
        rows.filter_map(|(row, _)| row.dependency()).filter(|known| known.direct).map(|known| known.name.as_str()).collect();
    if facts.dependencies_are_known() { Seen::Exactly(count(names.len())) } else { Seen::AtLeast(count(names.len())) }
}

fn number(word: &str) -> Option<i64> {
    let spelled = NUMBERS.iter().position(|known| known.eq_ignore_ascii_case(word)).map(count);
    word.parse().ok().or(spelled)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
