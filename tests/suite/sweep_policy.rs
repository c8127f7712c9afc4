//! Policies where many repositories are decided on at once: sweeps hold to each repository's own; names are typed, machines do not
//! merge, an unblock meets the policy of where it was blocked; decisions that wait; the audit log in the report.

use lazaret::model::decision::Verb;

use crate::console_github::Acme;
use crate::github::account::Role;
use crate::github::pull::AutoMerge;
use crate::github::rest::audit::Event;
use crate::policy_github::{Desk, TWO};
use crate::program::{Program, Run};
use crate::two_people_github::{another, merge};
use crate::world::World;

const TWO_TO_REVERT: &str = "two-people = [\"revert\"]\n";
const SINCE: [&str; 2] = ["--since", "2026-01-01"];

/// Merged pulls of an agent: one where a revert takes two, one where anybody may, one where only ann may.
fn merged() -> (Desk, String) {
    let desk = Desk::new("", TWO_TO_REVERT);
    desk.github.repo("acme/jobs").commit("main", "Policy", &[(".lazaret/policy.toml", "[deciders]\nrevert = [\"@ann\"]\n")]);
    let (web, jobs) = (another(&desk, "acme/web", "Add more"), another(&desk, "acme/jobs", "Add more"));
    for (repo, number) in [("acme/api", desk.number), ("acme/web", web), ("acme/jobs", jobs)] {
        merge(&desk, repo, number);
    }
    let which = format!("acme/api#{} acme/web#{web} acme/jobs#{jobs}", desk.number);
    (desk, which)
}

fn sweep<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["sweep", "acme/api", "acme/web", "acme/jobs"][..], &SINCE, words].concat()
}

fn reverts(desk: &Desk, repo: &str) -> usize {
    desk.github.repo(repo).look(|repo| repo.pulls.values().filter(|pull| pull.title.starts_with("Revert")).count())
}

#[test]
fn a_revert_from_a_sweep_holds_to_each_repositorys_own_policy() {
    let (desk, which) = merged();
    let before = desk.github.writes().len();
    let two = "as the first of two";
    desk.refused("bob", &sweep(&["--revert", &which, "-m", "bad", "--dry-run"]), &[two, "every revert does (.lazaret/policy.toml of"]);
    assert_eq!(desk.github.writes().len(), before, "a dry run writes nothing");
    desk.refused("bob", &sweep(&["--revert", &which, "-m", "bad", "--yes"]), &[two, "lets only @ann revert"]);
    let all = || ["acme/api", "acme/web", "acme/jobs"].map(|repo| reverts(&desk, repo));
    assert_eq!(all(), [0, 1, 0], "recorded, done, refused");
    desk.refused("bob", &sweep(&["--revert", &which, "-m", "bad", "--yes"]), &["you decided this already"]);
    let second = desk.run("ann", &sweep(&["--revert", &which, "-m", "bad indeed", "--yes"]));
    assert!(second.out.contains("you are the second") && second.out.contains("the first of two was @bob"), "{}{}", second.out, second.err);
    assert_eq!(all(), [1, 1, 1], "{}", second.out);
}

/// How many are taken back at once counts over all repositories of the sweep, as it does where they are named one by one.
#[test]
fn a_batch_over_several_repositories_is_a_batch() {
    let desk = Desk::new("two-people = [\"batch-revert\"]\n", "");
    let web = another(&desk, "acme/web", "Add more");
    merge(&desk, "acme/api", desk.number);
    merge(&desk, "acme/web", web);
    let which = format!("acme/api#{} acme/web#{web}", desk.number);
    let run = ["sweep", "acme/api", "acme/web", SINCE[0], SINCE[1], "--revert", which.as_str(), "-m", "bad"];
    let shown = desk.ok("bob", &[&run[..], &["--dry-run"]].concat());
    assert_eq!(shown.matches("it takes back 2 changes at once (policy.toml of acme/.lazaret)").count(), 2, "{shown}");
    desk.ok("bob", &[&run[..], &["--yes"]].concat());
    assert_eq!((reverts(&desk, "acme/api"), reverts(&desk, "acme/web")), (0, 0));
    desk.ok("ann", &[&run[..], &["--yes"]].concat());
    assert_eq!((reverts(&desk, "acme/api"), reverts(&desk, "acme/web")), (1, 1));
}

