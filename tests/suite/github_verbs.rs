//! Every verb at GitHub: what is sent, in which order, how strong it is said to be, what is undone, and what is never sent.

use std::sync::Arc;

use lazaret::analysis::provenance;
use lazaret::model::ban::Banned;
use lazaret::model::cancel::Cancel;
use lazaret::model::decision::Verb;
use lazaret::model::diff::Side;
use lazaret::model::forge::{Answer, Budget, Call, Forge, ForgeError, GraphAnswer, Method, Query};
use lazaret::model::path::RepoPath;
use lazaret::model::pull::{Origin, PullRef};
use lazaret::model::response::{Strength, Trace};
use lazaret::model::review::{DraftComment, Spot};
use lazaret::model::time::Timestamp;
use lazaret::response::request::{Request, Target};
use lazaret::runtime::marked::Marked;
use lazaret::sources::github::client::GithubClient;
use lazaret::sources::github::source::{GithubSource, Setup};
use lazaret::sources::source::Source as _;
use lazaret::store::paths::Paths;
use lazaret::ui::widgets::marks;

use crate::github::account::Role;
use crate::github::fault::{Fault, When};
use crate::github::pull::AutoMerge;
use crate::github::repo::{Rule, Ruleset, Run};
use crate::github_desk::{AT, Desk, all_done, told};
use crate::program::{Program, Run as Outcome};

fn requires(desk: &Desk, contexts: &[&str]) {
    let rule = Rule::Checks(contexts.iter().map(|context| ((*context).to_owned(), None)).collect());
    desk.github.repo("acme/api").with(|repo| {
        let set = Ruleset {
            id: 7,
            name: "main".to_owned(),
            source_type: "Repository",
            source: "acme/api".to_owned(),
            branches: vec!["main".to_owned()],
            rules: vec![rule],
            bypass: vec![("Team", Some(1))],
        };
        repo.rulesets.push(set);
    });
}

fn look<T>(desk: &Desk, number: u64, look: impl FnOnce(&crate::github::pull::Pull) -> T) -> T {
    desk.github.repo("acme/api").look(|repo| look(&repo.pulls[&number]))
}

#[test]
fn an_approval_is_pinned_and_sent_once() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (plan, receipt) = desk.decide(Verb::Approve, &[number]);
    all_done(&receipt);
    assert!(matches!(receipt.outcomes[0].trace, Trace::Made(_)), "{:?}", receipt.outcomes);
    look(&desk, number, |pull| {
        assert_eq!((pull.reviews.len(), pull.reviews[0].state), (1, "APPROVED"));
        assert_eq!(pull.reviews[0].commit, pull.head_sha);
        assert!(pull.reviews[0].body.contains(&plan.case.0));
    });
    let again = desk.plan(Verb::Approve, &[number]);
    assert!(again.steps.is_empty() && again.warnings.iter().any(|says| says.contains("already")), "{again:?}");
}

#[test]
fn an_approval_of_a_head_that_moves_is_taken_back() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (request, reports) = desk.request(Verb::Approve, &[number]);
    desk.github.repo("acme/api").push(number, "More", &[("src/more.py", "x = 1\n")]);
    let plan = desk.decisions().plan_request(&request, reports).unwrap();
    assert!(plan.refusals.iter().any(|says| says.contains("moved since you looked")), "{:?}", plan.refusals);
    assert!(desk.github.writes().is_empty());
}

/// On its way into another branch the same head is another change, and its author may turn it there.
#[test]
fn an_approval_of_a_pull_that_is_turned_to_another_base_is_refused() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let repo = desk.github.repo("acme/api");
    repo.commit("release", "Begin a release", &[("r.txt", "1\n")]);
    let (mut request, reports) = desk.request(Verb::Approve, &[number]);
    request.merge = true;
    let planned = desk.decisions().plan_request(&request, reports.clone()).unwrap();
    assert!(planned.is_allowed(), "{:?}", planned.refusals);
    repo.with(|repo| "release".clone_into(&mut repo.pulls.get_mut(&number).unwrap().base_ref));
    let late = desk.decisions().plan_request(&request, reports).unwrap();
    assert!(late.refusals.iter().any(|says| says.contains("you saw it enter main, it enters release now")), "{:?}", late.refusals);
    let receipt = desk.decisions().carry_out_plan(&planned, &Cancel::default()).unwrap();
    assert_eq!(receipt.strength, Strength::Failed, "{}", told(&receipt));
    assert!(receipt.outcomes[0].says.contains("nothing was sent"), "{}", told(&receipt));
    assert!(desk.github.writes().is_empty());
}

