//! Who decides, as git's configuration says, and the signature made from it.

use std::path::PathBuf;

use git2::{Signature, Time};

use crate::model::decision::{Decision, Reviewer};
use crate::model::person::Proof;
use crate::response::error::ResponseError;
use crate::response::git::repo::Repo;
use crate::response::signing::Signing;
use crate::response::user;
use crate::response::words::one_line;

/// How we know a configured name.
const BY: &str = "git user.name and user.email";

/// The reviewer as configured.
pub(crate) fn reviewer(repo: &Repo) -> Result<Reviewer, ResponseError> {
    let config = repo.git.config().and_then(|mut config| config.snapshot());
    let get = |key: &str| {
        let config = config.as_ref().ok()?;
        config.get_str(key).ok().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let (Some(name), Some(email)) = (get("user.name"), get("user.email")) else {
        return Err(ResponseError::Usage(
            "git does not know who you are, and a decision needs a name: git config user.name and git config user.email".to_owned(),
        ));
    };
    let identity = format!("{} <{}>", one_line(&name), one_line(&email));
    Ok(Reviewer { identity, by: BY.to_owned(), proofs: user::account().into_iter().collect() })
}

/// Whom the configuration names, else the account of the system.
pub(crate) fn person(config: Option<&git2::Config>) -> Reviewer {
    let get = |key: &str| config?.get_string(key).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let proofs: Vec<Proof> = user::account().into_iter().collect();
    match (get("user.name"), get("user.email")) {
        (Some(name), Some(email)) => {
            Reviewer { identity: format!("{} <{}>", one_line(&name), one_line(&email)), by: BY.to_owned(), proofs }
        }
        _ => {
            let account = proofs.first().map_or_else(|| "somebody".to_owned(), Proof::words);
            Reviewer { identity: account, by: "operating system account".to_owned(), proofs }
        }
    }
}

/// How this person signs, as git's configuration says: `gpg.format` is `ssh` and `user.signingkey` names a key.
pub(crate) fn signing(config: &git2::Config) -> Option<Signing> {
    let text = |key: &str| config.get_string(key).ok().filter(|text| !text.trim().is_empty());
    if !text("gpg.format")?.eq_ignore_ascii_case("ssh") {
        return None;
    }
    let key = text("user.signingkey")?;
    let literal = key.starts_with("key::") || key.starts_with("ssh-");
    let key = if literal { key } else { config.get_path("user.signingkey").ok()?.to_string_lossy().into_owned() };
    Some(Signing { key, allowed: allowed_signers(config) })
}

/// The file that says whose key is whose.
pub(crate) fn allowed_signers(config: &git2::Config) -> Option<PathBuf> {
    let path = config.get_path("gpg.ssh.allowedsignersfile").ok()?;
    std::path::absolute(path).ok()
}

/// The signature of `decision`: its reviewer at its time, so that doing a step again makes the same commit.
pub(crate) fn signature(decision: &Decision) -> Result<Signature<'static>, ResponseError> {
    let identity = &decision.reviewer.identity;
    let (name, email) = identity.rsplit_once(" <").unwrap_or((identity, ""));
    let email = email.trim_end_matches('>');
    Signature::new(name, email, &Time::new(decision.at.0, 0)).map_err(|e| {
        let why = e.message().to_owned();
        ResponseError::Usage(format!("{identity} cannot sign a commit ({why}); set git config user.name and user.email"))
    })
}
