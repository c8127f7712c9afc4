//! Approve: about exact bytes, with every hard finding judged; a merge only of what was seen.

use lazaret::model::cancel::Cancel;
use lazaret::model::decision::Verb;
use lazaret::model::finding::Fingerprint;
use lazaret::model::response::Strength;
use lazaret::model::review::{DismissReason, Disposition};
use lazaret::response::executor::carry_out;
use lazaret::response::git;
use lazaret::response::journal::Journal as _;
use lazaret::response::request::Request;
use lazaret::response::responder::Responder as _;

use crate::scene::{BRANCH, Scene, refs, strengths};

pub(crate) fn approve(scene: &Scene, merge: bool) -> Request {
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
    assert_eq!(receipt.undo, Some(format!("lazaret revert {}", scene.world.id("main"))));
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
