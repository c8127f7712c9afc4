//! Results of other tools: `--import` takes SARIF as Semgrep, CodeQL, zizmor, gitleaks and lazaret write it, tells what is of the change,
//! folds what says the same, and says what became of the rest.

use serde_json::{Value, json};

use crate::program::Program;
use crate::pty::Pty;
use crate::world::World;

const BEFORE: &str = "import os\n\n\ndef old(cmd):\n    os.system(cmd)\n";
const AFTER: &str = "import os\nimport sqlite3\n\n\ndef old(cmd):\n    os.system(cmd)\n\n\ndef find(name):\n    db = sqlite3.connect('x.db')\n    return db.execute('SELECT * FROM t WHERE n = ' + name)\n\n\ndef run(cmd):\n    os.system('sh -c ' + cmd)\n";
const WORKFLOW: &str = "name: ci\non: pull_request\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo \"${{ github.event.pull_request.title }}\"\n";

/// A repository whose branch `claude/find` adds a query, a shell, a workflow and a file with a password.
fn world() -> (World, Program) {
    let mut world = World::empty();
    world.write("app/db.py", BEFORE);
    world.write("app/other.py", "eval(x)\n");
    world.commit("Begin");
    let secret = format!("host = 'db.example'\nsmtp_pass = '{}'\n", password());
    let files = [("app/db.py", AFTER), (".github/workflows/ci.yml", WORKFLOW), ("app/mail.py", secret.as_str())];
    world.agent_branch("claude/find", "Find rows by name", &files);
    let program = Program::new(world.path(), world.beside("home"));
    (world, program)
}

/// A value that no form of an issuer has.
fn password() -> String {
    ["tr0ub4dor", "-and-", "3-horses"].concat()
}

fn log(run: &Value) -> Value {
    json!({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})
}

fn at(uri: &str, line: u32, snippet: &str) -> Value {
    json!([{"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": line, "endLine": line, "startColumn": 5, "endColumn": 20, "snippet": {"text": snippet}}}}])
}

/// What Semgrep writes: ids with dots, tags for weakness and confidence, the text of the line.
fn semgrep() -> Value {
    let rule = |id: &str, level: &str, cwe: &str| {
        json!({"id": id, "name": id, "defaultConfiguration": {"level": level}, "fullDescription": {"text": "Long words."},
            "help": {"markdown": "x", "text": "x"}, "helpUri": format!("https://semgrep.example/r/{id}"),
            "properties": {"precision": "very-high", "tags": [cwe, "HIGH CONFIDENCE", "OWASP-A03:2021 - Injection", "security"]}})
    };
    log(&json!({
        "tool": {"driver": {"name": "Semgrep OSS", "semanticVersion": "1.97.0", "rules": [
            rule("python.lang.security.audit.dangerous-system-call.dangerous-system-call", "error", "CWE-78: OS Command Injection"),
            rule("python.django.security.injection.sql.sqli", "warning", "CWE-943: Query Injection"),
        ]}},
        "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": []}],
        "results": [
            {"ruleId": "python.lang.security.audit.dangerous-system-call.dangerous-system-call", "message": {"text": "A shell is run. Do not."},
             "locations": at("app/db.py", 6, "    os.system(cmd)"), "fingerprints": {"matchBasedId/v1": "requires login"}},
            {"ruleId": "python.lang.security.audit.dangerous-system-call.dangerous-system-call", "message": {"text": "A shell is run. Do not."},
             "locations": at("app/db.py", 15, "    os.system('sh -c ' + cmd)")},
            {"ruleId": "python.django.security.injection.sql.sqli", "message": {"text": "A query is put together. Use parameters."},
             "locations": at("app/db.py", 11, "requires login")},
            {"ruleId": "python.lang.security.audit.eval-detected.eval-detected", "message": {"text": "eval"},
             "locations": at("app/other.py", 1, "eval(x)")},
        ],
    }))
}

fn import(world: &World, name: &str, log: &Value) -> String {
    let path = world.beside(name);
    std::fs::write(&path, serde_json::to_vec_pretty(log).unwrap()).unwrap();
    path.display().to_string()
}

fn report(program: &Program, files: &[&str]) -> Value {
    let mut args = vec!["scan", "main..claude/find", "--format", "json", "--fail-on", "never"];
    files.iter().for_each(|file| args.extend(["--import", file]));
    serde_json::from_str(&program.ok(&args)).unwrap()
}

