//! A source whose pulls carry what lazaret's own records say of them: whether their agent is blocked, whether a second person is
//! awaited. The source itself knows nothing of decisions.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::asking::Take;
use crate::model::ban::Ban;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::dossier::Dossier;
use crate::model::forge::Account;
use crate::model::lookup::{Reviewed, Told};
use crate::model::mention::Mentions;
use crate::model::policy::{HOURS, PolicyText};
use crate::model::pull::{Pull, PullRef};
use crate::model::response::People;
use crate::model::standing::Refused;
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};
use crate::model::time::Timestamp;
use crate::response::bans;
use crate::response::journal::Journal as _;
use crate::runtime::journal::LedgerJournal;
use crate::runtime::policy::awaits_second;
use crate::sources::source::{Listing, Page, Source, SourceError, Tell};
use crate::store::ledger::Ledger;

/// The source, and where the records are.
pub struct Marked {
    source: Arc<dyn Source>,
    ledger: PathBuf,
    clock: fn() -> Timestamp,
}

impl Marked {
    /// `source` marked by the ledger at `ledger`, which need not be there.
    #[must_use]
    pub fn new(source: Arc<dyn Source>, ledger: PathBuf, clock: fn() -> Timestamp) -> Self {
        Self { source, ledger, clock }
    }

    /// Marks `pulls`; the sentence when the records cannot be read.
    fn mark<'p>(&self, pulls: impl Iterator<Item = &'p mut Pull>) -> Result<(), String> {
        if !self.ledger.exists() {
            return Ok(());
        }
        let ledger = Ledger::open(&self.ledger).map_err(|error| error.to_string())?;
        let journal = LedgerJournal::new(ledger, self.clock);
        let cases = journal.cases().map_err(|error| error.to_string())?;
        let bans = bans::standing(&cases);
        let pairs = cases.iter().any(|case| matches!(case.plan.people, People::First(_)));
        let then = Timestamp((self.clock)().0 - i64::from(HOURS) * 3600);
        for pull in pulls {
            let refused = |ban: &Ban| Refused { what: ban.what.kind(), says: format!("{}: {}", ban.says(), ban.reason) };
            let blocked = Ban::meeting(&bans, pull).map(refused);
            let second = pairs && awaits_second(&journal, &pull.at, then).map_err(|error| error.to_string())?;
            if let Some(standing) = &mut pull.standing {
                (standing.blocked, standing.second) = (blocked, second);
            }
        }
        Ok(())
    }

    fn listed(&self, mut listing: Listing) -> Listing {
        if let Err(why) = self.mark(listing.pulls.iter_mut()) {
            listing.omissions.push(Omission { path: None, why: format!("whom lazaret blocks could not be read: {why}") });
        }
        listing
    }
}

impl Source for Marked {
    fn title(&self) -> String {
        self.source.title()
    }

    fn repository(&self) -> Option<PathBuf> {
        self.source.repository()
    }

    fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError> {
        self.source.list(cancel).map(|listing| self.listed(listing))
    }

    fn list_telling(&self, tell: Tell<'_>, cancel: &Cancel) -> Result<Listing, SourceError> {
        let marked = |page: &Page<'_>| {
            let mut pulls = page.pulls.to_vec();
            // The whole listing says what cannot be read.
            let _ = self.mark(pulls.iter_mut());
            tell(&Page { pulls: &pulls, ..*page });
        };
        self.source.list_telling(&marked, cancel).map(|listing| self.listed(listing))
    }

    fn prefetch(&self, at: &PullRef, cancel: &Cancel) {
        self.source.prefetch(at, cancel);
    }

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        let mut change = self.source.change(at, cancel)?;
        if let Err(why) = self.mark(std::iter::once(&mut change.pull)) {
            change.patch.omissions.push(Omission { path: None, why: format!("whom lazaret blocks could not be read: {why}") });
        }
        Ok(change)
    }

    fn pull(&self, at: &PullRef, cancel: &Cancel) -> Result<Option<Pull>, SourceError> {
        let mut pull = self.source.pull(at, cancel)?;
        // A look now and then; the listing already said what cannot be read.
        let _ = self.mark(pull.iter_mut());
        Ok(pull)
    }

    fn dossier(&self, at: &PullRef, cancel: &Cancel) -> Result<Option<Dossier>, SourceError> {
        self.source.dossier(at, cancel)
    }

    fn testimony(&self, change: &Change, question: &Question, cancel: &Cancel) -> Testimony {
        self.source.testimony(change, question, cancel)
    }

    fn talk(&self, change: &Change, cancel: &Cancel) -> Talk {
        self.source.talk(change, cancel)
    }

    fn members(&self, organisation: &str, team: &str, cancel: &Cancel) -> Result<Vec<Account>, SourceError> {
        self.source.members(organisation, team, cancel)
    }

    fn hidden_policies(&self, at: &PullRef, cancel: &Cancel) -> Vec<String> {
        self.source.hidden_policies(at, cancel)
    }

    fn policies(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
        self.source.policies(at, base, cancel)
    }

    fn owners(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Option<PolicyText>, SourceError> {
        self.source.owners(at, base, cancel)
    }

    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        self.source.history(change, cancel)
    }

    fn packages(&self, change: &Change, take: Take<'_>, cancel: &Cancel) -> Option<Told<Vec<Reviewed>>> {
        self.source.packages(change, take, cancel)
    }

    fn mentions(&self, change: &Change, words: &[String], cancel: &Cancel) -> Option<Mentions> {
        self.source.mentions(change, words, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.source.texts(change, wanted, cancel)
    }
}
