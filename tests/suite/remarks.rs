//! Keys in, screen out, for remarks: written, kept, found again, sent as one review; and for what a decision asks of a person.

use std::collections::BTreeMap;

use lazaret::actions::arrivals::arrive;
use lazaret::message::effect::{Effect, Wish};
use lazaret::message::event::{Event, News};
use lazaret::message::ticket::{Kind, Ticket};
use lazaret::model::ban::Banned;
use lazaret::model::case_id::CaseId;
use lazaret::model::decision::Verb;
use lazaret::model::diff::Side;
use lazaret::model::forge_step::{Act, ForgeStep, Inline, Say, Spot as At};
use lazaret::model::response::{People, Plan, PlannedStep, Receipt, Step, StepOutcome, Strength, Trace};
use lazaret::model::review::{DraftComment, Review, Spot, Unsent};
use lazaret::model::time::Timestamp;
use lazaret::model::waiting::Waiting;
use lazaret::state::overlay::{Overlay, Stage};

use crate::forge_screens::desk;
use crate::screens::Desk;
use crate::world::EPOCH;

const LARGE: (u16, u16) = (160, 48);

fn tell(desk: &mut Desk, kind: Kind, news: News) {
    let ticket = desk.console.pending.ask(kind);
    let effects = arrive(&mut desk.console, Event { ticket, news });
    desk.carry_out(effects);
}

fn opened() -> Desk {
    desk(LARGE, false, false).keys("enter")
}

/// The cursor on the line that reads `needle`.
fn on(desk: Desk, needle: &str) -> Desk {
    desk.keys("/").text(needle).keys("enter").keys("esc")
}

fn remarks(desk: &Desk) -> Vec<DraftComment> {
    desk.console.session.as_ref().unwrap().review.remarks.iter().map(|unsent| unsent.remark.clone()).collect()
}

fn saved(desk: &Desk) -> Option<&Review> {
    desk.asked.iter().rev().find_map(|effect| match effect {
        Effect::SaveDraft(_, review) => Some(review),
        _ => None,
    })
}

fn wished(desk: &Desk) -> &Wish {
    let last = desk.asked.iter().rev().find_map(|effect| match effect {
        Effect::Plan(_, wish) => Some(wish),
        _ => None,
    });
    last.unwrap()
}

#[test]
fn a_remark_on_a_line_is_written_kept_and_shown() {
    let desk = on(opened(), "return True").keys("w").shows("on src/auth/check.py, new line 7").shows("│         return True");
    insta::assert_snapshot!("remark_being_written", desk.snapshot());
    let desk = desk.text("Never").keys("space").text("this").keys("enter").text("way.");
    assert_eq!(saved(&desk).unwrap().remarks[0].remark.body, "Never this", "what was typed is kept while it is typed");
    let desk = desk.keys("ctrl-s").shows("✎ you, not sent: Never this …").shows("✎ 1 unsent").shows("1 remark waits");
    let spot = Spot::Lines { path: "src/auth/check.py".into(), side: Side::New, first: 7, last: 7 };
    assert_eq!(remarks(&desk), [DraftComment { spot, body: "Never this\nway.".to_owned(), suggestion: None }]);
    assert_eq!(saved(&desk).unwrap().remarks[0].quoted, ["        return True"]);
}

#[test]
fn leaving_a_remark_keeps_it_and_an_empty_one_is_none() {
    let desk = on(opened(), "return True").keys("w").text("half a").keys("esc").shows("✎ you, not sent: half a");
    assert_eq!(saved(&desk).unwrap().remarks.len(), 1);
    let desk = desk.keys("j j j").keys("w").shows("remark, kept and not sent").keys("ctrl-u ctrl-s").hides("✎ you");
    assert!(remarks(&desk).is_empty() && saved(&desk).unwrap().remarks.is_empty());
    let desk = desk.keys("w esc").shows("nothing was written");
    assert!(remarks(&desk).is_empty());
}

#[test]
fn chosen_lines_are_one_remark() {
    let desk = on(opened(), "if os.getenv").keys("V j j").keys("w").shows("new lines 6 to 7");
    let desk = desk.keys("ctrl-g").text("  # no").keys("ctrl-s");
    let [remark] = remarks(&desk).try_into().unwrap();
    assert_eq!(remark.body, "```suggestion\n    if os.getenv(\"DEBUG_AUTH\") == \"1\":\n        return True  # no\n```");
    assert!(desk.console.session.as_ref().unwrap().view.chosen.is_none());
    let desk = on(desk, "    return verify(record, password)").keys("V").keys("esc");
    assert!(desk.console.session.as_ref().unwrap().view.chosen.is_none());
}