fn by<'r>(report: &'r Value, rule: &str) -> Vec<&'r Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).collect()
}

fn others(report: &Value) -> String {
    report["imports"].to_string()
}

#[test]
fn semgrep_is_told_where_the_change_adds_lines_and_folded_where_we_saw_it() {
    let (world, program) = world();
    let file = import(&world, "semgrep.sarif", &semgrep());
    let report = report(&program, &[&file]);
    let queries = by(&report, "semgrep/python.django.security.injection.sql.sqli");
    assert_eq!(queries.len(), 1, "{report:#}");
    assert_eq!(queries[0]["where"]["line"], 11);
    assert_eq!(queries[0]["title"], "A query is put together");
    assert_eq!(queries[0]["severity"], "medium");
    assert_eq!(queries[0]["tool"], json!({"name": "semgrep", "version": "1.97.0"}));
    assert_eq!(queries[0]["references"][0], "CWE-943");
    assert!(queries[0]["evidence"].as_str().unwrap().contains("SELECT * FROM t"), "{}", queries[0]);
    let shells = by(&report, "shell-nonliteral");
    assert_eq!(shells.len(), 1, "{report:#}");
    assert_eq!(shells[0]["also_seen_by"][0]["name"], "semgrep");
    assert_eq!(shells[0]["also_seen_by"][0]["rule"], "python.lang.security.audit.dangerous-system-call.dangerous-system-call");
    assert!(shells[0]["tool"].is_null());
    let import = &report["imports"][0];
    assert_eq!([&import["results"], &import["taken"], &import["folded"]], [4, 1, 1]);
    assert!(others(&report).contains("1 on lines that this change does not touch: app/db.py:6 semgrep/python.lang"), "{import:#}");
    assert!(others(&report).contains("1 in files that this change does not touch: app/other.py:1"), "{import:#}");
}

#[test]
fn every_report_names_the_tool() {
    let (world, program) = world();
    let file = import(&world, "semgrep.sarif", &semgrep());
    let scan = |format: &str| program.run(&["scan", "main..claude/find", "--import", &file, "--format", format]).out;
    let plain = scan("plain");
    assert!(plain.contains("also  seen by semgrep 1.97.0: python.lang.security.audit.dangerous-system-call"), "{plain}");
    assert!(plain.contains("semgrep/python.django.security.injection.sql.sqli") && plain.contains("seen by semgrep 1.97.0"), "{plain}");
    assert!(plain.contains("imported\n") && plain.contains("of semgrep 1.97.0 (4 results, sha256 "), "{plain}");
    let markdown = scan("markdown");
    assert!(markdown.contains("Seen by `semgrep 1.97.0`.") && markdown.contains("### Imported"), "{markdown}");
    assert!(scan("jsonl").contains("\"tool\":{\"name\":\"semgrep\""));
    let sarif: Value = serde_json::from_str(&scan("sarif")).unwrap();
    let tools: Vec<&Value> = sarif["runs"][0]["results"].as_array().unwrap().iter().map(|result| &result["properties"]["tool"]).collect();
    assert!(tools.contains(&&json!("semgrep 1.97.0")), "{tools:?}");
}

#[test]
fn our_own_file_folds_into_what_we_find_again() {
    let (world, program) = world();
    let own = program.run(&["scan", "main..claude/find", "--format", "sarif"]).out;
    let file = import(&world, "own.sarif", &serde_json::from_str(&own).unwrap());
    let (plain, again) = (report(&program, &[]), report(&program, &[&file]));
    assert_eq!(plain["findings"], again["findings"]);
    assert_eq!(again["imports"][0]["folded"].as_u64().unwrap() as usize, plain["findings"].as_array().unwrap().len());
    assert!(plain["findings"].as_array().unwrap().len() > 1);
}

