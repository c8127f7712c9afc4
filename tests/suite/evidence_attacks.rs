//! What can be done to evidence and with it: every change of a folder is found, whatever lies in it; hostile evidence writes and
//! prints nothing where it should not; a copy that is handed on is checked as well. All on evidence from the loopback GitHub.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazaret::model::cancel::Cancel;
use lazaret::model::decision::Verb;
use lazaret::model::forge::{Answer, Budget, Call, Forge, ForgeError, GraphAnswer, Method, Query};
use lazaret::model::response::CaseId;
use lazaret::response::evidence::{Collector, export, list, preserve_pulls, restore, verify, verify_handed};
use lazaret::sources::github::client::GithubClient;
use lazaret::store::paths::Paths;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::github_desk::Desk;
use crate::github_evidence::{AT, Scene, by, git, json};
use crate::program::Program;
use crate::world::snapshot;

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Evidence with a log of two records.
fn kept() -> (Scene, CaseId, PathBuf) {
    let scene = Scene::new();
    let folder = scene.preserve().folder;
    let case = scene.plan().case;
    restore(&scene.root(), &case, &scene.home.path().join("first"), &by()).unwrap();
    assert_eq!(scene.problems(&case), [""; 0]);
    (scene, case, folder)
}

fn is_found(root: &Path, case: &CaseId) -> bool {
    verify(root, case).map_or(true, |verified| !verified.problems.is_empty())
}

#[test]
fn no_byte_can_be_turned_unnoticed() {
    let (scene, case, folder) = kept();
    let anchor = scene.root().join(".custody").join(&case.0);
    let files: Vec<PathBuf> = snapshot(&folder).into_iter().map(|(path, _)| path).chain([anchor]).collect();
    for path in files {
        let whole = std::fs::read(&path).unwrap();
        let step = (whole.len() / 5).max(1);
        for at in (0..whole.len()).step_by(step).chain([whole.len() - 1]) {
            let mut turned = whole.clone();
            turned[at] ^= 0x20;
            std::fs::write(&path, &turned).unwrap();
            assert!(is_found(&scene.root(), &case), "{path:?} at {at}");
        }
        std::fs::write(&path, &whole).unwrap();
    }
    assert_eq!(scene.problems(&case), [""; 0]);
}

