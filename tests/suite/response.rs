//! Quarantine and release on real git: what they do, what they refuse, what they never touch.

use lazaret::model::cancel::Cancel;
use lazaret::model::commit_id::CommitId;
use lazaret::model::decision::Verb;
use lazaret::model::pull::Revision;
use lazaret::model::response::Strength;
use lazaret::model::time::Timestamp;
use lazaret::response::executor::carry_out;
use lazaret::response::git;
use lazaret::response::request::{Request, Target};
use lazaret::response::responder::Responder as _;

use crate::scene::{AT, BRANCH, Scene, everything, refs, strengths};
use crate::world::World;

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
    assert_eq!(receipt.undo.as_deref(), Some("lazaret quarantine claude/login"));
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