/// What CodeQL writes: rules in an extension, weaknesses as tags, a score, and the way the data takes.
#[test]
fn codeql_is_placed_on_the_line_of_its_flow_that_the_change_adds() {
    let (world, program) = world();
    let place = |line: u32| json!({"physicalLocation": {"artifactLocation": {"uri": "app/db.py", "uriBaseId": "%SRCROOT%", "index": 0}, "region": {"startLine": line}}});
    let root = format!("file://{}/", world.path().display());
    let run = json!({
        "tool": {"driver": {"name": "CodeQL", "organization": "GitHub", "semanticVersion": "2.20.1"}, "extensions": [{"name": "codeql/python-queries", "semanticVersion": "1.4.0",
            "rules": [{"id": "py/sql-injection", "name": "py/sql-injection", "shortDescription": {"text": "SQL query built from user-controlled sources"},
                "fullDescription": {"text": "Building a query from what a user says lets him change it."}, "defaultConfiguration": {"enabled": true, "level": "error"},
                "properties": {"tags": ["security", "external/cwe/cwe-089"], "precision": "high", "problem.severity": "error", "security-severity": "8.8"}}]}]},
        "originalUriBaseIds": {"%SRCROOT%": {"uri": root}},
        "artifacts": [{"location": {"uri": "app/db.py", "uriBaseId": "%SRCROOT%", "index": 0}}],
        "results": [{"ruleId": "py/sql-injection", "rule": {"id": "py/sql-injection", "index": 0, "toolComponent": {"index": 0}},
            "message": {"text": "This query depends on a [user-provided value](1)."}, "locations": [place(6)],
            "partialFingerprints": {"primaryLocationLineHash": "39fa2ee980eb94b0:1"},
            "codeFlows": [{"threadFlows": [{"locations": [{"location": place(9)}, {"location": place(11)}, {"location": place(6)}]}]}]}],
    });
    let report = report(&program, &[&import(&world, "codeql.sarif", &log(&run))]);
    let found = by(&report, "codeql/py/sql-injection");
    assert_eq!(found.len(), 1, "{report:#}");
    assert_eq!((&found[0]["where"]["line"], &found[0]["severity"]), (&json!(9), &json!("high")));
    assert_eq!(found[0]["title"], "This query depends on a user-provided value");
    assert!(found[0]["why"].as_str().unwrap().contains("app/db.py:9 → app/db.py:11 → app/db.py:6"), "{}", found[0]);
}

/// What zizmor writes: its own name before each id, and plain paths.
#[test]
fn zizmor_folds_into_our_rule_of_the_same_kind() {
    let (world, program) = world();
    let line = |uri: &str, line: u32| json!([{"logicalLocations": [{"properties": {"symbolic": {"annotation": "here"}}}], "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line, "endLine": line, "snippet": {"text": "run: echo"}, "sourceLanguage": "yaml"}}, "message": {"text": "here"}}]);
    let run = json!({
        "tool": {"driver": {"name": "zizmor", "version": "1.5.0", "semanticVersion": "1.5.0", "downloadUri": "https://zizmor.example", "rules": [
            {"id": "zizmor/template-injection", "name": "template-injection", "help": {"markdown": "`template-injection`", "text": "x"}, "helpUri": "https://docs.zizmor.example/audits/#template-injection", "properties": {"tags": ["security"]}}]}},
        "invocations": [{"executionSuccessful": true}],
        "results": [
            {"ruleId": "zizmor/template-injection", "level": "error", "kind": "fail", "message": {"text": "code injection via template expansion"},
             "locations": line(".github/workflows/ci.yml", 8), "properties": {"zizmor/confidence": "High", "zizmor/persona": "Regular", "zizmor/severity": "High"}},
            {"ruleId": "zizmor/unnamed-thing", "level": "note", "kind": "fail", "message": {"text": "says little"},
             "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file://.github/workflows/ci.yml"}, "region": {"startLine": 5}}}], "properties": {"zizmor/confidence": "Low"}},
        ],
    });
    let report = report(&program, &[&import(&world, "zizmor.sarif", &log(&run))]);
    let ours = by(&report, "workflow-expression-injection");
    assert_eq!(ours[0]["also_seen_by"][0]["rule"], "template-injection", "{report:#}");
    let own = by(&report, "zizmor/unnamed-thing");
    assert_eq!((&own[0]["where"]["line"], &own[0]["severity"], &own[0]["class"]), (&json!(5), &json!("low"), &json!("execution")));
}

/// What gitleaks writes: the secret itself as the snippet, no level, and the commit.
fn gitleaks(commit: &str, line: u32, secret: &str) -> Value {
    log(&json!({
        "tool": {"driver": {"name": "gitleaks", "semanticVersion": "v8.24.0", "informationUri": "https://gitleaks.example", "rules": [{"id": "generic-api-key", "shortDescription": {"text": "Detected a Generic API Key"}}]}},
        "results": [{"message": {"text": format!("generic-api-key has detected secret for file app/mail.py: {secret}.")}, "ruleId": "generic-api-key",
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "app/mail.py"}, "region": {"startLine": line, "startColumn": 2, "endLine": line, "endColumn": 40, "snippet": {"text": secret}}}}],
            "partialFingerprints": {"commitSha": commit, "email": "noreply@anthropic.com", "author": "Claude", "date": "2026-01-05T09:01:00Z", "commitMessage": "Find rows by name"},
            "properties": {"tags": []}}],
    }))
}