/// A choice that ends on a row between lines ends at the line above: what was chosen is never a reply instead.
#[test]
fn chosen_lines_may_end_at_a_conversation() {
    let desk = on(opened(), "if os.getenv").keys("V").keys("m").keys("w").shows("new lines 6 to 7").hides("in reply to");
    desk.text("No").keys("ctrl-s").shows("✎ you, not sent: No");
}

#[test]
fn files_pulls_and_conversations_take_remarks() {
    let desk = on(opened(), "return True").keys("f").shows("on src/auth/check.py as a whole").text("Split").keys("ctrl-s");
    let desk = desk.keys("p").shows("on the pull").text("Thanks").keys("ctrl-s");
    let desk = on(desk, "return True").keys("m enter").shows("conversation 1 of 3").keys("x").shows("resolved when the review is sent");
    let desk = desk.keys("w").shows("in reply to alice: Why is this here? …").text("So").keys("ctrl-s");
    let spots: Vec<Spot> = remarks(&desk).into_iter().map(|remark| remark.spot).collect();
    let settled = Spot::Thread { node: "T1".to_owned(), settled: true };
    assert_eq!(spots, [Spot::File("src/auth/check.py".into()), Spot::Pull, settled, Spot::Reply(1)]);
    let desk = desk.keys("W j j enter").shows("in reply to alice: Why").text("And so").keys("ctrl-s");
    assert_eq!((remarks(&desk).len(), &remarks(&desk)[2].body, &remarks(&desk)[4].body), (5, &String::new(), &"And so".to_owned()));
    let desk = desk.keys("W G X esc");
    let desk = desk.keys("T").shows("✎ your reply, not sent: So").shows("✎ to be resolved when sent").hides("I see no use");
    let desk = desk.keys("T W").shows("unsent remarks: 4").shows("resolve: alice: Why is this here?");
    let desk = desk.keys("j X").shows("unsent remarks: 3").hides("Thanks");
    desk.keys("esc").hides("unsent remarks:");
}

fn unsent(spot: Spot, body: &str, quoted: &[&str]) -> Unsent {
    let quoted = quoted.iter().map(|line| (*line).to_owned()).collect();
    Unsent { remark: DraftComment { spot, body: body.to_owned(), suggestion: None }, quoted }
}

fn lines(path: &str, side: Side, first: u32, last: u32) -> Spot {
    Spot::Lines { path: path.into(), side, first, last }
}

/// A rewritten branch moves lines: remarks go along by what the lines read, and none is ever dropped.
#[test]
fn remarks_find_their_lines_again_and_those_that_cannot_are_listed() {
    let mut desk = opened();
    let review = Review {
        remarks: vec![
            unsent(
                lines("src/auth/check.py", Side::New, 40, 41),
                "moved here",
                &["    if os.getenv(\"DEBUG_AUTH\") == \"1\":", "        return True"],
            ),
            unsent(lines("src/auth/check.py", Side::New, 7, 7), "gone", &["        return user.is_admin"]),
            unsent(lines("src/gone.py", Side::New, 1, 1), "file gone", &["x = 1"]),
        ],
        ..Review::default()
    };
    let files = desk.console.session.as_ref().unwrap().viewed.len();
    tell(&mut desk, Kind::Draft, News::Drafted(Ok((review, vec![false; files]))));
    desk = desk.shows("2 unsent remarks lost their lines").shows("✎ you, not sent: moved here");
    assert_eq!(remarks(&desk)[0].spot, lines("src/auth/check.py", Side::New, 6, 7));
    let desk = desk.keys("S enter");
    assert_eq!(wished(&desk).remarks.len(), 1, "what has no place is not sent");
    let desk =
        desk.keys("esc W").shows("unsent remarks: 3, 2 without their lines").shows("! lines gone, not sent: on src/gone.py, new line 1");
    let desk = desk.keys("j p").shows("3, 1 without their lines");
    assert_eq!(
        remarks(&desk)[1],
        DraftComment { spot: Spot::Pull, body: ">         return user.is_admin\n\ngone".to_owned(), suggestion: None }
    );
}

