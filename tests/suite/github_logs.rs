//! Logs of workflow runs, which lie at another host, and an organisation's audit log: read where they may be, and kept; and said
//! where not. The token is never seen by the other host, and what runs wrote stays sealed.

use std::io::Read as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lazaret::model::cancel::Cancel;
use lazaret::model::forge::{Call, Forge as _, ForgeError};
use lazaret::model::pull::{Origin, PullRef};
use lazaret::model::time::Timestamp;
use lazaret::response::evidence::{Collector, audited, export, preserve_pulls, verify};
use lazaret::sources::github::client::setup::Pace;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::github::rest::audit::Event;
use crate::github::storage::{File, Logs};
use crate::github_evidence::{AT, Scene, by, json, secret};

/// What a run's logs look like to whoever does not unpack them.
fn zip() -> Vec<u8> {
    [b"PK\x03\x04".as_slice(), secret().as_bytes(), &[0, 1, 2, 255].repeat(9_000)].concat()
}

fn kept(body: &[u8]) -> Logs {
    Logs::Kept(File::new(body))
}

impl Scene {
    /// A workflow ran whose logs are given out so.
    fn logged(&self, logs: Logs) -> u64 {
        let run = self.ran();
        self.github.world().logs.insert(run, logs);
        run
    }

    /// What evidence says that it left where it is.
    fn left(&self) -> Vec<String> {
        let kept = self.preserve();
        assert_eq!(kept.missing, [""; 0]);
        let manifest = json(&kept.folder.join("manifest.json"));
        manifest["left_there"].as_array().unwrap().iter().map(|left| left.as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn logs_are_kept_sealed_and_the_host_that_keeps_them_sees_no_token() {
    let scene = Scene::new();
    let run = scene.logged(kept(&zip()));
    let kept = scene.preserve();
    let name = format!("1/run-{run}-logs.zip");
    let manifest = json(&kept.folder.join("manifest.json"));
    let file = manifest["files"].as_array().unwrap().iter().find(|file| file["path"] == name).unwrap();
    let digest: String = Sha256::digest(zip()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&file["kept_in"], &file["size"]), (&json!("sealed/raw.tar.gz"), &json!(zip().len())));
    assert_eq!(file["sha256"], digest);
    let source = file["source"].as_str().unwrap();
    assert!(source.ends_with("/logs, kept at localhost") && !manifest.to_string().contains("urlSignature"), "{source}");

    let visits = scene.github.visits();
    assert_eq!(visits.len(), 1);
    let told: Vec<&str> = visits[0].headers.iter().map(|(name, _)| name.as_str()).collect();
    for header in ["authorization", "cookie", "proxy-authorization", "referer", "x-github-api-version"] {
        assert!(!told.contains(&header), "{told:?}");
    }
    assert!(!format!("{visits:?}").contains(&scene.token), "{visits:?}");
    assert!(scene.github.seen().iter().any(|seen| seen.path.ends_with("/logs") && seen.authorised && seen.status == 302));

    assert!(!kept.folder.join(&name).exists(), "logs lie outside of the sealed copy");
    let sealed = std::fs::File::open(kept.folder.join("sealed/raw.tar.gz")).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(sealed));
    let mut found = archive.entries().unwrap().map(Result::unwrap).find(|entry| entry.path_bytes().as_ref() == name.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    found.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, zip());
    assert_eq!(scene.problems(&scene.plan().case), [""; 0]);
    std::fs::write(kept.folder.join(&name), zip()).unwrap();
    assert_eq!(scene.problems(&scene.plan().case), [format!("{name} was added")]);
}

#[test]
fn the_copy_that_goes_out_has_no_logs_and_says_so() {
    let scene = Scene::new();
    let run = scene.logged(kept(&zip()));
    scene.preserve();
    let to = scene.home.path().join("out.tar.gz");
    let exported = export(&scene.root(), &scene.plan().case, &to, &|text: &str| text.to_owned(), &by()).unwrap();
    let left = format!("1/run-{run}-logs.zip (logs may hold secrets, and are kept sealed)");
    assert!(exported.left.contains(&left), "{exported:?}");
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(&to).unwrap()).read_to_end(&mut plain).unwrap();
    assert!(!plain.windows(4).any(|part| part == b"PK\x03\x04"));
    assert!(String::from_utf8_lossy(&plain).contains("\"why\": \"logs may hold secrets, and are kept sealed\""));
}

