//! GitHub's dependency review, where the change is GitHub's: folded into the same rows and rules, within the same budget, and never asked unless
//! look-ups are allowed.

use serde_json::{Value, json};

use crate::console_github::Acme;
use crate::github::fault::{Fault, When};
use crate::look_ups::{notes, package_json, registries, settings};
use crate::program::Program;
use crate::scripted::Server;

const GHSA: &str = "GHSA-67mh-4wv8-2f99";

/// A pull that moves `esbuild`, at a GitHub whose dependency review says `review`.
fn acme(review: Option<Value>) -> (Acme, Server) {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    repo.commit("main", "Begin", &[("package.json", &package_json(&json!({"esbuild": "0.20.0"})))]);
    let pull = repo.pull("Move a package").by_bot("devin-ai-integration[bot]", 158_243_242).branch("devin/1");
    pull.commit("Move", &[("package.json", &package_json(&json!({"esbuild": "0.21.5"})))]).open();
    repo.with(|repo| repo.review = review.and_then(|rows| rows.as_array().cloned()));
    (acme, Server::start(registries))
}

fn row(change: &str, version: &str, license: &str, vulnerabilities: &Value) -> Value {
    json!({
        "change_type": change, "manifest": "package.json", "ecosystem": "npm", "name": "esbuild", "version": version,
        "package_url": format!("pkg:npm/esbuild@{version}"), "license": license, "source_repository_url": "https://github.com/evanw/esbuild",
        "scope": "runtime", "vulnerabilities": vulnerabilities,
    })
}

/// One known vulnerability in the version that comes, and another license than before.
fn vulnerable() -> Value {
    let known = json!([{"severity": "moderate", "advisory_ghsa_id": GHSA, "advisory_summary": "Any website can read\u{1b}[31m what is served",
        "advisory_url": format!("https://github.com/advisories/{GHSA}")}]);
    json!([row("removed", "0.20.0", "MIT", &json!([])), row("added", "0.21.5", "AGPL-3.0", &known)])
}

fn scan(acme: &Acme, server: &Server, more: &str, options: &[&str]) -> Value {
    let program = Program::new(acme.home.path(), acme.home.path());
    std::fs::create_dir_all(program.home.join("config")).unwrap();
    std::fs::write(program.home.join("config/settings.toml"), settings(&server.address(), more)).unwrap();
    let arguments = [&["scan", "acme/api#1", "--format", "json", "--fail-on", "never"], options].concat();
    let run = program.command(&arguments).env("LAZARET_GITHUB_API", acme.github.url()).env("GH_TOKEN", &acme.token).output().unwrap();
    let wrong = acme.github.take_wrong();
    assert!(wrong.is_empty(), "{wrong:#?}");
    serde_json::from_slice(&run.stdout).unwrap_or_else(|why| panic!("{why}: {}", String::from_utf8_lossy(&run.stderr)))
}

fn reviews(acme: &Acme) -> usize {
    acme.github.seen().iter().filter(|seen| seen.path.contains("/dependency-graph/compare/")).count()
}

#[test]
fn what_github_says_stands_in_the_same_rows_and_rules() {
    let (acme, server) = acme(Some(vulnerable()));
    let report = scan(&acme, &server, "", &["--look-up"]);
    let said = notes(&report, "esbuild");
    for part in ["no known advisory (OSV", &format!("known vulnerability, {GHSA}: Any website can read"), "license AGPL-3.0, MIT before ("]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains('\u{1b}'), "{said}");
    let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "dependency-vulnerable").unwrap();
    assert_eq!(
        (&finding["title"], &finding["severity"]),
        (&json!(format!("esbuild 0.21.5 is vulnerable: {GHSA} (moderate)")), &json!("medium"))
    );
    assert_eq!(reviews(&acme), 1);
}

#[test]
fn it_is_not_asked_unless_look_ups_are_allowed() {
    let (acme, server) = acme(Some(vulnerable()));
    let report = scan(&acme, &server, "", &[]);
    assert_eq!((reviews(&acme), server.seen().len()), (0, 0));
    assert!(!notes(&report, "esbuild").contains("license"), "{report:#}");
}

#[test]
fn a_version_that_it_finds_nothing_about_and_one_it_does_not_know() {
    let (quiet, server) = acme(Some(json!([row("added", "0.21.5", "MIT", &json!([]))])));
    let report = scan(&quiet, &server, "", &["--look-up"]);
    assert_eq!(notes(&report, "esbuild").matches("no known advisory (").count(), 2, "by OSV and by GitHub: {report:#}");
    let (other, server) = acme(Some(json!([row("added", "0.19.0", "MIT", &json!([]))])));
    let report = scan(&other, &server, "", &["--look-up"]);
    assert_eq!(notes(&report, "esbuild").matches("no known advisory (").count(), 1, "{report:#}");
    assert!(report["coverage"]["unchecked"].to_string().contains("says nothing of 1 changed package"), "{report:#}");
}

#[test]
fn a_repository_without_it_is_not_checked_and_the_rest_is() {
    let (acme, server) = acme(None);
    let report = scan(&acme, &server, "", &["--look-up"]);
    let unchecked = report["coverage"]["unchecked"].to_string();
    assert!(unchecked.contains("dependency review was not checked: "), "{unchecked}");
    let said = notes(&report, "esbuild");
    assert!(said.contains("no known advisory (OSV") && !said.contains("not checked"), "{said}");
}

#[test]
fn one_that_fails_is_not_checked_this_time() {
    let (acme, server) = acme(Some(vulnerable()));
    acme.github.fail(When::Every("dependency-graph".to_owned()), Fault::Status(503));
    let report = scan(&acme, &server, "", &["--look-up"]);
    let said = notes(&report, "esbuild");
    assert!(said.contains("no known advisory (OSV") && said.contains("not checked for advisories: "), "{said}");
}

#[test]
fn it_costs_of_the_one_budget() {
    let (acme, server) = acme(Some(vulnerable()));
    let report = scan(&acme, &server, "requests = 1", &["--look-up"]);
    let said = notes(&report, "esbuild");
    assert!(said.contains("not checked for advisories: the 1 requests that one change may cost were used up"), "{said}");
    assert_eq!((reviews(&acme), server.seen().len()), (0, 1));
}
