//! A plan before it is carried out, and the receipt after: the same words for dry run, question and answer.

use std::io::{self, Write};

use crate::export::paint::Paint;
use crate::model::inert;
use crate::model::response::{Plan, Receipt, Strength};
use crate::model::rule::Severity;

/// Writes what `plan` would do, what speaks against it, and what to know.
///
/// # Errors
/// When `out` cannot be written.
pub fn plan(out: &mut dyn Write, plan: &Plan, paint: Paint) -> io::Result<()> {
    let decision = &plan.decision;
    let pulls: Vec<String> = decision.pulls.iter().map(|pull| inert::line(&pull.to_string()).into_owned()).collect();
    writeln!(out, "{} {}", paint.strong(decision.verb.word()), pulls.join(", "))?;
    writeln!(out, "  case {}, by {} ({})", plan.case.0, inert::line(&decision.reviewer.identity), inert::line(&decision.reviewer.by))?;
    for subject in &decision.subjects {
        let short = |id: &Option<crate::model::commit_id::CommitId>| id.as_ref().map_or("-".to_owned(), |id| id.short().to_owned());
        if subject.revision.head.is_some() {
            writeln!(out, "  head {} on base {}", short(&subject.revision.head), short(&subject.revision.base))?;
        }
    }
    if !decision.reason.is_empty() {
        writeln!(out, "  reason: {}", inert::line(&decision.reason))?;
    }
    for (index, step) in plan.steps.iter().enumerate() {
        writeln!(out, "  {}. {:<8}  {}", index + 1, step.strength.word(), inert::line(&step.says))?;
        if !step.lacks.is_empty() {
            let word = paint.severity(Severity::High, "not possible");
            writeln!(out, "     {word}: the token lacks {}", inert::line(&step.lacks))?;
        }
    }
    if plan.steps.is_empty() && plan.is_allowed() {
        writeln!(out, "  nothing to do: it is so already")?;
    }
    for conflict in &plan.conflicts {
        let paths: Vec<_> = conflict.paths.iter().map(|path| inert::line(&path.text()).into_owned()).collect();
        let word = paint.severity(Severity::High, "conflict");
        writeln!(out, "  {word}: {} in {}", conflict.commit.short(), paths.join(", "))?;
    }
    for refusal in &plan.refusals {
        writeln!(out, "  {}: {}", paint.severity(Severity::High, "refused"), inert::line(refusal))?;
    }
    for word in plan.unconfirmed() {
        writeln!(out, "  {}: the name {}", paint.severity(Severity::Medium, "to type"), inert::line(word))?;
    }
    for warning in &plan.warnings {
        writeln!(out, "  {}: {}", paint.severity(Severity::Medium, "note"), inert::line(warning))?;
    }
    for one in &plan.proposed {
        writeln!(
            out,
            "  {}: {} ({}), and no part of this",
            paint.severity(Severity::Medium, "alike"),
            inert::line(&one.at.to_string()),
            inert::line(&one.why)
        )?;
    }
    if !plan.proposed.is_empty() {
        let names: Vec<_> = plan.proposed.iter().map(|one| inert::word(&one.at.to_string()).into_owned()).collect();
        writeln!(out, "  to hold them too: lazaret quarantine {} --reason …", names.join(" "))?;
    }
    Ok(())
}

/// Writes what became of it.
///
/// # Errors
/// When `out` cannot be written.
pub fn receipt(out: &mut dyn Write, receipt: &Receipt, paint: Paint) -> io::Result<()> {
    writeln!(out, "{} {}", paint.strong(&receipt.case.0), strength(receipt.strength, paint))?;
    for outcome in &receipt.outcomes {
        writeln!(out, "  {}. {}  {}", outcome.index + 1, strength(outcome.strength, paint), inert::line(&outcome.says))?;
    }
    if !receipt.why.is_empty() {
        writeln!(out, "  because {}", inert::line(&receipt.why))?;
    }
    if let Some(evidence) = &receipt.evidence {
        writeln!(out, "  evidence: {}", inert::line(evidence))?;
    }
    if let Some((seq, hash)) = &receipt.ledger_head {
        writeln!(out, "  ledger: record {seq}, head {hash}")?;
    }
    if let Some(undo) = &receipt.undo {
        writeln!(out, "  undo: {}", inert::line(undo))?;
    }
    Ok(())
}

/// Writes what the first of two people had decided: only when the second has decided too.
///
/// # Errors
/// When `out` cannot be written.
pub fn first(out: &mut dyn Write, first: &Plan) -> io::Result<()> {
    let decision = &first.decision;
    let reason = if decision.reason.is_empty() { "no reason given" } else { &decision.reason };
    writeln!(out, "  the first of two was {} (case {}): {}", inert::line(&decision.reviewer.identity), first.case.0, inert::line(reason))
}

fn strength(strength: Strength, paint: Paint) -> String {
    let severity = match strength {
        Strength::Failed => Severity::Critical,
        Strength::Advisory => Severity::Medium,
        Strength::Enforced => Severity::Low,
    };
    paint.severity(severity, strength.word())
}
