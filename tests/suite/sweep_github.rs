//! Sweeps of the loopback GitHub: what they find, what they ask, what is kept when they are cut short.

use serde_json::Value;

use crate::github::GitHub;
use crate::github::account::Role;
use crate::github::fault::{Fault, When};
use crate::github::pull::{AutoMerge, Merged, Review};
use crate::look_ups::{package_json, registries, settings};
use crate::program::{Program, Run};
use crate::scripted::Server;
use crate::world::EVIL;

const DEVIN: (&str, u64) = ("devin-ai-integration[bot]", 158_243_242);

struct Hub {
    github: GitHub,
    program: Program,
    token: String,
    _home: tempfile::TempDir,
}

impl Hub {
    fn new() -> Self {
        let (github, home) = (GitHub::start(), tempfile::tempdir().unwrap());
        let token = github.token("oncall", &["repo", "read:org"]);
        Self { github, program: Program::new(home.path(), home.path().join("home")), token, _home: home }
    }

    fn run(&self, args: &[&str]) -> Run {
        let mut command = self.program.command(&[&["sweep", "--since", "2026-01-01"], args].concat());
        command.env("LAZARET_GITHUB_API", self.github.url()).env("GH_TOKEN", &self.token);
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn json(&self, args: &[&str]) -> Value {
        let run = self.run(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|why| panic!("{why}: {}{}", run.out, run.err))
    }

    /// An agent's pull, merged by `by`, approved by `approver`.
    fn merged(&self, repo: &str, title: &str, by: &str, approver: Option<&str>) -> u64 {
        let at = self.github.repo(repo);
        let file = format!("{}.py", title.replace(' ', "_").to_lowercase());
        let number = at
            .pull(title)
            .by_bot(DEVIN.0, DEVIN.1)
            .branch(&format!("devin/{title}").replace(' ', "-"))
            .commit(title, &[(&file, "x = 1\n")])
            .open();
        let (by, approver) = (self.github.user(by), approver.map(|login| self.github.user(login)));
        let (git, now) = (at.git(), self.github.world().tick());
        let head = at.look(|repo| repo.pulls[&number].head_sha.clone());
        let main = git.tip("refs/heads/main").unwrap();
        let tree = git.merged_tree(&main, &head).unwrap();
        let person = ("Maintainer".to_owned(), "maintainer@example.com".to_owned());
        let says = format!("Merge pull request #{number} from x/y\n\n{title}");
        let commit = git.commit_tree(&tree, &[main, head.clone()], &says, &person, now).unwrap();
        git.point("refs/heads/main", &commit);
        let id = self.github.world().fresh();
        at.with(|repo| {
            let pull = repo.pulls.get_mut(&number).unwrap();
            (pull.open, pull.closed) = (false, Some(now));
            pull.merged = Some(Merged { at: now, by: Some(by), commit, method: "merge" });
            pull.reviews.extend(approver.map(|by| Review {
                id,
                by: Some(by),
                state: "APPROVED",
                commit: head,
                body: String::new(),
                at: now,
            }));
        });
        number
    }

    /// A commit that an agent pushed straight to the default branch.
    fn pushed(&self, repo: &str, title: &str) -> String {
        let git = self.github.repo(repo).git();
        let tip = git.tip("refs/heads/main").unwrap();
        let (claude, now) = (("Claude".to_owned(), "noreply@anthropic.com".to_owned()), self.github.world().tick());
        let file = format!("{}.py", title.replace(' ', "_").to_lowercase());
        let made = git.commit(&[tip], title, &claude, now, &[(file, Some(b"y = 1\n".to_vec()))]);
        git.point("refs/heads/main", &made);
        made
    }
}

fn conducts<'a>(sweep: &'a Value, title: &str) -> Vec<&'a str> {
    let changes = sweep["changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["change"]["title"] == title).unwrap_or_else(|| panic!("{title}: {sweep:#}"));
    change["observations"].as_array().unwrap().iter().map(|seen| seen["conduct"].as_str().unwrap()).collect()
}

#[test]
fn an_organisation_is_swept_with_what_came_in_unseen() {
    let hub = Hub::new();
    for name in ["acme/api", "acme/web", "acme/jobs", "acme/docs"] {
        let at = hub.github.repo(name).role("oncall", Role::Write);
        let title = "Update build configuration";
        at.pull(title).by_bot(DEVIN.0, DEVIN.1).branch("devin/1-build").commit(title, &[(".github/workflows/b.yml", EVIL)]).open();
    }
    hub.github.repo("acme/api").pull("Written by a person").commit("x", &[("p.py", "x = 1\n")]).open();
    hub.merged("acme/api", "Reviewed and merged", "lead", Some("lead"));
    hub.merged("acme/api", "Merged unseen", "lead", None);
    hub.merged("acme/web", "Merged by itself", DEVIN.0, None);
    let auto = hub.merged("acme/web", "Merged by a switch", "lead", Some("peer"));
    let lead = hub.github.user("lead");
    hub.github.repo("acme/web").with(|repo| {
        repo.pulls.get_mut(&auto).unwrap().auto_merge = Some(AutoMerge { by: lead, method: "MERGE".to_owned(), at: 0 });
    });
    let direct = hub.pushed("acme/jobs", "Straight to main");

    let sweep = hub.json(&["--org", "acme"]);
    let changes = sweep["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 9, "{changes:#?}");
    assert_eq!(conducts(&sweep, "Reviewed and merged"), Vec::<&str>::new());
    assert_eq!(conducts(&sweep, "Merged unseen"), ["unreviewed-merge"]);
    assert_eq!(conducts(&sweep, "Merged by itself"), ["unreviewed-merge", "self-merge", "auto-merge"]);
    assert_eq!(conducts(&sweep, "Merged by a switch"), ["auto-merge"]);
    assert_eq!(conducts(&sweep, "Straight to main"), ["direct-commit"]);
    let straight = changes.iter().find(|change| change["change"]["title"] == "Straight to main").unwrap();
    assert_eq!((straight["stats"]["added"].as_u64(), straight["change"]["head"].as_str()), (Some(1), Some(direct.as_str())));
    let campaigns = sweep["campaigns"].as_array().unwrap();
    assert!(campaigns.len() == 1 && campaigns[0]["repositories"] == 4, "{campaigns:#?}");
    assert_eq!(sweep["gaps"].as_array().unwrap().len(), 0, "{:#}", sweep["gaps"]);
    assert_eq!(sweep["tally"]["requests"].as_u64().unwrap() as usize, hub.github.seen().len());
}

/// What was read once is not read again: neither lists of files nor commits of a change whose head stands still.
#[test]
fn finished_work_is_not_fetched_again() {
    let hub = Hub::new();
    for name in ["acme/api", "acme/web"] {
        let at = hub.github.repo(name).role("oncall", Role::Write);
        for number in 0..3 {
            let title = format!("Add part {number}");
            at.pull(&title)
                .by_bot(DEVIN.0, DEVIN.1)
                .branch(&format!("devin/{number}"))
                .commit(&title, &[(&format!("p{number}.py"), "x = 1\n")])
                .open();
        }
    }
    let reads = || hub.github.seen().iter().filter(|seen| seen.path.ends_with("/files")).count();
    let first = hub.json(&["acme/api", "acme/web"]);
    assert_eq!((first["tally"]["judged"].as_u64(), reads()), (Some(6), 6));
    let listing = hub.github.count("GRAPHQL Queue");
    assert!(listing <= 3, "one question for all open, one for all merged, one for all closed: {listing}");
    let second = hub.json(&["acme/api", "acme/web"]);
    assert_eq!((second["tally"]["kept"].as_u64(), reads()), (Some(6), 6));
    hub.github.repo("acme/api").push(1, "More", &[("more.py", "z = 1\n")]);
    assert_eq!((hub.json(&["acme/api", "acme/web"])["tally"]["judged"].as_u64(), reads()), (Some(1), 7));
    let before = reads();
    let shallow = hub.json(&["acme/api", "--shallow", "--fresh"]);
    assert_eq!((shallow["changes"].as_array().unwrap().len(), reads()), (3, before), "lists only");
}

#[test]
fn a_repository_that_is_gone_and_a_token_that_is_wrong_are_told() {
    let hub = Hub::new();
    hub.github.repo("acme/api").role("oncall", Role::Write);
    hub.github.repo("acme/api").pull("Add it").by_bot(DEVIN.0, DEVIN.1).branch("devin/1").open();
    let run = hub.run(&["acme/api", "acme/gone"]);
    assert!(run.out.contains("Add it") && run.code == 2 && run.err.contains("acme/gone"), "{}{}", run.out, run.err);
    hub.github.revoke(&hub.token);
    let refused = hub.run(&["acme/api", "--fresh"]);
    assert!(refused.code == 2 && !refused.err.contains(&hub.token), "{}{}", refused.out, refused.err);
    let none = hub.program.command(&["sweep", "acme/api"]).env("PATH", "/nowhere").output().unwrap();
    assert!(String::from_utf8_lossy(&none.stderr).contains("there is no token for github.com"));
}

/// One plan over repositories of a host: shown as the verb itself would show it, and nothing is written before somebody says yes.
#[test]
fn a_campaign_on_a_host_is_contained_in_one_plan() {
    let hub = Hub::new();
    for name in ["acme/api", "acme/web", "acme/jobs"] {
        let at = hub.github.repo(name).role("oncall", Role::Write);
        let title = "Update build configuration";
        at.pull(title).by_bot(DEVIN.0, DEVIN.1).branch("devin/1-build").commit(title, &[(".github/workflows/b.yml", EVIL)]).open();
    }
    let all = ["acme/api", "acme/web", "acme/jobs"];
    let name = hub.json(&all)["campaigns"][0]["name"].as_str().unwrap().to_owned();
    let shown = hub.run(&[&all[..], &["--quarantine", &name, "--reason", "forged build bot", "--dry-run"]].concat());
    assert!(all.iter().all(|repo| shown.out.contains(&format!("quarantine {repo}#1"))), "{}{}", shown.out, shown.err);
    assert_eq!(hub.github.writes().len(), 0, "a dry run writes nothing");
    let done = hub.run(&[&all[..], &["--quarantine", &name, "--reason", "forged build bot", "--yes"]].concat());
    for repo in all {
        let labels = hub.github.repo(repo).look(|repo| repo.pulls[&1].labels.clone());
        assert_eq!(labels, ["agent:quarantine"], "{repo}: {}{}", done.out, done.err);
    }
    hub.github.repo("acme/other").role("oncall", Role::Write).pull("Another").by_bot(DEVIN.0, DEVIN.1).branch("devin/1-x").open();
    let report = hub.run(&[&all[1..], &["--format", "incident", "--fresh"]].concat()).out;
    let actions = report.split("## Actions taken").nth(1).unwrap();
    assert!(actions.contains("quarantine by `@oncall`") && actions.contains("acme/web#1"), "{report}");
    assert!(!actions.contains("acme/api#1"), "the same number elsewhere is another pull: {report}");
    let other = hub.run(&["acme/other", "--format", "incident"]).out;
    assert!(other.contains("holds no case about these changes"), "{other}");
    let again = hub.run(&[&all[..], &["--filter", "state:quarantined"]].concat());
    assert!(again.out.matches("quarantined").count() >= 3, "{}{}", again.out, again.err);
}

/// What is on the branches already goes back in one plan: pulls and direct commits of a repository together, the last first.
#[test]
fn direct_commits_and_merged_pulls_of_a_sweep_are_taken_back_in_one_plan() {
    let hub = Hub::new();
    for repo in ["acme/api", "acme/web", "acme/jobs"] {
        hub.github.repo(repo).role("oncall", Role::Write);
    }
    let (first, number) = (hub.pushed("acme/api", "Pushed first"), hub.merged("acme/api", "Merged unseen", "lead", None));
    let (second, third) = (hub.pushed("acme/api", "Pushed last"), hub.pushed("acme/web", "Pushed there"));
    let open = hub.github.repo("acme/jobs").pull("Open one").by_bot(DEVIN.0, DEVIN.1).branch("devin/open").open();
    let short = |repo: &str, id: &str| format!("{repo}@{}", &id[..12]);
    let listed = hub.run(&["--org", "acme"]);
    assert!(listed.out.contains(&short("acme/web", &third)), "a commit is called by what commands take: {}", listed.out);

    let which = [
        short("acme/api", &first),
        format!("acme/api#{number}"),
        short("acme/api", &second),
        short("acme/web", &third),
        format!("acme/jobs#{open}"),
    ];
    let which = which.join(" ");
    let dry = hub.run(&["--org", "acme", "--revert", &which, "--reason", "pushed past review", "--dry-run"]);
    assert!(dry.out.contains("as evidence, and verify it") && dry.out.contains("it is not merged"), "{}{}", dry.out, dry.err);
    assert!(dry.code == 1 && hub.github.writes().is_empty(), "an open one is left, and that is told: {}", dry.out);
    let done = hub.run(&["--org", "acme", "--revert", &which, "--reason", "pushed past review", "--yes"]);
    assert_eq!(done.code, 1, "{}{}", done.out, done.err);
    for (repo, ids) in [("acme/api", vec![&first, &second]), ("acme/web", vec![&third])] {
        let body =
            hub.github.repo(repo).look(|repo| repo.pulls.values().find(|pull| pull.head_ref.starts_with("revert/")).unwrap().body.clone());
        let body = body.unwrap();
        assert!(ids.iter().all(|id| body.contains(&format!("Reverts: {id}"))), "{repo}: {body}");
    }
    let body = hub.github.repo("acme/api").look(|repo| repo.pulls.values().last().unwrap().body.clone().unwrap());
    let place = |part: &str| body.find(part).unwrap_or_else(|| panic!("{part}: {body}"));
    assert!(place(&second) < place(&format!("acme/api#{number}")) && place(&format!("acme/api#{number}")) < place(&first), "{body}");
    let again = hub.run(&["--org", "acme", "--revert", "direct-commit", "--reason", "the rest", "--dry-run"]);
    assert!(again.out.contains("take back") || again.out.contains("open already"), "{}{}", again.out, again.err);
    let held = hub.run(&["--org", "acme", "--quarantine", "direct-commit", "--reason", "x", "--dry-run"]);
    assert!(held.out.contains("came in without a pull, where nothing can be held"), "{}{}", held.out, held.err);
    assert!(held.out.contains(&format!("lazaret revert {} --reason", short("acme/web", &third))), "{}", held.out);
    hub.run(&["--org", "acme", "--revert", "acme/api#1 acme/none#7", "--reason", "x"]).is_failure("this sweep holds no acme/none#7");
}

/// Killed between two repositories or in the middle of one: the same command ends what was begun, does the rest, and nothing twice.
#[test]
fn a_containment_that_was_killed_is_ended_by_the_same_command_and_nothing_is_done_twice() {
    let points = [("acme/api/issues/1/labels", false), ("acme/web/issues/1/labels", false), ("acme/web/issues/1/labels", true)];
    for (part, after_effect) in points {
        let place = format!("{part} {}", if after_effect { "after" } else { "before" });
        let hub = Hub::new();
        for name in ["acme/api", "acme/web"] {
            let at = hub.github.repo(name).role("oncall", Role::Write);
            let title = "Update build configuration";
            at.pull(title).by_bot(DEVIN.0, DEVIN.1).branch("devin/1-build").commit(title, &[(".github/workflows/b.yml", EVIL)]).open();
        }
        let which = "acme/api#1 acme/web#1";
        let args = ["sweep", "--since", "2026-01-01", "acme/api", "acme/web", "--quarantine", which, "--reason", "forged", "--yes"];
        let when = When::Like(format!("POST /repos/{part}"), 1);
        if after_effect {
            hub.github.lose(when, Fault::Hang);
        } else {
            hub.github.fail(when, Fault::Hang);
        }
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lazaret"))
            .args(args)
            .current_dir(hub._home.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", &hub.program.home)
            .env("LAZARET_HOME", &hub.program.home)
            .env("LAZARET_GITHUB_API", hub.github.url())
            .env("GH_TOKEN", &hub.token)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        assert!(hub.github.wait_hung(std::time::Duration::from_secs(60)), "{place}: the request came");
        child.kill().unwrap();
        child.wait().unwrap();
        hub.github.let_go();
        hub.github.heal();
        if after_effect {
            // Both are marked by now, so that nothing meets these words; what was cut short is ended all the same.
            let words = hub.run(&["acme/api", "acme/web", "--quarantine", "state:open", "--reason", "forged", "--yes"]);
            assert!(
                words.err.contains("was cut short earlier; it is ended now") && words.err.contains("meets `state:open`"),
                "{}",
                words.err
            );
        }
        let again = hub.run(&args[3..]);
        assert_eq!(again.code, 0, "{place}: {}{}", again.out, again.err);
        let told = again.err.contains("was cut short earlier; it is ended now");
        assert_eq!(told, !after_effect && part.contains("web") || part.contains("api"), "{place}: the user is told, once: {}", again.err);
        for repo in ["acme/api", "acme/web"] {
            hub.github.repo(repo).look(|repo| {
                let pull = &repo.pulls[&1];
                assert_eq!(pull.labels, ["agent:quarantine"], "{place}");
                assert!(pull.draft && pull.locked.is_some(), "{place}");
                assert_eq!((pull.reviews.len(), repo.statuses.len(), repo.labels.len()), (1, 1, 1), "{place}: nothing twice");
            });
        }
        let mut ledger = hub.program.command(&["ledger", "verify"]);
        assert!(ledger.output().unwrap().status.success(), "{place}");
        let third = hub.run(&args[3..]);
        assert!(third.out.matches("nothing to do").count() == 2 && !third.err.contains("cut short"), "{place}: {}{}", third.out, third.err);
    }
}

/// Whoever could not be asked about packages is asked by the next sweep; until then the change is told as not looked up.
#[test]
fn a_change_of_which_nobody_could_be_asked_is_judged_again() {
    let hub = Hub::new();
    let at = hub.github.repo("acme/api").role("oncall", Role::Write);
    let manifest = package_json(&serde_json::json!({"esbuild": "0.21.5"}));
    at.pull("Add a package").by_bot(DEVIN.0, DEVIN.1).branch("devin/1").commit("Add", &[("package.json", &manifest)]).open();
    let folder = hub.program.home.join("config");
    std::fs::create_dir_all(&folder).unwrap();
    let swept = |address: &str| {
        std::fs::write(folder.join("settings.toml"), settings(address, "ask = true")).unwrap();
        let sweep = hub.json(&["acme/api"]);
        (sweep["tally"]["judged"].as_u64().unwrap(), sweep["gaps"].to_string().contains("1 package of acme/api#1 could not be looked up"))
    };
    let (nobody, server) = (Server::nobody(), Server::start(registries));
    assert_eq!(swept(&nobody), (1, true));
    assert_eq!(swept(&nobody), (1, true), "what is not whole is not kept");
    assert_eq!(swept(&server.address()), (1, false));
    assert_eq!(swept(&nobody), (0, false), "what is whole is kept");
}
