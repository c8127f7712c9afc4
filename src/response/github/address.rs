//! Addresses of pulls as repository and number.

use crate::model::commit_id::CommitId;
use crate::model::pull::PullRef;
use crate::response::error::ResponseError;
use crate::response::request::Target;

/// Repository and number of a pull's address; a host before the repository is the forge's own.
pub(crate) fn address(pull: &PullRef) -> Result<(String, u64), ResponseError> {
    let odd = || ResponseError::Usage(format!("{pull} is no pull of a forge; write owner/repo#7"));
    let number = pull.name.strip_prefix('#').and_then(|number| number.parse().ok()).ok_or_else(odd)?;
    Ok((repository(pull).ok_or_else(odd)?, number))
}

/// Repository and id of a commit that no pull brought: the id as it was read, else as it is written.
pub(crate) fn commit(target: &Target) -> Option<Result<(String, CommitId), ResponseError>> {
    let at = &target.pull;
    let id = target.subject.revision.head.clone().or_else(|| CommitId::parse(&at.name));
    let odd = || ResponseError::Usage(format!("{at} is not enough to name a commit; write its whole id"));
    at.is_bare_commit().then(|| repository(at).zip(id).ok_or_else(odd))
}

/// `owner/name` of an address.
pub(crate) fn repository(pull: &PullRef) -> Option<String> {
    let parts: Vec<&str> = pull.repo.rsplit('/').take(2).collect();
    match parts.as_slice() {
        [name, owner] if !name.is_empty() && !owner.is_empty() => Some(format!("{owner}/{name}")),
        _ => None,
    }
}
