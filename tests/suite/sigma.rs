//! Rules of Sigma over real changes: what each part of the language matches, where the finding sits, what it says.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use lazaret::analysis::across::{self, Together};
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::events::event::Value;
use lazaret::analysis::events::fields::{EventKind, FIELDS, Field, FieldType, field};
use lazaret::analysis::events::teller::Teller;
use lazaret::analysis::examples::change_of;
use lazaret::analysis::rule_set::Tells;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::model::change::{Change, History, Texts};
use lazaret::model::commit_id::CommitId;
use lazaret::model::forge::Account;
use lazaret::model::pack::{NoteKind, Pack, PackFile};
use lazaret::model::pull::{Commit, Origin, PullRef};
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile};
use lazaret::model::standing::{Merged, Standing};
use lazaret::model::time::Timestamp;
use proptest::prelude::*;

use crate::program::Program;

const AGENT: &str = "Add a thing\n\nCo-authored-by: Claude <noreply@anthropic.com>\n";

fn book(files: &[(&str, &str)]) -> Arc<Rulebook> {
    let files = files.iter().map(|(path, text)| PackFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
    Arc::new(Rulebook::only(&[Pack { name: "own".to_owned(), files, ..Pack::default() }]))
}

/// A rule with this detection.
fn rule(detection: &str) -> String {
    let indented: Vec<String> = detection.lines().map(|line| format!("  {line}")).collect();
    format!(
        "title: Seen\nid: 11111111-1111-4111-8111-111111111111\nlogsource:\n  product: git\ndetection:\n{}\nlevel: high\n",
        indented.join("\n")
    )
}

/// A change with these new files.
fn change(message: &str, files: &[(&str, &str)]) -> (Change, Texts) {
    let file = |(path, after): &(&str, &str)| ExampleFile { path: (*path).to_owned(), before: None, after: Some((*after).to_owned()) };
    let files = files.iter().map(file).collect();
    change_of(&Example { hits: true, files, message: message.to_owned(), branch: "topic".to_owned(), ..Example::default() })
}

fn judged(book: &Arc<Rulebook>, (change, texts): &(Change, Texts)) -> Report {
    Engine::of(book, &Selection::default()).analyse(change, &|_| texts.clone())
}

/// An empty field is not what nobody filled in.
#[test]
fn a_placeholder_that_nothing_fills_fires_on_nothing() {
    for detection in ["s:\n  user_id|expand: '%admins%'\ncondition: s", "s:\n  session_id|expand: ['%admins%', '%others%']\ncondition: s"] {
        let book = book(&[("a.yml", &rule(detection))]);
        let (mut change, texts) = change("", &[("src/app.py", "x")]);
        change.pull.author = lazaret::model::pull::Author::default();
        change.commits.clear();
        assert_eq!(judged(&book, &(change, texts)).findings, [], "{detection}");
    }
}

/// Where a rule with this detection fires on an agent's new file `src/app.py`.
#[track_caller]
fn fires(detection: &str, code: &str) -> Vec<String> {
    let book = book(&[("a.yml", &rule(detection))]);
    assert_eq!(book.notes, [], "{detection}");
    let report = judged(&book, &change(AGENT, &[("src/app.py", code)]));
    report.findings.iter().map(|finding| finding.at.to_string()).collect()
}

#[test]
fn a_finding_sits_on_the_line_of_the_value() {
    let detection = "selection:\n  event_type: code_commit\n  code_content|contains: 'eval('\ncondition: selection";
    assert_eq!(fires(detection, "import os\n\nx = eval(y)\n"), ["src/app.py:3"]);
    assert_eq!(fires(detection, "import os\n"), Vec::<String>::new());
    let found = judged(&book(&[("a.yml", &rule(detection))]), &change(AGENT, &[("src/app.py", "import os\n\nx = eval(y)\n")])).findings;
    assert!(found[0].why.contains("`selection` matched: code_content has `eval(` at line 3"), "{}", found[0].why);
    assert_eq!(found[0].evidence, "x = eval(y)");
}

#[test]
fn the_rules_of_this_program_read_without_a_word() {
    let notes: Vec<String> = Rulebook::embedded().notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes, Vec::<String>::new());
}

/// Whether a rule with this detection fires at all on an agent's commit with this subject that adds `src/app.py`.
#[track_caller]
fn matches(detection: &str, subject: &str, code: &str) -> bool {
    let book = book(&[("a.yml", &rule(detection))]);
    assert_eq!(book.iter().count(), 1, "{detection} {:?}", book.notes);
    let message = AGENT.replace("Add a thing", subject);
    !judged(&book, &change(&message, &[("src/app.py", code)])).findings.is_empty()
}