#[test]
fn the_custody_log_can_be_neither_rewritten_nor_continued_by_hand() {
    let (scene, case, folder) = kept();
    let path = folder.join("custody.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let last: Value = serde_json::from_str(lines[1]).unwrap();
    let mut forged = serde_json::json!({
        "seq": 3, "who": "on-call", "what": "looked at", "when": "2026-11-20T00:00:00Z", "sha256_before": null, "sha256_after": null, "prev_sha256": last["sha256"],
    });
    forged["sha256"] = hex(forged.to_string().as_bytes()).into();
    let cases = [
        (format!("{whole}{forged}\n"), "has records that lazaret did not add"),
        (format!("{}\n{}\n", lines[1], lines[0]), "record 1 of custody.jsonl was changed"),
        (format!("{}\n", lines[0]), "was shortened"),
        (whole.replacen("\"seq\":1", "\"seq\": 1", 1), "record 1"),
        (whole.replacen('\n', "\r\n", 1), "record 1"),
        (format!("{whole}\n"), "record 3"),
        (whole.trim_end().to_owned(), "ends in the middle"),
        (String::new(), "is empty"),
    ];
    for (text, words) in cases {
        std::fs::write(&path, text).unwrap();
        assert!(scene.problems(&case).iter().any(|problem| problem.contains(words)), "{words}: {:?}", scene.problems(&case));
    }
    std::fs::write(&path, &whole).unwrap();
    let anchor = scene.root().join(".custody").join(&case.0);
    let end = std::fs::read_to_string(&anchor).unwrap();
    for text in ["", "2", "x y\n", &format!("{end}{end}x"), &end.replace(' ', "  ")] {
        std::fs::write(&anchor, text).unwrap();
        assert!(!scene.problems(&case).is_empty(), "{text:?}");
    }
    // A writer that was cut off leaves a log that ends with one of the two it said.
    for more in ["3 00\n", ""] {
        std::fs::write(&anchor, format!("{end}{more}")).unwrap();
        assert_eq!(scene.problems(&case), [""; 0]);
    }
    std::fs::remove_file(&anchor).unwrap();
    assert!(!verify(&scene.root(), &case).unwrap().anchored);
    assert!(scene.preserve_again().is_err(), "evidence of our own without its note passes for whole");
}

impl Scene {
    fn preserve_again(&self) -> Result<(), String> {
        let (cancel, fetcher) = (Cancel::default(), self.fetcher());
        let collector = Collector { forge: &*self.client, objects: &fetcher, clock: || AT, cancel: &cancel };
        preserve_pulls(&collector, &self.plan(), &self.root(), &[]).map(drop).map_err(|error| error.to_string())
    }
}

#[test]
#[cfg(unix)]
fn links_pipes_and_other_names_are_found_and_never_followed() {
    use std::os::unix::fs::symlink;
    type Harm<'a> = &'a dyn Fn(&Path, &Path);
    let file = "1/pull.json";
    let harms: [(Harm<'_>, &str); 9] = [
        (
            &|folder, out| {
                std::fs::rename(folder.join(file), out).unwrap();
                symlink(out, folder.join(file)).unwrap();
            },
            "no ordinary file",
        ),
        (
            &|folder, _| {
                std::fs::remove_file(folder.join(file)).unwrap();
                symlink("/dev/zero", folder.join(file)).unwrap();
            },
            "no ordinary file",
        ),
        (&|folder, out| std::fs::hard_link(folder.join(file), out).unwrap(), "another name elsewhere"),
        (
            &|folder, out| {
                std::fs::rename(folder.join("1"), out).unwrap();
                symlink(out, folder.join("1")).unwrap();
            },
            "does not lie in a folder",
        ),
        (
            &|folder, _| {
                std::fs::remove_file(folder.join(file)).unwrap();
                pipe(&folder.join(file));
            },
            "no ordinary file",
        ),
        (
            &|folder, _| {
                std::fs::remove_file(folder.join("manifest.json")).unwrap();
                pipe(&folder.join("manifest.json"));
            },
            "no ordinary file",
        ),
        (
            &|folder, _| {
                std::fs::remove_file(folder.join("custody.jsonl")).unwrap();
                pipe(&folder.join("custody.jsonl"));
            },
            "no ordinary file",
        ),
        (&|folder, _| std::fs::rename(folder.join(file), folder.join("1/Pull.json")).unwrap(), "1/Pull.json was added"),
        (
            &|folder, _| {
                std::fs::remove_file(folder.join(file)).unwrap();
                std::fs::create_dir(folder.join(file)).unwrap();
            },
            "no ordinary file",
        ),
    ];
    for (harm, words) in harms {
        let (scene, case, folder) = kept();
        harm(&folder, &scene.home.path().join("outside"));
        let problems = scene.problems(&case);
        assert!(problems.iter().any(|problem| problem.contains(words)), "{words}: {problems:?}");
        assert!(restore(&scene.root(), &case, &scene.home.path().join("back"), &by()).is_err());
        assert!(export(&scene.root(), &case, &scene.home.path().join("out"), &|text: &str| text.to_owned(), &by()).is_err());
    }
    let (scene, case, folder) = kept();
    let out = scene.home.path().join("outside");
    std::fs::rename(&folder, &out).unwrap();
    symlink(&out, &folder).unwrap();
    assert!(verify(&scene.root(), &case).unwrap_err().to_string().contains("there is no evidence"));
}

#[cfg(unix)]
fn pipe(at: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(at).status().unwrap().success());
}

#[test]
fn one_bundle_does_not_pass_for_another() {
    let mut scene = Scene::new();
    let (first, folder) = (scene.plan(), scene.preserve().folder);
    scene.number = scene.github.repo("acme/api").pull("Second").by("maker").branch("second").commit("Second", &[("b.txt", "b\n")]).open();
    let (second, other) = (scene.plan().case, scene.preserve().folder);
    let swap = |a: &Path, b: &Path| {
        let aside = scene.root().join("aside");
        std::fs::rename(a, &aside).unwrap();
        std::fs::rename(b, a).unwrap();
        std::fs::rename(&aside, b).unwrap();
    };
    let both = || is_found(&scene.root(), &first.case) && is_found(&scene.root(), &second);
    for name in ["1/change.bundle", "1/change.diff", "manifest.json", "custody.jsonl", "sealed/raw.tar.gz"] {
        swap(&folder.join(name), &other.join(name));
        assert!(both(), "{name}");
        swap(&folder.join(name), &other.join(name));
    }
    swap(&folder, &other);
    assert!(both(), "the folders");
    let anchors = scene.root().join(".custody");
    swap(&anchors.join(&first.case.0), &anchors.join(&second.0));
    assert!(both(), "the folders with what is noted of them");
    swap(&folder, &other);
    swap(&anchors.join(&first.case.0), &anchors.join(&second.0));
    assert!(!is_found(&scene.root(), &first.case) && !is_found(&scene.root(), &second));
    let renamed = CaseId("Q-20260101-abcdef".to_owned());
    std::fs::rename(&folder, scene.root().join(&renamed.0)).unwrap();
    assert!(scene.problems(&renamed).iter().any(|problem| problem.contains("of another case")), "{:?}", scene.problems(&renamed));
    let names: Vec<_> = list(&scene.root()).unwrap().into_iter().map(|listed| (listed.case, listed.problem.is_some())).collect();
    assert!(names.contains(&(renamed, true)) && names.contains(&(second, false)), "{names:?}");
}

/// Makes evidence up as a whole, as somebody else could: manifest and first record fit together, and nothing is noted of it here.
fn forge(root: &Path, case: &CaseId, change: impl Fn(&mut Value, &Path)) {
    let folder = root.join(&case.0);
    let mut manifest = json(&folder.join("manifest.json"));
    change(&mut manifest, &folder);
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
    let log = std::fs::read_to_string(folder.join("custody.jsonl")).unwrap();
    let mut record: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    record["sha256_after"] = hex(manifest.to_string().as_bytes()).into();
    record.as_object_mut().unwrap().shift_remove("sha256");
    record["sha256"] = hex(record.to_string().as_bytes()).into();
    std::fs::write(folder.join("custody.jsonl"), format!("{record}\n")).unwrap();
    std::fs::remove_file(root.join(".custody").join(&case.0)).unwrap();
}

#[test]
fn evidence_of_others_is_said_to_be_that_and_can_be_restored() {
    let (scene, case, _) = kept();
    forge(&scene.root(), &case, |_, _| {});
    let verified = verify(&scene.root(), &case).unwrap();
    assert_eq!((verified.problems.as_slice(), verified.anchored), (&[][..], false));
    restore(&scene.root(), &case, &scene.home.path().join("back"), &by()).unwrap();
    assert!(verify(&scene.root(), &case).unwrap().anchored);
}

#[test]
fn hostile_evidence_reaches_nothing_outside_of_its_case() {
    type Harm<'a> = &'a dyn Fn(&mut Value, &Path);
    let own = |m: &Value| m["objects"][0]["refs"].as_object().unwrap().values().next().unwrap().clone();
    let harms: [Harm<'_>; 12] = [
        &|m, _| m["objects"][0]["refs"] = serde_json::json!({ "HEAD": own(m) }),
        &|m, _| m["objects"][0]["refs"] = serde_json::json!({ "refs/heads/main": own(m) }),
        &|m, _| m["objects"][0]["refs"] = serde_json::json!({ "refs/tags/v1.0": own(m) }),
        &|m, _| {
            m["objects"][0]["refs"] =
                serde_json::json!({ format!("refs/lazaret/evidence/{}/../../../heads/main", m["case"].as_str().unwrap()): own(m) });
        },
        &|m, _| m["objects"][0]["path"] = "../../../etc/passwd".into(),
        &|m, _| m["objects"][0]["path"] = "1/elsewhere.bundle".into(),
        &|m, _| m["files"][0]["path"] = "/etc/passwd".into(),
        &|m, _| m["files"][0]["path"] = "1/../../../x".into(),
        &|m, _| m["files"][0]["path"] = "1/a\u{1b}[2J\u{202e}".into(),
        &|m, _| m["files"][1] = m["files"][0].clone(),
        &|m, _| m["sealed"] = serde_json::json!([]),
        &bomb,
    ];
    for (n, harm) in harms.into_iter().enumerate() {
        let (scene, case, _) = kept();
        forge(&scene.root(), &case, |manifest, folder| harm(manifest, folder));
        assert!(is_found(&scene.root(), &case), "{n}");
        let clone = scene.home.path().join("clone");
        assert!(std::process::Command::new("git").args(["init", "-q", "-b", "main"]).arg(&clone).status().unwrap().success());
        let before = snapshot(&clone);
        assert!(restore(&scene.root(), &case, &clone, &by()).is_err(), "{n}");
        assert_eq!(snapshot(&clone), before, "{n}");
        assert!(export(&scene.root(), &case, &scene.home.path().join("out"), &|text: &str| text.to_owned(), &by()).is_err(), "{n}");
        assert!(!scene.home.path().join("out").exists());
        for problem in scene.problems(&case) {
            assert!(!problem.contains('\u{1b}'), "{problem:?}");
        }
    }
}

/// A sealed copy that unpacks to far more than was sealed.
fn bomb(manifest: &mut Value, folder: &Path) {
    let path = folder.join("sealed/raw.tar.gz");
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(64 << 20);
    tar.append_data(&mut header, manifest["sealed"][0].as_str().unwrap(), std::io::Read::take(std::io::repeat(0), 64 << 20)).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let file = manifest["files"].as_array_mut().unwrap().iter_mut().find(|file| file["path"] == "sealed/raw.tar.gz").unwrap();
    (file["size"], file["sha256"]) = (bytes.len().into(), hex(&bytes).into());
}

#[test]
fn a_history_that_is_there_is_not_cut_by_what_is_restored() {
    let (scene, case, _) = kept();
    let (clone, origin) = (scene.home.path().join("clone"), scene.github.world().repo("acme", "api").unwrap().git.path());
    assert!(std::process::Command::new("git").args(["clone", "-q", "--no-local"]).arg(origin).arg(&clone).status().unwrap().success());
    let tip = git(&clone, &["rev-parse", "HEAD"]);
    forge(&scene.root(), &case, |manifest, folder| {
        let bundle = std::fs::read(folder.join("1/change.bundle")).unwrap();
        let start = bundle.windows(4).position(|part| part == b"PACK").unwrap();
        std::fs::rename(folder.join("1/change.bundle"), folder.join("1/change.pack")).unwrap();
        std::fs::write(folder.join("1/change.pack"), &bundle[start..]).unwrap();
        std::fs::write(folder.join("1/change.shallow"), format!("{tip}\n")).unwrap();
        let described = |name: &str| {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            serde_json::json!({ "path": name, "size": bytes.len(), "sha256": hex(&bytes), "source": "x", "fetched_at": "x" })
        };
        let files = manifest["files"].as_array_mut().unwrap();
        files.retain(|file| file["path"] != "1/change.bundle");
        files.extend([described("1/change.pack"), described("1/change.shallow")]);
        let stored = &mut manifest["objects"][0];
        (stored["form"], stored["path"]) = ("pack".into(), "1/change.pack".into());
        (stored["shallow"], stored["not_whole_because"]) = ("1/change.shallow".into(), "x".into());
    });
    assert_eq!(scene.problems(&case), [""; 0]);
    restore(&scene.root(), &case, &clone, &by()).unwrap();
    assert!(!clone.join(".git/shallow").exists(), "the history of the clone is cut");
}

#[test]
fn an_empty_folder_that_was_there_stays_when_nothing_can_be_restored() {
    let (scene, case, _) = kept();
    let into = scene.home.path().join("mine");
    std::fs::create_dir(&into).unwrap();
    forge(&scene.root(), &case, |manifest, _| {
        let refs = manifest["objects"][0]["refs"].as_object_mut().unwrap();
        let name = refs.keys().next().unwrap().clone();
        refs.insert(name, "d".repeat(40).into());
    });
    assert!(restore(&scene.root(), &case, &into, &by()).is_err());
    assert_eq!(std::fs::read_dir(&into).unwrap().count(), 0);
}

#[test]
fn a_program_prints_nothing_raw_and_goes_on_to_the_next_case() {
    let (scene, case, folder) = kept();
    let root = Paths::below(scene.home.path()).evidence();
    std::fs::create_dir_all(root.parent().unwrap()).unwrap();
    std::fs::rename(scene.root(), &root).unwrap();
    let folder = root.join(folder.file_name().unwrap());
    forge(&root, &case, |manifest, _| {
        manifest["reason"] = "\u{1b}]0;x\u{7}".into();
        manifest["operator"]["identity"] = "\u{1b}[2Jsomebody".into();
        manifest["pulls"][0]["pull"] = "\u{202e}pull".into();
    });
    std::fs::write(folder.join("\u{1b}[31mred"), "x").unwrap();
    let broken = root.join("Q-20260101-abcdef");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("manifest.json"), "{\"\u{1b}[2J").unwrap();
    let program = Program::new(scene.home.path(), scene.home.path());
    let all = program.run(&["evidence", "verify"]);
    assert_eq!(all.code, 1, "{}{}", all.out, all.err);
    assert!(all.out.contains("Q-20260101-abcdef: ") && all.out.contains("red was added"), "{}", all.out);
    for args in [
        vec!["evidence", "list"],
        vec!["evidence", "verify"],
        vec!["evidence", "restore", &case.0, "--into", "x"],
        vec!["evidence", "export", &case.0, "--to", "y"],
    ] {
        let run = program.run(&args);
        assert!(!format!("{}{}", run.out, run.err).contains(['\u{1b}', '\u{202e}', '\u{7}']), "{args:?}: {:?}{:?}", run.out, run.err);
    }
}

