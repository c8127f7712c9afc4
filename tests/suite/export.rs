//! What leaves the program keeps its shape: report v1 and SARIF against their schemas, and nothing in any format acts on a
//! terminal.

use std::sync::Arc;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::export::judged::Judged;
use lazaret::export::paint::Paint;
use lazaret::export::sarif::{MOST_RESULTS, MOST_ROWS, Sarif};
use lazaret::export::{json, markdown, plain, queue};
use lazaret::model::change::Change;
use lazaret::model::commit_id::CommitId;
use lazaret::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource, Scope};
use lazaret::model::diff::{Content, FileDiff, FileStatus, Omission, all_added};
use lazaret::model::finding::{Finding, Fingerprint, Where};
use lazaret::model::inert;
use lazaret::model::link::Tied;
use lazaret::model::path::RepoPath;
use lazaret::model::report::{Report, Summary};
use lazaret::model::rule::Severity;
use lazaret::model::site::{Said, Voice};
use lazaret::model::story::{Claim, Story, Undisclosed, Verdict};
use lazaret::model::time::Timestamp;
use serde_json::Value;

const HOSTILE: &str = "x\x1b]0;owned\x07 \u{202e}evil\u{2066} \u{200b}\u{e0041} `a` <b> | @all\nnext\r\n";

/// Every example of every rule, judged; plus one report in which everything that can be hostile is.
fn judged() -> Vec<(Change, Report)> {
    let engine = Engine::new(&Selection::default());
    let examples = Rulebook::embedded().iter().flat_map(|rule| &rule.examples);
    let mut all: Vec<(Change, Report)> = examples
        .map(|example| {
            let (change, texts) = change_of(example);
            let report = engine.analyse(&change, &|_| texts.clone());
            (change, report)
        })
        .collect();
    all.push(hostile());
    all
}

fn hostile() -> (Change, Report) {
    let example = Rulebook::embedded().iter().flat_map(|rule| &rule.examples).find(|example| example.hits).unwrap();
    let (mut change, texts) = change_of(example);
    let mut report = Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone());
    let path = RepoPath::new(b"../\x1b[31mcaf\xe9\n\xe2\x80\xae.py");
    change.pull.title = HOSTILE.to_owned();
    change.pull.at.name = HOSTILE.to_owned();
    change.pull.branch = HOSTILE.to_owned();
    change.pull.author.name = HOSTILE.to_owned();
    change.pull.provenance.agent = Some("someone".to_owned());
    change.pull.provenance.name = HOSTILE.to_owned();
    change.pull.provenance.evidence = vec![HOSTILE.to_owned()];
    change.patch.files.push(FileDiff {
        old_path: None,
        new_path: Some(path.clone()),
        status: FileStatus::Added,
        old_mode: None,
        new_mode: None,
        content: Content::Text(all_added("a\n")),
    });
    let first = report.findings[0].clone();
    let places = [
        Where::Name(path.clone()),
        Where::File(path.clone()),
        Where::Message,
        Where::Branch,
        Where::Said(Box::new(Said { voice: Voice::Thread, by: "mal\u{202e}lory".to_owned(), id: 7, about: None })),
        Where::Commit(CommitId::parse(&"a".repeat(40)).unwrap()),
        Where::Dependency { manifest: path.clone(), name: HOSTILE.to_owned() },
    ];
    for at in places {
        report.findings.push(Finding {
            at,
            evidence: HOSTILE.to_owned(),
            title: HOSTILE.to_owned(),
            why: HOSTILE.to_owned(),
            ..first.clone()
        });
    }
    report.findings[0].tie(Tied::Finding(Fingerprint("0".repeat(16))), "both name `x`".to_owned());
    report.skipped.push(Omission { path: Some(path.clone()), why: HOSTILE.to_owned() });
    report.story = Story {
        claims: vec![Claim { text: HOSTILE.to_owned(), verdict: Verdict::Contradicted, places: vec![HOSTILE.to_owned()] }],
        undisclosed: vec![Undisclosed { fact: HOSTILE.to_owned(), severity: Severity::Medium, places: vec![HOSTILE.to_owned()] }],
        open: false,
    };
    report.dependencies.push(dependency(path));
    (change, report)
}

