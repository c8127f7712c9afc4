//! Reverts at GitHub beyond the ordinary: repositories that are not listed whole, commits that no pull brought.

use lazaret::model::decision::Verb;
use lazaret::model::path::RepoPath;

use crate::github_desk::{Desk, all_done};
use crate::program::{Program, Run};

/// A desk at a repository of `folders` folders, of which GitHub lists `entries` entries at once.
fn large(folders: usize, entries: usize) -> Desk {
    let desk = Desk::new();
    let files: Vec<(String, String)> = (0..folders).map(|n| (format!("part{n}/inner/file.py"), format!("x = {n}\n"))).collect();
    let texts: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    desk.github.repo("acme/api").with(|repo| repo.most_entries = entries).commit("main", "Many", &texts);
    desk
}

/// Opens a pull that writes `texts`, and merges it.
fn merged(desk: &Desk, title: &str, texts: &[(&str, &str)]) -> u64 {
    let branch = format!("devin/1767603600-{}", title.to_lowercase().replace(' ', "-"));
    let repo = desk.github.repo("acme/api");
    let number = repo.pull(title).by_bot("devin-ai-integration[bot]", 158_243_242).branch(&branch).commit(title, texts).open();
    let (mut request, reports) = desk.request(Verb::Approve, &[number]);
    request.merge = true;
    all_done(&desk.carry_out(&request, reports).1);
    number
}

/// The text of `path` at `branch`.
fn text(desk: &Desk, branch: &str, path: &str) -> Option<String> {
    desk.github.repo("acme/api").look(|repo| {
        let (git, tip) = (repo.git.open(), repo.git.tip(&format!("refs/heads/{branch}")).unwrap());
        let tree = git.find_commit(git2::Oid::from_str(&tip).unwrap()).unwrap().tree().unwrap();
        let blob = git.find_blob(tree.get_path(std::path::Path::new(path)).ok()?.id()).unwrap();
        Some(String::from_utf8(blob.content().to_vec()).unwrap())
    })
}

#[test]
fn a_repository_that_is_not_listed_whole_is_reverted_by_the_folders_that_changed() {
    let desk = large(60, 70);
    let one = merged(&desk, "Change one", &[("part3/inner/file.py", "x = 'evil'\n"), ("new/deep/er.py", "y = 1\n")]);
    let two = merged(&desk, "Change two", &[("part9/inner/file.py", "x = 'evil'\n")]);
    desk.github.forget();
    let (plan, receipt) = desk.decide(Verb::Revert, &[one, two]);
    all_done(&receipt);
    let branch = format!("revert/{}", plan.case.0);
    assert_eq!(text(&desk, &branch, "part3/inner/file.py").as_deref(), Some("x = 3\n"));
    assert_eq!(text(&desk, &branch, "part9/inner/file.py").as_deref(), Some("x = 9\n"));
    assert_eq!(text(&desk, &branch, "new/deep/er.py"), None);
    assert_eq!(text(&desk, &branch, "part5/inner/file.py").as_deref(), Some("x = 5\n"), "the rest stays");
    let read = desk.github.count("GET /repos/acme/api/git/trees");
    assert!(read < 40, "only folders that changed are read, each once in plan and in step: {read}");
}

#[test]
fn conflicts_are_found_in_a_repository_that_is_not_listed_whole() {
    let desk = large(60, 70);
    let numbers = [
        merged(&desk, "Change one", &[("part3/inner/file.py", "x = 'evil'\n")]),
        merged(&desk, "Change two", &[("part9/inner/file.py", "x = 'evil'\n"), ("gone.py", "z = 1\n")]),
    ];
    // Somebody builds on the one, and puts a folder where the other's file was.
    desk.github.repo("acme/api").commit("main", "Later", &[("part3/inner/file.py", "x = 'later'\n")]);
    let git = desk.github.repo("acme/api").git();
    let (tip, now) = (git.tip("refs/heads/main").unwrap(), desk.github.world().tick());
    let files = [("gone.py".to_owned(), None), ("gone.py/inner.py".to_owned(), Some(b"w = 1\n".to_vec()))];
    let moved = git.commit(&[tip], "Fold", &("M".to_owned(), "m@example.com".to_owned()), now, &files);
    git.point("refs/heads/main", &moved);
    desk.github.forget();
    let plan = desk.plan(Verb::Revert, &numbers);
    let paths: Vec<&RepoPath> = plan.conflicts.iter().flat_map(|conflict| &conflict.paths).collect();
    assert_eq!(paths, [&RepoPath::from("gone.py"), &RepoPath::from("part3/inner/file.py")], "{plan:?}");
    assert!(desk.github.writes().is_empty());
}

