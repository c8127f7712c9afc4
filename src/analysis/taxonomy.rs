//! Identifiers of taxonomies that a rule gets wrong, as its tags, comments and addresses say them: those that nobody gave or that were withdrawn,
//! and those with another's title. Data: `rules/lists/taxonomy.toml`. Never whether an id fits the rule.
//!
//! Only a title that is known to be another's is corrected: an id in our own words is left alone.

mod known;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::analysis::rules;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    families: BTreeMap<String, Family>,
    moved: BTreeMap<String, String>,
}

/// The identifiers of one taxonomy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    /// What it is called.
    name: String,
    /// Titles by identifier.
    titles: BTreeMap<String, String>,
    /// Titles it had, and the identifier of what is meant now.
    #[serde(default)]
    former: BTreeMap<String, String>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| toml::from_str(rules::data("lists/taxonomy.toml")).unwrap_or_default());
/// Every identifier by its first word, with all its words.
static IDS: LazyLock<BTreeMap<String, Vec<Id>>> = LazyLock::new(index);
/// What a line has that names an identifier.
static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bt\d{3}|\battack\.\w|\baml\.|\batlas\.|\bllm\d\d|\basi\d\d|\bcicd-sec-|\bap?i?\d\d?:20|\bsafe-(?:m-\d|mcp/)|cwe[-._]\d",
    )
    .ok()
});

struct Id {
    family: &'static str,
    id: &'static str,
    words: Vec<String>,
}

fn index() -> BTreeMap<String, Vec<Id>> {
    let mut index: BTreeMap<String, Vec<Id>> = BTreeMap::new();
    for (family, of) in &LISTS.families {
        for id in of.titles.keys() {
            let words = words(id);
            let first = words.first().cloned().unwrap_or_default();
            index.entry(first).or_default().push(Id { family, id, words });
        }
    }
    index
}

/// The title of `id`, such as `T1195.002` or `SAFE-T2103`.
#[must_use]
pub fn title(id: &str) -> Option<&'static str> {
    LISTS.families.values().find_map(|family| family.titles.get(id)).map(String::as_str)
}

/// What `text` says wrongly of identifiers: the line, from 0, and one sentence with what is right.
#[must_use]
pub fn wrong(text: &str) -> Vec<(usize, String)> {
    let marked = |line: &str| MARK.as_ref().is_some_and(|mark| mark.is_match(line));
    let lines = text.lines().enumerate().filter(|(_, line)| marked(line));
    lines.flat_map(|(at, line)| line_wrong(line).into_iter().map(move |says| (at, says))).collect()
}

fn line_wrong(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (old, new) in &LISTS.moved {
        if line.contains(old.as_str()) {
            found.push(format!("the page is at https://{new} today"));
        }
    }
    let words = words(line);
    for at in 0..words.len() {
        let Some(named) = named(&words, at) else { continue };
        let Some(family) = LISTS.families.get(named.family) else { continue };
        let rest = words.get(at + named.words.len()..).unwrap_or(&[]).iter().map(String::as_str);
        let rest: Vec<&str> = rest.skip_while(|word| matches!(*word, "2025" | "related" | "mitre" | "owasp")).collect();
        found.extend(mistaken(family, named.id, &rest));
    }
    found.extend(known::in_line(line));
    found.dedup();
    found
}

/// What is wrong with `reference`, a word of a rule's list of references such as `T1059.001`: nobody gave it, or it was withdrawn. What
/// [`wrong`] tells wherever it stands is not told again.
#[must_use]
pub fn wrong_reference(reference: &str) -> Option<String> {
    known::plain(reference)
}

/// The identifier whose words stand at `at`.
fn named(words: &[String], at: usize) -> Option<&'static Id> {
    let ids = IDS.get(words.get(at)?)?;
    let named = ids.iter().filter(|id| words.get(at..at + id.words.len()) == Some(id.words.as_slice())).max_by_key(|id| id.words.len())?;
    // `T1001` is a technique of ATT&CK, and behind `safe` one of another house.
    let before = at.checked_sub(1).and_then(|before| words.get(before)).map_or("", String::as_str);
    let foreign = named.family == "attack" && matches!(before, "safe" | "aml");
    (!foreign).then_some(named)
}