#[test]
fn nobody_approves_their_own_pull_and_it_is_known_before() {
    let desk = Desk::new();
    let number = desk.github.repo("acme/api").pull("Mine").by("maker").commit("Mine", &[("a.py", "x = 1\n")]).open();
    let plan = desk.plan(Verb::Approve, &[number]);
    assert!(plan.refusals.iter().any(|says| says.contains("lazaret comment acme/api")), "{:?}", plan.refusals);
    let plan = desk.plan(Verb::RequestChanges, &[number]);
    assert!(plan.refusals.iter().any(|says| says.contains("lets no author request changes")), "{:?}", plan.refusals);
    assert!(desk.github.writes().is_empty());
}

#[test]
fn approve_and_merge_takes_exactly_the_head() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (mut request, reports) = desk.request(Verb::Approve, &[number]);
    request.merge = true;
    let (_, receipt) = desk.carry_out(&request, reports);
    all_done(&receipt);
    assert!(look(&desk, number, |pull| pull.merged.is_some()));
    let merge = desk.github.writes().into_iter().find(|seen| seen.short().contains("/merge")).unwrap();
    assert!(merge.short().starts_with("PUT"), "{}", merge.short());
}

#[test]
fn a_quarantine_keeps_evidence_first_and_everything_it_did_is_undone_by_its_release() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    requires(&desk, &["lazaret/quarantine"]);
    let maker = desk.github.user("maker");
    desk.github.repo("acme/api").label("mine").with(|repo| {
        let pull = repo.pulls.get_mut(&number).unwrap();
        pull.labels.push("mine".to_owned());
        pull.auto_merge = Some(AutoMerge { by: maker, method: "SQUASH".to_owned(), at: 0 });
        let (sha, branch) = (pull.head_sha.clone(), pull.head_ref.clone());
        repo.runs.push(Run {
            id: 91,
            name: "ci".to_owned(),
            sha,
            branch,
            event: "pull_request".to_owned(),
            status: "in_progress".to_owned(),
            conclusion: None,
            actor: maker,
            at: 0,
        });
    });
    let (plan, receipt) = desk.decide(Verb::Quarantine, &[number]);
    all_done(&receipt);
    assert_eq!(receipt.strength, Strength::Enforced, "{}", told(&receipt));
    assert!(receipt.why.contains("lazaret/quarantine"), "{}", receipt.why);
    assert!(receipt.evidence.is_some());
    look(&desk, number, |pull| {
        assert!(pull.labels.iter().any(|label| label == "agent:quarantine"));
        assert!(pull.auto_merge.is_none() && pull.draft && pull.locked.is_some());
        assert_eq!(pull.reviews.last().unwrap().state, "CHANGES_REQUESTED");
    });
    desk.github.repo("acme/api").look(|repo| {
        assert_eq!(repo.runs[0].status, "completed");
        assert_eq!((repo.statuses[0].state.as_str(), repo.statuses.len()), ("failure", 1));
    });
    let again = desk.plan(Verb::Quarantine, &[number]);
    assert!(again.steps.is_empty(), "{:?}", again.steps);
    let approve = desk.plan(Verb::Approve, &[number]);
    assert!(approve.refusals.iter().any(|says| says.contains("quarantined")), "{:?}", approve.refusals);
    assert!(approve.refusals.iter().any(|says| says.contains(&plan.case.0)), "the deny list is met: {:?}", approve.refusals);

    let (_, released) = desk.decide(Verb::Release, &[number]);
    all_done(&released);
    look(&desk, number, |pull| {
        assert_eq!(pull.labels, ["mine"], "what was there before stays");
        assert!(!pull.draft && pull.locked.is_none());
        assert_eq!(pull.reviews.last().unwrap().state, "DISMISSED");
    });
    desk.github.repo("acme/api").look(|repo| assert_eq!(repo.statuses.last().unwrap().state, "success"));
    assert!(desk.plan(Verb::Approve, &[number]).refusals.iter().all(|says| !says.contains("refused by case")));
    let nothing = desk.plan(Verb::Release, &[number]);
    assert!(nothing.steps.is_empty() && nothing.warnings.iter().any(|says| says.contains("released already")), "{nothing:?}");
}

