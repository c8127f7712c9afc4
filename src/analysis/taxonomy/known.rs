//! Which identifiers ATT&CK, ATLAS, CWE and OWASP have given, which they took back, and what took their place. Data:
//! `rules/lists/taxonomy_ids.toml`. Never their titles.
//!
//! An edition is a day's knowledge: what is numbered a little above its last one may be newer, and is told as that.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Deserialize;

use crate::analysis::rules;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    families: BTreeMap<String, Family>,
    tactics: Tactics,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    name: String,
    edition: String,
    #[serde(default)]
    withdrawn: String,
    /// Words of numbers by what stands before them.
    ids: BTreeMap<String, String>,
}

/// The tactics of ATT&CK by the words that tags have for them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tactics {
    names: BTreeSet<String>,
    /// Those that were taken back, and what took their place.
    former: BTreeMap<String, String>,
}

/// The identifiers that begin alike, such as all techniques.
#[derive(Debug, Default)]
struct Numbers {
    whole: Vec<RangeInclusive<u32>>,
    parts: BTreeMap<u32, Vec<RangeInclusive<u32>>>,
}

/// How far above the last number of an edition a newer one may have gone on: techniques, weaknesses; and parts of one.
const NEWER: u32 = 200;
const NEWER_PARTS: u32 = 9;
/// The risks OWASP numbers: how its lists are written, how many each has, and the years of their editions.
const OWASP: [(&str, u32, &[u32]); 5] = [
    ("LLM", 10, &[2023, 2025]),
    ("ASI", 10, &[2026]),
    ("A", 10, &[2003, 2004, 2007, 2010, 2013, 2017, 2021, 2025]),
    ("API", 10, &[2019, 2023]),
    ("CICD-SEC-", 10, &[]),
];

static LISTS: LazyLock<Lists> = LazyLock::new(|| toml::from_str(rules::data("lists/taxonomy_ids.toml")).unwrap_or_default());
static NUMBERS: LazyLock<BTreeMap<&'static str, (&'static Family, Numbers)>> = LazyLock::new(|| {
    let families = LISTS.families.values();
    families.flat_map(|family| family.ids.iter().map(move |(prefix, words)| (prefix.as_str(), (family, Numbers::read(words))))).collect()
});
static WITHDRAWN: LazyLock<BTreeMap<&'static str, Option<&'static str>>> = LazyLock::new(|| {
    let words = LISTS.families.values().flat_map(|family| family.withdrawn.split_whitespace());
    words.map(|word| word.split_once('=').map_or((word, None), |(old, new)| (old, Some(new)))).collect()
});
/// What can be told from other words wherever it stands.
static MARKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?x)(?:^|[^\w.%/-]|/cwe/|/llmrisk/)(?: (?i:attack\.)(?<attack>[A-Za-z][\w-]*(?:\.\w+)?) | (?<atlas>AML\.(?:TA|CS|[TM])\d[\d.]*\d)",
        r" | (?i:atlas\.)(?<risk>(?i:aml\.)?[tTmM]\d[\d.]*\d) | (?i:cwe[-._])(?<cwe>\d+) | (?i:llmrisk/)?(?<llm>(?:LLM|llm)\d\d)(?::(?<llmy>20\d\d))?",
        r" | (?<asi>ASI\d\d)(?::(?<asiy>20\d\d))? | (?<web>A\d\d?):(?<weby>20\d\d) | (?<api>API\d\d?):(?<apiy>20\d\d) | (?<ci>CICD-SEC-\d+)",
        r" )(?:$|\W) | (?i:attack\.mitre\.org/techniques/)(?<page>[tT]\d+(?:/\d+)?)",
    ))
    .ok()
});
/// An identifier that needs to be said to be one: `T1059.001`, `TA0005`, `G0007`.
static PLAIN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(?:TA|AML\.(?:TA|CS|T|M)|[TGSMC])\d{4}(?:\.\d+)?$").ok());

