//! What a release lets go: the pulls that the named cases hold, each read and judged as it is now. Nothing is planned here.

use crate::analysis::engine::Engine;
use crate::model::cancel::Cancel;
use crate::model::decision::{Subject, Verb};
use crate::model::policy::Touched;
use crate::model::pull::{Origin, PullRef};
use crate::model::report::Report;
use crate::model::response::CaseId;
use crate::response::error::ResponseError;
use crate::response::journal::{Case, Journal};
use crate::response::policy::named;
use crate::response::request::{Request, Target};
use crate::response::words::{count, few, one_line};
use crate::runtime::judging::judged;
use crate::runtime::seen::target;
use crate::sources::source::{Source, SourceError};

/// A held pull as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The pull.
    pub pull: PullRef,
    /// Its exact bytes.
    pub subject: Subject,
    /// What a policy looks at in it.
    pub touched: Touched,
    /// What was found in it, in one sentence.
    pub says: String,
}

/// The pulls that the cases meant by `request` hold, each once, as they were when they were held; `place` as journals name it.
///
/// # Errors
/// When the journal cannot be read.
pub fn recorded(request: &Request, journal: &dyn Journal, place: &str) -> Result<Vec<(PullRef, Subject)>, ResponseError> {
    let mut found: Vec<(PullRef, Subject)> = Vec::new();
    let cases = journal.cases()?;
    let own = cases.iter().rev().filter(|case| case.repository == place && case.plan.decision.verb == Verb::Quarantine);
    for case in own {
        let decision = &case.plan.decision;
        for (pull, subject) in decision.pulls.iter().zip(&decision.subjects) {
            let meant = request.targets.iter().any(|target| is_meant(target, case, pull));
            if meant && !found.iter().any(|(known, _)| named(known) == named(pull)) {
                found.push((pull.clone(), subject.clone()));
            }
        }
    }
    found.sort_by_key(|(pull, _)| named(pull));
    Ok(found)
}

fn is_meant(target: &Target, case: &Case, pull: &PullRef) -> bool {
    let is_local = pull.origin != Origin::Github;
    case.plan.case == CaseId(target.pull.name.clone())
        || named(&target.pull) == named(pull)
        || is_local && (target.pull.name == pull.name || !target.branch.is_empty() && target.branch == pull.name)
}

/// Reads and judges each of `pulls` as it is now.
///
/// # Errors
/// When one cannot be read: nobody can let go what nobody can look at.
pub fn read(source: &dyn Source, engine: &Engine, pulls: Vec<(PullRef, Subject)>, cancel: &Cancel) -> Result<Vec<Held>, SourceError> {
    pulls.into_iter().map(|(pull, then)| one(source, engine, pull, &then, cancel)).collect()
}

fn one(source: &dyn Source, engine: &Engine, pull: PullRef, then: &Subject, cancel: &Cancel) -> Result<Held, SourceError> {
    let change = source.change(&place(&pull, then), cancel)?;
    let report = judged(engine, source, &change, cancel)?;
    let mut target = target(&change, &report, &[]);
    target.touched.name = if pull.origin == Origin::Github { pull.to_string() } else { pull.name.clone() };
    let head = change.pull.revision.head.as_ref().map_or("its diff", |head| head.short());
    let says = format!("{} at {head}: {}", one_line(&target.touched.name), found(&report));
    Ok(Held { pull, subject: target.subject, touched: target.touched, says })
}

/// Where it is read: a branch that was held is gone, and its commits are there.
fn place(pull: &PullRef, then: &Subject) -> PullRef {
    match (&then.revision.base, &then.revision.head) {
        (Some(base), Some(head)) if pull.origin != Origin::Github => PullRef { name: format!("{base}..{head}"), ..pull.clone() },
        _ => pull.clone(),
    }
}

fn found(report: &Report) -> String {
    let hard: Vec<String> = report.hard().map(|finding| format!("{} {}", finding.severity.word(), finding.rule)).collect();
    match hard.len() {
        0 => format!("no hard findings, {}", count(report.findings.len(), "finding")),
        many => format!("{}: {}", count(many, "hard finding"), few(&hard, 4)),
    }
}