#[test]
fn without_a_rule_a_hold_is_said_to_be_advice() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (plan, receipt) = desk.decide(Verb::Quarantine, &[number]);
    assert_eq!(receipt.strength, Strength::Advisory, "{}", told(&receipt));
    assert!(receipt.why.contains("guard-workflow"), "{}", receipt.why);
    assert!(plan.warnings.iter().any(|says| says.contains("lazaret guard-workflow")), "{:?}", plan.warnings);
}

#[test]
fn a_step_that_fails_stops_no_other_and_a_release_leaves_it_alone() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    desk.github.fail(When::Every("/lock".to_owned()), Fault::Forbidden);
    let (plan, receipt) = desk.decide(Verb::Quarantine, &[number]);
    let failed: Vec<_> = receipt.outcomes.iter().filter(|outcome| outcome.strength == Strength::Failed).collect();
    assert_eq!(failed.len(), 1, "{}", told(&receipt));
    assert!(plan.steps[failed[0].index].says.contains("lock"));
    assert!(look(&desk, number, |pull| pull.draft), "what comes after contains all the same");
    let release = desk.plan(Verb::Release, &[number]);
    assert!(release.steps.iter().all(|step| !step.says.contains("unlock")), "{:?}", release.steps);
}

#[test]
fn a_lost_answer_is_read_again_and_nothing_is_sent_twice() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (request, reports) = desk.request(Verb::Approve, &[number]);
    let decisions = desk.decisions();
    let plan = decisions.plan_request(&request, reports).unwrap();
    desk.github.forget();
    desk.github.lose(When::NthWrite(1), Fault::Cut);
    let receipt = decisions.carry_out_plan(&plan, &Cancel::default()).unwrap();
    all_done(&receipt);
    assert!(receipt.outcomes[0].says.contains("the answer was lost"), "{}", told(&receipt));
    assert_eq!(desk.github.writes().len(), 1);
    assert_eq!(look(&desk, number, |pull| pull.reviews.len()), 1);
}

#[test]
fn what_is_open_stays_open_and_a_later_start_ends_it() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (request, reports) = desk.request(Verb::Approve, &[number]);
    let decisions = desk.decisions();
    let plan = decisions.plan_request(&request, reports).unwrap();
    desk.github.fail(When::NthWrite(1), Fault::Status(500));
    let receipt = decisions.carry_out_plan(&plan, &Cancel::default()).unwrap();
    assert_eq!((receipt.strength, &receipt.outcomes[0].trace), (Strength::Failed, &Trace::Open), "{}", told(&receipt));
    assert_eq!(look(&desk, number, |pull| pull.reviews.len()), 0);
    let ended = desk.decisions().resume().unwrap();
    assert_eq!((ended.len(), ended[0].case.clone()), (1, plan.case));
    all_done(&ended[0]);
    assert_eq!(look(&desk, number, |pull| pull.reviews.len()), 1);
    assert!(desk.decisions().resume().unwrap().is_empty());
}

#[test]
fn missing_permissions_are_known_before_anything_is_written() {
    let mut desk = Desk::with_role(Role::Read);
    let number = desk.pull("Add one");
    let plan = desk.plan(Verb::Quarantine, &[number]);
    let lacks = |part: &str| plan.steps.iter().find(|step| step.says.contains(part)).map(|step| step.lacks.clone()).unwrap_or_default();
    assert!(lacks("put the label").contains("triage"), "{plan:?}");
    assert!(lacks("fail the status").contains("write"), "{:?}", plan.steps);
    assert_eq!(lacks("request changes"), "");
    desk.token = desk.github.token("maker", &["read:org"]);
    let plan = desk.plan(Verb::Approve, &[number]);
    assert!(plan.refusals.iter().any(|says| says.contains("the scope public_repo or repo")), "{:?}", plan.refusals);
    assert!(desk.github.writes().is_empty());
}

