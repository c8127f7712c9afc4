//! A sweep of an organisation with hundreds of repositories and thousands of pulls of agents, and what it costs in requests.

use crate::github::GitHub;
use crate::github::account::Role;
use crate::github::bare::Bare;
use crate::program::Program;

const PULLS: u64 = 10;
const EPOCH: i64 = 1_767_603_600;

/// Every repository is a view of one git repository with ten branches, so that the world is cheap.
fn organisation(github: &GitHub, repositories: u64) {
    let seed = github.repo("seed/seed");
    let heads: Vec<String> = (1..=PULLS)
        .map(|number| {
            seed.commit(&format!("devin/{EPOCH}-{number}"), &format!("Tidy {number}"), &[(&format!("src/tidy{number}.py"), "x = 1\n")])
        })
        .collect();
    let git: Bare = seed.git();
    for (number, head) in (1..).zip(&heads) {
        git.point(&format!("refs/pull/{number}/head"), head);
    }
    for place in 0..repositories {
        let repo = github.repo_over(&format!("acme/service-{place}"), git.clone()).role("oncall", Role::Write);
        for (number, head) in (1..).zip(&heads) {
            let at = EPOCH + 86_400 + i64::try_from(place * PULLS + number).unwrap() * 60;
            let pull = repo.pull(&format!("Tidy {number}")).by_bot("devin-ai-integration[bot]", 158_243_242);
            pull.branch(&format!("devin/{EPOCH}-{number}")).head(head).created(at).open();
        }
    }
}

/// Sweeps them, and insists on what it may cost: for each pull one list of files and one query, for each repository one list of
/// commits, for every fifty pulls a page of the queue.
fn swept(repositories: u64) {
    let (github, home) = (GitHub::start(), tempfile::tempdir().unwrap());
    organisation(&github, repositories);
    let token = github.token("oncall", &["repo", "read:org"]);
    let program = Program::new(home.path(), home.path().join("home"));
    let mut command = program.command(&["sweep", "--since", "2026-01-01", "org:acme", "--format", "json"]);
    command.env("LAZARET_GITHUB_API", github.url()).env("GH_TOKEN", &token);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let sweep: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {said}"));
    let pulls = repositories * PULLS;
    let judged = sweep["changes"].as_array().unwrap().iter().filter(|change| change["judged"] == true).count() as u64;
    assert_eq!((judged, sweep["gaps"].as_array().map(Vec::len)), (pulls, Some(0)), "{said}");
    let used = github.world().tokens[0].clone();
    let (rest, points) = (used.core.used, used.graphql.used);
    assert!(rest <= pulls + repositories + 10, "{rest} requests over REST");
    assert!(points <= pulls + pulls / 10 + 60, "{points} points");
}

#[test]
fn thirty_repositories_are_swept_within_the_budget() {
    swept(30);
}

#[test]
#[ignore = "it takes half a minute without optimisation: cargo test sweep_large -- --ignored"]
fn three_hundred_repositories_are_swept_within_an_hour_of_budget() {
    swept(300);
}