/// Containment waits for nobody: neither for a second person nor for a policy that can be read. What it only proposes is told truly.
#[test]
fn a_contain_from_a_sweep_never_waits_and_tells_what_its_proposals_take() {
    let desk = Desk::new("two-people = [\"approve\", \"release\", \"revert\"]\n", "nonsense");
    let (web, late) = (another(&desk, "acme/web", "Add more"), another(&desk, "acme/web", "Add still more"));
    merge(&desk, "acme/web", late);
    let which = format!("acme/api#{} acme/web#{web} acme/web#{late}", desk.number);
    let run = desk.run("bob", &["sweep", "acme/api", "acme/web", SINCE[0], SINCE[1], "--quarantine", &which, "-m", "odd", "--yes"]);
    assert!(run.out.contains("the policy cannot be read"), "{}{}", run.out, run.err);
    assert!(
        run.out.contains("every revert does (policy.toml of acme/.lazaret)") && run.out.contains("proposed, and not part"),
        "{}",
        run.out
    );
    for (repo, number) in [("acme/api", desk.number), ("acme/web", web)] {
        let labels = desk.github.repo(repo).look(|repo| repo.pulls[&number].labels.clone());
        assert_eq!(labels, ["agent:quarantine"], "{repo}: {}{}", run.out, run.err);
    }
    assert_eq!(reverts(&desk, "acme/web"), 0);
}

/// The console's one plan says of each repository what its policy asks, and the second person learns who was first.
#[test]
fn the_sweep_console_holds_to_each_repositorys_own_policy() {
    let (desk, _) = merged();
    let (ann, bob) = (desk.tokens[0].1.clone(), desk.tokens[1].1.clone());
    let acme = Acme { token: bob, github: desk.github, home: desk.home };
    let arguments = ["sweep", "acme/api", "acme/web", "acme/jobs", SINCE[0], SINCE[1], "--console"];
    let mut console = acme.console(&arguments, "poll = 0\n");
    console.shows("acme/web#").press("gg G ").shows("3 chosen").press("R").shows("Why revert?").press("bad\r").shows("Yes, revert");
    console.press("G").shows("lets only @ann");
    console.press("y").shows("receipt").press("\u{3}").ends();
    let count = |repo: &str| acme.github.repo(repo).look(|repo| repo.pulls.values().filter(|p| p.title.starts_with("Revert")).count());
    assert_eq!(["acme/api", "acme/web", "acme/jobs"].map(count), [0, 1, 0]);
    let acme = Acme { token: ann, ..acme };
    let mut console = acme.console(&arguments, "poll = 0\n");
    console
        .shows("acme/api#")
        .press("GR")
        .shows("Why revert?")
        .press("bad indeed\r")
        .shows("Second of two")
        .press("y")
        .shows("the first of two was @bob");
    console.press("\u{3}").ends();
    let count = |repo: &str| acme.github.repo(repo).look(|repo| repo.pulls.values().filter(|p| p.title.starts_with("Revert")).count());
    assert_eq!(count("acme/api"), 1);
}

/// A decision made without the network is counted in the sweep's console too, and sent from there.
#[test]
fn what_waits_is_shown_and_sent_from_the_sweep_console() {
    let acme = Acme::new();
    let pull = |title: &str, file: &str| {
        let made = acme.github.repo("acme/api").pull(title).by_bot("devin-ai-integration[bot]", 158_243_242);
        made.branch(&format!("devin/1767603600-{}", file.len())).commit(title, &[(file, "x = 1\n")]).open()
    };
    let (number, _) = (pull("Tidy the login", "login.py"), pull("Tidy the store", "stores.py"));
    let at = format!("acme/api#{number}");
    let run = |args: &[&str]| {
        let mut command = Program::new(acme.home.path(), acme.home.path()).command(args);
        Run::of(command.env("LAZARET_GITHUB_API", acme.github.url()).env("GH_TOKEN", &acme.token).output().unwrap())
    };
    assert!(run(&["scan", &at]).out.contains("Tidy the login"));
    let kept = run(&["--offline", "approve", &at, "-m", "seen on the train", "--yes"]);
    assert_eq!(kept.code, 0, "{}{}", kept.out, kept.err);
    let mut console = acme.console(&["sweep", "acme/api", SINCE[0], SINCE[1], "--console"], "poll = 0\n");
    console.shows("1 wait to be sent").press("\u{17}").shows("approve acme/api#").shows("seen on the train");
    console.press("s").shows("receipt");
    let approved = acme.github.repo("acme/api").look(|repo| repo.pulls[&number].reviews.iter().any(|review| review.state == "APPROVED"));
    assert!(approved, "{}", console.screen());
    console.press("\u{3}").ends();
    assert!(run(&["waiting", "list"]).out.contains("nothing waits"));
}

