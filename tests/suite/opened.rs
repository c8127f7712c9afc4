//! Keys in, screen out, for several pulls open at once: each is left as it is and found again so, and memory stays bounded.

use std::sync::Arc;

use lazaret::actions::arrivals::arrive;
use lazaret::analysis::provenance;
use lazaret::message::effect::{Effect, Wish};
use lazaret::message::event::{Event, News};
use lazaret::message::ticket::Kind;
use lazaret::model::ban::{Ban, Banned};
use lazaret::model::case_id::CaseId;
use lazaret::model::commit_id::CommitId;
use lazaret::model::decision::Verb;
use lazaret::sources::demo::{self, DemoSource};

use crate::forge_screens::desk;
use crate::screens::{Desk, report};

const LARGE: (u16, u16) = (160, 48);

fn loads(desk: &Desk) -> usize {
    desk.asked.iter().filter(|effect| matches!(effect, Effect::Load(..))).count()
}

/// File and line under the cursor, layout, folds, marks.
fn place(desk: &Desk) -> impl PartialEq + std::fmt::Debug + use<> {
    let session = desk.console.session.as_ref().unwrap();
    let line = session.line_here().map(|(file, line)| (file, line.new));
    (session.change.pull.at.clone(), line, session.view.layout, session.folds.clone(), session.viewed.clone())
}

#[test]
fn a_pull_is_found_again_as_it_was_left() {
    let desk = Desk::new(160, 48).keys("enter t v").text("/line_40 = load").keys("enter esc");
    let before = place(&desk);
    let desk = desk.keys("q").shows("1 open (P)").keys("j enter").shows("open pull 2/2");
    assert_eq!(loads(&desk), 2);
    let desk = desk.keys("(").shows("open pull 1/2").shows("viewed 1/5");
    assert_eq!(place(&desk), before);
    let desk = desk.keys(")").shows("open pull 2/2").keys("q (");
    assert!(desk.console.session.is_some(), "from the queue one comes back to what was left last");
    let desk = desk.keys("q g g enter");
    assert_eq!((place(&desk), loads(&desk)), (before, 2), "what is kept is not read again");
}

#[test]
fn open_pulls_are_listed_and_let_go() {
    let desk = Desk::new(160, 48).keys("P").shows("No pull is open").keys("esc (").shows("no pull is open yet");
    let desk = desk.keys("enter v q j enter P").shows("open pulls: 2").shows("viewed 1/5").shows("on screen, at a‹U+001B›[2Jb‹U+202E›.py");
    let desk = desk.keys("x").shows("the pull on screen stays open").keys("k x").shows("open pulls: 1").shows("let go");
    let desk = desk.keys("esc )").shows("no other pull is open").keys("q j k k enter P").shows("open pulls: 2");
    desk.keys("j enter").shows("claude/session-lookup");
}

/// The demo has more pulls than are kept whole.
#[test]
fn of_what_was_left_long_ago_only_the_place_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let source = DemoSource::open(&folder.path().join("demo"), Arc::new(provenance::of)).unwrap();
    let mut desk = Desk::on(Box::new(source), ("demo", demo::NOW), |change, _| report(change), LARGE).keys("enter } j j");
    let before = place(&desk);
    for _ in 0..9 {
        desk = desk.keys(">");
    }
    assert_eq!((desk.console.opened.all().len(), desk.console.opened.whole()), (10, 6));
    let read = loads(&desk);
    desk = desk.keys(")").shows("open again, where you left it").shows("open pull 1/10");
    assert_eq!((place(&desk), loads(&desk)), (before, read + 1));
    assert!(desk.console.opened.whole() <= 6);
}

#[test]
fn what_moved_while_a_pull_was_left_is_told_and_never_swapped() {
    let mut desk = desk(LARGE, false, false).keys("enter q");
    let digest = |desk: &Desk| desk.console.session.as_ref().map(|session| session.change.digest.clone());
    desk.console.queue.entries.iter_mut().for_each(|entry| entry.pull.revision.head = CommitId::parse(&"d".repeat(40)));
    desk = desk.keys("(").shows("its branch was rewritten since you opened it");
    assert!(digest(&desk).is_some() && desk.asked.iter().any(|effect| matches!(effect, Effect::LookAgain(..))));
    desk.keys("r").shows("nothing changed in the diff");
}

#[test]
fn an_answer_about_a_pull_that_was_left_is_nobodys() {
    let mut desk = Desk::new(160, 48).keys("enter");
    let ticket = desk.console.pending.ask(Kind::Analyse);
    desk = desk.keys("q j enter");
    let before = desk.console.session.as_ref().unwrap().known.findings.len();
    arrive(&mut desk.console, Event { ticket, news: News::Found(Vec::new(), 0, 1) });
    assert_eq!(desk.console.session.as_ref().unwrap().known.findings.len(), before);
    assert!(desk.asked.contains(&Effect::Cancel(Kind::Analyse)));
}

fn wished(desk: &Desk) -> &Wish {
    let wish = desk.asked.iter().rev().find_map(|effect| match effect {
        Effect::Plan(_, wish) => Some(wish),
        _ => None,
    });
    wish.unwrap()
}

#[test]
fn whom_the_list_stops_can_be_let_pass_again() {
    let mut desk = desk(LARGE, false, false).keys("enter A").shows("being read …");
    let ban = |what: Banned, reason: &str| Ban { what, case: CaseId("B-20260105-7f3a91".to_owned()), reason: reason.to_owned() };
    let bans = vec![
        ban(Banned::Server("context7".to_owned()), "not asked for"),
        ban(Banned::Agent("claude-code".to_owned()), "ran amok"),
        ban(Banned::Patch("ab".to_owned()), "held"),
    ];
    let ticket = desk.console.pending.ask(Kind::Bans);
    arrive(&mut desk.console, Event { ticket, news: News::Bans(Ok(bans)) });
    desk = desk
        .shows("let whom pass again")
        .shows("▸ agent claude-code")
        .shows("stops this pull: ran amok")
        .shows("server context7")
        .hides("patch");
    desk = desk.keys("enter").shows("Why unblock").text("it was mended").keys("enter");
    assert_eq!((wished(&desk).verb, wished(&desk).banned.as_slice()), (Verb::Unblock, &[Banned::Agent("claude-code".to_owned())][..]));
    let desk = desk.shows("Yes, unblock").keys("enter");
    assert!(!desk.asked.iter().any(|effect| matches!(effect, Effect::CarryOut(..))), "the answer stands on No");
}

#[test]
fn a_block_begun_in_the_list_of_commands_shows_its_plan() {
    let desk = desk(LARGE, false, false).keys("enter :").text("block").keys("enter").shows("block whom");
    let desk = desk.keys("enter").shows("Why block").text("ran amok").keys("enter").shows("Yes, block");
    assert!(wished(&desk).verb == Verb::Block && !wished(&desk).banned.is_empty());
}
