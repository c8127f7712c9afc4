//! Evidence is whole, private, verifiable and readable by git alone; and drafts of reviews survive a restart.

use std::path::{Path, PathBuf};
use std::process::Command;

use lazaret::model::decision::Verb;
use lazaret::model::diff::Side;
use lazaret::model::finding::Fingerprint;
use lazaret::model::path::RepoPath;
use lazaret::model::pull::{Origin, PullRef};
use lazaret::model::response::{CaseId, Strength};
use lazaret::model::review::{DismissReason, Disposition, DraftComment, Review, Spot, Unsent};
use lazaret::response::evidence::{list, verify};
use lazaret::store::drafts::Drafts;
use lazaret::store::paths::Paths;
use sha2::{Digest as _, Sha256};

use crate::program::Program;
use crate::scene::{Scene, refs};

/// A scene after a quarantine, with the folder of its evidence.
fn held() -> (Scene, CaseId, PathBuf) {
    let scene = Scene::new();
    let case = scene.quarantine().case;
    let folder = scene.evidence().join(&case.0);
    (scene, case, folder)
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    let output = command.arg("-C").arg(folder).args(args).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

#[test]
fn a_bundle_brings_the_held_change_back_where_the_branch_is_gone() {
    let scene = Scene::new();
    let head = scene.world.id("claude/login");
    let elsewhere = scene.world.beside("elsewhere");
    scene.world.git(&["clone", "-q", "--single-branch", "--no-local", ".", elsewhere.to_str().unwrap()]);
    let case = scene.quarantine().case;
    let bundle = scene.evidence().join(&case.0).join("change.bundle");
    assert!(git(&elsewhere, &["bundle", "list-heads", bundle.to_str().unwrap()]).starts_with(&head));
    git(&elsewhere, &["bundle", "verify", "-q", bundle.to_str().unwrap()]);
    git(&elsewhere, &["fetch", "-q", bundle.to_str().unwrap(), &format!("refs/quarantine/{}/claude/login:refs/heads/back", case.0)]);
    assert_eq!(git(&elsewhere, &["rev-parse", "back"]), head);
    assert_eq!(git(&elsewhere, &["rev-list", "--count", "main..back"]), "2");
    git(&elsewhere, &["fsck", "--full", "--strict"]);
    // Nothing that the base has is in it.
    let objects = git(&elsewhere, &["rev-list", "--objects", "main..back"]).lines().count();
    let text = std::fs::read(&bundle).unwrap();
    let pack = text.windows(4).position(|part| part == b"PACK").unwrap();
    let count = u32::from_be_bytes(text[pack + 8..pack + 12].try_into().unwrap());
    assert_eq!(usize::try_from(count).unwrap(), objects);
}

#[test]
fn the_manifest_describes_every_file_and_the_ledger_knows_its_digest() {
    let (scene, case, folder) = held();
    let bytes = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(manifest["schema"], "lazaret/evidence/v2");
    assert_eq!(manifest["case"], case.0);
    assert_eq!(manifest["reason"], "looks like a way in");
    assert_eq!(manifest["operator"]["identity"], "Maintainer <maintainer@example.com>");
    assert_eq!(manifest["fetched_at"], "2026-01-06T11:46:40Z");
    let head = scene.world.id(&format!("refs/quarantine/{}/claude/login", case.0));
    assert_eq!(manifest["pulls"][0]["head"], head);
    let hex = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut names = Vec::new();
    for file in manifest["files"].as_array().unwrap() {
        let content = std::fs::read(folder.join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["size"], content.len());
        assert_eq!(file["sha256"], hex(&content));
        assert_ne!(file["source"].as_str().unwrap(), "");
        names.push(file["path"].as_str().unwrap().to_owned());
    }
    assert_eq!(names, ["change.bundle", "1.diff", "1.findings.json", "refs.txt", "reflog.txt", "README.md", "sealed/raw.tar.gz"]);
    let says: Vec<_> = scene.journal().ledger().list(9).unwrap().into_iter().map(|record| record.says).collect();
    assert!(says.iter().any(|says| says.contains(&hex(&bytes))), "{says:?}");
}

#[test]
fn the_kept_diff_applies_and_refs_are_as_they_were() {
    let scene = Scene::new();
    let before = refs(&scene.world);
    let case = scene.quarantine().case;
    let folder = scene.evidence().join(&case.0);
    let listed = std::fs::read_to_string(folder.join("refs.txt")).unwrap();
    let expected: String = before.iter().map(|(name, id)| format!("{id} {name}\n")).collect();
    assert_eq!(listed, expected);
    let reflog = std::fs::read_to_string(folder.join("reflog.txt")).unwrap();
    assert!(reflog.contains("refs/heads/claude/login") && reflog.contains("Add a script"), "{reflog}");
    scene.world.git(&["apply", "--index", folder.join("1.diff").to_str().unwrap()]);
    let tree = scene.world.git(&["write-tree"]);
    assert_eq!(tree, scene.world.id(&format!("refs/quarantine/{}/claude/login^{{tree}}", case.0)));
}

#[test]
fn binary_content_is_kept_in_the_diff() {
    let mut scene = Scene::new();
    scene.world.branch("claude/blob");
    scene.world.write("blob.bin", (0..=255_u8).cycle().take(4000).collect::<Vec<_>>());
    scene.world.commit("Add a blob");
    scene.world.checkout("main");
    let case = scene.carry_out(&Scene::request(Verb::Quarantine, vec![scene.target("claude/blob")])).case;
    let diff = scene.evidence().join(&case.0).join("1.diff");
    scene.world.git(&["apply", "--index", diff.to_str().unwrap()]);
    assert_eq!(scene.world.git(&["write-tree"]), scene.world.id(&format!("refs/quarantine/{}/claude/blob^{{tree}}", case.0)));
}

#[test]
fn verify_finds_whatever_was_done_to_it() {
    type Harm<'a> = &'a dyn Fn(&Path);
    let (scene, case, _) = held();
    let clean = verify(&scene.evidence(), &case).unwrap();
    assert_eq!((clean.files, clean.problems.as_slice()), (7, &[][..]));
    let harms: [(Harm<'_>, &str); 7] = [
        (&|folder| std::fs::write(folder.join("1.diff"), "nothing happened\n").unwrap(), "1.diff was changed"),
        (&|folder| std::fs::remove_file(folder.join("1.findings.json")).unwrap(), "1.findings.json is missing"),
        (&|folder| std::fs::write(folder.join("note.txt"), "x").unwrap(), "note.txt was added"),
        (&|folder| edit(folder, |m| m["case"] = "Q-20260101-000000".into()), "another case"),
        (&|folder| edit(folder, |m| m["files"][0]["path"] = "../../../etc/passwd".into()), "names no file of its folder"),
        (&|folder| edit(folder, |m| m["schema"] = "other".into()), "not of the shape"),
        (&broken_bundle, "change.bundle: "),
    ];
    for (harm, words) in harms {
        let (scene, case, folder) = held();
        harm(&folder);
        let found = verify(&scene.evidence(), &case).unwrap();
        assert!(found.problems.iter().any(|problem| problem.contains(words)), "{words}: {found:?}");
    }
    let error = verify(&scene.evidence(), &CaseId("Q-20260101-000000".to_owned())).unwrap_err().to_string();
    assert!(error.contains("there is no evidence of case"), "{error}");
}

fn edit(folder: &Path, change: impl Fn(&mut serde_json::Value)) {
    let path = folder.join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    std::fs::write(path, manifest.to_string()).unwrap();
}

/// A bundle that was damaged before its digest was taken.
fn broken_bundle(folder: &Path) {
    let path = folder.join("change.bundle");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 30;
    bytes[last] ^= 0xff;
    std::fs::write(&path, &bytes).unwrap();
    let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    edit(folder, |manifest| manifest["files"][0]["sha256"] = hex.clone().into());
}

#[test]
fn evidence_is_listed_with_what_is_wrong_with_it() {
    let (scene, case, folder) = held();
    let listed = list(&scene.evidence()).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].case, listed[0].files, &listed[0].problem), (&case, 7, &None));
    assert_eq!(listed[0].pulls, ["claude/login"]);
    std::fs::write(folder.join("manifest.json"), "{").unwrap();
    assert!(list(&scene.evidence()).unwrap()[0].problem.as_ref().unwrap().contains("damaged"));
    assert_eq!(list(&scene.world.beside("nowhere")).unwrap(), []);
}

