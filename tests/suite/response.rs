//! The verbs on real git: what they do, what they refuse, and that a crash anywhere leaves a world that is finished or
//! undone.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use lazaret::model::cancel::Cancel;
use lazaret::model::decision::{Subject, Verb};
use lazaret::model::finding::Fingerprint;
use lazaret::model::ledger::ChainState;
use lazaret::model::pull::{CommitId, Origin, PullRef, Revision};
use lazaret::model::response::{CaseId, Plan, Receipt, Step, StepOutcome, Strength};
use lazaret::model::review::{DismissReason, Disposition};
use lazaret::model::time::Timestamp;
use lazaret::response::error::ResponseError;
use lazaret::response::executor::{Materials, carry_out};
use lazaret::response::facts::Guard;
use lazaret::response::git::{self, GitResponder, hook};
use lazaret::response::journal::{Case, Ending, Journal};
use lazaret::response::request::{Request, Target};
use lazaret::response::resume::resume_all;
use lazaret::runtime::journal::LedgerJournal;
use lazaret::store::ledger::Ledger;

use crate::world::{HUMAN, World, snapshot};

const AT: Timestamp = Timestamp(1_767_700_000);
const BRANCH: &str = "claude/login";

/// A repository with an agent's branch, and a home of lazaret's beside it.
pub(crate) struct Scene {
    pub(crate) world: World,
}

impl Scene {
    /// `main` with one commit, and `claude/login` with two on top of it.
    pub(crate) fn new() -> Self {
        let mut world = World::new();
        world.git(&["config", "user.name", "Maintainer"]);
        world.git(&["config", "user.email", "maintainer@example.com"]);
        world.write("src/auth.py", "def login(user):\n    check(user)\n    return user\n\n\ndef logout(user):\n    forget(user)\n");
        world.commit("Add login");
        world.agent_branch(
            BRANCH,
            "Tidy login",
            &[("src/auth.py", "def login(user):\n    return user\n\n\ndef logout(user):\n    forget(user)\n")],
        );
        world.checkout(BRANCH);
        world.write("src/new.py", "import os\n\nprint(os.name)\n");
        world.commit_as(crate::world::CLAUDE, "Add a script");
        world.checkout("main");
        Self { world }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.world.beside("home")
    }

    pub(crate) fn evidence(&self) -> PathBuf {
        self.home().join("evidence")
    }

    pub(crate) fn journal(&self) -> LedgerJournal {
        LedgerJournal::new(Ledger::open(&self.home().join("ledger.db")).unwrap(), || AT)
    }

    pub(crate) fn responder(&self) -> GitResponder {
        git::open(&self.world.path()).unwrap()
    }

