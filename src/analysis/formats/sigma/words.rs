//! The words of a Sigma rule as a rule of this program: title, weight, prose, references. Whoever wrote a pack is a stranger too.

use rsigma_parser::{CorrelationRule, Level, SigmaRule, Status};

use crate::model::inert;
use crate::model::rule::{Confidence, Examples, FindingClass, Rule, RuleFormat, RuleId, RuleOrigin, Severity};

/// The longest name of a rule, in bytes.
const LONGEST_NAME: usize = 100;

/// The keys that rules and correlations have alike.
pub(super) struct Words<'w> {
    id: Option<&'w str>,
    name: Option<&'w str>,
    title: &'w str,
    description: &'w str,
    author: Option<&'w str>,
    status: Option<Status>,
    level: Option<Level>,
    falsepositives: &'w [String],
    references: &'w [String],
    tags: &'w [String],
}

impl<'w> Words<'w> {
    /// The words of a detection rule.
    pub(super) fn of_rule(rule: &'w SigmaRule) -> Self {
        Self {
            id: rule.id.as_deref(),
            name: rule.name.as_deref(),
            title: &rule.title,
            description: rule.description.as_deref().unwrap_or(""),
            author: rule.author.as_deref(),
            status: rule.status,
            level: rule.level,
            falsepositives: &rule.falsepositives,
            references: &rule.references,
            tags: &rule.tags,
        }
    }

    /// The words of a correlation.
    pub(super) fn of_correlation(rule: &'w CorrelationRule) -> Self {
        Self {
            id: rule.id.as_deref(),
            name: rule.name.as_deref(),
            title: &rule.title,
            description: rule.description.as_deref().unwrap_or(""),
            author: rule.author.as_deref(),
            status: rule.status,
            level: rule.level,
            falsepositives: &rule.falsepositives,
            references: &rule.references,
            tags: &rule.tags,
        }
    }

    /// What the rule is called: its `name`, or else its title, in the letters that names are made of.
    pub(super) fn called(&self) -> String {
        let named = self.name.map(slug).filter(|name| !name.is_empty());
        let named = named.or_else(|| Some(slug(self.title)).filter(|name| !name.is_empty()));
        named.unwrap_or_else(|| format!("sigma-{}", slug(self.id.unwrap_or("rule"))))
    }

    /// The rule called `name` that stands at `line` of the file at `path`, written as `text`.
    pub(super) fn rule(&self, name: &str, (pack, path, line): (&str, &str, u32), text: &str, examples: Examples) -> Rule {
        Rule {
            id: RuleId::named(name),
            origin: RuleOrigin::File { format: RuleFormat::Sigma, pack: pack.to_owned(), path: path.to_owned(), line },
            title: inert::line(self.title).into_owned(),
            class: class(self.tags),
            severity: match self.level {
                Some(Level::Informational) => Severity::Info,
                Some(Level::Low) => Severity::Low,
                None | Some(Level::Medium) => Severity::Medium,
                Some(Level::High) => Severity::High,
                Some(Level::Critical) => Severity::Critical,
            },
            confidence: match self.status {
                Some(Status::Stable) => Confidence::High,
                None | Some(Status::Test) => Confidence::Medium,
                Some(Status::Experimental | Status::Deprecated | Status::Unsupported) => Confidence::Low,
            },
            why: inert::block(self.description.trim()).replace('\n', " "),
            fix: self.harmless(),
            references: self.tags.iter().filter_map(|tag| reference(tag)).collect(),
            prose: self.prose(text),
            examples,
        }
    }

    /// The known false positives, as what makes a finding fine.
    fn harmless(&self) -> String {
        let known = self.falsepositives.iter().map(|known| inert::line(known.trim())).filter(|known| !known.is_empty());
        let known: Vec<_> = known.filter(|known| !["none", "unknown"].iter().any(|none| known.eq_ignore_ascii_case(none))).collect();
        if known.is_empty() { String::new() } else { format!("It is one of these: {}.", known.join("; ").trim_end_matches('.')) }
    }

