//! Keys in, screen out, for pulls of a forge: the queue's badges and sections, what the forge still allows, conversations.

use std::path::PathBuf;
use std::sync::Arc;

use lazaret::actions::arrivals::arrive;
use lazaret::analysis::provenance;
use lazaret::message::action::Action;
use lazaret::message::effect::Effect;
use lazaret::message::event::{Event, News};
use lazaret::message::ticket::{Kind, Ticket};
use lazaret::model::cancel::Cancel;
use lazaret::model::change::{Change, History, TextRequest, Texts};
use lazaret::model::commit_id::CommitId;
use lazaret::model::diff::{Omission, Side};
use lazaret::model::dossier::{Annotation, BranchRule, CheckRun, Dossier, Link, Remark, Rules, SentReview, Thread};
use lazaret::model::forge::{Account, Budget, Meter};
use lazaret::model::pull::{Origin, Pull, PullRef, PullState};
use lazaret::model::report::Summary;
use lazaret::model::risk::{Lane, Risk};
use lazaret::model::rule::Severity;
use lazaret::model::standing::{OwnReview, Refused, Rollup, Standing, Verdict};
use lazaret::model::time::Timestamp;
use lazaret::sources::local::{LocalSource, Selection, Setup};
use lazaret::sources::source::{Listing, Source, SourceError};

use crate::screens::{Desk, report, world};
use crate::world::EPOCH;

const NOW: Timestamp = Timestamp(EPOCH + 7_200);

/// Branches of a real repository that stand as pulls of a forge do.
struct Forged {
    branches: LocalSource,
    several: bool,
    stale: bool,
}

impl Forged {
    fn pull(&self, mut pull: Pull) -> Pull {
        let number = 1 + ["claude", "copilot", "cursor"].iter().position(|name| pull.branch.starts_with(name)).unwrap() as u64;
        let repo = if self.several && number > 1 { "example/other-service" } else { "example/shop" };
        pull.at = PullRef { origin: Origin::Github, repo: repo.to_owned(), name: format!("#{number}") };
        let account = |login: &str| Account { id: Some(number), login: login.to_owned(), bot: true };
        let mut standing =
            Standing { number, author: Some(account("Copilot")), read: Timestamp(EPOCH), stale: self.stale, ..Standing::default() };
        match number {
            1 => {
                standing.checks = Rollup::Failing;
                standing.verdict = Verdict::ChangesRequested;
                standing.auto_merge = Some(account("hurry-bot"));
                standing.blocked = Some(Refused { what: "agent", says: "claude is blocked since Q-1: it ran amok".to_owned() });
                standing.own_review = Some(OwnReview { state: "CHANGES_REQUESTED".to_owned(), commit: pull.revision.base.clone() });
            }
            2 => {
                standing.draft = true;
                standing.checks = Rollup::Passing;
                standing.labels = vec!["wip".to_owned()];
            }
            _ => pull.state = PullState::Merged,
        }
        pull.standing = Some(Box::new(standing));
        pull
    }

    fn branch(&self, at: &PullRef) -> PullRef {
        let listing = self.branches.list(&Cancel::default()).unwrap();
        listing.pulls.into_iter().find(|pull| self.pull(pull.clone()).at == *at).unwrap().at
    }
}

impl Source for Forged {
    fn title(&self) -> String {
        "github.com: example".to_owned()
    }

    fn repository(&self) -> Option<PathBuf> {
        None
    }

    fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError> {
        let mut listing = self.branches.list(cancel)?;
        listing.pulls = listing.pulls.into_iter().map(|pull| self.pull(pull)).collect();
        Ok(listing)
    }

    fn policies(&self, _: &PullRef, _: Option<&CommitId>, _: &Cancel) -> Result<Vec<lazaret::model::policy::PolicyText>, SourceError> {
        Ok(Vec::new())
    }

    fn owners(&self, _: &PullRef, _: Option<&CommitId>, _: &Cancel) -> Result<Option<lazaret::model::policy::PolicyText>, SourceError> {
        Ok(None)
    }

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        let mut change = self.branches.change(&self.branch(at), cancel)?;
        change.pull = self.pull(change.pull);
        Ok(change)
    }

    fn dossier(&self, at: &PullRef, _: &Cancel) -> Result<Option<Dossier>, SourceError> {
        Ok((at.name == "#1").then(dossier))
    }

    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        self.branches.history(change, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.branches.texts(change, wanted, cancel)
    }
}

