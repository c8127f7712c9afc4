//! Plans that were made, shown, asked about and carried out: one for each repository. What one of them refuses keeps no other from
//! being carried out, and is said.

use std::path::Path;

use anyhow::bail;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::output::{confirm, say, somebody_is_there};
use crate::cli::terms::{Format, Terms};
use crate::cli::typed::typed;
use crate::export::{plan as export, plan_json};
use crate::model::inert;
use crate::model::response::{Plan, Strength};
use crate::runtime::case_decisions::CaseDecisions;

/// The part of one repository.
pub struct Part {
    /// What would be done there.
    pub plan: Plan,
    /// Where it is decided.
    pub decisions: CaseDecisions,
}

impl Part {
    fn is_ready(&self) -> bool {
        self.plan.is_allowed() && !self.plan.steps.is_empty()
    }
}

/// Shows the plans of `parts`, asks once, and carries out those that may be.
///
/// # Errors
/// When nobody can be asked, or the ledger cannot be used.
pub fn settle(mut parts: Vec<Part>, terms: &Terms, passing: bool, context: &mut Context) -> anyhow::Result<Exit> {
    let json = terms.format == Format::Json;
    let refused = parts.iter().any(|part| !part.plan.is_allowed());
    let nothing = !parts.iter().any(Part::is_ready);
    if !json {
        show(&parts, context)?;
    }
    if nothing || terms.dry_run || (json && !terms.yes) {
        if json {
            parts.iter().try_for_each(|part| plan_json::write(&mut context.out, &part.plan, None))?;
        }
        return Ok(if refused { Exit::Found } else { Exit::Done });
    }
    if passing {
        bail!("nothing was done, because this demo is gone in a moment: keep one with `lazaret demo --dir DIR` and name DIR with --repo");
    }
    let mut all_typed = true;
    for part in parts.iter_mut().filter(|part| part.is_ready()) {
        all_typed = all_typed && typed(&mut part.plan, &terms.confirm)?;
    }
    if !all_typed || !agreed(terms, &parts)? {
        say("", "nothing was done");
        return Ok(Exit::Found);
    }
    let mut failed = false;
    for part in &parts {
        failed |= carried_out(part, terms, context)? == Some(Strength::Failed);
    }
    Ok(match (failed, refused) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Found,
        (false, false) => Exit::Done,
    })
}

fn show(parts: &[Part], context: &mut Context) -> anyhow::Result<()> {
    let paint = context.out.paint;
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            std::io::Write::write_all(&mut context.out, b"\n")?;
        }
        export::plan(&mut context.out, &part.plan, paint)?;
    }
    Ok(std::io::Write::flush(&mut context.out)?)
}

/// Carries out one part and says how; how strong it turned out, unless it is not carried out.
fn carried_out(part: &Part, terms: &Terms, context: &mut Context) -> anyhow::Result<Option<Strength>> {
    let (json, paint) = (terms.format == Format::Json, context.out.paint);
    if !part.is_ready() {
        if json {
            plan_json::write(&mut context.out, &part.plan, None)?;
        }
        return Ok(None);
    }
    let mut receipt = part.decisions.carry_out_plan(&part.plan, &context.cancel)?;
    receipt.undo = receipt.undo.map(|undo| here(undo, &terms.repo));
    if json {
        plan_json::write(&mut context.out, &part.plan, Some(&receipt))?;
        return Ok(Some(receipt.strength));
    }
    export::receipt(&mut context.out, &receipt, paint)?;
    if let Some(first) = part.decisions.first_of(&part.plan)? {
        export::first(&mut context.out, &first.plan)?;
    }
    Ok(Some(receipt.strength))
}

/// The command that undoes it, for whoever is not in the repository.
fn here(undo: String, repo: &Path) -> String {
    let elsewhere = undo.starts_with("lazaret ") && repo != Path::new(".");
    if elsewhere { format!("{undo} --repo {}", inert::word(&repo.to_string_lossy())) } else { undo }
}

/// Whether the person said yes to just these plans. Silence, and the absence of anybody to ask, is no.
fn agreed(terms: &Terms, parts: &[Part]) -> anyhow::Result<bool> {
    if terms.yes {
        return Ok(true);
    }
    if !somebody_is_there() {
        bail!("nothing was done, because nobody can be asked here: --yes carries this plan out, --dry-run only shows it");
    }
    let ready: Vec<&Part> = parts.iter().filter(|part| part.is_ready()).collect();
    let steps: usize = ready.iter().map(|part| part.plan.steps.len()).sum();
    let verb = ready.first().map_or("", |part| part.plan.decision.verb.word());
    let question = if parts.len() > 1 {
        format!("{verb} in {steps} steps, in {} of {} repositories?", ready.len(), parts.len())
    } else {
        format!("{verb} in {steps} steps?")
    };
    Ok(confirm(&question))
}
