//! Policies at a GitHub host: the organisation's and the base's hold, two accounts are two people, a review there is a first half,
//! and what is decided without the network waits and is looked at again.

use assert_cmd::Command;
use tempfile::TempDir;

use crate::github::GitHub;
use crate::github::account::Role;
use crate::keys::case;
use crate::program::{Program, Run};

pub(crate) const TWO: &str = "two-people = [\"approve\"]\n";

/// A pull of a bot at a GitHub, and people who review from one desk, each with a token of their own.
pub(crate) struct Desk {
    pub(crate) github: GitHub,
    pub(crate) home: TempDir,
    pub(crate) number: u64,
    /// Whose token is which, by a name that only this desk knows.
    pub(crate) tokens: Vec<(&'static str, String)>,
}

impl Desk {
    pub(crate) fn new(organisation: &str, base: &str) -> Self {
        let github = GitHub::start();
        if !organisation.is_empty() {
            github.repo("acme/.lazaret").role("ann", Role::Read).role("bob", Role::Read).commit(
                "main",
                "Policy",
                &[("policy.toml", organisation)],
            );
        }
        let repo = github.repo("acme/api").role("ann", Role::Write).role("bob", Role::Write);
        if !base.is_empty() {
            repo.commit("main", "Policy", &[(".lazaret/policy.toml", base)]);
        }
        let number = repo
            .pull("Tidy the login")
            .by_bot("devin-ai-integration[bot]", 158_243_242)
            .branch("devin/1767603600-login")
            .commit("Tidy", &[("src/login.py", "def login(user):\n    return check(user)\n"), (".lazaret/policy.toml", "")])
            .open();
        let tokens = ["ann", "bob"].map(|login| (login, github.token(login, &["repo", "read:org"]))).to_vec();
        Self { github, home: tempfile::tempdir().unwrap(), number, tokens }
    }

    pub(crate) fn program(&self, login: &str, args: &[&str]) -> Command {
        let token = &self.tokens.iter().find(|(name, _)| *name == login).unwrap().1;
        let mut command = Program::new(self.home.path(), self.home.path().join("home")).command(args);
        command.env("LAZARET_GITHUB_API", self.github.url()).env("GH_TOKEN", token);
        command
    }

    pub(crate) fn run(&self, login: &str, args: &[&str]) -> Run {
        Run::of(self.program(login, args).output().unwrap())
    }

    #[track_caller]
    pub(crate) fn ok(&self, login: &str, args: &[&str]) -> String {
        let run = self.run(login, args);
        assert_eq!(run.code, 0, "{args:?}: {}{}", run.out, run.err);
        run.out
    }

    pub(crate) fn at(&self) -> String {
        format!("acme/api#{}", self.number)
    }

    /// Somebody's further token, known as `name` here.
    pub(crate) fn also(&mut self, name: &'static str, login: &str) {
        let token = self.github.token(login, &["repo", "read:org"]);
        self.tokens.push((name, token));
    }

    /// Lets the reviews of the pull be so many hours old.
    pub(crate) fn date_reviews(&self, hours: i64) {
        let now = i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
        let number = self.number;
        self.github.repo("acme/api").with(|repo| {
            repo.pulls.get_mut(&number).unwrap().reviews.iter_mut().for_each(|review| review.at = now - hours * 3600);
        });
    }

    /// As [`Self::run`], insisting on a refusal in a plan that holds all of `parts`.
    #[track_caller]
    pub(crate) fn refused(&self, login: &str, args: &[&str], parts: &[&str]) {
        let run = self.run(login, args);
        assert_eq!(run.code, 1, "{args:?}: {}{}", run.out, run.err);
        for part in parts {
            assert!(run.out.contains(part), "{part:?} is not in {}{}", run.out, run.err);
        }
    }

