//! Decisions without the network: kept as they were made, looked at again before they are sent, given back when they no longer hold.

use std::path::PathBuf;
use std::sync::Arc;

use lazaret::model::cancel::Cancel;
use lazaret::model::decision::Verb;
use lazaret::model::ledger::{ChainState, RecordKind};
use lazaret::model::response::{CaseId, Strength};
use lazaret::model::time::Timestamp;
use lazaret::response::request::Request;
use lazaret::runtime::case_decisions::CaseDecisions;
use lazaret::runtime::seen::target;
use lazaret::runtime::waiting::{self, Sending};
use lazaret::runtime::{later, policy::Force};
use lazaret::sources::local::{LocalSource, Selection, Setup};
use lazaret::sources::source::Source;
use lazaret::store::ledger::Ledger;
use lazaret::store::paths::Paths;

use crate::program::Program;
use crate::world::{EPOCH, World};

const NOW: Timestamp = Timestamp(EPOCH + 3_600);

/// A repository, a decision on its agent's branch, and the program beside it.
struct Desk {
    world: World,
    home: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let mut world = World::new();
        world.git(&["config", "user.name", "Reviewer"]);
        world.git(&["config", "user.email", "reviewer@example.com"]);
        world.agent_branch("claude/x", "Change it", &[("src/b.py", "b = 1\n")]);
        world.git(&["switch", "-q", "--detach"]);
        let home = world.beside("home");
        Self { world, home }
    }

    fn source(&self) -> Arc<dyn Source> {
        let setup = Setup {
            repo: self.world.path().display().to_string(),
            origin: lazaret::model::pull::Origin::Local,
            recognise: Arc::new(lazaret::analysis::provenance::of),
            selection: Selection::AllBranches,
            facts: Default::default(),
        };
        Arc::new(LocalSource::open(&self.world.path(), setup).unwrap())
    }

    fn decisions(&self, clock: fn() -> Timestamp) -> CaseDecisions {
        CaseDecisions::new(Some(self.world.path()), Paths::below(&self.home), clock).under(self.source())
    }

    /// Keeps `verb` on the branch for later; answers with its case.
    fn keep(&self, verb: Verb) -> CaseId {
        let source = self.source();
        let listing = source.list(&Cancel::default()).unwrap();
        let pull = listing.pulls.iter().find(|pull| pull.branch == "claude/x").unwrap();
        let change = source.change(&pull.at, &Cancel::default()).unwrap();
        let engine = lazaret::analysis::engine::Engine::new(&Default::default());
        let report = engine.analyse(&change, &|wanted| source.texts(&change, wanted, &Cancel::default()));
        let mut target = target(&change, &report, &[]);
        let force = Force::of(&self.home.join("config"), Some(&*source), &pull.at, change.pull.revision.base.as_ref());
        target.subject.policy_digest = force.digest().to_owned();
        let request = Request { merge: true, ..Request::new(verb, vec![target], "seen on the train", NOW) };
        let place = self.world.path();
        let plan = later::plan(&place, &request, "the forge cannot be reached", force.digest(), None);
        assert!(plan.is_allowed() && plan.steps.len() == 1, "{plan:?}");
        let receipt = later::keep(&mut self.decisions(|| NOW).ledger().unwrap(), (&place, None), &plan, &request, NOW).unwrap();
        assert_eq!(receipt.strength, Strength::Advisory);
        receipt.case
    }

    fn send(&self, case: &CaseId, clock: fn() -> Timestamp) -> Sending {
        waiting::send(&self.decisions(clock), case, &Cancel::default()).unwrap()
    }

    #[track_caller]
    fn returned(&self, case: &CaseId, clock: fn() -> Timestamp, why: &str) {
        let main = self.world.id("main");
        match self.send(case, clock) {
            Sending::Returned(said) => assert!(said.contains(why), "{said}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(self.world.id("main"), main, "nothing was sent");
        assert!(waiting::list(&self.decisions(clock)).unwrap().is_empty(), "and it waits no more");
        let ledger = Ledger::open(&Paths::below(&self.home).ledger()).unwrap();
        assert!(ledger.list(1).unwrap()[0].kind == RecordKind::Returned && matches!(ledger.verify().unwrap(), ChainState::Whole { .. }));
    }
}

#[test]
fn what_still_holds_is_sent_once() {
    let desk = Desk::new();
    let case = desk.keep(Verb::Approve);
    let listed = waiting::list(&desk.decisions(|| NOW)).unwrap();
    assert_eq!((listed.len(), listed[0].verb, listed[0].reason.as_str()), (1, Verb::Approve, "seen on the train"));
    let before = desk.world.id("main");
    let Sending::Sent(receipt) = desk.send(&case, || Timestamp(NOW.0 + 60)) else { panic!("it holds") };
    assert_eq!(receipt.strength, Strength::Enforced);
    assert_ne!(desk.world.id("main"), before, "it is merged");
    assert!(waiting::send(&desk.decisions(|| NOW), &case, &Cancel::default()).unwrap_err().to_string().contains("waits to be sent"));
    let decided = desk.decisions(|| NOW).first_of(&lazaret::model::response::Plan::new(case, plan_of(&desk, &receipt.case))).unwrap();
    assert!(decided.is_none());
}

fn plan_of(desk: &Desk, case: &CaseId) -> lazaret::model::decision::Decision {
    let ledger = Ledger::open(&Paths::below(&desk.home).ledger()).unwrap();
    let decision = lazaret::store::cases::history(&ledger, case).unwrap().unwrap().plan.decision;
    assert_eq!(decision.at, NOW, "it was decided when it was decided");
    decision
}

#[test]
fn a_moved_head_is_given_back_and_never_sent() {
    for verb in [Verb::Approve, Verb::Quarantine] {
        let mut desk = Desk::new();
        let case = desk.keep(verb);
        desk.world.checkout("claude/x");
        desk.world.write("src/c.py", "c = 1\n");
        desk.world.commit("More");
        desk.world.git(&["switch", "-q", "--detach", "main"]);
        desk.returned(&case, || NOW, "its head moved since");
    }
}

#[test]
fn a_stricter_policy_a_day_and_a_vanished_branch_end_a_waiting_approval() {
    let mut desk = Desk::new();
    let case = desk.keep(Verb::Approve);
    desk.world.checkout("main");
    desk.world.write(".lazaret/policy.toml", "two-people = [\"approve\"]\n");
    desk.world.commit("Ask for two");
    desk.world.git(&["switch", "-q", "--detach", "main"]);
    desk.returned(&case, || NOW, "the policy changed since");
    let desk = Desk::new();
    let case = desk.keep(Verb::Approve);
    desk.returned(&case, || Timestamp(NOW.0 + 25 * 3600), "made more than 24 hours ago");
    let desk = Desk::new();
    let case = desk.keep(Verb::Approve);
    desk.world.git(&["branch", "-q", "-D", "claude/x"]);
    desk.returned(&case, || NOW, "claude/x");
}

/// Neither hours nor policies end a containment: only another head does.
#[test]
fn a_waiting_quarantine_is_sent_days_later_under_a_policy_that_nobody_can_read() {
    let mut desk = Desk::new();
    let case = desk.keep(Verb::Quarantine);
    desk.world.checkout("main");
    desk.world.write(".lazaret/policy.toml", "nonsense");
    desk.world.commit("Break the policy");
    desk.world.git(&["switch", "-q", "--detach", "main"]);
    let Sending::Sent(receipt) = desk.send(&case, || Timestamp(NOW.0 + 72 * 3600)) else { panic!("it holds") };
    assert!(receipt.strength > Strength::Failed);
    assert!(desk.world.try_git(&["rev-parse", "-q", "--verify", "refs/heads/claude/x"]).status.code() != Some(0));
}

#[test]
fn only_who_decided_sends_and_a_changed_record_is_no_decision() {
    let desk = Desk::new();
    let case = desk.keep(Verb::Approve);
    desk.world.git(&["config", "user.name", "Somebody else"]);
    let Sending::Waits(why) = desk.send(&case, || NOW) else { panic!("it is somebody else's") };
    assert!(why.contains("Reviewer <reviewer@example.com> made it, and only they can send it"), "{why}");
    assert_eq!(waiting::list(&desk.decisions(|| NOW)).unwrap().len(), 1, "it waits on");
}

#[test]
fn what_waits_is_listed_dropped_and_reminded_of() {
    let desk = Desk::new();
    let program = Program::new(desk.world.path(), &desk.home);
    assert_eq!(program.ok(&["waiting"]), "nothing waits\n");
    assert!(!desk.home.join("data").exists(), "looking makes no ledger");
    let case = desk.keep(Verb::Approve);
    let listed = program.ok(&["waiting", "list"]);
    for part in [case.0.as_str(), "approve", "claude/x", "seen on the train"] {
        assert!(listed.contains(part), "{part:?} is not in {listed}");
    }
    let run = program.run(&["list"]);
    assert!(run.err.contains("1 decision waits for the network: lazaret waiting list"), "{}", run.err);
    program.fails(&["waiting", "drop", "A-20260105-000000"], "no decision A-20260105-000000 waits to be sent");
    program.fails(&["waiting", "send", "A-20260105-000000"], "no decision A-20260105-000000 waits to be sent");
    program.ok(&["waiting", "drop", &case.0, "-m", "changed my mind"]);
    assert_eq!(program.ok(&["waiting", "list"]), "nothing waits\n");
    let record = program.ok(&["ledger", "list", "-n", "1"]);
    assert!(record.contains("dropped") && record.contains("changed my mind"), "{record}");
    // It was made in the past, so it is given back.
    let case = desk.keep(Verb::Release);
    let run = program.run(&["waiting", "send"]);
    assert!(run.code == 1 && run.out.contains(&format!("{} was not sent, and is given back to you", case.0)), "{}{}", run.out, run.err);
}
