//! Pulls of GitHub as a source, over the real client, against the loopback GitHub: what is listed, read and told, and by how many
//! requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazaret::analysis::provenance;
use lazaret::model::agent::Tier;
use lazaret::model::cancel::Cancel;
use lazaret::model::change::{Change, TextRequest};
use lazaret::model::diff::{Content, FileStatus, Side};
use lazaret::model::dossier::Dossier;
use lazaret::model::path::RepoPath;
use lazaret::model::pull::{Origin, PullRef, PullState};
use lazaret::model::standing::{Rollup, Verdict};
use lazaret::sources::github::client::GithubClient;
use lazaret::sources::github::client::setup::{Pace, Setup};
use lazaret::sources::github::fetch::{Fetcher, Limits};
use lazaret::sources::github::gaps::Fill;
use lazaret::sources::github::queue::{States, Wanted};
use lazaret::sources::github::source::{self, GithubSource};
use lazaret::sources::github::target::Scope;
use lazaret::sources::source::{Listing, Source as _, SourceError};
use tempfile::TempDir;

use crate::github::GitHub;
use crate::github::account::Role;
use crate::github::fault::{Fault, When};
use crate::github::pull::{Comment, Merged, Review, ReviewComment, Thread};
use crate::github::repo::{Alert, Annotation, Check, Deployment, Protection, Release, Rule, Ruleset, Run, Task};
use crate::program::Program;
use crate::scripted::{Server, json};
use crate::world::World;

/// A GitHub with a person who may write to `acme/api`.
struct Acme {
    github: GitHub,
    token: String,
    cache: TempDir,
}

impl Acme {
    fn new() -> Self {
        let github = GitHub::start();
        github.repo("acme/api").role("maker", Role::Write);
        let token = github.token("maker", &["repo", "read:org"]);
        Self { github, token, cache: tempfile::tempdir().unwrap() }
    }

    fn client(&self) -> Arc<GithubClient> {
        let pace = Pace { before_retry: std::time::Duration::from_millis(5), ..Pace::default() };
        let setup = Setup { api: Some(self.github.url()), token: Some(self.token.as_str().into()), pace, ..Setup::new("github.com") };
        Arc::new(GithubClient::connect(setup).unwrap())
    }

    fn source(&self, setup: source::Setup) -> GithubSource {
        GithubSource::new(self.client(), None, Arc::new(provenance::of), setup)
    }

    /// With git to fill what the API leaves out.
    fn filled(&self) -> GithubSource {
        let client = self.client();
        let fill: Arc<dyn Fill> = Arc::new(Fetcher::new(client.clone(), self.cache.path(), Limits::default()));
        GithubSource::new(client, Some(fill), Arc::new(provenance::of), source::Setup::default())
    }

    fn queue(&self, scope: Scope) -> Wanted {
        let _ = self;
        Wanted { scopes: vec![scope], agents: Some(provenance::searches()), ..Wanted::default() }
    }

    fn list(&self, wanted: Wanted) -> Listing {
        self.source(source::Setup { wanted, ..source::Setup::default() }).list(&Cancel::default()).unwrap()
    }

    fn change(&self, number: u64) -> Change {
        self.source(source::Setup::default()).change(&at(number), &Cancel::default()).unwrap()
    }

    fn dossier(&self, number: u64) -> Dossier {
        self.source(source::Setup::default()).dossier(&at(number), &Cancel::default()).unwrap().unwrap()
    }

    /// A pull of Devin with one changed file.
    fn devin(&self) -> u64 {
        let repo = self.github.repo("acme/api");
        let pull = repo.pull("Tidy the login").by_bot("devin-ai-integration[bot]", 158_243_242).branch("devin/1767603600-login");
        pull.commit("Tidy", &[("src/login.py", "def login():\n    return True\n")]).open()
    }
}

fn repository() -> Scope {
    Scope::Repository("acme/api".to_owned())
}

fn at(number: u64) -> PullRef {
    PullRef { origin: Origin::Github, repo: "acme/api".to_owned(), name: format!("#{number}") }
}

fn bytes(files: &[(&str, Option<&[u8]>)]) -> Vec<(String, Option<Vec<u8>>)> {
    files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.map(<[u8]>::to_vec))).collect()
}

fn titles(listing: &Listing) -> Vec<&str> {
    listing.pulls.iter().map(|pull| pull.title.as_str()).collect()
}