#[test]
#[cfg(unix)]
fn evidence_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let (scene, _, folder) = held();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&scene.evidence()), mode(&folder)), (0o700, 0o700));
    let files = crate::world::snapshot(&folder);
    assert!(files.len() > 7);
    for (path, _) in files {
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
    assert_eq!(mode(&folder.join("sealed")), 0o700);
}

#[test]
fn half_written_evidence_is_begun_again_and_a_place_that_cannot_be_written_stops_everything() {
    let scene = Scene::new();
    let request = Scene::request(Verb::Quarantine, vec![scene.target("claude/login")]);
    let case = scene.plan(&request).case;
    let partial = scene.evidence().join(format!(".{}.partial", case.0));
    std::fs::create_dir_all(&partial).unwrap();
    std::fs::write(partial.join("change.bundle"), "half").unwrap();
    assert_ne!(scene.carry_out(&request).strength, Strength::Failed);
    assert!(!partial.exists());

    let scene = Scene::new();
    std::fs::create_dir_all(scene.home()).unwrap();
    std::fs::write(scene.evidence(), "a file is in the way").unwrap();
    let before = refs(&scene.world);
    let receipt = scene.carry_out(&Scene::request(Verb::Quarantine, vec![scene.target("claude/login")]));
    assert_eq!(receipt.outcomes.iter().map(|outcome| outcome.strength).collect::<Vec<_>>(), [Strength::Failed; 3]);
    assert_eq!((refs(&scene.world), receipt.evidence, receipt.undo), (before, None, None));
}

