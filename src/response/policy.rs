//! A plan in the eyes of the policy: refusals, warnings, how many people it takes, what has to be typed. Pure judgement: what is
//! asked of files and forges is in the [`Situation`].
//!
//! Nothing here stands in the way of containment: a quarantine is never refused and never waits for a second person.

mod first;
mod judgement;
mod occasions;
mod paths;
mod people;

use crate::model::decision::Verb;
use crate::model::policy::{AT_ONCE, Policy, Touched};
use crate::model::response::{People, Plan, PlannedStep, Step, Strength};
use crate::response::words::{count, few, one_line};

pub use self::first::{First, about, named, still_holds};
pub use self::judgement::{Judgement, Members, Situation};
pub use self::people::teams;

/// Judges `plan`.
#[must_use]
pub fn judge(plan: &Plan, situation: &Situation<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    let verb = plan.decision.verb;
    let policy = match situation.policy {
        Ok(policy) => policy,
        Err(why) => {
            closed(verb, why, &mut judgement);
            return judgement;
        }
    };
    judgement.warnings.extend(situation.touched.iter().filter_map(paths::own_policy));
    if verb == Verb::Approve {
        judgement.warnings.extend(policy.notes.iter().map(|note| one_line(note)));
        bulk(policy, situation, &mut judgement);
        auto_merge(policy, situation.touched, &mut judgement);
        paths::scopes(policy, situation.touched, &mut judgement);
        judgement.words = names(policy, situation.touched);
    }
    people::deciders(policy, plan, situation, &mut judgement);
    occasions::two(policy, plan, situation, &mut judgement);
    people::settle(policy, plan, situation, &mut judgement);
    judgement
}

/// What of a change lies outside the scopes that `policy` leaves its agent, in sentences.
#[must_use]
pub fn outside(policy: &Policy, touched: &Touched) -> Vec<String> {
    paths::outside(policy, touched)
}

/// Puts `judgement` into `plan`. The first of two records its decision and does nothing else.
pub fn apply(plan: &mut Plan, judgement: Judgement) {
    plan.refusals.extend(judgement.refusals);
    plan.warnings.extend(judgement.warnings);
    plan.words = judgement.words;
    plan.people = judgement.people;
    if !plan.refusals.is_empty() {
        plan.steps.clear();
        return;
    }
    let why = few(&judgement.reasons, 3);
    match &plan.people {
        People::One => {}
        People::First(_) if plan.steps.is_empty() => plan.people = People::One,
        People::First(_) => {
            let what = if plan.decision.verb == Verb::Approve { "approval" } else { plan.decision.verb.word() };
            let says = format!("record this {what} as the first of two; it takes effect when a second person decides the same, blind");
            plan.steps = vec![PlannedStep::new(Step::Record, says, Strength::Advisory)];
            plan.warnings.push(format!("it takes two people: {why}"));
        }
        People::Second(_) => plan.warnings.push(format!("it takes two people, and you are the second: {why}")),
    }
}

/// A policy that nobody can read lets nothing in and nothing out; what holds things is done all the same.
fn closed(verb: Verb, why: &str, judgement: &mut Judgement) {
    let says = format!("the policy cannot be read: {}", one_line(why));
    match verb {
        Verb::Approve | Verb::Release | Verb::Unblock => judgement.refusals.push(format!("{says}; nothing is let in until it can")),
        _ => judgement.warnings.push(says),
    }
}

/// Several at once: not too many, and none with something to judge.
fn bulk(policy: &Policy, situation: &Situation<'_>, judgement: &mut Judgement) {
    let (touched, among) = (situation.touched, situation.among.max(situation.touched.len()));
    if among < 2 {
        return;
    }
    let most = policy.at_once.as_ref().map_or(AT_ONCE, |most| most.value);
    if among > most {
        let whose = policy.at_once.as_ref().map_or_else(|| "lazaret".to_owned(), |most| one_line(&most.from));
        judgement.refusals.push(format!(
            "{} at once are more than the {most} that {whose} allows; a look at each is worth more than a stamp on all",
            count(among, "pull")
        ));
    }
    for one in touched.iter().filter(|one| one.findings.iter().any(|(severity, _)| severity.is_hard())) {
        judgement.refusals.push(format!("{} has hard findings; approve it by itself, not among others", one_line(&one.name)));
    }
}

fn auto_merge(policy: &Policy, touched: &[Touched], judgement: &mut Judgement) {
    for one in touched.iter().filter(|one| one.auto_merge) {
        let name = one_line(&one.name);
        match policy.never_auto_merge.first() {
            Some(demand) => judgement.refusals.push(format!(
                "auto-merge is on for {name}, and {} never lets a machine merge: switch it off there, then approve",
                one_line(&demand.from)
            )),
            None => judgement.warnings.push(format!("auto-merge is on for {name}: once its checks pass it is merged without anybody")),
        }
    }
}

/// The packages whose names have to be typed.
fn names(policy: &Policy, touched: &[Touched]) -> Vec<String> {
    if policy.type_names.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<String> =
        touched.iter().flat_map(|one| &one.packages).filter(|package| package.is_news).map(|package| package.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}