#[test]
fn a_queue_holds_agents_pulls_with_how_they_stand() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let bot = acme.devin();
    repo.pull("By hand").by("bob").branch("fix").commit("Fix", &[("a", "1\n")]).open();
    let claimed = repo.pull("With a tool").by("carol").branch("tidy").body("Generated with [Claude Code](https://claude.com/claude-code)");
    let claimed = claimed.label("agent:quarantine").draft().commit("Tidy", &[("b", "1\n")]).open();
    let reviewer = acme.github.user("dora");
    repo.with(|repo| {
        let pull = repo.pulls.get_mut(&bot).unwrap();
        let review =
            |by: u64, state, commit: &str| Review { id: by, by: Some(by), state, commit: commit.to_owned(), body: String::new(), at: 1 };
        let old = pull.base_sha.clone();
        pull.reviews =
            vec![review(reviewer, "APPROVED", &pull.head_sha), review(reviewer, "APPROVED", &pull.head_sha), review(7, "APPROVED", &old)];
        pull.reviews.truncate(2);
        pull.updated += 100;
        let head = pull.head_sha.clone();
        repo.checks.push(check(&head, "tests", Some("failure"), None));
    });
    let listing = acme.list(acme.queue(repository()));
    assert_eq!(titles(&listing), ["Tidy the login", "With a tool"]);
    let [first, second] = listing.pulls.as_slice() else { panic!() };
    assert_eq!(
        (first.at.to_string(), first.provenance.agent.as_deref(), first.provenance.tier),
        (format!("acme/api#{bot}"), Some("devin"), Tier::Verified)
    );
    let standing = first.standing.as_ref().unwrap();
    assert_eq!(
        (standing.author.as_ref().unwrap().login.as_str(), standing.author.as_ref().unwrap().id),
        ("devin-ai-integration[bot]", Some(158_243_242))
    );
    assert_eq!((standing.approvals, standing.checks, standing.verdict), (1, Rollup::Failing, Verdict::None));
    assert_eq!((standing.additions, standing.files, standing.viewer_is_author), (2, 1, false));
    assert_eq!(
        (second.at.name.clone(), second.state, second.provenance.tier),
        (format!("#{claimed}"), PullState::Quarantined, Tier::Claimed)
    );
    assert!(second.standing.as_ref().unwrap().draft);
    let everybody = acme.list(Wanted { agents: None, ..acme.queue(repository()) });
    assert_eq!(everybody.pulls.len(), 3);
    assert_eq!((listing.unreadable, listing.omissions.len()), (0, 0));
}

#[test]
fn what_is_asked_of_the_reviewer_and_what_they_said_comes_with_the_queue() {
    let acme = Acme::new();
    let number = acme.devin();
    let maker = acme.github.user("maker");
    let head = acme.github.repo("acme/api").look(|repo| repo.pulls[&number].head_sha.clone());
    acme.github.repo("acme/api").with(|repo| {
        let pull = repo.pulls.get_mut(&number).unwrap();
        let commit = head.clone();
        pull.requested.push(maker);
        pull.reviews.push(Review { id: 1, by: Some(maker), state: "CHANGES_REQUESTED", commit, body: String::new(), at: 1 });
    });
    let listing = acme.list(acme.queue(repository()));
    let standing = listing.pulls[0].standing.as_ref().unwrap();
    let own = standing.own_review.as_ref().unwrap();
    assert!(standing.requested);
    assert_eq!((own.state.as_str(), own.commit.as_ref().unwrap().to_string()), ("CHANGES_REQUESTED", head));
    acme.github.repo("acme/api").with(|repo| {
        let pull = repo.pulls.get_mut(&number).unwrap();
        pull.requested.clear();
        pull.reviews.clear();
    });
    let standing = acme.list(acme.queue(repository())).pulls[0].standing.clone().unwrap();
    assert_eq!((standing.requested, standing.own_review), (false, None));
}

#[test]
fn fifty_pulls_cost_one_request_and_one_point() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let head = repo.commit("claude/all", "One for all", &[("a", "1\n")]);
    for number in 0..120 {
        repo.pull(&format!("No. {number}")).by("bob").branch("claude/all").head(&head).created(1_767_700_000 + number).open();
    }
    acme.github.forget();
    let told = AtomicUsize::new(0);
    let source = acme.source(source::Setup { wanted: acme.queue(repository()), ..source::Setup::default() });
    let listing = source.list_telling(&|page| told.store(page.read * 1000 + page.of, Ordering::Relaxed), &Cancel::default()).unwrap();
    assert_eq!((listing.pulls.len(), told.into_inner()), (120, 120_120));
    assert_eq!(acme.github.seen().len(), 3);
    assert_eq!(acme.github.world().tokens[0].graphql.used, 3, "one point a page");
    assert_eq!((listing.pulls[0].title.as_str(), listing.pulls[119].title.as_str()), ("No. 119", "No. 0"));
}

#[test]
fn more_than_a_thousand_are_read_by_slices_of_time() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let head = repo.commit("codex/all", "One for all", &[("a", "1\n")]);
    // Most within one hour, so that equal slices are not enough; some in one second, told apart by when they were touched.
    for number in 0..1_300_i64 {
        let created = if number < 1_100 { 1_767_700_000 + number } else { 1_767_800_000 + (number - 1_100) * 86_400 };
        repo.pull(&format!("No. {number}")).by("bob").branch("codex/all").head(&head).created(created).open();
    }
    acme.github.forget();
    let listing = acme.list(Wanted { agents: None, ..acme.queue(repository()) });
    assert_eq!((listing.pulls.len(), listing.unreadable), (1_300, 0), "{:?}", listing.omissions);
    assert!(acme.github.seen().len() <= 1_300 / 50 + 14, "{} requests", acme.github.seen().len());
}

#[test]
fn what_no_time_tells_apart_is_told() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let head = repo.commit("codex/all", "One for all", &[("a", "1\n")]);
    for number in 0..1_020 {
        repo.pull(&format!("No. {number}")).by("bob").branch("codex/all").head(&head).created(1_767_700_000).open();
    }
    repo.with(|repo| repo.pulls.values_mut().for_each(|pull| pull.updated = 1_767_700_000));
    let listing = acme.list(Wanted { agents: None, ..acme.queue(repository()) });
    assert_eq!((listing.pulls.len(), listing.unreadable), (1_000, 20));
    assert!(listing.omissions[0].why.contains("20 of 1020 pulls"), "{:?}", listing.omissions);
}

