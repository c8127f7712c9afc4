//! Every verb with every request failing in every way, and killed between any two: nothing is lost, nothing is done twice, the ledger is true, the user is told.
#![allow(unreachable_pub, reason = "one binary, several kinds of test")]

use std::time::Duration;

use lazaret::model::response::{Receipt, Strength, Trace};
use lazaret::response::error::ResponseError;

use crate::github::GitHub;
use crate::github::fault::{Fault, Wait, When};
use crate::stage::{Actor, Deed, Stage};

/// What can go wrong with a write before it has its effect.
fn before(elsewhere: &GitHub) -> Vec<Fault> {
    vec![
        Fault::Unauthorised,
        Fault::Forbidden,
        Fault::Secondary(Wait::Unsaid),
        Fault::Secondary(Wait::Seconds(90)),
        Fault::TooMany(Wait::Date(90)),
        Fault::Status(404),
        Fault::Status(405),
        Fault::Status(409),
        Fault::Status(422),
        Fault::Status(500),
        Fault::Page,
        Fault::Errors("FORBIDDEN"),
        Fault::Cut,
        Fault::Redirect(format!("{}/user", elsewhere.url())),
    ]
}

/// What can go wrong with its answer afterwards.
fn after() -> Vec<Fault> {
    vec![Fault::Status(500), Fault::Page, Fault::Partial, Fault::Cut, Fault::Half, Fault::Drip(Duration::from_micros(100))]
}

/// What a deed looks like when nothing goes wrong.
pub struct Whole {
    pub requests: usize,
    writes: usize,
    tally: Vec<(&'static str, usize)>,
}

pub fn whole(stage: &Stage, deed: Deed) -> Whole {
    let receipt = stage.run().unwrap_or_else(|error| panic!("{deed:?}: {error}"));
    let failed: Vec<_> = receipt.outcomes.iter().filter(|outcome| outcome.strength == Strength::Failed).collect();
    assert!(failed.is_empty() && !receipt.outcomes.is_empty(), "{deed:?}: {failed:#?}");
    for case in stage.cases() {
        assert_eq!(stage.lies(&case), Vec::<String>::new(), "{deed:?}");
    }
    let whole = Whole { requests: stage.github.seen().len(), writes: stage.github.writes().len(), tally: stage.tally() };
    assert!(whole.writes > 0, "{deed:?} writes");
    whole
}

/// What docs/performance.md says of each verb: requests in all, and of these such that write.
#[test]
fn each_verb_costs_what_is_published() {
    let published = std::fs::read_to_string("docs/performance.md").unwrap();
    let costs = [
        ("approve", Deed::Approve),
        ("approve --merge", Deed::Merge),
        ("request-changes, two remarks", Deed::Refuse),
        ("comment, five remarks", Deed::Comment),
        ("quarantine, with evidence and all there is to stop", Deed::Hold),
        ("release of that", Deed::Release),
        ("revert of one", Deed::Revert),
        ("revert of two", Deed::RevertTwo),
        ("block of two agents", Deed::Block),
        ("unblock of two agents", Deed::Unblock),
    ];
    let row = |(name, deed): &(&str, Deed)| {
        let whole = whole(&Stage::new(*deed), *deed);
        format!("| {name} | {} | {} |", whole.requests, whole.writes)
    };
    let missing: Vec<String> = costs.iter().map(row).filter(|row| !published.contains(row)).collect();
    assert_eq!(missing, Vec::<String>::new(), "docs/performance.md does not hold these rows");
}

/// Runs a deed with one fault, then starts again without it, and looks at everything.
pub fn endure(stage: &mut Stage, deed: Deed, whole: &Whole, what: &str, arm: impl FnOnce(&GitHub)) {
    let place = || format!("{deed:?}, {what}");
    stage.renew();
    arm(&stage.github);
    let first = stage.run();
    told(stage, &first, &place());
    twice(stage, whole, &place());
    for case in stage.cases() {
        assert_eq!(stage.lies(&case), Vec::<String>::new(), "{}: after the fault", place());
    }
    stage.github.heal();
    let later = stage.resume().unwrap_or_else(|error| panic!("{}: a later start: {error}", place()));
    assert!(later.iter().flat_map(|receipt| &receipt.outcomes).all(|outcome| outcome.trace != Trace::Open), "{}: {later:#?}", place());
    twice(stage, whole, &place());
    for case in stage.cases() {
        assert!(case.ended, "{}: the case is closed", place());
        assert_eq!(stage.lies(&case), Vec::<String>::new(), "{}: after a later start", place());
    }
    assert!(stage.chained(), "{}", place());
}

/// Whoever decided learns what did not work, and no token is in the words.
fn told(stage: &Stage, result: &Result<Receipt, ResponseError>, place: &str) {
    let words = match result {
        Ok(receipt) => {
            let failed = receipt.outcomes.iter().any(|outcome| outcome.strength == Strength::Failed);
            assert!(!failed || receipt.strength < Strength::Enforced, "{place}: a failed step leaves nothing enforced");
            assert!(receipt.outcomes.iter().all(|outcome| !outcome.says.is_empty()), "{place}: every step is told");
            format!("{receipt:?}")
        }
        Err(error) => error.to_string(),
    };
    assert!(!words.contains(&stage.token), "{place}: {words}");
    assert!(!words.is_empty(), "{place}");
}

/// Nothing is there more often than when nothing goes wrong.
fn twice(stage: &Stage, whole: &Whole, place: &str) {
    for ((name, found), (_, expected)) in stage.tally().iter().zip(&whole.tally) {
        assert!(
            found <= expected,
            "{place}: {found} {name} instead of {expected}; sent: {:#?}",
            stage.github.writes().iter().map(|seen| seen.short()).collect::<Vec<_>>()
        );
    }
}

fn every_write_fails_in_every_way(deed: Deed) {
    let mut stage = Stage::new(deed);
    let whole = whole(&stage, deed);
    let elsewhere = GitHub::start();
    for nth in 1..=whole.writes {
        for fault in before(&elsewhere) {
            endure(&mut stage, deed, &whole, &format!("write {nth} of {} meets {fault:?}", whole.writes), |github| {
                github.fail(When::NthWrite(nth), fault.clone());
            });
        }
        for fault in after() {
            endure(&mut stage, deed, &whole, &format!("the answer to write {nth} of {} is lost by {fault:?}", whole.writes), |github| {
                github.lose(When::NthWrite(nth), fault.clone());
            });
        }
    }
    assert_eq!(elsewhere.seen().iter().filter(|seen| seen.authorised).count(), 0, "no token goes to another host");
}

/// From one request on, nothing is answered any more.
fn the_network_ends_anywhere(deed: Deed) {
    let mut stage = Stage::new(deed);
    let whole = whole(&stage, deed);
    for from in 1..=whole.requests {
        endure(&mut stage, deed, &whole, &format!("nothing is answered from request {from} of {} on", whole.requests), |github| {
            github.fail(When::From(from), Fault::Cut);
        });
    }
}

/// Another process that does a deed, and is killed when a request hangs: before its effect, or after it.
fn killed(stage: &Stage, deed: Deed) -> bool {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "failures::another_process", "--ignored", "--test-threads=1"])
        .env("LAZARET_TEST_DEED", format!("{deed:?}\n{}", stage.actor().packed()))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let hung = stage.github.wait_hung(Duration::from_secs(60));
    child.kill().unwrap();
    child.wait().unwrap();
    stage.github.let_go();
    hung
}

