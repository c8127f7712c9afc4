//! Who decides: whom the policy names, who never counts, and whether a second person is another one.

use crate::model::decision::{Reviewer, Verb};
use crate::model::person::{Alike, Proof, compare};
use crate::model::policy::{Policy, Touched, Who};
use crate::model::response::{CaseId, People, Plan};
use crate::response::policy::first::{First, about, still_holds};
use crate::response::policy::judgement::{Judgement, Members, Situation};
use crate::response::policy::paths;
use crate::response::words::{few, one_line};

/// Refuses who is not among those that the policy lets decide with this verb.
pub(super) fn deciders(policy: &Policy, plan: &Plan, situation: &Situation<'_>, judgement: &mut Judgement) {
    let decision = &plan.decision;
    for demand in policy.deciders.iter().filter(|demand| demand.value.verb == decision.verb) {
        let people = &demand.value.people;
        if !people.iter().any(|who| is(who, &decision.reviewer.proofs, situation.members)) {
            judgement.refusals.push(format!(
                "{} lets only {} {}, and you are known as {}",
                one_line(&demand.from),
                named(people),
                decision.verb.word(),
                known_as(&decision.reviewer)
            ));
        }
    }
}

/// Decides how many people it takes and which one this is.
pub(super) fn settle(policy: &Policy, plan: &Plan, situation: &Situation<'_>, judgement: &mut Judgement) {
    let reviewer = &plan.decision.reviewer;
    let party = situation.touched.iter().find_map(|one| party(reviewer, one).map(|part| format!("{part} {}", one_line(&one.name))));
    let bot = reviewer.proofs.iter().any(|proof| matches!(proof, Proof::Account { account, .. } if account.bot));
    if bot {
        judgement.refusals.push("a bot's decision never counts: a person has to make it".to_owned());
    }
    if judgement.reasons.is_empty() {
        judgement.warnings.extend(party.map(|part| format!("you {part} yourself; somebody else's look is worth more")));
        owners(policy, plan, None, situation, judgement);
        return;
    }
    let reasons = few(&judgement.reasons, 3);
    if let Some(part) = party {
        judgement.refusals.push(format!("it takes two people ({reasons}), and you are none of them: you {part} yourself"));
    }
    if reviewer.proofs.is_empty() {
        judgement.refusals.push(format!(
            "it takes two people ({reasons}), and nothing shows that you are {}: a name in git's configuration is a claim; sign your decisions with an SSH key (git config gpg.format ssh; git config user.signingkey FILE) that the file of allowed signers names",
            one_line(&reviewer.identity)
        ));
    }
    let before = earlier(policy, plan, situation, judgement);
    owners(policy, plan, before.as_ref(), situation, judgement);
    judgement.people = match before {
        Some(first) => People::Second(first.case),
        None => People::First(about(plan)),
    };
}

/// The first half that this decision completes. Halves that hold no longer are said, without what they said.
fn earlier(policy: &Policy, plan: &Plan, situation: &Situation<'_>, judgement: &mut Judgement) -> Option<First> {
    let mine = &plan.decision;
    for first in situation.firsts.iter().filter(|first| first.decision.verb == mine.verb) {
        if let Err(why) = still_holds(&first.decision, mine, policy.lasts()) {
            judgement.warnings.push(format!("an earlier first decision on this holds no longer: {why}"));
            continue;
        }
        match compare(&first.decision.reviewer.proofs, &mine.reviewer.proofs) {
            Alike::Different => {
                judgement.warnings.extend(one_desk(&first.decision.reviewer, &mine.reviewer));
                return Some(first.clone());
            }
            Alike::Same => judgement.refusals.push(format!(
                "you decided this already (case {}), and it waits for a second person; you cannot be both",
                first.case.0
            )),
            Alike::Unknown => judgement.refusals.push(
                "somebody decided this already, and nothing tells that you are another person: both need an account of the same forge, or an SSH key each"
                    .to_owned(),
            ),
        }
    }
    approved_there(plan, situation)
}

/// What to say of two keys used under one account of the operating system.
fn one_desk(one: &Reviewer, other: &Reviewer) -> Option<String> {
    let user = |reviewer: &Reviewer| reviewer.proofs.iter().find(|proof| matches!(proof, Proof::User { .. })).cloned();
    let (Some(one), Some(other)) = (user(one), user(other)) else { return None };
    (compare(std::slice::from_ref(&one), &[other]) == Alike::Same).then(|| {
        format!("both decisions are made under {}: two keys tell you apart, and whoever has that account may have both", one.words())
    })
}

