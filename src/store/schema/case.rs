//! A case's payloads as stored: the intent with its whole plan, each step's outcome, the receipt.

use serde::{Deserialize, Serialize};

use super::draft::Judged;
use crate::model::commit_id::CommitId;
use crate::model::decision::{Decision, Reviewer, Subject, Verb};
use crate::model::finding::Fingerprint;
use crate::model::pull::{Origin, PullRef, Revision};
use crate::model::response::{
    CaseId, DenyEntry, OnFailure, Plan, PlannedStep, RefUpdate, RevertTarget, Step, StepOutcome, Strength, Trace,
};
use crate::model::time::Timestamp;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct IntentShape {
    v: u32,
    repository: String,
    case: String,
    decision: DecisionShape,
    steps: Vec<PlannedShape>,
    warnings: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct DecisionShape {
    verb: String,
    at: i64,
    reviewer: String,
    reviewer_by: String,
    reason: String,
    pulls: Vec<PullShape>,
    subjects: Vec<SubjectShape>,
    dispositions: Vec<(String, Judged)>,
}

#[derive(Serialize, Deserialize)]
struct PullShape {
    origin: String,
    repo: String,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct SubjectShape {
    base: Option<String>,
    head: Option<String>,
    merge_base: Option<String>,
    diff: String,
    findings: String,
    rules: String,
    policy: String,
}

#[derive(Serialize, Deserialize)]
struct PlannedShape {
    step: StepShape,
    says: String,
    strength: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    go_on: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    lacks: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum StepShape {
    PreserveEvidence { heads: Vec<String> },
    MoveRefs { refs: Vec<RefShape> },
    Deny { entries: Vec<DenyShape> },
    LiftDeny { case: String, entries: Vec<DenyShape> },
    Merge { ours: String, theirs: String, message: String, branch: String },
    Revert { targets: Vec<TargetShape>, onto: String, branch: String },
    Record,
}

#[derive(Serialize, Deserialize)]
struct RefShape {
    name: String,
    old: Option<String>,
    new: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct DenyShape {
    commit: String,
    patch_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct TargetShape {
    commit: String,
    mainline: Option<u32>,
    message: String,
}

#[derive(Serialize, Deserialize)]
struct OutcomeShape {
    v: u32,
    index: usize,
    strength: String,
    says: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace: Option<TraceShape>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TraceShape {
    Made(String),
    Found,
    Open,
}

/// The payload of an intent.
pub(crate) fn write_intent(repository: &str, plan: &Plan) -> Result<String, String> {
    let shape = IntentShape {
        v: VERSION,
        repository: repository.to_owned(),
        case: plan.case.0.clone(),
        decision: write_decision(&plan.decision),
        steps: plan.steps.iter().map(write_planned).collect(),
        warnings: plan.warnings.clone(),
    };
    serde_json::to_string(&shape).map_err(|e| e.to_string())
}

/// The repository and the plan of an intent's payload, or what is wrong with it.
pub(crate) fn read_intent(text: &str) -> Result<(String, Plan), String> {
    let shape: IntentShape = serde_json::from_str(text).map_err(|e| e.to_string())?;
    known(shape.v)?;
    let plan = Plan {
        case: CaseId(shape.case),
        decision: read_decision(shape.decision)?,
        steps: shape.steps.into_iter().map(read_planned).collect::<Result<_, _>>()?,
        refusals: Vec::new(),
        warnings: shape.warnings,
        conflicts: Vec::new(),
    };
    Ok((shape.repository, plan))
}

/// The payload of an outcome.
pub(crate) fn write_outcome(outcome: &StepOutcome) -> Result<String, String> {
    let strength = outcome.strength.word().to_owned();
    let trace = match &outcome.trace {
        Trace::Planned => None,
        Trace::Made(id) => Some(TraceShape::Made(id.clone())),
        Trace::Found => Some(TraceShape::Found),
        Trace::Open => Some(TraceShape::Open),
    };
    let shape = OutcomeShape { v: VERSION, index: outcome.index, strength, says: outcome.says.clone(), trace };
    serde_json::to_string(&shape).map_err(|e| e.to_string())
}

/// The outcome in a payload, or what is wrong with it.
pub(crate) fn read_outcome(text: &str) -> Result<StepOutcome, String> {
    let shape: OutcomeShape = serde_json::from_str(text).map_err(|e| e.to_string())?;
    known(shape.v)?;
    let trace = match shape.trace {
        None => Trace::Planned,
        Some(TraceShape::Made(id)) => Trace::Made(id),
        Some(TraceShape::Found) => Trace::Found,
        Some(TraceShape::Open) => Trace::Open,
    };
    Ok(StepOutcome { index: shape.index, strength: strength(&shape.strength)?, says: shape.says, trace })
}

fn known(version: u32) -> Result<(), String> {
    if version == VERSION { Ok(()) } else { Err(format!("format {version} is not known here")) }
}

fn write_decision(decision: &Decision) -> DecisionShape {
    DecisionShape {
        verb: decision.verb.word().to_owned(),
        at: decision.at.0,
        reviewer: decision.reviewer.identity.clone(),
        reviewer_by: decision.reviewer.by.clone(),
        reason: decision.reason.clone(),
        pulls: decision.pulls.iter().map(write_pull).collect(),
        subjects: decision.subjects.iter().map(write_subject).collect(),
        dispositions: decision.dispositions.iter().map(|(id, how)| (id.0.clone(), how.into())).collect(),
    }
}

fn read_decision(shape: DecisionShape) -> Result<Decision, String> {
    let dispositions = shape.dispositions.into_iter().map(|(id, how)| Ok((Fingerprint(id), how.read()?)));
    Ok(Decision {
        verb: Verb::parse(&shape.verb).ok_or_else(|| format!("unknown verb {:?}", shape.verb))?,
        pulls: shape.pulls.into_iter().map(read_pull).collect::<Result<_, _>>()?,
        subjects: shape.subjects.into_iter().map(read_subject).collect::<Result<_, _>>()?,
        reviewer: Reviewer { identity: shape.reviewer, by: shape.reviewer_by },
        reason: shape.reason,
        dispositions: dispositions.collect::<Result<_, String>>()?,
        at: Timestamp(shape.at),
    })
}

fn write_pull(pull: &PullRef) -> PullShape {
    PullShape { origin: pull.origin.word().to_owned(), repo: pull.repo.clone(), name: pull.name.clone() }
}

fn read_pull(shape: PullShape) -> Result<PullRef, String> {
    const ORIGINS: [Origin; 5] = [Origin::Local, Origin::Github, Origin::Patch, Origin::Tree, Origin::Demo];
    let origin = ORIGINS.into_iter().find(|origin| origin.word() == shape.origin);
    let origin = origin.ok_or_else(|| format!("unknown origin {:?}", shape.origin))?;
    Ok(PullRef { origin, repo: shape.repo, name: shape.name })
}

fn write_subject(subject: &Subject) -> SubjectShape {
    let text = |id: &Option<CommitId>| id.as_ref().map(ToString::to_string);
    SubjectShape {
        base: text(&subject.revision.base),
        head: text(&subject.revision.head),
        merge_base: text(&subject.revision.merge_base),
        diff: subject.diff_digest.clone(),
        findings: subject.findings_digest.clone(),
        rules: subject.rules_digest.clone(),
        policy: subject.policy_digest.clone(),
    }
}

fn read_subject(shape: SubjectShape) -> Result<Subject, String> {
    let read = |text: Option<String>| text.map(|hex| id(&hex)).transpose();
    Ok(Subject {
        revision: Revision { base: read(shape.base)?, head: read(shape.head)?, merge_base: read(shape.merge_base)? },
        diff_digest: shape.diff,
        findings_digest: shape.findings,
        rules_digest: shape.rules,
        policy_digest: shape.policy,
    })
}

fn write_planned(planned: &PlannedStep) -> PlannedShape {
    PlannedShape {
        step: write_step(&planned.step),
        says: planned.says.clone(),
        strength: planned.strength.word().to_owned(),
        go_on: planned.on_failure == OnFailure::GoOn,
        lacks: planned.lacks.clone(),
    }
}

fn read_planned(shape: PlannedShape) -> Result<PlannedStep, String> {
    let on_failure = if shape.go_on { OnFailure::GoOn } else { OnFailure::Stop };
    let (step, strength) = (read_step(shape.step)?, strength(&shape.strength)?);
    Ok(PlannedStep { step, says: shape.says, strength, on_failure, lacks: shape.lacks })
}

fn write_step(step: &Step) -> StepShape {
    match step {
        Step::PreserveEvidence { heads } => StepShape::PreserveEvidence { heads: heads.iter().map(ToString::to_string).collect() },
        Step::MoveRefs(refs) => StepShape::MoveRefs { refs: refs.iter().map(write_ref).collect() },
        Step::Deny(entries) => StepShape::Deny { entries: entries.iter().map(write_deny).collect() },
        Step::LiftDeny { case, entries } => StepShape::LiftDeny { case: case.0.clone(), entries: entries.iter().map(write_deny).collect() },
        Step::Merge { ours, theirs, message, branch } => {
            StepShape::Merge { ours: ours.to_string(), theirs: theirs.to_string(), message: message.clone(), branch: branch.clone() }
        }
        Step::Revert { targets, onto, branch } => {
            StepShape::Revert { targets: targets.iter().map(write_target).collect(), onto: onto.to_string(), branch: branch.clone() }
        }
        Step::Record => StepShape::Record,
    }
}

fn read_step(shape: StepShape) -> Result<Step, String> {
    Ok(match shape {
        StepShape::PreserveEvidence { heads } => {
            Step::PreserveEvidence { heads: heads.iter().map(|hex| id(hex)).collect::<Result<_, _>>()? }
        }
        StepShape::MoveRefs { refs } => Step::MoveRefs(refs.into_iter().map(read_ref).collect::<Result<_, _>>()?),
        StepShape::Deny { entries } => Step::Deny(entries.into_iter().map(read_deny).collect::<Result<_, _>>()?),
        StepShape::LiftDeny { case, entries } => {
            Step::LiftDeny { case: CaseId(case), entries: entries.into_iter().map(read_deny).collect::<Result<_, _>>()? }
        }
        StepShape::Merge { ours, theirs, message, branch } => Step::Merge { ours: id(&ours)?, theirs: id(&theirs)?, message, branch },
        StepShape::Revert { targets, onto, branch } => {
            Step::Revert { targets: targets.into_iter().map(read_target).collect::<Result<_, _>>()?, onto: id(&onto)?, branch }
        }
        StepShape::Record => Step::Record,
    })
}

fn write_ref(update: &RefUpdate) -> RefShape {
    let text = |id: &Option<CommitId>| id.as_ref().map(ToString::to_string);
    RefShape { name: update.name.clone(), old: text(&update.old), new: text(&update.new) }
}

fn read_ref(shape: RefShape) -> Result<RefUpdate, String> {
    let read = |text: Option<String>| text.map(|hex| id(&hex)).transpose();
    Ok(RefUpdate { name: shape.name, old: read(shape.old)?, new: read(shape.new)? })
}

fn write_deny(entry: &DenyEntry) -> DenyShape {
    DenyShape { commit: entry.commit.to_string(), patch_id: entry.patch_id.clone() }
}

fn read_deny(shape: DenyShape) -> Result<DenyEntry, String> {
    Ok(DenyEntry { commit: id(&shape.commit)?, patch_id: shape.patch_id })
}

fn write_target(target: &RevertTarget) -> TargetShape {
    TargetShape { commit: target.commit.to_string(), mainline: target.mainline, message: target.message.clone() }
}

fn read_target(shape: TargetShape) -> Result<RevertTarget, String> {
    Ok(RevertTarget { commit: id(&shape.commit)?, mainline: shape.mainline, message: shape.message })
}

fn id(hex: &str) -> Result<CommitId, String> {
    CommitId::parse(hex).ok_or_else(|| format!("{hex:?} is no commit id"))
}

fn strength(word: &str) -> Result<Strength, String> {
    let all = [Strength::Failed, Strength::Advisory, Strength::Enforced];
    all.into_iter().find(|strength| strength.word() == word).ok_or_else(|| format!("unknown strength {word:?}"))
}
