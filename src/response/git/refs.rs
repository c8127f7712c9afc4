//! Refs: reading them, and moving several as one guarded transaction. Nothing else in the program moves a ref.

use git2::{ErrorCode, Signature};

use crate::model::commit_id::CommitId;
use crate::model::response::RefUpdate;
use crate::response::error::ResponseError;
use crate::response::facts::Pointer;
use crate::response::git::repo::{Repo, id, oid, told};
use crate::response::words::one_line;

/// Where `name` points; `None` when there is no such ref.
pub(crate) fn value(repo: &Repo, name: &str) -> Result<Option<CommitId>, ResponseError> {
    match repo.git.find_reference(name) {
        Ok(reference) => match reference.target() {
            Some(target) => id(target).map(Some),
            None => Err(ResponseError::Refused(format!("{} is a symbolic ref; name the branch it points to", one_line(name)))),
        },
        Err(e) if matches!(e.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => Ok(None),
        Err(e) => Err(told(&format!("reading {}", one_line(name)))(e)),
    }
}

/// Where `name` points, with its name.
pub(crate) fn pointer(repo: &Repo, name: &str) -> Result<Option<Pointer>, ResponseError> {
    Ok(value(repo, name)?.map(|value| Pointer { name: name.to_owned(), value }))
}

/// All direct refs whose names match `glob`, by name.
pub(crate) fn matching(repo: &Repo, glob: &str) -> Result<Vec<Pointer>, ResponseError> {
    let references = repo.git.references_glob(glob).map_err(told(&format!("listing {glob}")))?;
    let mut found = Vec::new();
    for reference in references {
        let reference = reference.map_err(told(&format!("listing {glob}")))?;
        // A name that is not UTF-8 cannot be one of ours and is left alone.
        if let (Ok(name), Some(target)) = (reference.name(), reference.target()) {
            found.push(Pointer { name: name.to_owned(), value: id(target)? });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Whether every update has its new value.
pub(crate) fn settled(repo: &Repo, updates: &[RefUpdate]) -> Result<bool, ResponseError> {
    for update in updates {
        if value(repo, &update.name)? != update.new {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Moves refs if each still has its old value (or its new one already: then it stays).
///
/// libgit2 commits the refs of a transaction one after the other in no set order. So every ref that moves or goes is
/// locked and compared first, new refs are made next, and only then are the locked ones moved: whenever the process is
/// cut off, no value is without a ref, and doing it again finishes it.
pub(crate) fn transact(repo: &Repo, updates: &[RefUpdate], who: &Signature<'_>, log: &str) -> Result<(), ResponseError> {
    keep_every_value(updates)?;
    let mut transaction = repo.git.transaction().map_err(told("beginning a ref transaction"))?;
    let mut pending = Vec::new();
    for update in updates.iter().filter(|update| update.old.is_some()) {
        transaction.lock_ref(&update.name).map_err(locked(&update.name))?;
        if must_move(repo, update)? {
            pending.push(update);
        }
    }
    make_all(repo, updates, log)?;
    for update in pending {
        let planned = match &update.new {
            Some(new) => transaction.set_target(&update.name, oid(new)?, Some(who), log),
            None => transaction.remove(&update.name),
        };
        planned.map_err(told(&format!("moving {}", one_line(&update.name))))?;
    }
    transaction.commit().map_err(told("moving refs"))?;
    if settled(repo, updates)? {
        Ok(())
    } else {
        Err(ResponseError::Moved("the refs are not where they were put; look at them and try again".to_owned()))
    }
}

/// Refuses to drop a value that no other ref of the same transaction holds afterwards, except when it is made first.
fn keep_every_value(updates: &[RefUpdate]) -> Result<(), ResponseError> {
    let kept = |value: &CommitId, name: &str| updates.iter().any(|other| other.name != name && other.new.as_ref() == Some(value));
    for update in updates {
        if let (Some(old), None) = (&update.old, &update.new)
            && !kept(old, &update.name)
        {
            return Err(ResponseError::Usage(format!("{} would go without another ref holding {}", one_line(&update.name), old.short())));
        }
    }
    Ok(())
}

/// Whether the locked ref still has to move.
fn must_move(repo: &Repo, update: &RefUpdate) -> Result<bool, ResponseError> {
    let now = value(repo, &update.name)?;
    if now == update.new {
        return Ok(false);
    }
    if now == update.old { Ok(true) } else { Err(moved(update, now.as_ref())) }
}

/// Makes the new refs; when one cannot be made, those made here go again.
fn make_all(repo: &Repo, updates: &[RefUpdate], log: &str) -> Result<(), ResponseError> {
    let mut made: Vec<&str> = Vec::new();
    for update in updates.iter().filter(|update| update.old.is_none()) {
        match make(repo, update, log) {
            Ok(true) => made.push(&update.name),
            Ok(false) => {}
            Err(error) => {
                for name in made {
                    let undo = repo.git.find_reference(name).and_then(|mut reference| reference.delete());
                    undo.map_err(told(&format!("taking back {}", one_line(name))))?;
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Makes one new ref; `false` when it is there already with this value.
fn make(repo: &Repo, update: &RefUpdate, log: &str) -> Result<bool, ResponseError> {
    let Some(new) = &update.new else { return Ok(false) };
    match value(repo, &update.name)? {
        Some(now) if now == *new => Ok(false),
        Some(now) => Err(moved(update, Some(&now))),
        None => {
            repo.git.reference(&update.name, oid(new)?, false, log).map_err(locked(&update.name))?;
            Ok(true)
        }
    }
}

fn moved(update: &RefUpdate, now: Option<&CommitId>) -> ResponseError {
    let text = |id: Option<&CommitId>| id.map_or("absent", |id| id.short()).to_owned();
    let (name, then, now) = (one_line(&update.name), text(update.old.as_ref()), text(now));
    ResponseError::Moved(format!("{name} moved meanwhile (it was {then}, it is {now}); nothing was moved, look again"))
}

fn locked(name: &str) -> impl FnOnce(git2::Error) -> ResponseError + use<> {
    let name = one_line(name);
    move |error| match error.code() {
        ErrorCode::Locked | ErrorCode::Exists => {
            let why = error.message();
            ResponseError::Moved(format!(
                "{name} is held by another git ({why}); wait for it, or remove the lock file if no git runs, then try again"
            ))
        }
        _ => told(&format!("locking {name}"))(error),
    }
}
