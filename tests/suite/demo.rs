//! The embedded demo: a real repository, the same every time, and every pull where it belongs.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use lazaret::analysis::across::{self, Together};
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::provenance;
use lazaret::analysis::rule_set::Tells;
use lazaret::model::agent::Tier;
use lazaret::model::cancel::Cancel;
use lazaret::model::decision::Verb;
use lazaret::model::link::Tied;
use lazaret::model::pull::{Pull, PullState};
use lazaret::model::report::Report;
use lazaret::model::risk::Lane;
use lazaret::model::rule::Severity;
use lazaret::response::request::Request;
use lazaret::runtime::case_decisions::CaseDecisions;
use lazaret::runtime::seen;
use lazaret::sources::demo::{self, DemoSource};
use lazaret::sources::source::{Source as _, SourceError};
use lazaret::store::paths::Paths;
use tempfile::TempDir;

fn open(folder: &Path) -> Result<DemoSource, SourceError> {
    DemoSource::open(folder, Arc::new(provenance::of))
}

fn git(repository: &Path, args: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(repository).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// One demo for all tests that only read.
fn demo() -> &'static DemoSource {
    static DEMO: OnceLock<(TempDir, DemoSource)> = OnceLock::new();
    let (_, demo) = DEMO.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let demo = open(home.path()).unwrap();
        (home, demo)
    });
    demo
}

fn number(pull: &Pull) -> u32 {
    pull.at.name.trim_start_matches('#').parse().unwrap()
}

/// Every pull with its report, by number.
fn judged() -> &'static BTreeMap<u32, (Pull, Report)> {
    static JUDGED: OnceLock<BTreeMap<u32, (Pull, Report)>> = OnceLock::new();
    JUDGED.get_or_init(|| {
        let engine = Engine::new(&Selection::default());
        let judge = |pull: Pull| {
            let change = demo().change(&pull.at, &Cancel::default()).unwrap();
            let report = engine.analyse(&change, &|wanted| demo().texts(&change, wanted, &Cancel::default()));
            (number(&pull), (pull, report))
        };
        demo().list(&Cancel::default()).unwrap().pulls.into_iter().map(judge).collect()
    })
}

fn hard(report: &Report) -> Vec<String> {
    let hard = report.findings.iter().filter(|finding| finding.severity.is_hard());
    hard.map(|finding| format!("{} {} at {}", finding.severity.word(), finding.rule, finding.at)).collect()
}

#[test]
fn the_repository_is_whole_and_the_same_every_time() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let refs = homes.each_ref().map(|home| {
        let repository = open(home.path()).unwrap().repository().unwrap();
        assert_eq!(git(&repository, &["fsck", "--strict", "--full"]), "");
        git(&repository, &["for-each-ref"])
    });
    assert_eq!(refs[0], refs[1]);
}

#[test]
fn seventy_five_pulls_are_listed_and_can_be_read() {
    let listing = demo().list(&Cancel::default()).unwrap();
    assert_eq!(listing.omissions, []);
    let numbers: Vec<u32> = judged().keys().copied().collect();
    assert_eq!(numbers, (1..=75).collect::<Vec<_>>());
    assert_eq!(listing.pulls.len(), 75);
    for pull in &listing.pulls {
        let change = demo().change(&pull.at, &Cancel::default()).unwrap();
        assert_eq!(&change.pull, pull);
        assert!(!change.patch.files.is_empty() && !change.commits.is_empty(), "{} is empty", pull.at);
        assert!(pull.opened <= pull.updated && pull.updated <= demo::NOW, "{}: {:?}", pull.at, pull.updated);
        assert_eq!(pull.target, "main");
    }
}

#[test]
fn later_numbers_were_opened_later() {
    let opened: Vec<_> = judged().values().map(|(pull, _)| pull.opened).collect();
    assert!(opened.is_sorted(), "{opened:?}");
}

#[test]
fn some_pulls_are_merged_in_both_ways() {
    let merged: Vec<u32> = judged().values().filter(|(pull, _)| pull.state == PullState::Merged).map(|(pull, _)| number(pull)).collect();
    assert_eq!(merged, [9, 11, 15, 16, 19, 24, 25, 27]);
    let repository = demo().repository().unwrap();
    let parents = |number: u32| git(&repository, &["rev-list", "--no-walk", "--parents", &format!("refs/pull/{number}/merge")]);
    assert_eq!(parents(9).split_whitespace().count(), 3, "a merge commit");
    assert_eq!(parents(11).split_whitespace().count(), 2, "a squash");
    for number in merged {
        git(&repository, &["merge-base", "--is-ancestor", &format!("refs/pull/{number}/merge"), "main"]);
    }
}

