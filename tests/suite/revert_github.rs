//! Reverts at GitHub beyond the ordinary: repositories that are not listed whole, commits that no pull brought.

use lazaret::model::decision::Verb;
use lazaret::model::path::RepoPath;

use crate::github_desk::{Desk, all_done};

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
