//! Evidence of pulls at GitHub: collected from the loopback over the real client, whole or not there, verified, restored by lazaret
//! and by git alone, redacted when it goes out, and never holding a token.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use lazaret::model::cancel::Cancel;
use lazaret::model::commit_id::CommitId;
use lazaret::model::decision::{Decision, Reviewer, Subject, Verb};
use lazaret::model::forge::{Answer, Budget, Call, Forge, ForgeError, GraphAnswer, Query};
use lazaret::model::pull::{Origin, PullRef, Revision};
use lazaret::model::response::{CaseId, People, Plan};
use lazaret::model::time::Timestamp;
use lazaret::response::case::case_id;
use lazaret::response::evidence::{Collector, Handling, Kept, export, preserve_pulls, restore, verify};
use lazaret::sources::github::client::GithubClient;
use lazaret::sources::github::client::setup::{Pace, Setup};
use lazaret::sources::github::fetch::{Fetcher, Limits};
use tempfile::TempDir;

use crate::github::GitHub;
use crate::github::account::Role;
use crate::github::repo::Run;
use crate::world::snapshot;

pub(crate) const AT: Timestamp = Timestamp(1_767_700_000);

/// A pull with a secret in it at a GitHub, a client of that, and a home.
pub(crate) struct Scene {
    pub(crate) github: GitHub,
    pub(crate) token: String,
    pub(crate) client: Arc<GithubClient>,
    pub(crate) home: TempDir,
    pub(crate) number: u64,
    limits: Limits,
}