fn dependency(manifest: RepoPath) -> DependencyChange {
    let after = Dependency {
        ecosystem: Ecosystem::Npm,
        name: HOSTILE.to_owned(),
        written: None,
        version: HOSTILE.to_owned(),
        source: PackageSource::Git { url: HOSTILE.to_owned(), rev: HOSTILE.to_owned() },
        scope: Scope::Runtime,
        direct: true,
        hashes: Vec::new(),
        installs_code: true,
        line: 1,
    };
    DependencyChange {
        change: DependencyMove::Added,
        manifest,
        before: None,
        after: Some(after),
        notes: vec![HOSTILE.to_owned()],
        through: Vec::new(),
    }
}

fn schema(path: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn assert_valid(schema: &jsonschema::Validator, text: &[u8]) -> Value {
    let value: Value = serde_json::from_slice(text).unwrap();
    let mistakes: Vec<String> = schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    value
}

fn assert_inert(text: &[u8]) {
    let text = std::str::from_utf8(text).unwrap();
    let raw = text.chars().find(|c| *c != '\n' && inert::hidden(*c).is_some());
    assert_eq!(raw, None, "in {text}");
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    out
}

#[test]
fn every_report_is_a_report_v1() {
    let schema = schema("docs/report-v1.schema.json");
    for (change, report) in judged() {
        let judged = Judged { change: &change, report: &report };
        let pretty = written(|out| json::report(out, judged));
        let line = written(|out| json::line(out, judged));
        assert_inert(&pretty);
        assert_inert(&line);
        assert_eq!(assert_valid(&schema, &pretty), assert_valid(&schema, &line));
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1, "one report is one line");
    }
}

#[test]
fn json_keeps_what_it_escapes() {
    let (change, report) = hostile();
    let line = written(|out| json::line(out, Judged { change: &change, report: &report }));
    let value: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(value["change"]["title"], HOSTILE);
    assert_eq!(value["claims"][0]["verdict"], "contradicted");
    assert_eq!(value["dependencies"][0]["change"], "added");
}

#[test]
fn an_array_of_reports_is_json_from_none_to_many() {
    let all = judged();
    for count in [0, 1, 3] {
        let text = written(|out| {
            let mut array = json::Array::default();
            for (change, report) in all.iter().take(count) {
                array.add(out, Judged { change, report })?;
            }
            array.finish(out)
        });
        assert_eq!(serde_json::from_slice::<Vec<Value>>(&text).unwrap().len(), count);
    }
}

#[test]
fn sarif_follows_the_standard() {
    let schema = schema("tests/data/sarif-2.1.0.schema.json");
    let all = judged();
    let mut sarif = Sarif::new(Rulebook::embedded().iter());
    all.iter().for_each(|(change, report)| sarif.add(Judged { change, report }));
    sarif.fail("branch x could not be read");
    let text = written(|out| sarif.finish(out));
    assert_inert(&text);
    let log = assert_valid(&schema, &text);
    let run = &log["runs"][0];
    assert_eq!(
        run["results"].as_array().unwrap().len(),
        all.iter().map(|(_, report)| report.findings.len()).sum::<usize>().min(MOST_RESULTS)
    );
    for result in run["results"].as_array().unwrap() {
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap_or("");
        assert!(!uri.contains("..") && !uri.starts_with('/'), "{uri}");
    }
    assert!(!serde_json::to_string(&log).unwrap().contains('\u{202e}'), "a reader that decodes it sees marks, not controls");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let rows = run["properties"]["dependencies"].as_array().unwrap();
    assert_eq!(rows.len(), all.iter().map(|(_, report)| report.dependencies.len()).sum::<usize>());
    let fields = ["of", "ecosystem", "name", "change", "before", "after", "direct", "scope", "manifest", "notes"];
    assert!(rows.iter().all(|row| fields.iter().all(|field| row.get(field).is_some())), "{rows:?}");
}

#[test]
fn sarif_lists_no_more_packages_than_it_says() {
    let (change, mut report) = hostile();
    report.dependencies = vec![report.dependencies[0].clone(); MOST_ROWS + 7];
    let mut sarif = Sarif::new(Rulebook::embedded().iter());
    sarif.add(Judged { change: &change, report: &report });
    let log: Value = serde_json::from_slice(&written(|out| sarif.finish(out))).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["properties"]["dependencies"].as_array().unwrap().len(), MOST_ROWS);
    assert!(run["invocations"][0]["toolExecutionNotifications"].to_string().contains("7 more packages that changed were left out"));
}

