//! The conversation of a pull: comments, labels, the lock.

use super::Refused;
use crate::github::pull::Comment;
use crate::github::repo::Label;
use crate::github::world::World;

/// Adds a comment; returns its id.
pub fn comment(world: &mut World, repo: u64, number: u64, viewer: u64, body: &str) -> Result<u64, Refused> {
    let (id, at) = (world.fresh(), world.tick());
    if body.trim().is_empty() {
        return Err(Refused::Invalid("Body cannot be blank".to_owned()));
    }
    let pull = world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    pull.comments.push(Comment { id, by: Some(viewer), body: body.to_owned(), at });
    pull.updated = at;
    Ok(id)
}

/// Makes a label.
pub fn new_label(world: &mut World, repo: u64, name: &str, color: &str, description: Option<&str>) -> Result<(), Refused> {
    let id = world.fresh();
    let holder = world.repo_mut(repo);
    if holder.labels.iter().any(|label| label.name.eq_ignore_ascii_case(name)) {
        return Err(Refused::Invalid("already_exists".to_owned()));
    }
    holder.labels.push(Label { id, name: name.to_owned(), color: color.to_owned(), description: description.map(str::to_owned) });
    Ok(())
}

/// Puts a label on; GitHub makes one that does not exist.
pub fn label(world: &mut World, repo: u64, number: u64, viewer: u64, name: &str) -> Result<(), Refused> {
    let known = world.repo_mut(repo).labels.iter().find(|label| label.name.eq_ignore_ascii_case(name)).map(|label| label.name.clone());
    let name = match known {
        Some(name) => name,
        None => {
            new_label(world, repo, name, "ededed", None)?;
            name.to_owned()
        }
    };
    let (id, at) = (world.fresh(), world.tick());
    let pull = world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    if !pull.labels.contains(&name) {
        pull.labels.push(name.clone());
        pull.event(id, "labeled", Some(viewer), at, &name);
    }
    Ok(())
}

/// Takes a label off; one that is not there is a refusal.
pub fn unlabel(world: &mut World, repo: u64, number: u64, viewer: u64, name: &str) -> Result<(), Refused> {
    let (id, at) = (world.fresh(), world.tick());
    let pull = world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    let place = pull.labels.iter().position(|label| label.eq_ignore_ascii_case(name));
    let name = pull.labels.remove(place.ok_or_else(|| Refused::Missing("Label does not exist".to_owned()))?);
    pull.event(id, "unlabeled", Some(viewer), at, &name);
    Ok(())
}

/// Locks the conversation, or opens it again.
pub fn lock(world: &mut World, repo: u64, number: u64, viewer: u64, locked: Option<Option<String>>) -> Result<(), Refused> {
    let (id, at) = (world.fresh(), world.tick());
    let pull = world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    let kind = if locked.is_some() { "locked" } else { "unlocked" };
    let reason = locked.clone().flatten().unwrap_or_default();
    pull.locked = locked;
    pull.event(id, kind, Some(viewer), at, &reason);
    Ok(())
}
