//! The commits of a revert, made through the API: objects first, the new branch last. A crash in between leaves objects that
//! nobody sees.

use serde_json::{Value, json};

use crate::model::commit_id::CommitId;
use crate::model::forge::{ForgeError, Method};
use crate::model::forge_step::TakeBack;
use crate::response::github::look::id;
use crate::response::github::revert::folders::Folders;
use crate::response::github::revert::tree::{Back, back, content};
use crate::response::github::shapes::{GitCommit, Ref, Sha};
use crate::response::github::work::{State, Work};

/// Whether the branch is there, with commits of this case.
pub(crate) fn look(work: &Work<'_>, _onto: &CommitId, _targets: &[TakeBack], branch: &str) -> Result<State, ForgeError> {
    let at: Ref = match work.ask.read(&work.route(&format!("git/ref/heads/{branch}"))) {
        Ok(at) => at,
        Err(ForgeError::NotFound(_)) => return Ok(State::Not),
        Err(error) => return Err(error),
    };
    let tip: GitCommit = work.ask.read(&work.route(&format!("git/commits/{}", at.object.sha)))?;
    if tip.message.contains(&format!("Case: {}", work.case.0)) {
        return Ok(State::So(at.object.sha));
    }
    Err(ForgeError::Invalid(format!("the branch {branch} is there with other commits; rename or remove it first")))
}

/// Makes the commits, one for each target, and the branch.
pub(crate) fn write(work: &Work<'_>, onto: &CommitId, targets: &[TakeBack], branch: &str) -> Result<(), ForgeError> {
    let repo = &work.step.spot.repo;
    let folders = Folders::of(work.ask, repo);
    let mut tip = folders.tip(onto)?;
    let mut parent = onto.clone();
    for target in targets {
        let changes = folders.changed(&target.before, &target.after)?;
        let done = back(&changes, &|path| tip.at(path), &|entry| content(&work.ask, repo, entry))?;
        if let Some(path) = done.conflicts.first() {
            return Err(ForgeError::Invalid(format!("{} conflicts in {path}; no branch was made", target.after.short())));
        }
        if done.changes.is_empty() {
            continue;
        }
        parent = commit(work, &parent, &done, &target.message)?;
        tip.take(done);
    }
    if parent == *onto {
        return Err(ForgeError::Invalid("nothing is left to take back; no branch was made".to_owned()));
    }
    let body = json!({ "ref": format!("refs/heads/{branch}"), "sha": parent.to_string() });
    work.ask.write(Method::Post, work.route("git/refs"), Some(&body)).map(drop)
}

fn commit(work: &Work<'_>, parent: &CommitId, done: &Back, message: &str) -> Result<CommitId, ForgeError> {
    let base: GitCommit = work.ask.read(&work.route(&format!("git/commits/{parent}")))?;
    let mut entries: Vec<Value> = Vec::new();
    for (path, entry) in &done.changes {
        entries.push(match entry {
            None => json!({ "path": path, "mode": "100644", "type": "blob", "sha": null }),
            Some(entry) => {
                if let Some(bytes) = &entry.made {
                    blob(work, bytes, &entry.sha)?;
                }
                json!({ "path": path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha })
            }
        });
    }
    let tree: Sha = work.ask.make(Method::Post, &work.route("git/trees"), &json!({ "base_tree": base.tree.sha, "tree": entries }))?;
    let body = json!({ "message": message, "tree": tree.sha, "parents": [parent.to_string()] });
    let made: Sha = work.ask.make(Method::Post, &work.route("git/commits"), &body)?;
    id(&made.sha)
}

/// A merged file, which must get the name that git gives it.
fn blob(work: &Work<'_>, bytes: &[u8], sha: &str) -> Result<(), ForgeError> {
    let body = match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "content": text, "encoding": "utf-8" }),
        Err(_) => json!({ "content": encoded(bytes), "encoding": "base64" }),
    };
    let made: Sha = work.ask.make(Method::Post, &work.route("git/blobs"), &body)?;
    if made.sha == sha {
        return Ok(());
    }
    Err(ForgeError::Garbled(format!("the forge kept a file as {} that is {sha}; no branch was made", made.sha)))
}

/// Base64.
fn encoded(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4_usize {
            let digit = usize::try_from(bits >> (18 - 6 * n) & 63).unwrap_or(0);
            text.push(if n > chunk.len() { '=' } else { DIGITS.get(digit).map_or('A', |digit| char::from(*digit)) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        for (bytes, text) in [(&b""[..], ""), (b"h", "aA=="), (b"he", "aGU="), (b"hel", "aGVs"), (&[0xFF, 0xEF], "/+8=")] {
            assert_eq!(encoded(bytes), text);
        }
    }
}