#[test]
fn remarks_go_as_one_review_and_the_rest_beside_it() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (mut request, reports) = desk.request(Verb::RequestChanges, &[number]);
    let path = RepoPath::from("src/add-one.py");
    let draft = |spot, body: &str, suggestion: Option<&str>| DraftComment {
        spot,
        body: body.to_owned(),
        suggestion: suggestion.map(str::to_owned),
    };
    request.comments = vec![
        draft(Spot::Lines { path: path.clone(), side: Side::New, first: 1, last: 2 }, "both", Some("def two():\n    return 2")),
        draft(Spot::Lines { path: path.clone(), side: Side::New, first: 2, last: 2 }, "why 1?", None),
        draft(Spot::File(path), "the file", None),
        draft(Spot::Pull, "all in all", None),
    ];
    let (_, receipt) = desk.carry_out(&request, reports);
    all_done(&receipt);
    look(&desk, number, |pull| {
        assert_eq!(pull.reviews.iter().filter(|review| review.state == "CHANGES_REQUESTED").count(), 1);
        assert_eq!(pull.threads.len(), 3, "two at lines, one at the file");
        assert_eq!((pull.threads[0].start_line, pull.threads[0].line), (Some(1), Some(2)));
        assert!(pull.threads[0].comments[0].body.contains("```suggestion\ndef two():"));
        assert_eq!(pull.comments.len(), 1);
    });
    let (first, node) = look(&desk, number, |pull| (pull.threads[0].comments[0].id, format!("PRRT_{}", pull.threads[0].id)));
    let (mut request, reports) = desk.request(Verb::Comment, &[number]);
    request.reason = String::new();
    request.comments = vec![draft(Spot::Reply(first), "done", None), draft(Spot::Thread { node, settled: true }, "", None)];
    let (_, receipt) = desk.carry_out(&request, reports);
    all_done(&receipt);
    look(&desk, number, |pull| {
        assert_eq!(pull.threads[0].comments.len(), 2);
        assert!(pull.threads[0].resolved.is_some());
    });
}

#[test]
fn one_merged_pull_is_taken_back_by_the_forge_and_several_by_a_branch_of_ours() {
    let desk = Desk::new();
    let (one, two) = (desk.pull("Add one"), desk.pull("Add two"));
    for number in [one, two] {
        let (mut request, reports) = desk.request(Verb::Approve, &[number]);
        request.merge = true;
        all_done(&desk.carry_out(&request, reports).1);
    }
    let (_, receipt) = desk.decide(Verb::Revert, &[two]);
    all_done(&receipt);
    let again = desk.plan(Verb::Revert, &[two]);
    assert!(again.steps.is_empty() && again.warnings.iter().any(|says| says.contains("open already")), "{again:?}");

    let (plan, receipt) = desk.decide(Verb::Revert, &[one, two]);
    all_done(&receipt);
    let branch = format!("revert/{}", plan.case.0);
    desk.github.repo("acme/api").look(|repo| {
        let pull = repo.pulls.values().find(|pull| pull.head_ref == branch).expect("a pull of the branch");
        let body = pull.body.clone().unwrap();
        assert_eq!(body.matches("Reverts: ").count(), 2, "{body}");
        assert!(body.contains(&format!("Case: {}", plan.case.0)) && body.contains("Reason: looks like a way in"), "{body}");
        let tip = repo.git.tip(&format!("refs/heads/{branch}")).unwrap();
        let main = repo.git.tip("refs/heads/main").unwrap();
        let git = repo.git.open();
        let tree = git.find_commit(git2::Oid::from_str(&tip).unwrap()).unwrap().tree().unwrap();
        assert!(tree.get_path(std::path::Path::new("src/add-one.py")).is_err() && tree.get_path(std::path::Path::new("README.md")).is_ok());
        assert_eq!(repo.git.between(&main, &tip).len(), 2, "one commit for each");
    });
}

