//! Rules of gitleaks: what they find on added lines, what they leave alone, what is said of files that cannot be honoured.

use std::sync::Arc;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::model::finding::Finding;
use lazaret::model::pack::{NoteKind, Pack, PackFile};
use lazaret::model::rule::{Example, ExampleFile};

const ACME: &str = "[[rules]]
id = \"acme-token\"
description = \"Acme token\"
regex = '''\\bacme_([a-z0-9]{16})\\b'''
keywords = [\"acme_\"]
";
/// A value of the form above that no other rule knows.
const VALUE: &str = "q8zt3lk9wd2xv7bn";

fn book(files: &[(&str, &str)]) -> Arc<Rulebook> {
    let files = files.iter().map(|(path, text)| PackFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
    Arc::new(Rulebook::only(&[Pack { name: "own".to_owned(), files, ..Pack::default() }]))
}

fn findings(rules: &Arc<Rulebook>, path: &str, before: Option<&str>, after: &str) -> Vec<Finding> {
    let file = ExampleFile { path: path.to_owned(), before: before.map(str::to_owned), after: Some(after.to_owned()) };
    let example = Example { hits: true, files: vec![file], message: String::new(), ..Example::default() };
    let (change, texts) = change_of(&example);
    Engine::of(rules, &Selection::default()).analyse(&change, &|_| texts.clone()).findings
}

/// Rules and places of what `rules` find where `path` becomes `after`.
fn found(rules: &Arc<Rulebook>, path: &str, before: Option<&str>, after: &str) -> Vec<String> {
    findings(rules, path, before, after).iter().map(|finding| format!("{} at {}", finding.rule, finding.at)).collect()
}

/// What `text` as a rule file finds in `after`.
fn with(text: &str, after: &str) -> Vec<String> {
    found(&book(&[("a.toml", text)]), "src/a.py", None, after)
}

fn notes(text: &str) -> Vec<String> {
    book(&[("a.toml", text)]).notes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_rule_fires_on_what_the_change_adds_and_shows_a_placeholder() {
    let rules = book(&[("a.toml", ACME)]);
    let before = format!("a = 'acme_{VALUE}'\n");
    let after = format!("{before}b = 'acme_{}'\n", VALUE.replace('q', "r"));
    let all = findings(&rules, "src/a.py", Some(&before), &after);
    assert_eq!(
        all.iter().map(|f| (f.title.as_str(), f.at.to_string(), f.evidence.as_str())).collect::<Vec<_>>(),
        [("Adds a secret: Acme token", "src/a.py:2".to_owned(), "b = 'acme_[ACME_TOKEN]")]
    );
}

#[test]
fn keywords_entropy_paths_and_groups_narrow_a_rule() {
    let text = format!("x = 'acme_{VALUE}'\n");
    assert_eq!(with(ACME, &text), ["acme-token at src/a.py:1"]);
    assert_eq!(with(&ACME.replace("\"acme_\"", "\"other\""), &text), Vec::<String>::new());
    assert_eq!(with(&format!("{ACME}entropy = 3.9\n"), &text), ["acme-token at src/a.py:1"]);
    assert_eq!(with(&format!("{ACME}entropy = 4.0\n"), &text), Vec::<String>::new());
    assert_eq!(with(&format!("{ACME}path = '''\\.rb$'''\n"), &text), Vec::<String>::new());
    assert_eq!(with(&format!("{ACME}path = '''\\.py$'''\nsecretGroup = 1\n"), &text), ["acme-token at src/a.py:1"]);
    assert_eq!(with("[[rules]]\nid = \"keyfile\"\npath = '''\\.py$'''\n", "x\n"), ["keyfile at src/a.py"]);
}

#[test]
fn allowlists_are_honoured_globally_per_rule_and_by_name() {
    let text = format!("x = 'acme_{VALUE}' # fine\n");
    let silent = [
        "[[rules.allowlists]]\nregexes = ['''^q8''']\n",
        "[[rules.allowlists]]\nstopwords = [\"ZT3L\"]\n",
        "[[rules.allowlists]]\nregexTarget = \"match\"\nregexes = ['''^acme_q''']\n",
        "[[rules.allowlists]]\nregexTarget = \"line\"\nregexes = ['''# fine$''']\n",
        "[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['''^src/''']\nregexes = ['''^q8''']\n",
        "[rules.allowlist]\npaths = ['''a\\.py$''']\n",
        "[allowlist]\npaths = ['''a\\.py$''']\n",
        "[[allowlists]]\nstopwords = [\"q8zt\"]\n",
        "[[allowlists]]\ntargetRules = [\"acme-token\"]\nstopwords = [\"q8zt\"]\n",
    ];
    for list in silent {
        assert_eq!(with(&format!("{ACME}{list}"), &text), Vec::<String>::new(), "{list}");
    }
    let loud = [
        "[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['''^lib/''']\nregexes = ['''^q8''']\n",
        "[[rules.allowlists]]\nregexes = ['''# fine''']\n",
        "[[rules]]\nid = \"other\"\nregex = '''never'''\n[[allowlists]]\ntargetRules = [\"other\"]\nstopwords = [\"q8zt\"]\n",
    ];
    for list in loud {
        assert_eq!(with(&format!("{ACME}{list}"), &text), ["acme-token at src/a.py:1"], "{list}");
    }
}

#[test]
fn a_rule_that_requires_another_waits_for_it_nearby() {
    let pair = format!(
        "{ACME}[[rules.required]]\nid = \"acme-id\"\nwithinLines = 2\n[[rules]]\nid = \"acme-id\"\nregex = '''acme-id-\\d+'''\nskipReport = true\n"
    );
    assert_eq!(with(&pair, &format!("x = 'acme_{VALUE}'\n")), Vec::<String>::new());
    assert_eq!(with(&pair, &format!("acme-id-12\nx = 'acme_{VALUE}'\n")), ["acme-token at src/a.py:2"]);
    assert_eq!(with(&pair, &format!("acme-id-12\n\n\n\nx = 'acme_{VALUE}'\n")), Vec::<String>::new());
}

#[test]
fn a_change_cannot_silence_a_rule() {
    assert_eq!(with(ACME, &format!("x = 'acme_{VALUE}' # gitleaks:allow\n")), ["acme-token at src/a.py:1"]);
}

#[test]
fn tests_and_pages_weigh_less() {
    let rules = book(&[("a.toml", ACME)]);
    let severity = |path: &str| findings(&rules, path, None, &format!("x = 'acme_{VALUE}'\n"))[0].severity.word();
    assert_eq!((severity("src/a.py"), severity("tests/test_a.py"), severity("docs/a.md")), ("high", "medium", "medium"));
}

#[test]
fn what_cannot_be_honoured_is_left_out_alone_and_named_with_its_line() {
    let cases = [
        ("[[rules]]\nid = \"b\"\nregex = '''(?!x)y'''\n", "own/a.toml:8: left out: its regex looks around"),
        ("[[rules]]\nid = \"b\"\nregex = '''x('''\n", "own/a.toml:8: left out: its regex cannot be read: unclosed group"),
        ("[[rules]]\nid = \"b\"\nregex = '''(?:[a-z]{1000}){1000}'''\n", "own/a.toml:8: left out: its regex takes more than 8 MiB"),
        (
            "[[rules]]\nid = \"b\"\nregex = '''x'''\nentrpy = 3\n",
            "own/a.toml:9: left out: `entrpy` is not a key that is read here; did you mean `entropy`?",
        ),
        (
            "[[rules]]\nid = \"b\"\nregex = '''x'''\nsecretGroup = 1\n",
            "own/a.toml:9: left out: secretGroup is 1, and its regex has 0 groups",
        ),
        ("[[rules]]\nid = \"b\"\n", "own/a.toml:6: left out: a rule wants a `regex` or a `path`"),
        ("[[rules]]\nregex = '''x'''\n", "own/a.toml:6: left out: a rule wants an `id`"),
        ("[[rules]]\nid = \"b\"\nregex = 'x\n", "own/a.toml:8: left out: it is not TOML: "),
        ("[[rules]]\nid = \"b\"\nregex = 12\n", "own/a.toml:8: left out: `regex` is a number; it wants a text"),
        ("[[rules]]\nid = \"acme-token\"\nregex = 'x'\n", "own/a.toml:6: left out: acme-token is the name of another rule"),
        ("[[allowlists]]\ntargetRules = [\"nobody\"]\nregexes = ['x']\n", "own/a.toml:7: left out: targetRules names nobody"),
        ("[[allowlists]]\ndescription = \"x\"\n", "own/a.toml:6: left out: an allowlist wants at least one"),
        ("[[rules.allowlists]]\ncondition = \"XOR\"\nregexes = ['x']\n", "own/a.toml:7: left out: condition 'XOR' is neither"),
        ("[extend]\npath = \"/etc/passwd\"\n", "own/a.toml:7: left out: `extend.path` is not followed"),
    ];
    for (more, expected) in cases {
        let text = format!("{ACME}{more}");
        let notes = notes(&text);
        assert!(notes.iter().any(|note| note.starts_with(expected)), "{more}: {notes:?}");
        // A mistake in the rule's own allowlist is the rule's.
        let runs = usize::from(!more.starts_with("[[rules."));
        assert_eq!(book(&[("a.toml", &text)]).iter().count(), runs, "{more}");
    }
    assert!(notes(&format!("{ACME}[odd]\nx = 1\n"))[0].starts_with("own/a.toml:6: advice: `odd` is not a key"));
}

#[test]
fn words_of_a_pack_are_harmless() {
    let rules = book(&[("a.toml", &ACME.replace("Acme token", "Acme\\u001b[31m token"))]);
    assert!(rules.iter().all(|rule| !rule.title.contains('\u{1b}')));
    assert!(notes("[[rules]]\nid = \"x\\u001b[2J\"\nregex = 'x'\n")[0].contains("an id has"));
}

#[test]
fn examples_of_a_rule_are_written_without_secrets_and_hold() {
    let own = "[rules.lazaret]\nplaceholder = \"ACME\"\nhit = [\"x = 'acme_{{loweralnum:16}}'\"]\nmiss = [\"x = 'acme_{{digits:15}}'\"]\n";
    let rules = book(&[("a.toml", &format!("{ACME}{own}"))]);
    let rule = rules.iter().next().unwrap();
    assert_eq!(rule.examples.len(), 2, "{:?}", rules.notes);
    for example in &rule.examples {
        let (change, texts) = change_of(example);
        let report = Engine::of(&rules, &Selection::default()).analyse(&change, &|_| texts.clone());
        assert_eq!(!report.findings.is_empty(), example.hits, "{example:?}");
        assert!(report.findings.iter().all(|finding| finding.evidence == "x = 'acme_[ACME]"));
    }
    assert_eq!(rules.notes.iter().filter(|note| note.kind == NoteKind::LeftOut).count(), 0);
}

#[test]
fn a_file_that_builds_on_default_rules_changes_those_of_this_program() {
    let key = ["AK", "IAQ3EGPYV5MZ7TBN2D"].concat();
    let sees = |text: &str, path: &str| {
        let files = vec![PackFile { path: "a.toml".to_owned(), text: text.to_owned() }];
        let rules = Arc::new(Rulebook::with(&[Pack { name: "own".to_owned(), files, ..Pack::default() }]));
        let notes: Vec<String> = rules.notes.iter().filter(|note| note.pack == "own").map(ToString::to_string).collect();
        let found = findings(&rules, path, None, &format!("id = '{key}'\n"));
        (found.iter().any(|finding| finding.rule.0 == "aws-access-key-id"), notes)
    };
    let extend = "[extend]\nuseDefault = true\n";
    assert_eq!(sees(extend, "src/a.py"), (true, Vec::new()));
    assert_eq!(sees(&format!("{extend}disabledRules = [\"aws-access-key-id\"]\n"), "src/a.py"), (false, Vec::new()));
    let lists = [
        "[[allowlists]]\npaths = ['''^src/''']\n",
        "[[allowlists]]\ntargetRules = [\"aws-access-key-id\"]\nregexes = ['''^AKIA''']\n",
        "[[rules]]\nid = \"aws-access-key-id\"\n[[rules.allowlists]]\npaths = ['''^src/''']\n",
        "[[rules]]\nid = \"aws-access-key-id\"\nregex = '''never'''\n",
    ];
    for list in lists {
        assert_eq!(sees(&format!("{extend}{list}"), "src/a.py"), (false, Vec::new()), "{list}");
        assert!(sees(list, "src/a.py").0, "{list}");
    }
    let (_, notes) = sees(&format!("{extend}disabledRules = [\"generic-api-key\"]\n"), "src/a.py");
    assert!(notes[0].starts_with("own/a.toml:3: advice: disabledRules names generic-api-key"), "{notes:?}");
}