#[test]
fn the_secret_that_gitleaks_names_is_shown_nowhere() {
    let (world, program) = world();
    let head = world.id("claude/find");
    let file = import(&world, "gitleaks.sarif", &gitleaks(&head, 2, &password()));
    let report = report(&program, &[&file]);
    let found = by(&report, "gitleaks/generic-api-key");
    assert_eq!(found.len(), 1, "{report:#}");
    assert_eq!((&found[0]["class"], &found[0]["severity"]), (&json!("secret"), &json!("medium")));
    assert_eq!(found[0]["evidence"], "smtp_pass = '[SECRET]'");
    for format in ["plain", "json", "jsonl", "sarif", "markdown"] {
        let run = program.run(&["scan", "main..claude/find", "--import", &file, "--format", format]);
        assert!(!run.out.contains(&password()) && !run.err.contains(&password()), "{format}: {}", run.out);
    }
}

#[test]
fn a_secret_that_went_away_again_is_told_on_its_commit() {
    let (mut world, program) = world();
    world.checkout("claude/find");
    let with = world.id("claude/find");
    world.write("app/mail.py", "host = 'db.example'\n");
    world.commit_as(crate::world::CLAUDE, "Clean up");
    world.checkout("main");
    let there = report(&program, &[&import(&world, "a.sarif", &gitleaks(&with, 2, &password()))]);
    let found = by(&there, "gitleaks/generic-api-key");
    assert_eq!((&found[0]["where"]["kind"], &found[0]["where"]["commit"]), (&json!("commit"), &json!(with)), "{there:#}");
    let strange = report(&program, &[&import(&world, "b.sarif", &gitleaks(&"a".repeat(40), 2, &password()))]);
    assert!(by(&strange, "gitleaks/generic-api-key").is_empty());
    assert!(others(&strange).contains("1 in commits that are not of this change"), "{}", others(&strange));
}

#[test]
fn tools_that_say_the_same_are_one_finding() {
    let (world, program) = world();
    let bandit = log(
        &json!({"tool": {"driver": {"name": "Bandit", "version": "1.8.0", "rules": [{"id": "B608", "name": "hardcoded_sql_expressions", "properties": {"tags": ["security", "external/cwe/cwe-943"], "precision": "low"}}]}},
        "results": [{"ruleId": "B608", "ruleIndex": 0, "level": "warning", "message": {"text": "Possible SQL injection."}, "locations": at("./app/db.py", 11, "return db.execute(")}]}),
    );
    let files = [import(&world, "semgrep.sarif", &semgrep()), import(&world, "bandit.sarif", &bandit)];
    let report = report(&program, &[&files[0], &files[1]]);
    assert!(by(&report, "bandit/B608").is_empty(), "{report:#}");
    let found = by(&report, "semgrep/python.django.security.injection.sql.sqli");
    assert_eq!(found[0]["also_seen_by"][0], json!({"name": "bandit", "version": "1.8.0", "rule": "B608", "severity": "medium"}));
    assert_eq!([&report["imports"][1]["taken"], &report["imports"][1]["folded"]], [0, 1]);
}

#[test]
fn what_was_decided_elsewhere_is_counted_and_a_comment_of_the_change_silences_nothing() {
    let (world, program) = world();
    let one = |more: Value| {
        let mut result = json!({"ruleId": "own-rule", "level": "error", "message": {"text": "Odd"}, "locations": at("app/db.py", 11, "")});
        result.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let file = import(&world, "one.sarif", &log(&json!({"tool": {"driver": {"name": "Own Tool"}}, "results": [result]})));
        let report = report(&program, &[&file]);
        (by(&report, "own-tool/own-rule").len(), report)
    };
    let (found, report) = one(json!({"suppressions": [{"kind": "external", "status": "accepted"}]}));
    assert!(found == 0 && others(&report).contains("1 suppressed outside the code"), "{report:#}");
    let (found, report) = one(json!({"baselineState": "unchanged"}));
    assert!(found == 0 && others(&report).contains("1 that the tool calls unchanged"), "{report:#}");
    let (found, report) = one(json!({"kind": "pass"}));
    assert!(found == 0 && others(&report).contains("1 that the tool calls passed or gone"), "{report:#}");
    let (found, report) = one(json!({"suppressions": [{"kind": "inSource"}]}));
    assert!(found == 1 && by(&report, "own-tool/own-rule")[0]["why"].as_str().unwrap().starts_with("A comment beside it"), "{report:#}");
    let (found, report) = one(json!({"suppressions": [{"kind": "external", "status": "underReview"}]}));
    assert!(found == 1 && by(&report, "own-tool/own-rule")[0]["severity"] == "medium", "{report:#}");
    let (found, report) = one(json!({"locations": at("app/db.py", 11, "something else entirely")}));
    assert!(found == 0 && others(&report).contains("1 where the line reads otherwise than the tool saw it"), "{report:#}");
}

