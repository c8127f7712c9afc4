//! When it takes two people, and why, in words.

use crate::model::decision::Verb;
use crate::model::policy::{Occasion, Policy, Touched};
use crate::model::response::{Plan, Step};
use crate::model::rule::Severity;
use crate::response::policy::judgement::{Judgement, Situation};
use crate::response::policy::paths;
use crate::response::words::{few, one_line};

/// Adds a reason for each occasion that `plan` meets.
pub(super) fn two(policy: &Policy, plan: &Plan, situation: &Situation<'_>, judgement: &mut Judgement) {
    for demand in &policy.two {
        let why = match plan.decision.verb {
            Verb::Approve => situation.touched.iter().find_map(|one| approval(demand.value, policy, one)),
            Verb::Release if demand.value == Occasion::Release => Some("it ends a quarantine".to_owned()),
            Verb::Revert if demand.value == Occasion::Revert => Some("every revert does".to_owned()),
            Verb::Revert if demand.value == Occasion::BatchRevert => batch(plan, situation.among),
            _ => None,
        };
        judgement.reasons.extend(why.map(|why| format!("{why} ({})", one_line(&demand.from))));
    }
    judgement.reasons.dedup();
}

fn approval(occasion: Occasion, policy: &Policy, touched: &Touched) -> Option<String> {
    let name = one_line(&touched.name);
    let shown = |paths: &[crate::model::path::RepoPath]| {
        let paths: Vec<_> = paths.iter().map(|path| one_line(&path.text())).collect();
        few(&paths, 3)
    };
    match occasion {
        Occasion::Approve => Some("every approval does".to_owned()),
        Occasion::Severity(least) => {
            let worst = touched.findings.iter().map(|(severity, _)| *severity).max()?;
            (worst >= least).then(|| format!("{name} has a finding that is {}", worst.word()))
        }
        Occasion::Class(class) => {
            let hit = touched.findings.iter().any(|(severity, of)| *of == class && *severity >= Severity::Medium);
            hit.then(|| format!("{name} has a finding of class {}", class.word()))
        }
        Occasion::SensitivePath => paths::why_sensitive(policy, touched),
        Occasion::InstallCode => {
            let package = touched.packages.iter().find(|package| package.installs_code)?;
            Some(format!("{} runs code when it is installed, or comes from an unusual source", one_line(&package.name)))
        }
        Occasion::Workflow => (!touched.workflows.is_empty()).then(|| format!("{} is the forge's automation", shown(&touched.workflows))),
        Occasion::AgentConfig => (!touched.agent_config.is_empty()).then(|| format!("{} steers agents", shown(&touched.agent_config))),
        Occasion::Release | Occasion::Revert | Occasion::BatchRevert => None,
    }
}

fn batch(plan: &Plan, among: usize) -> Option<String> {
    let commits: usize =
        plan.steps.iter().map(|planned| if let Step::Revert { targets, .. } = &planned.step { targets.len() } else { 0 }).sum();
    let several = among.max(plan.decision.pulls.len()).max(commits);
    (several > 1).then(|| format!("it takes back {several} changes at once"))
}