    pub(crate) fn materials(&self) -> Materials {
        Materials { evidence: self.evidence(), reports: vec![br#"{"findings":[]}"#.to_vec()] }
    }

    /// `branch` as a reviewer sees it now, against main.
    pub(crate) fn target(&self, branch: &str) -> Target {
        let id = |revision: &str| CommitId::parse(&self.world.id(revision));
        let base = CommitId::parse(&self.world.git(&["merge-base", "main", branch]));
        Target {
            pull: PullRef { origin: Origin::Local, repo: ".".to_owned(), name: branch.to_owned() },
            branch: branch.to_owned(),
            base: "main".to_owned(),
            subject: Subject {
                revision: Revision { base: id("main"), head: id(branch), merge_base: base },
                diff_digest: "d1".to_owned(),
                ..Subject::default()
            },
            hard: Vec::new(),
            dispositions: Vec::new(),
        }
    }

    /// One commit as a reviewer names it.
    fn commit_target(&self, revision: &str) -> Target {
        let mut target = self.target("main");
        target.branch = String::new();
        target.pull.name = revision.to_owned();
        target.subject.revision.head = CommitId::parse(&self.world.id(revision));
        target.subject.revision.merge_base = CommitId::parse(&self.world.id(&format!("{revision}^1")));
        target
    }

    fn named(name: &str) -> Target {
        Target {
            pull: PullRef { origin: Origin::Local, repo: ".".to_owned(), name: name.to_owned() },
            branch: String::new(),
            base: String::new(),
            subject: Subject::default(),
            hard: Vec::new(),
            dispositions: Vec::new(),
        }
    }

    pub(crate) fn request(verb: Verb, targets: Vec<Target>) -> Request {
        Request { verb, targets, reason: "looks like a way in".to_owned(), merge: false, at: AT }
    }

    /// The plan of `request`, proving that planning writes nothing at all into the repository.
    pub(crate) fn plan(&self, request: &Request) -> Plan {
        let before = everything(&self.world);
        let plan = self.responder().plan(request, &self.journal()).unwrap();
        assert_eq!(everything(&self.world), before, "planning wrote something");
        plan
    }

    /// Plans and carries out, proving what always holds.
    pub(crate) fn carry_out(&self, request: &Request) -> Receipt {
        let plan = self.plan(request);
        assert_eq!((plan.refusals.as_slice(), plan.conflicts.as_slice()), (&[][..], &[][..]));
        let before = Untouchable::of(&self.world);
        let receipt = carry_out(&plan, &self.responder(), &mut self.journal(), &self.materials(), &Cancel::default()).unwrap();
        before.still_holds(&self.world);
        assert!(matches!(self.journal().ledger().verify().unwrap(), ChainState::Whole { .. }));
        receipt
    }

    pub(crate) fn quarantine(&self) -> Receipt {
        self.carry_out(&Self::request(Verb::Quarantine, vec![self.target(BRANCH)]))
    }

    fn release(&self, name: &str) -> Receipt {
        self.carry_out(&Self::request(Verb::Release, vec![Self::named(name)]))
    }

    /// The one refusal of `request`.
    fn refusal(&self, request: &Request) -> String {
        let plan = self.plan(request);
        assert!(!plan.is_allowed() && plan.steps.is_empty(), "{plan:?}");
        let error = carry_out(&plan, &self.responder(), &mut self.journal(), &self.materials(), &Cancel::default()).unwrap_err();
        assert!(matches!(error, ResponseError::Refused(_)), "{error}");
        plan.refusals.join(" | ")
    }

    fn deny_list(&self) -> String {
        std::fs::read_to_string(self.world.path().join(".git/lazaret/deny")).unwrap_or_default()
    }

    fn guard(&self) -> hook::Installed {
        hook::install(&self.world.path(), &[]).unwrap()
    }
}

/// Refs by name.
pub(crate) fn refs(world: &World) -> BTreeMap<String, String> {
    let text = world.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
    text.lines().map(|line| line.split_once(' ').unwrap()).map(|(name, id)| (name.to_owned(), id.to_owned())).collect()
}

/// Every file there is, `.git` included, with its content.
fn everything(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = snapshot(&world.path());
    files.extend(snapshot(&world.path().join(".git")));
    files
}

/// What no verb may touch, and the values that may not get lost.
struct Untouchable {
    tree: Vec<(PathBuf, Vec<u8>)>,
    index: Vec<u8>,
    head: Vec<u8>,
    config: Vec<u8>,
    values: BTreeSet<String>,
}

impl Untouchable {
    fn of(world: &World) -> Self {
        let read = |name: &str| std::fs::read(world.path().join(".git").join(name)).unwrap();
        Self {
            tree: snapshot(&world.path()),
            index: read("index"),
            head: read("HEAD"),
            config: read("config"),
            values: refs(world).into_values().collect(),
        }
    }

    fn still_holds(&self, world: &World) {
        let now = Self::of(world);
        assert!(self.tree == now.tree, "the working tree was touched");
        assert!(self.index == now.index, "the index was touched");
        assert!(self.head == now.head, "HEAD was touched");
        assert!(self.config == now.config, "the configuration was touched");
        for value in &self.values {
            let held = now.values.iter().any(|tip| world.try_git(&["merge-base", "--is-ancestor", value, tip]).status.success());
            assert!(held, "{value} is held by no ref any more");
        }
        let fsck = world.git(&["fsck", "--full", "--strict", "--no-dangling"]);
        assert_eq!(fsck, "");
    }
}

fn strengths(receipt: &Receipt) -> Vec<Strength> {
    receipt.outcomes.iter().map(|outcome| outcome.strength).collect()
}

// --- quarantine and release

#[test]
fn quarantine_moves_the_branch_away_and_denies_its_commits() {
    let scene = Scene::new();
    let head = scene.world.id(BRANCH);
    let receipt = scene.quarantine();
    let case = &receipt.case.0;
    assert!(case.starts_with("Q-20260106-"), "{case}");
    let refs = refs(&scene.world);
    assert_eq!(refs.get(&format!("refs/quarantine/{case}/{BRANCH}")), Some(&head));
    assert!(!refs.contains_key("refs/heads/claude/login"));
    assert_eq!(strengths(&receipt), [Strength::Enforced, Strength::Enforced, Strength::Advisory], "{receipt:?}");
    assert_eq!(receipt.strength, Strength::Advisory);
    let why = &receipt.outcomes[2].says;
    assert!(why.contains("lazaret hook install"), "{why}");
    assert_eq!(receipt.undo, Some(format!("lazaret release {case}")));
    // Two commits and the whole change as a squash would have it.
    assert_eq!(scene.deny_list().lines().filter(|line| line.starts_with("denied ")).count(), 3);
    assert_eq!(receipt.ledger_head.unwrap().0, 5, "intent, three outcomes, end");
}

#[test]
fn quarantine_again_says_so_and_does_nothing() {
    let scene = Scene::new();
    let target = scene.target(BRANCH);
    let case = scene.quarantine().case.0;
    let before = everything(&scene.world);
    let request = Request { at: Timestamp(AT.0 + 60), ..Scene::request(Verb::Quarantine, vec![target]) };
    let plan = scene.plan(&request);
    assert!(plan.is_allowed() && plan.steps.is_empty());
    assert_eq!(plan.warnings, [format!("{BRANCH} is already quarantined under case {case}")]);
    let receipt = carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap();
    assert!(receipt.outcomes.is_empty());
    assert_eq!(everything(&scene.world), before);
}

#[test]
fn release_puts_everything_back_and_keeps_the_record() {
    let scene = Scene::new();
    let before = refs(&scene.world);
    let held = scene.quarantine();
    let receipt = scene.release(&held.case.0);
    assert_eq!(refs(&scene.world), before);
    assert_eq!(strengths(&receipt), [Strength::Enforced, Strength::Enforced]);
    let list = scene.deny_list();
    assert_eq!(list.lines().filter(|line| line.starts_with("lifted ")).count(), 3, "{list}");
    assert!(!list.contains("\ndenied "), "{list}");
    scene.world.git(&["checkout", "-q", BRANCH]);
    let again = scene.plan(&Scene::request(Verb::Release, vec![Scene::named(&held.case.0)]));
    assert!(again.is_allowed() && again.steps.is_empty() && again.warnings[0].contains("released already"), "{again:?}");
}

#[test]
fn release_finds_a_branch_by_its_name_and_a_second_hold_is_a_new_case() {
    let scene = Scene::new();
    let first = scene.quarantine();
    scene.release(BRANCH);
    let request = Request { at: Timestamp(AT.0 + 1), ..Scene::request(Verb::Quarantine, vec![scene.target(BRANCH)]) };
    let second = scene.carry_out(&request);
    assert_ne!(first.case, second.case);
    assert!(refs(&scene.world).contains_key(&format!("refs/quarantine/{}/{BRANCH}", second.case.0)));
    assert!(scene.refusal(&Scene::request(Verb::Release, vec![Scene::named("claude/other")])).contains("nothing is held"));
}

#[test]
fn release_refuses_to_run_over_a_branch_made_since() {
    let scene = Scene::new();
    let case = scene.quarantine().case.0;
    scene.world.git(&["branch", BRANCH, "main"]);
    let why = scene.refusal(&Scene::request(Verb::Release, vec![Scene::named(&case)]));
    assert!(why.contains("exists again with other commits") && why.contains("git branch -m"), "{why}");
    scene.world.git(&["branch", "-f", BRANCH, &format!("refs/quarantine/{case}/{BRANCH}")]);
    scene.release(&case);
    assert!(!refs(&scene.world).keys().any(|name| name.starts_with("refs/quarantine/")));
}

#[test]
fn without_the_ledger_a_release_reads_the_repository_and_says_so() {
    let scene = Scene::new();
    let before = refs(&scene.world);
    let case = scene.quarantine().case.0;
    std::fs::remove_dir_all(scene.home()).unwrap();
    let plan = scene.plan(&Scene::request(Verb::Release, vec![Scene::named(&case)]));
    assert!(plan.warnings.iter().any(|warning| warning.contains("does not know case")), "{plan:?}");
    scene.release(&case);
    assert_eq!(refs(&scene.world), before);
}

#[test]
fn a_checked_out_branch_is_refused_with_what_to_do() {
    let scene = Scene::new();
    let target = scene.target(BRANCH);
    let request = Scene::request(Verb::Quarantine, vec![target]);
    scene.world.checkout(BRANCH);
    let why = scene.refusal(&request);
    assert!(why.contains("is checked out in") && why.contains("git switch --detach"), "{why}");
    scene.world.git(&["switch", "-q", "--detach"]);
    assert!(scene.plan(&request).is_allowed());
    let tree = scene.world.beside("linked");
    scene.world.git(&["worktree", "add", "-q", tree.to_str().unwrap(), BRANCH]);
    assert!(scene.refusal(&request).contains("linked"));
    std::fs::remove_dir_all(&tree).unwrap();
    assert!(scene.refusal(&request).contains("linked"), "git still counts a worktree whose folder is gone");
    scene.world.git(&["worktree", "prune"]);
    assert!(scene.plan(&request).is_allowed());
}

#[test]
fn a_branch_in_the_middle_of_a_rebase_is_refused() {
    let mut scene = Scene::new();
    scene.world.write("src/auth.py", "def login(user):\n    audit(user)\n    check(user)\n    return None\n");
    scene.world.commit("Audit");
    let target = scene.target(BRANCH);
    scene.world.checkout(BRANCH);
    assert!(!scene.world.try_git(&["rebase", "main"]).status.success(), "it must stop at a conflict");
    let why = scene.refusal(&Scene::request(Verb::Quarantine, vec![target]));
    assert!(why.contains("is checked out in"), "{why}");
}

#[test]
fn a_branch_that_moved_is_refused_and_so_is_the_base() {
    let mut scene = Scene::new();
    let target = scene.target(BRANCH);
    scene.world.checkout(BRANCH);
    scene.world.write("src/new.py", "import sys\n");
    scene.world.commit("More");
    scene.world.checkout("main");
    let why = scene.refusal(&Scene::request(Verb::Quarantine, vec![target]));
    assert!(why.contains("moved since you looked"), "{why}");
    scene.world.git(&["switch", "-q", "--detach"]);
    let main = Target { branch: "main".to_owned(), ..scene.commit_target("main") };
    assert!(scene.refusal(&Scene::request(Verb::Quarantine, vec![main])).contains("merged into"));
}

#[test]
fn every_verb_but_approve_needs_a_reason_and_all_need_a_name() {
    let scene = Scene::new();
    let request = Request { reason: " ".to_owned(), ..Scene::request(Verb::Quarantine, vec![scene.target(BRANCH)]) };
    assert!(scene.refusal(&request).contains("needs a reason"));
    assert!(scene.plan(&Request { verb: Verb::Approve, ..request.clone() }).is_allowed());
    // An empty value shadows whatever the machine's own configuration says.
    scene.world.git(&["config", "user.email", ""]);
    let error = scene.responder().plan(&request, &scene.journal()).unwrap_err().to_string();
    assert!(error.contains("git config user.name"), "{error}");
}

#[test]
fn what_a_remote_still_has_is_advisory() {
    let scene = Scene::new();
    let clone = scene.world.beside("origin.git");
    scene.world.git(&["clone", "-q", "--bare", ".", clone.to_str().unwrap()]);
    scene.world.git(&["remote", "add", "origin", clone.to_str().unwrap()]);
    scene.world.git(&["fetch", "-q", "origin"]);
    let target = scene.target(BRANCH);
    scene.world.git(&["branch", "-q", "-D", BRANCH]);
    let request = Scene::request(Verb::Quarantine, vec![target]);
    let plan = scene.plan(&request);
    assert!(plan.warnings.iter().any(|warning| warning.contains("ADVISORY") && warning.contains("origin/claude/login")), "{plan:?}");
    let receipt = scene.carry_out(&request);
    assert_eq!(receipt.outcomes[1].strength, Strength::Advisory);
    // Released, the commits keep a ref even if the remote drops them.
    scene.release(&receipt.case.0);
    assert!(refs(&scene.world).contains_key(&format!("refs/lazaret/released/{}/{BRANCH}", receipt.case.0)));
    assert!(!refs(&scene.world).contains_key("refs/heads/claude/login"));
}

#[test]
fn several_pulls_are_held_in_one_case() {
    let mut scene = Scene::new();
    scene.world.agent_branch("claude/other", "Other", &[("other.txt", "other\n")]);
    let before = refs(&scene.world);
    let targets = vec![scene.target(BRANCH), scene.target("claude/other")];
    let receipt = scene.carry_out(&Scene::request(Verb::Quarantine, targets));
    let held: Vec<_> = refs(&scene.world).into_keys().filter(|name| name.starts_with("refs/quarantine/")).collect();
    assert_eq!(held.len(), 2);
    scene.release(&receipt.case.0);
    assert_eq!(refs(&scene.world), before);
}

#[test]
fn packed_refs_move_too() {
    let scene = Scene::new();
    scene.world.git(&["pack-refs", "--all"]);
    let before = refs(&scene.world);
    let case = scene.quarantine().case.0;
    assert!(!refs(&scene.world).contains_key("refs/heads/claude/login"));
    scene.release(&case);
    assert_eq!(refs(&scene.world), before);
}

#[test]
fn a_shallow_clone_can_hold_and_release() {
    let mut scene = Scene::new();
    scene.world.write("README.md", "# example\n\nmore\n");
    scene.world.commit("Describe");
    let shallow = World::empty();
    let url = format!("file://{}", scene.world.path().display());
    std::fs::remove_dir_all(shallow.path()).unwrap();
    scene.world.git(&["clone", "-q", "--depth", "1", "--no-single-branch", &url, shallow.path().to_str().unwrap()]);
    shallow.git(&["branch", "-q", BRANCH, "origin/claude/login"]);
    shallow.git(&["config", "user.name", "Maintainer"]);
    shallow.git(&["config", "user.email", "maintainer@example.com"]);
    let id = |name: &str| CommitId::parse(&shallow.id(name));
    let mut target = Scene::named(BRANCH);
    (target.branch, target.base) = (BRANCH.to_owned(), "main".to_owned());
    target.subject.revision = Revision { base: id("main"), head: id(BRANCH), merge_base: None };
    let shallow = Scene { world: shallow };
    let case = shallow.carry_out(&Scene::request(Verb::Quarantine, vec![target])).case.0;
    assert!(!refs(&shallow.world).contains_key("refs/heads/claude/login"));
    shallow.release(&case);
    assert!(refs(&shallow.world).contains_key("refs/heads/claude/login"));
}

#[test]
fn a_bare_repository_holds_any_branch_but_the_one_its_head_names() {
    let scene = Scene::new();
    let bare = scene.world.beside("bare.git");
    scene.world.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let path = bare.to_str().unwrap();
    for (key, value) in [("user.name", "Maintainer"), ("user.email", "maintainer@example.com")] {
        scene.world.git(&["-C", path, "config", key, value]);
    }
    let responder = git::open(&bare).unwrap();
    let request = Scene::request(Verb::Quarantine, vec![scene.target(BRANCH)]);
    scene.world.git(&["-C", path, "symbolic-ref", "HEAD", "refs/heads/claude/login"]);
    let plan = responder.plan(&request, &scene.journal()).unwrap();
    assert!(plan.refusals[0].contains("bare.git"), "{plan:?}");
    scene.world.git(&["-C", path, "symbolic-ref", "HEAD", "refs/heads/main"]);
    let plan = responder.plan(&request, &scene.journal()).unwrap();
    let receipt = carry_out(&plan, &responder, &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap();
    assert_ne!(receipt.strength, Strength::Failed, "{receipt:?}");
    assert_eq!(scene.world.git(&["-C", path, "branch", "--format=%(refname)"]), "refs/heads/main");
}

#[test]
fn a_change_without_commits_and_a_symbolic_branch_are_refused() {
    let scene = Scene::new();
    let mut target = scene.target(BRANCH);
    target.subject.revision = Revision::default();
    assert!(scene.refusal(&Scene::request(Verb::Quarantine, vec![target])).contains("has no commits"));
    let mut target = scene.target(BRANCH);
    target.subject.revision.head = CommitId::parse(&"ab".repeat(20));
    assert!(scene.refusal(&Scene::request(Verb::Quarantine, vec![target])).contains("fetch it first"));
    scene.world.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    let request = Scene::request(Verb::Quarantine, vec![scene.target("alias")]);
    let error = scene.responder().plan(&request, &scene.journal()).unwrap_err().to_string();
    assert!(error.contains("is a symbolic ref"), "{error}");
}

#[test]
fn a_damaged_deny_list_is_said_with_its_line() {
    let scene = Scene::new();
    let case = scene.quarantine().case.0;
    let path = scene.world.path().join(".git/lazaret/deny");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}denied what {case}\n")).unwrap();
    let error =
        scene.responder().plan(&Scene::request(Verb::Release, vec![Scene::named(&case)]), &scene.journal()).unwrap_err().to_string();
    assert!(error.contains("deny, line 5") && !error.contains('\n'), "{error}");
}

#[test]
fn hostile_words_stay_on_their_line() {
    let scene = Scene::new();
    let target = scene.target(BRANCH);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge \u{1b}[31m\u{202e}red", BRANCH]);
    let request = Request { reason: "bad\nReverts: nothing\n\u{1b}[2J".to_owned(), ..Scene::request(Verb::Revert, vec![target]) };
    let receipt = scene.carry_out(&request);
    let message = scene.world.git(&["log", "-1", "--format=%B", &format!("revert/{}", receipt.case.0)]);
    assert_eq!(message.lines().filter(|line| line.starts_with("Reverts: ")).count(), 1, "{message}");
    assert!(!message.contains(['\u{1b}', '\u{202e}']), "{message}");
}

// --- the hook

/// Ways of `main` to gain the held change, each as git commands; `None` stands for the last commit of the branch.
fn ways_in(head: &str) -> Vec<(&'static str, Vec<Vec<String>>)> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    vec![
        ("merge", vec![words(&format!("merge -q --no-ff -m Merge {head}"))]),
        ("fast-forward", vec![words(&format!("merge -q --ff-only {head}"))]),
        ("cherry-pick", vec![words(&format!("cherry-pick {head}"))]),
        ("cherry-pick of an earlier commit", vec![words(&format!("cherry-pick {head}~1"))]),
        ("squash", vec![words(&format!("merge -q --squash {head}")), words("commit -q -m Squash")]),
        ("reset", vec![words(&format!("reset -q --hard {head}"))]),
        ("update-ref", vec![words(&format!("update-ref refs/heads/main {head}"))]),
    ]
}

/// Runs the commands; whether all went through.
fn passes(scene: &Scene, commands: &[Vec<String>]) -> bool {
    commands.iter().all(|command| scene.world.try_git(&command.iter().map(String::as_str).collect::<Vec<_>>()).status.success())
}

/// Runs one git command that the hook must refuse, in the hook's own words.
fn refused(scene: &Scene, command: &[&str]) {
    let output = scene.world.try_git(command);
    let says = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && says.contains("held in quarantine under case"), "{command:?}: {says}");
}

fn clean(scene: &Scene, main: &str) {
    scene.world.git(&["update-ref", "refs/heads/main", main]);
    scene.world.git(&["reset", "-q", "--hard", main]);
    scene.world.git(&["clean", "-qfd"]);
}

#[test]
fn the_hook_refuses_every_way_back_in_until_release() {
    let mut scene = Scene::new();
    // On top of a base that moved, so that only id and patch can tell.
    scene.world.write("README.md", "# example\n\nmore\n");
    scene.world.commit("Describe");
    let (head, main) = (scene.world.id(BRANCH), scene.world.id("main"));
    let installed = scene.guard();
    assert!(installed.changed && installed.protects == ["refs/heads/main"], "{installed:?}");
    let receipt = scene.quarantine();
    assert_eq!(receipt.strength, Strength::Enforced, "{receipt:?}");
    for (way, commands) in ways_in(&head) {
        if way == "fast-forward" {
            continue;
        }
        let (last, first) = commands.split_last().unwrap();
        assert!(passes(&scene, first), "{way}");
        refused(&scene, &last.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(scene.world.id("main"), main, "{way} moved main");
        clean(&scene, &main);
    }
    let refused = scene.world.try_git(&["merge", "-q", "--no-ff", "-m", "Merge", &head]);
    let says = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(says.contains(&format!("lazaret release {}", receipt.case.0)), "{says}");
    clean(&scene, &main);
    scene.world.write("fine.txt", "fine\n");
    let fine = scene.world.commit("Ordinary work goes on");
    scene.world.git(&["branch", "anywhere", &head]);
    clean(&scene, &fine);
    scene.world.git(&["branch", "-D", "anywhere"]);
    scene.release(&receipt.case.0);
    for (way, commands) in ways_in(&head) {
        if way != "fast-forward" {
            assert!(passes(&scene, &commands), "{way} is refused after release");
            scene.world.git(&["reset", "-q", "--hard", &fine]);
        }
    }
}

#[test]
fn the_hook_refuses_a_fast_forward_and_a_push_from_elsewhere() {
    let scene = Scene::new();
    let (head, main) = (scene.world.id(BRANCH), scene.world.id("main"));
    let clone = scene.world.beside("clone");
    scene.world.git(&["clone", "-q", ".", clone.to_str().unwrap()]);
    scene.guard();
    scene.quarantine();
    for (way, commands) in ways_in(&head) {
        if matches!(way, "fast-forward" | "reset") {
            refused(&scene, &commands[0].iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(scene.world.id("main"), main);
            clean(&scene, &main);
        }
    }
    scene.world.git(&["switch", "-q", "--detach"]);
    refused(&scene, &["-C", clone.to_str().unwrap(), "push", "-q", "origin", "origin/claude/login:refs/heads/main"]);
    assert_eq!(scene.world.id("main"), main);
}

#[test]
fn the_hook_refuses_a_rebase_a_pull_and_mailed_patches() {
    let mut scene = Scene::new();
    let head = scene.world.id(BRANCH);
    let clone = scene.world.beside("clone");
    scene.world.git(&["clone", "-q", ".", clone.to_str().unwrap()]);
    let patches = scene.world.beside("patches");
    scene.world.git(&["format-patch", "-q", "-o", patches.to_str().unwrap(), &format!("main..{BRANCH}")]);
    scene.world.write("README.md", "# example\n\nmore\n");
    let main = scene.world.commit("Describe");
    scene.guard();
    scene.quarantine();
    // Rebased commits have other ids; the branch they are on is free, main is not.
    scene.world.git(&["checkout", "-q", "-b", "topic", &head]);
    scene.world.git(&["rebase", "-q", "main"]);
    scene.world.checkout("main");
    refused(&scene, &["merge", "-q", "--ff-only", "topic"]);
    clean(&scene, &main);
    refused(&scene, &["pull", "-q", "--no-rebase", clone.to_str().unwrap(), "refs/remotes/origin/claude/login"]);
    clean(&scene, &main);
    let first = std::fs::read_dir(&patches).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    refused(&scene, &["am", "-q", first.to_str().unwrap()]);
    scene.world.try_git(&["am", "--abort"]);
    assert_eq!(scene.world.id("main"), main);
}

#[test]
fn the_hook_guards_linked_worktrees_too() {
    let scene = Scene::new();
    let (head, main) = (scene.world.id(BRANCH), scene.world.id("main"));
    scene.world.git(&["switch", "-q", "--detach"]);
    let tree = scene.world.beside("linked");
    scene.world.git(&["worktree", "add", "-q", tree.to_str().unwrap(), "main"]);
    hook::install(&tree, &[]).unwrap();
    scene.quarantine();
    let linked = tree.to_str().unwrap();
    refused(&scene, &["-C", linked, "merge", "-q", "--no-ff", "-m", "Merge", &head]);
    scene.world.git(&["-C", linked, "reset", "-q", "--hard"]);
    refused(&scene, &["-C", linked, "cherry-pick", &head]);
    assert_eq!(scene.world.id("main"), main);
}

#[test]
fn attributes_and_configuration_do_not_blind_the_hook() {
    let mut scene = Scene::new();
    scene.world.write(".gitattributes", "*.py -diff binary\n");
    let main = scene.world.commit("Attributes");
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.context", "0"),
        ("diff.renames", "copies"),
        ("diff.algorithm", "histogram"),
        ("diff.external", "true"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
    ] {
        scene.world.git(&["config", key, value]);
    }
    let head = scene.world.id(BRANCH);
    scene.guard();
    scene.quarantine();
    refused(&scene, &["cherry-pick", &head]);
    clean(&scene, &main);
    scene.world.git(&["merge", "-q", "--squash", &head]);
    refused(&scene, &["commit", "-q", "-m", "Squash"]);
    assert_eq!(scene.world.id("main"), main);
}

#[test]
fn a_new_protected_branch_cannot_start_with_what_is_held() {
    let scene = Scene::new();
    let head = scene.world.id(BRANCH);
    hook::install(&scene.world.path(), &["release/*".to_owned()]).unwrap();
    scene.quarantine();
    refused(&scene, &["branch", "release/1", &head]);
    assert!(scene.world.try_git(&["branch", "release/1", "main"]).status.success());
    assert!(scene.world.try_git(&["branch", "topic", &head]).status.success(), "other branches are free");
}

#[test]
fn a_hook_of_somebody_else_is_left_alone() {
    let scene = Scene::new();
    let file = scene.world.path().join(".git/hooks/reference-transaction");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "#!/bin/sh\nexit 0\n").unwrap();
    let error = hook::install(&scene.world.path(), &[]).unwrap_err().to_string();
    assert!(error.contains("another program's hook") && !error.contains('\n'), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "#!/bin/sh\nexit 0\n");
    assert!(matches!(hook::state(&scene.world.path()).unwrap(), Guard::Absent(why) if why.contains("another program")));
}

#[test]
fn strength_is_only_claimed_where_the_hook_runs() {
    let scene = Scene::new();
    scene.guard();
    let state = || hook::state(&scene.world.path()).unwrap();
    assert_eq!(state(), Guard::Stands(vec!["refs/heads/main".to_owned()]));
    assert!(!scene.guard().changed, "a second installation changes nothing");
    let file = scene.world.path().join(".git/hooks/reference-transaction");
    scene.world.git(&["config", "core.hooksPath", "/nowhere"]);
    assert!(matches!(state(), Guard::Absent(why) if why.contains("core.hooksPath")));
    assert!(hook::install(&scene.world.path(), &[]).is_err());
    scene.world.git(&["config", "--unset", "core.hooksPath"]);
    let script = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, script.replace("exit 1", "exit 0")).unwrap();
    assert!(matches!(state(), Guard::Absent(why) if why.contains("edited")));
    assert!(scene.guard().changed);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(state(), Guard::Absent(why) if why.contains("not executable")));
    }
}