#[test]
fn every_modifier_matches_what_the_specification_says() {
    let encoded = "aHR0cHM6Ly9leGFtcGxlLmludmFsaWQ="; // https://example.invalid
    let wide = "ZQB2AGEAbAA="; // eval in UTF-16LE
    let utf16 = "//5lAHYAYQBsAA=="; // the same with its mark in front
    let cases: &[(&str, &str, &str, bool)] = &[
        ("code_content|contains: EVAL", "x", "a = eval(b)", true),
        ("code_content|contains|cased: EVAL", "x", "a = eval(b)", false),
        ("code_content|contains|all: [eval, import]", "x", "import os\na = eval(b)", true),
        ("code_content|contains|all: [eval, import]", "x", "a = eval(b)", false),
        ("code_content|startswith: import", "x", "import os\nx = 1", true),
        ("code_content|startswith: os", "x", "import os", false),
        ("file_path|endswith: [.rb, .py]", "x", "x", true),
        ("code_content|re: 'ev.l\\('", "x", "eval(", true),
        ("code_content|re: 'EV.L'", "x", "eval(", false),
        ("code_content|re|i: 'EV.L'", "x", "eval(", true),
        ("code_content|re: '^b$'", "x", "a\nb\nc", false),
        ("code_content|re|m: '^b$'", "x", "a\nb\nc", true),
        ("code_content|re: 'a.b'", "x", "a\nb", false),
        ("code_content|re|s: 'a.b'", "x", "a\nb", true),
        ("code_content|base64|contains: 'https://example.invalid'", "x", &format!("u = '{encoded}'"), true),
        ("code_content|base64offset|contains: 'example'", "x", &format!("u = '{encoded}'"), true),
        ("code_content|base64offset|contains: 'elsewhere'", "x", &format!("u = '{encoded}'"), false),
        ("code_content|wide|base64offset|contains: 'eval'", "x", &format!("u = '{wide}'"), true),
        ("code_content|utf16|base64|contains: 'eval'", "x", &format!("u = '{utf16}'"), true),
        ("code_content|windash|contains: ' -enc '", "x", "pwsh /enc x", true),
        ("title|cidr: 10.0.0.0/8", "10.1.2.3", "x", true),
        ("title|cidr: 10.0.0.0/8", "11.1.2.3", "x", false),
        ("commit_message|exists: true", "x", "x", true),
        ("old_path|exists: true", "x", "x", false),
        ("title|fieldref: subject", "the same", "x", true),
        ("title|fieldref: branch", "another", "x", false),
        ("title|expand: '%branch%'", "topic", "x", true),
        ("lines_added|gt: 2", "x", "1\n2\n3", true),
        ("lines_added|gt: 3", "x", "1\n2\n3", false),
        ("lines_added|gte: 3", "x", "1\n2\n3", true),
        ("lines_added|lt: 3", "x", "1\n2", true),
        ("lines_added|lte: 1", "x", "1\n2", false),
        ("lines_added: 2", "x", "1\n2", true),
        ("executable: false", "x", "x", true),
        ("old_path: null", "x", "x", true),
        ("file_path: null", "x", "x", false),
        ("title: [this, that]", "that", "x", true),
        ("title: 'th?t'", "that", "x", true),
        ("title: 'th*'", "that", "x", true),
        ("title: 'th\\*'", "that", "x", false),
        ("title: 'th\\*'", "th*", "x", true),
        ("code_content: '*os.get?nv(*'", "x", "import os\ny = os.getenv(x)\nz", true),
        ("code_content: 'import*getenv*z'", "x", "import os\ny = os.getenv(x)\nz", true),
        ("code_content|contains: 'import*getenv'", "x", "import os\ny = os.getenv(x)\nz", true),
        ("code_content|contains: 'getenv*import'", "x", "import os\ny = os.getenv(x)\nz", false),
        ("code_content|contains|cased: 'IMPORT*getenv'", "x", "import os\ny = os.getenv(x)\nz", false),
    ];
    let wrong: Vec<&str> = cases
        .iter()
        .filter(|(item, subject, code, expected)| {
            // The kind of event keeps what only some kinds lack out of the way.
            let kind = if item.starts_with("file_path: null")
                || item.contains("old_path")
                || item.contains("lines_added")
                || item.contains("executable")
            {
                "file"
            } else if item.starts_with("title") || item.starts_with("commit_message") {
                "commit"
            } else {
                "lines"
            };
            matches(&format!("selection:\n  kind: {kind}\n  {item}\ncondition: selection"), subject, code) != *expected
        })
        .map(|(item, ..)| *item)
        .collect();
    assert_eq!(wrong, Vec::<&str>::new());
}

