//! Merging, the queue, auto-merge, closing, drafts, new pulls and reverts; all with real commits.

use super::Refused;
use crate::github::account::Role;
use crate::github::bare::Person;
use crate::github::gate;
use crate::github::opening::opened;
use crate::github::pull::{AutoMerge, Merged, Push};
use crate::github::world::World;

fn web(world: &World, viewer: u64) -> Person {
    let account = &world.accounts[&viewer];
    (account.login.clone(), format!("{}+{}@users.noreply.github.com", account.id, account.login))
}

/// Merges a pull; returns the commit that brought it in. `expected` is the guard against a moved head.
pub fn merge(world: &mut World, repo: u64, number: u64, viewer: u64, method: &str, expected: Option<&str>) -> Result<String, Refused> {
    let holder = world.repo_by(repo).expect("a repository of this world");
    let pull = holder.pulls.get(&number).ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    let (git, head, title) = (holder.git.clone(), pull.head_sha.clone(), pull.title.clone());
    if expected.is_some_and(|expected| expected != head) {
        return Err(Refused::Conflict("Head branch was modified. Review and try the merge again.".to_owned()));
    }
    if !pull.open || pull.draft || !pull.merges(&git) {
        return Err(Refused::NotAllowed("Pull Request is not mergeable".to_owned()));
    }
    if holder.queues.contains(&pull.base_ref) {
        return Err(Refused::NotAllowed("Changes must be made through the merge queue".to_owned()));
    }
    if let Some(why) = gate::blocked(world, holder, pull).filter(|_| !gate::bypasses(world, holder, viewer, &pull.base_ref)) {
        return Err(Refused::NotAllowed(why));
    }
    let base_ref = format!("refs/heads/{}", pull.base_ref);
    let tip = git.tip(&base_ref).expect("the base branch");
    let (who, commits) = (web(world, viewer), pull.commits(&git));
    let at = world.tick();
    let conflict = || Refused::NotAllowed("Pull Request is not mergeable".to_owned());
    let (made, method) = match method {
        "squash" => {
            let tree = git.merged_tree(&tip, &head).ok_or_else(conflict)?;
            (git.commit_tree(&tree, &[tip], &format!("{title} (#{number})"), &who, at).ok_or_else(conflict)?, "squash")
        }
        "rebase" => {
            let mut onto = tip;
            for told in &commits {
                let tree = git.replayed_tree(&told.sha, &onto, false).ok_or_else(conflict)?;
                onto = git.commit_tree(&tree, &[onto], &told.message, &told.author.0, at).ok_or_else(conflict)?;
            }
            (onto, "rebase")
        }
        _ => {
            let tree = git.merged_tree(&tip, &head).ok_or_else(conflict)?;
            let message = format!(
                "Merge pull request #{number} from {}\n\n{title}",
                world.repo_by(repo).map(|holder| holder.pulls[&number].head_ref.clone()).unwrap_or_default()
            );
            (git.commit_tree(&tree, &[tip, head], &message, &who, at).ok_or_else(conflict)?, "merge")
        }
    };
    git.point(&base_ref, &made);
    let id = world.fresh();
    let pull = world.pull_mut(repo, number).expect("it was just there");
    (pull.open, pull.closed, pull.auto_merge, pull.queued) = (false, Some(at), None, None);
    pull.merged = Some(Merged { at, by: Some(viewer), commit: made.clone(), method });
    pull.event(id, "merged", Some(viewer), at, &made);
    Ok(made)
}

/// Opens or closes a pull.
pub fn set_open(world: &mut World, repo: u64, number: u64, viewer: u64, open: bool) -> Result<(), Refused> {
    let (id, at) = (world.fresh(), world.tick());
    let pull = world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    if pull.merged.is_some() && open {
        return Err(Refused::Invalid("state cannot be changed. The pull request has been merged.".to_owned()));
    }
    if pull.open != open {
        pull.open = open;
        pull.closed = (!open).then_some(at);
        pull.event(id, if open { "reopened" } else { "closed" }, Some(viewer), at, "");
    }
    Ok(())
}

/// Makes a pull a draft, or ready again.
pub fn set_draft(world: &mut World, repo: u64, number: u64, viewer: u64, draft: bool) -> Result<(), Refused> {
    let (id, at) = (world.fresh(), world.tick());
    let pull = world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Could not resolve to a node".to_owned()))?;
    if !pull.open {
        return Err(Refused::Invalid("Pull request is closed".to_owned()));
    }
    if pull.draft == draft {
        let word = if draft { "already in draft" } else { "not in draft" };
        return Err(Refused::Invalid(format!("Pull request is {word} state")));
    }
    pull.draft = draft;
    pull.event(id, if draft { "convert_to_draft" } else { "ready_for_review" }, Some(viewer), at, "");
    Ok(())
}

/// Switches auto-merge on or off.
pub fn set_auto(world: &mut World, repo: u64, number: u64, viewer: u64, method: Option<&str>) -> Result<(), Refused> {
    let allowed = world.repo_by(repo).is_some_and(|repo| repo.auto_merge_allowed);
    let (id, at) = (world.fresh(), world.tick());
    let pull = world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Could not resolve to a node".to_owned()))?;
    match (method, &pull.auto_merge) {
        (Some(_), _) if !allowed => return Err(Refused::Invalid("Auto merge is not allowed for this repository".to_owned())),
        (Some(_), _) if !pull.open => return Err(Refused::Invalid("Pull request is closed".to_owned())),
        (None, None) => return Err(Refused::Invalid("Can't disable auto-merge for this pull request.".to_owned())),
        (method, _) => {
            pull.auto_merge = method.map(|method| AutoMerge { by: viewer, method: method.to_owned(), at });
            pull.event(id, if pull.auto_merge.is_some() { "auto_merge_enabled" } else { "auto_merge_disabled" }, Some(viewer), at, "");
        }
    }
    Ok(())
}

