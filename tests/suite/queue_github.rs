//! The queue at the loopback GitHub: rows as pages come, what stops half-way, what judging and idling cost in requests.

use std::time::Duration;

use crate::console_github::Acme;
use crate::github::fault::{Fault, When};

const DEVIN: (&str, u64) = ("devin-ai-integration[bot]", 158_243_242);

impl Acme {
    /// So many pulls of Devin over one commit, so that the world is cheap.
    fn many(&self, count: u64) -> &Self {
        let repo = self.github.repo("acme/api");
        let head = repo.commit("devin/1767603600-0", "Tidy", &[("src/login.py", "def login():\n    return True\n")]);
        for number in 1..=count {
            repo.git().point(&format!("refs/pull/{number}/head"), &head);
            let pull = repo.pull(&format!("Tidy {number}")).by_bot(DEVIN.0, DEVIN.1).branch(&format!("devin/1767603600-{number}"));
            pull.head(&head).open();
        }
        self
    }

    /// What was asked since it was last forgotten.
    fn requests(&self) -> Vec<String> {
        self.github.seen().iter().map(crate::github::record::Seen::short).collect()
    }
}

#[test]
fn a_second_start_costs_one_search() {
    let acme = Acme::new();
    acme.many(3);
    let mut console = acme.console(&["acme/api"], "poll = 0\n");
    console.shows("▲ 3 review").press("\u{3}").ends();
    acme.github.forget();
    acme.console(&["acme/api"], "poll = 0\n").shows("▲ 3 review").press("\u{3}").ends();
    assert_eq!(acme.requests(), ["GRAPHQL Queue"]);
}

#[test]
fn judging_stops_where_too_little_is_left_and_goes_on_when_asked() {
    let acme = Acme::new();
    acme.many(12);
    let mut console = acme.console(&["acme/api"], "poll = 0\n[github]\nreserve = 100\n");
    console.shows("0 of 12 judged; the rest when you open them or press J").shows("judged 0/12");
    assert_eq!(acme.requests(), ["GRAPHQL Queue"]);
    console.press("J").shows("▲ 12 review");
}

/// Fifty rows are there while the second page is awaited; Esc keeps them and says that they are a part.
#[test]
fn rows_come_page_by_page_and_a_part_is_called_a_part() {
    let acme = Acme::new();
    acme.many(60);
    acme.github.fail(When::Like("GRAPHQL Queue".to_owned(), 2), Fault::Hang);
    let mut console = acme.console(&["acme/api"], "poll = 0\n[github]\nreserve = 100\n");
    console.shows("Tidy 60").shows("reading the pulls: 50 of 60").press("\u{1b}").shows("only 50 of 60 read");
    acme.github.let_go();
    console.press("r").until("it is whole", |pty| pty.screen().contains("all 60") && !pty.screen().contains("only 50"));
}

/// Whoever has nothing to do costs one search in each `poll` seconds, and nothing at all with --offline or without polling.
#[test]
fn idling_costs_what_is_documented() {
    let acme = Acme::new();
    acme.many(2);
    let idle = |arguments: &[&str], settings: &str| {
        let mut console = acme.console(arguments, settings);
        console.shows("▲ 2 review");
        acme.github.forget();
        std::thread::sleep(Duration::from_millis(3_500));
        console.press("\u{3}").ends();
        acme.requests()
    };
    let polled = idle(&["acme/api"], "poll = 1\n");
    assert!((1..=4).contains(&polled.len()) && polled.iter().all(|asked| asked == "GRAPHQL Queue"), "{polled:?}");
    assert_eq!(idle(&["acme/api"], "poll = 0\n"), [""; 0]);
    assert_eq!(idle(&["acme/api", "--offline"], "poll = 1\n"), [""; 0]);
}