#[test]
fn a_folder_that_is_not_listed_whole_is_not_reverted_by_a_part_of_it() {
    let desk = large(60, 20);
    let numbers = ["Change one", "Change two"].map(|title| merged(&desk, title, &[(&format!("part3/{}.py", &title[7..]), "y = 1\n")]));
    let (request, reports) = desk.request(Verb::Revert, &numbers);
    desk.github.forget();
    let error = desk.decisions().plan_request(&request, reports).unwrap_err().to_string();
    assert!(error.contains("more files than the forge lists") && error.contains("lazaret revert --repo DIR COMMIT"), "{error}");
    assert!(desk.github.writes().is_empty());
}

/// A commit that an agent pushed straight to main. Returns its id.
fn pushed(desk: &Desk, message: &str, at: i64, texts: &[(&str, &str)]) -> String {
    let git = desk.github.repo("acme/api").git();
    let tip = git.tip("refs/heads/main").unwrap();
    let files: Vec<(String, Option<Vec<u8>>)> =
        texts.iter().map(|(path, text)| ((*path).to_owned(), Some(text.as_bytes().to_vec()))).collect();
    let made = git.commit(&[tip], message, &("Claude".to_owned(), "noreply@anthropic.com".to_owned()), at, &files);
    git.point("refs/heads/main", &made);
    made
}

/// The program with the desk's token in a home of its own.
struct Shell<'d> {
    desk: &'d Desk,
    program: Program,
    _home: tempfile::TempDir,
}

impl<'d> Shell<'d> {
    fn of(desk: &'d Desk) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { desk, program: Program::new(home.path(), home.path().join("home")), _home: home }
    }

    fn run(&self, args: &[&str]) -> Run {
        let mut command = self.program.command(args);
        Run::of(command.env("GH_TOKEN", &self.desk.token).env("LAZARET_GITHUB_API", self.desk.github.url()).output().unwrap())
    }

    fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?}: {}{}", run.out, run.err);
        run.out
    }
}

#[test]
fn a_direct_commit_is_read_and_taken_back_by_its_name_or_its_page() {
    let desk = Desk::new();
    let now = desk.github.world().tick();
    let id = pushed(&desk, "Straight to main", now, &[("cron.py", "y = 1\n")]);
    let shell = Shell::of(&desk);
    let named = format!("acme/api@{}", &id[..9]);
    let scanned: serde_json::Value = serde_json::from_str(&shell.ok(&["scan", &named, "--format", "json"])).unwrap();
    assert_eq!(scanned["change"]["head"], id.as_str(), "{scanned:#}");
    let page = format!("https://github.com/acme/api/commit/{id}");
    let shown = shell.ok(&["revert", &page, "--reason", "pushed past review", "--dry-run"]);
    let evidence = shown.find("as evidence, and verify it").unwrap();
    assert!(evidence < shown.find("on the new branch revert/").unwrap(), "evidence first: {shown}");
    assert!(desk.github.writes().is_empty());
    let done = shell.ok(&["revert", &named, "--reason", "pushed past review", "--yes"]);
    let (branch, body) = desk.github.repo("acme/api").look(|repo| {
        let pull = repo.pulls.values().next().expect("a pull for the revert");
        (pull.head_ref.clone(), pull.body.clone().unwrap())
    });
    assert!(body.contains(&format!("Reverts: {id}")) && text(&desk, &branch, "cron.py").is_none(), "{body}");
    assert!(done.contains("evidence"), "{done}");
    let case = branch.strip_prefix("revert/").unwrap();
    assert!(shell.ok(&["evidence", "verify", case]).contains("whole") || shell.run(&["evidence", "verify", case]).code == 0);
    let restored = shell.program.home.join("restored");
    shell.ok(&["evidence", "restore", case, "--into", restored.to_str().unwrap()]);
    let git = git2::Repository::open(&restored).unwrap();
    assert!(git.find_commit(git2::Oid::from_str(&id).unwrap()).is_ok(), "the commit is in the evidence");
    let again = shell.ok(&["revert", &named, "--reason", "once more", "--yes"]);
    assert!(again.contains("open already as acme/api#1"), "{again}");
}