#[test]
fn encoded_texts_and_dashes_match_in_every_form() {
    // `xexample.yz`: the digit behind `example` belongs to the dot, too.
    let encoded = "u = 'eGV4YW1wbGUueXo='";
    let cases = [
        ("base64offset|contains: 'example'", encoded, true),
        ("base64offset|contains|all: ['exam', 'ple']", encoded, true),
        ("base64offset|contains|all: ['exam', 'else']", encoded, false),
        ("windash|contains: ' /enc '", "pwsh \u{2014}enc x", true),
        ("windash|contains: ' -e* -x '", "pwsh /enc /x y", true),
        ("windash|endswith: ' -enc'", "pwsh /enc", true),
    ];
    for (item, code, expected) in cases {
        assert_eq!(matches(&format!("selection:\n  code_content|{item}\ncondition: selection"), "x", code), expected, "{item}");
    }
}

#[test]
fn conditions_lists_and_keywords_mean_what_the_specification_says() {
    let parts = "sel_a:\n  kind: lines\n  code_content|contains: alpha\nsel_b:\n  kind: lines\n  code_content|contains: beta\nother:\n  code_content|contains: gamma\n";
    let cases = [
        ("1 of sel_*", "beta", true),
        ("all of sel_*", "beta", false),
        ("all of sel_*", "alpha beta", true),
        ("1 of them", "gamma", true),
        ("2 of sel_*", "alpha", false),
        ("sel_a and not other", "alpha", true),
        ("sel_a and not other", "alpha gamma", false),
        ("(sel_a or sel_b) and other", "beta gamma", true),
        ("(sel_a or sel_b) and other", "gamma", false),
        ("\n  - all of sel_*\n  - other", "gamma", true),
    ];
    for (condition, code, expected) in cases {
        assert_eq!(matches(&format!("{parts}condition: {condition}"), "x", code), expected, "{condition} on {code}");
    }
    let either = "sel:\n  - kind: lines\n    code_content|contains: alpha\n  - kind: lines\n    file_path|endswith: .rb\ncondition: sel";
    assert!(matches(either, "x", "alpha") && !matches(either, "x", "beta"));
    for (keywords, code, expected) in [
        ("4711", "port 4711 is", true),
        ("4.5", "v4.5", true),
        ("alpha", "the Alpha", true),
        ("al*ha", "al\nha", true),
        ("'omega'", "alpha", false),
    ] {
        assert_eq!(matches(&format!("words:\n  - {keywords}\ncondition: words"), "x", code), expected, "{keywords}");
    }
    for (keywords, code, expected) in [("[alpha, be?a]", "a beta of alpha", true), ("[alpha, beta]", "alpha", false)] {
        assert_eq!(matches(&format!("words:\n  '|all': {keywords}\ncondition: words"), "x", code), expected, "{keywords}");
    }
}

/// A window over moments must not take what was written over days for what was written at once.
#[test]
fn lines_have_the_moment_of_the_commit_that_brought_their_file() {
    let (mut change, _) = change(AGENT, &[("src/a.py", "x = 1\n"), ("src/b.py", "y = 1\n")]);
    let one = change.commits[0].clone();
    let commit = |digit: &str, at: i64| Commit { id: CommitId::parse(&digit.repeat(40)), authored: Timestamp(at), ..one.clone() };
    change.commits = vec![commit("1", 1_000), commit("2", 90_000)];
    let ids: Vec<CommitId> = change.commits.iter().map(|commit| commit.id.clone().unwrap()).collect();
    let paths: Vec<_> = change.patch.files.iter().map(|file| file.path().clone()).collect();
    let mut history = History::default();
    let moments = |history: &History| -> Vec<(i64, Option<String>)> {
        let teller = Teller::of(&change, history);
        let events =
            change.patch.files.iter().flat_map(|file| teller.lines(file).into_iter().chain([teller.file(file)])).collect::<Vec<_>>();
        let hash = |value: Option<&Value<'_>>| match value {
            Some(Value::Text(text)) => Some(text.to_string()),
            _ => None,
        };
        events.iter().map(|event| (event.at.0, hash(event.get("commit_hash")))).collect()
    };
    let (first, last) = ((1_000, Some("1".repeat(40))), (90_000, Some("2".repeat(40))));
    assert_eq!(moments(&history), vec![last.clone(); 4], "what was not read tells nothing");
    history.touched = [(ids[0].clone(), paths.clone()), (ids[1].clone(), vec![paths[1].clone()])].into();
    assert_eq!(moments(&history), [first.clone(), first, last.clone(), last]);
}

/// docs/events.md names every field as the program knows it.
#[test]
fn the_page_of_events_is_true() {
    let page = std::fs::read_to_string("docs/events.md").unwrap();
    let row = |field: &Field| {
        let kinds: Vec<&str> = field.kinds.iter().map(|kind| kind.word()).collect();
        let kinds = if kinds.len() == EventKind::ALL.len() { "every kind".to_owned() } else { kinds.join(", ") };
        format!("| `{}` | {kinds} | {} | {} |\n", field.name, field.holds.word(), field.about)
    };
    let expected: String = FIELDS.iter().map(row).collect();
    assert!(page.ends_with(&format!("|---|---|---|---|\n{expected}")), "the table at the end of docs/events.md is to be:\n{expected}");
}

