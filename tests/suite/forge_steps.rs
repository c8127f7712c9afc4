//! Steps at a forge in the ledger: every one is read back as it was written, and a permission that is missing stays named.

use lazaret::model::ban::Banned;
use lazaret::model::commit_id::CommitId;
use lazaret::model::decision::{Decision, Reviewer, Verb};
use lazaret::model::diff::Side;
use lazaret::model::forge_step::{Act, ForgeStep, Inline, MergeMethod, Say, Spot, TakeBack, Undone};
use lazaret::model::response::{CaseId, OnFailure, Plan, PlannedStep, Step, StepOutcome, Strength, Trace};
use lazaret::model::throttle::{Circle, Lasting, Limit};
use lazaret::model::time::Timestamp;
use lazaret::store::cases;
use lazaret::store::ledger::Ledger;

fn id(digit: char) -> CommitId {
    CommitId::parse(&digit.to_string().repeat(40)).unwrap()
}

fn acts() -> Vec<Act> {
    let text = || "words \u{202e} \u{1b}[2J 🦊".to_owned();
    let target = TakeBack { before: id('a'), after: id('b'), message: text() };
    let inline = |side| Inline { path: "src/ä.rs".to_owned(), side, lines: (3, 9), body: text() };
    let mut acts = vec![
        Act::DismissReview { review: u64::MAX, message: text() },
        Act::Enqueue,
        Act::Dequeue,
        Act::CancelRun { run: 7 },
        Act::MakeLabel { name: text() },
        Act::RevertPull { title: text(), body: text() },
        Act::PushRevert { onto: id('c'), targets: vec![target], branch: "revert/x".to_owned() },
        Act::OpenPull { branch: "revert/x".to_owned(), base: "main".to_owned(), title: text(), body: text() },
        Act::Remark { body: text() },
        Act::FileRemark { path: text(), body: text() },
        Act::Reply { to: 9, body: text() },
    ];
    acts.extend([Say::Approve, Say::RequestChanges, Say::Comment].map(|say| Act::Review {
        say,
        body: text(),
        inline: vec![inline(Side::Old), inline(Side::New)],
    }));
    acts.extend(MergeMethod::ALL.map(|method| Act::Merge { method }));
    for on in [true, false] {
        acts.extend([
            Act::AutoMerge { on, method: MergeMethod::Squash },
            Act::Status { pass: on, says: text() },
            Act::Draft { on },
            Act::Label { name: text(), on },
            Act::Lock { on },
            Act::Settle { thread: "T_1".to_owned(), on },
            Act::AgentAccess { org: "acme".to_owned(), repository: 4, on },
            Act::BlockAccount { org: "acme".to_owned(), login: text(), on },
            Act::PullCap { most: on.then_some(1), before: (!on).then_some(1000) },
        ]);
        let each = |circle| Lasting::ALL.map(|lasting| Act::Narrow { limit: Limit { circle, lasting }, on });
        acts.extend(Circle::ALL.into_iter().flat_map(each));
    }
    acts
}

fn plan() -> Plan {
    let decision = Decision {
        verb: Verb::Quarantine,
        pulls: Vec::new(),
        subjects: Vec::new(),
        reviewer: Reviewer { identity: "@maker".to_owned(), by: "test".to_owned(), proofs: Vec::new() },
        reason: "why".to_owned(),
        dispositions: Vec::new(),
        rules: Default::default(),
        rules_in_force: String::new(),
        confirmed: Vec::new(),
        signature: None,
        at: Timestamp(7),
    };
    let mut plan = Plan::new(CaseId("Q-20261120-7f3a91".to_owned()), decision);
    let spot = Spot { repo: "acme/api".to_owned(), pull: 7, node: "PR_1".to_owned(), head: Some(id('d')), base: "main".to_owned() };
    let undoes = Some(Undone { case: CaseId("Q-20261119-000000".to_owned()), index: 3 });
    for act in acts() {
        let step = Step::Forge(ForgeStep { spot: spot.clone(), act, undoes: undoes.clone() });
        let planned = PlannedStep::new(step, "do it", Strength::Advisory);
        plan.steps.push(PlannedStep { on_failure: OnFailure::GoOn, lacks: "the scope repo".to_owned(), ..planned });
    }
    let banned = vec![
        Banned::Agent("devin".to_owned()),
        Banned::Session("https://app.example/sessions/1".to_owned()),
        Banned::Server("mcp.example".to_owned()),
        Banned::Commit(id('e')),
        Banned::Patch("f".repeat(64)),
    ];
    plan.steps.push(PlannedStep::new(Step::Ban(banned.clone()), "refuse", Strength::Advisory));
    let lift = Step::LiftBan { case: CaseId("B-20261120-7f3a91".to_owned()), banned };
    plan.steps.push(PlannedStep::new(lift, "lift", Strength::Enforced));
    plan
}

#[test]
fn every_step_at_a_forge_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    let plan = plan();
    cases::begin(&mut ledger, Timestamp(7), "github.com", &plan).unwrap();
    let read = cases::history(&ledger, &plan.case).unwrap().unwrap();
    assert_eq!(read.plan.steps, plan.steps);
    assert_eq!(cases::all(&ledger).unwrap().len(), 1);
}

#[test]
fn what_was_open_is_replaced_by_what_is_known_later() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    let plan = plan();
    cases::begin(&mut ledger, Timestamp(7), "github.com", &plan).unwrap();
    let outcome = |strength, trace| StepOutcome { index: 0, strength, says: "so".to_owned(), trace };
    let (open, known) = (outcome(Strength::Failed, Trace::Open), outcome(Strength::Advisory, Trace::Made("12".to_owned())));
    cases::outcome(&mut ledger, Timestamp(8), "github.com", &plan, &open).unwrap();
    assert_eq!(cases::history(&ledger, &plan.case).unwrap().unwrap().outcomes, [open]);
    cases::outcome(&mut ledger, Timestamp(9), "github.com", &plan, &known).unwrap();
    assert_eq!(cases::history(&ledger, &plan.case).unwrap().unwrap().outcomes, [known]);
    assert!(!cases::history(&ledger, &plan.case).unwrap().unwrap().ended);
}
