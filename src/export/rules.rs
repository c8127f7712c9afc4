//! The rules themselves: a table, JSON, and one rule explained.

pub mod page;

use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::paint::Paint;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::noise::{Judged, Noise};
use crate::model::pack::{NoteKind, RuleNote};
use crate::model::rule::{Example, Rule, RuleOrigin, Severity};

/// Writes the rules as a table; what nobody measured or judged takes no column.
///
/// # Errors
/// When `out` cannot be written.
pub fn table<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule>, noise: &Noise, paint: Paint) -> io::Result<()> {
    let (measured, judged) = (!noise.rates.is_empty(), !noise.judged.is_empty());
    let optional = [(measured, "FIRES ON"), (judged, "TRUE")].into_iter().filter(|(shown, _)| *shown).map(|(_, name)| name);
    let names: Vec<&str> = ["RULE", "FROM", "CLASS", "AT MOST", "SURE"].into_iter().chain(optional).chain(["WHAT IT SEES"]).collect();
    let mut table = Table::new(&names, paint);
    for rule in rules {
        let set = noise.annotated.contains(&rule.id);
        let most = if set { Severity::Info } else { rule.severity };
        let most = Cell::painted(if set { "annotates" } else { most.word() }, |words| paint.severity(most, words));
        let strong = Cell::painted(rule.id.0, |words| paint.strong(words));
        let mut row = vec![strong, Cell::new(from(rule)), Cell::new(rule.class.word()), most, Cell::new(rule.confidence.word())];
        if measured {
            row.push(Cell::right(fires(rule, noise)));
        }
        if judged {
            row.push(Cell::right(noise.judged.get(&rule.id).map_or_else(String::new, |of| format!("{} of {}", of.right, of.times))));
        }
        row.push(Cell::new(rule.title.clone()));
        table.row(row);
    }
    table.write(out)?;
    let legend = [
        (measured, "FIRES ON: of your merged commits, as lazaret calibrate counted them; ? the rule changed since."),
        (judged, "TRUE: of the findings that were judged in decisions."),
    ];
    if measured || judged {
        writeln!(out)?;
    }
    legend.iter().filter(|(shown, _)| *shown).try_for_each(|(_, says)| writeln!(out, "{}", paint.quiet(says)))
}

fn fires(rule: &Rule, noise: &Noise) -> String {
    noise.rate(rule.id, "").map_or_else(String::new, |told| format!("{}{} of {}", if told.stale { "? " } else { "" }, told.fired, told.of))
}

/// How a rule is written, and whose it is where it is not of this program.
fn from(rule: &Rule) -> String {
    match &rule.origin {
        RuleOrigin::Code => "code".to_owned(),
        RuleOrigin::Tool { tool, .. } => inert::line(tool).into_owned(),
        RuleOrigin::File { format, pack, .. } if pack == "lazaret" => format.word().to_owned(),
        RuleOrigin::File { format, pack, .. } => inert::line(&format!("{} of {pack}", format.word())).into_owned(),
    }
}

/// Where a rule is written: its file in the pack, and the line.
fn written_in(rule: &Rule) -> String {
    match &rule.origin {
        RuleOrigin::Code => format!("lazaret {}, rules/code/{}.toml", env!("CARGO_PKG_VERSION"), rule.id),
        RuleOrigin::Tool { tool, file } => inert::line(&format!("{tool}, imported from {file}")).into_owned(),
        RuleOrigin::File { format, pack, path, line } => inert::line(&format!("{} in {pack}/{path}:{line}", format.word())).into_owned(),
    }
}

/// Writes the rules as one JSON array.
///
/// # Errors
/// When `out` cannot be written.
pub fn json<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule>, noise: &Noise) -> io::Result<()> {
    escape::pretty(out, &rules.map(|rule| RuleV1::new(rule, noise)).collect::<Vec<_>>())
}

/// Writes everything there is to know of one rule.
///
/// # Errors
/// When `out` cannot be written.
pub fn explain(out: &mut dyn Write, rule: &Rule, notes: &[RuleNote], noise: &Noise, paint: Paint) -> io::Result<()> {
    writeln!(out, "{}: {}", paint.strong(rule.id.0), rule.title)?;
    let most = paint.severity(rule.severity, rule.severity.word());
    writeln!(out, "{}, at most {most}, {} confidence; {}", rule.class.word(), rule.confidence.word(), rule.references.join(" "))?;
    writeln!(out, "{}  {}\n", paint.strong("written in"), written_in(rule))?;
    writeln!(out, "{}\n", rule.prose.trim())?;
    use_of(out, rule, noise, paint)?;
    for note in notes.iter().filter(|note| note.rule == Some(rule.id) && note.kind == NoteKind::Filters) {
        writeln!(out, "{}  {}", paint.strong("filtered"), inert::line(&format!("by {note}")))?;
    }
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

/// How noisy it is here, how its findings were judged, and whether the settings make it annotate.
fn use_of(out: &mut dyn Write, rule: &Rule, noise: &Noise, paint: Paint) -> io::Result<()> {
    let rate = noise.rate(rule.id, "").map(|told| told.words());
    let known: Vec<String> = rate.into_iter().chain(noise.judged.get(&rule.id).and_then(Judged::words)).collect();
    if !known.is_empty() {
        writeln!(out, "{}  {}", paint.strong("noise"), known.join("; "))?;
    }
    if noise.annotated.contains(&rule.id) {
        let restore = format!("lazaret rules restore {} lets it weigh again what it weighs", rule.id);
        writeln!(out, "{}  your settings say that it only annotates; {restore}", paint.strong("annotates"))?;
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
    annotated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fires: Option<FiresV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<JudgedV1>,
}

#[derive(Serialize)]
struct FiresV1 {
    commits: u64,
    of: u64,
    at: i64,
    stale: bool,
}

#[derive(Serialize)]
struct JudgedV1 {
    times: u64,
    right: u64,
}

impl<'a> RuleV1<'a> {
    fn new(rule: &'a Rule, noise: &Noise) -> Self {
        let fires = noise.rate(rule.id, "");
        let judged = noise.judged.get(&rule.id);
        let (from, pack, path, line) = match &rule.origin {
            RuleOrigin::Code => ("code", None, None, None),
            RuleOrigin::Tool { tool, file } => ("imported", Some(tool.as_str()), Some(file.as_str()), None),
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
            annotated: noise.annotated.contains(&rule.id),
            fires: fires.map(|told| FiresV1 { commits: told.fired, of: told.of, at: told.at.0, stale: told.stale }),
            judged: judged.map(|of| JudgedV1 { times: of.times, right: of.right }),
        }
    }
}
