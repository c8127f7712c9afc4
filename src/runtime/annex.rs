//! The console's own source and decisions, and those of the sweep that was opened last, as one: each change goes to whoever lists it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::message::effect::Wish;
use crate::model::asking::Take;
use crate::model::ban::Ban;
use crate::model::cancel::Cancel;
use crate::model::case_id::CaseId;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::dossier::Dossier;
use crate::model::forge::Account;
use crate::model::ledger::{ChainState, Record};
use crate::model::lookup::{Reviewed, Told};
use crate::model::mention::Mentions;
use crate::model::policy::PolicyText;
use crate::model::pull::{Origin, Pull, PullRef};
use crate::model::report::Report;
use crate::model::response::{Plan, Receipt};
use crate::model::review::Review;
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};
use crate::model::waiting::Waiting;
use crate::runtime::decisions::{Decisions, Trouble};
use crate::runtime::sweeper::Swept;
use crate::sources::source::{Listing, Page, Source, SourceError, Tell};

/// Both.
pub struct Annex {
    source: Arc<dyn Source>,
    decisions: Arc<dyn Decisions>,
    /// The forge that the console itself reads from.
    host: Option<String>,
    swept: Mutex<Option<Arc<Swept>>>,
    listed: Mutex<BTreeSet<PullRef>>,
    /// The plan that the sweep's decisions made last.
    planned: Mutex<Option<CaseId>>,
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Annex {
    /// What the console has before any sweep; `host` is the forge it reads from.
    #[must_use]
    pub fn new(source: Arc<dyn Source>, decisions: Arc<dyn Decisions>, host: Option<String>) -> Self {
        Self { source, decisions, host, swept: Mutex::default(), listed: Mutex::default(), planned: Mutex::default() }
    }

    /// The changes of `swept` can be read and decided on from now on.
    pub fn open(&self, swept: Swept) {
        *lock(&self.swept) = Some(Arc::new(swept));
    }

    /// Whether the console itself reads the change at `at`: it listed it, or it is a pull of its host.
    fn is_own(&self, at: &PullRef) -> bool {
        let here = |host: &String| match at.repo.split('/').count() {
            2 => host == "github.com",
            _ => at.repo.strip_prefix(host.as_str()).is_some_and(|rest| rest.starts_with('/')),
        };
        let pull = at.origin == Origin::Github && at.name.starts_with('#') && self.host.as_ref().is_some_and(here);
        pull || lock(&self.listed).contains(at)
    }

    /// The sweep that has to do with the change at `at`.
    fn sweep(&self, at: &PullRef) -> Option<Arc<Swept>> {
        let swept = lock(&self.swept).clone()?;
        let holds = swept.sweep.members.iter().any(|member| member.pull().at == *at);
        (holds && !self.is_own(at)).then_some(swept)
    }

    /// The sweep that a wish is about: several changes are, when it holds all of them. What a plan proposed may lie outside.
    fn sweep_for(&self, wish: &Wish) -> Option<Arc<Swept>> {
        if wish.also.is_empty() {
            return self.sweep(&wish.at);
        }
        let swept = lock(&self.swept).clone()?;
        let holds = |at: &PullRef| swept.sweep.members.iter().any(|member| member.pull().at == *at);
        let all = std::iter::once(&wish.at).chain(&wish.also).all(holds);
        all.then_some(swept)
    }

    fn of(&self, at: &PullRef) -> Arc<dyn Source> {
        self.sweep(at).map_or_else(|| self.source.clone(), |swept| swept.source.clone())
    }

    fn note(&self, pulls: &[Pull]) {
        lock(&self.listed).extend(pulls.iter().map(|pull| pull.at.clone()));
    }
}

impl Source for Annex {
    fn title(&self) -> String {
        self.source.title()
    }

    fn repository(&self) -> Option<PathBuf> {
        self.source.repository()
    }

    fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError> {
        self.list_telling(&|_| (), cancel)
    }

