//! What the loopback GitHub says of what messages claim: issues and checks, in one request, in every door that judges; and what is said
//! where nobody could be asked.

use serde_json::Value;

use crate::console_github::Acme;
use crate::github::account::Role;
use crate::github::fault::{Fault, When};
use crate::github::repo::Check;
use crate::program::{Program, Run};

const ASKED: &str = "GRAPHQL Testimony";

impl Acme {
    /// A pull that says `body`.
    fn claims(&self, body: &str) -> u64 {
        let repo = self.github.repo("acme/api");
        let pull = repo.pull("Page the list").by_bot("devin-ai-integration[bot]", 158_243_242).branch("devin/1767603600-page").body(body);
        pull.commit("Page the list", &[("src/page.py", "def page(items, size):\n    return items[:size]\n")]).open()
    }

    fn issue(&self, number: u64, title: &str) -> &Self {
        self.github.repo("acme/api").with(|repo| drop(repo.issues.insert(number, (title.to_owned(), true))));
        self
    }

    fn run(&self, args: &[&str]) -> Run {
        let mut command = Program::new(self.home.path(), self.home.path().join("home")).command(args);
        command.env("LAZARET_GITHUB_API", self.github.url()).env("GH_TOKEN", &self.token);
        Run::of(command.output().unwrap())
    }

