//! The real program in a real terminal, on pulls of the loopback GitHub: the queue, conversations, a moved head, offline.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::github::GitHub;
use crate::github::account::Role;
use crate::github::fault::{Fault, When};
use crate::github::pull::{Review, ReviewComment, Thread};
use crate::pty::Pty;

/// A GitHub with a repository, a person who may write to it, and a home for the program.
pub(crate) struct Acme {
    pub(crate) github: GitHub,
    pub(crate) token: String,
    pub(crate) home: TempDir,
}

impl Acme {
    pub(crate) fn new() -> Self {
        let github = GitHub::start();
        github.repo("acme/api").role("maker", Role::Write);
        let token = github.token("maker", &["repo", "read:org"]);
        Self { github, token, home: tempfile::tempdir().unwrap() }
    }

    /// A pull of Devin with one new file.
    pub(crate) fn pull(&self, title: &str, branch: &str, path: &str) -> u64 {
        let repo = self.github.repo("acme/api");
        let pull = repo.pull(title).by_bot("devin-ai-integration[bot]", 158_243_242).branch(&format!("devin/1767603600-{branch}"));
        pull.commit("Tidy", &[(path, "def login():\n    return True\n")]).open()
    }

    /// Somebody asks something at the second line.
    fn asked(&self, number: u64, body: &str) {
        let by = self.github.user("dora");
        self.github.repo("acme/api").with(|repo| {
            let pull = repo.pulls.get_mut(&number).unwrap();
            let commit = pull.head_sha.clone();
            pull.reviews.push(Review {
                id: 71,
                by: Some(by),
                state: "COMMENTED",
                commit: commit.clone(),
                body: String::new(),
                at: pull.updated,
            });
            let comment =
                ReviewComment { id: 72, review: 71, by: Some(by), body: body.to_owned(), commit, at: pull.updated, reply_to: None };
            pull.threads.push(Thread {
                id: 73,
                path: "src/login.py".to_owned(),
                side: "RIGHT".to_owned(),
                start_side: None,
                line: Some(2),
                start_line: None,
                whole_file: false,
                resolved: None,
                outdated: false,
                comments: vec![comment],
            });
        });
    }

    pub(crate) fn console(&self, arguments: &[&str], settings: &str) -> Pty {
        let url = self.github.url();
        let variables = [("LAZARET_GITHUB_API", url.as_str()), ("GH_TOKEN", &self.token)];
        let program = PathBuf::from(env!("CARGO_BIN_EXE_lazaret"));
        Pty::start_in(self.home.path(), program, arguments, &format!("theme = \"dark\"\n{settings}"), &variables)
    }
}