/// An approval that stands on the forge, of this head and by somebody else who counts, is a first half too.
fn approved_there(plan: &Plan, situation: &Situation<'_>) -> Option<First> {
    let ([one], [subject]) = (situation.touched, plan.decision.subjects.as_slice()) else { return None };
    let (host, head) = (one.host.as_ref()?, subject.revision.head.as_ref()?);
    let approval = one.approvals.iter().filter(|approval| approval.head == *head && !approval.by.bot).find(|approval| {
        let theirs = Proof::Account { host: host.clone(), account: approval.by.clone() };
        let other = compare(std::slice::from_ref(&theirs), &plan.decision.reviewer.proofs) == Alike::Different;
        let reviewer = Reviewer { proofs: vec![theirs], ..Reviewer::default() };
        other && party(&reviewer, one).is_none()
    })?;
    let proofs = vec![Proof::Account { host: host.clone(), account: approval.by.clone() }];
    let reviewer = Reviewer { identity: format!("@{}", approval.by.login), by: format!("review on {host}"), proofs };
    let mut decision = plan.decision.clone();
    (decision.reviewer, decision.at, decision.signature) = (reviewer, approval.at, None);
    Some(First { case: CaseId(format!("review by @{}", one_line(&approval.by.login))), decision })
}

/// What `reviewer` has to do with a change, so that their approval is no second look.
fn party(reviewer: &Reviewer, touched: &Touched) -> Option<&'static str> {
    let by_account = touched.parties.iter().find(|(_, account)| {
        let host = touched.host.clone().unwrap_or_default();
        let theirs = [Proof::Account { host, account: account.clone() }];
        compare(&theirs, &reviewer.proofs) == Alike::Same
    });
    if let Some((part, _)) = by_account {
        return Some(part);
    }
    let mut mine: Vec<String> = address(&reviewer.identity).into_iter().collect();
    mine.extend(reviewer.proofs.iter().filter_map(|proof| match proof {
        Proof::Key { principal, .. } => Some(principal.to_lowercase()),
        _ => None,
    }));
    mine.iter().any(|mine| touched.addresses.contains(mine)).then_some("wrote part of")
}

/// The address of `Name <address>`, in lower case.
fn address(identity: &str) -> Option<String> {
    identity.rsplit_once('<').map(|(_, rest)| rest.trim_end_matches('>').to_lowercase())
}

/// One owner of each sensitive path must be among those who approve.
fn owners(policy: &Policy, plan: &Plan, before: Option<&First>, situation: &Situation<'_>, judgement: &mut Judgement) {
    if plan.decision.verb != Verb::Approve {
        return;
    }
    for one in situation.touched {
        for (demand, hits) in paths::sensitive(policy, one) {
            let owners = &demand.value.owners;
            let proofs = |reviewer: &Reviewer| owners.iter().any(|who| is(who, &reviewer.proofs, situation.members));
            let there = proofs(&plan.decision.reviewer) || before.is_some_and(|first| proofs(&first.decision.reviewer));
            if owners.is_empty() || there {
                continue;
            }
            let says = format!("{} belongs to {} ({})", few(&hits, 3), named(owners), one_line(&demand.from));
            // The first of two may be anybody, as long as an owner comes second.
            if judgement.reasons.is_empty() || before.is_some() {
                judgement.refusals.push(format!(
                    "{says}, and none of them is among those who approve; you are known as {}",
                    known_as(&plan.decision.reviewer)
                ));
            } else {
                judgement.warnings.push(format!("{says}: the second person has to be one of them"));
            }
        }
    }
}

/// Whether these proofs show somebody to be whom the policy names.
fn is(who: &Who, proofs: &[Proof], members: &Members) -> bool {
    proofs.iter().any(|proof| match (who, proof) {
        (Who::Login(login), Proof::Account { account, .. }) => !account.bot && login.eq_ignore_ascii_case(&account.login),
        (Who::Id(id), Proof::Account { account, .. }) => account.id == Some(*id),
        (Who::Team { organisation, team }, Proof::Account { account, .. }) => members.iter().any(|(of, name, member)| {
            of.eq_ignore_ascii_case(organisation) && name.eq_ignore_ascii_case(team) && member.id.is_some() && member.id == account.id
        }),
        (Who::Key(key), Proof::Key { fingerprint, .. }) => key == fingerprint,
        (Who::Principal(name), Proof::Key { principal, .. }) => name.eq_ignore_ascii_case(principal),
        (Who::User(user), Proof::User { name, .. }) => user == name,
        _ => false,
    })
}

fn named(people: &[Who]) -> String {
    let texts: Vec<String> = people.iter().map(|who| one_line(&who.text())).collect();
    if texts.is_empty() { "nobody".to_owned() } else { few(&texts, 5) }
}

fn known_as(reviewer: &Reviewer) -> String {
    let proofs: Vec<String> = reviewer.proofs.iter().map(|proof| one_line(&proof.words())).collect();
    if proofs.is_empty() { format!("{}, which is only a claim", one_line(&reviewer.identity)) } else { proofs.join(" and ") }
}
