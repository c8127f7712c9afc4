//! Claims of messages and what they leave unsaid, against what changes do.

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples;
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile};
use lazaret::model::story::Verdict;
use proptest::prelude::*;

mod asked;
mod pairs;
mod unsaid;

type File<'t> = (&'t str, Option<&'t str>, Option<&'t str>);

fn report(message: &str, files: &[File<'_>]) -> Report {
    let owned = |text: &Option<&str>| text.map(str::to_owned);
    let files =
        files.iter().map(|(path, before, after)| ExampleFile { path: (*path).to_owned(), before: owned(before), after: owned(after) });
    let example = Example { files: files.collect(), message: message.to_owned(), ..Example::default() };
    let (change, texts) = examples::change_of(&example);
    Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone())
}

/// The verdict of the only claim, or `None` when the message makes none.
fn verdict(message: &str, files: &[File<'_>]) -> Option<Verdict> {
    let claims = report(message, files).story.claims;
    assert!(claims.len() <= 1, "{message}: {claims:?}");
    claims.first().map(|claim| claim.verdict)
}

const CODE: File<'static> = ("src/a.py", Some("def f():\n    return 1\n"), Some("def f():\n    return 2\n"));
const DOCS: File<'static> = ("docs/a.md", Some("# A\n"), Some("# B\n"));
const TESTS: File<'static> = (
    "tests/test_a.py",
    Some("def test_a():\n    assert f() == 1\n"),
    Some("def test_a():\n    assert f() == 1\n\n\ndef test_b():\n    assert f() == 2\n\n\ndef test_c():\n    assert f()\n"),
);
const LODASH: File<'static> =
    ("package.json", Some("{\"dependencies\": {\"lodash\": \"4.17.20\"}}\n"), Some("{\"dependencies\": {\"lodash\": \"4.17.21\"}}\n"));

