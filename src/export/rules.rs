//! The rules themselves: a table, JSON, and one rule explained.

use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::paint::Paint;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::rule::{Example, Rule};

/// Writes the rules as a table.
///
/// # Errors
/// When `out` cannot be written.
pub fn table<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule>, paint: Paint) -> io::Result<()> {
    let mut table = Table::new(&["RULE", "CLASS", "AT MOST", "SURE", "WHAT IT SEES"], paint);
    for rule in rules {
        table.row(vec![
            Cell::painted(rule.id.0, |words| paint.strong(words)),
            Cell::new(rule.class.word()),
            Cell::painted(rule.severity.word(), |words| paint.severity(rule.severity, words)),
            Cell::new(rule.confidence.word()),
            Cell::new(rule.title.clone()),
        ]);
    }
    table.write(out)
}

/// Writes the rules as one JSON array.
///
/// # Errors
/// When `out` cannot be written.
pub fn json<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule>) -> io::Result<()> {
    escape::pretty(out, &rules.map(RuleV1::new).collect::<Vec<_>>())
}

/// Writes the rules as a page in Markdown, which docs/rules.md is.
///
/// # Errors
/// When `out` cannot be written.
pub fn markdown<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule>) -> io::Result<()> {
    writeln!(
        out,
        "# Rules\n\nWritten by `lazaret rules list --format markdown`; a test compares. `lazaret rules explain <rule>` says more of each."
    )?;
    writeln!(out, "A finding may weigh less than what its rule weighs at most.\n")?;
    writeln!(out, "| rule | at most | class | what it sees | references |\n|---|---|---|---|---|")?;
    for rule in rules {
        let (id, most, class) = (rule.id.0, rule.severity.word(), rule.class.word());
        writeln!(out, "| `{id}` | {most} | {class} | {} | {} |", rule.title, rule.references.join(", "))?;
    }
    Ok(())
}

/// Writes everything there is to know of one rule.
///
/// # Errors
/// When `out` cannot be written.
pub fn explain(out: &mut dyn Write, rule: &Rule, paint: Paint) -> io::Result<()> {
    writeln!(out, "{}: {}", paint.strong(rule.id.0), rule.title)?;
    let most = paint.severity(rule.severity, rule.severity.word());
    writeln!(out, "{}, at most {most}, {} confidence; {}\n", rule.class.word(), rule.confidence.word(), rule.references.join(" "))?;
    writeln!(out, "{}\n", rule.prose.trim())?;
    writeln!(out, "{}  {}", paint.strong("why it matters"), rule.why)?;
    writeln!(out, "{}  {}", paint.strong("fine when"), rule.fix)?;
    for (hits, heading) in [(true, "fires on"), (false, "does not fire on")] {
        writeln!(out, "\n{}", paint.strong(heading))?;
        rule.examples.iter().filter(|example| example.hits == hits).try_for_each(|example| self::example(out, example, paint))?;
    }
    Ok(())
}

fn example(out: &mut dyn Write, example: &Example, paint: Paint) -> io::Result<()> {
    writeln!(out, "  {}", example.about)?;
    if !example.branch.is_empty() {
        writeln!(out, "    branch {}", inert::line(&example.branch))?;
    }
    for line in example.message.lines() {
        writeln!(out, "    message {}", inert::line(line))?;
    }
    for file in &example.files {
        writeln!(out, "    {}", paint.quiet(&inert::line(&file.path)))?;
        for (sign, text) in [('-', &file.before), ('+', &file.after)] {
            for line in text.iter().flat_map(|text| text.lines()) {
                writeln!(out, "      {sign} {}", inert::line(line))?;
            }
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct RuleV1<'a> {
    id: &'static str,
    title: &'a str,
    class: &'static str,
    severity: &'static str,
    confidence: &'static str,
    why: &'a str,
    fix: &'a str,
    references: &'a [String],
    prose: &'a str,
}

impl<'a> RuleV1<'a> {
    fn new(rule: &'a Rule) -> Self {
        Self {
            id: rule.id.0,
            title: &rule.title,
            class: rule.class.word(),
            severity: rule.severity.word(),
            confidence: rule.confidence.word(),
            why: &rule.why,
            fix: &rule.fix,
            references: &rule.references,
            prose: &rule.prose,
        }
    }
}