// --- patch-ids

#[test]
fn patch_ids_are_gits_own() {
    let mut world = World::new();
    world.git(&["config", "core.autocrlf", "false"]);
    let mut commits = Vec::new();
    let files: [&[(&str, &[u8])]; 12] = [
        &[("a.txt", b"one\ntwo\nthree\n"), ("dir/b.txt", b"b\n")],
        &[("a.txt", b"one\n2\nthree\nfour"), ("empty", b"")],
        &[("a.txt", b"one\n2\nthree\nfour\nfive\n")],
        &[("bin", b"\x00\x01\x02\n\xff\xfe more\n"), ("a.txt", b"one\n")],
        &[("bin", b"\x00\x01\x03\n\xff\xfe more\n")],
        &[("crlf.txt", b"x\r\ny\r\n"), ("tabs.txt", b"\ta  b \n")],
        &[("crlf.txt", b"x\ny\n")],
        &[("naïve \"quoted\".txt", b"q\n"), ("tab\tname", b"t\n")],
        &[("hostile.txt", b"--- a\n+++ b\n@@ -1 +1 @@\ndiff --git a/x b/x\nindex 1..2\n\\ No newline\n")],
        &[("hostile.txt", b"-- a\n++ b\n@@ -1 +1 @@\nindex 1..2\n\\ No newline at end of file, or is there\n")],
        &[("long.txt", &[b'x'; 5000]), ("code.rs", b"fn a() {\n    1\n}\n\nfn b() {\n    2\n}\n")],
        &[("code.rs", b"fn a() {\n    1\n}\n\nfn c() {\n    3\n}\n\nfn b() {\n    2\n}\n")],
    ];
    for (n, files) in files.iter().enumerate() {
        for (path, content) in *files {
            world.write(path, content);
        }
        commits.push(world.commit(&format!("Change {n}")));
    }
    // A mode alone, a mode before other files, a rename, a symlink, a removal, nothing.
    world.git(&["update-index", "--chmod=+x", "a.txt"]);
    world.git(&["commit", "-q", "-m", "Mode"]);
    commits.push(world.id("HEAD"));
    world.git(&["checkout", "-q", "-f", "HEAD"]);
    world.git(&["update-index", "--chmod=-x", "a.txt"]);
    world.git(&["mv", "dir/b.txt", "dir/c.txt"]);
    world.git(&["rm", "-q", "crlf.txt"]);
    world.git(&["commit", "-q", "-m", "Mode, rename, removal"]);
    commits.push(world.id("HEAD"));
    world.git(&["checkout", "-q", "-f", "HEAD"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.txt", world.path().join("link")).unwrap();
        commits.push(world.commit("Link"));
        world.remove("link");
        world.write("link", "now a file\n");
        commits.push(world.commit("Type"));
    }
    commits.push(world.commit("Nothing"));
    commits.push(world.id("HEAD~3"));
    let root = world.git(&["rev-list", "--max-parents=0", "HEAD"]);
    commits.push(root);
    let responder = git::open(&world.path()).unwrap();
    for commit in commits {
        let ours = responder.patch_id(&CommitId::parse(&commit).unwrap()).unwrap().unwrap_or_default();
        assert_eq!(ours, patch_id(&world, &commit), "{}", world.git(&["show", "--text", "--no-renames", &commit]));
    }
}

#[test]
fn patch_ids_are_gits_own_over_a_long_history() {
    let world = crate::history::generate(150);
    let range = ["rev-list", "--no-merges", "HEAD"];
    let shown =
        world.command(HUMAN).args(["log", "--no-merges", "-p", "--root", "--no-renames", "--text", "--full-index"]).output().unwrap();
    let mut reader = world.command(HUMAN).args(["patch-id", "--stable"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = reader.stdin.take().unwrap();
    let feeding = std::thread::spawn(move || input.write_all(&shown.stdout).unwrap());
    let said = String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap();
    feeding.join().unwrap();
    let theirs: BTreeMap<&str, &str> =
        said.lines().filter_map(|line| line.split_once(' ')).map(|(patch, commit)| (commit, patch)).collect();
    assert!(theirs.len() > 100, "{}", theirs.len());
    let responder = git::open(&world.path()).unwrap();
    for commit in world.git(&range).lines() {
        let ours = responder.patch_id(&CommitId::parse(commit).unwrap()).unwrap();
        assert_eq!(ours.as_deref(), theirs.get(commit).copied(), "{}", world.git(&["show", "--stat", commit]));
    }
}

/// What git says.
fn patch_id(world: &World, commit: &str) -> String {
    let shown =
        world.command(HUMAN).args(["diff-tree", "--root", "-p", "-U3", "--no-renames", "--text", "--full-index", commit]).output().unwrap();
    let mut reader = world.command(HUMAN).args(["patch-id", "--stable"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reader.stdin.take().unwrap().write_all(&shown.stdout).unwrap();
    let said = String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap();
    said.split(' ').next().unwrap().trim().to_owned()
}

// --- approve

fn approve(scene: &Scene, merge: bool) -> Request {
    Request { merge, ..Scene::request(Verb::Approve, vec![scene.target(BRANCH)]) }
}

#[test]
fn approve_is_recorded_and_changes_nothing_else() {
    let scene = Scene::new();
    let before = refs(&scene.world);
    let receipt = scene.carry_out(&approve(&scene, false));
    assert_eq!(strengths(&receipt), [Strength::Advisory]);
    assert!(receipt.case.0.starts_with("A-"));
    assert_eq!(refs(&scene.world), before);
    let case = scene.journal().case(&receipt.case).unwrap().unwrap();
    assert!(case.ended);
    assert_eq!(case.plan.decision.subjects[0].diff_digest, "d1");
    assert_eq!(case.plan.decision.reviewer.identity, "Maintainer <maintainer@example.com>");
}

#[test]
fn approve_wants_every_hard_finding_judged_and_the_bytes_that_were_seen() {
    let mut scene = Scene::new();
    let mut request = approve(&scene, false);
    let finding = Fingerprint("00112233aabbccdd".to_owned());
    request.targets[0].hard = vec![finding.clone()];
    assert!(scene.refusal(&request).contains("00112233aabbccdd"));
    request.targets[0].dispositions = vec![(finding, Disposition::FalsePositive(DismissReason::TrustedUpdate))];
    let receipt = scene.carry_out(&request);
    let case = scene.journal().case(&receipt.case).unwrap().unwrap();
    assert_eq!(case.plan.decision.dispositions, request.targets[0].dispositions, "the judgement is in the ledger");
    scene.world.checkout(BRANCH);
    scene.world.write("src/new.py", "import sys\n");
    scene.world.commit("More");
    scene.world.checkout("main");
    assert!(scene.refusal(&request).contains("moved since you looked"));
}

#[test]
fn approve_and_merge_makes_the_merge_that_was_seen() {
    let mut scene = Scene::new();
    scene.world.write("README.md", "# example\n\nmore\n");
    scene.world.commit("Describe");
    let request = approve(&scene, true);
    let why = scene.refusal(&request);
    assert!(why.contains("main is checked out in"), "{why}");
    scene.world.git(&["switch", "-q", "--detach"]);
    let (main, head) = (scene.world.id("main"), scene.world.id(BRANCH));
    let receipt = scene.carry_out(&request);
    assert_eq!(receipt.strength, Strength::Enforced);
    assert_eq!(scene.world.git(&["rev-parse", "main^1", "main^2"]), format!("{main}\n{head}"));
    let message = scene.world.git(&["log", "-1", "--format=%B", "main"]);
    assert!(message.contains(&format!("Case: {}", receipt.case.0)) && message.contains("Reviewed-by: Maintainer <"), "{message}");
    scene.world.git(&["checkout", "-q", "-b", "check", &main]);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "x", &head]);
    assert_eq!(scene.world.id("check^{tree}"), scene.world.id("main^{tree}"), "git merges to the same tree");
    let again = scene.plan(&approve(&scene, true));
    assert!(again.warnings.iter().any(|warning| warning.contains("nothing to merge")), "{again:?}");
}

#[test]
fn approve_and_merge_refuses_a_moved_base_conflicts_and_what_is_denied() {
    let mut scene = Scene::new();
    let seen = approve(&scene, true);
    scene.world.write("src/auth.py", "def login(user):\n    audit(user)\n    return None\n");
    scene.world.commit("Audit");
    scene.world.git(&["switch", "-q", "--detach"]);
    assert!(scene.refusal(&seen).contains("main is not where it was"));
    let plan = scene.plan(&approve(&scene, true));
    assert_eq!(plan.conflicts[0].paths[0].text(), "src/auth.py");
    let error = carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap_err();
    assert!(error.to_string().contains("src/auth.py"), "{error}");
    let head = scene.world.id(BRANCH);
    let case = scene.quarantine().case.0;
    scene.world.git(&["branch", BRANCH, &head]);
    let why = scene.refusal(&approve(&scene, true));
    assert!(why.contains(&format!("lazaret release {case}")), "{why}");
}

#[test]
fn in_a_bare_repository_the_base_may_move() {
    let scene = Scene::new();
    let bare = scene.world.beside("bare.git");
    scene.world.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    scene.world.git(&["-C", bare.to_str().unwrap(), "config", "user.name", "Maintainer"]);
    scene.world.git(&["-C", bare.to_str().unwrap(), "config", "user.email", "maintainer@example.com"]);
    let responder = git::open(&bare).unwrap();
    let plan = responder.plan(&approve(&scene, true), &scene.journal()).unwrap();
    assert!(plan.is_allowed(), "{plan:?}");
    let receipt = carry_out(&plan, &responder, &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap();
    assert_eq!(receipt.strength, Strength::Enforced, "{receipt:?}");
    assert_eq!(scene.world.git(&["-C", bare.to_str().unwrap(), "rev-parse", "main^2"]), scene.world.id(BRANCH));
}

// --- revert

/// How the change gets into main.
fn land(scene: &mut Scene, how: &str) {
    scene.world.write("README.md", "# example\n\nmore\n");
    scene.world.commit("Describe");
    match how {
        "merge" => drop(scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge claude/login", BRANCH])),
        "squash" => {
            scene.world.git(&["merge", "-q", "--squash", BRANCH]);
            scene.world.commit("Login work (#7)");
        }
        "rebase" => drop(scene.world.git(&["cherry-pick", &format!("main..{BRANCH}")])),
        other => panic!("{other}"),
    }
    scene.world.write("later.txt", "later\n");
    scene.world.commit("Later work");
}

#[test]
fn revert_takes_back_whatever_way_it_came_in() {
    for (how, commits) in [("merge", 1), ("squash", 1), ("rebase", 2)] {
        let mut scene = Scene::new();
        let mut target = scene.target(BRANCH);
        land(&mut scene, how);
        target.subject.revision.base = CommitId::parse(&scene.world.id("main"));
        let main = scene.world.id("main");
        let receipt = scene.carry_out(&Scene::request(Verb::Revert, vec![target]));
        let branch = format!("revert/{}", receipt.case.0);
        assert_eq!(scene.world.id("main"), main, "{how}: main stays");
        assert_eq!(scene.world.git(&["rev-list", "--count", &format!("main..{branch}")]), commits.to_string(), "{how}");
        assert_eq!(scene.world.id(&format!("{branch}~{commits}")), main, "{how}: on top of main");
        let left = scene.world.git(&["diff", "--name-only", &branch, "HEAD~3", "--", "src"]);
        assert!(left.is_empty() || how == "rebase", "{how}: {left}");
        let files = scene.world.git(&["ls-tree", "-r", "--name-only", &branch]);
        assert_eq!(files, "README.md\nlater.txt\nsrc/auth.py", "{how}");
        assert!(scene.world.git(&["show", &format!("{branch}:src/auth.py")]).contains("check(user)"), "{how}");
        let message = scene.world.git(&["log", "-1", "--format=%B", &branch]);
        for trailer in ["Reverts: ", &format!("Case: {}", receipt.case.0), "Reason: looks like a way in"] {
            assert!(message.contains(trailer), "{how}: {message}");
        }
        assert_eq!(receipt.strength, Strength::Advisory, "a branch alone takes nothing back yet");
    }
}

#[test]
fn revert_of_a_fast_forward_takes_back_every_commit_latest_first() {
    let scene = Scene::new();
    let target = scene.target(BRANCH);
    let before = scene.world.id("main^{tree}");
    scene.world.git(&["merge", "-q", "--ff-only", BRANCH]);
    let receipt = scene.carry_out(&Scene::request(Verb::Revert, vec![target]));
    let branch = format!("revert/{}", receipt.case.0);
    assert_eq!(scene.world.id(&format!("{branch}^{{tree}}")), before);
    let subjects = scene.world.git(&["log", "--format=%s", &format!("main..{branch}")]);
    assert_eq!(subjects, "Revert \"Tidy login\"\nRevert \"Add a script\"");
}

#[test]
fn revert_of_a_commit_that_was_named() {
    let mut scene = Scene::new();
    land(&mut scene, "merge");
    for (name, gone) in [("HEAD~1", "src/new.py"), ("HEAD", "later.txt")] {
        let receipt =
            scene.carry_out(&Request { at: Timestamp(AT.0 + 5), ..Scene::request(Verb::Revert, vec![scene.commit_target(name)]) });
        let files = scene.world.git(&["ls-tree", "-r", "--name-only", &format!("revert/{}", receipt.case.0)]);
        assert!(!files.contains(gone), "{name}: {files}");
    }
}

#[test]
fn a_batch_is_taken_back_in_reverse_order_of_merging() {
    let mut scene = Scene::new();
    scene.world.agent_branch("claude/first", "First", &[("shared.txt", "one\n")]);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge first", "claude/first"]);
    scene.world.agent_branch("claude/second", "Second", &[("shared.txt", "one\ntwo\n")]);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge second", "claude/second"]);
    let bounds = |name: &str, merge: &str| {
        let mut target = scene.target(name);
        target.subject.revision.merge_base = CommitId::parse(&scene.world.id(&format!("{merge}^1")));
        target
    };
    let targets = vec![bounds("claude/first", "main~1"), bounds("claude/second", "main")];
    // Alone, the first one conflicts with the second.
    let alone = scene.plan(&Scene::request(Verb::Revert, vec![targets[0].clone()]));
    assert_eq!(alone.conflicts[0].paths[0].text(), "shared.txt");
    assert!(!alone.is_allowed());
    let receipt = scene.carry_out(&Scene::request(Verb::Revert, targets));
    let files = scene.world.git(&["ls-tree", "-r", "--name-only", &format!("revert/{}", receipt.case.0)]);
    assert!(!files.contains("shared.txt"), "{files}");
}

#[test]
fn dependents_and_lasting_effects_are_named() {
    let mut scene = Scene::new();
    let target = scene.target(BRANCH);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", BRANCH]);
    scene.world.write("src/new.py", "import os\n\nprint(os.name, 2)\n");
    let hunk = scene.world.commit("Print more");
    let plan = scene.plan(&Scene::request(Verb::Revert, vec![target]));
    assert_eq!(plan.conflicts[0].paths[0].text(), "src/new.py");
    let warned = plan.warnings.iter().find(|warning| warning.contains(&hunk[..10])).unwrap();
    assert!(warned.contains("changes lines") && warned.contains("src/new.py"), "{warned}");
    assert!(plan.warnings.iter().any(|warning| warning.contains("merging the same branch again")), "{plan:?}");

    let mut scene = Scene::new();
    scene.world.agent_branch("claude/deps", "Bump", &[("Cargo.lock", "version = 4\n"), ("db/migrations/1.sql", "CREATE TABLE a (b);\n")]);
    let target = scene.target("claude/deps");
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", "claude/deps"]);
    let plan = scene.plan(&Scene::request(Verb::Revert, vec![target]));
    assert!(plan.warnings.iter().any(|w| w.contains("Cargo.lock") && w.contains("db/migrations/1.sql")), "{plan:?}");
}

#[test]
fn revert_again_says_where_it_is_prepared_and_an_unmerged_change_is_refused() {
    let scene = Scene::new();
    let target = scene.target(BRANCH);
    let why = scene.refusal(&Scene::request(Verb::Revert, vec![target.clone()]));
    assert!(why.contains("is not part of main"), "{why}");
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", BRANCH]);
    let receipt = scene.carry_out(&Scene::request(Verb::Revert, vec![target.clone()]));
    let later = Request { at: Timestamp(AT.0 + 60), ..Scene::request(Verb::Revert, vec![target]) };
    let plan = scene.plan(&later);
    assert!(plan.steps.is_empty() && plan.warnings[0].contains(&receipt.case.0), "{plan:?}");
    scene.world.git(&["merge", "-q", &format!("revert/{}", receipt.case.0)]);
    let plan = scene.plan(&Request { at: Timestamp(AT.0 + 90), ..later });
    assert!(plan.steps.is_empty() && plan.warnings.iter().any(|w| w.contains("nothing of")), "{plan:?}");
}

// --- crashes

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
        child
            .args(["--exact", "response::dies", "--ignored", "--nocapture"])
            .env(KILLED, format!("{stop}:{}", scene.world.path().display()));
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
    let plan = stop_at(&scene, &request, 3);
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
    for verb in Verb::ALL {
        let (scene, request) = ready(verb);
        let plan = scene.plan(&request);
        let receipt = carry_out(&plan, &scene.responder(), &mut scene.journal(), &scene.materials(), &Cancel::default()).unwrap();
        let case = scene.journal().case(&plan.case).unwrap().unwrap();
        assert_eq!((case.plan, case.outcomes, case.ended), (plan.clone(), receipt.outcomes, true));
        assert_eq!(case.repository, scene.responder().name());
        assert!(plan.steps.iter().all(|planned| !planned.says.is_empty() && !matches!(planned.step, Step::Record)));
    }
}
