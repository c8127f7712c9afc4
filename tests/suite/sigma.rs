//! Rules of Sigma over real changes: what each part of the language matches, where the finding sits, what it says.

use std::sync::Arc;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::model::change::{Change, Texts};
use lazaret::model::pack::{Pack, PackFile};
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile};

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
    change_of(&Example { hits: true, about: String::new(), files, message: message.to_owned(), branch: "topic".to_owned() })
}

fn judged(book: &Arc<Rulebook>, (change, texts): &(Change, Texts)) -> Report {
    Engine::of(book, &Selection::default()).analyse(change, &|_| texts.clone())
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
    for (keywords, code, expected) in [("alpha", "the Alpha", true), ("al*ha", "al\nha", true), ("'omega'", "alpha", false)] {
        assert_eq!(matches(&format!("words:\n  - {keywords}\ncondition: words"), "x", code), expected, "{keywords}");
    }
}
