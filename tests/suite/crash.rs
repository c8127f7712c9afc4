//! A stop at any moment leaves a world that is finished or undone; nobody works on a repository twice at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use lazaret::model::cancel::Cancel;
use lazaret::model::commit_id::CommitId;
use lazaret::model::decision::Verb;
use lazaret::model::ledger::ChainState;
use lazaret::model::pull::Revision;
use lazaret::model::response::{CaseId, Plan, Step, StepOutcome, Strength};
use lazaret::model::time::Timestamp;
use lazaret::response::error::ResponseError;
use lazaret::response::executor::carry_out;
use lazaret::response::git;
use lazaret::response::journal::{Case, Ending, Journal};
use lazaret::response::request::Request;
use lazaret::response::responder::{Materials, Responder as _};
use lazaret::response::resume::resume_all;
use lazaret::runtime::journal::LedgerJournal;
use lazaret::store::ledger::Ledger;

use crate::approve::approve;
use crate::scene::{AT, BRANCH, Scene, Untouchable, refs};

/// A journal that stops everything at its `stop`-th moment: before a write (even) or right after it (odd).
struct Stopper {
    inner: LedgerJournal,
    moment: usize,
    stop: usize,
    kill: bool,
}

impl Stopper {
    fn pass(&mut self) -> Result<(), ResponseError> {
        let now = self.moment;
        self.moment += 1;
        if now != self.stop {
            return Ok(());
        }
        if self.kill {
            std::process::abort();
        }
        Err(ResponseError::Journal("stopped by the test".to_owned()))
    }
}

impl Journal for Stopper {
    fn begin(&mut self, repository: &str, plan: &Plan) -> Result<(), ResponseError> {
        self.pass()?;
        self.inner.begin(repository, plan)?;
        self.pass()
    }

    fn outcome(&mut self, repository: &str, plan: &Plan, outcome: &StepOutcome) -> Result<(), ResponseError> {
        self.pass()?;
        self.inner.outcome(repository, plan, outcome)?;
        self.pass()
    }

    fn end(&mut self, repository: &str, plan: &Plan, ending: Ending, says: &str) -> Result<Option<(u64, String)>, ResponseError> {
        self.pass()?;
        let head = self.inner.end(repository, plan, ending, says)?;
        self.pass()?;
        Ok(head)
    }

    fn unfinished(&self) -> Result<Vec<Case>, ResponseError> {
        self.inner.unfinished()
    }

    fn case(&self, id: &CaseId) -> Result<Option<Case>, ResponseError> {
        self.inner.case(id)
    }

    fn since(&self, verb: Verb, then: Timestamp) -> Result<Vec<Case>, ResponseError> {
        self.inner.since(verb, then)
    }

    fn cases(&self) -> Result<Vec<Case>, ResponseError> {
        self.inner.cases()
    }
}

/// A world ready for `verb`, and the request. Worlds of the same verb are equal to the last commit id.
fn ready(verb: Verb) -> (Scene, Request) {
    let scene = Scene::new();
    let request = match verb {
        Verb::Quarantine => Scene::request(verb, vec![scene.target(BRANCH)]),
        Verb::Approve => {
            scene.world.git(&["switch", "-q", "--detach"]);
            approve(&scene, true)
        }
        Verb::Release => {
            let case = scene.quarantine().case.0;
            Request { at: Timestamp(AT.0 + 1), ..Scene::request(verb, vec![Scene::named(&case)]) }
        }
        Verb::Revert => {
            let target = scene.target(BRANCH);
            scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", BRANCH]);
            Scene::request(verb, vec![target])
        }
        other => unreachable!("{other:?} is no verb of a plain repository"),
    };
    (scene, request)
}

/// Everything a verb may change.
fn outside(scene: &Scene) -> (BTreeMap<String, String>, String) {
    (refs(&scene.world), scene.deny_list())
}

#[test]
fn an_approval_stopped_at_any_moment_is_finished() {
    stops(Verb::Approve);
}

#[test]
fn a_quarantine_stopped_at_any_moment_is_finished_or_undone() {
    stops(Verb::Quarantine);
}

#[test]
fn a_release_stopped_at_any_moment_is_finished() {
    stops(Verb::Release);
}

#[test]
fn a_revert_stopped_at_any_moment_is_finished() {
    stops(Verb::Revert);
}

