//! What the issues claim that a change is linked with, and what of them was not read. An issue speaks of what is wanted and of the time
//! before, so that the change may bear it out and never contradicts it: nothing here becomes a finding.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::issue::{NamedIssues, UNSEEN};
use super::claims::judged::Judged;
use super::claims::{self, KINDS};
use super::facts::Facts;
use super::prose::{Sentence, sentences_of};
use super::task;
use crate::model::change::Change;
use crate::model::pull::Origin;
use crate::model::story::{Claim, Verdict};
use crate::model::testimony::{Foreign, ForeignIssue, Issue, MOST_ISSUES, Testimony};

/// Sentences of one issue that are read.
const MOST: usize = 100;
/// Issues that are named in one sentence.
const MOST_NAMED: usize = 4;
/// Kinds that speak of the time in which the issue was written, whatever the change comes to.
const OF_ITS_TIME: [&str; 2] = ["verified", "issue"];

/// The claims of the linked issues, each with the issue as its first place.
#[must_use]
pub fn claims(facts: &Facts<'_>) -> Vec<Claim> {
    let issues = facts.testimony().map(task::issues).unwrap_or_default();
    issues.into_iter().flat_map(|issue| read(facts, issue)).collect()
}

fn text(issue: &Issue) -> String {
    format!("{}\n\n{}", issue.title, issue.body)
}

fn read(facts: &Facts<'_>, issue: &Issue) -> Vec<Claim> {
    let from = format!("issue {}", name(facts.change, issue));
    let (sentences, _) = sentences_of(&text(issue), MOST);
    let of = |sentence: &Sentence| -> Vec<Claim> {
        KINDS.iter().filter_map(|kind| kind.judge(facts, sentence)).map(|judged| wanted(judged, &from)).collect()
    };
    sentences.iter().flat_map(of).collect()
}

/// `#12`, or with its repository where that is another one.
fn name(change: &Change, issue: &Issue) -> String {
    let own = issue.repository.eq_ignore_ascii_case(&change.pull.at.repo);
    format!("{}#{}", if own { "" } else { &issue.repository }, issue.number)
}

fn wanted(judged: Judged, from: &str) -> Claim {
    let Claim { text, verdict, places } = judged.claim;
    let borne = verdict == Verdict::Supported && !OF_ITS_TIME.contains(&judged.kind);
    let (verdict, places) = if borne {
        (verdict, places)
    } else {
        (Verdict::Uncheckable, vec!["the change need not say so: it is asked for there, or tells of before".to_owned()])
    };
    Claim { text, verdict, places: std::iter::once(from.to_owned()).chain(places).collect() }
}

/// What of the issues that belong to `change` was not read, one sentence for each reason.
#[must_use]
pub fn unread(change: &Change, testimony: &Testimony) -> Vec<String> {
    if change.pull.at.origin != Origin::Github {
        return Vec::new();
    }
    let mut all = Vec::new();
    let NamedIssues { own, foreign, beyond } = claims::issues(change);
    let over: Vec<String> = own.into_iter().skip(MOST_ISSUES).map(|number| format!("#{number}")).collect();
    if !over.is_empty() {
        all.push(format!("{} not read, since no more than {MOST_ISSUES} are asked about", named(&over)));
    }
    all.extend(elsewhere(foreign, testimony));
    if !beyond.is_empty() {
        let beyond: Vec<String> = beyond.into_iter().collect();
        all.push(format!("{} not checked, being of another host", named(&beyond)));
    }
    let known = u64::try_from(testimony.linked.len()).unwrap_or(u64::MAX);
    let linked = change.pull.standing.as_ref().map_or(0, |standing| standing.linked);
    if testimony.unasked.is_none() && known > 0 && linked > known {
        all.push(format!("{known} of the {linked} issues that its forge links were read, the others were not given"));
    }
    let long: Vec<String> = task::issues(testimony)
        .into_iter()
        .filter(|issue| sentences_of(&text(issue), MOST).1 > 0)
        .map(|issue| name(change, issue))
        .collect();
    if !long.is_empty() {
        all.push(format!("only the first {MOST} sentences were read of what the message points to: {}", long.join(", ")));
    }
    all
}

/// What of the issues of other repositories was not read: none is more than looked for, and some are not even that.
fn elsewhere(issues: BTreeSet<ForeignIssue>, testimony: &Testimony) -> Vec<String> {
    let mut by: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (at, issue) in issues.into_iter().enumerate() {
        let why = match testimony.foreign.get(&issue) {
            Some(Foreign::There) => "looked for and not read, being of another repository".to_owned(),
            Some(Foreign::Unseen) => format!("not checked: {UNSEEN}"),
            Some(Foreign::Unknown(why)) => format!("not checked: {why}"),
            None if at >= MOST_ISSUES => format!("not checked, since no more than {MOST_ISSUES} of other repositories are asked about"),
            None => "not checked, being of another repository".to_owned(),
        };
        by.entry(why).or_default().push(issue.to_string());
    }
    by.into_iter().map(|(why, issues)| format!("{} {why}", named(&issues))).collect()
}

fn named(issues: &[String]) -> String {
    let shown = issues.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = issues.len().saturating_sub(MOST_NAMED);
    match (issues.len(), more) {
        (1, _) => format!("the message names issue {shown}, which was"),
        (_, 0) => format!("the message names the issues {shown}, which were"),
        _ => format!("the message names the issues {shown} and {more} more, which were"),
    }
}