/// Every event has only fields that are known, of the type that is said.
#[test]
fn events_have_the_fields_that_are_named() {
    let (change, _) = change(AGENT, &[("src/app.py", "x = 1\n"), ("Cargo.toml", "[dependencies]\nserde = \"1\"\n")]);
    let history = History::default();
    let teller = Teller::of(&change, &history);
    let files = &change.patch.files;
    let events = [teller.commits(), teller.pulls(), teller.names(), files.iter().map(|file| teller.file(file)).collect()];
    let lines = files.iter().flat_map(|file| teller.lines(file));
    let mut seen = BTreeSet::new();
    for event in events.into_iter().flatten().chain(lines) {
        seen.insert(event.kind);
        for (name, value) in event.entries() {
            let known = field(name).unwrap_or_else(|| panic!("{name} is no field"));
            assert!(known.kinds.contains(&event.kind), "{name} of {}", event.kind);
            let fits = match known.holds {
                FieldType::Text | FieldType::Time => matches!(value, Value::Text(_)),
                FieldType::Number => matches!(value, Value::Number(_)),
                FieldType::Truth => matches!(value, Value::Truth(_)),
                FieldType::List => matches!(value, Value::List(_)),
            };
            assert!(fits, "{name} holds {value:?}");
        }
    }
    assert_eq!(seen.len(), EventKind::ALL.len() - 1, "{seen:?}");
}

/// A change of commits of one agent, each written so many seconds after a moment, with the subject given.
fn commits(at: &[(i64, &str)], path: &str) -> (Change, Texts) {
    let (mut change, texts) = change(AGENT, &[(path, "port = 1\n")]);
    let only = change.commits.remove(0);
    for (number, (seconds, subject)) in at.iter().enumerate() {
        let time = Timestamp(1_780_000_000 + seconds);
        let id = CommitId::parse(&format!("{:040x}", u64::try_from(*seconds).unwrap() * 1_000 + number as u64 + 1));
        let message = AGENT.replace("Add a thing", subject);
        change.commits.push(Commit { id, authored: time, committed: time, message, ..only.clone() });
    }
    (change, texts)
}

const BASE: &str = "title: A commit\nname: a_commit\nlogsource:\n  product: git\n  service: commit\ndetection:\n  selection:\n    source: mcp_agent\n  condition: selection\n";

/// What `correlation` says of commits at these seconds.
#[track_caller]
fn windows(correlation: &str, at: &[(i64, &str)]) -> Vec<String> {
    let indented: Vec<String> = correlation.lines().map(|line| format!("  {line}")).collect();
    let book = book(&[("a.yml", &format!("{BASE}---\ntitle: Window\ncorrelation:\n{}\nlevel: medium\n", indented.join("\n")))]);
    assert_eq!(book.notes, [], "{correlation}");
    let report = judged(&book, &commits(at, "src/a.py"));
    report.findings.iter().map(|finding| format!("{} {}", finding.at, finding.why)).collect()
}

#[test]
fn windows_slide_and_an_event_at_their_very_edge_counts() {
    let count = "type: event_count\nrules: a_commit\ngroup-by: [user_id]\ntimespan: 1h\ncondition:\n  gte: 3";
    assert_eq!(windows(count, &[(0, "a"), (1_800, "b"), (3_600, "c")]).len(), 1, "a rule without an id is counted by its name");
    assert_eq!(windows(count, &[(0, "a"), (1_800, "b"), (3_601, "c")]), Vec::<String>::new());
    assert_eq!(windows(count, &[(0, "a"), (3_000, "b"), (3_700, "c"), (6_000, "d")]).len(), 1, "the window slides over hours of the clock");
    assert_eq!(windows(count, &[(3_600, "c"), (0, "a"), (1_800, "b")]).len(), 1, "the order of commits is that of their moments");
    let said = &windows(count, &[(0, "a"), (10, "b"), (20, "c")])[0];
    assert!(said.contains("event_count came to 3 within 1h with the same user_id `agent@example.com`: commit "), "{said}");
}

/// `rules lint` says of it that it never matches.
#[test]
fn what_no_event_has_tells_no_groups_apart() {
    for group in ["group-by: [nothing]", "group-by: [who]\n  aliases:\n    who:\n      a_commit: nothing"] {
        let text = format!(
            "{BASE}---\ntitle: Window\ncorrelation:\n  type: event_count\n  rules: [a_commit]\n  {group}\n  timespan: 1h\n  condition:\n    gte: 2\n"
        );
        let report = judged(&book(&[("a.yml", &text)]), &commits(&[(0, "a"), (10, "b"), (20, "c")], "src/a.py"));
        assert_eq!(report.findings, [], "{group}");
    }
}