/// What is wrong when the words behind `id` are the title of another.
fn mistaken(family: &Family, id: &str, rest: &[&str]) -> Option<String> {
    let begins = |title: &str| {
        let title = words(title);
        title.iter().zip(rest).all(|(a, b)| a == b) && title.len() <= rest.len()
    };
    let own = family.titles.get(id)?;
    if begins(own) {
        return None;
    }
    let name = &family.name;
    if let Some((other, title)) = family.titles.iter().filter(|(_, title)| begins(title)).max_by_key(|(_, title)| title.len()) {
        return Some(format!("{id} is \"{own}\" in {name}; \"{title}\" is {other}"));
    }
    let (former, now) = family.former.iter().find(|(title, _)| begins(title))?;
    let meant = title(now).map_or_else(String::new, |title| format!(" \"{title}\""));
    Some(format!("{id} is \"{own}\" in {name}; what was called \"{former}\" is {now}{meant}"))
}

/// The words of `text` in lower case; a dot inside a number belongs to it.
fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').flat_map(|word| {
        let dotted = word.rsplit_once('.').is_some_and(|(_, end)| end.len() == 3 && end.bytes().all(|b| b.is_ascii_digit()));
        let parts: Vec<&str> = match word.rsplit_once('.').filter(|_| dotted) {
            Some((head, _)) => {
                let start = head.rfind('.').map_or(0, |dot| dot + 1);
                head.get(..start).unwrap_or("").split('.').chain(word.get(start..)).collect()
            }
            None => word.split('.').collect(),
        };
        parts
    });
    split.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_others_are_corrected_wherever_they_stand() {
        for (line, says) in [
            (
                "  - attack.t1495  # Supply Chain Compromise",
                r#"T1495 is "Firmware Corruption" in ATT&CK; "Supply Chain Compromise" is T1195"#,
            ),
            (
                "  - https://genai.owasp.org/llmrisk/llm02-insecure-output-handling/",
                r#"LLM02 is "Sensitive Information Disclosure" in OWASP for LLM applications 2025; what was called "Insecure Output Handling" is LLM05 "Improper Output Handling""#,
            ),
            ("# AML.T0048 LLM Prompt Injection", r#"AML.T0048 is "External Harms" in ATLAS; "LLM Prompt Injection" is AML.T0051"#),
            (
                "  SAFE-M-20: Human Oversight",
                r#"SAFE-M-20 is "Anomaly Detection" in SAFE-MCP; what was called "Human Oversight" is AML.M0029"#,
            ),
            (
                "  - https://github.com/safe-mcp/techniques/SAFE-T2103",
                "the page is at https://github.com/SAFE-MCP/safe-mcp/tree/main/techniques/ today",
            ),
            (
                "  - attack.t1195.002 # Supply Chain Compromise",
                r#"T1195.002 is "Compromise Software Supply Chain" in ATT&CK; "Supply Chain Compromise" is T1195"#,
            ),
        ] {
            assert_eq!(wrong(line), [(0, says.to_owned())], "{line}");
        }
    }

    #[test]
    fn what_is_right_or_in_words_of_ones_own_is_left_alone() {
        for line in [
            "  - attack.t1574  # Hijack Execution Flow",
            "  - safe.t1001    # Related: Tool Poisoning Attack",
            "  - safe.t1102    # Related: Prompt Injection",
            "  - https://genai.owasp.org/llmrisk/llm01-prompt-injection/",
            "  - attack.t1195.002 # the compromise of a package",
            "  - attack.t1552.001",
            "title: Supply Chain Compromise",
            "  - cwe.798 Use of Hard-coded Credentials",
        ] {
            assert_eq!(wrong(line), [], "{line}");
        }
    }
}