#[test]
fn agents_are_recognised_and_forgeries_are_not_verified() {
    let provenance = |number: u32| &judged()[&number].0.provenance;
    let agents =
        [(1, "codex"), (2, "copilot"), (3, "claude-code"), (4, "cursor"), (5, "claude-code"), (8, "amazon-q"), (9, "devin"), (11, "jules")];
    for (number, agent) in agents {
        assert!(provenance(number).agent.as_deref().is_some_and(|id| id.starts_with(agent)), "#{number}: {:?}", provenance(number));
    }
    assert_eq!((&provenance(6).agent, provenance(6).tier), (&None, Tier::Unknown), "ci-bot is nobody we know");
    assert!(provenance(7).tier <= Tier::Claimed, "{:?}", provenance(7));
}

#[test]
fn harmless_pulls_have_no_hard_finding() {
    let harmless = [1, 11, 13, 14].into_iter().chain(15..=75);
    let wrong: Vec<String> = harmless
        .filter_map(|number| {
            let (pull, report) = &judged()[&number];
            let hard = hard(report);
            (!hard.is_empty()).then(|| format!("#{number} {}: {hard:?}", pull.title))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn harmful_pulls_are_where_they_belong() {
    let expected = [
        (2, Lane::Stop, Severity::Critical),
        (3, Lane::Stop, Severity::Critical),
        (4, Lane::Stop, Severity::Critical),
        (5, Lane::Stop, Severity::High),
        (6, Lane::Stop, Severity::Critical),
        (7, Lane::Stop, Severity::Critical),
        (8, Lane::Stop, Severity::Critical),
        (9, Lane::Review, Severity::High),
        (10, Lane::Stop, Severity::High),
        (12, Lane::Review, Severity::High),
    ];
    let wrong: Vec<String> = expected
        .into_iter()
        .filter_map(|(number, lane, severity)| {
            let (pull, report) = &judged()[&number];
            let worst = report.findings.iter().map(|finding| finding.severity).max();
            (report.risk.lane < lane || worst < Some(severity))
                .then(|| format!("#{number} {}: lane {}, {:?}", pull.title, report.risk.lane.word(), hard(report)))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_subtle_pull_points_at_the_lines_that_matter_and_ties_them_together() {
    let (_, report) = &judged()[&5];
    let at = |part: &str| report.findings.iter().find(|finding| finding.evidence.contains(part)).unwrap_or_else(|| panic!("{part}"));
    let (default, gate, comparison) = (at("trustProxyHeaders: true"), at("if (defaults.trustProxyHeaders)"), at("if (mac === sign("));
    assert!(default.why_linked(&gate.id).is_some() && gate.why_linked(&default.id).is_some());
    assert_eq!(comparison.rule.0, "guard-removed");
}

#[test]
fn a_kept_folder_is_used_again_and_a_foreign_one_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let kept = place.path().join("new/demo");
    let repository = open(&kept).unwrap().repository().unwrap();
    git(&repository, &["update-ref", "-d", "refs/heads/copilot/add-auth-utility"]);
    let again = open(&kept).unwrap();
    let pulls = again.list(&Cancel::default()).unwrap().pulls;
    let second = pulls.iter().find(|pull| number(pull) == 2).unwrap();
    assert_eq!((pulls.len(), second.state), (75, PullState::Closed), "what was done in a kept demo stays done");

    let foreign = place.path().join("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("thesis.txt"), "years of work").unwrap();
    let file = foreign.join("thesis.txt");
    std::fs::write(kept.join("lazaret-demo"), "0123\n").unwrap();
    for (folder, words) in [(&foreign, "not a lazaret demo"), (&file, "is a file"), (&kept, "another lazaret version")] {
        let error = open(folder).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(words) && !error.contains('\n'), "{error}");
    }
    assert_eq!(std::fs::read_dir(&foreign).unwrap().count(), 1);
}

#[test]
fn an_interrupted_build_is_finished_next_time() {
    let place = tempfile::tempdir().unwrap();
    let repository = open(place.path()).unwrap().repository().unwrap();
    let refs = git(&repository, &["for-each-ref"]);
    std::fs::remove_dir_all(&repository).unwrap();
    open(place.path()).unwrap();
    assert_eq!(git(&repository, &["for-each-ref"]), refs);
}

/// Plans `verb` on pull `number` and carries it out, or says why it is refused.
fn decide(demo: &DemoSource, home: &Path, verb: Verb, merge: bool, number: u32) -> Result<(), Vec<String>> {
    let change = demo.change(&demo.at(number).unwrap(), &Cancel::default()).unwrap();
    let report = Engine::new(&Selection::default()).analyse(&change, &|wanted| demo.texts(&change, wanted, &Cancel::default()));
    let decisions = CaseDecisions::new(demo.repository(), Paths::below(home), || demo::NOW);
    let targets = vec![seen::target(&change, &report, &[])];
    let request = Request { merge, ..Request::new(verb, targets, "seen in the demo", demo::NOW) };
    let plan = decisions.plan_request(&request, Vec::new()).unwrap();
    if !plan.is_allowed() {
        return Err(plan.refusals);
    }
    decisions.carry_out_plan(&plan, &Cancel::default()).map(drop).map_err(|error| vec![error.to_string()])
}

#[test]
fn every_verb_works_on_the_demo() {
    let place = tempfile::tempdir().unwrap();
    let demo = open(place.path()).unwrap();
    let repository = demo.repository().unwrap();
    let before = git(&repository, &["rev-parse", "main:services", "main:internal"]);
    let decide = |verb, merge, number| decide(&demo, &place.path().join("home"), verb, merge, number);
    let state = |wanted: u32| {
        let pulls = demo.list(&Cancel::default()).unwrap().pulls;
        assert_eq!(pulls.len(), 75);
        let pull = pulls.into_iter().find(|pull| number(pull) == wanted).unwrap();
        assert_eq!(demo.change(&pull.at, &Cancel::default()).unwrap().pull, pull);
        pull.state
    };

    decide(Verb::Quarantine, false, 7).unwrap();
    assert_eq!(state(7), PullState::Quarantined);
    decide(Verb::Release, false, 7).unwrap();
    assert_eq!(state(7), PullState::Open);

    let refused = decide(Verb::Approve, true, 2).unwrap_err().join(" ");
    assert!(refused.contains("env-gated-auth (") && refused.contains("that nobody judged"), "a critical finding, by its rule: {refused}");
    decide(Verb::Approve, true, 20).unwrap();
    assert_eq!(state(20), PullState::Merged);

    decide(Verb::Revert, false, 9).unwrap();
    decide(Verb::Revert, false, 11).unwrap();
    let reverts = git(&repository, &["for-each-ref", "--format=%(refname)", "refs/heads/revert/"]);
    assert_eq!(reverts.lines().count(), 2, "{reverts}");
    for branch in reverts.lines() {
        assert_ne!(git(&repository, &["rev-parse", &format!("{branch}:services"), &format!("{branch}:internal")]), before);
    }
    assert_eq!(git(&repository, &["fsck", "--full"]), "");
}

#[test]
fn together_the_queue_raises_the_hook_that_a_later_pull_uses_and_nothing_harmless() {
    let mut all: BTreeMap<u32, (Pull, Report)> = judged().clone();
    let engine = Engine::new(&Selection::default());
    let together = all.values_mut().map(|(pull, report)| Together {
        at: &pull.at,
        name: pull.at.to_string(),
        opened: pull.opened,
        author: None,
        report,
        unreadable: 0,
    });
    across::join(&engine, &mut together.collect::<Vec<_>>(), Tells::Each);
    let tied = all[&12]
        .1
        .findings
        .iter()
        .flat_map(|finding| &finding.links)
        .find(|link| matches!(&link.to, Tied::Change { name, .. } if *name == all[&11].0.at.to_string()));
    assert_eq!(tied.map(|link| link.why.as_str()), Some("uses `OnRequest`, which that change defines"));
    let raised = all.iter().filter(|(number, (_, report))| report.risk.lane > judged()[number].1.risk.lane);
    assert_eq!(raised.map(|(number, _)| *number).collect::<Vec<_>>(), [11]);
    assert_eq!(all[&11].1.risk.lane, Lane::Review);
}