#[test]
fn pulls_are_listed_opened_and_remarked_on() {
    let acme = Acme::new();
    let number = acme.pull("Tidy the login", "login", "src/login.py");
    acme.pull("Tidy the store", "store", "src/store.py");
    acme.asked(number, "Always?\n\nReally always?");
    let mut console = acme.console(&["acme/api"], "poll = 0\n");
    console.shows(&format!("#{number} Tidy the login")).shows("/5000 ");
    console.press("/login\r\r").shows("return True").shows("◆ dora: Always? …");
    console
        .press("m\r")
        .shows("Really always?")
        .press("w")
        .shows("in reply to dora")
        .press("Yes, sadly.\u{13}")
        .shows("your reply, not sent");
    console.press("\u{1b}").until("it goes back", |pty| pty.screen().contains("filter: login"));
    console.press("\r").shows("your reply, not sent: Yes, sadly.");
    let seen = acme.github.writes().len();
    console.press("S").shows("What shall the review say?").press("\r").shows("answer remark 72").shows("▸ No");
    assert_eq!(acme.github.writes().len(), seen, "a plan writes nothing");
    console.press("y").shows("receipt").shows("ADVISORY");
    let said = acme.github.repo("acme/api").look(|repo| repo.pulls[&number].threads[0].comments.clone());
    assert_eq!((said.len(), said[1].body.contains("Yes, sadly."), said[1].reply_to), (2, true, Some(72)));
    console.press("\u{1b}").until("it is sent", |pty| !pty.screen().contains("unsent") && pty.screen().contains("maker: Yes"));
    let wrong = acme.github.take_wrong();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A push while somebody reads is told and waits to be asked for.
#[test]
fn a_push_is_told_by_a_banner() {
    let acme = Acme::new();
    let number = acme.pull("Tidy the login", "login", "src/login.py");
    let mut console = acme.console(&[&format!("acme/api#{number}")], "poll = 1\n");
    console.shows("return True");
    acme.github.repo("acme/api").push(number, "More", &[("src/login.py", "def login():\n    return None\n")]);
    console.shows("1 new commit since you opened it: r reads it again");
    assert!(console.screen().contains("return True"));
    console.press("r").shows("return None").until("the banner goes", |pty| !pty.screen().contains("new commit"));
}

#[test]
fn without_the_network_the_age_is_told() {
    let acme = Acme::new();
    acme.pull("Tidy the login", "login", "src/login.py");
    let mut console = acme.console(&["acme/api"], "poll = 0\n");
    console.shows("return True").shows("REVIEW").press("\u{3}").ends();
    drop(console);
    let mut console = acme.console(&["acme/api", "--offline"], "poll = 0\n");
    console.shows("return True").shows("ago, offline");
}

/// What is missing is named, and what was read stays on screen.
#[test]
fn without_the_network_it_is_said_what_around_a_pull_is_missing() {
    let acme = Acme::new();
    let at = format!("acme/api#{}", acme.pull("Tidy the login", "login", "src/login.py"));
    let mut online = acme.console(&[&at], "poll = 0\n");
    acme.github.fail(When::Every("GRAPHQL Dossier".to_owned()), Fault::Forbidden);
    online.shows("return True").press("\u{3}").ends();
    drop(online);
    let mut offline = acme.console(&[&at, "--offline"], "poll = 0\n");
    offline.shows("return True").shows(&format!("nothing is kept of the conversation and checks of {at}"));
}

/// Holding a pull from the console: evidence first, then everything the forge offers, and a receipt that says how strong it is.
#[test]
fn a_pull_is_held_by_keys() {
    let acme = Acme::new();
    let number = acme.pull("Tidy the login", "login", "src/login.py");
    let mut console = acme.console(&["acme/api"], "poll = 0\n");
    console
        .shows("return True")
        .press("Q")
        .shows("Why quarantine?")
        .press("always true\r")
        .shows("Yes, quarantine")
        .press("y")
        .shows("receipt");
    let pull = acme.github.repo("acme/api").look(|repo| repo.pulls[&number].clone());
    assert!(pull.labels.iter().any(|label| label == "agent:quarantine"), "{:?}", pull.labels);
    assert!(pull.reviews.iter().any(|review| review.state == "CHANGES_REQUESTED"), "{:?}", pull.reviews);
    console.press("\u{1b}").shows("it is quarantined now: r reads it again").press("r").shows("draft  locked");
    let wrong = acme.github.take_wrong();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_alike_is_taken_into_a_hold_by_its_number_and_nothing_else_is() {
    let acme = Acme::new();
    let (held, other) = (acme.pull("Tidy the login", "login", "src/login.py"), acme.pull("Tidy the store", "store", "src/store.py"));
    let left = acme.pull("Tidy the rest", "rest", "src/rest.py");
    let mut console = acme.console(&[&format!("acme/api#{held}")], "poll = 0\n");
    console.shows("return True").press("Q").shows("Why quarantine?").press("always true\r").shows("Yes, quarantine");
    let (first, second) = (format!("[ ] 1 acme/api#{left}"), format!("[ ] 2 acme/api#{other}"));
    console.shows(&first).shows(&second).press("1").shows(&format!("[x] 1 acme/api#{left}"));
    console.press("1").shows(&first).press("2").shows(&format!("[x] 2 acme/api#{other}")).shows(&first);
    assert!(acme.github.writes().is_empty(), "choosing writes nothing");
    console.press("y").shows("receipt");
    let labels = |number| acme.github.repo("acme/api").look(|repo| repo.pulls[&number].labels.clone());
    assert_eq!([held, other].map(labels), [["agent:quarantine"], ["agent:quarantine"]]);
    assert!(labels(left).is_empty(), "what was let go of stays as it was");
    let wrong = acme.github.take_wrong();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