#[test]
fn logs_that_are_not_fetched_are_named_with_the_reason() {
    let beside = File::new(&zip());
    let cases: [(Logs, &str, usize); 10] = [
        (Logs::Expired, "have expired", 0),
        (Logs::At("https://evil.example/x?sig=1".to_owned()), "at evil.example, which is not believed", 0),
        (Logs::At("http://logs.actions.githubusercontent.com/x".to_owned()), "without https, which is not believed", 0),
        (Logs::At("http://me:pw@localhost:1/x".to_owned()), "with a name or a password, which is not believed", 0),
        (Logs::At("file:///etc/passwd".to_owned()), "an address without a host, which is not believed", 0),
        (Logs::At(String::new()), "an address that is none, which is not believed", 0),
        (Logs::Kept(File { status: 410, ..beside.clone() }), "localhost does not have the logs of run", 1),
        (
            Logs::Kept(File { status: 302, location: Some("https://evil.example/".to_owned()), ..beside.clone() }),
            "once more, which is not followed",
            1,
        ),
        (Logs::Kept(File { status: 403, ..beside }), "localhost answered 403", 1),
        (kept(b"<html>log in</html>"), "what localhost gave for them is no zip archive", 1),
    ];
    for (logs, words, visits) in cases {
        let scene = Scene::new();
        let run = scene.logged(logs);
        let left = scene.left();
        let asked = scene.github.visits();
        assert!(left.iter().any(|left| left.contains(&format!("logs of run {run}: ")) && left.contains(words)), "{words}: {left:?}");
        assert_eq!(asked.len(), visits, "{words}: {asked:?}");
        assert!(left.iter().all(|left| !left.contains("sig=") && !left.contains("pw")), "{left:?}");
    }
}

#[test]
fn logs_that_are_too_much_or_too_slow_are_left_where_they_are() {
    let pace = Pace { largest: 200_000, whole: Duration::from_millis(1_500), ..Pace::default() };
    let large = vec![b'x'; 300_000];
    let cases = [
        (File { body: [b"PK\x03\x04".as_slice(), &large].concat(), ..File::new(b"") }, "is larger than"),
        (File { body: [b"PK\x03\x04".as_slice(), &large].concat(), sized: false, ..File::new(b"") }, "is larger than"),
        (File { pause: Duration::from_secs(1), ..File::new(&zip()) }, "was not there after 1s"),
    ];
    for (file, words) in cases {
        let scene = Scene::with(&["repo"], pace.clone());
        scene.logged(Logs::Kept(file));
        let left = scene.left();
        assert!(left.iter().any(|left| left.contains(words)), "{words}: {left:?}");
        assert_eq!(scene.problems(&scene.plan().case), [""; 0]);
    }
}

static LATE: AtomicI64 = AtomicI64::new(0);

/// A clock that is half a minute later each time it is looked at.
fn late() -> Timestamp {
    Timestamp(AT.0 + LATE.fetch_add(30, Ordering::SeqCst))
}

#[test]
fn containment_does_not_wait_long_for_logs() {
    let scene = Scene::new();
    let runs: Vec<u64> = (0..6).map(|_| scene.logged(kept(&zip()))).collect();
    let (cancel, fetcher) = (Cancel::default(), scene.fetcher());
    let collector = Collector { forge: &*scene.client, objects: &fetcher, clock: late, cancel: &cancel };
    let kept = preserve_pulls(&collector, &scene.plan(), &scene.root(), &[]).unwrap();
    let manifest = json(&kept.folder.join("manifest.json"));
    let left = manifest["left_there"][0].as_str().unwrap();
    assert!(left.contains("further runs, since at most") && left.ends_with(&runs[5].to_string()), "{left}");
    assert!(!scene.github.visits().is_empty() && scene.github.visits().len() < runs.len());
}

#[test]
fn nothing_is_fetched_offline_or_from_a_host_that_nobody_named() {
    let scene = Scene::new();
    let run = scene.logged(kept(&zip()));
    let call = Call::get(format!("/repos/acme/api/actions/runs/{run}/logs"));
    let alone = scene.github.client(&scene.token);
    let error = alone.download(&call, &Cancel::default()).unwrap_err();
    assert!(matches!(&error, ForgeError::Garbled(says) if says.contains("add it to log-hosts")), "{error}");
    assert_eq!(scene.github.visits().len(), 0);
    assert!(alone.call(&call, &Cancel::default()).is_err(), "an ordinary read follows to another host");
}

// --- the audit log

fn event(at: i64, action: &str, repo: &str) -> Event {
    Event { at, action: action.to_owned(), actor: "maker".to_owned(), repo: Some(repo.to_owned()), more: serde_json::Map::new() }
}

impl Scene {
    fn audits(&self, events: Vec<Event>) {
        let mut world = self.github.world();
        let org = world.find_account("acme").unwrap().id;
        world.audits.insert(org, events);
    }
}