#[test]
fn many_pulls_are_searched_agent_by_agent() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let head = repo.commit("people", "One for all", &[("a", "1\n")]);
    for number in 0..1_001 {
        repo.pull(&format!("No. {number}")).by("bob").branch("people").head(&head).created(1_767_700_000 + number).open();
    }
    let bot = acme.devin();
    repo.pull("Signed")
        .by("carol")
        .branch("x")
        .body("Generated with [Claude Code](https://claude.com/claude-code)")
        .commit("x", &[("x", "1\n")])
        .open();
    repo.pull("About it").by("carol").branch("y").body("Why \"Generated with [Claude Code]\" is noise").commit("y", &[("y", "1\n")]).open();
    let listing = acme.list(acme.queue(repository()));
    assert_eq!(listing.pulls.iter().filter(|pull| pull.at.name == format!("#{bot}")).count(), 1, "found twice, listed once");
    let mut found = titles(&listing);
    found.sort_unstable();
    assert_eq!(found, ["Signed", "Tidy the login"]);
}

#[test]
fn scopes_and_states_narrow_the_queue() {
    let acme = Acme::new();
    let (repo, other) = (acme.github.repo("acme/api"), acme.github.repo("other/web"));
    acme.devin();
    let gone = repo.pull("Gone").by("bob").branch("codex/gone").commit("x", &[("x", "1\n")]).open();
    let merged = repo.pull("Merged").by("bob").branch("codex/merged").commit("y", &[("y", "1\n")]).open();
    other.pull("Elsewhere").by("bob").branch("codex/web").label("urgent").commit("z", &[("z", "1\n")]).open();
    let maker = acme.github.user("maker");
    repo.with(|repo| {
        repo.pulls.get_mut(&gone).unwrap().open = false;
        let pull = repo.pulls.get_mut(&merged).unwrap();
        pull.open = false;
        pull.merged = Some(Merged { at: 1_767_700_000, by: Some(maker), commit: pull.head_sha.clone(), method: "merge" });
    });
    let list = |scope, states| acme.list(Wanted { states, ..acme.queue(scope) });
    assert_eq!(titles(&list(Scope::Org("acme".to_owned()), States::Open)), ["Tidy the login"]);
    assert_eq!(titles(&list(repository(), States::Closed)), ["Gone"]);
    let merged = list(repository(), States::Merged);
    assert_eq!((titles(&merged), merged.pulls[0].state), (vec!["Merged"], PullState::Merged));
    let how = merged.pulls[0].standing.as_ref().unwrap().merged.as_ref().unwrap();
    assert_eq!((how.by.as_ref().unwrap().login.as_str(), how.at.0), ("maker", 1_767_700_000));
    assert_eq!(list(repository(), States::All).pulls.len(), 3);
    {
        let mut world = acme.github.world();
        let org = world.find_account("acme").unwrap().id;
        world.accounts.get_mut(&org).unwrap().teams.insert("core".to_owned(), [maker].into());
    }
    let team = Scope::Team { org: "acme".to_owned(), slug: "core".to_owned() };
    assert_eq!(titles(&list(team, States::Open)), ["Tidy the login"]);
    assert_eq!(titles(&list(Scope::Search("label:urgent".to_owned()), States::Open)), ["Elsewhere"]);
    assert_eq!(list(Scope::Search("is:merged author:bob".to_owned()), States::Open).pulls.len(), 1, "its own words go first");
    let both = Wanted { scopes: vec![repository(), Scope::Repository("other/web".to_owned())], ..acme.queue(repository()) };
    assert_eq!(acme.list(both).pulls.len(), 2);
}

#[test]
fn one_pull_is_two_requests() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    repo.commit("main", "More", &[("old.txt", "a\nb\nc\nd\ne\nf\n"), ("gone.txt", "x\n")]);
    let number = repo
        .pull("Many things")
        .by("bob")
        .branch("claude/many")
        .commit(
            "One\n\nWhy not.\n\nCo-authored-by: Claude <noreply@anthropic.com>",
            &[("new.py", "print(1)\n"), ("README.md", "# example\nmore")],
        )
        .commit_bytes(
            "Two",
            bytes(&[
                ("gone.txt", None),
                ("old.txt", None),
                ("moved.txt", Some(b"a\nb\nc\nd\ne\nf\n")),
                ("pic.png", Some(b"\x89PNG\0\x01")),
            ]),
        )
        .open();
    acme.github.forget();
    let change = acme.change(number);
    let mut seen: Vec<String> = acme.github.seen().iter().map(|seen| seen.short()).collect();
    seen.sort();
    assert_eq!(seen.len(), 2, "{seen:#?}");
    assert_eq!(change.commits.len(), 2);
    assert!(change.commits[0].message.contains("Why not."));
    assert_eq!(change.pull.provenance.agent.as_deref(), Some("claude-code"));
    let main = repo.git().tip("refs/heads/main").unwrap();
    assert_eq!(change.pull.revision.merge_base.as_ref().map(|id| id.as_str()), Some(main.as_str()));
    let file = |path: &str| change.patch.files.iter().find(|file| file.path().text() == path).unwrap();
    assert_eq!((file("new.py").status, file("new.py").added()), (FileStatus::Added, 1));
    assert!(file("README.md").text().unwrap().lines.last().unwrap().no_newline);
    assert_eq!(file("gone.txt").status, FileStatus::Deleted);
    assert_eq!(file("moved.txt").status, FileStatus::Renamed(None));
    assert!(matches!(file("pic.png").content, Content::Omitted(_)), "GitHub does not say what it is");
    assert_eq!((change.patch.unreadable, change.digest.len()), (1, 64));
    assert_eq!(acme.change(number).digest, change.digest);
    let wanted = [
        TextRequest { path: RepoPath::from("README.md"), side: Side::Old },
        TextRequest { path: RepoPath::from("README.md"), side: Side::New },
    ];
    let texts = acme.source(source::Setup::default()).texts(&change, &wanted, &Cancel::default());
    assert_eq!(texts.get(&wanted[0].path, Side::Old).map(|text| &**text), Some("# example\n"));
    assert_eq!(texts.get(&wanted[0].path, Side::New).map(|text| &**text), Some("# example\nmore"));
}