/// What is wrong with the identifiers of `line` that can be told from other words, each in one sentence.
pub(super) fn in_line(line: &str) -> Vec<String> {
    let Some(marked) = MARKED.as_ref() else { return Vec::new() };
    let listed = line.trim_start().starts_with('-') || line.contains("tags");
    let mut said = Vec::new();
    let mut at = 0;
    // The sign behind one may be the sign before the next.
    while let Some(found) = line.get(at..).and_then(|rest| marked.captures(rest)) {
        said.extend(one(&found, listed));
        at += found.get(0).map_or(1, |all| all.end().saturating_sub(1).max(all.start() + 1));
        at = line.ceil_char_boundary(at);
    }
    said.dedup();
    said
}

fn one(found: &Captures<'_>, listed: bool) -> Option<String> {
    let text = |name: &str| found.name(name).map(|part| part.as_str());
    let year = |name: &str| text(name).and_then(|year| year.parse().ok());
    if let Some(id) = text("attack") {
        return attack(id, listed);
    }
    if let Some(id) = text("page") {
        return numbered(&id.to_uppercase().replace('/', "."));
    }
    if let Some(id) = text("atlas").map(str::to_owned).or_else(|| text("risk").map(atlas)) {
        return numbered(&id);
    }
    if let Some(number) = text("cwe") {
        let number = number.trim_start_matches('0');
        return numbered(&format!("CWE-{}", if number.is_empty() { "0" } else { number }));
    }
    let (id, year) = [("llm", "llmy"), ("asi", "asiy"), ("web", "weby"), ("api", "apiy"), ("ci", "")]
        .into_iter()
        .find_map(|(id, of)| Some((text(id)?.to_uppercase(), year(of))))?;
    owasp(&id, year)
}

/// `t0051` and `aml.t0051` as ATLAS writes them.
fn atlas(id: &str) -> String {
    let id = id.to_uppercase();
    if id.starts_with("AML.") { id } else { format!("AML.{id}") }
}

/// What stands behind `attack.`: a number, or in a list of tags a tactic.
fn attack(id: &str, listed: bool) -> Option<String> {
    let number = id.get(1..).is_some_and(|rest| rest.trim_start_matches(['a', 'A']).starts_with(|c: char| c.is_ascii_digit()));
    if number {
        let id = id.to_uppercase();
        let plain = PLAIN.as_ref().is_none_or(|plain| plain.is_match(&id));
        return if plain { numbered(&id) } else { Some(format!("{id} is no id of ATT&CK, such as T1059.001")) };
    }
    if !listed {
        return None;
    }
    let name = id.to_lowercase().replace('_', "-");
    let tactics = &LISTS.tactics;
    if let Some(now) = tactics.former.get(&name) {
        return Some(format!("`{name}` is no tactic of ATT&CK any more; {now}"));
    }
    // A host such as `attack.example.com` is no tag.
    let tag = !name.contains('.') && !tactics.names.contains(&name);
    tag.then(|| {
        let known: Vec<&str> = tactics.names.iter().map(String::as_str).collect();
        format!("`attack.{name}` is no tactic of ATT&CK; those there are: {}", known.join(", "))
    })
}

/// What is wrong with `id`, which says of itself that it is one, such as `T1059.001` in a list of references.
pub(super) fn plain(id: &str) -> Option<String> {
    PLAIN.as_ref().filter(|plain| plain.is_match(id)).and_then(|_| numbered(id))
}