#[test]
fn places_outside_are_named_and_absolute_ones_inside_found() {
    let (world, program) = world();
    let place = |uri: &str| json!({"ruleId": "r", "message": {"text": "Odd"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 11}}}]});
    let inside = format!("file://{}/app/db.py", world.path().display());
    let results = json!([place(&inside), place("/etc/passwd"), place("../../up.py"), place("https://host.example/x"), {"ruleId": "r", "message": {"text": "nowhere"}}, {"ruleId": 7}, 12]);
    let report = report(&program, &[&import(&world, "x.sarif", &log(&json!({"tool": {"driver": {"name": "t"}}, "results": results})))]);
    assert_eq!(by(&report, "t/r").len(), 1, "{report:#}");
    let says = others(&report);
    assert!(says.contains("3 outside the repository: /etc/passwd:11 t/r, ../../up.py:11 t/r, https://host.example/x:11 t/r"), "{says}");
    assert!(
        says.contains("1 without a place") && says.contains("2 of run 1 (t) not in the shape of a result, the first is number 6"),
        "{says}"
    );
}

#[test]
fn rules_of_other_tools_can_be_left_out_by_name() {
    let (world, program) = world();
    let file = import(&world, "semgrep.sarif", &semgrep());
    let rule = "semgrep/python.django.security.injection.sql.sqli";
    let scan = |more: &[&str]| program.run(&[&["scan", "main..claude/find", "--import", &file, "--format", "json"], more].concat());
    let without = scan(&["--skip-rule", rule]);
    let report: Value = serde_json::from_str(&without.out).unwrap();
    assert!(by(&report, rule).is_empty() && others(&report).contains("1 of rules that were not asked for"), "{report:#}");
    let only: Value = serde_json::from_str(&scan(&["--rule", rule]).out).unwrap();
    assert_eq!(only["findings"].as_array().unwrap().len(), 1);
    scan(&["--rule", "semgrep/none"]).is_failure("no rule is called 'semgrep/none'");
}

#[test]
fn what_was_imported_is_part_of_the_decision() {
    let (world, program) = world();
    world.git(&["config", "user.name", "Reviewer"]);
    world.git(&["config", "user.email", "reviewer@example.com"]);
    let kept = |name: &str| -> Vec<(std::path::PathBuf, Value)> {
        let files = crate::program::files(&program.home).into_iter().filter(|(path, _)| path.ends_with(name));
        files.map(|(path, bytes)| (path, serde_json::from_slice(&bytes).unwrap())).collect()
    };
    let mut later = semgrep();
    later["runs"][0]["tool"]["driver"]["semanticVersion"] = json!("1.98.0");
    let files = [import(&world, "semgrep.sarif", &semgrep()), import(&world, "later.sarif", &later)];
    for args in [&[][..], &["--import", &files[0]], &["--import", &files[1]], &["--import", &files[0]]] {
        program.ok(&[&["quarantine", "claude/find", "--reason", "look", "--yes"], args].concat());
        program.ok(&["release", "claude/find", "--reason", "looked", "--yes"]);
        crate::program::a_second_later();
    }
    let digests: std::collections::BTreeSet<String> = kept("manifest.json").iter().filter_map(|(_, manifest)| rules_of(manifest)).collect();
    assert_eq!(digests.len(), 3, "one for no file, one for each file: {digests:?}");
    let named: std::collections::BTreeSet<String> =
        kept("1.findings.json").iter().filter_map(|(_, report)| Some(report["imports"][0]["sha256"].as_str()?.to_owned())).collect();
    assert_eq!(named, files.iter().map(|file| sha256(&std::fs::read(file).unwrap())).collect());
}