    pub(crate) fn approvals(&self) -> usize {
        self.github
            .repo("acme/api")
            .look(|repo| repo.pulls[&self.number].reviews.iter().filter(|review| review.state == "APPROVED").count())
    }
}

#[test]
fn two_accounts_are_two_people_and_the_organisation_says_when() {
    let desk = Desk::new(TWO, "");
    let at = desk.at();
    let approve = ["approve", &at, "-m", "first reason", "--yes"];
    let first = desk.ok("ann", &approve);
    assert!(first.contains("as the first of two") && first.contains("every approval does (policy.toml of acme/.lazaret)"), "{first}");
    assert_eq!((desk.approvals(), desk.github.writes().len()), (0, 0), "one person sends nothing");
    let again = desk.run("ann", &approve);
    assert!(again.code == 1 && again.out.contains("you decided this already"), "{}{}", again.out, again.err);
    let plan = desk.ok("bob", &["approve", &at, "-m", "second reason", "--dry-run"]);
    assert!(
        plan.contains("you are the second") && !plan.contains("ann") && !plan.contains("first reason") && !plan.contains(&case(&first)),
        "{plan}"
    );
    let second = desk.ok("bob", &["approve", &at, "-m", "second reason", "--yes"]);
    assert!(second.contains("the first of two was @ann"), "{second}");
    assert_eq!(desk.approvals(), 1);
    let verified = desk.ok("bob", &["ledger", "verify"]);
    assert!(verified.contains("1 decision was made by two people"), "{verified}");
}

#[test]
fn a_review_that_stands_at_the_forge_is_a_first_half() {
    let desk = Desk::new("", "");
    let at = desk.at();
    desk.ok("ann", &["approve", &at, "-m", "by myself", "--yes"]);
    assert_eq!(desk.approvals(), 1);
    desk.date_reviews(0);
    // Another desk, which knows nothing of the first, under a policy that came since.
    desk.github.repo("acme/api").commit("main", "Policy", &[(".lazaret/policy.toml", TWO)]);
    let other = Desk { home: tempfile::tempdir().unwrap(), ..desk };
    let plan = other.ok("bob", &["approve", &at, "-m", "so do I", "--dry-run"]);
    assert!(plan.contains("you are the second") && !plan.contains("@ann"), "{plan}");
    // Once the head moves, that review is about other bytes.
    other.github.repo("acme/api").push(other.number, "More", &[("src/more.py", "x = 1\n")]);
    let plan = other.ok("bob", &["approve", &at, "-m", "so do I", "--dry-run"]);
    assert!(plan.contains("as the first of two"), "{plan}");
}

#[test]
fn the_bases_policy_holds_whatever_the_pull_says_and_quarantine_never_waits() {
    let desk = Desk::new("", "[[scope]]\nagent = \"*\"\nnever = [\"src/**\"]\n");
    let at = desk.at();
    let run = desk.run("ann", &["approve", &at, "-m", "x", "--yes"]);
    assert!(run.code == 1 && run.out.contains("may not touch src/login.py (.lazaret/policy.toml of acme/api)"), "{}{}", run.out, run.err);
    assert!(run.out.contains("changes .lazaret/policy.toml"), "{}", run.out);
    assert!(desk.github.writes().is_empty());
    desk.github.repo("acme/api").commit("main", "Break it", &[(".lazaret/policy.toml", "nonsense")]);
    let run = desk.run("ann", &["approve", &at, "-m", "x", "--yes"]);
    assert!(run.code == 1 && run.out.contains("the policy cannot be read"), "{}{}", run.out, run.err);
    let held = desk.run("ann", &["quarantine", &at, "-m", "odd", "--yes"]);
    assert!(held.out.contains("the policy cannot be read") && !desk.github.writes().is_empty(), "{}{}", held.out, held.err);
}

#[test]
fn what_is_decided_without_the_network_waits_and_is_looked_at_again() {
    let desk = Desk::new("", "");
    let at = desk.at();
    desk.ok("ann", &["scan", &at]);
    let approve = ["--offline", "approve", &at, "-m", "seen on the train", "--yes"];
    let kept = desk.ok("ann", &approve);
    assert!(kept.contains("keep this decision until the forge can be reached") && kept.contains("lazaret waiting send"), "{kept}");
    assert!(desk.github.writes().is_empty());
    let listed = desk.ok("ann", &["waiting", "list"]);
    assert!(listed.contains(&at) && listed.contains("seen on the train"), "{listed}");
    let still = desk.run("ann", &["--offline", "waiting", "send"]);
    assert!(still.code == 2 && still.out.contains("waits on"), "{}{}", still.out, still.err);
    let sent = desk.ok("ann", &["waiting", "send"]);
    assert!(sent.contains("was sent"), "{sent}");
    assert_eq!(desk.approvals(), 1);
    assert_eq!(desk.ok("ann", &["waiting", "list"]), "nothing waits\n");
    // The head moves while one waits: it goes back to its person.
    desk.ok("bob", &["scan", &at]);
    desk.ok("bob", &["--offline", "approve", &at, "-m", "me too", "--yes"]);
    desk.github.repo("acme/api").push(desk.number, "More", &[("src/more.py", "x = 1\n")]);
    let returned = desk.run("bob", &["waiting", "send"]);
    assert!(returned.code == 1 && returned.out.contains("its head moved since"), "{}{}", returned.out, returned.err);
    assert_eq!(desk.approvals(), 1);
}

#[test]
fn an_organisations_team_owns_its_paths() {
    let desk = Desk::new("", "[[sensitive]]\npaths = [\"src/**\"]\nowners = [\"@acme/security\"]\n");
    let at = desk.at();
    let approve = ["approve", &at, "-m", "x", "--yes"];
    let run = desk.run("bob", &approve);
    assert!(run.code == 1 && run.out.contains("nobody counts as one of @acme/security"), "{}{}", run.out, run.err);
    let bob = desk.github.user("bob");
    {
        let mut world = desk.github.world();
        let acme = world.find_account("acme").unwrap().id;
        world.accounts.get_mut(&acme).unwrap().teams.insert("security".to_owned(), [bob].into());
    }
    let run = desk.run("ann", &approve);
    assert!(
        run.code == 1 && run.out.contains("src/login.py belongs to @acme/security") && run.out.contains("none of them"),
        "{}{}",
        run.out,
        run.err
    );
    desk.ok("bob", &approve);
    assert_eq!(desk.approvals(), 1);
}

#[test]
fn a_policy_that_may_be_hidden_is_told_and_one_that_is_known_to_be_missing_is_not() {
    let says = "whether acme has a policy is not known: acme/.lazaret is not there, or this token may not see it";
    let desk = Desk::new("", "");
    let address = format!("acme/api#{}", desk.number);
    assert!(desk.run("ann", &["approve", &address, "--dry-run"]).out.contains(says));
    // Hidden: it is there, and ann is nobody in it.
    desk.github.repo("acme/.lazaret").private();
    assert!(desk.run("ann", &["approve", &address, "--dry-run"]).out.contains(says));
    // Known to be missing: the repository can be read, and has no such file.
    desk.github.repo("acme/.lazaret").role("ann", Role::Read);
    let run = desk.run("ann", &["approve", &address, "--dry-run"]);
    assert!(run.code == 0 && !run.out.contains("whether acme has a policy"), "{}{}", run.out, run.err);
}