/// Stops `verb` at every moment there is and starts again: the world is the one before or the one after, never another.
fn stops(verb: Verb) {
    let (done, request) = ready(verb);
    let before = outside(&done);
    let steps = done.carry_out(&request).outcomes.len();
    let after = outside(&done);
    assert_ne!(before, after, "{verb:?} must do something to be worth the test");
    for stop in 0..2 * (steps + 2) {
        let (scene, request) = ready(verb);
        let untouched = Untouchable::of(&scene.world);
        stop_at(&scene, &request, stop);
        let receipts = resume_all(&scene.responder(), &mut scene.journal(), &scene.materials()).unwrap();
        let undone = stop == 0 || (stop == 1 && verb == Verb::Quarantine);
        let expected = if undone { &before } else { &after };
        assert_eq!(&outside(&scene), expected, "{verb:?} stopped at {stop}: {receipts:?}");
        assert_eq!(receipts.len(), usize::from(stop != 0 && stop != 2 * (steps + 2) - 1), "{verb:?} at {stop}");
        assert!(receipts.iter().all(|receipt| (receipt.strength == Strength::Failed) == undone), "{verb:?} at {stop}: {receipts:?}");
        assert_eq!(resume_all(&scene.responder(), &mut scene.journal(), &scene.materials()).unwrap(), [], "nothing is left to resume");
        untouched.still_holds(&scene.world);
        assert!(matches!(scene.journal().ledger().verify().unwrap(), ChainState::Whole { .. }));
        if undone && stop == 1 {
            let again = Request { at: Timestamp(AT.0 + 9), ..request };
            assert_ne!(scene.carry_out(&again).strength, Strength::Failed, "it can be run again");
        }
    }
}

/// Carries out `request` up to moment `stop`, as if the process had ended there. Returns the plan.
fn stop_at(scene: &Scene, request: &Request, stop: usize) -> Plan {
    let plan = scene.plan(request);
    let mut journal = Stopper { inner: scene.journal(), moment: 0, stop, kill: false };
    carry_out(&plan, &scene.responder(), &mut journal, &scene.materials(), &Cancel::default()).unwrap_err();
    plan
}

const KILLED: &str = "LAZARET_TEST_KILLED";

/// The same with a process that dies for real, locks held and files open.
#[test]
fn a_killed_process_is_resumed_by_the_next_one() {
    for stop in [2, 4, 6] {
        let (scene, _) = ready(Verb::Quarantine);
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program);
        child.args(["--exact", "crash::dies", "--ignored", "--nocapture"]).env(KILLED, format!("{stop}:{}", scene.world.path().display()));
        let output = child.output().unwrap();
        assert!(!output.status.success(), "it must die: {}", String::from_utf8_lossy(&output.stdout));
        let receipts = resume_all(&scene.responder(), &mut scene.journal(), &scene.materials()).unwrap();
        assert_eq!(receipts.len(), 1, "{stop}");
        assert_ne!(receipts[0].strength, Strength::Failed, "{receipts:?}");
        assert!(!refs(&scene.world).contains_key("refs/heads/claude/login"));
        assert!(scene.deny_list().contains("denied "));
    }
}

/// The body of the process above; without its word there is nothing to do.
#[test]
#[ignore = "only run by a_killed_process_is_resumed_by_the_next_one, as a process of its own"]
fn dies() {
    let Ok(word) = std::env::var(KILLED) else { return };
    let (stop, path) = word.split_once(':').unwrap();
    let path = PathBuf::from(path);
    let home = path.parent().unwrap().join("home");
    let responder = git::open(&path).unwrap();
    let repo = |args: &[&str]| String::from_utf8(Command::new("git").arg("-C").arg(&path).args(args).output().unwrap().stdout).unwrap();
    let id = |name: &str| CommitId::parse(repo(&["rev-parse", name]).trim());
    let mut target = Scene::named(BRANCH);
    (target.branch, target.base) = (BRANCH.to_owned(), "main".to_owned());
    target.subject.revision = Revision { base: id("main"), head: id(BRANCH), merge_base: id("main") };
    let inner = LedgerJournal::new(Ledger::open(&home.join("ledger.db")).unwrap(), || AT);
    let plan = responder.plan(&Scene::request(Verb::Quarantine, vec![target]), &inner).unwrap();
    let mut journal = Stopper { inner, moment: 0, stop: stop.parse().unwrap(), kill: true };
    let materials = Materials { evidence: home.join("evidence"), reports: Vec::new() };
    let _ = carry_out(&plan, &responder, &mut journal, &materials, &Cancel::default());
}

