//! Keys in, screen out, for pulls of a forge: the queue's badges and sections, what the forge still allows, conversations.

use std::path::PathBuf;
use std::sync::Arc;

use lazaret::actions::arrivals::arrive;
use lazaret::analysis::provenance;
use lazaret::message::effect::Effect;
use lazaret::message::event::{Event, News};
use lazaret::message::ticket::{Kind, Ticket};
use lazaret::model::cancel::Cancel;
use lazaret::model::change::{Change, TextRequest, Texts};
use lazaret::model::forge::{Account, Budget, Meter};
use lazaret::model::pull::{Origin, Pull, PullRef, PullState};
use lazaret::model::standing::{OwnReview, Rollup, Standing, Verdict};
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
                standing.blocked = Some("claude is blocked since Q-1: it ran amok".to_owned());
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

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        let mut change = self.branches.change(&self.branch(at), cancel)?;
        change.pull = self.pull(change.pull);
        Ok(change)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        self.branches.texts(change, wanted, cancel)
    }
}

fn desk(size: (u16, u16), several: bool, stale: bool) -> Desk {
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
