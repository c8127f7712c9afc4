//! Addresses of pulls as repository and number.

use crate::model::pull::PullRef;
use crate::response::error::ResponseError;

/// Repository and number of a pull's address; a host before the repository is the forge's own.
pub(crate) fn address(pull: &PullRef) -> Result<(String, u64), ResponseError> {
    let odd = || ResponseError::Usage(format!("{pull} is no pull of a forge; write owner/repo#7"));
    let number = pull.name.strip_prefix('#').and_then(|number| number.parse().ok()).ok_or_else(odd)?;
    Ok((repository(pull).ok_or_else(odd)?, number))
}

/// `owner/name` of an address.
pub(crate) fn repository(pull: &PullRef) -> Option<String> {
    let parts: Vec<&str> = pull.repo.rsplit('/').take(2).collect();
    match parts.as_slice() {
        [name, owner] if !name.is_empty() && !owner.is_empty() => Some(format!("{owner}/{name}")),
        _ => None,
    }
}