#[test]
fn what_github_leaves_out_is_filled_from_git_or_told() {
    let acme = Acme::new();
    let long: String = (0..2_500).map(|line| format!("line {line}\n")).collect();
    let pull = acme.github.repo("acme/api").pull("Large").by("bob").branch("codex/large");
    let number = pull.commit_bytes("Large", bytes(&[("large.txt", Some(long.as_bytes())), ("pic.png", Some(b"\x89PNG\0\x01"))])).open();
    let alone = acme.change(number);
    assert_eq!(alone.patch.unreadable, 2);
    let said: Vec<&str> = alone
        .patch
        .files
        .iter()
        .filter_map(|file| if let Content::Omitted(why) = &file.content { Some(why.as_str()) } else { None })
        .collect();
    assert!(said[0].contains("counts 2500 changed lines") && said[1].contains("shows no lines"), "{said:?}");
    let whole = acme.filled().change(&at(number), &Cancel::default()).unwrap();
    assert_eq!((whole.patch.unreadable, whole.patch.added()), (0, 2_500), "{:?}", whole.patch.omissions);
    assert!(matches!(whole.patch.files[1].content, Content::Binary { .. }));
    assert_eq!(acme.filled().change(&at(number), &Cancel::default()).unwrap().digest, whole.digest);
}

#[test]
fn more_files_than_github_lists_come_from_git() {
    let acme = Acme::new();
    let files: Vec<_> = (0..3_020).map(|number| (format!("f/{number:04}"), Some(b"x\n".to_vec()))).collect();
    let number = acme.github.repo("acme/api").pull("Wide").by("bob").branch("codex/wide").commit_bytes("Wide", files).open();
    let alone = acme.change(number);
    assert_eq!((alone.patch.files.len(), alone.patch.unreadable), (3_000, 1));
    assert!(
        alone.patch.omissions.iter().any(|omission| omission.why.contains("lists 3000 of its 3020 files")),
        "{:?}",
        alone.patch.omissions
    );
    let whole = acme.filled().change(&at(number), &Cancel::default()).unwrap();
    assert_eq!((whole.patch.files.len(), whole.patch.added(), whole.patch.unreadable), (3_020, 3_020, 0), "{:?}", whole.patch.omissions);
}

#[test]
fn all_commits_are_read_beyond_250() {
    let acme = Acme::new();
    let mut pull = acme.github.repo("acme/api").pull("Long").by("bob").branch("codex/long");
    for commit in 0..320 {
        pull = pull.commit(&format!("No. {commit}"), &[("count", &format!("{commit}\n"))]);
    }
    let number = pull.open();
    let change = acme.change(number);
    let subjects: Vec<&str> = change.commits.iter().map(|commit| commit.subject()).collect();
    let expected: Vec<String> = (0..320).map(|commit| format!("No. {commit}")).collect();
    assert_eq!(subjects, expected);
    assert_eq!((change.pull.commit_count, change.patch.unreadable), (Some(320), 0));
}

#[test]
fn a_push_in_between_is_never_mixed_in() {
    let acme = Acme::new();
    let number = acme.devin();
    let source = acme.source(source::Setup::default());
    source.prefetch(&at(number), &Cancel::default());
    acme.github.forget();
    let ahead = source.change(&at(number), &Cancel::default()).unwrap();
    assert_eq!((acme.github.seen().len(), ahead.patch.added()), (1, 2), "read ahead, and looked whether it is still so");
    source.prefetch(&at(number), &Cancel::default());
    acme.github.repo("acme/api").push(number, "More", &[("src/more.py", "x = 1\n")]);
    let now = source.change(&at(number), &Cancel::default()).unwrap();
    assert_eq!((now.patch.files.len(), now.commits.len()), (2, 2), "what was read ahead is not shown once it is old");
    assert_ne!(now.digest, ahead.digest);
}

