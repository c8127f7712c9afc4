//! Types of conventional commits that say what kind of file changes: `docs:`, `test:`, `style:`, `ci:`. What a `fix:` fixes no diff tells.

use super::documentation;
use super::judged::Judged;
use super::scope::{is_site, only, part};
use super::unchanged::{told, turns};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::{CodeLine, Facts};
use crate::analysis::story::prose::Sentence;
use crate::model::diff::FileDiff;

static TYPE: Pattern = Pattern::new(r"(?i)^(docs?|tests?|style|ci)(?:\([^)]*\))?!?: ");

/// What the type of the title says.
#[must_use]
pub fn typed(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let word = TYPE.group(&sentence.text, 1).filter(|_| sentence.heads)?.to_lowercase();
    if !sentence.whole {
        return Some(part(sentence));
    }
    Some(match word.as_str() {
        "doc" | "docs" => documentation::judge(facts, sentence, |role| matches!(role, Role::Workflow | Role::AgentConfig | Role::Product)),
        "style" => style(facts, sentence),
        "ci" => automation(facts, sentence),
        _ => tests(facts, sentence),
    })
}

/// Product code that changes.
fn product(line: &&CodeLine) -> bool {
    line.role == Role::Product && !is_site(&line.path)
}

fn places(facts: &Facts<'_>, fits: impl Fn(&&CodeLine) -> bool) -> Vec<String> {
    facts.code().iter().filter(fits).map(|line| line.place.clone()).collect()
}

/// `test:` changes tests. With a change of the product beside them it may be what they needed; without any test it is another change.
fn tests(facts: &Facts<'_>, sentence: &Sentence) -> Judged {
    let against = places(facts, product);
    let tests = facts.tests();
    let touched = facts.files().iter().any(|file| Role::of(&file.path().text()) == Role::Test);
    if against.is_empty() {
        return only(facts, sentence, |role, _| role == Role::Test);
    }
    if touched || tests.mentioned || !tests.places.is_empty() || facts.has_gaps() {
        return Judged::uncheckable(&sentence.text, against);
    }
    Judged::contradicted(&sentence.text, against)
}

/// `style:` changes how code looks. Of pages and style sheets it is said of how those look, which is no claim about code.
fn style(facts: &Facts<'_>, sentence: &Sentence) -> Judged {
    let against: Vec<String> = facts.flips().iter().filter(|flip| turns(flip)).map(told).collect();
    if !against.is_empty() && !facts.files().iter().any(draws) {
        return Judged::contradicted(&sentence.text, against);
    }
    if facts.code().is_empty() && !facts.has_gaps() && facts.files().iter().all(|file| Language::of(&file.path().text()).is_code()) {
        return Judged::supported(&sentence.text, vec!["no line of code changes".to_owned()]);
    }
    Judged::uncheckable(&sentence.text, places(facts, |_| true))
}

/// Whether the file says how something looks on a screen.
fn draws(file: &FileDiff) -> bool {
    let path = file.path().text().to_lowercase();
    let ends = [".css", ".scss", ".sass", ".less", ".html", ".vue", ".svelte", ".tsx", ".jsx", ".erb", ".slim", ".haml", ".svg"];
    ends.iter().any(|end| path.ends_with(end)) || ["theme", "style", "/ui/", "view", "component"].iter().any(|part| path.contains(part))
}

/// `ci:` changes automation, or the scripts and settings it uses. Product code alone is another change.
fn automation(facts: &Facts<'_>, sentence: &Sentence) -> Judged {
    let is_script = |path: &str| {
        let lower = path.to_lowercase();
        Language::of(path) == Language::Shell
            || !Language::of(path).is_code()
            || ["ci", "script", "tool", "build", "bin", "hack", "make", "task", "release", "bench", "deploy", "dev"]
                .iter()
                .any(|word| lower.contains(word))
    };
    let against = places(facts, |line| product(line) && !is_script(&line.path));
    let paths: Vec<String> = facts.files().iter().map(|file| file.path().text().into_owned()).collect();
    if !against.is_empty() && !facts.has_gaps() && paths.iter().all(|path| Role::of(path) == Role::Product && !is_script(path)) {
        return Judged::contradicted(&sentence.text, against);
    }
    if !against.is_empty() {
        return Judged::uncheckable(&sentence.text, against);
    }
    only(facts, sentence, |role, path| matches!(role, Role::Workflow) || is_script(path))
}
