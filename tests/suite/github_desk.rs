//! A reviewer at the loopback GitHub: the real client, the real ledger, plans and receipts as the program makes them.
#![allow(dead_code, unreachable_pub, reason = "each kind of test uses its own part of the helpers")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::provenance;
use lazaret::model::cancel::Cancel;
use lazaret::model::decision::Verb;
use lazaret::model::forge::Forge;
use lazaret::model::pull::{Origin, PullRef};
use lazaret::model::response::{Plan, Receipt, Step, Strength};
use lazaret::model::time::Timestamp;
use lazaret::response::request::{Request, Target};
use lazaret::runtime::case_decisions::CaseDecisions;
use lazaret::runtime::place::Place;
use lazaret::runtime::seen::{kept_report, refused, target};
use lazaret::sources::github::fetch::{Fetcher, Limits};
use lazaret::sources::github::source::{GithubSource, Setup};
use lazaret::sources::source::Source as _;
use lazaret::store::paths::Paths;
use tempfile::TempDir;

use crate::github::GitHub;
use crate::github::account::Role;

pub const AT: Timestamp = Timestamp(1_767_700_000);

/// A GitHub with the repository `acme/api`, and a desk of its maintainer.
pub struct Desk {
    pub github: GitHub,
    pub token: String,
    pub home: TempDir,
    /// Decisions are told apart by their second.
    second: AtomicI64,
}

impl Desk {
    pub fn new() -> Self {
        Self::with_role(Role::Write)
    }

    pub fn with_role(role: Role) -> Self {
        let github = GitHub::start();
        github.repo("acme/api").role("maker", role);
        let token = github.token("maker", &["repo"]);
        Self { github, token, home: tempfile::tempdir().unwrap(), second: AtomicI64::new(0) }
    }

    /// An open pull of an agent, with one file.
    pub fn pull(&self, title: &str) -> u64 {
        let slug = title.to_lowercase().replace(' ', "-");
        let repo = self.github.repo("acme/api");
        let file = format!("src/{slug}.py");
        repo.pull(title)
            .by_bot("devin-ai-integration[bot]", 158_243_242)
            .branch(&format!("devin/1767603600-{slug}"))
            .commit(title, &[(file.as_str(), "def one():\n    return 1\n")])
            .open()
    }

    pub fn decisions(&self) -> CaseDecisions {
        self.decisions_over(Arc::new(self.github.client(&self.token)))
    }

    /// Decisions that ask and write through `forge`.
    pub fn decisions_over(&self, forge: Arc<dyn Forge>) -> CaseDecisions {
        let client = Arc::new(self.github.client(&self.token));
        let objects = Arc::new(Fetcher::new(client, &self.home.path().join("objects"), Limits::default()));
        CaseDecisions::at(Place::Forge { forge, objects }, Paths::below(self.home.path()), || AT)
    }

    pub fn at(&self, number: u64) -> PullRef {
        PullRef { origin: Origin::Github, repo: "acme/api".to_owned(), name: format!("#{number}") }
    }

    /// The pull as it is read and judged now.
    pub fn seen(&self, number: u64) -> (Target, Vec<u8>) {
        let client = Arc::new(self.github.client(&self.token));
        let source = GithubSource::new(client, None, Arc::new(provenance::of), Setup::default());
        let change = source.change(&self.at(number), &Cancel::default()).unwrap();
        let engine = Engine::new(&Selection::default());
        let report = engine.analyse(&change, &|wanted| source.texts(&change, wanted, &Cancel::default()));
        let mut target = target(&change, &report, &[]);
        target.refused = refused(&change, &self.decisions().bans().unwrap());
        (target, kept_report(&change, &report, &engine))
    }

    /// What would be asked for `verb` on these pulls as they are now.
    pub fn request(&self, verb: Verb, numbers: &[u64]) -> (Request, Vec<Vec<u8>>) {
        let second = self.second.fetch_add(1, Ordering::Relaxed) + 1;
        let (targets, reports) = numbers.iter().map(|number| self.seen(*number)).unzip();
        (Request::new(verb, targets, "looks like a way in", Timestamp(AT.0 + second)), reports)
    }

    pub fn plan(&self, verb: Verb, numbers: &[u64]) -> Plan {
        let (request, reports) = self.request(verb, numbers);
        self.decisions().plan_request(&request, reports).unwrap()
    }

    /// Plans and carries out.
    pub fn decide(&self, verb: Verb, numbers: &[u64]) -> (Plan, Receipt) {
        let (request, reports) = self.request(verb, numbers);
        self.carry_out(&request, reports)
    }

    pub fn carry_out(&self, request: &Request, reports: Vec<Vec<u8>>) -> (Plan, Receipt) {
        let decisions = self.decisions();
        let plan = decisions.plan_request(request, reports).unwrap();
        assert!(plan.is_allowed(), "{:?} {:?}", plan.refusals, plan.conflicts);
        let receipt = decisions.carry_out_plan(&plan, &Cancel::default()).unwrap();
        (plan, receipt)
    }
}

/// The words of every outcome, for a failing test.
pub fn told(receipt: &Receipt) -> String {
    let outcomes: Vec<_> = receipt.outcomes.iter().map(|outcome| format!("{} {}", outcome.strength.word(), outcome.says)).collect();
    format!("{} because {}\n{}", receipt.strength.word(), receipt.why, outcomes.join("\n"))
}

/// How many steps of `plan` are at the forge.
pub fn at_forge(plan: &Plan) -> usize {
    plan.steps.iter().filter(|planned| matches!(planned.step, Step::Forge(_))).count()
}

/// Insists that every step of `receipt` was done.
pub fn all_done(receipt: &Receipt) {
    assert!(receipt.outcomes.iter().all(|outcome| outcome.strength > Strength::Failed), "{}", told(receipt));
}