#[test]
fn sarif_keeps_the_most_serious_results_and_says_what_it_left_out() {
    let (change, mut report) = hostile();
    let finding = Finding { severity: Severity::Low, ..report.findings[0].clone() };
    report.findings = vec![finding.clone(); MOST_RESULTS * 3];
    report.findings.push(Finding { severity: Severity::Critical, ..finding });
    let mut sarif = Sarif::new(Rulebook::embedded().iter());
    sarif.add(Judged { change: &change, report: &report });
    let log: Value = serde_json::from_slice(&written(|out| sarif.finish(out))).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), MOST_RESULTS);
    assert_eq!(run["results"][0]["properties"]["severity"], "critical");
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("10001 less serious results were left out"), "{notes}");
}

#[test]
fn words_for_people_cannot_act() {
    for (change, report) in judged() {
        let judged = Judged { change: &change, report: &report };
        assert_inert(&written(|out| plain::report(out, judged, Paint::None)));
        assert_inert(&written(|out| markdown::report(out, judged)));
        let rows = [queue::Row { pull: change.pull.clone(), summary: Ok(Summary::of(&change, &report)) }];
        assert_inert(&written(|out| queue::table(out, &rows, Timestamp::default(), Paint::None)));
        assert_inert(&written(|out| queue::json(out, HOSTILE, &rows, &report.skipped)));
    }
}

#[test]
fn colours_touch_only_our_own_words() {
    let (change, report) = hostile();
    let painted = written(|out| plain::report(out, Judged { change: &change, report: &report }, Paint::Ansi));
    let painted = String::from_utf8(painted).unwrap();
    let mut bare = painted.clone();
    for code in ["0", "1", "2", "31", "32", "33", "36", "1;31"] {
        bare = bare.replace(&format!("\x1b[{code}m"), "");
    }
    assert_ne!(painted, bare);
    assert_inert(bare.as_bytes());
}

#[test]
fn a_plain_report_says_what_where_why_and_what_was_not_seen() {
    let (change, report) = hostile();
    let text = String::from_utf8(written(|out| plain::report(out, Judged { change: &change, report: &report }, Paint::None))).unwrap();
    let first = &report.findings[0];
    for part in [
        first.severity.word(),
        &first.why,
        &first.fix,
        first.rule.0,
        &first.at.to_string(),
        "CONTRADICTED",
        "not mentioned",
        "not looked at",
    ] {
        assert!(text.contains(&*inert::line(part)), "{part:?} is missing in {text}");
    }
}

#[test]
fn the_queue_puts_the_unknown_and_the_urgent_first() {
    let all = judged();
    let mut rows: Vec<queue::Row> =
        all.iter().map(|(change, report)| queue::Row { pull: change.pull.clone(), summary: Ok(Summary::of(change, report)) }).collect();
    rows.push(queue::Row { pull: all[0].0.pull.clone(), summary: Err("its tree cannot be read".to_owned()) });
    queue::sort(&mut rows);
    assert!(rows[0].summary.is_err());
    let scores: Vec<u8> = rows.iter().filter_map(|row| Some(row.summary.as_ref().ok()?.risk.score)).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    let table = String::from_utf8(written(|out| queue::table(out, &rows, Timestamp::default(), Paint::None))).unwrap();
    assert_eq!(table.lines().count(), rows.len() + 1);
    let shared = Arc::new(rows);
    assert_eq!(written(|out| queue::jsonl(out, &shared)).iter().filter(|byte| **byte == b'\n').count(), shared.len());
}

/// A rule of somebody else may say neither why it matters nor what would make it fine.
#[test]
fn words_that_a_rule_does_not_have_leave_no_empty_line() {
    let (change, mut report) = hostile();
    report.findings.truncate(1);
    report.findings[0].why.clear();
    report.findings[0].fix.clear();
    let text = String::from_utf8(written(|out| plain::report(out, Judged { change: &change, report: &report }, Paint::None))).unwrap();
    assert!(!text.lines().any(|line| matches!(line.trim(), "why" | "fine")), "{text}");
}
