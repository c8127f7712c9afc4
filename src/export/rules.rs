//! The rules themselves: a table, JSON, and one rule explained.

pub mod page;

use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::paint::Paint;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::rule::{Example, Rule, RuleOrigin};

/// Writes the rules as a table.
///
/// # Errors
/// When `out` cannot be written.
pub fn table<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule>, paint: Paint) -> io::Result<()> {
    let mut table = Table::new(&["RULE", "FROM", "CLASS", "AT MOST", "SURE", "WHAT IT SEES"], paint);
    for rule in rules {
        table.row(vec![
            Cell::painted(rule.id.0, |words| paint.strong(words)),
            Cell::new(from(rule)),
            Cell::new(rule.class.word()),
            Cell::painted(rule.severity.word(), |words| paint.severity(rule.severity, words)),
            Cell::new(rule.confidence.word()),
            Cell::new(rule.title.clone()),
        ]);
    }
    table.write(out)
}

/// How a rule is written, and whose it is where it is not of this program.
fn from(rule: &Rule) -> String {
    match &rule.origin {
        RuleOrigin::Code => "code".to_owned(),
        RuleOrigin::File { format, pack, .. } if pack == "lazaret" => format.word().to_owned(),
        RuleOrigin::File { format, pack, .. } => inert::line(&format!("{} of {pack}", format.word())).into_owned(),
    }
}

/// Where a rule is written: its file in the pack, and the line.
fn written_in(rule: &Rule) -> String {
    match &rule.origin {
        RuleOrigin::Code => format!("lazaret {}, rules/code/{}.toml", env!("CARGO_PKG_VERSION"), rule.id),
        RuleOrigin::File { format, pack, path, line } => inert::line(&format!("{} in {pack}/{path}:{line}", format.word())).into_owned(),
    }
}

/// Writes the rules as one JSON array.
///
/// # Errors
/// When `out` cannot be written.
pub fn json<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule>) -> io::Result<()> {
    escape::pretty(out, &rules.map(RuleV1::new).collect::<Vec<_>>())
}

/// Writes everything there is to know of one rule.
///
/// # Errors
/// When `out` cannot be written.
pub fn explain(out: &mut dyn Write, rule: &Rule, paint: Paint) -> io::Result<()> {
    writeln!(out, "{}: {}", paint.strong(rule.id.0), rule.title)?;
    let most = paint.severity(rule.severity, rule.severity.word());
    writeln!(out, "{}, at most {most}, {} confidence; {}", rule.class.word(), rule.confidence.word(), rule.references.join(" "))?;
    writeln!(out, "{}  {}\n", paint.strong("written in"), written_in(rule))?;
    writeln!(out, "{}\n", rule.prose.trim())?;
    writeln!(out, "{}  {}", paint.strong("why it matters"), rule.why)?;
    writeln!(out, "{}  {}", paint.strong("fine when"), rule.fix)?;
    for (hits, heading) in [(true, "fires on"), (false, "does not fire on")] {
        if !rule.examples.iter().any(|example| example.hits == hits) {
            continue;
        }
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
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
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
        let (from, pack, path, line) = match &rule.origin {
            RuleOrigin::Code => ("code", None, None, None),
            RuleOrigin::File { format, pack, path, line } => (format.word(), Some(pack.as_str()), Some(path.as_str()), Some(*line)),
        };
        Self {
            id: rule.id.0,
            from,
            pack,
            path,
            line,
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