#[test]
fn a_change_that_is_merged_already_still_leaves_evidence() {
    let scene = Scene::new();
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", "claude/login"]);
    let request = Scene::request(Verb::Quarantine, vec![scene.target("claude/login")]);
    let plan = scene.plan(&request);
    assert!(plan.warnings.iter().any(|warning| warning.contains("only a revert removes its effect")), "{plan:?}");
    let case = scene.carry_out(&request).case;
    assert_eq!(verify(&scene.evidence(), &case).unwrap().problems, [""; 0]);
    let bundle = scene.evidence().join(&case.0).join("change.bundle");
    scene.world.git(&["bundle", "verify", "-q", bundle.to_str().unwrap()]);
}

// --- at the command line

/// A program after it quarantined a branch with a secret in it; the case.
fn quarantined() -> (crate::world::World, Program, CaseId) {
    let mut world = crate::world::World::new();
    world.git(&["config", "user.name", "Maintainer"]);
    world.git(&["config", "user.email", "maintainer@example.com"]);
    let secret = ["id = 'AK", "IAQ3EGPYV5MZ7TBN2D'\n"].concat();
    world.agent_branch("claude/keys", "Add keys", &[("keys.py", &secret)]);
    let program = Program::new(world.path(), world.beside("home"));
    program.ok(&["quarantine", "claude/keys", "-m", "a key", "--yes"]);
    let mut kept = list(&Paths::below(&world.beside("home")).evidence()).unwrap();
    let case = kept.remove(0).case;
    (world, program, case)
}

#[test]
fn evidence_is_verified_restored_and_handed_on_at_the_command_line() {
    let (world, program, case) = quarantined();
    let verified = program.ok(&["evidence", "verify"]);
    assert!(verified.contains(&format!("{}: whole", case.0)) && verified.contains("handled 1 times"), "{verified}");

    // The kept commits stand on the repository's own, so an empty place is not enough, and a clone is.
    let empty = program.run(&["evidence", "restore", &case.0, "--into", world.beside("empty").to_str().unwrap()]);
    assert_eq!(empty.code, 2, "{}", empty.err);
    assert!(empty.err.contains("name a clone of the repository they are from"), "{}", empty.err);
    assert!(!world.beside("empty").exists(), "something half done was left");
    let clone = world.beside("clone");
    world.git(&["clone", "-q", "--single-branch", "--no-local", ".", clone.to_str().unwrap()]);
    let restored = program.ok(&["evidence", "restore", &case.0, "--into", clone.to_str().unwrap()]);
    assert!(restored.contains("restored into"), "{restored}");
    assert!(git(&clone, &["log", "--format=%s", &format!("refs/quarantine/{}/claude/keys", case.0)]).contains("Add keys"));
    assert!(program.ok(&["evidence", "verify", &case.0]).contains("handled 2 times"));

    let archive = world.beside("out.tar.gz");
    let exported = program.ok(&["evidence", "export", &case.0, "--to", archive.to_str().unwrap()]);
    assert!(exported.contains("stays here: change.bundle") && exported.contains("secrets replaced in"), "{exported}");
    let listing = Command::new("tar").arg("-xzOf").arg(&archive).output().unwrap();
    let text = String::from_utf8_lossy(&listing.stdout);
    assert!(text.contains("[AWS_ACCESS_KEY]") && !text.contains(&["AK", "IAQ3EGPYV5"].concat()), "{text}");
    assert_eq!(program.run(&["evidence", "export", &case.0, "--to", archive.to_str().unwrap()]).code, 2);
    assert_eq!(program.run(&["evidence", "restore", "../../etc", "--into", "x"]).code, 2);
}

