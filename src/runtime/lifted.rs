//! Where what an unblock lifts was blocked: the policy of each of those places judges it too, wherever it is asked for. Nothing is
//! planned here.
#![allow(clippy::disallowed_methods, reason = "whether the repository of a case is still there is looked at here")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::analysis::provenance;
use crate::model::decision::Verb;
use crate::model::pull::{Origin, PullRef};
use crate::response::bans;
use crate::response::error::ResponseError;
use crate::response::journal::{Case, Journal};
use crate::response::request::Request;
use crate::response::words::one_line;
use crate::runtime::policy::Force;
use crate::sources::local::{LocalSource, Selection, Setup};
use crate::sources::source::Source;

/// A place where something that is lifted was blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// As journals name it: a folder of git, or a host.
    pub repository: String,
    /// The pulls, or repositories, that were named then; none for a plain repository.
    pub pulls: Vec<PullRef>,
}

/// The places where what `request` lifts was blocked, the earliest first.
///
/// # Errors
/// When the journal cannot be read.
pub fn blocked_at(request: &Request, journal: &dyn Journal) -> Result<Vec<Blocked>, ResponseError> {
    if request.verb != Verb::Unblock {
        return Ok(Vec::new());
    }
    let cases = journal.cases()?;
    let bans = bans::standing(&cases);
    let lifts = |case: &&Case| bans.iter().any(|ban| ban.case == case.plan.case && request.banned.contains(&ban.what));
    let place = |case: &Case| Blocked { repository: case.repository.clone(), pulls: case.plan.decision.pulls.clone() };
    Ok(cases.iter().filter(lifts).map(place).collect())
}

/// What the policy of a place elsewhere says.
pub enum Word {
    /// It judges.
    Force(Force),
    /// It went with its repository: a sentence.
    Gone(String),
}

impl Blocked {
    /// The policy there, in the eyes of somebody at another place. A forge is not asked from there: its own place does that.
    #[must_use]
    pub fn from_afar(&self, folder: &Path) -> Word {
        let place = Path::new(&self.repository);
        if !place.is_absolute() {
            let repos: Vec<String> = self.pulls.iter().map(|pull| format!("--at {}", one_line(&pull.repo))).collect();
            let why = format!("it was blocked on {}; unblock it from there, with {}", one_line(&self.repository), repos.join(" "));
            return Word::Force(Force(Err(why)));
        }
        if !place.exists() {
            return Word::Gone(format!(
                "{} is not there any more, where it was blocked, and its policy went with it",
                one_line(&self.repository)
            ));
        }
        let at = PullRef { origin: Origin::Local, repo: self.repository.clone(), name: String::new() };
        let setup = Setup {
            repo: self.repository.clone(),
            origin: Origin::Local,
            recognise: Arc::new(provenance::of),
            selection: Selection::AllBranches,
            facts: BTreeMap::new(),
        };
        Word::Force(match LocalSource::open(place, setup) {
            Ok(source) => Force::of(folder, Some(&source as &dyn Source), &at, None),
            Err(why) => Force(Err(format!("it was blocked in {}: {why}", one_line(&self.repository)))),
        })
    }
}
