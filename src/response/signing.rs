//! Signatures under decisions: which bytes a person's SSH key signs, and whether a signature in the record holds.
//!
//! `ssh-keygen` does the signing and the checking; keys, agents and tokens stay with it. Never a private key in this program.

mod keygen;

use std::path::{Path, PathBuf};

use crate::model::decision::{Decision, Signature};
use crate::model::person::Proof;
use crate::model::response::{CaseId, People, Plan};
use crate::model::review::Disposition;
use crate::response::error::ResponseError;
use crate::response::words::one_line;

/// With which key a person signs, and which file says whose key is whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// The key's file, private or public, or the public key itself behind `key::`, as git's `user.signingkey` has it.
    pub key: String,
    /// The file of allowed signers, when there is one.
    pub allowed: Option<PathBuf>,
}

/// What shows who holds the key of `signing`: its fingerprint, and whose the file of allowed signers says it is. `None` when that
/// file does not name it: then its signatures are anybody's.
///
/// # Errors
/// When `ssh-keygen` is not there or the key cannot be read.
pub fn proof(signing: &Signing) -> Result<Option<Proof>, ResponseError> {
    let fingerprint = keygen::fingerprint(&signing.key)?;
    let Some(allowed) = &signing.allowed else { return Ok(None) };
    let principal = keygen::principal(allowed, &fingerprint)?;
    Ok(principal.map(|principal| Proof::Key { fingerprint, principal }))
}

/// `plan` with its decision signed by the key of `signing`. Looked at again before it is believed.
///
/// # Errors
/// When `ssh-keygen` is not there, the key cannot be used, or the file of allowed signers does not accept what it signed.
pub fn seal(plan: &Plan, signing: &Signing) -> Result<Plan, ResponseError> {
    let bytes = canonical(&plan.case, &plan.decision, &plan.people);
    let text = keygen::sign(&signing.key, &bytes)?;
    let (key, principal) = match key_of(&plan.decision) {
        Some((key, principal)) => (key.to_owned(), principal.to_owned()),
        None => (keygen::fingerprint(&signing.key)?, String::new()),
    };
    let mut sealed = plan.clone();
    sealed.decision.signature = Some(Signature { key, principal, text });
    verify(&sealed, signing.allowed.as_deref())
        .map_err(|why| ResponseError::Usage(format!("what was just signed is not accepted: {why}")))?;
    Ok(sealed)
}

/// Whether the signature under `plan` holds: it covers just this decision, it is by the key it says, and the file of allowed
/// signers says whose that is. A decision that neither has a signature nor claims a key holds too.
///
/// # Errors
/// In one sentence why not.
pub fn verify(plan: &Plan, allowed: Option<&Path>) -> Result<(), String> {
    let decision = &plan.decision;
    let claimed = key_of(decision);
    let Some(signature) = &decision.signature else {
        return match claimed {
            Some((key, _)) => {
                Err(format!("it says that {} decided with the key {key}, and carries no signature", one_line(&decision.reviewer.identity)))
            }
            None => Ok(()),
        };
    };
    if let Some((key, principal)) = claimed
        && (key != signature.key || principal != signature.principal)
    {
        return Err(format!("it is signed by the key {}, and claims to be by {key}", signature.key));
    }
    let bytes = canonical(&plan.case, decision, &plan.people);
    match (signature.principal.as_str(), allowed) {
        ("", _) => keygen::check(signature, &bytes),
        (_, Some(allowed)) => keygen::verify(signature, &bytes, allowed, decision.at),
        (principal, None) => Err(format!(
            "no file of allowed signers says that the key {} is {}'s; name one with: git config gpg.ssh.allowedSignersFile FILE",
            signature.key,
            one_line(principal)
        )),
    }
}

/// The key that a decision says it was made with.
fn key_of(decision: &Decision) -> Option<(&str, &str)> {
    decision.reviewer.proofs.iter().find_map(|proof| match proof {
        Proof::Key { fingerprint, principal } => Some((fingerprint.as_str(), principal.as_str())),
        _ => None,
    })
}

/// How findings were judged, and what else was found in what is contained.
fn findings(decision: &Decision, add: &mut dyn FnMut(&str, &str)) {
    for (finding, judged) in &decision.dispositions {
        add("finding", &finding.0);
        match judged {
            Disposition::FalsePositive(reason) => add("false-positive", reason.word()),
            Disposition::AcceptedRisk(why) => add("accepted", why),
            Disposition::Fixed => add("fixed", ""),
        }
        if let Some(rule) = decision.rules.get(finding) {
            add("rule", rule.0);
        }
    }
    for (finding, rule) in decision.rules.iter().filter(|(known, _)| !decision.dispositions.iter().any(|(id, _)| id == *known)) {
        add("found", &finding.0);
        add("rule", rule.0);
    }
}

/// The bytes that a signature covers: every field of the decision with its name and length, in one fixed order, so that no two
/// different decisions share their bytes.
#[must_use]
pub fn canonical(case: &CaseId, decision: &Decision, people: &People) -> Vec<u8> {
    let mut bytes = b"lazaret/decision/1\n".to_vec();
    let mut add = |name: &str, text: &str| {
        bytes.extend_from_slice(format!("{name} {}:", text.len()).as_bytes());
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'\n');
    };
    add("case", &case.0);
    add("verb", decision.verb.word());
    add("at", &decision.at.0.to_string());
    add("reviewer", &decision.reviewer.identity);
    add("by", &decision.reviewer.by);
    for proof in &decision.reviewer.proofs {
        match proof {
            Proof::Account { host, account } => {
                add("account-host", host);
                add("account", &account.login);
                add("account-id", &account.id.map_or_else(String::new, |id| id.to_string()));
            }
            Proof::Key { fingerprint, principal } => {
                add("key", fingerprint);
                add("key-of", principal);
            }
            Proof::User { name, id, machine } => {
                add("user", name);
                add("user-id", &id.to_string());
                add("machine", machine);
            }
        }
    }
    add("reason", &decision.reason);
    for pull in &decision.pulls {
        add("origin", pull.origin.word());
        add("repository", &pull.repo);
        add("pull", &pull.name);
    }
    for subject in &decision.subjects {
        let revision = &subject.revision;
        for (name, id) in [("base", &revision.base), ("head", &revision.head), ("merge-base", &revision.merge_base)] {
            add(name, id.as_ref().map_or("", |id| id.as_str()));
        }
        add("diff", &subject.diff_digest);
        add("findings", &subject.findings_digest);
        add("rules", &subject.rules_digest);
        add("policy", &subject.policy_digest);
    }
    findings(decision, &mut add);
    // Decisions of older versions know nothing of it, and their signatures still hold.
    if !decision.rules_in_force.is_empty() {
        add("rules-in-force", &decision.rules_in_force);
    }
    for word in &decision.confirmed {
        add("confirmed", word);
    }
    match people {
        People::One => {}
        People::First(about) => {
            add("first-of", "two");
            about.iter().for_each(|about| add("about", about));
        }
        People::Second(after) => add("second-after", &after.0),
    }
    bytes
}
