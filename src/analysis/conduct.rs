//! How a change came in, against how it should: with a pull, seen by a person, merged by somebody else. Facts, not findings.
//!
//! Where a place keeps no reviews nothing is said of them: silence is no accusation.

use super::provenance;
use crate::model::forge::Account;
use crate::model::pull::{Author, Pull, PullState};
use crate::model::standing::{Merged, Standing};
use crate::model::sweep::{Caught, Conduct, Landing, Observation, Way};

/// What is to be told of how `caught` came in.
#[must_use]
pub fn observe(caught: &Caught) -> Vec<Observation> {
    let pull = &caught.pull;
    let mut seen = Vec::new();
    match (&pull.standing, &caught.landing) {
        (Some(standing), _) if pull.state == PullState::Merged => forge(pull, standing, &mut seen),
        (_, Some(landing)) => history(pull, landing, &mut seen),
        _ => {}
    }
    seen.sort_by_key(|observation: &Observation| observation.conduct);
    seen
}

/// By what the forge says.
fn forge(pull: &Pull, standing: &Standing, seen: &mut Vec<Observation>) {
    let mut see = |conduct, says: String| seen.push(Observation { conduct, says });
    if standing.approvals == 0 {
        let head = pull.revision.head.as_ref().map_or("its head", |id| id.short());
        see(Conduct::UnreviewedMerge, format!("merged, and no person approved {head}"));
    }
    if let Some(who) = &standing.auto_merge {
        see(Conduct::AutoMerge, format!("`{}` had switched on auto-merge", who.login));
    }
    let Some(Merged { by: Some(by), .. }) = &standing.merged else { return };
    if same(by, standing.author.as_ref()) {
        see(Conduct::SelfMerge, format!("`{}` opened it and merged it", by.login));
    } else if same(by, standing.requester.as_ref()) {
        see(Conduct::SelfMerge, format!("`{}` asked the agent for it and merged it", by.login));
    }
    if standing.auto_merge.is_none() && provenance::is_machine(by) {
        see(Conduct::AutoMerge, format!("the machine account `{}` merged it", by.login));
    }
}

/// Accounts are told by their id, which survives renames, and by their login where there is none.
fn same(one: &Account, other: Option<&Account>) -> bool {
    other.is_some_and(|other| match (one.id, other.id) {
        (Some(one), Some(other)) => one == other,
        _ => one.login.eq_ignore_ascii_case(&other.login),
    })
}

/// By what history says: addresses are claims, and plain git keeps no reviews.
fn history(pull: &Pull, landing: &Landing, seen: &mut Vec<Observation>) {
    let mut see = |conduct, says: String| seen.push(Observation { conduct, says });
    let (commit, by) = (landing.commit.short(), landing.by.login.as_str());
    match landing.way {
        Way::Direct => {
            let says = format!("{commit} by `{by}` stands on `{}` without a merge; a fast-forward looks the same", pull.target);
            see(Conduct::DirectCommit, says);
        }
        Way::Merge if is_agent(by) => {
            see(Conduct::SelfMerge, format!("`{by}`, an agent by its address, made the merge {commit}"));
        }
        Way::Merge if is_author(pull, by) => {
            see(Conduct::SelfMerge, format!("`{by}` wrote the last commit and made the merge {commit}"));
        }
        Way::Merge if landing.by.bot => see(Conduct::AutoMerge, format!("the machine `{by}` made the merge {commit}")),
        Way::Merge | Way::Squash => {}
    }
    let unseen = landing.reviewers.is_empty();
    if unseen && seen.iter().any(|known| known.conduct == Conduct::SelfMerge) {
        let says = format!("no trailer of {commit} names a reviewer, and whoever wrote it merged it");
        seen.push(Observation { conduct: Conduct::UnreviewedMerge, says });
    }
}

fn is_agent(by: &str) -> bool {
    provenance::is_agent(&Author { name: by.to_owned(), email: by.to_owned() })
}

fn is_author(pull: &Pull, by: &str) -> bool {
    !by.is_empty() && pull.author.email.eq_ignore_ascii_case(by)
}