#[test]
fn direct_commits_and_pulls_go_back_together_and_the_last_goes_first_whatever_dates_say() {
    let desk = Desk::new();
    let early = pushed(&desk, "First", 4_000_000_000, &[("a.py", "a = 1\n")]);
    let number = merged(&desk, "Second", &[("a.py", "a = 2\n")]);
    let late = pushed(&desk, "Third", 1_000_000_000, &[("a.py", "a = 3\n")]);
    let shell = Shell::of(&desk);
    let names = [format!("acme/api@{early}"), format!("acme/api#{number}"), format!("acme/api@{late}")];
    desk.github.forget();
    let args = [&["revert"][..], &names.each_ref().map(String::as_str), &["--reason", "a way in", "--yes"]].concat();
    shell.ok(&args);
    let branch = desk.github.repo("acme/api").look(|repo| repo.pulls.values().last().unwrap().head_ref.clone());
    assert_eq!(text(&desk, &branch, "a.py"), None, "all three are taken back");
    let subjects = desk.github.repo("acme/api").look(|repo| {
        let (main, tip) = (repo.git.tip("refs/heads/main").unwrap(), repo.git.tip(&format!("refs/heads/{branch}")).unwrap());
        repo.git.between(&main, &tip).into_iter().map(|told| told.message.lines().next().unwrap().to_owned()).collect::<Vec<_>>()
    });
    assert_eq!(subjects, ["Revert \"Third\"", "Revert \"Second\"", "Revert \"First\""]);
}

#[test]
fn what_builds_on_a_direct_commit_is_named_and_what_conflicts_is_refused() {
    let desk = Desk::new();
    let id = pushed(&desk, "Straight to main", 4_000_000_000, &[("cron.py", "y = 1\n")]);
    desk.github.repo("acme/api").commit("main", "Build on it", &[("cron.py", "y = 2\n")]);
    let shell = Shell::of(&desk);
    let run = shell.run(&["revert", &format!("acme/api@{id}"), "--reason", "x", "--yes"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("Build on it") && run.out.contains("cron.py"), "{}", run.out);
    assert!(desk.github.writes().is_empty());
}

#[test]
fn a_commit_that_is_elsewhere_or_came_by_a_pull_is_told() {
    let desk = Desk::new();
    let shell = Shell::of(&desk);
    let side = desk.github.repo("acme/api").commit("side", "On the side", &[("s.py", "s = 1\n")]);
    let run = shell.run(&["revert", &format!("acme/api@{side}"), "--reason", "x", "--dry-run"]);
    assert!(run.code == 1 && run.out.contains("does not stand on main; name its branch with --base"), "{}{}", run.out, run.err);
    let based = shell.ok(&["revert", &format!("acme/api@{side}"), "--base", "side", "--reason", "x", "--dry-run"]);
    assert!(based.contains("on top of side at"), "{based}");
    let number = merged(&desk, "By a pull", &[("p.py", "p = 1\n")]);
    let brought = desk.github.repo("acme/api").look(|repo| repo.pulls[&number].head_sha.clone());
    let shown = shell.ok(&["revert", &format!("acme/api@{brought}"), "--reason", "x", "--dry-run"]);
    assert!(shown.contains(&format!("lazaret revert acme/api#{number} takes back all of that")), "{shown}");
    let gone = shell.run(&["revert", "acme/api@0000000000000000000000000000000000000000", "--reason", "x"]);
    assert!(gone.code == 2 && gone.err.lines().count() == 1, "{}{}", gone.out, gone.err);
    let approved = shell.run(&["approve", &format!("acme/api@{side}"), "--yes"]);
    assert!(
        approved.code == 2 && approved.err.contains("no pull brought, so there is nothing to approve"),
        "{}{}",
        approved.out,
        approved.err
    );
}

#[test]
fn a_direct_commit_is_kept_and_refused_but_never_said_to_be_held() {
    let desk = Desk::new();
    let now = desk.github.world().tick();
    let id = pushed(&desk, "Straight to main", now, &[("cron.py", "y = 1\n")]);
    let shell = Shell::of(&desk);
    let named = format!("acme/api@{}", &id[..12]);
    let run = shell.run(&["quarantine", &named, "--reason", "a way in", "--yes"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("where nothing can hold it") && run.out.contains(&format!("lazaret revert {named}")), "{}", run.out);
    assert!(run.out.contains("ADVISORY") && !run.out.contains("case ENFORCED"), "{}", run.out);
    assert!(desk.github.writes().is_empty(), "nothing at GitHub changes");
    // The same commit as a pull elsewhere is refused now.
    let again = desk.github.repo("acme/api").pull("Again").branch("devin/again").commit("Again", &[("cron.py", "y = 1\n")]).open();
    let _ = again;
    let report = shell.ok(&["ledger", "verify"]);
    assert!(!report.is_empty());
}