pub(crate) fn secret() -> String {
    ["AK", "IAQ3EGPYV5MZ7TBN2D"].concat()
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(&["repo"], Pace::default())
    }

    pub(crate) fn with(scopes: &[&str], pace: Pace) -> Self {
        let github = GitHub::start();
        let repo = github.repo("acme/api").role("maker", Role::Admin);
        let number = repo
            .pull("Tidy the `login` \u{202e}")
            .by_bot("devin-ai-integration[bot]", 158_243_242)
            .branch("devin/1767603600-login")
            .body(&format!("key {}", secret()))
            .label("agent")
            .commit("Tidy", &[("src/login.py", "def login():\n    return True\n")])
            .commit("Tidy more", &[("conf.ini", &format!("id = '{}'\n", secret()))])
            .open();
        let token = github.token("maker", scopes);
        let log_hosts = vec!["localhost".to_owned()];
        let setup = Setup { api: Some(github.url()), token: Some(token.clone().into()), log_hosts, pace, ..Setup::new("github.com") };
        let client = Arc::new(GithubClient::connect(setup).unwrap());
        Self { github, token, client, home: tempfile::tempdir().unwrap(), number, limits: Limits::default() }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.home.path().join("evidence")
    }

    pub(crate) fn fetcher(&self) -> Fetcher {
        Fetcher::new(self.client.clone(), &self.home.path().join("cache"), self.limits)
    }

    pub(crate) fn plan(&self) -> Plan {
        self.plan_of("acme", "api")
    }

    pub(crate) fn plan_of(&self, owner: &str, name: &str) -> Plan {
        let world = self.github.world();
        let repo = world.repo(owner, name).unwrap();
        let pull = &repo.pulls[&self.number];
        let id = |sha: &str| CommitId::parse(sha);
        let merge_base = repo.git.merge_base(&pull.base_sha, &pull.head_sha).unwrap();
        let revision = Revision { base: id(&pull.base_sha), head: id(&pull.head_sha), merge_base: id(&merge_base) };
        let decision = Decision {
            verb: Verb::Quarantine,
            pulls: vec![PullRef { origin: Origin::Github, repo: "acme/api".to_owned(), name: format!("#{}", self.number) }],
            subjects: vec![Subject { revision, diff_digest: "d1".to_owned(), ..Subject::default() }],
            reviewer: Reviewer { identity: "Maintainer <maintainer@example.com>".to_owned(), by: "test".to_owned(), proofs: Vec::new() },
            reason: "looks like a way in".to_owned(),
            dispositions: Vec::new(),
            rules: Default::default(),
            rules_in_force: String::new(),
            confirmed: Vec::new(),
            signature: None,
            at: AT,
        };
        let case = case_id(&decision);
        Plan {
            case,
            decision,
            steps: Vec::new(),
            refusals: Vec::new(),
            warnings: Vec::new(),
            conflicts: Vec::new(),
            people: People::default(),
            words: Vec::new(),
            proposed: Vec::new(),
        }
    }

    fn preserve_over(&self, forge: &dyn Forge) -> Result<Kept, lazaret::response::error::ResponseError> {
        let cancel = Cancel::default();
        let fetcher = self.fetcher();
        let collector = Collector { forge, objects: &fetcher, clock: || AT, cancel: &cancel };
        preserve_pulls(&collector, &self.plan(), &self.root(), &[br#"{"findings":[]}"#.to_vec()])
    }

    /// A workflow ran on the pull's head; the run.
    pub(crate) fn ran(&self) -> u64 {
        let mut world = self.github.world();
        let (id, actor) = (world.fresh(), world.accounts.keys().next().copied().unwrap());
        let repo = world.repo("acme", "api").unwrap();
        let (repo, pull) = (repo.id, &repo.pulls[&self.number]);
        let run = Run {
            id,
            name: "ci".to_owned(),
            sha: pull.head_sha.clone(),
            branch: pull.head_ref.clone(),
            event: "pull_request".to_owned(),
            status: "completed".to_owned(),
            conclusion: Some("success".to_owned()),
            actor,
            at: AT.0,
        };
        world.repo_mut(repo).runs.push(run);
        id
    }

    pub(crate) fn preserve(&self) -> Kept {
        self.preserve_over(&*self.client).unwrap()
    }

    pub(crate) fn problems(&self, case: &CaseId) -> Vec<String> {
        verify(&self.root(), case).unwrap().problems
    }
}

pub(crate) fn by() -> Handling {
    Handling { who: "on-call".to_owned(), at: AT }
}

pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(args).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

pub(crate) fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn everything_about_a_pull_is_kept_with_where_and_when_it_came_from() {
    let scene = Scene::new();
    let kept = scene.preserve();
    let manifest = json(&kept.folder.join("manifest.json"));
    let files: Vec<(String, String)> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            assert!(file["fetched_at"].as_str().unwrap().ends_with('Z'), "{file}");
            (file["path"].as_str().unwrap().to_owned(), file["source"].as_str().unwrap().to_owned())
        })
        .collect();
    for (name, source) in [
        ("1/pull.json", "github.com GET /repos/acme/api/pulls/1"),
        ("1/commits.json", "/pulls/1/commits"),
        ("1/files.json", "/pulls/1/files"),
        ("1/reviews.json", "/pulls/1/reviews"),
        ("1/comments.json", "/pulls/1/comments"),
        ("1/conversation.json", "/issues/1/comments"),
        ("1/timeline.json", "/issues/1/timeline"),
        ("1/checks.json", "/check-runs"),
        ("1/statuses.json", "/statuses"),
        ("1/runs.json", "/actions/runs?head_sha="),
        ("1/rules.json", "/rules/branches/main"),
        ("1/change.bundle", "git fetch of acme/api"),
        ("1/change.diff", "git diff "),
        ("1/findings.json", "analysis"),
        ("timeline.md", "answers"),
        ("README.md", "lazaret"),
        ("sealed/raw.tar.gz", "sealed"),
    ] {
        let number = scene.number.to_string();
        let source = source.replace("/1/", &format!("/{number}/")).replace("pulls/1", &format!("pulls/{number}"));
        assert!(files.iter().any(|(known, from)| known == name && from.contains(&source)), "{name} from {source}: {files:?}");
    }
    assert_eq!((kept.missing.as_slice(), scene.problems(&scene.plan().case)), (&[][..], Vec::new()));
    assert!(manifest["clock_offset"].as_i64().is_some(), "{}", manifest["clock_offset"]);
    assert_eq!(manifest["objects"][0]["form"], "bundle");
    let timeline = std::fs::read_to_string(kept.folder.join("timeline.md")).unwrap();
    assert!(timeline.contains("opened by devin-ai-integration[bot]: Tidy the `login` ‹U+202E›"), "{timeline}");
    assert!(timeline.contains("Tidy more") && timeline.contains("quarantine decided by Maintainer"), "{timeline}");
    let diff = std::fs::read_to_string(kept.folder.join("1/change.diff")).unwrap();
    assert!(diff.contains("+    return True"), "{diff}");
    // Called again, as after a crash, it is found and not made again.
    scene.github.forget();
    assert_eq!(scene.preserve(), kept);
    assert_eq!(scene.github.seen().len(), 0);
}

