//! A report for people: what it is, how urgent, each finding with its place and reason, and what was not looked at.
//!
//! Every outside string passes `model::inert`; colours touch only our own words.

use std::io::{self, Write};

use crate::export::judged::Judged;
use crate::export::paint::Paint;
use crate::export::v1::version;
use crate::model::change::Change;
use crate::model::dependency::DependencyChange;
use crate::model::diff::Omission;
use crate::model::finding::Finding;
use crate::model::inert;
use crate::model::link::{Link, Tied};
use crate::model::report::Report;
use crate::model::story::Story;
use crate::model::tool::Import;

/// Writes the whole report, with an empty line at the end.
///
/// # Errors
/// When `out` cannot be written.
pub fn report(out: &mut dyn Write, judged: Judged<'_>, paint: Paint) -> io::Result<()> {
    let Judged { change, report } = judged;
    heading(out, change, report, paint)?;
    for finding in &report.findings {
        self::finding(out, finding, &report.findings, paint)?;
    }
    dependencies(out, &report.dependencies, paint)?;
    story(out, &report.story, paint)?;
    outside(out, report, paint)?;
    unusual(out, report, paint)?;
    imports(out, &report.imports, paint)?;
    if let Some(says) = report.annotating() {
        writeln!(out, "\n  {}", paint.quiet(&inert::line(&says)))?;
    }
    coverage(out, report, paint)?;
    skipped(out, &report.skipped, paint)?;
    writeln!(out)
}

/// Which rules ran, and what could not be checked.
fn coverage(out: &mut dyn Write, report: &Report, paint: Paint) -> io::Result<()> {
    let says = report.coverage.says(&report.rules_digest);
    if says.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", paint.strong("checked"))?;
    says.iter().try_for_each(|sentence| writeln!(out, "    {}", paint.quiet(&inert::line(sentence))))
}

fn heading(out: &mut dyn Write, change: &Change, report: &Report, paint: Paint) -> io::Result<()> {
    let pull = &change.pull;
    let risk = &report.risk;
    let lane = paint.lane(risk.lane, &format!("{} {}", risk.lane.word(), risk.score));
    let at = paint.strong(&inert::line(&pull.address().to_string()));
    writeln!(out, "{lane}  {at}  {}", inert::line(&pull.title))?;
    let (files, added, removed) = (change.patch.files.len(), change.patch.added(), change.patch.removed());
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    writeln!(out, "  by {}; {files}, +{added} -{removed}", author(change))?;
    for reason in &risk.contributions {
        writeln!(out, "  {}", paint.quiet(&format!("+{:<3} {}", reason.points, inert::line(&reason.why))))?;
    }
    if report.findings.is_empty() {
        writeln!(out, "  {}", nothing_found(report))?;
    }
    Ok(())
}

/// What can be said of a report without findings: what was not looked at is not called clean.
pub(crate) fn nothing_found(report: &Report) -> &'static str {
    if report.skipped.is_empty() { "checked, and nothing was found" } else { "nothing was found in what could be looked at" }
}

/// Which agent, how far that is known, and on what evidence; otherwise the author as written.
pub(crate) fn author(change: &Change) -> String {
    let pull = &change.pull;
    let provenance = &pull.provenance;
    if provenance.agent.is_none() {
        let name = inert::line(&pull.author.name);
        return if name.is_empty() { "nobody named".to_owned() } else { format!("{name} (no agent known)") };
    }
    let evidence = provenance.evidence.first().map(|first| format!(": {}", inert::line(first))).unwrap_or_default();
    format!("{} ({}{evidence})", inert::line(&provenance.name), provenance.tier.word())
}

fn finding(out: &mut dyn Write, finding: &Finding, all: &[Finding], paint: Paint) -> io::Result<()> {
    let severity = paint.severity(finding.severity, finding.severity.word());
    writeln!(out, "\n  {severity}  {}  {}", inert::line(&finding.title), paint.strong(&inert::line(&finding.at.to_string())))?;
    for line in finding.evidence.lines() {
        writeln!(out, "    | {}", inert::line(line))?;
    }
    // A rule of somebody else may have no words of its own.
    for (label, words) in [("why ", &finding.why), ("fine", &finding.fix)].into_iter().filter(|(_, words)| !words.is_empty()) {
        writeln!(out, "    {label}  {}", inert::line(words))?;
    }
    let alike: Vec<String> =
        all.iter().filter(|other| other.id != finding.id && other.is_one_with(finding)).map(|other| other.at.to_string()).collect();
    if !alike.is_empty() {
        writeln!(out, "    same  lines in {}, judged together", inert::line(&alike.join(", ")))?;
    }
    for link in &finding.links {
        writeln!(out, "    with  {}: {}", inert::line(&tied(link, all)), inert::line(&link.why))?;
    }
    for seen in &finding.also {
        writeln!(out, "    also  seen by {}", inert::line(&seen.to_string()))?;
    }
    let mut last = format!("{} {}", finding.rule, finding.id);
    if let Some(tool) = &finding.tool {
        last.push_str(&format!("  seen by {}", inert::line(&tool.to_string())));
    }
    for reference in &finding.references {
        last.extend(["  ", &*inert::line(reference)]);
    }
    writeln!(out, "    {}", paint.quiet(&last))
}