fn person(login: &str) -> Option<Account> {
    Some(Account { id: None, login: login.to_owned(), bot: false })
}

fn remark(id: u64, by: &str, body: &str) -> Remark {
    Remark { id, by: person(by), body: body.to_owned(), at: Timestamp(EPOCH) }
}

fn thread(node: &str, lines: Option<(u32, u32)>, resolved: bool, remarks: Vec<Remark>) -> Thread {
    Thread { node: node.to_owned(), path: "src/auth/check.py".into(), side: Side::New, lines, resolved, outdated: lines.is_none(), remarks }
}

/// What a forge keeps around the sabotaged pull: an open, a resolved and an outdated conversation, checks, rules, links.
fn dossier() -> Dossier {
    let check = |name: &str, state: &str| CheckRun { name: name.to_owned(), state: state.to_owned(), url: None, run: None };
    Dossier {
        reviews: vec![SentReview {
            id: 1,
            by: person("mallory"),
            state: "CHANGES_REQUESTED".to_owned(),
            commit: CommitId::parse(&"c".repeat(40)),
            body: "Not like this.".to_owned(),
            at: Timestamp(EPOCH),
            writes: true,
        }],
        threads: vec![
            thread(
                "T1",
                Some((6, 7)),
                false,
                vec![remark(1, "alice", "Why is this here?\n\nI see no use."), remark(2, "bob\u{202e}", "\u{1b}[31mTrust me")],
            ),
            thread("T2", Some((5, 5)), true, vec![remark(3, "alice", "Settled long ago")]),
            thread("T3", None, false, vec![remark(4, "carol", "```suggestion\nreturn False\n```")]),
        ],
        remarks: vec![remark(9, "alice", "Please look at this one.")],
        checks: vec![check("build", "success"), check("tests on macos", "failure"), check("lint", "in_progress")],
        annotations: vec![Annotation {
            check: "lint".to_owned(),
            path: "src/auth/check.py".into(),
            lines: (4, 4),
            level: "warning".to_owned(),
            message: "unused argument".to_owned(),
        }],
        rules: Rules {
            rules: vec![BranchRule {
                kind: "pull_request".to_owned(),
                contexts: vec![("build".to_owned(), Some(15_368))],
                approvals: 1,
                dismiss_stale: true,
                last_push: true,
                from: "ruleset 7 of the organisation".to_owned(),
            }],
            bypass: None,
            viewer_bypasses: Some(true),
        },
        links: vec![Link {
            kind: "issue",
            name: "#12 Slow lookup".to_owned(),
            url: Some("https://github.example/o/r/issues/12".to_owned()),
        }],
        requester: None,
        last_pusher: person("Copilot"),
        viewer_permission: "write".to_owned(),
        viewer: person("maintainer"),
        omissions: vec![Omission { path: None, why: "code scanning alerts: this token may not read them".to_owned() }],
        stale: false,
    }
}

pub(crate) fn desk(size: (u16, u16), several: bool, stale: bool) -> Desk {
    let world = world();
    let setup = Setup {
        repo: ".".to_owned(),
        origin: Origin::Local,
        recognise: Arc::new(provenance::of),
        selection: Selection::AgentBranches,
        facts: std::collections::BTreeMap::new(),
    };
    let source = Forged { branches: LocalSource::open(&world.path(), setup).unwrap(), several, stale };
    Desk::on(Box::new(source), ("github.com: example", NOW), |change, _| report(change), size).keeping(world)
}

fn tell(desk: &mut Desk, news: News) -> Vec<Effect> {
    arrive(&mut desk.console, Event { ticket: Ticket::default(), news })
}

#[test]
fn a_queue_of_a_forge_tells_how_its_pulls_stand() {
    insta::assert_snapshot!("forge_queue_small", desk((80, 24), true, true).snapshot());
    insta::assert_snapshot!("forge_queue_large", desk((200, 50), true, false).snapshot());
    desk((80, 24), false, false).hides("example/shop  ").shows("blocked").shows("unrev");
}