/// What is wrong with `id`, in the letters of its catalogue.
fn numbered(id: &str) -> Option<String> {
    if let Some(now) = WITHDRAWN.get(id) {
        return Some(match now {
            Some(now) => format!("{id} was withdrawn; {now} takes its place"),
            None => format!("{id} was withdrawn, and nothing takes its place"),
        });
    }
    let digits = id.len() - id.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (prefix, number) = id.split_at(id.len() - digits);
    // The dot of `AML.` belongs to what stands before the number.
    let (family, numbers) = NUMBERS.get(prefix)?;
    let (name, edition) = (&family.name, &family.edition);
    let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let width = if prefix == "CWE-" { whole.len() } else { 4 };
    let (Ok(whole_number), true) = (whole.parse::<u32>(), whole.len() == width) else {
        return Some(format!("{id} is no id of {name}: those have four digits"));
    };
    let beyond = || Some(format!("{id} is beyond {name} {edition}, the last that is known here; look it up"));
    let none = || Some(format!("there is no {id} in {name} {edition}"));
    if !numbers.whole.iter().any(|range| range.contains(&whole_number)) {
        return if (1..=NEWER).contains(&whole_number.saturating_sub(numbers.last())) { beyond() } else { none() };
    }
    let part = part?;
    let of = numbers.parts.get(&whole_number).map(Vec::as_slice).unwrap_or_default();
    match part.parse::<u32>() {
        Ok(part) if of.iter().any(|range| range.contains(&part)) => None,
        Ok(number) if part.len() == 3 && (1..=NEWER_PARTS).contains(&number.saturating_sub(last(of))) && number > 0 => beyond(),
        _ => none(),
    }
    .map(|says| match (of.first(), of.last()) {
        (Some(first), Some(last)) => format!("{says}; {prefix}{whole} has .{:03} to .{:03}", first.start(), last.end()),
        _ => format!("{says}; {prefix}{whole} has no parts"),
    })
}

