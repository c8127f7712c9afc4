//! A decision as stored: who, about which exact bytes, why, and what shows it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::draft::Judged;
use crate::model::commit_id::CommitId;
use crate::model::decision::{Decision, Reviewer, Signature, Subject, Verb};
use crate::model::finding::Fingerprint;
use crate::model::forge::Account;
use crate::model::person::Proof;
use crate::model::pull::{Origin, PullRef, Revision};
use crate::model::rule::RuleId;
use crate::model::time::Timestamp;

#[derive(Serialize, Deserialize)]
pub(crate) struct DecisionShape {
    verb: String,
    at: i64,
    reviewer: String,
    reviewer_by: String,
    reason: String,
    pulls: Vec<PullShape>,
    subjects: Vec<SubjectShape>,
    dispositions: Vec<(String, Judged)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    rules: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    proofs: Vec<ProofShape>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    rules_in_force: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    confirmed: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<SignatureShape>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
enum ProofShape {
    Account { host: String, login: String, id: Option<u64>, bot: bool },
    Key { fingerprint: String, principal: String },
    User { name: String, id: u32, machine: String },
}

#[derive(Serialize, Deserialize)]
struct SignatureShape {
    key: String,
    principal: String,
    ssh: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct PullShape {
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

/// `decision` as stored.
pub(crate) fn write(decision: &Decision) -> DecisionShape {
    DecisionShape {
        verb: decision.verb.word().to_owned(),
        at: decision.at.0,
        reviewer: decision.reviewer.identity.clone(),
        reviewer_by: decision.reviewer.by.clone(),
        reason: decision.reason.clone(),
        pulls: decision.pulls.iter().map(write_pull).collect(),
        subjects: decision.subjects.iter().map(write_subject).collect(),
        dispositions: decision.dispositions.iter().map(|(id, how)| (id.0.clone(), how.into())).collect(),
        rules: decision.rules.iter().map(|(id, rule)| (id.0.clone(), rule.0.to_owned())).collect(),
        proofs: decision.reviewer.proofs.iter().map(write_proof).collect(),
        rules_in_force: decision.rules_in_force.clone(),
        confirmed: decision.confirmed.clone(),
        signature: decision.signature.as_ref().map(|signature| SignatureShape {
            key: signature.key.clone(),
            principal: signature.principal.clone(),
            ssh: signature.text.clone(),
        }),
    }
}

/// The decision in `shape`, or what is wrong with it.
pub(crate) fn read(shape: DecisionShape) -> Result<Decision, String> {
    let dispositions = shape.dispositions.into_iter().map(|(id, how)| Ok((Fingerprint(id), how.read()?)));
    Ok(Decision {
        verb: Verb::parse(&shape.verb).ok_or_else(|| format!("unknown verb {:?}", shape.verb))?,
        pulls: shape.pulls.into_iter().map(read_pull).collect::<Result<_, _>>()?,
        subjects: shape.subjects.into_iter().map(read_subject).collect::<Result<_, _>>()?,
        reviewer: Reviewer { identity: shape.reviewer, by: shape.reviewer_by, proofs: shape.proofs.into_iter().map(read_proof).collect() },
        reason: shape.reason,
        dispositions: dispositions.collect::<Result<_, String>>()?,
        rules: shape.rules.into_iter().map(|(id, rule)| (Fingerprint(id), RuleId::named(&rule))).collect(),
        rules_in_force: shape.rules_in_force,
        confirmed: shape.confirmed,
        at: Timestamp(shape.at),
        signature: shape.signature.map(|kept| Signature { key: kept.key, principal: kept.principal, text: kept.ssh }),
    })
}

/// The address of a pull as stored.
pub(crate) fn write_pull(pull: &PullRef) -> PullShape {
    PullShape { origin: pull.origin.word().to_owned(), repo: pull.repo.clone(), name: pull.name.clone() }
}

/// The address in `shape`, or what is wrong with it.
pub(crate) fn read_pull(shape: PullShape) -> Result<PullRef, String> {
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

fn write_proof(proof: &Proof) -> ProofShape {
    match proof {
        Proof::Account { host, account } => {
            ProofShape::Account { host: host.clone(), login: account.login.clone(), id: account.id, bot: account.bot }
        }
        Proof::Key { fingerprint, principal } => ProofShape::Key { fingerprint: fingerprint.clone(), principal: principal.clone() },
        Proof::User { name, id, machine } => ProofShape::User { name: name.clone(), id: *id, machine: machine.clone() },
    }
}

fn read_proof(shape: ProofShape) -> Proof {
    match shape {
        ProofShape::Account { host, login, id, bot } => Proof::Account { host, account: Account { id, login, bot } },
        ProofShape::Key { fingerprint, principal } => Proof::Key { fingerprint, principal },
        ProofShape::User { name, id, machine } => Proof::User { name, id, machine },
    }
}

/// The commit id written as `hex`.
pub(crate) fn id(hex: &str) -> Result<CommitId, String> {
    CommitId::parse(hex).ok_or_else(|| format!("{hex:?} is no commit id"))
}