#[test]
fn sections_are_saved_filters_with_counts() {
    let desk = desk((120, 30), false, false).shows("▸all 3").shows("returned 1").shows("risky 1").shows("unreviewed 1");
    let desk = desk.keys("tab tab").shows("▸returned 1").shows("agent blocked").hides("Explain the set-up");
    let desk = desk.keys("shift-tab shift-tab shift-tab").shows("▸unreviewed 1").hides("agent blocked");
    desk.keys("shift-tab").shows("no pull in this section").keys("tab tab").shows("▸all 3");
}

#[test]
fn the_filter_asks_how_pulls_stand() {
    let desk = desk((120, 30), true, false).text("/is:draft").shows("1 of 3").shows("Explain the set-up").keys("ctrl-u");
    let desk = desk.text("ci:failing repo:shop review:changes -label:wip").shows("1 of 3").keys("ctrl-u");
    desk.text("is:unknown").shows("the filter knows no 'is:unknown'").shows("Explain the set-up");
}

#[test]
fn what_the_forge_allows_stands_at_the_foot_and_waiting_can_be_stopped() {
    let mut desk = desk((100, 30), false, false);
    let meter = Meter { remaining: 4_812, limit: 5_000, reset: Timestamp(NOW.0 + 37 * 60) };
    let budget = Budget { core: Some(meter), ..Budget::default() };
    tell(&mut desk, News::Budget(Box::new(budget.clone())));
    desk = desk.shows("REST 4812/5000, full in 37m");
    let waiting = Some((Timestamp(NOW.0 + 34), "the secondary limit of github.com".to_owned()));
    tell(&mut desk, News::Budget(Box::new(Budget { waiting, ..budget })));
    desk = desk.shows("waiting 34s for the secondary limit of github.com  esc stops");
    desk.console.pending.ask(Kind::List);
    let desk = desk.keys("esc").shows("stopped waiting for the forge");
    assert!(desk.asked.contains(&Effect::Cancel(Kind::List)));
}

#[test]
fn conversations_stand_at_their_lines() {
    insta::assert_snapshot!("forge_review_large", desk((160, 48), false, false).keys("enter").snapshot());
    insta::assert_snapshot!("forge_review_small", desk((80, 24), false, false).keys("enter m").snapshot());
    let desk =
        desk((160, 48), false, false).keys("enter").shows("◆ alice: Why is this here? …").shows("│ bob‹U+202E›: ‹U+001B›[31mTrust me");
    let desk =
        desk.shows("resolved, 1 remark").shows("outdated, 1 remark  carol: suggests a change").shows("! warning lint: unused argument");
    let desk = desk.keys("T").hides("Why is this here?").hides("unused argument");
    desk.keys("T").shows("Why is this here?");
}

#[test]
fn the_cursor_keeps_its_line_when_conversations_arrive_and_go() {
    let desk = desk((160, 48), false, false).keys("enter /").text("find(user)").keys("enter");
    let line = |desk: &Desk| desk.console.session.as_ref().unwrap().line_here().map(|(file, line)| (file, line.new));
    let here = line(&desk);
    let desk = desk.keys("T");
    assert_eq!(line(&desk), here);
    let desk = desk.keys("T");
    assert_eq!(line(&desk), here);
}

#[test]
fn a_conversation_opens_whole_and_leads_to_the_next() {
    let desk = desk((160, 48), false, false).keys("enter g g m m m m enter").shows("conversation 1 of 3: open");
    let desk = desk.shows("src/auth/check.py, new lines 6 to 7").shows("I see no use.");
    desk.keys("M M").shows("conversation 3 of 3: outdated").keys("esc").hides("conversation 3");
}

#[test]
fn the_panel_says_what_the_forge_keeps_around_a_pull() {
    let desk = desk((160, 48), false, false).keys("enter i");
    insta::assert_snapshot!("forge_around_large", desk.snapshot());
    desk.keys("i").hides("Rules of the base branch");
    let local = Desk::new(80, 24).keys("enter i").shows("lives on no forge");
    assert!(!local.asked.iter().any(|effect| matches!(effect, Effect::ReadDossier(..))));
}

