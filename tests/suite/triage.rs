//! One whole shift at the loopback GitHub, in a real terminal: several agents' pulls read, answered, let in, held, released, taken
//! back; left, come back to, proven. And waiting for a limit, seen and cancelled.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::github::GitHub;
use crate::github::account::Role;
use crate::github::fault::{Fault, Wait, When};
use crate::program::{Program, Run};
use crate::pty::Pty;

/// A GitHub with pulls of several agents, the home of a reviewer, and what the screen ever showed them.
struct Shift {
    github: GitHub,
    token: String,
    home: TempDir,
}

impl Shift {
    fn new() -> Self {
        let github = GitHub::start();
        let repo = github.repo("acme/api").role("maker", Role::Write);
        repo.commit("main", "Begin", &[("src/auth.py", "def verify_token(token):\n    return check(token)\n")]);
        let bypassed = "def verify_token(token):\n    return True\n";
        let devin = ("devin-ai-integration[bot]", 158_243_242);
        repo.pull("Simplify auth").by_bot(devin.0, devin.1).branch("devin/1-auth").commit("Simplify", &[("src/auth.py", bypassed)]).open();
        let jules = ("google-labs-jules[bot]", 161_369_871);
        repo.pull("Add a cache").by_bot(jules.0, jules.1).branch("jules/cache").commit("Add", &[("src/cache.py", "SIZE = 1\n")]).open();
        let cursor = ("cursor[bot]", 206_951_365);
        let opens = "def login():\n    return True\n";
        repo.pull("Open the login").by_bot(cursor.0, cursor.1).branch("cursor/login").commit("Open", &[("src/login.py", opens)]).open();
        let token = github.token("maker", &["repo", "read:org"]);
        Self { github, token, home: tempfile::tempdir().unwrap() }
    }

    fn console(&self, arguments: &[&str]) -> Pty {
        let url = self.github.url();
        let variables = [("LAZARET_GITHUB_API", url.as_str()), ("GH_TOKEN", &self.token)];
        let program = PathBuf::from(env!("CARGO_BIN_EXE_lazaret"));
        Pty::start_in(self.home.path(), program, arguments, "theme = \"dark\"\npoll = 0\n", &variables)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Program::new(self.home.path(), self.home.path()).command(arguments);
        Run::of(command.env("GH_TOKEN", &self.token).env("LAZARET_GITHUB_API", self.github.url()).output().unwrap())
    }

    fn pull<T>(&self, number: u64, look: impl FnOnce(&crate::github::pull::Pull) -> T) -> T {
        self.github.repo("acme/api").look(|repo| look(&repo.pulls[&number]))
    }

    /// No byte of the token in anything that was shown or kept.
    fn keeps_its_token(&self, screens: &[Vec<u8>]) {
        let kept = crate::world::snapshot(self.home.path()).into_iter().map(|(path, bytes)| (path.display().to_string(), bytes));
        let shown = screens.iter().map(|bytes| ("the screen".to_owned(), bytes.clone()));
        for (place, bytes) in kept.chain(shown) {
            assert!(!bytes.windows(self.token.len()).any(|part| part == self.token.as_bytes()), "the token is in {place}");
        }
    }
}

/// From a receipt to the whole queue.
fn back(console: &mut Pty) {
    console.press("\u{1b}").until("the receipt goes", |pty| !pty.screen().contains("receipt"));
    console.press("\u{1b}").until("the queue comes back", |pty| pty.screen().contains("filter: "));
    // A key may first end a reading that is still under way there.
    for _ in 0..3 {
        console.press("\u{1b}");
        let begun = std::time::Instant::now();
        while console.screen().contains("filter: ") && begun.elapsed().as_secs() < 3 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        if !console.screen().contains("filter: ") {
            break;
        }
    }
}

