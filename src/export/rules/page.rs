//! The page of all rules, which docs/rules.md is: by where they come from and what they point to, so that three hundred can be read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::model::rule::{FindingClass, Rule, RuleFormat, RuleOrigin};

/// Where rules come from, in the order of the page, with a sentence.
const KINDS: [(Option<RuleFormat>, &str, &str); 4] = [
    (None, "Rules of code", "Each looks at the structure of a change. Their words and examples are in `rules/code/`."),
    (Some(RuleFormat::Sigma), "Rules of Sigma", "They look at the events of a change. They are in `rules/sigma/`."),
    (Some(RuleFormat::Structure), "Rules of ast-grep", "They look at the syntax of one language. They are in `rules/structure/`."),
    (Some(RuleFormat::Secrets), "Forms of secrets", "Each is the form an issuer gives its secrets. They are in `rules/secrets/`."),
];

/// Writes the page.
///
/// # Errors
/// When `out` cannot be written.
pub fn write<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule>) -> io::Result<()> {
    let groups = grouped(rules);
    writeln!(
        out,
        "# Rules\n\nWritten by `lazaret rules list --format markdown`; a test compares. `lazaret rules explain <rule>` says more of each.\n"
    )?;
    writeln!(out, "A finding may weigh less than what its rule weighs at most.\n")?;
    for (kind, title, _) in KINDS {
        let count: usize = groups.iter().filter(|((known, _), _)| *known == kind).map(|(_, rules)| rules.len()).sum();
        if count > 0 {
            writeln!(out, "- [{title}](#{}): {count}", title.to_lowercase().replace(' ', "-").replace('.', ""))?;
        }
    }
    for (kind, title, says) in KINDS {
        let classes: Vec<_> = FindingClass::ALL.iter().filter_map(|class| Some((class, groups.get(&(kind, *class))?))).collect();
        if !classes.is_empty() {
            writeln!(out, "\n## {title}\n\n{says}")?;
        }
        for (class, rules) in &classes {
            if classes.len() > 1 {
                writeln!(out, "\n### {title}: {}", class.word())?;
            }
            table(out, rules)?;
        }
    }
    Ok(())
}

type Groups<'a> = BTreeMap<(Option<RuleFormat>, FindingClass), Vec<&'a Rule>>;

fn grouped<'a>(rules: impl Iterator<Item = &'a Rule>) -> Groups<'a> {
    let mut groups = Groups::new();
    for rule in rules {
        let kind = match &rule.origin {
            RuleOrigin::Code | RuleOrigin::Tool { .. } => None,
            RuleOrigin::File { format, .. } => Some(*format),
        };
        groups.entry((kind, rule.class)).or_default().push(rule);
    }
    groups
}

/// Rules as a table. References that all of many rules have are said once.
fn table(out: &mut dyn Write, rules: &[&Rule]) -> io::Result<()> {
    const MANY: usize = 8;
    let references: BTreeSet<&[String]> = rules.iter().map(|rule| rule.references.as_slice()).collect();
    let shared = references.first().filter(|_| references.len() == 1 && rules.len() >= MANY);
    if let Some(shared) = shared {
        writeln!(out, "\nAll of them: {}.", shared.join(", "))?;
    }
    let (head, line) = if shared.is_some() { ("", "") } else { (" references |", "---|") };
    writeln!(out, "\n| rule | at most | what it sees |{head}\n|---|---|---|{line}")?;
    for rule in rules {
        write!(out, "| `{}` | {} | {} |", rule.id, rule.severity.word(), cell(&rule.title))?;
        if shared.is_none() {
            write!(out, " {} |", cell(&rule.references.join(", ")))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Text of a rule file in one cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}