#[test]
fn bad_input_is_one_sentence() {
    let acme = Acme::new();
    let source = acme.source(source::Setup::default());
    let refused = |at: &PullRef| match source.change(at, &Cancel::default()) {
        Err(SourceError::NotFound(says) | SourceError::Unreadable(says)) => says,
        other => panic!("{other:?}"),
    };
    assert!(refused(&at(99)).contains("acme/api#99"), "{}", refused(&at(99)));
    let none = PullRef { repo: "acme/none".to_owned(), ..at(1) };
    assert!(refused(&none).contains("repository acme/none on github.com"), "{}", refused(&none));
    let elsewhere = PullRef { repo: "ghe.example/acme/api".to_owned(), ..at(1) };
    assert!(refused(&elsewhere).contains("is no pull of github.com"));
    let number = acme.devin();
    acme.github.revoke(&acme.token);
    assert!(refused(&at(number)).to_lowercase().contains("token"), "{}", refused(&at(number)));
    let cancel = Cancel::default();
    cancel.cancel();
    assert_eq!(source.change(&at(number), &cancel), Err(SourceError::Cancelled));
}

#[test]
fn renamed_repositories_and_deleted_forks_are_told() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let number = repo.pull("Orphan").by("bob").branch("codex/orphan").off_deleted_fork().commit("x", &[("x", "1\n")]).open();
    repo.with(|repo| {
        repo.former.push(repo.full());
        repo.name = "service".to_owned();
    });
    let change = acme.change(number);
    assert_eq!((change.pull.at.to_string(), change.patch.added()), (format!("acme/api#{number}"), 1), "it keeps the name it was asked by");
    let said: Vec<&str> = change.patch.omissions.iter().map(|omission| omission.why.as_str()).collect();
    assert!(said.iter().any(|why| why.contains("is called acme/service now")), "{said:?}");
    assert!(said.iter().any(|why| why.contains("was deleted")), "{said:?}");
    assert_eq!(change.patch.unreadable, 0);
}

#[test]
fn hostile_names_stay_data() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let body = format!("\u{1b}[31m<script>\u{202e}{}", "🦀".repeat(15_000));
    let branch = "claude/\u{202e}gnp.exe";
    let number =
        repo.pull("\u{1b}]0;owned\u{7}").by("devin").branch(branch).body(&body).commit("x\u{1b}[2J", &[("a\u{202e}b.py", "1\n")]).open();
    let change = acme.change(number);
    assert_eq!((change.pull.body, change.pull.branch.as_str()), (body, branch), "nothing is lost, and whoever shows it makes it harmless");
    assert_eq!(change.pull.provenance.tier, Tier::Inferred, "a person called devin is a person");
    assert_eq!(change.patch.files[0].path().text(), "a\u{202e}b.py");
}

fn check(sha: &str, name: &str, conclusion: Option<&str>, run: Option<u64>) -> Check {
    Check {
        id: 500 + run.unwrap_or(0),
        sha: sha.to_owned(),
        name: name.to_owned(),
        status: if conclusion.is_some() { "completed" } else { "in_progress" }.to_owned(),
        conclusion: conclusion.map(str::to_owned),
        app: (15_368, "github-actions".to_owned()),
        at: 1_767_700_000,
        run,
        annotations: vec![Annotation {
            path: "src/login.py".to_owned(),
            lines: (1, 2),
            level: "warning".to_owned(),
            message: "No types".to_owned(),
        }],
    }
}