#[test]
fn taking_a_workflow_back_takes_a_permission_that_is_named_before() {
    let mut desk = Desk::new();
    let repo = desk.github.repo("acme/api");
    let number = repo
        .pull("Add ci")
        .by_bot("devin-ai-integration[bot]", 158_243_242)
        .branch("devin/1767603600-ci")
        .commit("Add ci", &[(".github/workflows/ci.yml", "on: push\njobs: {}\n")])
        .open();
    let poor = std::mem::replace(&mut desk.token, desk.github.token("maker", &["repo", "workflow"]));
    let (mut request, reports) = desk.request(Verb::Approve, &[number]);
    request.merge = true;
    // What is found in it is not what this is about.
    request.targets[0].hard.clear();
    all_done(&desk.carry_out(&request, reports).1);
    let rich = std::mem::replace(&mut desk.token, poor);
    let plan = desk.plan(Verb::Revert, &[number]);
    assert!(plan.steps.iter().any(|step| step.lacks.contains("the scope workflow, which changing .github/workflows/ci.yml")), "{plan:?}");
    desk.token = rich;
    let plan = desk.plan(Verb::Revert, &[number]);
    assert!(!plan.steps.is_empty() && plan.steps.iter().all(|step| step.lacks.is_empty()), "{plan:?}");
}

/// A bot is an app to the search: its bare name is a person, or nobody.
#[test]
fn other_pulls_of_the_same_bot_are_proposed() {
    let desk = Desk::new();
    let (number, other) = (desk.pull("Add one"), desk.pull("Add two"));
    desk.github.repo("acme/api").pull("Not mine").by("devin-ai-integration").open();
    let plan = desk.plan(Verb::Quarantine, &[number]);
    let found: Vec<_> = plan.proposed.iter().map(|one| (one.at.to_string(), one.why.as_str())).collect();
    assert_eq!(found, [(format!("acme/api#{other}"), "same author")], "{:?}", plan.warnings);
}

#[test]
fn merging_a_workflow_takes_a_permission_that_is_named_before() {
    let mut desk = Desk::new();
    let repo = desk.github.repo("acme/api");
    let pull = repo.pull("Add ci").by_bot("devin-ai-integration[bot]", 158_243_242).branch("devin/1767603600-ci");
    let number = pull.commit("Add ci", &[(".github/workflows/ci.yml", "on: push\njobs: {}\n")]).open();
    desk.github.forget();
    let plan = |desk: &Desk, merge| {
        let (mut request, reports) = desk.request(Verb::Approve, &[number]);
        request.merge = merge;
        desk.decisions().plan_request(&request, reports).unwrap()
    };
    let lacking = |plan: &lazaret::model::response::Plan| {
        plan.refusals.iter().any(|says| says.contains("the scope workflow, which changing .github/workflows/ci.yml"))
    };
    assert!(!lacking(&plan(&desk, false)), "an approval alone does not write it");
    assert!(lacking(&plan(&desk, true)) && desk.github.writes().is_empty());
    desk.token = desk.github.token("maker", &["repo", "workflow"]);
    assert!(!lacking(&plan(&desk, true)));
}

/// A held commit says nothing of its agent; a blocked agent goes before it.
#[test]
fn a_listed_pull_says_what_of_it_is_refused() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let marks = || {
        let source = GithubSource::new(Arc::new(desk.github.client(&desk.token)), None, Arc::new(provenance::of), Setup::default());
        let marked = Marked::new(Arc::new(source), Paths::below(desk.home.path()).ledger(), || AT);
        let words = marks::words(&marked.pull(&desk.at(number), &Cancel::default()).unwrap().unwrap());
        words.into_iter().map(|(word, _)| word).collect::<Vec<_>>()
    };
    desk.decide(Verb::Quarantine, &[number]);
    assert!(marks().contains(&"commit refused".to_owned()), "{:?}", marks());
    let request = Request {
        banned: vec![Banned::Agent("devin".to_owned())],
        ..Request::new(Verb::Block, vec![nowhere()], "rogue", Timestamp(AT.0 + 900))
    };
    all_done(&desk.carry_out(&request, Vec::new()).1);
    assert!(marks().contains(&"agent blocked".to_owned()), "{:?}", marks());
}