#[test]
fn without_rules_nobody_is_said_to_be_held_by_them() {
    let mut desk = desk((160, 48), false, false).keys("enter i");
    let with = Rules { bypass: Some(Vec::new()), ..dossier().rules };
    let without = Rules { rules: Vec::new(), ..with.clone() };
    for (rules, said) in [(with, true), (without, false)] {
        desk.console.session.as_mut().unwrap().take_dossier(Arc::new(Dossier { rules, ..dossier() }));
        assert_eq!(desk.shown().contains("nobody may pass them by"), said);
    }
    desk.shows("none that this token may see: nothing stops a merge").hides("pass them by");
}

#[test]
fn at_80_columns_a_header_loses_no_word_half_way() {
    let desk = desk((80, 24), false, false).keys("enter").shows("■ STOP 92  Claude Code ·claimed  example/shop#1");
    let figures = desk.shown().lines().nth(1).unwrap().to_owned();
    for said in ["■1 crit", "●1 low", "blocked", "1 unsaid", "5f  +10  -6", "seen 0/5"] {
        assert!(figures.contains(said), "{said:?} is not in {figures:?}");
    }
    assert!(figures.ends_with('…'), "what had to go is marked: {figures:?}");
}

#[test]
fn a_dossier_that_cannot_be_read_takes_nothing_away() {
    let mut desk = desk((160, 48), false, false).keys("enter");
    let at = desk.console.session.as_ref().unwrap().change.pull.at.clone();
    let ticket = desk.console.pending.ask(Kind::Dossier);
    arrive(&mut desk.console, Event { ticket, news: News::Around(Err(format!("{at}: the answer was cut off; r tries again"))) });
    desk.shows("the answer was cut off").shows("Why is this here?");
}

/// The opened pull as its source would tell it after something moved.
fn moved(desk: &Desk, change: impl FnOnce(&mut Pull)) -> News {
    let mut pull = desk.console.session.as_ref().unwrap().change.pull.clone();
    change(&mut pull);
    News::Stands(Ok(Some(pull)))
}

fn answer(desk: &mut Desk, kind: Kind, news: News) {
    let ticket = desk.console.pending.ask(kind);
    let effects = arrive(&mut desk.console, Event { ticket, news });
    desk.carry_out(effects);
}

#[test]
fn a_moved_head_is_a_banner_and_never_a_swap() {
    let mut desk = desk((100, 30), false, false).keys("enter /").text("return True").keys("enter esc");
    let digest = desk.console.session.as_ref().unwrap().change.digest.clone();
    let news = moved(&desk, |pull| {
        pull.revision.head = CommitId::parse(&"d".repeat(40));
        pull.commit_count = Some(3);
    });
    answer(&mut desk, Kind::Look, news);
    desk = desk.shows("! 2 new commits since you opened it: r reads it again and keeps your place and marks").shows("return True");
    assert_eq!(desk.console.session.as_ref().unwrap().change.digest, digest);
    insta::assert_snapshot!("forge_banner", desk.snapshot());
    let news = moved(&desk, |pull| pull.revision.head = CommitId::parse(&"d".repeat(40)));
    answer(&mut desk, Kind::Look, news);
    desk = desk.shows("its branch was rewritten");
    let news = moved(&desk, |pull| pull.state = PullState::Merged);
    answer(&mut desk, Kind::Look, news);
    desk = desk.shows("it is merged now");
    answer(&mut desk, Kind::Look, News::Stands(Err("no route to github.com".to_owned())));
    let desk = desk.shows("it is merged now").hides("no route");
    desk.keys("r").hides("it is merged now").shows("nothing changed in the diff");
}

#[test]
fn reading_again_keeps_place_marks_and_folds() {
    let desk = desk((160, 48), false, false).keys("enter t T o").text("/return True").keys("enter esc");
    let here = |desk: &Desk| {
        let session = desk.console.session.as_ref().unwrap();
        (session.line_here().map(|(file, line)| (file, line.new)), session.view.layout, session.folds.clone())
    };
    let before = here(&desk);
    let desk = desk.keys("r");
    assert!(before.0.is_some());
    assert_eq!(here(&desk), before);
    assert!(desk.console.session.as_ref().unwrap().around.quiet);
    assert_eq!(desk.asked.iter().filter(|effect| matches!(effect, Effect::Load(..))).count(), 2);
}