#[test]
fn a_field_that_no_event_of_its_rules_has_is_named_with_those_there_are() {
    let lines = "title: Lines\nname: some_lines\nlogsource:\n  product: git\ndetection:\n  selection:\n    code_content|contains: x\n  condition: selection\n";
    let window = |rules: &str, group: &str, count: &str| {
        format!(
            "{BASE}---\n{lines}---\ntitle: Window\ncorrelation:\n  type: {count}\n  rules: [{rules}]\n  group-by:\n    - user_id\n    - {group}\n  timespan: 1h\n"
        )
    };
    let counted = |field: &str| format!("value_count\n  condition:\n    field: {field}\n    gte: 2");
    let plain = "event_count\n  condition:\n    gte: 2";
    let groups = |kind: &str| {
        format!("it groups by `package`, which no event has that its rules fire on ({kind}), so it tells nothing apart by it; these have ")
    };
    let counts =
        "it counts `package`, which no event has that its rules fire on (commit), so it never comes to anything; these have ".to_owned();
    for (text, line, kind, says) in [
        (window("a_commit", "package", plain), 28, NoteKind::Advice, groups("commit")),
        (window("a_commit", "user_id", &counted("package")), 24, NoteKind::NeverMatches, counts),
        (window("some_lines", "package", plain), 28, NoteKind::Advice, groups("lines")),
    ] {
        let book = book(&[("a.yml", &text)]);
        let told: Vec<_> = book.notes.iter().filter(|note| note.text.starts_with(&says)).collect();
        assert_eq!(told.len(), 1, "{:?}", book.notes);
        assert_eq!((told[0].line, told[0].path.as_str(), told[0].kind), (Some(line), "a.yml", kind), "{text}");
        assert!(told[0].text.contains("commit_message") && !told[0].text.contains("old_version"), "{}", told[0].text);
        if kind == NoteKind::NeverMatches {
            let report = judged(&book, &commits(&[(0, "a"), (10, "b"), (20, "c")], "src/a.py"));
            assert_eq!(report.findings, [], "{text}");
        }
    }
    // What one of its rules has is enough, and so is what an alias leads to.
    let alias = window("a_commit", "who\n  aliases:\n    who:\n      a_commit: author", plain);
    for text in [window("a_commit, some_lines", "file_path", plain), window("some_lines", "file_path", plain), alias] {
        assert_eq!(book(&[("a.yml", &text)]).notes, [], "{text}");
    }
}

#[test]
fn values_are_counted_once_each() {
    let count = "type: value_count\nrules: [a_commit]\ngroup-by: [repo]\ntimespan: 1h\ncondition:\n  field: commit_message\n  gte: 3";
    assert_eq!(windows(count, &[(0, "a"), (10, "b"), (20, "a"), (30, "b")]), Vec::<String>::new());
    assert_eq!(windows(count, &[(0, "a"), (10, "b"), (20, "c")]).len(), 1);
}

#[test]
fn rules_that_fire_together_and_in_order() {
    let two = |kind: &str, at: &[(i64, &str)]| {
        let part = |name: &str| {
            format!(
                "title: {name}\nname: {name}\nlogsource:\n  product: git\n  service: commit\ndetection:\n  selection:\n    subject: {name}\n  condition: selection\n---\n"
            )
        };
        let text = format!(
            "{}{}title: Both\ncorrelation:\n  type: {kind}\n  rules: [first, second]\n  group-by: [user_id]\n  timespan: 10m\nlevel: low\n",
            part("first"),
            part("second")
        );
        let book = book(&[("a.yml", &text)]);
        assert_eq!((book.notes.clone(), book.iter().count()), (Vec::new(), 1), "what is only counted is no rule that reports");
        judged(&book, &commits(at, "src/a.py")).findings.len()
    };
    assert_eq!(two("temporal", &[(0, "second"), (60, "first")]), 1);
    assert_eq!(two("temporal", &[(0, "second"), (660, "first")]), 0);
    assert_eq!(two("temporal_ordered", &[(0, "second"), (60, "first")]), 0);
    assert_eq!(two("temporal_ordered", &[(0, "first"), (60, "second")]), 1);
}

#[test]
fn a_counted_rule_reports_by_itself_only_where_the_correlation_generates() {
    let correlation =
        "---\ntitle: Window\ncorrelation:\n  type: event_count\n  rules: [a_commit]\n  timespan: 1h\n  condition:\n    gte: 2\n";
    let found = |text: &str| judged(&book(&[("a.yml", text)]), &commits(&[(0, "a")], "src/a.py")).findings.len();
    assert_eq!(found(&format!("{BASE}{correlation}")), 0);
    assert_eq!(found(&format!("{BASE}{correlation}generate: true\n")), 1);
}

