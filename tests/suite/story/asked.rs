//! What linked issues claim: borne out by the change or not to be told by it, never against it.

use lazaret::analysis::check::FileOutcome;
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::story::facts::Facts;
use lazaret::analysis::story::issues::{claims, unread};
use lazaret::model::pull::Origin;
use lazaret::model::story::{Claim, Verdict};
use lazaret::model::testimony::{Issue, Named, Testimony};

use super::pairs::{Script, change};

/// An issue of the repository that the change is of.
fn issue(number: u64, title: &str, body: &str) -> Issue {
    Issue { repository: "owner/repo".to_owned(), number, title: title.to_owned(), body: body.to_owned(), pull: false }
}

fn script(files: &[(&str, &str)]) -> Script {
    let of = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    files.iter().map(of).chain([("@repo".to_owned(), "owner/repo".to_owned())]).collect()
}

fn asked(files: &[(&str, &str)], testimony: &Testimony) -> Vec<Claim> {
    let (change, texts) = change("Page the list", &script(files));
    let engine = Engine::new(&Selection { only: vec!["message-contradicted".to_owned()], skip: Vec::new() });
    let outcomes: Vec<FileOutcome> = (0..change.patch.files.len()).map(|index| engine.file(&change, index, &texts)).collect();
    claims(&Facts::new(&change, &outcomes).hearing(testimony))
}

const CODE: (&str, &str) = ("src/a.py", " def f():\n-    return 1\n+    return 2\n");
const TESTS: (&str, &str) = ("tests/test_a.py", "+def test_a():\n+    assert f()\n+\n+\n+def test_b():\n+    assert f() == 2\n");
const DOCS: (&str, &str) = ("docs/a.md", "-# A\n+# B\n");
const LODASH: (&str, &str) = ("package.json", " {\"dependencies\": {\n-\"lodash\": \"4.17.20\"\n+\"lodash\": \"4.17.21\"\n }}\n");

/// Title and text of an issue, the files of the change, the verdicts on what it claims.
type Case<'t> = (&'t str, &'t str, &'t [(&'t str, &'t str)], &'t [Verdict]);

#[test]
fn an_issue_is_borne_out_or_tells_nothing() {
    use Verdict::{Supported, Uncheckable};
    let cases: &[Case<'_>] = &[
        ("Cover f", "Adds 2 tests", &[TESTS], &[Supported]),
        ("Cover f", "Adds 12 tests", &[TESTS], &[Uncheckable]),
        ("Add tests for f", "", &[CODE, TESTS], &[Supported]),
        ("Add unit tests", "", &[CODE], &[Uncheckable]),
        ("Bump lodash from 4.17.20 to 4.17.21", "", &[LODASH], &[Supported]),
        ("Bump lodash from 4.17.20 to 4.17.22", "", &[LODASH], &[Uncheckable]),
        ("docs: explain f", "", &[DOCS], &[Supported]),
        ("docs: explain f", "", &[DOCS, CODE], &[Uncheckable]),
        ("Speed f up", "No new dependencies.", &[CODE], &[Supported]),
        ("Tidy", "No functional change.", &[CODE], &[Uncheckable]),
        ("Tidy", "Whitespace only.", &[CODE], &[Uncheckable]),
        ("Flaky", "All tests pass.", &[CODE], &[Uncheckable]),
        ("Again", "Fixes #9000", &[CODE], &[Uncheckable]),
        ("f is slow", "It returns 1.", &[CODE], &[]),
        ("Cover f", "This should not add 2 tests.", &[TESTS], &[]),
        ("Cover f", "> Adds 2 tests", &[TESTS], &[]),
        ("Cover f", "```\nAdds 2 tests\n```", &[TESTS], &[]),
        ("Cover f", "- [ ] Adds 2 tests", &[TESTS], &[]),
        ("Cover f", "<!-- Adds 2 tests -->", &[TESTS], &[]),
        ("Cover f", "Words.\n\nReviewed-by: Adds 2 tests <a@example.com>", &[TESTS], &[]),
    ];
    for (title, body, files, expected) in cases {
        for linked in [true, false] {
            let issue = issue(12, title, body);
            let named = Testimony { named: [(12, Named::There(issue.clone()))].into(), ..Testimony::default() };
            let testimony = if linked { Testimony { linked: vec![issue], ..Testimony::default() } } else { named };
            let claims = asked(files, &testimony);
            assert_eq!(claims.iter().map(|claim| claim.verdict).collect::<Vec<_>>(), *expected, "{title} | {body}: {claims:?}");
            assert!(claims.iter().all(|claim| claim.places[0] == "issue #12"), "{claims:?}");
        }
    }
}

#[test]
fn an_issue_is_named_by_its_place() {
    let there = Issue { repository: "other/web".to_owned(), ..issue(3, "Adds 2 tests", "") };
    let pull = Named::There(Issue { pull: true, ..issue(5, "Adds 2 tests", "") });
    let claims = asked(&[TESTS], &Testimony { linked: vec![there], named: [(5, pull)].into(), ..Testimony::default() });
    let places: Vec<&str> = claims.iter().flat_map(|claim| &claim.places).map(String::as_str).collect();
    assert_eq!(places[0], "issue other/web#3", "a pull is no task: {claims:?}");
    assert!(places[1] == "2 are counted" && claims.len() == 1, "{claims:?}");
}

#[test]
fn what_of_the_issues_was_not_read_is_said() {
    let body = (1..12).map(|number| format!("- Fixes #{number}\n")).collect::<String>();
    let says = |message: &str, linked: u64, testimony: &Testimony| {
        let (mut change, _) = change(message, &script(&[CODE]));
        change.pull.at.origin = Origin::Github;
        change.pull.standing.get_or_insert_default().linked = linked;
        unread(&change, testimony)
    };
    let none = Testimony::default();
    assert_eq!(says("Page", 0, &none), Vec::<String>::new());
    assert_eq!(
        says(&format!("Page\n\n{body}"), 0, &none),
        ["the message names the issues #9, #10, #11, which were not read, since no more than 8 are asked about"]
    );
    assert_eq!(
        says("Page, fixes other/web#3", 0, &none),
        ["the message names issue other/web#3, which was not checked, being of another repository"]
    );
    let long = issue(2, "Many words", "One sentence is here. Another one is there.");
    let many = Testimony { linked: vec![long], ..none.clone() };
    assert_eq!(says("Page", 1, &many), Vec::<String>::new());
    assert_eq!(says("Page", 12, &many), ["1 of the 12 issues that its forge links were read, the others were not given"]);
    let longer = issue(2, "Many words", &(0..200).map(|number| format!("Sentence {number}. ")).collect::<String>());
    let longer = Testimony { linked: vec![longer], ..none };
    assert_eq!(says("Page", 1, &longer), ["only the first 100 sentences were read of what the message points to: #2"]);
}