/// What is wrong with `id` of a list of OWASP's, of the edition of `year`.
fn owasp(id: &str, year: Option<u32>) -> Option<String> {
    let (prefix, number) = id.split_at(id.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    let (_, most, years) = OWASP.iter().find(|(known, ..)| *known == prefix)?;
    let number: u32 = number.parse().ok()?;
    if !(1..=*most).contains(&number) {
        return Some(format!("there is no {id} in OWASP's list, which ends with {most}"));
    }
    let year = year.filter(|year| !years.contains(year))?;
    let last = years.last().copied().unwrap_or(0);
    let all: Vec<String> = years.iter().map(u32::to_string).collect();
    Some(if year > last {
        format!("{id}:{year} is beyond the edition of {last}, the last that is known here; look it up")
    } else {
        format!("OWASP has no edition of {year} with {id}; there are those of {}", all.join(", "))
    })
}

impl Numbers {
    /// `0001-0005 0007/1-3`: numbers and ranges of them, and behind a slash the parts below one.
    fn read(words: &str) -> Self {
        let mut numbers = Self::default();
        for word in words.split_whitespace() {
            let (whole, parts) = word.split_once('/').map_or((word, None), |(whole, parts)| (whole, Some(parts)));
            let Some(range) = range(whole) else { continue };
            if let Some(parts) = parts {
                numbers.parts.insert(*range.start(), parts.split(',').filter_map(self::range).collect());
            }
            numbers.whole.push(range);
        }
        numbers
    }

    /// The last number of those that follow each other closely: what stands far above is a thing of its own, such as a view.
    fn last(&self) -> u32 {
        let mut last = 0;
        for range in &self.whole {
            if last > 0 && range.start().saturating_sub(last) > NEWER {
                break;
            }
            last = *range.end();
        }
        last
    }
}

fn last(ranges: &[RangeInclusive<u32>]) -> u32 {
    ranges.last().map_or(0, |range| *range.end())
}

fn range(word: &str) -> Option<RangeInclusive<u32>> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    Some(first.parse().ok()?..=last.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_read() {
        let lists: Result<Lists, _> = toml::from_str(rules::data("lists/taxonomy_ids.toml"));
        assert_eq!(lists.map(|lists| lists.families.len()), Ok(3));
        let count = |prefix: &str| {
            NUMBERS.get(prefix).map_or(0, |(_, numbers)| numbers.whole.iter().map(|range| range.end() - range.start() + 1).sum())
        };
        assert!(count("T") > 300 && count("CWE-") > 1_200 && count("AML.T") > 90);
        for (old, new) in WITHDRAWN.iter() {
            assert!(new.is_none_or(|new| numbered(new).is_none()), "{old} points at {new:?}");
        }
    }

    #[test]
    fn what_nobody_gave_is_told_in_each_way_it_is_written() {
        for (line, says) in [
            ("  - attack.t9999", "there is no T9999 in ATT&CK 18.1 of November 2025"),
            ("tags: [attack.T1059.999]", "there is no T1059.999 in ATT&CK 18.1 of November 2025; T1059 has .001 to .013"),
            (
                "  - attack.t1005.001",
                "T1005.001 is beyond ATT&CK 18.1 of November 2025, the last that is known here; look it up; T1005 has no parts",
            ),
            ("  - 'attack.t105'", "T105 is no id of ATT&CK, such as T1059.001"),
            ("  - attack.t1059.x", "T1059.X is no id of ATT&CK, such as T1059.001"),
            ("  - attack.t1086 # PowerShell", "T1086 was withdrawn; T1059.001 takes its place"),
            ("  - attack.t1064", "T1064 was withdrawn, and nothing takes its place"),
            ("  - attack.t1690", "T1690 is beyond ATT&CK 18.1 of November 2025, the last that is known here; look it up"),
            ("  - attack.g9007", "there is no G9007 in ATT&CK 18.1 of November 2025"),
            (
                "- https://attack.mitre.org/techniques/T1059/099/",
                "there is no T1059.099 in ATT&CK 18.1 of November 2025; T1059 has .001 to .013",
            ),
            ("  - attack.executoin", "`attack.executoin` is no tactic of ATT&CK; those there are: "),
            ("  - attack.defense_evasion", "`defense-evasion` is no tactic of ATT&CK any more; "),
            ("  cwe: CWE-99999", "there is no CWE-99999 in CWE 4.15 of July 2024"),
            ("  - cwe.769", "CWE-769 was withdrawn; CWE-774 takes its place"),
            ("  - cwe.1500", "CWE-1500 is beyond CWE 4.15 of July 2024, the last that is known here; look it up"),
            ("references = [\"CWE-78\",\"CWE-0\"]", "there is no CWE-0 in CWE 4.15 of July 2024"),
            ("  - external/cwe/cwe-1999", "there is no CWE-1999 in CWE 4.15 of July 2024"),
            ("# AML.T0999 of ATLAS", "there is no AML.T0999 in ATLAS 5.6 of May 2026"),
            ("  - atlas.t0051.777", "there is no AML.T0051.777 in ATLAS 5.6 of May 2026; AML.T0051 has .000 to .002"),
            ("  - LLM11:2025", "there is no LLM11 in OWASP's list, which ends with 10"),
            ("  owasp: A03:2022 - Injection", "OWASP has no edition of 2022 with A03; there are those of 2003, "),
            ("  - ASI00", "there is no ASI00 in OWASP's list, which ends with 10"),
            ("  - CICD-SEC-11", "there is no CICD-SEC-11 in OWASP's list, which ends with 10"),
        ] {
            let said = in_line(line);
            assert!(said.len() == 1 && said[0].starts_with(says), "{line}: {said:?}");
        }
        assert_eq!(in_line("- attack.t9998,attack.t9999").len(), 2);
        assert_eq!(plain("T9999").as_deref(), Some("there is no T9999 in ATT&CK 18.1 of November 2025"));
    }

    #[test]
    fn what_there_is_and_what_is_none_is_left_alone() {
        for line in [
            "  - attack.t1059.001",
            "  - attack.credential-access",
            "  - attack.ta0005",
            "  - attack.s0154",
            "  cwe: 'CWE-078: OS Command Injection'",
            "  - external/cwe/cwe-089",
            "  - cwe.16",
            "  - CWE-1427",
            "  - CWE-2000",
            "  - AML.T0051.001",
            "  - A1:2017 and A01:2021 - Broken Access Control",
            "  - API1:2023",
            "  - https://genai.owasp.org/llmrisk/llm01-prompt-injection/",
            "import attack.py or https://attack.example.com/x",
            "a model called T9000, S9999 or llm-42",
            "sha: 5fcwe-99999",
        ] {
            assert_eq!(in_line(line), Vec::<String>::new(), "{line}");
        }
        for id in ["T1059", "T1195.002", "CWE-99999", "x", "T9999x"] {
            assert_eq!(plain(id), None, "{id}");
        }
    }
}