#[test]
#[ignore = "it is the process that other tests kill"]
fn another_process() {
    let Ok(text) = std::env::var("LAZARET_TEST_DEED") else { return };
    let (deed, actor) = text.split_once('\n').unwrap();
    Actor::unpacked(actor).does(Deed::named(deed).unwrap()).unwrap();
}

/// Killed before any request, and after any write, the next start ends what was begun.
fn a_kill_anywhere_is_survived(deed: Deed) {
    let mut stage = Stage::new(deed);
    let whole = whole(&stage, deed);
    let points = (1..=whole.requests).map(|nth| (When::Nth(nth), false)).chain((1..=whole.writes).map(|nth| (When::NthWrite(nth), true)));
    for (when, after_effect) in points {
        let place = format!("{deed:?}, killed at {when:?}, {} its effect", if after_effect { "after" } else { "before" });
        stage.renew();
        if after_effect {
            stage.github.lose(when, Fault::Hang);
        } else {
            stage.github.fail(when, Fault::Hang);
        }
        assert!(killed(&stage, deed), "{place}: the request came");
        stage.github.heal();
        if stage.cases().is_empty() {
            assert_eq!(stage.github.writes().len(), 0, "{place}: nothing is sent before it is in the ledger");
        }
        stage.resume().unwrap_or_else(|error| panic!("{place}: a later start: {error}"));
        twice(&stage, &whole, &place);
        for case in stage.cases() {
            assert!(case.ended, "{place}: the case is closed");
            assert_eq!(stage.lies(&case), Vec::<String>::new(), "{place}");
        }
        assert!(stage.chained(), "{place}");
    }
}

macro_rules! deeds {
    ($($name:ident: $deed:ident),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn every_write_fails_in_every_way() {
                super::every_write_fails_in_every_way(Deed::$deed);
            }

            #[test]
            fn a_kill_anywhere_is_survived() {
                super::a_kill_anywhere_is_survived(Deed::$deed);
            }

            #[test]
            fn the_network_ends_anywhere() {
                super::the_network_ends_anywhere(Deed::$deed);
            }
        })*
    };
}

deeds! {
    approve: Approve,
    merge: Merge,
    request_changes: Refuse,
    comment: Comment,
    quarantine: Hold,
    release: Release,
    revert_one: Revert,
    revert_two: RevertTwo,
    block: Block,
    unblock: Unblock,
}