/// The repository, as blocks name it.
fn nowhere() -> Target {
    Target::unseen(PullRef { origin: Origin::Github, repo: "acme/api".to_owned(), name: String::new() })
}

#[test]
fn a_search_for_alike_pulls_that_fails_is_told_and_holds_nothing_up() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    desk.github.fail(When::Every("/search/issues".to_owned()), Fault::Status(422));
    let plan = desk.plan(Verb::Quarantine, &[number]);
    for same in ["author", "message"] {
        let says = format!("other open pulls of acme with the same {same} as acme/api#{number} were not searched");
        assert!(plan.warnings.iter().any(|warning| warning.contains(&says)), "{:?}", plan.warnings);
    }
    assert!(plan.is_allowed() && !plan.steps.is_empty());
}

#[test]
fn a_revert_that_conflicts_is_refused_with_the_paths_and_nothing_is_written() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (mut request, reports) = desk.request(Verb::Approve, &[number]);
    request.merge = true;
    all_done(&desk.carry_out(&request, reports).1);
    desk.github.repo("acme/api").commit("main", "Change it", &[("src/add-one.py", "def one():\n    return 3\n")]);
    desk.github.forget();
    let plan = desk.plan(Verb::Revert, &[number]);
    assert_eq!(plan.conflicts.len(), 1, "{plan:?}");
    assert_eq!(plan.conflicts[0].paths, [RepoPath::from("src/add-one.py")]);
    assert!(plan.warnings.iter().any(|says| says.contains("Change it")), "dependents are named: {:?}", plan.warnings);
    assert!(desk.github.writes().is_empty());
}

#[test]
fn who_is_blocked_is_met_by_later_pulls_and_passes_again_when_unblocked() {
    let desk = Desk::new();
    let agent = Banned::Agent("devin".to_owned());
    let request =
        |verb, at: i64| Request { banned: vec![agent.clone()], ..Request::new(verb, vec![nowhere()], "rogue", Timestamp(AT.0 + at)) };
    all_done(&desk.carry_out(&request(Verb::Block, 900), Vec::new()).1);
    let number = desk.pull("Add one");
    let plan = desk.plan(Verb::Approve, &[number]);
    assert!(plan.refusals.iter().any(|says| says.contains("agent devin is refused")), "{:?}", plan.refusals);
    all_done(&desk.carry_out(&request(Verb::Unblock, 901), Vec::new()).1);
    assert!(desk.plan(Verb::Approve, &[number]).is_allowed());
}

#[test]
fn a_merged_pull_is_marked_and_its_revert_proposed() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    let (mut request, reports) = desk.request(Verb::Approve, &[number]);
    request.merge = true;
    all_done(&desk.carry_out(&request, reports).1);
    let (plan, receipt) = desk.decide(Verb::Quarantine, &[number]);
    all_done(&receipt);
    assert_eq!(receipt.strength, Strength::Advisory, "{}", told(&receipt));
    assert!(plan.warnings.iter().any(|says| says.contains(&format!("lazaret revert acme/api#{number}"))), "{:?}", plan.warnings);
    assert!(look(&desk, number, |pull| pull.labels.contains(&"agent:quarantine".to_owned()) && !pull.draft));
}