#[test]
fn no_token_is_in_it_and_nobody_else_can_read_it() {
    let scene = Scene::new();
    let kept = scene.preserve();
    for (path, bytes) in snapshot(&kept.folder) {
        let plain = if path.extension().is_some_and(|extension| extension == "gz") {
            let mut plain = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut plain).unwrap();
            plain
        } else {
            bytes
        };
        let token = scene.token.as_bytes();
        assert!(!plain.windows(token.len()).any(|part| part == token), "{path:?} holds the token");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
        }
    }
}

#[test]
fn it_is_restored_into_an_empty_repository_by_us_and_by_git_alone() {
    let scene = Scene::new();
    let kept = scene.preserve();
    let plan = scene.plan();
    let head = plan.decision.subjects[0].revision.head.clone().unwrap();
    let into = scene.home.path().join("back");
    let restored = restore(&scene.root(), &plan.case, &into, &by()).unwrap();
    let name = format!("refs/lazaret/evidence/{}/1/head", plan.case.0);
    assert!(restored.refs.contains(&(name.clone(), head.clone())), "{restored:?}");
    assert_eq!(git(&into, &["rev-parse", &name]), head.to_string());
    assert_eq!(git(&into, &["fsck", "--full"]), "");
    assert_eq!(git(&into, &["show", &format!("{name}:src/login.py")]), "def login():\n    return True");
    // Twice is once.
    restore(&scene.root(), &plan.case, &into, &by()).unwrap();
    assert_eq!(scene.problems(&plan.case), [""; 0]);
    by_readme(&kept.folder, &scene.home.path().join("alone"), &name, head.as_str());
    let error = restore(&scene.root(), &plan.case, &scene.root(), &by()).unwrap_err().to_string();
    assert!(error.contains("is no repository that can be restored into"), "{error}");
}

/// Runs the commands of the README's last section, and nothing else, in a copy of the folder.
fn by_readme(folder: &Path, place: &Path, name: &str, head: &str) {
    let copied = Command::new("cp").arg("-r").arg(folder).arg(place).status().unwrap();
    assert!(copied.success());
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let commands = readme.split("In this folder:").nth(1).unwrap();
    let script: String = commands.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect();
    let run = Command::new("sh").args(["-ec", &script]).current_dir(place).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(run.status.success(), "{script}{}", String::from_utf8_lossy(&run.stderr));
    let restored = place.join("restored.git");
    assert_eq!(git(&restored, &["rev-parse", name]), head);
    assert_eq!(git(&restored, &["fsck", "--full"]), "");
}

