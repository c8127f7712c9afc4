//! The properties of risk: more evidence never lowers it, bulk never dilutes it, order and identity do not move it.

use lazaret::analysis::risk::assess;
use lazaret::model::diff::{Place, Side};
use lazaret::model::finding::{Finding, Fingerprint, Where};
use lazaret::model::link::Tied;
use lazaret::model::risk::Risk;
use lazaret::model::rule::{Confidence, FindingClass, RuleId, Severity};
use lazaret::model::story::{Story, Undisclosed};
use lazaret::model::thread::Activation;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const RULES: [&str; 3] = ["constant-auth", "encoded-blob", "new-outbound-host"];
const PATHS: [&str; 5] = ["src/a.py", "src/auth/login.py", ".github/workflows/ci.yml", "tests/test_a.py", "package.json"];

fn finding() -> impl Strategy<Value = Finding> {
    let severity = select(Severity::ALL.to_vec());
    let confidence = select(vec![Confidence::Low, Confidence::Medium, Confidence::High]);
    (select(RULES.to_vec()), severity, confidence, select(PATHS.to_vec()), 1..400_u32).prop_map(
        |(rule, severity, confidence, path, line)| {
            let place = Place { path: path.into(), side: Side::New, line };
            Finding {
                id: Fingerprint(format!("{rule}{path}{line}{severity:?}{confidence:?}")),
                rule: RuleId(rule),
                title: rule.to_owned(),
                class: FindingClass::Backdoor,
                severity,
                confidence,
                at: Where::Line { place, end_line: line },
                evidence: String::new(),
                why: String::new(),
                fix: String::new(),
                references: Vec::new(),
                links: Vec::new(),
                tool: None,
                also: Vec::new(),
                group: None,
            }
        },
    )
}

fn story(unsaid: usize) -> Story {
    let fact = |number| Undisclosed { fact: format!("fact {number}"), severity: Severity::Medium, places: Vec::new() };
    Story { claims: Vec::new(), undisclosed: (0..unsaid).map(fact).collect(), ..Story::default() }
}

fn activation(severity: Severity) -> Activation {
    Activation { name: "hook".to_owned(), at: Where::Message, by: "b".to_owned(), title: "t".to_owned(), severity }
}

fn risk(findings: &[Finding]) -> Risk {
    assess(findings, &story(0), &[], 0)
}

/// Whether nothing went down.
fn rose(before: &Risk, after: &Risk) -> bool {
    after.lane >= before.lane && after.score >= before.score
}

proptest! {
    #[test]
    fn another_finding_never_lowers_it(findings in vec(finding(), 0..12), more in finding(), at in 0..12_usize) {
        let before = risk(&findings);
        let mut all = findings.clone();
        all.insert(at.min(findings.len()), more);
        prop_assert!(rose(&before, &risk(&all)), "{before:?} {:?}", risk(&all));
    }

    #[test]
    fn a_worse_or_surer_finding_never_lowers_it(findings in vec(finding(), 1..8), at in 0..8_usize) {
        let mut worse = findings.clone();
        let at = at % findings.len();
        worse[at].severity = Severity::ALL.into_iter().find(|one| *one > findings[at].severity).unwrap_or(findings[at].severity);
        worse[at].confidence = Confidence::High;
        prop_assert!(rose(&risk(&findings), &risk(&worse)));
    }

    #[test]
    fn a_link_never_lowers_it(findings in vec(finding(), 2..8), one in 0..8_usize, other in 0..8_usize) {
        let mut tied = findings.clone();
        let (one, other) = (one % findings.len(), other % findings.len());
        let id = tied[other].id.clone();
        tied[one].tie(Tied::Finding(id), "both name `x`".to_owned());
        prop_assert!(rose(&risk(&findings), &risk(&tied)));
    }

    #[test]
    fn what_stands_around_the_findings_never_lowers_it(findings in vec(finding(), 0..8), unsaid in 0..5_usize, unread in 0..3_usize) {
        let before = risk(&findings);
        prop_assert!(rose(&before, &assess(&findings, &story(unsaid), &[], unread)));
        let activated = Severity::ALL.map(activation);
        prop_assert!(rose(&before, &assess(&findings, &story(unsaid), &activated, unread)));
    }

    #[test]
    fn bulk_does_not_dilute_and_notes_do_not_add(findings in vec(finding(), 1..6), note in finding(), bulk in 1..300_usize) {
        let note = Finding { severity: Severity::Info, ..note };
        let many: Vec<Finding> = findings.iter().cloned().chain(std::iter::repeat_n(note, bulk)).collect();
        prop_assert_eq!(risk(&findings).score, risk(&many).score);
    }

    #[test]
    fn the_order_of_findings_does_not_move_it(findings in vec(finding(), 0..10).prop_shuffle()) {
        let mut sorted = findings.clone();
        sorted.sort_by(|a, b| a.id.cmp(&b.id));
        prop_assert_eq!(risk(&findings), risk(&sorted));
    }

    #[test]
    fn the_reasons_add_up(findings in vec(finding(), 0..40)) {
        let risk = risk(&findings);
        prop_assert_eq!(risk.contributions.iter().map(|one| u32::from(one.points)).sum::<u32>(), u32::from(risk.score));
    }
}