#[test]
fn the_program_itself_holds_and_releases_a_pull() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    requires(&desk, &["lazaret-guard"]);
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path(), folder.path().join("home"));
    let (address, api) = (format!("acme/api#{number}"), desk.github.url());
    let run = |args: &[&str]| {
        let mut command = program.command(args);
        Outcome::of(command.env("GH_TOKEN", &desk.token).env("LAZARET_GITHUB_API", &api).output().unwrap())
    };
    let dry = run(&["quarantine", &address, "--reason", "a way in", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}{}", dry.out, dry.err);
    assert!(dry.out.contains("put the label agent:quarantine") && desk.github.writes().is_empty(), "{}", dry.out);
    let held = run(&["quarantine", &address, "--reason", "a way in", "--yes", "--format", "json"]);
    assert_eq!(held.code, 0, "{}{}", held.out, held.err);
    let told: serde_json::Value = serde_json::from_str(&held.out).unwrap();
    assert_eq!(told["schema"], "lazaret/decision/v1");
    assert_eq!(told["receipt"]["strength"], "ENFORCED", "{}", held.out);
    let case = told["plan"]["case"].as_str().unwrap();
    let listed = run(&["list", &address, "--format", "json"]);
    assert!(!listed.out.contains(&desk.token) && !held.out.contains(&desk.token));
    let refused = run(&["approve", &address, "--yes"]);
    assert_eq!(refused.code, 1, "{}{}", refused.out, refused.err);
    assert!(refused.out.contains(&format!("`lazaret release {case}` lets it pass again")), "{}", refused.out);
    assert!(!refused.out.contains("lazaret quarantine"), "what is held is not to be held: {}", refused.out);
    let released = run(&["release", case, "--reason", "a mistake", "--yes"]);
    assert_eq!(released.code, 0, "{}{}", released.out, released.err);
    assert!(look(&desk, number, |pull| pull.labels.is_empty() && !pull.draft));
    let verified = run(&["ledger", "verify"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

/// A forge on which somebody pushes just after a review was sent.
struct Pushing {
    client: GithubClient,
    desk: Arc<Desk>,
    number: u64,
}

impl Forge for Pushing {
    fn host(&self) -> String {
        self.client.host()
    }

    fn call(&self, call: &Call, cancel: &Cancel) -> Result<Answer, ForgeError> {
        let answer = self.client.call(call, cancel);
        if call.method == Method::Post && call.route.ends_with("/reviews") {
            self.desk.github.repo("acme/api").push(self.number, "More", &[("src/more.py", "x = 1\n")]);
        }
        answer
    }

    fn query(&self, query: &Query, cancel: &Cancel) -> Result<GraphAnswer, ForgeError> {
        self.client.query(query, cancel)
    }

    fn budget(&self) -> Budget {
        self.client.budget()
    }
}

#[test]
fn an_approval_that_a_push_overtook_is_taken_back_and_nothing_is_merged() {
    let desk = Arc::new(Desk::new());
    let number = desk.pull("Add one");
    let (mut request, reports) = desk.request(Verb::Approve, &[number]);
    request.merge = true;
    let forge = Pushing { client: desk.github.client(&desk.token), desk: desk.clone(), number };
    let decisions = desk.decisions_over(Arc::new(forge));
    let plan = decisions.plan_request(&request, reports).unwrap();
    let receipt = decisions.carry_out_plan(&plan, &Cancel::default()).unwrap();
    assert_eq!(receipt.strength, Strength::Failed, "{}", told(&receipt));
    assert!(receipt.outcomes[0].says.contains("moved while it was approved"), "{}", told(&receipt));
    assert!(receipt.outcomes[0].says.contains("taken back"), "{}", told(&receipt));
    look(&desk, number, |pull| {
        assert_eq!(pull.reviews[0].state, "DISMISSED");
        assert!(pull.merged.is_none());
    });
}

#[test]
fn a_base_with_a_queue_is_entered_through_it() {
    let desk = Desk::new();
    let number = desk.pull("Add one");
    desk.github.repo("acme/api").with(|repo| assert!(repo.queues.insert("main".to_owned())));
    let (mut request, reports) = desk.request(Verb::Approve, &[number]);
    request.merge = true;
    let (plan, receipt) = desk.carry_out(&request, reports);
    all_done(&receipt);
    assert!(plan.steps[1].says.contains("merge queue"), "{:?}", plan.steps);
    assert!(look(&desk, number, |pull| pull.queued.is_some()));
    let (_, held) = desk.decide(Verb::Quarantine, &[number]);
    all_done(&held);
    assert!(look(&desk, number, |pull| pull.queued.is_none()));
    assert_eq!(held.undo.as_deref(), Some(format!("lazaret release {}", held.case.0).as_str()));
}