/// The digest of rules in a manifest.
fn rules_of(manifest: &Value) -> Option<String> {
    match manifest {
        Value::Object(map) => map.iter().find_map(|(name, value)| match value {
            Value::String(digest) if name == "rules_sha256" => Some(digest.clone()),
            value => rules_of(value),
        }),
        Value::Array(list) => list.iter().find_map(rules_of),
        _ => None,
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn hostile_words_cannot_act() {
    let (world, program) = world();
    let evil = "\u{1b}[2J\u{202e}evil\u{200b}";
    let run = json!({"tool": {"driver": {"name": evil, "version": evil, "rules": [{"id": evil, "helpUri": evil, "fullDescription": {"text": evil}}]}},
    "invocations": [{"executionSuccessful": false, "toolExecutionNotifications": [{"level": "error", "message": {"text": evil}}]}],
    "results": [
        {"ruleId": evil, "message": {"text": evil}, "locations": at("app/db.py", 11, ""), "properties": {"tags": [evil]}},
        {"ruleId": evil, "message": {"text": evil}, "locations": at(&format!("/x/{evil}"), 11, "")},
    ]});
    let file = import(&world, "evil.sarif", &log(&run));
    for format in ["plain", "json", "markdown", "sarif"] {
        let run = program.run(&["scan", "main..claude/find", "--import", &file, "--format", format]);
        assert!(![run.out, run.err].concat().contains(['\u{1b}', '\u{202e}', '\u{200b}']), "{format}");
    }
    assert!(program.run(&["scan", "main..claude/find", "--import", &file]).out.contains("says that it did not succeed"));
}

/// A file that is none is left out alone and told; nothing is decided without it, and `rules lint` answers with 2.
#[test]
fn what_is_no_sarif_is_left_out_with_file_and_line() {
    let (world, program) = world();
    let good = import(&world, "good.sarif", &semgrep());
    let plain = program.run(&["scan", "main..claude/find", "--import", &good, "--format", "json"]);
    let findings = |out: &str| serde_json::from_str::<Value>(out).unwrap()["findings"].clone();
    let leave_out = |name: &str, bytes: &[u8], part: &str| {
        let path = world.beside(name);
        std::fs::write(&path, bytes).unwrap();
        let path = path.to_str().unwrap();
        let scan = program.run(&["scan", "main..claude/find", "--import", &good, "--import", path, "--format", "json"]);
        assert_eq!((scan.code, findings(&scan.out)), (plain.code, findings(&plain.out)), "{name}: {}", scan.err);
        assert!(scan.err.contains(part) && scan.err.trim_end().ends_with("; it was left out"), "{name}: {}", scan.err);
        let report: Value = serde_json::from_str(&scan.out).unwrap();
        assert!(report["imports"][1]["others"][0].as_str().unwrap().starts_with("left out: "), "{report:#}");
        let skipped: Vec<&str> = report["skipped"].as_array().unwrap().iter().map(|one| one["why"].as_str().unwrap()).collect();
        assert!(skipped.iter().any(|why| why.contains(part)), "{name}: {skipped:?}");
        assert_eq!(program.run(&["list", "--import", path]).code, 0, "{name}");
        program.fails(&["approve", "claude/find", "--yes", "--import", path], "; nothing is decided without it");
        let lint = program.run(&["rules", "lint", "--import", path]);
        let (file, says) = part.split_once(": ").unwrap();
        assert_eq!(lint.code, 2, "{name}: {}", lint.out);
        assert!(lint.out.contains(&format!("{file}: left out: {says}")), "{name}: {}", lint.out);
    };
    let whole = serde_json::to_vec_pretty(&semgrep()).unwrap();
    let lines = whole[..whole.len() / 2].iter().filter(|byte| **byte == b'\n').count() + 1;
    leave_out("cut.sarif", &whole[..whole.len() / 2], &format!("cut.sarif:{lines}: ends in the middle; "));
    leave_out(
        "old.sarif",
        b"{\n\"version\": \"2.0.0\", \"runs\": []}",
        "old.sarif:2: is SARIF of version 2.0.0, and 2.1.0 is what can be read",
    );
    leave_out("one.sarif", b"{\"version\": \"1.0.0\", \"runs\": [{\"results\": 3}]}", "one.sarif:1: is SARIF of version 1.0.0");
    leave_out("leaks.json", b"[{\"Description\": \"x\"}]", "leaks.json:1: is JSON and no SARIF: it has neither `version` nor `runs`");
    leave_out("other.json", b"{\"results\": []}", "other.json:1: is JSON and no SARIF: it has neither `version` nor `runs`");
    leave_out("no.sarif", b"id: x\n", "no.sarif:1: is not JSON (");
    leave_out("runs.sarif", b"{\"version\": \"2.1.0\"}", "runs.sarif:1: is SARIF without `runs`");
    leave_out(
        "shape.sarif",
        b"{\"version\": \"2.1.0\",\n\"runs\": [{\"results\": 3}]}",
        "shape.sarif:2: is not in the shape of SARIF 2.1.0 (",
    );
    leave_out("utf16.sarif", b"\xff\xfe{\0}\0", "utf16.sarif:1: is UTF-16");
    leave_out("bytes.sarif", b"{\n\"version\": \"\xff\"}", "bytes.sarif:2: is not UTF-8 at byte 14");
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let deep = format!("{{\"version\": \"2.1.0\", \"runs\": [{{\"results\": [{{\"properties\": {{\"a\": {open}{close}}}}}]}}]}}");
    leave_out("deep.sarif", deep.as_bytes(), "deep.sarif:1: is nested deeper than any tool writes, at column ");
}

#[test]
fn a_file_of_500_mib_is_left_out_and_one_that_is_not_there_is_refused() {
    let (world, program) = world();
    let path = world.beside("huge.sarif");
    std::fs::File::create(&path).unwrap().set_len(500 * 1024 * 1024).unwrap();
    let scan = program.run(&["scan", "main..claude/find", "--import", path.to_str().unwrap()]);
    assert_eq!(scan.code, program.run(&["scan", "main..claude/find"]).code);
    assert!(
        scan.err.contains("huge.sarif: is larger than 64 MiB and was not read") && scan.out.contains("left out: is larger"),
        "{}",
        scan.out
    );
    program.fails(&["scan", "main..claude/find", "--import", "nowhere.sarif"], "nowhere.sarif: cannot be read (");
    program.fails(&["scan", "main..claude/find", "--import", world.path().to_str().unwrap()], "is a folder");
    program.fails(&["sweep", "org:acme", "--import", "x.sarif"], "--import is about one repository");
}

/// Results that lie elsewhere are left out alone, and the others count.
#[test]
fn lint_names_results_outside_of_the_repository() {
    let (world, program) = world();
    let result = |uri: &str| json!({"ruleId": "own-rule", "level": "error", "message": {"text": "Odd"}, "locations": at(uri, 11, "")});
    let run =
        json!({"tool": {"driver": {"name": "t"}}, "results": [result("../../etc/passwd"), result("app/db.py"), result("/etc/shadow")]});
    let file = import(&world, "out.sarif", &log(&run));
    let lint = program.run(&["rules", "lint", "--import", &file]);
    assert_eq!(lint.code, 2, "{}", lint.out);
    assert!(lint.out.contains("out.sarif: left out: 2 of 3 results lie outside of the repository here"), "{}", lint.out);
    assert_eq!(by(&report(&program, &[&file]), "t/own-rule").len(), 1);
    assert_eq!(program.run(&["rules", "lint", "--import", &import(&world, "good.sarif", &semgrep())]).code, 0);
}

#[test]
fn more_results_than_anybody_reads_are_counted() {
    let (world, program) = world();
    let one = json!({"ruleId": "r", "message": {"text": "Odd"}, "locations": at("app/other.py", 1, "eval(x)")});
    let run = json!({"tool": {"driver": {"name": "t"}}, "results": vec![one; 25_010]});
    let report = report(&program, &[&import(&world, "many.sarif", &log(&run))]);
    assert_eq!(report["imports"][0]["results"], 25_010);
    assert!(others(&report).contains("only the first 25000 results were read"), "{}", others(&report));
}

#[test]
fn the_console_shows_the_tool_on_row_and_card() {
    let (world, _) = world();
    let file = import(&world, "semgrep.sarif", &semgrep());
    let home = tempfile::tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin("lazaret");
    let folder = world.path();
    let mut pty = Pty::start_in(
        home.path(),
        program,
        &["main..claude/find", "--repo", folder.to_str().unwrap(), "--import", &file],
        "theme = \"dark\"\n",
        &[],
    );
    pty.shows("pasted into a script").press("ee").shows("semgrep: A query is put together");
    pty.press("\r").shows("seen by semgrep 1.97.0; vulnerability").shows("semgrep/python.django");
    pty.press("q").shows("? help").press("=").shows("Imported");
    pty.press("qqq");
    assert_eq!(pty.ends(), 0);
}

/// What the base revision accepts holds for a tool that speaks of it by the same name; what the change accepts does not.
#[test]
fn gitleaksignore_of_the_base_holds_for_what_gitleaks_itself_found() {
    let with = |ignored: &dyn Fn(&str) -> String, on_base: bool| {
        let mut world = World::empty();
        world.write("app/db.py", BEFORE);
        if on_base {
            world.write(".gitleaksignore", "app/mail.py:generic-api-key:2\n");
        }
        world.commit("Begin");
        let secret = format!("host = 'db.example'\nsmtp_pass = '{}'\n", password());
        let mut files = vec![("app/mail.py", secret.as_str())];
        if !on_base {
            files.push((".gitleaksignore", "app/mail.py:generic-api-key:2\n"));
        }
        let head = world.agent_branch("claude/find", "Find rows by name", &files);
        let program = Program::new(world.path(), world.beside("home"));
        let file = import(&world, "gitleaks.sarif", &gitleaks(&ignored(&head), 2, &password()));
        let report = report(&program, &[&file]);
        (by(&report, "gitleaks/generic-api-key").len(), others(&report))
    };
    let (found, says) = with(&str::to_owned, true);
    assert_eq!(found, 0);
    assert!(says.contains("1 that .gitleaksignore of the base revision accepts: app/mail.py:2 gitleaks/generic-api-key"), "{says}");
    assert_eq!(with(&str::to_owned, false).0, 1, "a change accepts nothing for itself");
}

/// Scanners of packages name no line, or the first: what is about a package that the change brings weighs, the rest is a note.
#[test]
fn results_without_a_line_are_shown_on_the_manifest() {
    let mut world = World::empty();
    world.write("requirements.txt", "flask==3.0.0\nold-lib==1.0\n");
    world.commit("Begin");
    world.agent_branch("claude/find", "Use jinja2", &[("requirements.txt", "flask==3.0.0\nold-lib==1.0\njinja2==2.4.1\n")]);
    let program = Program::new(world.path(), world.beside("home"));
    let result = |id: &str, package: &str, region: &Value| {
        let mut place = json!({"artifactLocation": {"uri": "requirements.txt"}});
        if !region.is_null() {
            place["region"] = region.clone();
        }
        json!({"ruleId": id, "level": "error", "message": {"text": format!("Package '{package}' is vulnerable to '{id}'")},
            "locations": [{"physicalLocation": place}]})
    };
    let of = |tool: &str, region: &Value| {
        let results = [result("CVE-2019-10906", "jinja2@2.4.1", region), result("CVE-2018-1000656", "old-lib@1.0", region)];
        log(&json!({"tool": {"driver": {"name": tool, "version": "1.9.0", "rules": []}}, "results": results}))
    };
    for (tool, region) in [("osv-scanner", Value::Null), ("Trivy", json!({"startLine": 1, "endLine": 1}))] {
        let file = import(&world, "packages.sarif", &of(tool, &region));
        let report = report(&program, &[&file]);
        let name = tool.to_lowercase();
        let (brought, there) = (by(&report, &format!("{name}/CVE-2019-10906")), by(&report, &format!("{name}/CVE-2018-1000656")));
        assert_eq!((brought.len(), there.len()), (1, 1), "{report:#}");
        assert_eq!((&brought[0]["where"]["kind"], &brought[0]["severity"]), (&json!("file"), &json!("medium")), "{report:#}");
        assert_eq!(there[0]["severity"], "info");
        assert!(there[0]["why"].as_str().unwrap().starts_with("The tool names no line of this file"), "{report:#}");
    }
}

#[test]
fn rules_of_imported_tools_are_listed_and_explained() {
    let (world, program) = world();
    let file = import(&world, "semgrep.sarif", &semgrep());
    let rule = "semgrep/python.django.security.injection.sql.sqli";
    let listed = program.ok(&["rules", "list", "--import", &file]);
    assert!(listed.contains(rule) && listed.contains("semgrep 1.97.0") && listed.contains("env-gated-auth"), "{listed}");
    let page = program.ok(&["rules", "explain", rule, "--import", &file]);
    assert!(page.contains(&format!("semgrep 1.97.0, imported from {file}")) && page.contains("Use parameters."), "{page}");
    program.fails(&["rules", "explain", rule], "are known when their results are given with --import FILE");
}