#[test]
fn changes_come_to_a_window_together_and_the_last_one_tells_it() {
    let engine =
        Engine::of(Rulebook::embedded(), &Selection { only: vec!["agent-message-in-many-repositories".to_owned()], skip: Vec::new() });
    let mut reports: Vec<Report> = Vec::new();
    for (number, repository) in ["acme/one", "acme/two", "acme/three"].into_iter().enumerate() {
        let (mut change, texts) = commits(&[(600 * number as i64, "chore: update dependencies")], "src/a.py");
        change.pull.at.repo = repository.to_owned();
        reports.push(engine.analyse(&change, &|_| texts.clone()));
    }
    assert!(reports.iter().all(|report| report.findings.is_empty() && report.firings.len() == 1));
    let at = PullRef { origin: Origin::Local, repo: String::new(), name: "a".to_owned() };
    let name = |number: usize| format!("change {number}");
    let together = |reports: &mut [Report], tells| {
        let all = reports.iter_mut().zip(0..).map(|(report, number)| Together {
            at: &at,
            name: name(number),
            opened: Timestamp(0),
            author: None,
            report,
            unreadable: 0,
        });
        across::join(&engine, &mut all.collect::<Vec<_>>(), tells);
    };
    let mut each = reports.clone();
    together(&mut each, Tells::Each);
    assert_eq!(each.iter().map(|report| report.findings.len()).collect::<Vec<_>>(), [1, 1, 1], "each pull of a queue tells it");
    assert!(each[0].findings[0].why.contains("change 0 commit ") && each[0].findings[0].why.contains("change 2 commit "));
    together(&mut reports, Tells::Last);
    assert_eq!(reports.iter().map(|report| report.findings.len()).collect::<Vec<_>>(), [0, 0, 1]);
    assert!(reports[2].findings[0].why.starts_with("value_count came to 3 within 6h"), "{}", reports[2].findings[0].why);
}

#[test]
fn bursts_of_an_agent_on_sensitive_paths_are_told_and_others_not() {
    let found = |at: &[(i64, &str)], path: &str| -> Vec<&'static str> {
        let only = ["agent-sensitive-burst", "agent-burst-with-sensitive-path", "agent-code-sabotage"].map(str::to_owned).to_vec();
        let engine = Engine::of(Rulebook::embedded(), &Selection { only, skip: Vec::new() });
        let (change, texts) = commits(at, path);
        let mut rules: Vec<&str> = engine.analyse(&change, &|_| texts.clone()).findings.iter().map(|finding| finding.rule.0).collect();
        rules.dedup();
        rules
    };
    let quick: Vec<(i64, &str)> = (0..6).map(|number| (number * 300, "step")).collect();
    let slow: Vec<(i64, &str)> = (0..6).map(|number| (number * 900, "step")).collect();
    assert_eq!(found(&quick, "config/auth.toml").len(), 3, "the selection with `commit_count|gt: 5` and both readings as correlation");
    assert_eq!(found(&quick, "src/sum.py"), Vec::<&str>::new());
    assert_eq!(found(&slow, "config/auth.toml"), Vec::<&str>::new());
    assert_eq!(found(&quick[..5], "config/auth.toml"), Vec::<&str>::new());
}

#[test]
fn rules_for_the_audit_log_of_github_run_over_pulls() {
    let text = "title: Merged by a robot\nid: 22222222-2222-4222-8222-222222222222\nlogsource:\n  product: github\n  service: audit\ndetection:\n  selection:\n    action: pull_request.merge\n    actor|endswith: '[bot]'\n  condition: selection\nlevel: medium\n";
    let book = book(&[("audit.yml", text)]);
    let (mut pulled, texts) = change(AGENT, &[("src/app.py", "x = 1\n")]);
    assert!(judged(&book, &(pulled.clone(), texts.clone())).findings.is_empty());
    let by = Some(Account { id: Some(7), login: "merger[bot]".to_owned(), bot: true });
    let merged = Some(Merged { at: Timestamp(1_780_000_000), by, commit: None });
    pulled.pull.standing = Some(Box::new(Standing { merged, ..Standing::default() }));
    let found = judged(&book, &(pulled, texts)).findings;
    assert_eq!(found.len(), 1);
    assert!(found[0].why.contains("actor ends with `[bot]`"), "{}", found[0].why);
}

