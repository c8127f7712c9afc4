//! Who decides: whom the policy names, who never counts, and whether a second person is another one.

use crate::model::decision::{Reviewer, Verb};
use crate::model::forge::Account;
use crate::model::person::{Alike, Proof, compare};
use crate::model::policy::{Approval, Deciders, Demand, Policy, Touched, Who};
use crate::model::response::{CaseId, People, Plan};
use crate::response::policy::first::{First, about, is_fresh, still_holds};
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
    if bot && decides(plan.decision.verb) {
        judgement.refusals.push("a bot's or an agent's decision never counts: a person has to make it".to_owned());
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
    outsider(policy, plan, situation, &reasons, judgement);
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

/// Whether a decision with this verb is a person's only. Machines may hold, ask and block: nothing comes in by that.
fn decides(verb: Verb) -> bool {
    matches!(verb, Verb::Approve | Verb::Release | Verb::Revert | Verb::Unblock)
}

/// Refuses who may not write there, as a forge itself counts no approval of theirs, and who cannot be told from those around it.
fn outsider(policy: &Policy, plan: &Plan, situation: &Situation<'_>, reasons: &str, judgement: &mut Judgement) {
    let verb = plan.decision.verb;
    let named = |demand: &&Demand<Deciders>| {
        demand.value.verb == verb && demand.value.people.iter().any(|who| is(who, &plan.decision.reviewer.proofs, situation.members))
    };
    let is_named = policy.deciders.iter().any(|demand| named(&demand));
    for one in situation.touched {
        let name = one_line(&one.name);
        if one.writes == Some(false) && !is_named {
            judgement.refusals.push(format!(
                "it takes two people ({reasons}), and your account may not write to the repository of {name}, so it is none of them"
            ));
        }
        let untold = one.untold.iter().map(|why| one_line(why));
        match verb {
            Verb::Approve => judgement
                .refusals
                .extend(untold.map(|why| format!("it takes two people ({reasons}), and of {name} nobody can tell who they may be: {why}"))),
            _ => judgement.warnings.extend(untold.map(|why| format!("whoever decides on {name} may be part of it: {why}"))),
        }
    }
}

/// The first half that this decision completes. Halves that hold no longer are said, without what they said.
fn earlier(policy: &Policy, plan: &Plan, situation: &Situation<'_>, judgement: &mut Judgement) -> Option<First> {
    let mine = &plan.decision;
    for first in situation.firsts.iter().filter(|first| first.decision.verb == mine.verb) {
        if let Err(why) = still_holds(&first.decision, mine, policy.lasts(), situation.now) {
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
    approved_there(policy, plan, situation)
}

/// What to say of two keys used under one account of the operating system.
fn one_desk(one: &Reviewer, other: &Reviewer) -> Option<String> {
    let user = |reviewer: &Reviewer| reviewer.proofs.iter().find(|proof| matches!(proof, Proof::User { .. })).cloned();
    let (Some(one), Some(other)) = (user(one), user(other)) else { return None };
    (compare(std::slice::from_ref(&one), &[other]) == Alike::Same).then(|| {
        format!("both decisions are made under {}: two keys tell you apart, and whoever has that account may have both", one.words())
    })
}

/// An approval that stands on the forge, of this head, by somebody else who counts, and no older than any other, is a first half
/// of an approval too.
fn approved_there(policy: &Policy, plan: &Plan, situation: &Situation<'_>) -> Option<First> {
    if plan.decision.verb != Verb::Approve || situation.among > 1 {
        return None;
    }
    let ([one], [subject]) = (situation.touched, plan.decision.subjects.as_slice()) else { return None };
    let (host, head) = (one.host.as_ref()?, subject.revision.head.as_ref()?);
    let counts = |approval: &&Approval| {
        approval.head == *head && !approval.by.bot && approval.writes && is_fresh(approval.at, policy.lasts(), situation.now)
    };
    let approval = one.approvals.iter().filter(counts).find(|approval| {
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
    let accounts = reviewer.proofs.iter().filter_map(|proof| match proof {
        Proof::Account { account, .. } => Some(account),
        _ => None,
    });
    let wrote = mine.iter().any(|mine| touched.addresses.contains(mine))
        || accounts.into_iter().any(|account| touched.addresses.iter().any(|address| is_noreply(address, account)));
    wrote.then_some("wrote part of")
}

/// Whether `address` is the one that a forge gives `account` for commits: `ID+LOGIN@users.noreply.…`, or the older `LOGIN@…`.
fn is_noreply(address: &str, account: &Account) -> bool {
    let Some((local, _)) = address.split_once("@users.noreply.") else { return false };
    match local.split_once('+') {
        Some((id, _)) => account.id.is_some() && id.parse().ok() == account.id,
        None => local.eq_ignore_ascii_case(&account.login),
    }
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
        for belonging in paths::belongings(policy, one) {
            let owners = belonging.owners;
            let proofs = |reviewer: &Reviewer| owners.iter().any(|who| is(who, &reviewer.proofs, situation.members));
            if proofs(&plan.decision.reviewer) || before.is_some_and(|first| proofs(&first.decision.reviewer)) {
                continue;
            }
            let says = format!("{} belongs to {} ({})", few(&belonging.paths, 3), named(owners), one_line(belonging.from));
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

/// The teams that matter for a decision with `verb` on what is `touched`, each once: organisation and team.
#[must_use]
pub fn teams(policy: &Policy, verb: Verb, touched: &[Touched]) -> Vec<(String, String)> {
    let deciders = policy.deciders.iter().filter(|demand| demand.value.verb == verb).flat_map(|demand| &demand.value.people);
    let touched = touched.iter().filter(|_| verb == Verb::Approve);
    let owners = touched.flat_map(|one| paths::belongings(policy, one)).flat_map(|belonging| belonging.owners);
    let team = |who: &Who| match who {
        Who::Team { organisation, team } => Some((organisation.clone(), team.clone())),
        _ => None,
    };
    let mut teams: Vec<_> = deciders.chain(owners).filter_map(team).collect();
    teams.sort();
    teams.dedup();
    teams
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