/// Where the other end of `link` is; not yet safe to draw.
pub(crate) fn tied(link: &Link, all: &[Finding]) -> String {
    match &link.to {
        Tied::Finding(id) => all.iter().find(|other| other.id == *id).map_or_else(|| id.to_string(), |other| other.at.to_string()),
        Tied::Place(at) => at.to_string(),
        Tied::Change { name, place } => format!("{name}, {place}"),
    }
}

fn dependencies(out: &mut dyn Write, rows: &[DependencyChange], paint: Paint) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", paint.strong("dependencies"))?;
    for row in rows {
        let Some(dependency) = row.dependency() else { continue };
        let name = inert::line(&dependency.name);
        let manifest = row.manifest.text();
        writeln!(
            out,
            "    {:<14} {} {name}  {}  {}, {}  {}",
            row.change.word(),
            dependency.ecosystem.word(),
            versions(row),
            dependency.scope.word(),
            inert::line(&row.reason()),
            inert::line(&manifest)
        )?;
        for note in &row.notes {
            writeln!(out, "      {}", inert::line(note))?;
        }
    }
    Ok(())
}

/// `1.2 -> 1.3`, or the one version there is; safe to draw.
pub(crate) fn versions(row: &DependencyChange) -> String {
    let [before, after] = [&row.before, &row.after].map(|side| side.as_ref().map(version));
    let text = match (before, after) {
        (Some(before), Some(after)) => format!("{before} -> {after}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    };
    inert::line(&text).into_owned()
}

/// What the policy in force does not leave its agent; the decision is where that holds, and no score.
fn outside(out: &mut dyn Write, report: &Report, paint: Paint) -> io::Result<()> {
    if report.outside.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", paint.strong("outside the scope of its agent"))?;
    report.outside.iter().try_for_each(|sentence| writeln!(out, "    {}", inert::line(sentence)))
}

/// What is unusual beside earlier changes; it weighs nothing, and so stands behind what does.
fn unusual(out: &mut dyn Write, report: &Report, paint: Paint) -> io::Result<()> {
    if report.unusual.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", paint.strong("beside what was done before (weighs nothing)"))?;
    report.unusual.iter().try_for_each(|clause| writeln!(out, "    {}", inert::line(clause)))
}

fn story(out: &mut dyn Write, story: &Story, paint: Paint) -> io::Result<()> {
    if story.claims.is_empty() && story.undisclosed.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", paint.strong("the message against the change"))?;
    for claim in &story.claims {
        let word = claim.verdict.word().to_uppercase();
        let pad = " ".repeat(13_usize.saturating_sub(word.len()));
        writeln!(out, "    {}{pad}\"{}\"{}", paint.verdict(claim.verdict, &word), inert::line(&claim.text), places(&claim.places))?;
    }
    for undisclosed in &story.undisclosed {
        writeln!(out, "    not mentioned: {}{}", inert::line(&undisclosed.fact), places(&undisclosed.places))?;
    }
    Ok(())
}

/// At most five places behind a sentence; safe to draw.
fn places(places: &[String]) -> String {
    const SHOWN: usize = 5;
    if places.is_empty() {
        return String::new();
    }
    let shown: Vec<_> = places.iter().take(SHOWN).map(|place| inert::line(place)).collect();
    let more = places.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(" ({}{more})", shown.join(", "))
}

fn imports(out: &mut dyn Write, imports: &[Import], paint: Paint) -> io::Result<()> {
    if imports.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", paint.strong("imported"))?;
    for import in imports {
        writeln!(out, "    {}", inert::line(&import.sentence()))?;
        import.others.iter().try_for_each(|other| writeln!(out, "      {}", inert::line(other)))?;
    }
    Ok(())
}

fn skipped(out: &mut dyn Write, omissions: &[Omission], paint: Paint) -> io::Result<()> {
    if omissions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", paint.strong("not looked at"))?;
    omissions.iter().try_for_each(|omission| writeln!(out, "    {}", self::omission(omission)))
}

/// What was left out and why, on one line that is safe to draw.
#[must_use]
pub fn omission(omission: &Omission) -> String {
    match &omission.path {
        Some(path) => format!("{}: {}", inert::line(&path.text()), inert::line(&omission.why)),
        None => inert::line(&omission.why).into_owned(),
    }
}