#[test]
fn a_filter_takes_away_what_its_rule_finds() {
    let detection = "selection:\n  code_content|contains: 'eval('\ncondition: selection";
    let named = rule(detection).replace("title: Seen", "title: Seen\nname: seen");
    let filter = "title: Not in tests\nlogsource:\n  product: git\nfilter:\n  rules: [seen]\n  tests:\n    file_path|startswith: tests/\n  condition: not tests\n";
    let book = book(&[("a.yml", &named), ("b.yml", filter)]);
    assert_eq!(book.notes, []);
    let found = judged(&book, &change(AGENT, &[("src/app.py", "eval(x)\n"), ("tests/app.py", "eval(x)\n")])).findings;
    assert_eq!(found.iter().map(|finding| finding.at.to_string()).collect::<Vec<_>>(), ["src/app.py:1"]);
}

#[test]
fn what_cannot_run_is_left_out_alone_and_named() {
    let good = rule("selection:\n  code_content|contains: eval\ncondition: selection");
    let big = rule("selection:\n  code_content|re: '(?:[a-z]{1000}){1000}'\ncondition: selection").replace("11111111", "33333333");
    let foreign = rule("selection:\n  code_content: x\ncondition: selection")
        .replace("product: git", "product: windows")
        .replace("11111111", "44444444");
    let lonely = "title: Lonely\ncorrelation:\n  type: event_count\n  rules: [nobody]\n  timespan: 1h\n  condition:\n    gte: 2\n";
    let circle =
        |own: &str, other: &str| format!("title: {own}\nname: {own}\ncorrelation:\n  type: temporal\n  rules: [{other}]\n  timespan: 1h\n");
    let cases: [(&str, String, &str); 8] = [
        ("broken.yml", "title: x\ndetection: [\n".to_owned(), "own/broken.yml:"),
        ("bomb.yml", "title: &a [*a, *a]\ndetection: x\n".to_owned(), "own/bomb.yml:1: left out: "),
        ("deep.yml", format!("title: x\ndetection: {}\n", "[".repeat(5_000)), "own/deep.yml:"),
        ("big.yml", big, "own/big.yml:7: left out: the expression grows too large"),
        ("foreign.yml", foreign, "own/foreign.yml:3: left out: no event of a change comes from `product: windows`"),
        ("lonely.yml", lonely.to_owned(), "own/lonely.yml:1: left out: it refers to `nobody`"),
        (
            "circle.yml",
            format!("{}---\n{}", circle("a", "b"), circle("b", "a")),
            "own/circle.yml:1: left out: it refers to b, which cannot run",
        ),
        ("same.yml", good.clone(), "own/same.yml:1: left out: the id 11111111-1111-4111-8111-111111111111 is that of the rule at a.yml:1"),
    ];
    for (path, text, expected) in &cases {
        let book = book(&[("a.yml", &good), (path, text)]);
        assert_eq!(book.iter().count(), 1, "{path}");
        let notes: Vec<String> = book.notes.iter().filter(|note| note.kind == NoteKind::LeftOut).map(ToString::to_string).collect();
        assert!(notes.iter().any(|note| note.starts_with(expected)), "{path}: {:?}", book.notes);
        assert!(!judged(&book, &change(AGENT, &[("src/app.py", "eval(x)\n")])).findings.is_empty(), "{path}: the other one runs");
    }
}

#[test]
fn a_rule_of_a_named_folder_runs_over_a_patch() {
    let folder = tempfile::tempdir().unwrap();
    let (rules, patch) = (folder.path().join("own"), folder.path().join("a.patch"));
    std::fs::create_dir(&rules).unwrap();
    std::fs::write(rules.join("eval.yml"), rule("selection:\n  source: mcp_agent\n  code_content|contains: 'eval('\ncondition: selection"))
        .unwrap();
    let mail = "From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\nFrom: Dev <dev@example.com>\nDate: Sat, 21 Nov 2026 09:00:00 +0000\nSubject: [PATCH] Add a thing\n\nCo-authored-by: Claude <noreply@anthropic.com>\n---\n a.py | 1 +\n 1 file changed, 1 insertion(+)\n\ndiff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n x = 1\n+y = eval(x)\n-- \n2.47.0\n\n";
    std::fs::write(&patch, mail).unwrap();
    let program = Program::new(folder.path(), folder.path().join("home"));
    let scanned = program.run(&["--rules", rules.to_str().unwrap(), "--no-default-rules", "scan", patch.to_str().unwrap()]);
    assert!(scanned.code == 1 && scanned.out.contains("a.py:2"), "{}{}", scanned.out, scanned.err);
    assert!(scanned.out.contains("`selection` matched: code_content has `eval(` at line 2"), "{}", scanned.out);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_of_a_change_makes_a_rule_panic(path in "\\PC{0,40}", code in "(\\PC|\n|\r|\t){0,200}", message in "(\\PC|\n){0,80}") {
        static BOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| {
            let words = "selection:\n  - code_content: '*a*b?'\n  - code_content|re|i: '(a|ß)+\\s*x'\n  - file_path|endswith: é\n  - commit_message|contains: [İ, a]\nwords:\n  - a\ncondition: 1 of them";
            book(&[("a.yml", &rule(words))])
        });
        let message = format!("{message}\n\nCo-authored-by: Claude <noreply@anthropic.com>\n");
        for book in [&*BOOK, Rulebook::embedded()] {
            let report = judged(book, &change(&message, &[(path.as_str(), code.as_str())]));
            let lines = code.lines().count().max(1) as u32;
            for finding in &report.findings {
                prop_assert!(finding.at.place().is_none_or(|place| place.line >= 1 && place.line <= lines + 1));
            }
        }
    }
}