/// Nothing is kept over a review that was not read yet, and what was done meanwhile joins it.
#[test]
fn a_kept_review_is_never_overwritten_unread() {
    let mut desk = opened();
    desk.console.session.as_mut().unwrap().kept = false;
    desk.asked.clear();
    desk = on(desk, "return True").keys("w").text("early bird").keys("ctrl-s");
    assert!(saved(&desk).is_none());
    let kept = Review { remarks: vec![unsent(Spot::Pull, "from before", &[])], ..Review::default() };
    let files = desk.console.session.as_ref().unwrap().viewed.len();
    tell(&mut desk, Kind::Draft, News::Drafted(Ok((kept, vec![false; files]))));
    let bodies: Vec<&str> = saved(&desk).unwrap().remarks.iter().map(|unsent| unsent.remark.body.as_str()).collect();
    assert_eq!(bodies, ["from before", "early bird"]);
}

fn step(act: Act, says: &str, strength: Strength) -> PlannedStep {
    PlannedStep::new(Step::Forge(ForgeStep { spot: At::default(), act, undoes: None }), says, strength)
}

fn planned(desk: &mut Desk, change: impl FnOnce(&mut Plan)) {
    let Overlay::Confirm(confirm) = &desk.console.overlay else { panic!("no decision is on its way") };
    let Stage::Ready(plan) = &confirm.stage else { panic!("there is no plan") };
    let mut plan = plan.clone();
    change(&mut plan);
    tell(desk, Kind::Plan, News::Planned(Ok(plan)));
}

#[test]
fn remarks_are_sent_as_one_review_and_only_what_was_sent_is_forgotten() {
    let mut desk = on(opened(), "return True").keys("w").text("No").keys("ctrl-s p").text("Thanks").keys("ctrl-s");
    desk = desk.keys("C").shows("What shall the review say?").shows("2 remarks, at their places.").keys("enter");
    let wish = wished(&desk);
    assert_eq!((wish.verb, wish.remarks.len(), wish.reason.as_str()), (Verb::RequestChanges, 2, "2 remarks, at their places."));
    let inline = Inline { path: "src/auth/check.py".to_owned(), side: Side::New, lines: (7, 7), body: "No".to_owned() };
    let review = Act::Review { say: Say::RequestChanges, body: String::new(), inline: vec![inline] };
    planned(&mut desk, |plan| {
        plan.steps = vec![
            step(review, "request changes with 1 remark at lines, as one review", Strength::Enforced),
            step(Act::Remark { body: "Thanks".to_owned() }, "say something in the conversation", Strength::Advisory),
        ];
    });
    planned(&mut desk, |plan| plan.steps[1].lacks = "issues=write".to_owned());
    desk = desk.shows("1 ENFORCED").shows("2 NOT TRIED").shows("the token lacks issues=write").shows("▸ No");
    let Overlay::Confirm(confirm) = &mut desk.console.overlay else { panic!() };
    let Stage::Ready(plan) = std::mem::replace(&mut confirm.stage, Stage::Planning) else { panic!() };
    let case = plan.case.clone();
    confirm.stage = Stage::Working(plan);
    let outcome = |index, strength, says: &str| StepOutcome { index, strength, says: says.to_owned(), trace: Trace::default() };
    let receipt = Receipt {
        case,
        strength: Strength::Failed,
        why: String::new(),
        outcomes: vec![outcome(0, Strength::Enforced, "sent"), outcome(1, Strength::Failed, "the conversation is locked")],
        evidence: None,
        undo: None,
        ledger_head: None,
    };
    tell(&mut desk, Kind::CarryOut, News::CarriedOut(Ok(receipt)));
    desk = desk.shows("ENFORCED  sent").shows("FAILED    the conversation is locked");
    let left: Vec<Spot> = remarks(&desk).into_iter().map(|remark| remark.spot).collect();
    assert_eq!(left, [Spot::Pull], "what failed stays to be sent again");
    assert_eq!(saved(&desk).unwrap().remarks.len(), 1);
    assert!(desk.asked.iter().any(|effect| matches!(effect, Effect::ReadDossier(..))), "the conversations are read again");
}