    fn prose(&self, text: &str) -> String {
        let mut prose = inert::block(self.description.trim());
        let mut say = |label: &str, words: &str| {
            if !words.is_empty() {
                prose.push_str(&format!("\n\n{label}: {}", inert::line(words)));
            }
        };
        say("Author", self.author.unwrap_or(""));
        say("Sigma id", self.id.unwrap_or(""));
        say("Status", &self.status.map(|status| format!("{status:?}").to_lowercase()).unwrap_or_default());
        say("Tags", &self.tags.join(", "));
        say("References", &self.references.join(", "));
        // Examples are shown by themselves.
        let own: Vec<&str> = text.lines().take_while(|line| !line.starts_with("lazaret:")).collect();
        let written = inert::block(own.join("\n").trim_end());
        let fence = if written.contains("```") { "~~~~" } else { "```" };
        prose.push_str(&format!("\n\n{fence}yaml\n{written}\n{fence}"));
        prose.trim_start().to_owned()
    }
}

/// `text` in lower-case letters, digits and `-`, `_`, `.` between them.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= LONGEST_NAME {
            break;
        }
    }
    slug.trim_matches(['-', '.', '_']).to_owned()
}

/// What a rule points to, by the first of its tags that says so.
fn class(tags: &[String]) -> FindingClass {
    const WORDS: [(&str, FindingClass); 8] = [
        ("attack.exfiltration", FindingClass::Exfiltration),
        ("attack.t1195", FindingClass::Dependency),
        ("attack.credential-access", FindingClass::Secret),
        ("attack.execution", FindingClass::Execution),
        ("attack.persistence", FindingClass::Backdoor),
        ("attack.privilege-escalation", FindingClass::Backdoor),
        ("attack.initial-access", FindingClass::Vulnerability),
        ("attack.impact", FindingClass::Integrity),
    ];
    let says = |tag: &String| {
        let tag = tag.to_ascii_lowercase().replace('_', "-");
        WORDS.iter().find(|(word, _)| tag.starts_with(word)).map(|(_, class)| *class)
    };
    tags.iter().find_map(says).unwrap_or(FindingClass::Integrity)
}

/// The id that a tag names: `attack.t1059.001` is `T1059.001`, `cve.2021-44228` is `CVE-2021-44228`, `safe.t2103` is `SAFE-T2103`.
fn reference(tag: &str) -> Option<String> {
    let (space, id) = tag.split_once('.')?;
    let id = id.to_ascii_uppercase();
    let technique = id.strip_prefix('T').is_some_and(|rest| rest.len() >= 4 && rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    match space.to_ascii_lowercase().as_str() {
        "attack" if technique => Some(id),
        "safe" if technique => Some(format!("SAFE-{id}")),
        "atlas" if id.starts_with("AML.") || technique => Some(if technique { format!("AML.{id}") } else { id }),
        "cve" | "cwe" if id.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.')) => {
            Some(format!("{}-{}", space.to_ascii_uppercase(), id.replace('.', "-")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_ids() {
        let cases = [
            ("attack.t1059.001", Some("T1059.001")),
            ("safe.t2103", Some("SAFE-T2103")),
            ("cve.2021-44228", Some("CVE-2021-44228")),
            ("cve.2021.44228", Some("CVE-2021-44228")),
            ("attack.impact", None),
            ("mcp.code_generation", None),
        ];
        for (tag, expected) in cases {
            assert_eq!(reference(tag).as_deref(), expected, "{tag}");
        }
    }

    #[test]
    fn names_are_made_of_plain_letters() {
        assert_eq!(slug("Github Push Protection  Disabled!"), "github-push-protection-disabled");
        assert_eq!(slug("\u{1b}[2J--…"), "2j");
        assert_eq!(slug(&"x".repeat(1_000)).len(), LONGEST_NAME);
    }
}