/// What a person keeps may take away what a rule of this program finds, and both the page of the rule and the list of faults say so.
#[test]
fn a_filter_reaches_rules_of_other_packs_and_is_named_there() {
    let home = tempfile::tempdir().unwrap();
    let rules = home.path().join("mine");
    std::fs::create_dir_all(&rules).unwrap();
    let filter = |rule: &str| {
        format!(
            "title: Not in tests\nlogsource:\n  product: mcp\nfilter:\n  rules: [{rule}]\n  tests:\n    file_path|startswith: tests/\n  condition: not tests\n"
        )
    };
    std::fs::write(rules.join("filter.yml"), filter("agent-code-sabotage")).unwrap();
    std::fs::write(rules.join("lost.yml"), filter("nobody")).unwrap();
    std::fs::write(rules.join("unfit.yml"), filter("agent-code-sabotage").replace("mcp", "git")).unwrap();
    let program = Program::new(home.path(), home.path().join("home"));
    let mine = ["--rules", rules.to_str().unwrap()];
    let patch = |path: &str| {
        format!(
            "From {0} Mon Sep 17 00:00:00 2001\nFrom: Claude <noreply@anthropic.com>\nDate: Mon, 5 Jan 2026 09:00:00 +0000\nSubject: [PATCH] Add\n\n---\n\ndiff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+eval(x)\n-- \n2.40.0\n\n",
            "1".repeat(40)
        )
    };
    let found = |more: &[&str], path: &str| {
        let run = program.fed(&[more, &["scan", "-", "--rule", "agent-code-sabotage", "--format", "json"]].concat(), patch(path));
        let all: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_else(|why| panic!("{why}: {}{}", run.out, run.err));
        let report = all.get(0).unwrap_or(&all).clone();
        report["findings"].as_array().unwrap().len()
    };
    assert_eq!((found(&[], "tests/a.py"), found(&[], "src/a.py")), (1, 1));
    assert_eq!((found(&mine, "tests/a.py"), found(&mine, "src/a.py")), (0, 1));
    let lint = program.run(&[&mine[..], &["rules", "lint"]].concat()).out;
    assert!(
        lint.contains("mine/filter.yml:1: filters: it takes away some of what agent-code-sabotage of lazaret finds: Not in tests"),
        "{lint}"
    );
    assert!(lint.contains("mine/lost.yml:1: never matches: the filter refers to `nobody`, and no rule of any pack"), "{lint}");
    assert!(lint.contains("mine/unfit.yml:1: never matches: the filter takes nothing from agent-code-sabotage of lazaret"), "{lint}");
    let page = program.ok(&[&mine[..], &["rules", "explain", "agent-code-sabotage"]].concat());
    assert!(page.contains("filtered  by mine/filter.yml:1"), "{page}");
}

#[test]
fn documents_that_speak_for_others_are_understood() {
    let head = "title: Shared\naction: global\nlogsource:\n  product: git\ndetection:\n  selection:\n    source: mcp_agent\n  condition: selection\nlevel: low\n";
    let one =
        |name: &str, word: &str| format!("---\ntitle: {name}\nname: {name}\ndetection:\n  selection:\n    code_content|contains: {word}\n");
    let reset = "---\naction: reset\n";
    let whole = format!(
        "---\n{}",
        rule("selection:\n  code_content|contains: dd(\ncondition: selection").replace("title: Seen", "title: whole\nname: whole")
    );
    let again = "---\naction: repeat\ntitle: again\nname: again\nid: 55555555-5555-4555-8555-555555555555\ndetection:\n  selection:\n    code_content|contains: ee(\n";
    let text = format!("{head}{}{}{reset}{whole}{again}", one("first", "aa("), one("second", "bb("));
    let book = book(&[("a.yml", &text)]);
    assert_eq!(book.notes, []);
    let found = judged(&book, &change(AGENT, &[("src/app.py", "aa(1)\nbb(1)\ncc(1)\ndd(1)\nee(1)\n")])).findings;
    let mut said: Vec<String> =
        found.iter().map(|finding| format!("{} {} {}", finding.rule.0, finding.at, finding.severity.word())).collect();
    said.sort();
    assert_eq!(said, ["again src/app.py:5 high", "first src/app.py:1 low", "second src/app.py:2 low", "whole src/app.py:4 high"]);
}