#[test]
fn claims_of_every_exact_kind() {
    use Verdict::{Contradicted, Supported, Uncheckable};
    let cases: &[(&str, &[File<'_>], Option<Verdict>)] = &[
        ("docs: explain f", &[DOCS], Some(Supported)),
        ("docs(api): explain f", &[DOCS, CODE], Some(Contradicted)),
        (
            "docs: say it better",
            &[("src/a.rs", Some("const HELP: &str = \"a b\";\n"), Some("const HELP: &str = \"a better b\";\n"))],
            Some(Uncheckable),
        ),
        ("Explain f\n\nDocumentation only.", &[CODE], Some(Contradicted)),
        ("Explain f\n\nThis is not docs only.", &[CODE], None),
        ("Cover f\n\nOnly touches tests.", &[TESTS], Some(Supported)),
        ("Tidy\n\nWhitespace only.", &[("a.py", Some("a = 1\n"), Some("a  =  1\n"))], Some(Supported)),
        ("Tidy\n\nWhitespace only.", &[CODE], Some(Contradicted)),
        ("Tidy\n\nComments only.", &[("a.py", Some("# a\nx = 1\n"), Some("# b\nx = 1\n"))], Some(Supported)),
        ("Tidy\n\nComments only.", &[CODE], Some(Contradicted)),
        ("Tidy\n\nNo functional change.", &[CODE], Some(Contradicted)),
        ("Add tests for f", &[TESTS], Some(Supported)),
        ("Adds 2 tests", &[TESTS], Some(Supported)),
        ("Adds 12 tests", &[TESTS], Some(Contradicted)),
        ("Add unit tests", &[CODE], Some(Contradicted)),
        ("Add test plan", &[CODE], None),
        ("Tests will be added", &[CODE], None),
        ("Bump lodash from 4.17.20 to 4.17.21", &[LODASH], Some(Supported)),
        ("Bump lodash from 4.17.20 to 4.17.22", &[LODASH], Some(Contradicted)),
        ("Bump node to 20.1.0", &[LODASH], Some(Uncheckable)),
        ("Update lodash to the latest version", &[LODASH], Some(Uncheckable)),
        ("chore: update dependencies", &[LODASH], Some(Supported)),
        ("chore: update dependencies", &[DOCS], Some(Contradicted)),
        ("chore: update dependencies", &[("Dockerfile", Some("FROM a:1\n"), Some("FROM a:2\n"))], Some(Supported)),
        ("Speed up\n\nNo new dependencies.", &[CODE], Some(Supported)),
        ("Speed up\n\nNo new dependencies.", &[("requirements.txt", Some("a==1\n"), Some("a==1\nb==1\n"))], Some(Contradicted)),
        ("Fix f in `src/a.py`", &[CODE], Some(Supported)),
        ("Fix f in `src/b.py`", &[CODE], Some(Uncheckable)),
        ("Move off Node.js", &[CODE], None),
        ("Remove `return 1`", &[CODE], None),
        ("Remove `oldname`", &[("a.py", Some("oldname = 1\n"), Some(""))], Some(Supported)),
        ("Fix the parser", &[CODE], None),
    ];
    for (message, files, expected) in cases {
        assert_eq!(verdict(message, files), *expected, "{message}");
    }
}

#[test]
fn an_empty_change_that_claims_something() {
    assert_eq!(verdict("Fix the login for expired tokens", &[]), Some(Verdict::Contradicted));
    assert_eq!(verdict("Trigger a build", &[]), None);
}

#[test]
fn the_seed_update_is_contradicted_and_grave() {
    let file = ("requirements.txt", Some("security-lib==1.2.3\n"), Some("security-lib==1.2.3-malicious\n"));
    let report = report("Update security library to latest version\n\nCo-Authored-By: Claude <noreply@anthropic.com>", &[file]);
    assert_eq!(report.story.claims[0].verdict, Verdict::Contradicted);
    let rules: Vec<(&str, &str)> = report.findings.iter().map(|finding| (finding.rule.0, finding.severity.word())).collect();
    assert!(rules.contains(&("dependency-odd-version", "critical")) && rules.contains(&("message-contradicted", "high")), "{rules:?}");
}

#[test]
fn what_the_message_leaves_unsaid() {
    let facts =
        |message: &str, files: &[File<'_>]| report(message, files).story.undisclosed.into_iter().map(|left| left.fact).collect::<Vec<_>>();
    let new = ("Cargo.toml", Some("[dependencies]\nserde = \"1\"\n"), Some("[dependencies]\nserde = \"1\"\nindexmap = \"2\"\n"));
    assert_eq!(facts("Fix ordering", &[new, CODE]), ["a new dependency: indexmap"]);
    assert_eq!(facts("Keep the order with indexmap", &[new]), Vec::<String>::new());
    let hook = (
        ".claude/settings.json",
        None,
        Some("{\"hooks\": {\"SessionStart\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"node .claude/run.js\"}]}]}}\n"),
    );
    let unsaid = facts("chore: update dependencies", &[hook]);
    assert!(unsaid.iter().any(|fact| fact.contains("agent or editor configuration")), "{unsaid:?}");
    assert_eq!(facts("Run a hook for Claude at session start", &[hook]), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// No message makes the reading panic, and trailers, quotes and open boxes never become claims.
    #[test]
    fn messages_are_read_without_panic(text in "(?s)(docs: |adds 3 tests|```|> |- \\[ \\] |bump é to 1\\.2|\\n|\\n\\n|[[:alpha:] .:`/@]|\\PC){0,60}") {
        report(&text, &[CODE]);
        prop_assert!(report("x", &[CODE]).story.claims.is_empty());
    }

    #[test]
    fn what_is_set_apart_is_no_claim(claim in prop::sample::select(vec!["adds 3 tests", "docs only", "no new dependencies", "bump a to 1.2.3"])) {
        for frame in ["Fix f\n\n> CLAIM", "Fix f\n\n- [ ] CLAIM", "Fix f\n\n```\nCLAIM\n```", "Fix f\n\n<!-- CLAIM -->", "Fix f\n\nNote: x\nReviewed-by: CLAIM <a@example.com>"] {
            let claims = report(&frame.replace("CLAIM", claim), &[CODE]).story.claims;
            prop_assert!(claims.is_empty(), "{frame}: {claims:?}");
        }
    }
}