/// What waits for one place is not given back because it was looked for at another.
#[test]
fn what_waits_for_a_forge_is_not_sent_from_elsewhere() {
    let desk = Desk::new("", "");
    let (world, at) = (World::new(), desk.at());
    desk.ok("bob", &["scan", &at]);
    desk.ok("bob", &["--offline", "approve", &at, "-m", "on the train", "--yes"]);
    let paths = lazaret::store::paths::Paths::below(&desk.home.path().join("home"));
    let here = lazaret::runtime::case_decisions::CaseDecisions::new(Some(world.path()), paths, || lazaret::model::time::Timestamp(0));
    let waiting = lazaret::runtime::waiting::list(&here).unwrap();
    assert_eq!((waiting.len(), waiting[0].verb, waiting[0].pulls.len()), (1, Verb::Approve, 1));
    let sent = lazaret::runtime::waiting::send(&here, &waiting[0].case, &Default::default()).unwrap();
    assert!(matches!(&sent, lazaret::runtime::waiting::Sending::Waits(why) if why.contains("lazaret waiting send")), "{sent:?}");
    assert!(desk.ok("bob", &["waiting", "send"]).contains("was sent"));
}

#[test]
fn an_unblock_meets_the_policy_of_where_it_was_blocked() {
    let desk = Desk::new("", "[deciders]\nunblock = [\"@bob\"]\n");
    for login in ["ann", "bob"] {
        desk.github.repo("acme/web").role(login, Role::Write);
    }
    desk.ok("ann", &["block", "server:odd", "--at", "acme/api", "-m", "odd", "--yes"]);
    let elsewhere = ["unblock", "server:odd", "--at", "acme/web", "-m", "fine", "--yes"];
    desk.refused("ann", &elsewhere, &[".lazaret/policy.toml of acme/api lets only @bob unblock", "known as the account ann"]);
    // A repository on this machine knows no accounts: the forge's own place is named.
    let world = World::new();
    world.git(&["config", "user.name", "Ann"]);
    world.git(&["config", "user.email", "ann@example.com"]);
    let folder = world.path().display().to_string();
    let here = ["unblock", "server:odd", "--repo", &folder, "-m", "fine", "--yes"];
    desk.refused("ann", &here, &["it was blocked on github.com; unblock it from there, with --at acme/api"]);
    desk.ok("bob", &elsewhere);
}

#[test]
fn an_unblock_meets_the_policy_of_the_clone_where_it_was_blocked() {
    let (mut strict, free) = (World::new(), World::new());
    for world in [&strict, &free] {
        world.git(&["config", "user.name", "Ann"]);
        world.git(&["config", "user.email", "ann@example.com"]);
    }
    strict.write(".lazaret/policy.toml", "[deciders]\nunblock = [\"@lead\"]\n");
    strict.commit("Policy");
    let program = Program::new(free.path(), free.beside("home"));
    let at = strict.path().display().to_string();
    program.ok(&["block", "server:odd", "--repo", &at, "-m", "odd", "--yes"]);
    let run = program.run(&["unblock", "server:odd", "-m", "fine", "--yes"]);
    assert!(run.code == 1 && run.out.contains("lets only @lead unblock"), "{}{}", run.out, run.err);
    // A clone that is gone keeps nobody out for ever; that is told.
    std::fs::remove_dir_all(strict.path()).unwrap();
    let done = program.ok(&["unblock", "server:odd", "-m", "fine", "--yes"]);
    assert!(done.contains("is not there any more, where it was blocked"), "{done}");
}

