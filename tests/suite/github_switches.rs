//! Blocking with GitHub's own switches, by the real program: what is planned, done, left alone and taken back.

use serde_json::Value;

use crate::github::GitHub;
use crate::github::account::{Copilot, Role};
use crate::program::{Program, Run};

/// A GitHub with `acme/api`, an account to block there, and the program of one of its people.
struct Desk {
    github: GitHub,
    token: String,
    program: Program,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(role: Role, scopes: &[&str]) -> Self {
        let (github, folder) = (GitHub::start(), tempfile::tempdir().unwrap());
        github.repo("acme/api").role("maker", role);
        github.user("rogue-dev");
        let token = github.token("maker", scopes);
        let program = Program::new(folder.path(), folder.path().join("home"));
        let desk = Self { github, token, program, folder };
        desk.copilot_in(|id| Copilot::Selected([id].into()));
        desk
    }

    fn owner() -> Self {
        Self::new(Role::Admin, &["repo", "admin:org"])
    }

    fn copilot_in(&self, policy: impl FnOnce(u64) -> Copilot) {
        let (id, owner) = self.github.repo("acme/api").look(|repo| (repo.id, repo.owner));
        self.github.world().accounts.get_mut(&owner).unwrap().copilot = policy(id);
    }

    fn run(&self, args: &[&str]) -> Run {
        let mut command = self.program.command(args);
        let api = self.github.url();
        let run = Run::of(command.env("GH_TOKEN", &self.token).env("LAZARET_GITHUB_API", api).output().unwrap());
        assert!(!run.out.contains(&self.token) && !run.err.contains(&self.token));
        run
    }

    /// Carries `verb` out at `acme/api`: what came of it, and in how many words each step ended.
    fn does(&self, verb: &str, more: &[&str]) -> (i32, Vec<(String, String)>, String) {
        let run = self.run(&[&[verb, "--at", "acme/api", "--reason", "gone rogue", "--yes", "--format", "json"], more].concat());
        let told: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let outcomes = told["receipt"]["outcomes"].as_array().into_iter().flatten();
        let outcomes = outcomes.map(|outcome| (word(&outcome["strength"]), word(&outcome["says"]))).collect();
        (run.code, outcomes, run.out)
    }

    /// Whether Copilot's agent may work there, whether the account is blocked, the limit, the cap.
    fn stands(&self) -> (bool, bool, Option<String>, Option<u64>) {
        let rogue = self.github.user("rogue-dev");
        let (id, owner, limit, cap) =
            self.github.repo("acme/api").look(|repo| (repo.id, repo.owner, repo.interaction_limit.clone(), repo.pull_cap));
        let account = &self.github.world().accounts[&owner];
        let copilot = match &account.copilot {
            Copilot::All => true,
            Copilot::Selected(repos) => repos.contains(&id),
            Copilot::Nowhere => false,
        };
        (copilot, account.blocked.contains(&rogue), limit, cap.0.then_some(cap.1))
    }
}

const ALL: [&str; 6] = ["agent:copilot", "@rogue-dev", "--pulls", "2", "--only", "collaborators:one-week"];

