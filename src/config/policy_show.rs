//! A policy in force as people read it: each demand in the words of a policy file, with the source it comes from behind it.

use std::fmt::Write as _;

use crate::model::policy::{AT_ONCE, Demand, HOURS, Occasion, Outside, Policy, Who};

/// `policy`, line by line.
#[must_use]
pub fn lines(policy: &Policy) -> Vec<String> {
    let mut lines = occasions(policy);
    lines.push(number("expires-after-hours", policy.hours.as_ref(), HOURS));
    lines.push(number("most-at-once", policy.at_once.as_ref(), AT_ONCE));
    lines.extend(policy.never_auto_merge.iter().map(|demand| format!("never-auto-merge = true  # {}", demand.from)));
    lines.extend(policy.code_owners.iter().map(|demand| format!("code-owners = true  # {}", demand.from)));
    lines.extend(policy.type_names.iter().map(|demand| format!("type-package-names = true  # {}", demand.from)));
    for demand in &policy.sensitive {
        let mut line = format!("sensitive: paths = {}", texts(&demand.value.paths));
        if !demand.value.owners.is_empty() {
            let _ = write!(line, ", owners = {}", people(&demand.value.owners));
        }
        lines.push(format!("{line}  # {}", demand.from));
    }
    for demand in &policy.scopes {
        let scope = &demand.value;
        let outside = match scope.outside {
            Outside::Refuse => "refuse",
            Outside::TwoPeople => "two-people",
        };
        let (agent, only, never) = (&scope.agent, texts(&scope.only), texts(&scope.never));
        lines.push(format!("scope: agent = {agent:?}, only = {only}, never = {never}, outside = {outside:?}  # {}", demand.from));
    }
    for demand in &policy.deciders {
        lines.push(format!("deciders: {} = {}  # {}", demand.value.verb.word(), people(&demand.value.people), demand.from));
    }
    lines
}

/// One line for each source that has any.
fn occasions(policy: &Policy) -> Vec<String> {
    let of = |source: &String| -> Vec<String> {
        let own = |demand: &&Demand<Occasion>| demand.from == *source;
        policy.two.iter().filter(own).map(|demand| demand.value.word().to_owned()).collect()
    };
    let named = policy.sources.iter().map(|source| (of(source), source)).filter(|(words, _)| !words.is_empty());
    let lines: Vec<String> = named.map(|(words, source)| format!("two-people = {}  # {source}", texts(&words))).collect();
    if lines.is_empty() { vec!["two-people = []  # default".to_owned()] } else { lines }
}

fn number<T: std::fmt::Display>(key: &str, demand: Option<&Demand<T>>, default: T) -> String {
    match demand {
        Some(demand) => format!("{key} = {}  # {}", demand.value, demand.from),
        None => format!("{key} = {default}  # default"),
    }
}

fn texts(list: &[String]) -> String {
    format!("{list:?}")
}

fn people(list: &[Who]) -> String {
    texts(&list.iter().map(Who::text).collect::<Vec<_>>())
}
