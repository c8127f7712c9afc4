//! A report as Markdown for a comment or a job summary. Outside text stands only in code spans: it can neither format,
//! link, mention anybody nor load a picture.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::export::judged::Judged;
use crate::export::plain::{nothing_found, tied, versions};
use crate::model::finding::Finding;
use crate::model::inert;
use crate::model::report::Report;

/// Writes the whole report.
///
/// # Errors
/// When `out` cannot be written.
pub fn report(out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
    let Judged { change, report } = judged;
    let pull = &change.pull;
    writeln!(out, "## {} {}: {}\n", report.risk.lane.word(), report.risk.score, code(&pull.address().to_string()))?;
    writeln!(out, "{}\n", code(&pull.title))?;
    let provenance = &pull.provenance;
    let agent = if provenance.agent.is_some() { code(&provenance.name) } else { "no agent known".to_owned() };
    let patch = &change.patch;
    let size = format!("{} files, +{} -{}", patch.files.len(), patch.added(), patch.removed());
    writeln!(out, "{agent} ({}); {size}\n", provenance.tier.word())?;
    if report.findings.is_empty() {
        writeln!(out, "Result: {}.\n", nothing_found(report))?;
    }
    report.findings.iter().try_for_each(|finding| self::finding(out, finding, &report.findings))?;
    dependencies(out, report)?;
    story(out, report)?;
    outside(out, report)?;
    unusual(out, report)?;
    imports(out, report)?;
    if let Some(says) = report.annotating() {
        writeln!(out, "{}\n", plain(&says))?;
    }
    coverage(out, report)?;
    skipped(out, report)
}

fn coverage(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let says = report.coverage.says(&report.rules_digest);
    if says.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Checked\n")?;
    says.iter().try_for_each(|sentence| writeln!(out, "- {}", plain(sentence)))?;
    writeln!(out)
}

fn finding(out: &mut dyn Write, finding: &Finding, all: &[Finding]) -> io::Result<()> {
    writeln!(out, "### {}: {}\n", finding.severity.word(), plain(&finding.title))?;
    writeln!(out, "{}, rule `{}`, {} confidence\n", code(&finding.at.to_string()), finding.rule, finding.confidence.word())?;
    if !finding.evidence.trim().is_empty() {
        fence(out, &finding.evidence)?;
    }
    if !finding.why.is_empty() {
        writeln!(out, "{}\n", plain(&finding.why))?;
    }
    if !finding.fix.is_empty() {
        writeln!(out, "Fine when: {}\n", plain(&finding.fix))?;
    }
    for link in &finding.links {
        writeln!(out, "- with {}: {}", code(&tied(link, all)), plain(&link.why))?;
    }
    if !finding.links.is_empty() {
        writeln!(out)?;
    }
    let seen = finding.tool.iter().map(|tool| format!("Seen by {}.", code(&tool.to_string())));
    let also = finding.also.iter().map(|seen| format!("Also seen by {}.", code(&seen.to_string())));
    seen.chain(also).try_for_each(|says| writeln!(out, "{says}\n"))?;
    if !finding.references.is_empty() {
        writeln!(out, "{}\n", finding.references.iter().map(|reference| code(reference)).collect::<Vec<_>>().join(" "))?;
    }
    Ok(())
}

fn dependencies(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.dependencies.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Dependencies\n")?;
    writeln!(out, "| change | world | package | version | for | why it is there | file | besides |\n|---|---|---|---|---|---|---|---|")?;
    for row in &report.dependencies {
        let Some(dependency) = row.dependency() else { continue };
        let (change, world, scope) = (row.change.word(), dependency.ecosystem.word(), dependency.scope.word());
        let [name, version, reason, manifest] = [&*dependency.name, &versions(row), &row.reason(), &row.manifest.text()].map(cell);
        let notes = row.notes.iter().map(|note| cell(note)).collect::<Vec<_>>().join(", ");
        writeln!(out, "| {change} | {world} | {name} | {version} | {scope} | {reason} | {manifest} | {notes} |")?;
    }
    writeln!(out)
}

/// What the policy in force does not leave its agent.
fn outside(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.outside.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Outside the scope of its agent\n")?;
    report.outside.iter().try_for_each(|sentence| writeln!(out, "- {}", code(sentence)))?;
    writeln!(out)
}

/// What is unusual beside earlier changes; it weighs nothing, and so stands behind what does.
fn unusual(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.unusual.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Beside what was done before (weighs nothing)\n")?;
    report.unusual.iter().try_for_each(|clause| writeln!(out, "- {}", code(clause)))?;
    writeln!(out)
}

/// Outside text as a code span in a table, where a bar ends the cell even within a span.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

fn story(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let story = &report.story;
    if story.claims.is_empty() && story.undisclosed.is_empty() {
        return Ok(());
    }
    writeln!(out, "### The message against the change\n")?;
    for claim in &story.claims {
        writeln!(out, "- {}: {}{}", claim.verdict.word().to_uppercase(), code(&claim.text), places(&claim.places))?;
    }
    for undisclosed in &story.undisclosed {
        writeln!(out, "- not mentioned: {}{}", code(&undisclosed.fact), places(&undisclosed.places))?;
    }
    writeln!(out)
}

fn places(places: &[String]) -> String {
    let spans: Vec<String> = places.iter().take(5).map(|place| code(place)).collect();
    if spans.is_empty() { String::new() } else { format!(" ({})", spans.join(", ")) }
}

fn imports(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.imports.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Imported\n")?;
    for import in &report.imports {
        writeln!(out, "- {}", code(&import.sentence()))?;
        import.others.iter().try_for_each(|other| writeln!(out, "  - {}", code(other)))?;
    }
    writeln!(out)
}

fn skipped(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.skipped.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Not looked at\n")?;
    report.skipped.iter().try_for_each(|omission| writeln!(out, "- {}", code(&super::plain::omission(omission))))?;
    writeln!(out)
}

/// Outside text as a code span: fenced by more backticks than it holds in a row, on one line.
pub(crate) fn code(text: &str) -> String {
    let text = inert::line(text);
    let text = if text.trim().is_empty() { Cow::Borrowed("(empty)") } else { text };
    let ticks = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// Outside text as a fenced block. No line begins with it: in the log of a pipeline, `::` at the start of a line commands.
fn fence(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let ticks = "`".repeat((longest_run(text) + 1).max(3));
    writeln!(out, "{ticks}text")?;
    text.lines().try_for_each(|line| writeln!(out, "| {}", inert::line(line)))?;
    writeln!(out, "{ticks}\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A rule's own words, in which a check may have put a name: what Markdown or HTML could act on is escaped.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in inert::line(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '&' | '~') {
            out.push('\\');
        }
        out.push(c);
        if c == '@' {
            // A backslash does not stop a forge from reading a mention; a comment between sign and name does.
            out.push_str("<!-- -->");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_cannot_leave_its_span() {
        assert_eq!(code("a `b` ``c``"), "``` a `b` ``c`` ```");
        assert_eq!(code("![x](http://a.example)\n# h"), "`![x](http://a.example)‹U+000A›# h`");
        assert_eq!(plain("<img src=x> @all [a](b)"), "\\<img src=x\\> @<!-- -->all \\[a\\](b)");
    }
}