#[test]
fn a_block_at_a_forge_never_waits() {
    let desk = Desk::owner();
    let before = desk.stands();
    let run = desk.run(&["--offline", "block", "--at", "acme/api", "--reason", "gone rogue", "--yes", "agent:copilot"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert_eq!(run.err.trim().lines().count(), 1, "{}", run.err);
    let waits = desk.run(&["waiting", "list"]);
    assert!(!waits.out.contains("block"), "{}", waits.out);
    assert_eq!(desk.stands(), before);
}

#[test]
fn every_switch_is_used_read_again_and_taken_back() {
    let desk = Desk::owner();
    let before = desk.stands();
    let (code, outcomes, all) = desk.does("block", &ALL);
    assert_eq!(code, 0, "{all}");
    let strengths: Vec<&str> = outcomes.iter().map(|(strength, _)| strength.as_str()).collect();
    assert_eq!(strengths, ["ADVISORY", "ENFORCED", "ENFORCED", "ENFORCED", "ENFORCED"], "{all}");
    assert_eq!(desk.stands(), (false, true, Some("collaborators_only".to_owned()), Some(2)));
    // The same again does nothing at all.
    desk.github.forget();
    let again = desk.run(&[&["block", "--at", "acme/api", "--reason", "again", "--yes"], &ALL[..]].concat());
    assert!(again.out.contains("already so: block the account rogue-dev in acme"), "{}{}", again.out, again.err);
    assert!(desk.github.writes().is_empty());

    let (code, outcomes, all) = desk.does("unblock", &["agent:copilot", "@rogue-dev"]);
    assert!(code == 0 && outcomes.len() == 6 && outcomes.iter().all(|(strength, _)| strength == "ENFORCED"), "{all}");
    assert_eq!(desk.stands(), before);
    assert_eq!(desk.run(&["ledger", "verify"]).code, 0);
}

#[test]
fn one_of_two_is_let_pass_and_what_holds_for_everybody_stays() {
    let desk = Desk::owner();
    desk.does("block", &ALL);
    let (code, _, all) = desk.does("unblock", &["@rogue-dev"]);
    assert_eq!((code, desk.stands()), (0, (false, false, Some("collaborators_only".to_owned()), Some(2))), "{all}");
    // Decisions are told apart by their second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    desk.does("unblock", &["agent:copilot"]);
    assert_eq!(desk.stands(), (true, false, None, None));
}

#[test]
fn what_was_so_before_is_not_taken_back() {
    let desk = Desk::owner();
    let rogue = desk.github.user("rogue-dev");
    let owner = desk.github.repo("acme/api").look(|repo| repo.owner);
    desk.github.world().accounts.get_mut(&owner).unwrap().blocked.insert(rogue);
    desk.github.repo("acme/api").with(|repo| repo.pull_cap = (true, 1));
    let (_, _, all) = desk.does("block", &["@rogue-dev", "--pulls", "5"]);
    assert!(all.contains("already so: block the account rogue-dev") && all.contains("have more than 1 open pulls"), "{all}");
    desk.does("unblock", &["@rogue-dev"]);
    assert_eq!(desk.stands(), (true, true, None, Some(1)));
}

#[test]
fn what_somebody_else_changed_since_is_left_alone() {
    let desk = Desk::owner();
    desk.does("block", &ALL);
    desk.github.repo("acme/api").with(|repo| {
        repo.pull_cap = (true, 7);
        repo.interaction_limit = Some("existing_users".to_owned());
    });
    let (code, _, all) = desk.does("unblock", &["agent:copilot", "@rogue-dev"]);
    assert!(all.contains("somebody changed the cap of open pulls of acme/api: it is 7 now, and is left so"), "{all}");
    assert!(all.contains("taking part in acme/api is limited already, to existing_users by the repository"), "{all}");
    assert_eq!((code, desk.stands()), (0, (true, false, Some("existing_users".to_owned()), Some(7))));
}

#[test]
fn what_the_token_may_not_is_known_before_the_first_write() {
    let cases: [(Role, &[&str], &str); 3] = [
        (Role::Admin, &["repo"], "the scope admin:org"),
        (Role::Write, &["repo", "admin:org"], "an owner's rights in the organisation"),
        (Role::Write, &["repo", "admin:org"], "the role admin in the repository"),
    ];
    for (role, scopes, lacks) in cases {
        let desk = Desk::new(role, scopes);
        let dry = desk.run(&[&["block", "--at", "acme/api", "--reason", "x", "--dry-run"], &ALL[..]].concat());
        assert!(dry.out.contains(lacks), "{lacks}: {}{}", dry.out, dry.err);
        let (_, outcomes, all) = desk.does("block", &ALL);
        assert!(outcomes.iter().any(|(strength, says)| strength == "FAILED" && says.contains(&format!("lacks {lacks}"))), "{all}");
        let asked = if role == Role::Admin { 2 } else { 0 };
        assert_eq!(desk.github.writes().len(), asked, "only what the token may was tried: {all}");
    }
}

#[test]
fn a_policy_without_a_list_is_told_and_not_written_to() {
    for (policy, says) in [(Copilot::All, "work in all repositories; only selected ones"), (Copilot::Nowhere, "already so: no longer let")]
    {
        let desk = Desk::owner();
        desk.copilot_in(|_| policy);
        let (_, _, all) = desk.does("block", &["agent:copilot"]);
        assert!(all.contains(says) && desk.github.writes().is_empty(), "{all}");
    }
}

#[test]
fn a_list_of_several_pages_is_read_to_its_end() {
    let desk = Desk::owner();
    let more: Vec<u64> =
        (0..130).map(|n| desk.github.repo(&format!("acme/r{n}")).role("maker", Role::Admin).look(|repo| repo.id)).collect();
    let last = desk.github.repo("acme/zz").role("maker", Role::Admin).look(|repo| repo.id);
    desk.copilot_in(|_| Copilot::Selected(more.into_iter().chain([last]).collect()));
    let run = desk.run(&["block", "agent:copilot", "--at", "acme/zz", "--reason", "x", "--dry-run"]);
    assert!(run.out.contains("no longer let GitHub's own coding agent work in acme/zz"), "{}{}", run.out, run.err);
    assert!(!run.out.contains("already so"), "{}", run.out);
}

#[test]
fn names_made_to_deceive_switch_nothing() {
    let desk = Desk::owner();
    for (who, says) in [
        ("@..", "can be no account"),
        ("@x/../../repos/acme/api", "can be no account"),
        ("@copilot-evil", "block the account copilot-evil in acme"),
        ("@devin-ai-integration[bot]", "is an app, and GitHub blocks accounts only"),
        ("agent:copilot-like", "has no switch for the agent copilot-like"),
        ("server:copilot", "has no switch for server copilot"),
        ("@a\u{202e}b", "can be no account"),
    ] {
        let run = desk.run(&["block", who, "--at", "acme/api", "--reason", "x", "--dry-run"]);
        assert!(run.out.contains(says) && !run.out.contains("coding agent work in"), "{who}: {}{}", run.out, run.err);
        assert!(!run.out.contains('\u{202e}'), "{}", run.out);
    }
    assert!(desk.github.writes().is_empty());
}

#[test]
fn an_end_without_the_place_says_where_and_bad_limits_are_told() {
    let desk = Desk::owner();
    let here = git2::Repository::init(desk.folder.path().join("here")).unwrap();
    let mut config = here.config().unwrap();
    config.set_str("user.name", "Maker").and_then(|()| config.set_str("user.email", "maker@harbour.example")).unwrap();
    let (tree, me) = (here.treebuilder(None).unwrap().write().unwrap(), here.signature().unwrap());
    here.commit(Some("HEAD"), &me, &me, "Begin", &here.find_tree(tree).unwrap(), &[]).unwrap();
    desk.does("block", &["@rogue-dev"]);
    let run = desk.run(&["unblock", "@rogue-dev", "--repo", "here", "--reason", "x", "--yes"]);
    assert!(run.code != 0 && run.err.contains("add --at acme/api"), "{}{}", run.out, run.err);
    assert!(desk.stands().1, "and nothing was lifted");
    for (more, says) in [
        (vec!["--only", "nobody", "--at", "acme/api"], "'nobody' limits nobody"),
        (vec!["--only", "existing:forever", "--at", "acme/api"], "limits nobody"),
        (vec!["--pulls", "0", "--at", "acme/api"], "1..=1000"),
        (vec!["--pulls", "2"], "name it with --at"),
    ] {
        let run = desk.run(&[&["block", "@rogue-dev", "--reason", "x"], &more[..]].concat());
        assert!(run.code == 2 && run.err.contains(says), "{says}: {}", run.err);
    }
}