/// Puts a pull into the merge queue, or takes it out.
pub fn set_queued(world: &mut World, repo: u64, number: u64, viewer: u64, queued: bool, expected: Option<&str>) -> Result<(), Refused> {
    let (id, at) = (world.fresh(), world.tick());
    let queues = world.repo_by(repo).map(|repo| repo.queues.clone()).unwrap_or_default();
    let pull = world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Could not resolve to a node".to_owned()))?;
    if queued && !queues.contains(&pull.base_ref) {
        return Err(Refused::Invalid("Merge queue is not enabled on this branch".to_owned()));
    }
    if queued && (pull.draft || !pull.open) {
        return Err(Refused::Invalid("Pull request is not in a mergeable state".to_owned()));
    }
    if expected.is_some_and(|expected| expected != pull.head_sha) {
        return Err(Refused::Conflict("Head branch was modified. Review and try the merge again.".to_owned()));
    }
    if !queued && pull.queued.is_none() {
        return Err(Refused::Invalid("Pull request is not in the queue".to_owned()));
    }
    pull.queued = queued.then_some((at, viewer));
    pull.event(id, if queued { "added_to_merge_queue" } else { "removed_from_merge_queue" }, Some(viewer), at, "");
    Ok(())
}

/// A new pull: title, body, draft or not.
#[derive(Clone, Debug, Default)]
pub struct New {
    pub title: String,
    pub body: Option<String>,
    pub base: String,
    pub head: String,
    pub draft: bool,
}

/// Opens a pull from a branch of the same repository; returns its number.
pub fn create(world: &mut World, repo: u64, viewer: u64, new: New) -> Result<u64, Refused> {
    let id = world.fresh();
    let at = world.tick();
    let holder = world.repo_mut(repo);
    let branch = new.head.rsplit(':').next().unwrap_or_default().to_owned();
    let tip = |name: &str| holder.git.tip(&format!("refs/heads/{name}"));
    let (Some(head), Some(base)) = (tip(&branch), tip(&new.base)) else {
        return Err(Refused::Invalid("A branch of the pull request does not exist".to_owned()));
    };
    if holder.git.between(&base, &head).is_empty() {
        return Err(Refused::Invalid(format!("No commits between {} and {branch}", new.base)));
    }
    if holder.pulls.values().any(|pull| pull.open && pull.head_ref == branch && pull.base_ref == new.base) {
        return Err(Refused::Invalid(format!("A pull request already exists for {}:{branch}.", holder.owner_login)));
    }
    let number = holder.next;
    holder.next += 1;
    holder.git.point(&format!("refs/pull/{number}/head"), &head);
    let mut pull = opened(id, number, at, (new.base, base), (Some(repo), branch, head));
    (pull.title, pull.body, pull.author, pull.draft) = (new.title, new.body, Some(viewer), new.draft);
    holder.pulls.insert(number, pull);
    Ok(number)
}

/// Reverts a merged pull on a branch of its own and opens a pull for it; returns the new pull's number.
pub fn revert(world: &mut World, repo: u64, number: u64, viewer: u64, new: New) -> Result<u64, Refused> {
    let who = web(world, viewer);
    let at = world.tick();
    let holder = world.repo_by(repo).expect("a repository of this world");
    if world.role(holder, Some(viewer)) < Role::Write {
        return Err(Refused::Forbidden("Resource not accessible by integration".to_owned()));
    }
    let pull = holder.pulls.get(&number).ok_or_else(|| Refused::Missing("Could not resolve to a node".to_owned()))?;
    let merged = pull.merged.clone().ok_or_else(|| Refused::Invalid("Pull request is not merged".to_owned()))?;
    let (git, base, title) = (holder.git.clone(), pull.base_ref.clone(), pull.title.clone());
    let tip = git.tip(&format!("refs/heads/{base}")).expect("the base branch");
    let conflict = || {
        Refused::Invalid("Sorry, this pull request couldn't be reverted automatically. It may have already been reverted, or the content may have changed since it was merged.".to_owned())
    };
    let targets = if merged.method == "rebase" {
        git.history(&merged.commit).into_iter().take(pull.commits(&git).len()).map(|told| told.sha).collect()
    } else {
        vec![merged.commit]
    };
    let mut onto = tip;
    for sha in targets {
        let tree = git.replayed_tree(&sha, &onto, true).ok_or_else(conflict)?;
        onto = git.commit_tree(&tree, &[onto], &format!("Revert \"{title}\""), &who, at).ok_or_else(conflict)?;
    }
    let branch = format!("revert-{number}-{}", pull.head_ref);
    git.point(&format!("refs/heads/{branch}"), &onto);
    let body = new.body.or_else(|| Some(format!("Reverts {}#{number}", holder.full())));
    let title = if new.title.is_empty() { format!("Revert \"{title}\"") } else { new.title };
    create(world, repo, viewer, New { title, body, base, head: branch, draft: new.draft })
}

/// A branch moved: pulls from it have a new head, as after a push.
pub fn branch_moved(world: &mut World, repo: u64, branch: &str, push: &Push) {
    let holder = world.repo_mut(repo);
    let git = holder.git.clone();
    for pull in holder.pulls.values_mut().filter(|pull| pull.open && pull.head_repo == Some(repo) && pull.head_ref == branch) {
        git.point(&format!("refs/pull/{}/head", pull.number), &push.after);
        pull.head_sha.clone_from(&push.after);
        pull.updated = push.at;
        pull.pushes.push(push.clone());
    }
}