/// What is judged while somebody moves in the list is told in its row; the rows stay where they are until they ask for an order.
#[test]
fn rows_do_not_jump_under_the_cursor() {
    let mut desk = desk((120, 30), false, false).keys("j");
    let order = |desk: &Desk| desk.console.queue.order.clone();
    let (before, at) = (order(&desk), desk.console.queue.chosen().unwrap().pull.at.clone());
    let last = desk.console.queue.entries[*before.last().unwrap()].pull.at.clone();
    let worst = Summary { risk: Risk { score: 99, lane: Lane::Stop, ..Risk::default() }, ..Summary::default() };
    let ticket = desk.console.pending.ask(Kind::Judge);
    arrive(&mut desk.console, Event { ticket, news: News::Judged(last.clone(), Ok(worst)) });
    assert_eq!((order(&desk), &desk.console.queue.chosen().unwrap().pull.at), (before, &at));
    desk = desk.shows("STOP   99");
    let desk = desk.keys("r");
    assert_eq!(desk.console.queue.entries[desk.console.queue.order[0]].pull.at, last);
}

/// A note adds nothing to the risk, and is there all the same: the row says so in the words of the opened pull.
#[test]
fn a_row_counts_what_adds_nothing() {
    let mut desk = desk((160, 30), false, false);
    let at = desk.console.queue.chosen().unwrap().pull.at.clone();
    let notes = |findings: usize| Summary { findings, worst: (findings > 0).then_some(Severity::Info), ..Summary::default() };
    for (findings, says) in [(0, "checked, nothing found"), (1, "○ 1 info"), (3, "○ 3 info")] {
        let ticket = desk.console.pending.ask(Kind::Judge);
        arrive(&mut desk.console, Event { ticket, news: News::Judged(at.clone(), Ok(notes(findings))) });
        desk = desk.shows(says);
    }
}

/// What is on screen is judged first, from the cursor on, wherever the person goes.
#[test]
fn what_is_on_screen_is_judged_first() {
    let mut desk = desk((120, 30), false, false);
    desk.console.queue.entries.iter_mut().for_each(|entry| entry.verdict = lazaret::state::queue::Verdict::Waiting);
    desk.console.pending.ask(Kind::Judge);
    let at = |desk: &Desk, row: usize| desk.console.queue.entries[desk.console.queue.order[row]].pull.at.clone();
    let desk = desk.keys("j");
    let wanted = vec![at(&desk, 1), at(&desk, 2), at(&desk, 0)];
    assert_eq!(desk.asked.last(), Some(&Effect::JudgeNext(wanted)));
}

/// Looking again costs one question a minute, about the opened pull alone or the queue, and none while something waits.
#[test]
fn it_is_looked_again_only_when_it_is_time() {
    let mut desk = desk((100, 30), false, false);
    let looks = |desk: &Desk| desk.asked.iter().filter(|effect| matches!(effect, Effect::LookAgain(..))).count();
    let lists = |desk: &Desk| desk.asked.iter().filter(|effect| matches!(effect, Effect::List(..))).count();
    desk.console.pending = lazaret::state::pending::Pending::default();
    let tick = |desk: &mut Desk, seconds: i64| {
        desk.console.pending = lazaret::state::pending::Pending::default();
        desk.console.now = Timestamp(desk.console.now.0 + seconds);
        desk.act(Action::Tick);
    };
    tick(&mut desk, 3_600);
    assert_eq!(lists(&desk), 1, "not unless the settings say so");
    desk.console.habits.poll = 60;
    tick(&mut desk, 0);
    assert_eq!(lists(&desk), 2);
    tick(&mut desk, 59);
    assert_eq!(lists(&desk), 2);
    desk = desk.keys("enter");
    tick(&mut desk, 61);
    assert_eq!((lists(&desk), looks(&desk)), (2, 1));
    desk.console.now = Timestamp(desk.console.now.0 + 61);
    desk.console.pending.ask(Kind::Load);
    desk.act(Action::Tick);
    assert_eq!(looks(&desk), 1);
}

#[test]
fn the_next_pull_is_read_ahead() {
    let desk = desk((100, 30), false, false).keys("enter");
    let next = desk.console.queue.order[1];
    let at = &desk.console.queue.entries[next].pull.at;
    assert!(desk.asked.iter().any(|effect| matches!(effect, Effect::ReadAhead(_, ahead) if ahead == at)));
    let local = Desk::new(80, 24).keys("enter");
    assert!(!local.asked.iter().any(|effect| matches!(effect, Effect::ReadAhead(..))));
}