#[test]
fn a_history_that_is_too_large_is_kept_in_part_and_restored_as_such() {
    let mut scene = Scene::new();
    let noise: String = (0..20_000_u64).map(|n| format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    {
        let world = scene.github.world();
        let git = &world.repo("acme", "api").unwrap().git;
        let before = git.tip("refs/heads/main").unwrap();
        let heavy = git.commit(
            &[before],
            "Heavy",
            &("M".to_owned(), "m@example.com".to_owned()),
            1_767_603_700,
            &[("noise".to_owned(), Some(noise.into_bytes()))],
        );
        let light =
            git.commit(&[heavy], "Light", &("M".to_owned(), "m@example.com".to_owned()), 1_767_603_800, &[("noise".to_owned(), None)]);
        git.point("refs/heads/main", &light);
    }
    scene.limits.evidence = 20_000;
    let number = scene.github.repo("acme/api").pull("Second").by("maker").branch("second").commit("Second", &[("b.txt", "b\n")]).open();
    scene.number = number;
    let kept = scene.preserve();
    let plan = scene.plan();
    let manifest = json(&kept.folder.join("manifest.json"));
    assert_eq!(manifest["objects"][0]["form"], "pack");
    assert!(manifest["objects"][0]["not_whole_because"].as_str().unwrap().contains("larger than 20000 bytes"), "{manifest:#}");
    let into = scene.home.path().join("back");
    let restored = restore(&scene.root(), &plan.case, &into, &by()).unwrap();
    assert_eq!(restored.notes.len(), 1);
    let name = format!("refs/lazaret/evidence/{}/1/head", plan.case.0);
    assert_eq!(git(&into, &["rev-list", "--count", &name]), "2");
    assert_eq!(git(&into, &["fsck", "--full"]), "");
    by_readme(&kept.folder, &scene.home.path().join("alone"), &name, plan.decision.subjects[0].revision.head.as_ref().unwrap().as_str());
}

#[test]
fn any_change_of_any_file_and_of_the_custody_log_is_found() {
    let scene = Scene::new();
    let kept = scene.preserve();
    let case = scene.plan().case;
    restore(&scene.root(), &case, &scene.home.path().join("back"), &by()).unwrap();
    assert_eq!(scene.problems(&case), [""; 0]);
    assert_eq!(verify(&scene.root(), &case).unwrap().custody.0, 2);
    let files: Vec<PathBuf> = snapshot(&kept.folder).into_iter().map(|(path, _)| path).collect();
    assert!(files.len() > 18, "{files:?}");
    for path in &files {
        let whole = std::fs::read(path).unwrap();
        let mut turned = whole.clone();
        let middle = turned.len() / 2;
        turned[middle] ^= 1;
        for harmed in [Some(turned), Some([whole.as_slice(), b"\n"].concat()), Some(Vec::new()), None] {
            match &harmed {
                Some(bytes) => std::fs::write(path, bytes).unwrap(),
                None => std::fs::remove_file(path).unwrap(),
            }
            let found = verify(&scene.root(), &case);
            assert!(found.is_err() || !found.unwrap().problems.is_empty(), "{path:?} as {:?}", harmed.map(|bytes| bytes.len()));
            std::fs::write(path, &whole).unwrap();
        }
    }
    assert_eq!(scene.problems(&case), [""; 0]);
    for added in ["more.json", "1/more.json", "sealed/more", "2/pull.json"] {
        let path = kept.folder.join(added);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "x").unwrap();
        assert!(!scene.problems(&case).is_empty(), "{added}");
        std::fs::remove_file(&path).unwrap();
        let _ = std::fs::remove_dir(path.parent().unwrap());
    }
    // The log without its last record is a well-formed log, and still told.
    let log = kept.folder.join("custody.jsonl");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, format!("{}\n", text.lines().next().unwrap())).unwrap();
    assert!(scene.problems(&case).iter().any(|problem| problem.contains("was shortened")), "{:?}", scene.problems(&case));
    let error = restore(&scene.root(), &case, &scene.home.path().join("again"), &by()).unwrap_err().to_string();
    assert!(error.contains("is not what was written"), "{error}");
}

#[test]
fn the_copy_that_goes_out_has_no_secrets_and_says_what_stays() {
    let scene = Scene::new();
    let kept = scene.preserve();
    let case = scene.plan().case;
    let to = scene.home.path().join("out.tar.gz");
    let redact = |text: &str| lazaret::analysis::redact::redact(text).into_owned();
    let exported = export(&scene.root(), &case, &to, &redact, &by()).unwrap();
    assert!(exported.redacted >= 3, "{exported:?}");
    assert_eq!(exported.left, ["1/change.bundle (git's objects cannot be redacted)", "sealed/raw.tar.gz (raw and unredacted)"]);
    let place = scene.home.path().join("unpacked");
    std::fs::create_dir(&place).unwrap();
    assert!(Command::new("tar").arg("-xzf").arg(&to).arg("-C").arg(&place).status().unwrap().success());
    let copy = snapshot(&place);
    assert!(copy.len() > 15);
    for (path, bytes) in &copy {
        assert!(!String::from_utf8_lossy(bytes).contains(&secret()), "{path:?}");
    }
    let list = json(&place.join(&case.0).join("redacted.json"));
    let manifest = json(&kept.folder.join("manifest.json"));
    for file in list["files"].as_array().unwrap() {
        let known = manifest["files"].as_array().unwrap().iter().find(|known| known["path"] == file["path"]);
        assert!(known.is_none_or(|known| known["sha256"] == file["sha256_raw"]), "{file}");
    }
    assert_eq!(list["not_here"].as_array().unwrap().len(), 2);
    assert_eq!(scene.problems(&case), [""; 0]);
    let log = std::fs::read_to_string(kept.folder.join("custody.jsonl")).unwrap();
    assert!(log.contains(&exported.digest) && log.contains("on-call"), "{log}");
    let error = export(&scene.root(), &case, &to, &redact, &by()).unwrap_err().to_string();
    assert!(error.contains("is there already"), "{error}");
}