#[test]
fn names_that_a_policy_asks_for_are_typed_before_yes() {
    let mut desk = opened().keys("Q").text("why").keys("enter");
    planned(&mut desk, |plan| plan.words = vec!["left-pad".to_owned(), "evil\u{202e}".to_owned()]);
    desk =
        desk.shows("Type each of them").shows("·  left-pad").shows("evil‹U+202E›").text("leftpad").keys("enter").shows("none of the names");
    desk = desk.text("left-pad").keys("enter").shows("✓  left-pad");
    let plans = |desk: &Desk| desk.asked.iter().filter(|effect| matches!(effect, Effect::Plan(..))).count();
    assert_eq!(plans(&desk), 1);
    let Overlay::Confirm(confirm) = &mut desk.console.overlay else { panic!() };
    let Stage::Names(plan, _) = &mut confirm.stage else { panic!() };
    plan.words.truncate(1);
    desk = desk.text("left-pad").keys("enter");
    assert_eq!((plans(&desk), wished(&desk).confirmed.contains(&"left-pad".to_owned())), (2, true));
    desk.shows("▸ No");
}

#[test]
fn it_is_said_which_of_two_people_this_is() {
    let mut desk = opened().keys("Q").text("why").keys("enter");
    planned(&mut desk, |plan| plan.people = People::First(Vec::new()));
    desk = desk.shows("First of two: it is recorded and waits for a second person");
    planned(&mut desk, |plan| plan.people = People::Second(CaseId("Q-1".to_owned())));
    desk.shows("Second of two, after Q-1");
}

/// Who decides second judges by the findings, not by what the first said.
#[test]
fn the_second_person_sees_no_verdict() {
    let mut desk = opened().shows("± changes wanted").keys("i").shows("Not like this.").keys("esc");
    let session = desk.console.session.as_mut().unwrap();
    let mut change = (*session.change).clone();
    change.pull.standing.as_mut().unwrap().second = true;
    session.change = change.into();
    desk.hides("± changes wanted").shows("wants a second").keys("i").hides("Not like this.").shows("judge by the findings first");
}

#[test]
fn waiting_decisions_are_counted_listed_sent_and_dropped() {
    let mut desk = desk((100, 30), false, false);
    let waiting = |case: &str, trouble: &str| Waiting {
        case: CaseId(case.to_owned()),
        verb: Verb::Quarantine,
        pulls: Vec::new(),
        subject: "example/shop#1".to_owned(),
        reason: "a gate \u{1b}[31m".to_owned(),
        at: Timestamp(EPOCH),
        trouble: trouble.to_owned(),
    };
    desk = desk.keys("ctrl-w");
    let both = vec![waiting("Q-1", ""), waiting("Q-2", "the head moved since; look at it again")];
    tell(&mut desk, Kind::Waiting, News::Waiting(Ok(both)));
    desk = desk.shows("2 wait to be sent").shows("▸ quarantine example/shop#1, 2h ago: a gate ‹U+001B›[31m").shows("the head moved since");
    desk = desk.keys("s");
    assert!(desk.asked.iter().any(|effect| matches!(effect, Effect::SendWaiting(_, case) if case.0 == "Q-1")));
    desk = desk.keys("j D");
    assert!(desk.asked.iter().any(|effect| matches!(effect, Effect::DropWaiting(_, case) if case.0 == "Q-2")));
    tell(&mut desk, Kind::Waiting, News::Waiting(Ok(Vec::new())));
    desk.shows("No decision waits to be sent.").keys("esc").hides("wait to be sent");
}

#[test]
fn a_block_names_whom_it_stops() {
    let desk = opened().keys("B").shows("block whom").shows("▸ agent or account claude").shows("agent or account Copilot");
    let desk = desk.keys("j enter").text("ran amok").keys("enter");
    let wish = wished(&desk);
    assert_eq!((wish.verb, wish.banned.as_slice()), (Verb::Block, &[Banned::Agent("Copilot".to_owned())][..]));
}

#[test]
fn the_ticket_of_nobody_changes_nothing() {
    let mut desk = opened();
    let answer = News::Drafted(Ok((Review { dispositions: BTreeMap::new(), ..Review::default() }, Vec::new())));
    assert!(arrive(&mut desk.console, Event { ticket: Ticket(1), news: answer }).is_empty());
}
