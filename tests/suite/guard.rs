//! The workflow that `lazaret guard-workflow` prints: YAML that GitHub takes, with no right too many and nothing of a pull in its
//! script; its script is run against the loopback; and our own rules find nothing serious in it.

use std::process::Command;

use serde_json::Value;

use crate::github::GitHub;
use crate::github::account::Role;
use crate::program::{Program, Run};

const EVENTS: [&str; 2] = ["pull-request-target", "pull-request"];

fn program() -> (tempfile::TempDir, Program) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path(), folder.path().join("home"));
    (folder, program)
}

fn printed(args: &[&str]) -> String {
    program().1.ok(&[&["guard-workflow"], args].concat())
}

/// The workflow as a YAML parser reads it; a duplicate key is an error there.
fn parsed(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// The text of the only script.
fn script(workflow: &Value) -> &str {
    workflow["jobs"]["lazaret-guard"]["steps"][0]["run"].as_str().unwrap()
}

#[test]
fn the_safer_event_is_the_default_and_both_say_why() {
    assert_eq!(printed(&[]), printed(&["--event", EVENTS[0]]));
    let (target, pull) = (printed(&["--event", EVENTS[0]]), printed(&["--event", EVENTS[1]]));
    assert!(target.contains("takes this file from the default branch") && target.contains("--event pull-request."), "{target}");
    assert!(pull.contains("takes this file from the pull itself") && pull.contains("CODEOWNERS"), "{pull}");
    assert!(program().1.run(&["guard-workflow", "--event", "push"]).code == 2);
}

#[test]
fn the_workflow_has_the_shape_that_github_takes_and_no_right_too_many() {
    for event in EVENTS {
        let workflow = parsed(&printed(&["--event", event]));
        let top: Vec<&String> = workflow.as_object().unwrap().keys().collect();
        assert_eq!(top, ["name", "on", "permissions", "concurrency", "jobs"]);
        let on = workflow["on"].as_object().unwrap();
        let name = event.replace('-', "_");
        assert_eq!(on.keys().collect::<Vec<_>>(), [name.as_str(), "merge_group"]);
        let types = ["opened", "synchronize", "reopened", "labeled", "unlabeled", "ready_for_review"];
        assert_eq!(on[&name]["types"], serde_json::json!(types));
        assert_eq!(on["merge_group"]["types"], serde_json::json!(["checks_requested"]));
        assert_eq!(workflow["permissions"], serde_json::json!({}));
        let jobs = workflow["jobs"].as_object().unwrap();
        assert_eq!(jobs.keys().collect::<Vec<_>>(), [lazaret::model::forge_step::GUARD_CHECK]);
        let job = &jobs["lazaret-guard"];
        assert_eq!((&job["name"], &job["runs-on"]), (&"lazaret-guard".into(), &"ubuntu-latest".into()));
        assert_eq!(job["permissions"], serde_json::json!({ "pull-requests": "read" }));
        let steps = job["steps"].as_array().unwrap();
        assert_eq!(steps.len(), 1);
        assert!(steps[0].get("uses").is_none() && !printed(&["--event", event]).contains("checkout"));
        assert!(!script(&workflow).contains("${{"), "an expression stands in the script");
        for (name, value) in steps[0]["env"].as_object().unwrap() {
            let ours = [
                "github.token",
                "github.api_url",
                "github.repository",
                "github.event.pull_request.number",
                "github.event.merge_group.head_ref",
            ];
            let value = value.as_str().unwrap();
            assert!(ours.iter().any(|known| value == format!("${{{{ {known} }}}}")), "{name}: {value}");
        }
    }
}

#[test]
fn a_runner_of_ones_own_is_named_and_nothing_else_gets_in() {
    assert_eq!(parsed(&printed(&["--runs-on", "self.hosted-2"]))["jobs"]["lazaret-guard"]["runs-on"], "self.hosted-2");
    for bad in ["", "a b", "x\n  evil: 1", "${{ github.token }}", "[a]", "1"] {
        assert_eq!(program().1.run(&["guard-workflow", "--runs-on", bad]).code, 2, "{bad:?}");
    }
}

/// Our own rules, over a change that adds it.
#[test]
fn our_own_rules_find_nothing_serious_in_it() {
    for event in EVENTS {
        let text = printed(&["--event", event]);
        let lines = text.lines().count();
        let body: String = text.lines().map(|line| format!("+{line}\n")).collect();
        let path = ".github/workflows/lazaret-guard.yml";
        let diff =
            format!("diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n{body}");
        let (_folder, program) = program();
        let scan = program.fed(&["scan", "-", "--format", "json", "--fail-on", "high"], diff);
        assert_eq!(scan.code, 0, "{}{}", scan.out, scan.err);
        let report: Value = serde_json::from_str(&scan.out).unwrap();
        let findings = report.pointer("/reports/0/findings").or_else(|| report.get("findings")).and_then(Value::as_array).unwrap();
        let serious = findings.iter().filter(|finding| ["high", "critical"].contains(&finding["severity"].as_str().unwrap()));
        assert_eq!(serious.count(), 0, "{}", scan.out);
    }
}

/// The script as a runner would run it, against the loopback GitHub.
fn judge(github: &GitHub, token: &str, number: &str, queued: &str) -> Run {
    let workflow = parsed(&printed(&[]));
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", script(&workflow)]).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    let env = [("TOKEN", token), ("API", &github.url()), ("REPOSITORY", "acme/api"), ("NUMBER", number), ("QUEUED", queued)];
    Run::of(bash.envs(env).env("no_proxy", "*").output().unwrap())
}

#[test]
fn the_script_holds_what_is_labelled_and_what_it_cannot_read() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("curl is not here, so the script is not run");
        return;
    }
    let github = GitHub::start();
    let repo = github.repo("acme/api").role("maker", Role::Admin);
    let free = repo.pull("Free").by("maker").branch("free").label("agent").label("\"name\":\"x").commit("One", &[("a", "a\n")]).open();
    let held = repo.pull("Held").by("maker").branch("held").label("Agent:Quarantine").commit("Two", &[("b", "b\n")]).open();
    let token = github.token("maker", &["repo"]);
    let queued = |number: u64| format!("refs/heads/gh-readonly-queue/pr-{free}-abc/pr-{number}-{}", "0f".repeat(20));
    let cases = [
        (free.to_string(), String::new(), 0, "is not quarantined"),
        (held.to_string(), String::new(), 1, "is quarantined"),
        (String::new(), queued(free), 0, "is not quarantined"),
        (String::new(), queued(held), 1, "is quarantined"),
        (String::new(), "refs/heads/main".to_owned(), 1, "not known"),
        (String::new(), String::new(), 1, "not known"),
    ];
    for (number, queued, code, words) in cases {
        let run = judge(&github, &token, &number, &queued);
        assert_eq!((run.code, run.out.contains(words)), (code, true), "{number} {queued}: {}{}", run.out, run.err);
        assert!(!run.out.contains(&token) && !run.err.contains(&token));
    }
    let quiet =
        script(&parsed(&printed(&[]))).lines().any(|line| line.contains("grep -") && line.contains('q') && !line.contains("/dev/null"));
    assert!(!quiet, "a grep that stops early breaks the pipe of a long answer, and pipefail would call that free");
    for broken in [judge(&github, "wrong", &free.to_string(), ""), judge(&github, &token, "99", "")] {
        assert_ne!(broken.code, 0, "what cannot be read passes: {}{}", broken.out, broken.err);
    }
}