#[test]
fn a_move_cut_off_between_its_refs_is_finished() {
    let (scene, request) = ready(Verb::Quarantine);
    let head = scene.world.id(BRANCH);
    // Stopped with the evidence journalled; then the new ref alone was made.
    let plan = stop_at(&scene, &request, 3);
    scene.world.git(&["update-ref", &format!("refs/quarantine/{}/{BRANCH}", plan.case.0), &head]);
    let receipts = resume_all(&scene.responder(), &mut scene.journal(), &scene.materials()).unwrap();
    assert_ne!(receipts[0].strength, Strength::Failed, "{receipts:?}");
    assert!(!refs(&scene.world).contains_key("refs/heads/claude/login"));
}

#[test]
fn a_world_that_moved_before_the_resume_is_left_as_it_is() {
    let (mut scene, request) = ready(Verb::Quarantine);
    stop_at(&scene, &request, 3);
    scene.world.checkout(BRANCH);
    scene.world.write("more.txt", "more\n");
    scene.world.commit("More");
    scene.world.checkout("main");
    let before = outside(&scene);
    let receipts = resume_all(&scene.responder(), &mut scene.journal(), &scene.materials()).unwrap();
    assert_eq!(receipts[0].strength, Strength::Failed);
    assert!(receipts[0].outcomes[1].says.contains("moved meanwhile"), "{receipts:?}");
    assert!(receipts[0].outcomes[2].says.contains("not done"), "{receipts:?}");
    assert_eq!(outside(&scene), before);
}

#[test]
fn a_stale_plan_moves_nothing() {
    let (mut scene, request) = ready(Verb::Quarantine);
    let plan = scene.plan(&request);
    scene.world.checkout(BRANCH);
    scene.world.write("more.txt", "more\n");
    scene.world.commit("More");
    scene.world.checkout("main");
    let before = outside(&scene);
    let receipt = carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap();
    assert_eq!((receipt.strength, receipt.undo), (Strength::Failed, None));
    assert_eq!(outside(&scene), before);
}

#[test]
fn one_decision_is_carried_out_once() {
    let (scene, request) = ready(Verb::Quarantine);
    let plan = scene.plan(&request);
    let run = || carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &Cancel::default());
    run().unwrap();
    let (world, records) = (outside(&scene), scene.journal().ledger().list(99).unwrap().len());
    let error = run().unwrap_err().to_string();
    assert!(error.contains("is in the ledger already") && error.contains(&plan.case.0), "{error}");
    assert_eq!((outside(&scene), scene.journal().ledger().list(99).unwrap().len()), (world, records));
}

#[test]
fn one_lazaret_at_a_time() {
    let (scene, request) = ready(Verb::Quarantine);
    let plan = scene.plan(&request);
    let folder = scene.world.path().join(".git/lazaret");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = std::fs::File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let error = carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap_err();
    assert!(matches!(error, ResponseError::Busy(_)) && error.to_string().contains("another lazaret is at work"), "{error}");
    assert!(scene.journal().ledger().list(9).unwrap().is_empty());
    lock.unlock().unwrap();
    let cancelled = Cancel::default();
    cancelled.cancel();
    let error = carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &cancelled).unwrap_err();
    assert_eq!(error, ResponseError::Cancelled);
}

#[test]
fn a_ref_locked_by_git_is_said_and_nothing_moves() {
    let (scene, request) = ready(Verb::Quarantine);
    let before = refs(&scene.world);
    let lock = scene.world.path().join(".git/refs/heads/claude/login.lock");
    std::fs::write(&lock, "").unwrap();
    let plan = scene.plan(&request);
    let receipt = carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap();
    assert_eq!(receipt.strength, Strength::Failed);
    assert!(receipt.outcomes[1].says.contains("held by another git"), "{receipt:?}");
    std::fs::remove_file(&lock).unwrap();
    assert_eq!(refs(&scene.world), before);
}

#[test]
fn a_place_that_is_no_repository_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let error = git::open(folder.path()).err().unwrap().to_string();
    assert!(error.contains("is not inside a git repository") && !error.contains('\n'), "{error}");
    let error = git::open(&folder.path().join("nowhere")).err().unwrap().to_string();
    assert!(error.contains("is not inside a git repository"), "{error}");
}

#[test]
fn plans_come_back_from_the_ledger_as_they_went_in() {
    for verb in [Verb::Approve, Verb::Quarantine, Verb::Release, Verb::Revert] {
        let (scene, request) = ready(verb);
        let plan = scene.plan(&request);
        let receipt = carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap();
        let case = scene.journal().case(&plan.case).unwrap().unwrap();
        assert_eq!((case.plan, case.outcomes, case.ended), (plan.clone(), receipt.outcomes, true));
        assert_eq!(case.repository, scene.responder().name());
        assert!(plan.steps.iter().all(|planned| !planned.says.is_empty() && !matches!(planned.step, Step::Record)));
    }
}