// --- the copy that goes out

/// The entries of an archive, changed, packed anew.
fn repacked(from: &Path, to: &Path, change: impl Fn(&mut Vec<(String, Vec<u8>)>)) {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(from).unwrap()));
    let mut entries: Vec<(String, Vec<u8>)> = archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), bytes)
        })
        .collect();
    change(&mut entries);
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(std::fs::File::create(to).unwrap(), flate2::Compression::fast()));
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        // Past what the library would refuse to write.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
}

#[test]
fn the_same_evidence_makes_the_same_copy_and_that_is_checked_too() {
    let (scene, case, _) = kept();
    let (one, two, elsewhere) =
        (scene.home.path().join("one.tar.gz"), scene.home.path().join("two.tar.gz"), scene.home.path().join("elsewhere"));
    assert!(std::process::Command::new("cp").arg("-r").arg(scene.root()).arg(&elsewhere).status().unwrap().success());
    let redact = |text: &str| lazaret::analysis::redact::redact(text).into_owned();
    let first = export(&scene.root(), &case, &one, &redact, &by()).unwrap();
    let second = export(&elsewhere, &case, &two, &redact, &by()).unwrap();
    assert_eq!((std::fs::read(&one).unwrap(), first.digest.as_str()), (std::fs::read(&two).unwrap(), second.digest.as_str()));
    let handed = verify_handed(&one).unwrap();
    assert_eq!(
        (handed.problems.as_slice(), handed.case.as_ref(), handed.files, &handed.digest),
        (&[][..], Some(&case), first.files, &first.digest)
    );

    type Harm<'a> = &'a dyn Fn(&mut Vec<(String, Vec<u8>)>);
    let harms: [(Harm<'_>, &str); 9] = [
        (&|entries| entries[0].1.push(b' '), "was changed or is missing"),
        (&|entries| _ = entries.remove(2), "was changed or is missing"),
        (&|entries| entries.push((entries[0].0.replace("pull", "more"), b"x".to_vec())), "was added"),
        (&|entries| entries.push(entries[0].clone()), "is in it twice"),
        (&|entries| entries[0].0 = format!("{}/../../../x", entries[0].0.split('/').next().unwrap()), "is no file of a case"),
        (&|entries| entries[0].0 = "/etc/passwd".to_owned(), "is no file of a case"),
        (&|entries| entries[0].0 = "Q-20260101-abcdef/pull.json".to_owned(), "more than one case"),
        (&|entries| _ = entries.pop(), "redacted.json is missing"),
        (&|entries| entries.clear(), "nothing is in it"),
    ];
    for (harm, words) in harms {
        repacked(&one, &two, harm);
        let problems = verify_handed(&two).unwrap().problems;
        assert!(problems.iter().any(|problem| problem.contains(words)), "{words}: {problems:?}");
    }
    // A list that was made to fit is told by the manifest, which the custody log has the digest of.
    repacked(&one, &two, |entries| {
        let place = entries.iter().position(|(name, _)| name.ends_with("/README.md")).unwrap();
        let (old, new) = (hex(&entries[place].1), hex(b"nothing"));
        entries[place].1 = b"nothing".to_vec();
        let list = entries.last_mut().unwrap();
        list.1 = String::from_utf8(list.1.clone()).unwrap().replace(&old, &new).into_bytes();
    });
    assert!(verify_handed(&two).unwrap().problems.iter().any(|problem| problem.contains("is not what manifest.json describes")));
    std::fs::write(&two, "no archive").unwrap();
    assert!(verify_handed(&two).unwrap().problems[0].contains("it is no redacted copy"));
    assert!(verify_handed(scene.home.path()).is_err());
}

#[test]
fn a_copy_is_checked_at_the_command_line_with_the_digest_that_was_told() {
    let (scene, case, _) = kept();
    let root = Paths::below(scene.home.path()).evidence();
    std::fs::create_dir_all(root.parent().unwrap()).unwrap();
    std::fs::rename(scene.root(), &root).unwrap();
    let program = Program::new(scene.home.path(), scene.home.path());
    program.ok(&["evidence", "export", &case.0, "--to", "out.tar.gz"]);
    let bytes = std::fs::read(scene.home.path().join("out.tar.gz")).unwrap();
    assert!(program.ok(&["evidence", "verify", "out.tar.gz"]).contains("the custody log here says was handed on"));
    assert!(program.ok(&["evidence", "verify", "out.tar.gz", "--sha256", &hex(&bytes)]).contains("it is the one that was told"));
    let stranger = Program::new(scene.home.path(), scene.home.path().join("stranger"));
    assert!(stranger.ok(&["evidence", "verify", "out.tar.gz"]).contains("compare the SHA-256 with the sender's"));
    for at in (0..bytes.len()).step_by((bytes.len() / 12).max(1)) {
        let mut turned = bytes.clone();
        turned[at] ^= 1;
        std::fs::write(scene.home.path().join("turned.tar.gz"), turned).unwrap();
        let run = stranger.run(&["evidence", "verify", "turned.tar.gz", "--sha256", &hex(&bytes)]);
        assert_eq!(run.code, 1, "{at}: {}{}", run.out, run.err);
    }
    program.fails(&["evidence", "verify", "nowhere.tar.gz"], "neither a case");
}

// --- the order

/// A forge that insists on verified evidence before the first write.
struct Insisting {
    client: GithubClient,
    evidence: PathBuf,
    writes: Arc<AtomicUsize>,
}

impl Insisting {
    fn wrote(&self) {
        self.writes.fetch_add(1, Ordering::SeqCst);
        let kept = list(&self.evidence).unwrap();
        assert_eq!(kept.len(), 1, "something was written before there was evidence");
        assert_eq!(verify(&self.evidence, &kept[0].case).unwrap().problems, [""; 0]);
    }
}

impl Forge for Insisting {
    fn host(&self) -> String {
        self.client.host()
    }

    fn call(&self, call: &Call, cancel: &Cancel) -> Result<Answer, ForgeError> {
        if call.method != Method::Get {
            self.wrote();
        }
        self.client.call(call, cancel)
    }

    fn query(&self, query: &Query, cancel: &Cancel) -> Result<GraphAnswer, ForgeError> {
        if query.mutation {
            self.wrote();
        }
        self.client.query(query, cancel)
    }

    fn budget(&self) -> Budget {
        self.client.budget()
    }
}

#[test]
fn evidence_is_whole_before_the_first_step_that_contains_anything() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (request, reports) = desk.request(Verb::Quarantine, &[number]);
    let writes = Arc::new(AtomicUsize::new(0));
    let evidence = Paths::below(desk.home.path()).evidence();
    let forge = Insisting { client: desk.github.client(&desk.token), evidence, writes: writes.clone() };
    let decisions = desk.decisions_over(Arc::new(forge));
    let plan = decisions.plan_request(&request, reports).unwrap();
    assert_eq!(writes.load(Ordering::SeqCst), 0);
    decisions.carry_out_plan(&plan, &Cancel::default()).unwrap();
    assert!(writes.load(Ordering::SeqCst) > 3);
}