    fn report(&self, number: u64, more: &[&str]) -> Value {
        let at = format!("acme/api#{number}");
        let run = self.run(&[&["scan", &at, "--format", "json", "--fail-on", "never"], more].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        serde_json::from_str(&run.out).unwrap()
    }

    /// The verdicts on all claims of a pull that says `body`, each with its first place.
    fn verdicts(&self, body: &str) -> Vec<(String, String)> {
        told(&self.report(self.claims(body), &[]))
    }

    fn testimonies(&self) -> usize {
        self.github.count(ASKED)
    }
}

fn told(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    report["claims"].as_array().unwrap().iter().map(|claim| (text(&claim["verdict"]), text(&claim["places"][0]))).collect()
}

fn says(told: &[(String, String)], verdict: &str, place: &str) -> bool {
    told.iter().any(|(is, at)| is == verdict && at.contains(place))
}

fn checked(acme: &Acme, number: u64, states: &[(&str, &str)]) {
    acme.github.repo("acme/api").with(|repo| {
        let sha = repo.pulls[&number].head_sha.clone();
        repo.checks = states
            .iter()
            .zip(1..)
            .map(|((name, state), id)| Check {
                id,
                sha: sha.clone(),
                name: (*name).to_owned(),
                status: "completed".to_owned(),
                conclusion: Some((*state).to_owned()),
                app: (15_368, "github-actions".to_owned()),
                at: 1_767_700_000,
                run: None,
                annotations: Vec::new(),
            })
            .collect();
    });
}

#[test]
fn an_issue_is_there_or_was_never_there() {
    let acme = Acme::new();
    acme.issue(40, "The last page is missing");
    let there = acme.verdicts("Fixes #40");
    assert!(says(&there, "supported", "acme/api#40 The last page is missing"), "{there:?}");
    let never = acme.verdicts("Fixes #9000");
    assert!(says(&never, "contradicted", "#9000: there is no such issue or pull; the newest is #"), "{never:?}");
    let gone = acme.verdicts("Closes #39");
    assert!(says(&gone, "uncheckable", "not there any more"), "{gone:?}");
    let pull = acme.verdicts("Follows up, see #1");
    assert!(says(&pull, "supported", "acme/api#1 Page the list"), "{pull:?}");
}

/// Of another repository only that an issue is there is told, and nothing more is told of what is private than of what is not there.
#[test]
fn an_issue_of_another_repository_is_there_or_cannot_be_told() {
    let acme = Acme::new();
    let with = |repo: &str, private: bool| {
        let repo = acme.github.repo(repo).role("maker", Role::Write);
        repo.with(|repo| {
            repo.private = private;
            repo.issues.insert(7, ("Adds 12 tests".to_owned(), true));
        });
    };
    with("other/web", false);
    with("other/hidden", true);
    let unseen = "not found or not visible, which a forge does not tell apart";
    for (written, verdict, place) in [
        ("other/web#7", "supported", "other/web#7 is there"),
        ("https://github.com/other/web/issues/7", "supported", "/issues/7 is there"),
        ("Other/Web#7", "supported", "Other/Web#7 is there"),
        ("other/web#8", "uncheckable", unseen),
        ("other/hidden#7", "uncheckable", unseen),
        ("other/hidden#8", "uncheckable", unseen),
        ("nobody/nothing#9000", "uncheckable", unseen),
        ("no.body/no#7", "uncheckable", "not checked: no repository can be called so"),
        ("https://gitlab.com/acme/api/issues/9000", "uncheckable", "not checked: it is of another host"),
        ("https://gitlab.com/acme/api/-/issues/9000", "uncheckable", "not checked: it is of another host"),
    ] {
        let report = acme.report(acme.claims(&format!("Fixes {written}")), &[]);
        let told = told(&report);
        assert!(told.len() == 1 && says(&told, verdict, place), "{written}: {told:?}");
        assert!(!report["findings"].to_string().contains("message-contradicted"), "{report}");
        let said = if verdict == "supported" { "which was looked for and not read" } else { "which was not checked" };
        assert!(report["coverage"].to_string().contains(said), "{written}: {}", report["coverage"]);
        assert!(!report.to_string().contains("12 tests"), "what it says is of no concern: {report}");
    }
}

/// One request for issues of other repositories, whatever they are, and none that is not needed.
#[test]
fn issues_of_other_repositories_cost_one_request_at_most() {
    let acme = Acme::new();
    let many = (1..40).map(|number| format!("- Fixes other/web#{number}\n")).collect::<String>();
    let number = acme.claims(&many);
    acme.github.forget();
    let report = acme.report(number, &[]);
    assert_eq!((acme.github.count("GRAPHQL Foreign"), acme.testimonies()), (1, 0));
    assert!(report["coverage"].to_string().contains("since no more than 8 of other repositories are asked about"), "{report}");
    acme.github.forget();
    acme.report(acme.claims("Fixes https://gitlab.com/other/web/issues/7"), &[]);
    acme.report(number, &["--skip-rule", "message-contradicted"]);
    assert_eq!((acme.github.count("GRAPHQL Foreign"), acme.testimonies()), (0, 0));
    for fault in [Fault::Forbidden, Fault::Status(404), Fault::Errors("FORBIDDEN"), Fault::Page] {
        acme.github.fail(When::Every("GRAPHQL Foreign".to_owned()), fault);
        let report = acme.report(number, &[]);
        assert!(says(&told(&report), "uncheckable", "other/web#1: not checked: "), "{report}");
        assert!(report["coverage"].to_string().contains("which were not checked: "), "{report}");
        acme.github.heal();
    }
}

/// What the forge numbers elsewhere, or was copied with other numbers, contradicts nothing.
#[test]
fn numbers_of_other_places_are_not_held_against_anybody() {
    let acme = Acme::new();
    acme.github.repo("acme/api").with(|repo| repo.has_issues = false);
    let elsewhere = acme.verdicts("Fixes #9000");
    assert!(says(&elsewhere, "uncheckable", "keeps its issues elsewhere"), "{elsewhere:?}");
    acme.github.repo("acme/api").with(|repo| {
        repo.has_issues = true;
        repo.discussions.insert(9001);
    });
    let talked = acme.verdicts("Fixes #9000");
    assert!(says(&talked, "uncheckable", "not there any more, or it is a discussion"), "{talked:?}");
    acme.github.repo("acme/api").with(|repo| repo.parent = Some(repo.id));
    let copied = acme.verdicts("Fixes #9100");
    assert!(says(&copied, "uncheckable", "copied from"), "{copied:?}");
}

#[test]
fn checks_of_the_head_bear_a_claim_out_or_not() {
    let acme = Acme::new();
    let number = acme.claims("All tests pass.");
    checked(&acme, number, &[("unit tests", "success"), ("lint", "failure")]);
    let passed = told(&acme.report(number, &[]));
    assert!(says(&passed, "supported", "unit tests: success"), "{passed:?}");
    checked(&acme, number, &[("unit tests", "failure"), ("lint", "success")]);
    let failed = acme.report(number, &[]);
    assert!(says(&told(&failed), "contradicted", "unit tests: failure"), "{failed}");
    let rules: Vec<&Value> = failed["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
    assert!(rules.iter().any(|rule| *rule == "message-contradicted"), "{rules:?}");
}

/// One request however much is claimed, and none where nothing is.
#[test]
fn claims_cost_one_request_at_most() {
    let acme = Acme::new();
    let many = (2..40).map(|number| format!("- Fixes #{number}\n")).collect::<String>();
    let number = acme.claims(&format!("{many}\nAll checks pass."));
    acme.github.forget();
    acme.report(number, &[]);
    assert_eq!(acme.testimonies(), 1);
    let quiet = acme.claims("Pages begin at one.");
    acme.github.forget();
    acme.report(quiet, &[]);
    acme.report(number, &["--skip-rule", "message-contradicted"]);
    assert_eq!(acme.testimonies(), 0, "{:?}", acme.github.seen().iter().map(|seen| seen.short()).collect::<Vec<_>>());
}

#[test]
fn what_nobody_answers_is_uncheckable_and_says_so() {
    let acme = Acme::new();
    let number = acme.claims("Fixes #9000");
    for fault in [Fault::Forbidden, Fault::Status(404), Fault::Errors("FORBIDDEN"), Fault::Page] {
        acme.github.fail(When::Every(ASKED.to_owned()), fault);
        let report = acme.report(number, &[]);
        assert!(says(&told(&report), "uncheckable", "#9000: "), "{report}");
        assert!(report["coverage"].to_string().contains("was not held against its forge"), "{report}");
        acme.github.heal();
    }
    assert!(says(&told(&acme.report(number, &[])), "contradicted", "there is no such issue"));
    let kept = acme.report(number, &["--offline"]);
    assert!(says(&told(&kept), "uncheckable", "may be old"), "{kept}");
}

/// The queue and the opened pull say the same, and a later start asks nothing that it knows.
#[test]
fn a_queue_asks_once_and_asks_again_what_may_be_answered_otherwise() {
    let acme = Acme::new();
    acme.issue(40, "The last page is missing");
    let number = acme.claims("Fixes #40");
    acme.pull("Tidy the login", "login", "src/login.py");
    acme.github.forget();
    acme.console(&["acme/api"], "poll = 0\n").shows("1 clear").press("\u{3}").ends();
    assert_eq!(acme.testimonies(), 1);
    acme.github.forget();
    let mut console = acme.console(&["acme/api"], "poll = 0\n");
    console.shows("1 clear");
    assert_eq!(acme.testimonies(), 0, "it was kept");
    console.press("j\r").until("what is opened is asked for, once", |_| acme.testimonies() == 1);
    console.press("\u{3}").ends();
    acme.github.repo("acme/api").with(|repo| repo.pulls.get_mut(&number).unwrap().body = Some("Fixes #9000".to_owned()));
    for _ in 0..2 {
        acme.github.forget();
        acme.console(&["acme/api"], "poll = 0\n").shows("1 look").press("\u{3}").ends();
        assert_eq!(acme.testimonies(), 1, "an issue may come to be");
    }
}

/// What an issue says is read as the message is, and is never held against anybody.
#[test]
fn an_issue_is_read_as_claims() {
    let acme = Acme::new();
    acme.issue(40, "No new dependencies");
    acme.github.repo("acme/api").with(|repo| drop(repo.told.insert(40, "Adds 12 tests.\n\n> No functional change.".to_owned())));
    let number = acme.claims("Fixes #40, see other/web#7");
    let report = acme.report(number, &[]);
    let told = told(&report);
    assert!(says(&told, "supported", "issue #40") && says(&told, "uncheckable", "issue #40"), "{told:?}");
    assert!(
        !told.iter().any(|(verdict, _)| verdict == "contradicted") && told.iter().filter(|(_, at)| at == "issue #40").count() == 2,
        "{told:?}"
    );
    assert!(
        report["coverage"].to_string().contains("names issue other/web#7, which was not checked: not found or not visible"),
        "{report}"
    );
    acme.console(&[&format!("acme/api#{number}")], "poll = 0\n").shows("return items").press("s").shows("issue #40").press("\u{3}").ends();
}

/// What an issue names is held against what the change touches; code that nobody spoke of is a note.
#[test]
fn the_task_is_read_where_it_is_known() {
    let acme = Acme::new();
    acme.issue(40, "The last page is missing");
    let task = "`page_of` in src/page.py drops it, and src/list.py shows the same.".to_owned();
    acme.github.repo("acme/api").with(|repo| drop(repo.told.insert(40, task)));
    let told = acme.verdicts("Fixes #40");
    assert!(says(&told, "uncheckable", "src/list.py is named there and is not among the changed files"), "{told:?}");
    let number = acme.claims("Pages begin at one.");
    let task = acme.home.path().join("task.txt");
    std::fs::write(&task, "Change src/page.py so that it pages.").unwrap();
    let report = acme.report(number, &["--task", task.to_str().unwrap()]);
    assert!(says(&crate::testimony_github::told(&report), "supported", "src/page.py"), "{report}");
    let listed = acme.run(&["list", "acme/api", "--task", task.to_str().unwrap(), "--format", "json"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    acme.console(&[&format!("acme/api#{number}"), "--task", task.to_str().unwrap()], "poll = 0\n")
        .shows("return items")
        .press("s")
        .shows("the task that was given says what is to be changed")
        .press("\u{3}")
        .ends();
    let missing = acme.run(&["scan", &format!("acme/api#{number}"), "--task", "nowhere.txt"]);
    missing.is_failure("the task in nowhere.txt cannot be read");
}