    fn list_telling(&self, tell: Tell<'_>, cancel: &Cancel) -> Result<Listing, SourceError> {
        let noted = |page: &Page<'_>| {
            self.note(page.pulls);
            tell(page);
        };
        let listing = self.source.list_telling(&noted, cancel)?;
        self.note(&listing.pulls);
        Ok(listing)
    }

    fn prefetch(&self, at: &PullRef, cancel: &Cancel) {
        self.of(at).prefetch(at, cancel);
    }

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        self.of(at).change(at, cancel)
    }

    fn pull(&self, at: &PullRef, cancel: &Cancel) -> Result<Option<Pull>, SourceError> {
        self.of(at).pull(at, cancel)
    }

    fn dossier(&self, at: &PullRef, cancel: &Cancel) -> Result<Option<Dossier>, SourceError> {
        self.of(at).dossier(at, cancel)
    }

    fn testimony(&self, change: &Change, question: &Question, cancel: &Cancel) -> Testimony {
        self.of(&change.pull.at).testimony(change, question, cancel)
    }

    fn talk(&self, change: &Change, cancel: &Cancel) -> Talk {
        self.of(&change.pull.at).talk(change, cancel)
    }

    fn members(&self, organisation: &str, team: &str, cancel: &Cancel) -> Result<Vec<Account>, SourceError> {
        self.source.members(organisation, team, cancel)
    }

    fn policies(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
        self.of(at).policies(at, base, cancel)
    }

    fn owners(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Option<PolicyText>, SourceError> {
        self.of(at).owners(at, base, cancel)
    }

    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        self.of(&change.pull.at).history(change, cancel)
    }

    fn packages(&self, change: &Change, take: Take<'_>, cancel: &Cancel) -> Option<Told<Vec<Reviewed>>> {
        self.of(&change.pull.at).packages(change, take, cancel)
    }

    fn mentions(&self, change: &Change, words: &[String], cancel: &Cancel) -> Option<Mentions> {
        self.of(&change.pull.at).mentions(change, words, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.of(&change.pull.at).texts(change, wanted, cancel)
    }
}

impl Decisions for Annex {
    fn plan(&self, wish: &Wish, change: &Change, report: &Report) -> Result<Plan, Trouble> {
        self.plan_with(wish, change, report, &[])
    }

    fn reads_others(&self, wish: &Wish) -> bool {
        self.sweep_for(wish).is_some_and(|swept| swept.decisions.reads_others(wish))
    }

    fn plan_with(&self, wish: &Wish, change: &Change, report: &Report, others: &[(Change, Report)]) -> Result<Plan, Trouble> {
        match self.sweep_for(wish) {
            Some(swept) => {
                let plan = swept.decisions.plan_with(wish, change, report, others)?;
                *lock(&self.planned) = Some(plan.case.clone());
                Ok(plan)
            }
            None => self.decisions.plan_with(wish, change, report, others),
        }
    }

    fn carry_out(&self, plan: &Plan) -> Result<Receipt, Trouble> {
        let planned = lock(&self.planned).take_if(|case| *case == plan.case).is_some();
        let swept = if planned { lock(&self.swept).clone() } else { None };
        swept.map_or_else(|| self.decisions.carry_out(plan), |swept| swept.decisions.carry_out(plan))
    }

    fn records(&self) -> Result<(Vec<Record>, ChainState), Trouble> {
        self.decisions.records()
    }

    fn draft(&self, change: &Change) -> Result<Option<Review>, Trouble> {
        self.decisions.draft(change)
    }

    fn keep_draft(&self, change: &Change, review: &Review) -> Result<(), Trouble> {
        self.decisions.keep_draft(change, review)
    }

    fn waiting(&self) -> Result<Vec<Waiting>, Trouble> {
        self.decisions.waiting()
    }

    fn bans(&self) -> Result<Vec<Ban>, Trouble> {
        self.decisions.bans()
    }

    fn send(&self, case: &CaseId) -> Result<Receipt, Trouble> {
        self.decisions.send(case)
    }

    fn take_back(&self, case: &CaseId) -> Result<(), Trouble> {
        self.decisions.take_back(case)
    }
}