/// The program, pointed at the loopback.
fn program(acme: &Acme, folder: &std::path::Path, args: &[&str]) -> (i32, String, String) {
    let home = acme.cache.path().join("home");
    let mut command = Program::new(folder, home).command(args);
    command.env("LAZARET_GITHUB_API", acme.github.url()).env("GH_TOKEN", &acme.token);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_program_scans_and_lists_pulls() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let number = acme.devin();
    let good = "import os\n\ndef verify_token(token):\n    return check(token)\n";
    let bad =
        "import os\n\ndef verify_token(token):\n    if os.getenv(\"DEBUG\") == \"1\":\n        return True\n    return check(token)\n";
    repo.commit("main", "Log in", &[("src/auth/login.py", good)]);
    let worse = repo.pull("Simplify").by("bob").branch("codex/simpler").commit("Simplify", &[("src/auth/login.py", bad)]).open();
    let here = acme.cache.path();
    let (code, out, err) = program(&acme, here, &["scan", &format!("acme/api#{worse}"), "--format", "json", "--fail-on", "never"]);
    assert_eq!(code, 0, "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["schema"], "lazaret/report/v1");
    assert_eq!((&report["change"]["source"], &report["change"]["ref"]), (&"github".into(), &format!("acme/api#{worse}").into()));
    assert!(report["change"]["url"].as_str().unwrap().ends_with(&format!("/acme/api/pull/{worse}")));
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "env-gated-auth"), "{out}");
    let (code, out, err) = program(&acme, here, &["list", "acme/api", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let queue: serde_json::Value = serde_json::from_str(&out).unwrap();
    let names: Vec<&str> = queue["pulls"].as_array().unwrap().iter().map(|pull| pull["ref"].as_str().unwrap()).collect();
    assert_eq!(names, [format!("acme/api#{worse}"), format!("acme/api#{number}")], "{out}");
    let page = format!("https://github.com/acme/api/pull/{number}/files");
    let (code, out, _) = program(&acme, here, &["scan", &page, "--format", "jsonl", "--fail-on", "never"]);
    assert_eq!((code, out.lines().count()), (0, 1));
    let (code, out, err) = program(&acme, here, &["list", "acme/api", "--offline", "--format", "json"]);
    assert_eq!((code, out.contains(&format!("acme/api#{worse}"))), (0, true), "{err}");
    assert!(err.contains("the forge was not asked"), "{err}");
    for verb in ["list", "scan"] {
        let (code, _, err) = program(&acme, here, &[verb, "acme/nope"]);
        assert_eq!((code, err.lines().count()), (2, 1), "a repository that is not there is never an empty queue: {err}");
    }
    let (code, _, err) = program(&acme, here, &["list", "acme/other", "--offline"]);
    assert_eq!((code, err.lines().count()), (2, 1), "{err}");
}

#[test]
fn a_clone_from_github_means_its_pulls() {
    let acme = Acme::new();
    let number = acme.devin();
    let world = World::new();
    world.git(&["remote", "add", "origin", "https://github.com/acme/api.git"]);
    world.git(&["branch", "claude/here"]);
    let (code, out, err) = program(&acme, &world.path(), &["list", "--format", "json"]);
    assert_eq!((code, out.contains(&format!("acme/api#{number}"))), (0, true), "{out}{err}");
    let (_, out, _) = program(&acme, &world.path(), &["list", "--all-branches", "--format", "json"]);
    assert!(!out.contains("acme/api#"), "branches are asked for");
    let (code, out, err) = program(&acme, &world.path(), &["scan", &format!("#{number}"), "--format", "json", "--fail-on", "never"]);
    assert_eq!((code, out.contains("\"github\"")), (0, true), "{err}");
    let (code, _, err) = program(&acme, &world.path(), &["scan", "acme/api", "nothing-of-that-name"]);
    assert_eq!((code, err.contains("several targets at once")), (2, true), "{err}");
    acme.github.fail(When::Every("GRAPHQL".to_owned()), Fault::Unauthorised);
    let (code, _, err) = program(&acme, &world.path(), &["list"]);
    assert_eq!((code, err.lines().count(), err.contains("--all-branches reads its branches instead")), (2, 1, true), "{err}");
    let without = Program::new(world.path(), acme.cache.path().join("other")).run(&["list", "--format", "json"]);
    assert_eq!((without.code, without.out.contains("acme/api#")), (0, false), "without a token its branches are meant: {}", without.err);
}

#[test]
fn other_hosts_are_named_in_front() {
    let acme = Acme::new();
    let number = acme.devin();
    let run = |args: &[&str]| {
        let mut command = Program::new(acme.cache.path(), acme.cache.path().join("home")).command(args);
        command.env("LAZARET_GITHUB_API", acme.github.url()).env("GH_TOKEN", &acme.token).env("GH_HOST", "ghe.example");
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for target in ["acme/api", "ghe.example/acme/api", &format!("https://ghe.example/acme/api/pull/{number}")] {
        let (code, out, err) = run(&["list", target, "--format", "json"]);
        assert_eq!((code, out.contains(&format!("\"ghe.example/acme/api#{number}\""))), (0, true), "{target}: {out}{err}");
    }
    let (code, _, err) = run(&["list", "https://elsewhere.example/acme/api/pull/7"]);
    assert_eq!((code, err.contains("elsewhere.example is not known as a GitHub host")), (2, true), "{err}");
    let (code, _, err) = run(&["list", "acme/api", "github.com/acme/api"]);
    assert_eq!((code, err.contains("cannot be asked at once")), (2, true), "{err}");
    let (code, _, err) = run(&["list", "--repo", ".", "--state", "merged"]);
    assert_eq!((code, err.contains("--state is about pulls")), (2, true), "{err}");
}

#[test]
fn saved_searches_have_names() {
    let acme = Acme::new();
    let number = acme.devin();
    let config = acme.cache.path().join("home/config");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("settings.toml"), "[queries]\nmine = \"org:acme is:open\"\n").unwrap();
    let (code, out, err) = program(&acme, acme.cache.path(), &["list", "query:mine", "--format", "json"]);
    assert_eq!((code, out.contains(&format!("acme/api#{number}"))), (0, true), "{err}");
    let (code, _, err) = program(&acme, acme.cache.path(), &["list", "query:other"]);
    assert_eq!((code, err.contains("there are mine")), (2, true), "{err}");
}

/// A pull with everything around it that a forge can keep.
fn busy() -> (Acme, u64) {
    let acme = Acme::new();
    let number = acme.devin();
    let (dora, maker) = (acme.github.user("dora"), acme.github.user("maker"));
    let repo = acme.github.repo("acme/api");
    repo.with(|repo| {
        let pull = repo.pulls.get_mut(&number).unwrap();
        let head = pull.head_sha.clone();
        let said = |id, body: &str| ReviewComment {
            id,
            review: 1,
            by: Some(dora),
            body: body.to_owned(),
            commit: head.clone(),
            at: 1,
            reply_to: None,
        };
        let thread = |id, whole_file, outdated: bool| Thread {
            id,
            path: "src/login.py".to_owned(),
            side: "RIGHT".to_owned(),
            start_side: Some("RIGHT".to_owned()),
            line: Some(2),
            start_line: Some(1),
            whole_file,
            resolved: outdated.then_some(dora),
            outdated,
            comments: vec![said(id * 10, "Why?"), said(id * 10 + 1, "Indeed.")],
        };
        pull.threads = vec![thread(1, false, false), thread(2, true, false), thread(3, false, true)];
        pull.reviews = (0..120)
            .map(|id| Review {
                id: 2_000 + id,
                by: Some(dora),
                state: "COMMENTED",
                commit: head.clone(),
                body: format!("No. {id}"),
                at: id as i64,
            })
            .collect();
        pull.comments = vec![Comment { id: 77, by: None, body: "\u{1b}[2Jghost".to_owned(), at: 5 }];
        pull.closes = vec![3];
        repo.issues.insert(3, ("Slow login".to_owned(), true));
        repo.checks = vec![check(&head, "tests", Some("failure"), Some(41)), check(&head, "lint", None, None)];
        repo.runs = vec![run(41, &head, "completed"), run(42, &head, "waiting")];
        repo.alerts = vec![Alert {
            number: 1,
            rule: "py/always-true".to_owned(),
            severity: "error".to_owned(),
            message: "Always true".to_owned(),
            path: "src/login.py".to_owned(),
            lines: (2, 2),
            on: format!("refs/pull/{number}/merge"),
            sha: head,
        }];
        repo.rulesets = vec![Ruleset {
            id: 7,
            name: "main".to_owned(),
            source_type: "Repository",
            source: "acme/api".to_owned(),
            branches: vec!["main".to_owned()],
            rules: vec![
                Rule::Reviews { count: 2, dismiss: true, last_push: true, owners: false },
                Rule::Checks(vec![("tests".to_owned(), Some(15_368))]),
            ],
            bypass: vec![("RepositoryRole", Some(5))],
        }];
        repo.protections.insert("main".to_owned(), Protection { contexts: vec![("build".to_owned(), None)], ..Protection::default() });
        repo.tasks = vec![Task { id: "t1".to_owned(), creator: maker, state: "completed".to_owned(), pull: number, at: 1 }];
    });
    (acme, number)
}

fn run(id: u64, sha: &str, status: &str) -> Run {
    Run {
        id,
        name: format!("run {id}"),
        sha: sha.to_owned(),
        branch: "devin/1767603600-login".to_owned(),
        event: "pull_request".to_owned(),
        status: status.to_owned(),
        conclusion: (status == "completed").then(|| "failure".to_owned()),
        actor: 158_243_242,
        at: 1_767_700_000,
    }
}

#[test]
fn what_stands_around_a_pull_is_read_to_its_end() {
    let (acme, number) = busy();
    let head = acme.github.repo("acme/api").push(number, "More", &[("b", "1\n")]);
    acme.github.repo("acme/api").with(|repo| {
        repo.checks.iter_mut().for_each(|check| check.sha.clone_from(&head));
        repo.runs.iter_mut().for_each(|run| run.sha.clone_from(&head));
    });
    acme.github.forget();
    let dossier = acme.dossier(number);
    assert_eq!(dossier.reviews.len(), 120, "two pages");
    assert_eq!((dossier.reviews[119].body.as_str(), dossier.reviews[0].by.as_ref().unwrap().login.as_str()), ("No. 119", "dora"));
    let lines: Vec<_> =
        dossier.threads.iter().map(|thread| (thread.lines, thread.resolved, thread.outdated, thread.remarks.len())).collect();
    assert_eq!(lines, [(Some((1, 2)), false, false, 2), (None, false, false, 2), (None, true, true, 2)]);
    assert_eq!((dossier.remarks[0].by.as_ref(), dossier.remarks[0].body.as_str()), (None, "\u{1b}[2Jghost"));
    let checks: Vec<_> = dossier.checks.iter().map(|check| (check.name.as_str(), check.state.as_str(), check.run)).collect();
    assert_eq!(checks, [("tests", "failure", Some(41)), ("lint", "in_progress", None), ("run 42", "waiting", Some(42))]);
    let noted: Vec<_> = dossier.annotations.iter().map(|note| (note.check.as_str(), note.lines, note.level.as_str())).collect();
    assert_eq!(noted, [("tests", (1, 2), "warning"), ("lint", (1, 2), "warning"), ("scanner", (2, 2), "failure")]);
    let rules: Vec<_> = dossier.rules.rules.iter().map(|rule| (rule.kind.as_str(), rule.approvals, rule.contexts.len())).collect();
    assert_eq!(rules, [("pull_request", 2, 0), ("required_status_checks", 0, 1), ("branch protection", 0, 1)]);
    assert_eq!(dossier.rules.rules[1].contexts[0], ("tests".to_owned(), Some(15_368)));
    assert_eq!((dossier.viewer_permission.as_str(), dossier.viewer.as_ref().unwrap().login.as_str()), ("write", "maker"));
    assert_eq!(dossier.last_pusher.as_ref().unwrap().login, "devin-ai-integration[bot]");
    assert_eq!(dossier.requester.as_ref().unwrap().login, "maker", "GitHub knows who asked the agent");
    let links: Vec<_> = dossier.links.iter().map(|link| (link.kind, link.name.as_str())).collect();
    assert_eq!(links, [("issue", "acme/api#3 Slow login"), ("session", "t1")]);
    assert!(dossier.omissions.iter().any(|omission| omission.why.contains("need admin rights")), "{:?}", dossier.omissions);
    assert!(acme.github.seen().len() <= 12, "{:#?}", acme.github.seen().iter().map(|seen| seen.short()).collect::<Vec<_>>());
}

#[test]
fn where_a_merge_went_is_told() {
    let acme = Acme::new();
    let number = acme.devin();
    let maker = acme.github.user("maker");
    let repo = acme.github.repo("acme/api");
    let head = repo.look(|repo| repo.pulls[&number].head_sha.clone());
    let before = repo.git().tip("refs/heads/main").unwrap();
    repo.git().point("refs/tags/v1", &before);
    repo.git().point("refs/tags/v2", &head);
    repo.git().point("refs/heads/main", &head);
    repo.with(|repo| {
        let pull = repo.pulls.get_mut(&number).unwrap();
        pull.open = false;
        pull.merged = Some(Merged { at: 1_767_700_000, by: Some(maker), commit: head.clone(), method: "rebase" });
        let release = |tag: &str| Release { id: 1, tag: tag.to_owned(), name: format!("Release {tag}"), at: 1, by: maker };
        repo.releases = vec![release("v1"), release("v2")];
        repo.deployments = vec![Deployment {
            id: 1,
            sha: head.clone(),
            reference: None,
            environment: "production".to_owned(),
            state: "active".to_owned(),
            at: 1,
            by: maker,
        }];
    });
    let dossier = acme.dossier(number);
    let links: Vec<_> = dossier.links.iter().map(|link| (link.kind, link.name.as_str())).collect();
    assert_eq!(links, [("release", "Release v2"), ("deployment", "production (active)"), ("tag", "v2")]);
}

#[test]
fn parts_that_cannot_be_read_are_told_and_the_others_come() {
    let (acme, number) = busy();
    acme.github.fail(When::Every("/rules/branches/".to_owned()), Fault::Forbidden);
    acme.github.fail(When::Every("/activity".to_owned()), Fault::Page);
    acme.github.fail(When::Every("/agents/".to_owned()), Fault::Status(404));
    let dossier = acme.dossier(number);
    assert_eq!((dossier.reviews.len(), dossier.last_pusher, dossier.requester), (120, None, None));
    for part in ["the rulesets of the base branch are not known", "who pushed last is not known", "which task of an agent"] {
        assert!(dossier.omissions.iter().any(|omission| omission.why.contains(part)), "{part}: {:?}", dossier.omissions);
    }
}

#[test]
fn a_list_that_breaks_off_keeps_what_it_has() {
    let acme = Acme::new();
    let repo = acme.github.repo("acme/api");
    let head = repo.commit("claude/all", "One for all", &[("a", "1\n")]);
    for number in 0..120 {
        repo.pull(&format!("No. {number}")).by("bob").branch("claude/all").head(&head).created(1_767_700_000 + number).open();
    }
    acme.github.fail(When::Like("GRAPHQL Queue".to_owned(), 2), Fault::Forbidden);
    let listing = acme.list(acme.queue(repository()));
    assert_eq!((listing.pulls.len(), listing.unreadable), (50, 1));
    assert!(listing.omissions[0].why.contains("the list ends early, after 50 pulls"), "{:?}", listing.omissions);
    acme.github.heal();
    acme.github.fail(When::Like("/files".to_owned(), 1), Fault::Forbidden);
    let refused = acme.source(source::Setup::default()).change(&at(1), &Cancel::default());
    assert!(matches!(refused, Err(SourceError::Unreadable(_))), "a pull without its files is no pull: {refused:?}");
}

#[test]
fn pulls_that_may_not_be_seen_are_counted() {
    let answer = r#"{"data":{"search":{"issueCount":3,"pageInfo":{"hasNextPage":false,"endCursor":"x"},"nodes":[null,
        {"__typename":"PullRequest","id":"P","number":7,"title":"Seen","state":"OPEN","headRefName":"codex/x","repository":{"nameWithOwner":"acme/api"},
         "createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z","statusCheckRollup":null},{"__typename":"Issue"}]}},
        "errors":[{"type":"FORBIDDEN","path":["search","nodes",0],"message":"Resource protected by organization SAML enforcement."},
                  {"type":"FORBIDDEN","path":["search","nodes",1,"statusCheckRollup"],"message":"Resource not accessible by personal access token"}]}"#;
    let server = Server::start(|_, _| json(200, answer));
    let setup = Setup { api: Some(server.address()), token: Some("none".into()), ..Setup::new("github.com") };
    let wanted = Wanted { scopes: vec![repository()], agents: Some(Vec::new()), ..Wanted::default() };
    let setup = (Arc::new(GithubClient::connect(setup).unwrap()), source::Setup { wanted, ..source::Setup::default() });
    let listing = GithubSource::new(setup.0, None, Arc::new(provenance::of), setup.1).list(&Cancel::default()).unwrap();
    assert_eq!((titles(&listing), listing.unreadable), (vec!["Seen"], 1));
    let said: Vec<&str> = listing.omissions.iter().map(|omission| omission.why.as_str()).collect();
    assert!(said[0].contains("SAML") && said[1].contains("statusCheckRollup of listed pulls is not shown"), "{said:?}");
}