/// A forge that gives up at a certain request, in a certain way.
struct Failing<'a> {
    inner: &'a GithubClient,
    when: &'a (dyn Fn(&Call) -> Option<ForgeError> + Sync),
}

impl Forge for Failing<'_> {
    fn host(&self) -> String {
        self.inner.host()
    }

    fn call(&self, call: &Call, cancel: &Cancel) -> Result<Answer, ForgeError> {
        (self.when)(call).map_or_else(|| self.inner.call(call, cancel), Err)
    }

    fn query(&self, query: &Query, cancel: &Cancel) -> Result<GraphAnswer, ForgeError> {
        self.inner.query(query, cancel)
    }

    fn budget(&self) -> Budget {
        self.inner.budget()
    }
}

#[test]
fn what_the_token_may_not_see_is_missing_and_said_and_stands_in_nobodys_way() {
    let scene = Scene::new();
    let forbidden = || ForgeError::Forbidden { permission: "actions=read".to_owned(), says: "the token may not read\nruns".to_owned() };
    let forge = Failing { inner: &scene.client, when: &|call| call.route.contains("/actions/runs").then(forbidden) };
    let kept = scene.preserve_over(&forge).unwrap();
    assert_eq!(kept.missing.len(), 1);
    assert!(kept.missing[0].contains("runs: the token may not read") && !kept.missing[0].contains('\n'), "{:?}", kept.missing);
    let readme = std::fs::read_to_string(kept.folder.join("README.md")).unwrap();
    assert!(readme.contains("the token may not read"), "{readme}");
    assert_eq!(scene.problems(&scene.plan().case), [""; 0]);
}

#[test]
fn logs_that_cannot_be_had_are_noted_and_are_nothing_that_is_missing() {
    let scene = Scene::new();
    scene.ran();
    let kept = scene.preserve();
    let manifest = json(&kept.folder.join("manifest.json"));
    assert!(manifest["left_there"][0].as_str().unwrap().contains("logs of run"), "{manifest:#}");
    assert_eq!(kept.missing, [""; 0]);
    let timeline = std::fs::read_to_string(kept.folder.join("timeline.md")).unwrap();
    assert!(timeline.contains("workflow run ci: success"), "{timeline}");
}

#[test]
fn a_pull_that_cannot_be_read_and_a_cancelled_collection_leave_no_evidence() {
    let scene = Scene::new();
    let case = scene.plan().case;
    let gone = Failing { inner: &scene.client, when: &|_| Some(ForgeError::NotFound("there is no such pull".to_owned())) };
    let error = scene.preserve_over(&gone).unwrap_err().to_string();
    assert!(error.contains("cannot be collected: there is no such pull"), "{error}");
    let late = Failing { inner: &scene.client, when: &|call| call.route.contains("/timeline").then_some(ForgeError::Cancelled) };
    assert!(scene.preserve_over(&late).is_err());
    assert!(verify(&scene.root(), &case).is_err(), "half of it passes for evidence");
    assert_eq!(scene.problems_after(&case), [""; 0]);
}

impl Scene {
    fn problems_after(&self, case: &CaseId) -> Vec<String> {
        self.preserve();
        self.problems(case)
    }
}

#[test]
fn a_head_that_is_gone_costs_the_commits_and_not_the_rest() {
    let scene = Scene::new();
    let mut plan = scene.plan();
    plan.decision.subjects[0].revision.head = CommitId::parse(&"d".repeat(40));
    let cancel = Cancel::default();
    let fetcher = scene.fetcher();
    let collector = Collector { forge: &*scene.client, objects: &fetcher, clock: || AT, cancel: &cancel };
    let kept = preserve_pulls(&collector, &plan, &scene.root(), &[]).unwrap();
    assert!(
        kept.missing.iter().any(|missing| missing.contains("its commits and its diff") && missing.contains("force-pushed")),
        "{:?}",
        kept.missing
    );
    assert!(kept.folder.join("1/pull.json").exists() && !kept.folder.join("1/change.bundle").exists());
    assert_eq!(verify(&scene.root(), &plan.case).unwrap().problems, [""; 0]);
}