#[test]
fn a_new_package_is_typed_by_its_name_before_it_is_approved_at_a_forge() {
    let desk = Desk::new("", "type-package-names = true\n");
    let pull = desk.github.repo("acme/api").pull("Add a package").by_bot("devin-ai-integration[bot]", 158_243_242);
    let manifest = "{\"name\": \"app\", \"dependencies\": {\"left-padder\": \"1.0.0\"}}\n";
    let number = pull.branch("devin/1767603600-pad").commit("Add", &[("package.json", manifest)]).open();
    let at = format!("acme/api#{number}");
    let approved = || desk.github.repo("acme/api").look(|repo| repo.pulls[&number].reviews.len());
    let run = desk.run("bob", &["approve", &at, "-m", "fine", "--yes"]);
    assert!(run.code == 2 && run.err.contains("--confirm left-padder"), "{}{}", run.out, run.err);
    let wrong = desk.run("bob", &["approve", &at, "-m", "fine", "--yes", "--confirm", "left-pader"]);
    assert!(wrong.code == 2 && approved() == 0, "{}{}", wrong.out, wrong.err);
    desk.ok("bob", &["approve", &at, "-m", "fine", "--yes", "--confirm", "left-padder"]);
    assert_eq!(approved(), 1);
}

#[test]
fn where_no_machine_may_merge_a_pull_with_auto_merge_is_not_approved() {
    let desk = Desk::new("never-auto-merge = true\n", "");
    let (at, number, by) = (desk.at(), desk.number, desk.github.user("ann"));
    let switch = |on: bool| {
        desk.github.repo("acme/api").with(|repo| {
            let auto = on.then(|| AutoMerge { by, method: "SQUASH".to_owned(), at: 0 });
            repo.pulls.get_mut(&number).unwrap().auto_merge = auto;
        });
    };
    switch(true);
    let approve = ["approve", at.as_str(), "-m", "fine", "--yes"];
    desk.refused("bob", &approve, &["auto-merge is on for", "policy.toml of acme/.lazaret never lets a machine merge"]);
    assert_eq!(desk.approvals(), 0);
    switch(false);
    desk.ok("bob", &approve);
    assert_eq!(desk.approvals(), 1);
}

/// What the organisation's audit log said of a contained repository stands in the timeline of the report, from evidence only.
#[test]
fn the_incident_report_tells_what_the_audit_log_said() {
    let mut desk = Desk::new("", TWO);
    desk.github.repo("acme/api").role("bob", Role::Admin);
    desk.tokens[1].1 = desk.github.token("bob", &["repo", "read:org", "read:audit_log"]);
    let event = |at: i64, action: &str, repo: &str| Event {
        at,
        action: action.to_owned(),
        actor: "ann".to_owned(),
        repo: Some(repo.to_owned()),
        more: serde_json::Map::new(),
    };
    let start = crate::github::world::EPOCH;
    {
        let mut world = desk.github.world();
        let org = world.find_account("acme").unwrap().id;
        world
            .audits
            .insert(org, vec![event(start + 60, "protected_branch.policy_override", "acme/api"), event(start, "repo.destroy", "acme/x")]);
    }
    let args = ["sweep", "acme/api", SINCE[0], SINCE[1]];
    let report = || desk.run("bob", &[&args[..], &["--format", "incident"]].concat());
    assert!(!report().out.contains("protected_branch"), "nothing is told that no evidence holds");
    desk.ok("bob", &[&args[..], &["--quarantine", &desk.at(), "-m", "odd", "--yes"]].concat());
    let told = report().out;
    let line = told.lines().find(|line| line.contains("protected_branch.policy_override")).unwrap_or_else(|| panic!("{told}"));
    assert!(line.contains("by ann") && line.contains("`acme/api`") && line.contains("audit log, as evidence kept it"), "{line}");
    assert!(!told.contains("repo.destroy"), "{told}");
    // Evidence that was changed is no source.
    let home = desk.home.path().join("home");
    let mut pages = Vec::new();
    find(&home, &mut pages);
    assert!(!pages.is_empty());
    for page in pages {
        std::fs::write(page, "[]").unwrap();
    }
    let changed = report();
    assert!(
        changed.err.contains("its audit log is left out") && !changed.out.contains("policy_override"),
        "{}{}",
        changed.out,
        changed.err
    );
}

/// The pages of audit logs below `folder`.
fn find(folder: &std::path::Path, pages: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, pages);
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("audit")) {
            pages.push(path);
        }
    }
}