#[test]
fn the_audit_log_is_kept_where_it_may_be_read() {
    let scene = Scene::with(&["repo", "read:audit_log"], Pace::default());
    let start = crate::github::world::EPOCH;
    let mut events: Vec<Event> = (0..130).map(|n| event(start + 60 + n, "git.push", "acme/api")).collect();
    let mut agent = event(start + 500, "protected_branch.policy_override", "acme/api");
    agent.more.extend([
        ("actor_is_agent".to_owned(), json!(true)),
        ("agent_session_id".to_owned(), json!("s-1\u{1b}[2J")),
        ("user".to_owned(), json!("asker")),
    ]);
    events.extend([agent, event(start + 9, "repo.destroy", "acme/other"), event(start - 5 * 86_400, "repo.create", "acme/api")]);
    scene.audits(events);
    let kept = scene.preserve();
    assert_eq!((kept.audit.as_slice(), kept.missing.as_slice()), (&["audit log of acme: 131 events".to_owned()][..], &[][..]));
    assert!(kept.folder.join("1/audit-1.json").exists() && kept.folder.join("1/audit-2.json").exists());
    let timeline = std::fs::read_to_string(kept.folder.join("timeline.md")).unwrap();
    let line = "audit log: protected_branch.policy_override by maker, an agent in session s-1‹U+001B›[2J, user asker";
    assert!(timeline.contains(line) && !timeline.contains("repo.destroy") && !timeline.contains("repo.create"), "{timeline}");
    let custody = std::fs::read_to_string(kept.folder.join("custody.jsonl")).unwrap();
    assert!(custody.contains("collected and written; audit log of acme: 131 events"), "{custody}");
    let told = audited(&scene.root(), &scene.plan().case).unwrap();
    assert_eq!((told.len(), told.last().map(|event| (event.agent, event.user.as_str()))), (131, Some((true, "asker"))));
    let asked = scene.github.seen().into_iter().find(|seen| seen.path == "/orgs/acme/audit-log").unwrap();
    assert!(asked.query.contains("repo%3Aacme%2Fapi%20created%3A%3E%3D2026-01-04"), "{}", asked.query);
    std::fs::write(kept.folder.join("1/audit-1.json"), "[]").unwrap();
    assert!(audited(&scene.root(), &scene.plan().case).is_err(), "events of evidence that was changed");
}

#[test]
fn an_audit_log_that_may_not_be_read_is_one_line() {
    for enterprise in [false, true] {
        let mut scene = Scene::new();
        if enterprise {
            scene.audits(vec![event(AT.0, "git.push", "acme/api")]);
        }
        let first = scene.plan();
        scene.number =
            scene.github.repo("acme/api").pull("Second").by("maker").branch("second").commit("Second", &[("b.txt", "b\n")]).open();
        let mut plan = scene.plan();
        plan.decision.pulls.splice(0..0, first.decision.pulls);
        plan.decision.subjects.splice(0..0, first.decision.subjects);
        let (cancel, fetcher) = (Cancel::default(), scene.fetcher());
        let collector = Collector { forge: &*scene.client, objects: &fetcher, clock: || AT, cancel: &cancel };
        let kept = preserve_pulls(&collector, &plan, &scene.root(), &[]).unwrap();
        let manifest = json(&kept.folder.join("manifest.json"));
        let lines: Vec<_> =
            manifest["left_there"].as_array().unwrap().iter().filter(|left| left.as_str().unwrap().contains("audit log")).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].as_str().unwrap().contains("audit log of acme: not permitted; it takes GitHub Enterprise"), "{lines:?}");
        assert_eq!(
            (kept.audit.as_slice(), scene.github.count("GET /orgs/acme/audit-log")),
            (&["audit log of acme: not to be had".to_owned()][..], 1)
        );
        assert_eq!((kept.missing, verify(&scene.root(), &plan.case).unwrap().problems), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_persons_account_is_not_asked_for_an_audit_log() {
    let mut scene = Scene::new();
    scene.number = scene.github.repo("maker/own").pull("Mine").by("maker").branch("mine").commit("Mine", &[("b.txt", "b\n")]).open();
    let mut plan = scene.plan_of("maker", "own");
    plan.decision.pulls = vec![PullRef { origin: Origin::Github, repo: "maker/own".to_owned(), name: format!("#{}", scene.number) }];
    let (cancel, fetcher) = (Cancel::default(), scene.fetcher());
    let collector = Collector { forge: &*scene.client, objects: &fetcher, clock: || AT, cancel: &cancel };
    let kept = preserve_pulls(&collector, &plan, &scene.root(), &[]).unwrap();
    let manifest = std::fs::read_to_string(kept.folder.join("manifest.json")).unwrap();
    assert!(manifest.contains("audit log of maker: an account of a person has none"), "{manifest}");
    assert_eq!(scene.github.count("GET /orgs/"), 0);
}
