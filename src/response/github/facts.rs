//! What a verb needs to know of GitHub before it is planned. Reads only.

use crate::model::ban::Ban;
use crate::model::commit_id::CommitId;
use crate::model::decision::Verb;
use crate::model::forge_step::{Say, Spot};
use crate::model::path::RepoPath;
use crate::model::response::{Plan, Step};
use crate::response::access::WORKFLOWS;
use crate::response::bans;
use crate::response::error::ResponseError;
use crate::response::facts::forge::{ForgeFacts, PullFacts, RevertPulls};
use crate::response::github::address::{address, commit};
use crate::response::github::ask::Ask;
use crate::response::github::revert::Wanted;
use crate::response::github::{alike, holds, look, revert, switches};
use crate::response::journal::Journal;
use crate::response::request::{Request, Target};

/// The world as it is now, for `request`.
pub(crate) fn facts(ask: &Ask<'_>, request: &Request, journal: &dyn Journal) -> Result<ForgeFacts, ResponseError> {
    let standing = bans::standing(&journal.cases()?);
    let pulls = || request.targets.iter().map(|target| pull(ask, target, request.verb, &standing)).collect::<Result<Vec<_>, _>>();
    Ok(match request.verb {
        Verb::Approve => ForgeFacts::Approve { merge: request.merge, method: request.method, pulls: pulls()? },
        Verb::RequestChanges => ForgeFacts::Say { say: Say::RequestChanges, comments: request.comments.clone(), pulls: pulls()? },
        Verb::Comment => ForgeFacts::Say { say: Say::Comment, comments: request.comments.clone(), pulls: pulls()? },
        Verb::Quarantine => {
            let mut held = Vec::new();
            for (mut pull, target) in pulls()?.into_iter().zip(&request.targets) {
                if request.look_around {
                    alike::search(ask, &mut pull, target, &request.targets)?;
                }
                held.push((pull, target.known_by.clone()));
            }
            ForgeFacts::Hold(held)
        }
        Verb::Release => {
            ForgeFacts::Release(request.targets.iter().map(|target| holds::facts(ask, target, journal)).collect::<Result<_, _>>()?)
        }
        Verb::Revert => ForgeFacts::Revert(reverts(ask, &request.targets)?),
        Verb::Block | Verb::Unblock => {
            let (switches, unserved) = switches::facts(ask, request, &journal.cases()?)?;
            ForgeFacts::Block { wanted: request.banned.clone(), standing, switches, unserved }
        }
    })
}

fn pull(ask: &Ask<'_>, target: &Target, verb: Verb, standing: &[Ban]) -> Result<PullFacts, ResponseError> {
    let mut pull = match commit(target) {
        Some(at) => bare(ask, &at?, target, verb)?,
        None => proposed(ask, target)?,
    };
    pull.seen.clone_from(&target.subject.revision.head);
    pull.seen_base.clone_from(&target.base);
    let meant = |ban: &&Ban| target.refused.contains(ban) || target.known_by.contains(&ban.what);
    pull.bans = standing.iter().filter(meant).cloned().collect();
    pull.shipped.clone_from(&target.shipped);
    pull.workflow = target.touched.paths.iter().map(RepoPath::text).find(|path| path.starts_with(WORKFLOWS)).map(Into::into);
    pull.unjudged = target.unjudged();
    Ok(pull)
}

fn proposed(ask: &Ask<'_>, target: &Target) -> Result<PullFacts, ResponseError> {
    let (repo, number) = address(&target.pull)?;
    let (pull, here) = look::around(ask, &repo, number).map_err(|error| ask.told(&error))?;
    if here.archived {
        return Err(ResponseError::Refused(format!("{repo} is archived, so nothing can be written there; its owner has to unarchive it")));
    }
    Ok(pull)
}

/// A commit that no pull brought has nothing that could be approved or answered. It can be kept as evidence and refused from now on.
fn bare(ask: &Ask<'_>, (repo, id): &(String, CommitId), target: &Target, verb: Verb) -> Result<PullFacts, ResponseError> {
    if verb != Verb::Quarantine {
        return Err(ResponseError::Usage(format!(
            "{} is a commit that no pull brought, so there is nothing to {}; lazaret revert takes it back",
            target.pull,
            verb.word()
        )));
    }
    let (pull, _) = look::commit(ask, repo, id, &target.base).map_err(|error| ask.told(&error))?;
    Ok(pull)
}

fn reverts(ask: &Ask<'_>, targets: &[Target]) -> Result<RevertPulls, ResponseError> {
    let mut wanted = Vec::new();
    let mut place = None;
    for target in targets {
        let (repo, one) = match commit(target) {
            Some(at) => at.map(|(repo, id)| (repo, Wanted::Commit(id, target.base.clone())))?,
            None => address(&target.pull).map(|(repo, number)| (repo, Wanted::Pull(number)))?,
        };
        if *place.get_or_insert_with(|| repo.clone()) != repo {
            return Err(ResponseError::Usage(format!("one revert is about one repository; take {} back by itself", target.pull)));
        }
        if !wanted.contains(&one) {
            wanted.push(one);
        }
    }
    let Some(repo) = place else { return Ok(RevertPulls::default()) };
    revert::facts(ask, &repo, &wanted).map_err(|error| ask.told(&error))
}

/// The pulls that the steps of `plan` contain, each once.
pub(crate) fn spots(plan: &Plan) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for planned in &plan.steps {
        if let Step::Forge(forge) = &planned.step
            && !spots.iter().any(|spot| spot.repo == forge.spot.repo && spot.pull == forge.spot.pull)
        {
            spots.push(forge.spot.clone());
        }
    }
    spots
}