/// Whoever writes manifest and custody log anew, with digests that fit, is still told by the ledger.
#[test]
fn the_ledger_tells_evidence_that_was_made_up_as_a_whole() {
    let (world, program, case) = quarantined();
    let folder = Paths::below(&world.beside("home")).evidence().join(&case.0);
    edit(&folder, |manifest| manifest["reason"] = "nothing".into());
    let hex = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let log = std::fs::read_to_string(folder.join("custody.jsonl")).unwrap();
    let mut record: serde_json::Value = serde_json::from_str(log.trim()).unwrap();
    record["sha256_after"] = hex(&std::fs::read(folder.join("manifest.json")).unwrap()).into();
    record.as_object_mut().unwrap().shift_remove("sha256");
    record["sha256"] = hex(record.to_string().as_bytes()).into();
    std::fs::write(folder.join("custody.jsonl"), format!("{record}\n")).unwrap();
    std::fs::write(folder.join("../.custody").join(&case.0), format!("1 {}\n", record["sha256"].as_str().unwrap())).unwrap();
    assert_eq!(verify(folder.parent().unwrap(), &case).unwrap().problems, [""; 0]);
    let run = program.run(&["evidence", "verify"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("the ledger noted another manifest"), "{}", run.out);
}

// --- drafts and paths

fn pull(name: &str) -> PullRef {
    PullRef { origin: Origin::Local, repo: "/some/where".to_owned(), name: name.to_owned() }
}

fn review() -> Review {
    let finding = |n: u8| Fingerprint(format!("{n:016x}"));
    Review {
        viewed: ["abc".to_owned(), "def".to_owned()].into(),
        dispositions: [
            (finding(1), Disposition::FalsePositive(DismissReason::ExternalMonitoring)),
            (finding(2), Disposition::AcceptedRisk("we \"know\"\nand accept".to_owned())),
            (finding(3), Disposition::Fixed),
        ]
        .into(),
        remarks: vec![
            remark(Spot::Lines { path: RepoPath::new(b"src/caf\xe9%.py"), side: Side::New, first: 3, last: 5 }, "Why?\n\n\u{1b}[31m"),
            remark(Spot::File("a.py".into()), ""),
            remark(Spot::Reply(7), "No."),
            remark(Spot::Thread { node: "T1".to_owned(), settled: true }, ""),
            remark(Spot::Pull, "Thanks"),
        ],
        notes: "look at the \u{202e} again".to_owned(),
    }
}

fn remark(spot: Spot, body: &str) -> Unsent {
    let remark = DraftComment { spot, body: body.to_owned(), suggestion: (body == "No.").then(|| "x = 1".to_owned()) };
    Unsent { remark, quoted: vec!["x = 0".to_owned()] }
}

#[test]
fn a_draft_survives_a_restart_and_belongs_to_its_bytes_only() {
    let home = tempfile::tempdir().unwrap();
    let folder = Paths::below(home.path()).drafts();
    Drafts::new(&folder).save(&pull("../../x"), "d1", &review()).unwrap();
    let drafts = Drafts::new(&folder);
    assert_eq!(drafts.load(&pull("../../x"), "d1").unwrap(), Some(review()));
    let carried = Review { viewed: review().viewed, remarks: review().remarks, ..Review::default() };
    assert_eq!(drafts.load(&pull("../../x"), "d2").unwrap(), Some(carried), "judgements belong to their bytes; remarks are never dropped");
    assert_eq!(drafts.load(&pull("other"), "d1").unwrap(), None);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2, "the name of a pull is no path");
    drafts.save(&pull("../../x"), "d1", &Review::default()).unwrap();
    assert_eq!(drafts.load(&pull("../../x"), "d1").unwrap(), Some(Review::default()));
    drafts.forget(&pull("../../x"), "d1").unwrap();
    drafts.forget(&pull("../../x"), "d1").unwrap();
    assert_eq!(drafts.load(&pull("../../x"), "d1").unwrap(), Some(Review::default()));
}

#[test]
fn a_damaged_draft_is_said_and_kept() {
    let home = tempfile::tempdir().unwrap();
    let drafts = Drafts::new(home.path());
    drafts.save(&pull("x"), "d1", &review()).unwrap();
    for file in std::fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().path()) {
        let whole = std::fs::read_to_string(&file).unwrap();
        damaged(&drafts, &file);
        std::fs::write(&file, whole).unwrap();
    }
}

fn damaged(drafts: &Drafts, file: &Path) {
    for text in ["", "{\"v\":1", "[]", "{\"v\":9,\"pull\":\"x\",\"diff\":\"d\",\"viewed\":[],\"dispositions\":{},\"notes\":\"\"}"] {
        std::fs::write(file, text).unwrap();
        let error = drafts.load(&pull("x"), "d1").unwrap_err().to_string();
        assert!(error.contains(file.to_str().unwrap()) && error.contains("is damaged"), "{error}");
        assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    }
}

#[test]
fn one_folder_can_hold_everything() {
    let paths = Paths::choose(Some(Path::new("/h")), None).unwrap();
    assert_eq!(paths.ledger(), Path::new("/h/data/ledger.db"));
    assert_eq!(paths.evidence(), Path::new("/h/data/evidence"));
    assert_eq!(paths.config(), Path::new("/h/config"));
    assert_eq!(Paths::choose(Some(Path::new("/h")), Some(Path::new("/c"))).unwrap().config(), Path::new("/c"));
}