#[test]
fn a_whole_shift_is_done_by_keys() {
    let shift = Shift::new();
    let mut console = shift.console(&["acme/api"]);
    for title in ["Simplify auth", "Add a cache", "Open the login"] {
        console.shows(title);
    }
    // Read, remark, and send the remark with the request for changes.
    console.press("/Simplify\r\r").shows("return True").shows("CRITICAL");
    console.press("w").shows("src/auth.py").press("Who may pass?\u{13}").shows("Who may pass?").shows("1 unsent");
    console
        .press("C")
        .until("it asks", |pty| pty.screen().contains("What shall") || pty.screen().contains("Why"))
        .press("It lets everybody in.\r");
    console.shows("Yes, request").press("y").shows("receipt");
    shift.pull(1, |pull| {
        assert!(pull.reviews.iter().any(|review| review.state == "CHANGES_REQUESTED"), "{:?}", pull.reviews);
        assert!(pull.threads[0].comments[0].body.contains("Who may pass?"), "{:?}", pull.threads);
    });
    // Approve the next one, exactly as it was read.
    back(&mut console);
    console.shows("Add a cache").press("/cache\r\r").shows("SIZE = 1");
    console.press("a").until("a plan", |pty| pty.screen().contains("Yes, approve") || pty.screen().contains("Why"));
    if !console.screen().contains("Yes, approve") {
        console.press("seen\r").shows("Yes, approve");
    }
    console.press("y").shows("receipt");
    shift.pull(2, |pull| assert_eq!(pull.reviews.last().map(|review| review.state), Some("APPROVED")));
    // Hold the worst, and leave.
    back(&mut console);
    console.shows("Open the login").press("/login\r\r").shows("def login");
    console.press("Q").shows("Why quarantine?").press("a way in\r").shows("Yes, quarantine").press("y").shows("receipt");
    shift.pull(3, |pull| assert!(pull.labels.iter().any(|label| label == "agent:quarantine") && pull.draft, "{:?}", pull.labels));
    console.press("\u{3}").ends();
    let first = console.bytes();
    drop(console);

    let verified = shift.run(&["evidence", "verify"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let merged = shift.run(&["approve", "acme/api#2", "--merge", "--reason", "seen", "--yes"]);
    assert_eq!(merged.code, 0, "{}{}", merged.out, merged.err);
    assert!(shift.pull(2, |pull| pull.merged.is_some()));

    // Come back: release what was held, take back what was let in.
    let mut console = shift.console(&["acme/api#3"]);
    console.shows("def login").press("U").until("it asks", |pty| pty.screen().contains("Why") || pty.screen().contains("Yes, release"));
    if !console.screen().contains("Yes, release") {
        console.press("a false alarm\r").shows("Yes, release");
    }
    console.press("y").shows("receipt");
    shift.pull(3, |pull| assert!(pull.labels.is_empty() && !pull.draft, "{:?}", pull.labels));
    console.press("\u{3}").ends();
    let second = console.bytes();
    drop(console);
    let mut console = shift.console(&["acme/api#2"]);
    console.shows("SIZE = 1").press("R").shows("Why revert?").press("too early\r").shows("Yes, revert").press("y").shows("receipt");
    assert_eq!(shift.github.repo("acme/api").look(|repo| repo.pulls.len()), 4, "a pull takes it back");
    console
        .press("\u{1b}")
        .until("the receipt goes", |pty| !pty.screen().contains("receipt"))
        .press("\u{7}")
        .shows("the chain of")
        .press("\u{3}");
    console.ends();

    let ledger = shift.run(&["ledger", "verify"]);
    assert_eq!(ledger.code, 0, "{}{}", ledger.out, ledger.err);
    shift.keeps_its_token(&[first, second, console.bytes()]);
    let (all, writes) = (shift.github.seen().len(), shift.github.writes().len());
    assert!(writes < 30 && all < 260, "{all} requests, {writes} of them write");
    let wrong = shift.github.take_wrong();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A limit that is waited for is shown with its time, in both forms, and Esc ends the waiting.
#[test]
fn waiting_for_a_limit_is_shown_and_ended_by_a_key() {
    for wait in [Wait::Seconds(60), Wait::Date(60)] {
        let shift = Shift::new();
        let mut console = shift.console(&["acme/api"]);
        console.shows("Add a cache").until("all is judged", |pty| pty.screen().contains("REVIEW"));
        shift.github.fail(When::From(1), Fault::Secondary(wait));
        console.press("r").until("the wait is told", |pty| pty.screen().contains("waiting ") && pty.screen().contains("too many requests"));
        console.press("\u{1b}").shows("stopped waiting for the forge");
        shift.github.heal();
        console.press("\u{3}");
        assert_eq!(console.ends(), 0);
    }
}

/// The same for commands: a verb tells on standard error what it waits for, and Ctrl-C ends it before anything was written.
#[test]
fn a_command_tells_what_it_waits_for_and_ends_when_told() {
    use std::io::{BufRead as _, BufReader};
    for wait in [Wait::Seconds(60), Wait::Date(60)] {
        let shift = Shift::new();
        shift.github.fail(When::From(3), Fault::TooMany(wait));
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lazaret"))
            .args(["quarantine", "acme/api#3", "--reason", "a way in", "--yes"])
            .env_clear()
            .env("LAZARET_HOME", shift.home.path())
            .env("HOME", shift.home.path())
            .env("GH_TOKEN", &shift.token)
            .env("LAZARET_GITHUB_API", shift.github.url())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let told = lines.find(|line| line.contains("waiting")).unwrap_or_default();
        assert!(told.contains("github.com") && told.contains("too many requests") && told.contains("Ctrl-C"), "{told}");
        let interrupted = std::process::Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
        assert!(interrupted.success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert!(shift.github.writes().is_empty(), "nothing was written");
    }
}
