//! A plan and its receipt as one JSON object, for scripts: `lazaret/plan/v1` and `lazaret/receipt/v1`.

use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::model::response::{OnFailure, Plan, PlannedStep, Receipt};

#[derive(Serialize)]
struct Whole<'a> {
    schema: &'static str,
    plan: PlanShape<'a>,
    receipt: Option<ReceiptShape<'a>>,
}

#[derive(Serialize)]
struct PlanShape<'a> {
    case: &'a str,
    verb: &'static str,
    pulls: Vec<String>,
    heads: Vec<Option<&'a str>>,
    reviewer: &'a str,
    reason: &'a str,
    allowed: bool,
    steps: Vec<StepShape<'a>>,
    refusals: &'a [String],
    warnings: &'a [String],
    conflicts: Vec<ConflictShape<'a>>,
    proposed: Vec<ProposedShape<'a>>,
}

#[derive(Serialize)]
struct ProposedShape<'a> {
    pull: String,
    why: &'a str,
}

#[derive(Serialize)]
struct StepShape<'a> {
    says: &'a str,
    strength: &'static str,
    lacks: Option<&'a str>,
    stops: bool,
}

#[derive(Serialize)]
struct ConflictShape<'a> {
    commit: &'a str,
    paths: Vec<String>,
}

#[derive(Serialize)]
struct ReceiptShape<'a> {
    strength: &'static str,
    why: Option<&'a str>,
    outcomes: Vec<OutcomeShape<'a>>,
    evidence: Option<&'a str>,
    undo: Option<&'a str>,
    ledger: Option<LedgerShape<'a>>,
}

#[derive(Serialize)]
struct OutcomeShape<'a> {
    step: usize,
    strength: &'static str,
    says: &'a str,
}

#[derive(Serialize)]
struct LedgerShape<'a> {
    record: u64,
    head: &'a str,
}

/// Writes `plan`, and what became of it when it was carried out.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(out: &mut dyn Write, plan: &Plan, receipt: Option<&Receipt>) -> io::Result<()> {
    let whole = Whole { schema: "lazaret/decision/v1", plan: shape(plan), receipt: receipt.map(outcome) };
    escape::pretty(out, &whole)
}

fn shape(plan: &Plan) -> PlanShape<'_> {
    let decision = &plan.decision;
    PlanShape {
        case: &plan.case.0,
        verb: decision.verb.word(),
        pulls: decision.pulls.iter().map(ToString::to_string).collect(),
        heads: decision.subjects.iter().map(|subject| subject.revision.head.as_ref().map(|id| id.as_str())).collect(),
        reviewer: &decision.reviewer.identity,
        reason: &decision.reason,
        allowed: plan.is_allowed(),
        steps: plan.steps.iter().map(StepShape::of).collect(),
        refusals: &plan.refusals,
        warnings: &plan.warnings,
        proposed: plan.proposed.iter().map(|one| ProposedShape { pull: one.at.to_string(), why: &one.why }).collect(),
        conflicts: plan
            .conflicts
            .iter()
            .map(|conflict| ConflictShape {
                commit: conflict.commit.as_str(),
                paths: conflict.paths.iter().map(|path| path.text().into_owned()).collect(),
            })
            .collect(),
    }
}

impl<'a> StepShape<'a> {
    fn of(planned: &'a PlannedStep) -> Self {
        Self {
            says: &planned.says,
            strength: planned.strength.word(),
            lacks: (!planned.lacks.is_empty()).then_some(planned.lacks.as_str()),
            stops: planned.on_failure == OnFailure::Stop,
        }
    }
}

fn outcome(receipt: &Receipt) -> ReceiptShape<'_> {
    ReceiptShape {
        strength: receipt.strength.word(),
        why: (!receipt.why.is_empty()).then_some(receipt.why.as_str()),
        outcomes: receipt
            .outcomes
            .iter()
            .map(|outcome| OutcomeShape { step: outcome.index + 1, strength: outcome.strength.word(), says: &outcome.says })
            .collect(),
        evidence: receipt.evidence.as_deref(),
        undo: receipt.undo.as_deref(),
        ledger: receipt.ledger_head.as_ref().map(|(record, head)| LedgerShape { record: *record, head }),
    }
}
