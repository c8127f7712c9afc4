//! Every read of every verb, queue, opened pull and sweep failing in every way: nothing is written on what was not read, nothing is
//! taken for "none" that was not read, and whoever asked is told which request failed and what to do.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use lazaret::analysis::provenance;
use lazaret::model::cancel::Cancel;
use lazaret::model::change::TextRequest;
use lazaret::model::diff::{Omission, Side};
use lazaret::model::path::RepoPath;
use lazaret::model::pull::{Origin, PullRef};
use lazaret::model::response::{Plan, Strength};
use lazaret::model::sweep::{Asked, Wanted as Which, Window};
use lazaret::model::time::Timestamp;
use lazaret::response::evidence::verify;
use lazaret::sources::github::fetch::{Fetcher, Limits};
use lazaret::sources::github::queue::{States, Wanted};
use lazaret::sources::github::source::{GithubSource, Setup};
use lazaret::sources::github::swept::{Reach, SweptHost};
use lazaret::sources::github::target::Scope;
use lazaret::sources::source::Source as _;
use lazaret::sources::sweep::Field as _;
use tempfile::TempDir;

use crate::failures::{endure, whole};
use crate::github::GitHub;
use crate::github::account::Role;
use crate::github::fault::{Fault, Wait, When};
use crate::github::pull::Merged;
use crate::github::repo::{Protection, Rule, Ruleset};
use crate::stage::{Deed, Stage};

/// What can go wrong with a read, and whether it goes well when that happens only once.
fn ways(elsewhere: &GitHub, graph: bool) -> Vec<(Fault, bool)> {
    let mut ways = vec![
        (Fault::Unauthorised, false),
        (Fault::Forbidden, false),
        (Fault::Secondary(Wait::Unsaid), true),
        (Fault::Secondary(Wait::Seconds(90)), false),
        (Fault::TooMany(Wait::Date(90)), false),
        (Fault::Status(404), false),
        (Fault::Status(405), false),
        (Fault::Status(409), false),
        (Fault::Status(422), false),
        (Fault::Status(500), true),
        (Fault::Status(503), true),
        (Fault::Page, true),
        (Fault::Cut, true),
        (Fault::Half, true),
        (Fault::Drip(Duration::from_micros(10)), true),
        (Fault::Redirect(format!("{}/user", elsewhere.url())), false),
    ];
    if graph {
        ways.extend([(Fault::Errors("FORBIDDEN"), false), (Fault::Partial, false)]);
    }
    ways
}

/// Whether nothing is lost by `fault`, however often it comes.
fn is_slow(fault: &Fault) -> bool {
    matches!(fault, Fault::Drip(_))
}

/// Whether the host asks for a pause with `fault`: what is asked for beside that request then waits too, and may be what is named.
fn pauses(fault: &Fault) -> bool {
    matches!(fault, Fault::Secondary(_) | Fault::TooMany(_))
}

/// How people name the request with this short form.
fn noun(short: &str) -> &'static str {
    const NOUNS: [(&str, &str); 24] = [
        ("GRAPHQL Viewer", "the token's account"),
        ("GRAPHQL Pull", "pull"),
        ("GRAPHQL Dossier", "acme/api#"),
        ("GRAPHQL Shipped", "releases"),
        ("GRAPHQL Queue", "search"),
        ("/rules/branches/", "the rules of branch"),
        ("/rulesets/", "ruleset"),
        ("/protection", "protection"),
        ("/reviews", "the reviews of"),
        ("/statuses", "the statuses of"),
        ("/check-runs", "the check runs of"),
        ("/logs", "the logs of run"),
        ("/actions/runs", "run"),
        ("/search/issues", "the search"),
        ("/compare/", "the comparison"),
        ("/files", "the files of"),
        ("/contents/", "the file"),
        ("/activity", "the pushes of"),
        ("/code-scanning/", "the code scanning alerts"),
        ("/tasks", "the agent tasks"),
        ("/members", "the members of"),
        ("/blocks/", "the block of"),
        ("/copilot/", "the coding agent"),
        ("/commits/", "commit"),
    ];
    NOUNS.iter().find(|(part, _)| short.contains(part)).map_or("acme", |(_, noun)| *noun)
}

/// Insists that `words` are one harmless sentence with a place and a next step.
#[track_caller]
fn sentence(words: &str, token: &str, place: &str) {
    assert!(!words.trim().is_empty() && words.lines().count() == 1 && !words.contains('\u{1b}'), "{place}: {words:?}");
    assert!(!words.contains(token), "{place}: {words}");
    assert!(words.contains("acme") || words.contains("github.com") || words.contains("token"), "{place}: no place in {words:?}");
    assert!(words.contains(';') || words.contains(": "), "{place}: no next step in {words:?}");
}

fn new<'a>(words: &'a [String], known: &[String]) -> Vec<&'a String> {
    words.iter().filter(|word| !known.contains(word)).collect()
}

/// Whatever a plan says besides its steps.
fn says(plan: &Plan) -> Vec<String> {
    plan.warnings.iter().chain(&plan.refusals).cloned().chain(plan.steps.iter().map(|step| step.lacks.clone())).collect()
}

fn every_read_of_a_plan_fails_in_every_way(deed: Deed) {
    let (stage, elsewhere) = (Stage::new(deed), GitHub::start());
    let actor = stage.actor();
    let good = actor.plans(deed).unwrap();
    let reads: Vec<String> = stage.github.seen().iter().map(|seen| seen.short()).collect();
    assert!(!reads.is_empty() && stage.github.writes().is_empty());
    for (n, short) in reads.iter().enumerate() {
        for (fault, heals) in ways(&elsewhere, short.starts_with("GRAPHQL")) {
            for once in [true, false] {
                let place = format!("{deed:?}, {short} meets {fault:?} {}", if once { "once" } else { "from then on" });
                stage.github.heal();
                stage.github.refill();
                stage.github.fail(if once { When::Nth(n + 1) } else { When::From(n + 1) }, fault.clone());
                let planned = actor.plans(deed);
                assert!(stage.github.writes().is_empty(), "{place}: a plan writes nothing");
                match planned {
                    Err(error) => {
                        assert!(!(heals && once || is_slow(&fault)), "{place}: {error}");
                        sentence(&error.to_string(), &stage.token, &place);
                        assert!(error.to_string().contains(noun(short)), "{place}: {:?} is not in {error}", noun(short));
                    }
                    Ok(plan) if heals && once || is_slow(&fault) => assert_eq!(plan, good, "{place}"),
                    // This is how GitHub says that somebody is not blocked.
                    Ok(_) if short.contains("/blocks/") && matches!(fault, Fault::Status(404)) => {}
                    // No rule of a branch has anything to say about a remark.
                    Ok(_) if deed == Deed::Comment && short.contains("/rules") => {}
                    Ok(plan) => {
                        let (words, known) = (says(&plan), says(&good));
                        let new = new(&words, &known);
                        assert!(!new.is_empty(), "{place}: what was not read is not told: {plan:#?}");
                        let told = plan.warnings.iter().chain(&plan.refusals).filter(|word| new.contains(word));
                        told.for_each(|word| sentence(word, &stage.token, &place));
                    }
                }
            }
        }
    }
    assert_eq!(elsewhere.seen().iter().filter(|seen| seen.authorised).count(), 0, "no token goes to another host");
}

/// Reads between two writes, and those after the last.
fn every_read_of_a_deed_fails(deed: Deed) {
    let mut stage = Stage::new(deed);
    let planned = stage.actor().plans(deed).map(|_| stage.github.seen().len()).unwrap();
    stage.renew();
    let whole = whole(&stage, deed);
    let evidence = |short: &str| ["/timeline", "/files", "/check-runs", "/logs", ".git/"].iter().any(|part| short.contains(part));
    let seen = stage.github.seen();
    let reads = seen.iter().enumerate().skip(planned).filter(|(_, seen)| !seen.writes() && !evidence(&seen.short()));
    let ways = [(Fault::Forbidden, true), (Fault::Status(404), true), (Fault::Status(500), false), (Fault::Unauthorised, false)];
    for (n, seen) in reads {
        for (fault, once) in &ways {
            let when = if *once { When::Nth(n + 1) } else { When::From(n + 1) };
            let what = format!("the read {} ({}) meets {fault:?} at {when:?}", n + 1, seen.short());
            endure(&mut stage, deed, &whole, &what, |github| github.fail(when, fault.clone()));
        }
    }
}

/// What cannot be had is missing from the evidence, and said; what is there is whole.
#[test]
fn every_read_of_evidence_fails_in_every_way() {
    let (stage, elsewhere) = (Stage::new(Deed::Hold), GitHub::start());
    let actor = stage.actor();
    let plan = actor.plans(Deed::Hold).unwrap();
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    stage.github.forget();
    let kept = |n: usize| {
        let place = folder.path().join(n.to_string());
        actor.keeps(&plan, &place).map(|done| (done, verify(&place, &plan.case)))
    };
    let (good, _) = kept(0).unwrap();
    assert_eq!(good.strength, Strength::Enforced, "{}", good.says);
    let reads: BTreeSet<String> = stage.github.seen().iter().map(|seen| seen.short()).collect();
    let mut n = 0;
    for short in &reads {
        for (fault, heals) in
            ways(&elsewhere, false).into_iter().filter(|(fault, _)| !matches!(fault, Fault::Status(405 | 503) | Fault::Drip(_)))
        {
            let place = format!("{short} meets {fault:?} each time");
            stage.github.heal();
            n += 1;
            stage.github.fail(When::Every(short.clone()), fault.clone());
            match kept(n) {
                Err(error) => sentence(&error.to_string(), &stage.token, &place),
                Ok((done, verified)) => {
                    let told = done.strength < Strength::Enforced && done.says.contains("could not be had");
                    let beside = short.ends_with("/logs") || done.says.contains("audit log of acme: not to be had");
                    assert!(told || beside, "{place}: {}", done.says);
                    assert!(verified.is_ok(), "{place}: {verified:?}");
                }
            }
            if heals {
                stage.github.heal();
                n += 1;
                stage.github.fail(When::Like(short.clone(), 1), fault.clone());
                let (done, _) = kept(n).unwrap_or_else(|error| panic!("{place}, once: {error}"));
                assert_eq!(done.strength, Strength::Enforced, "{place}, once: {}", done.says);
            }
        }
    }
    assert!(stage.github.writes().is_empty(), "evidence writes nothing there");
}

/// A host with something of everything, and whoever reads it.
struct Reading {
    github: GitHub,
    token: String,
    cache: TempDir,
    elsewhere: GitHub,
    number: u64,
}

/// What was read: how it can be told from something else, and what is said to be missing.
type Told = (String, Vec<String>);

impl Reading {
    fn new() -> Self {
        let github = GitHub::start();
        let repo = github.repo("acme/api").role("maker", Role::Admin);
        let token = github.token("maker", &["repo", "admin:org", "read:org"]);
        let long: String = (0..2_100).map(|n| format!("x{n} = {n}\n")).collect();
        repo.commit(
            "main",
            "Log in",
            &[("src/login.py", "def login():\n    return check()\n"), (".lazaret/policy.toml", "two-people = []\n")],
        );
        let pull = repo.pull("Tidy the login").by_bot("devin-ai-integration[bot]", 158_243_242).branch("devin/1767603600-login");
        let number = pull.commit("Tidy", &[("src/login.py", "def login():\n    return True\n"), ("src/long.py", &long)]).open();
        let maker = github.user("maker");
        repo.with(|repo| {
            let rules = vec![Rule::Checks(vec![("tests".to_owned(), Some(15_368))])];
            let (branches, bypass) = (vec!["main".to_owned()], vec![("RepositoryRole", Some(5))]);
            let name = "main".to_owned();
            repo.rulesets.push(Ruleset { id: 7, name, source_type: "Repository", source: "acme/api".to_owned(), branches, rules, bypass });
            repo.protections.insert("main".to_owned(), Protection { contexts: vec![("build".to_owned(), None)], ..Protection::default() });
            let pull = repo.pulls.get_mut(&number).unwrap();
            pull.merged = Some(Merged { by: Some(maker), at: pull.updated, commit: pull.head_sha.clone(), method: "merge" });
        });
        Self { github, token, cache: tempfile::tempdir().unwrap(), elsewhere: GitHub::start(), number }
    }

    fn source(&self, wanted: Wanted) -> GithubSource {
        let client = Arc::new(self.github.client(&self.token));
        // A cache of its own, so that git is asked each time.
        let fill = Fetcher::new(client.clone(), &tempfile::tempdir_in(self.cache.path()).unwrap().keep(), Limits::default());
        GithubSource::new(client, Some(Arc::new(fill)), Arc::new(provenance::of), Setup { wanted, ..Setup::default() })
    }

    fn at(&self) -> PullRef {
        PullRef { origin: Origin::Github, repo: "acme/api".to_owned(), name: format!("#{}", self.number) }
    }

    /// Asks with every request failing in every way; `excused` knows where a failure is an answer.
    fn probe(&self, ask: impl Fn() -> Result<Told, String>, excused: impl Fn(&str, &Fault) -> bool) {
        self.github.heal();
        self.github.forget();
        let (good, known) = ask().unwrap();
        let shorts: BTreeSet<String> = self.github.seen().iter().map(|seen| seen.short()).collect();
        for short in &shorts {
            for (fault, heals) in ways(&self.elsewhere, short.starts_with("GRAPHQL")) {
                for once in [true, false] {
                    let place = format!("{short} meets {fault:?} {}", if once { "once" } else { "each time" });
                    self.github.heal();
                    self.github.refill();
                    self.github.fail(if once { When::Like(short.clone(), 1) } else { When::Every(short.clone()) }, fault.clone());
                    match ask() {
                        Err(says) => {
                            assert!(!(heals && once || is_slow(&fault)), "{place}: {says}");
                            sentence(&says, &self.token, &place);
                            let beside = pauses(&fault) && says.contains("answers no more requests for now");
                            assert!(beside || says.contains(noun(short)), "{place}: {:?} is not in {says}", noun(short));
                        }
                        Ok((found, words)) if heals && once || is_slow(&fault) => {
                            assert_eq!((&found, new(&words, &known)), (&good, Vec::new()), "{place}");
                        }
                        Ok(_) if excused(short, &fault) => {}
                        Ok((found, words)) => {
                            let new = new(&words, &known);
                            assert!(!new.is_empty(), "{place}: what was not read is not told: {found}");
                            new.iter().for_each(|word| assert!(!word.contains(&self.token) && !word.contains('\u{1b}'), "{place}: {word}"));
                        }
                    }
                }
            }
        }
        assert!(self.github.writes().is_empty(), "reading writes nothing");
        assert_eq!(self.elsewhere.seen().iter().filter(|seen| seen.authorised).count(), 0, "no token goes to another host");
    }
}

fn why(omissions: &[Omission]) -> Vec<String> {
    omissions.iter().map(|omission| omission.why.clone()).collect()
}

fn never(_: &str, _: &Fault) -> bool {
    false
}

#[test]
fn every_read_of_a_queue_fails_in_every_way() {
    let reading = Reading::new();
    reading.github.repo("acme/web").role("maker", Role::Write);
    let scopes = vec![Scope::Org("acme".to_owned()), Scope::Repository("acme/web".to_owned())];
    let wanted = Wanted { scopes, states: States::All, agents: Some(provenance::searches()), ..Wanted::default() };
    let ask = || {
        let listing = reading.source(wanted.clone()).list(&Cancel::default()).map_err(|error| error.to_string())?;
        let titles: Vec<&str> = listing.pulls.iter().map(|pull| pull.title.as_str()).collect();
        Ok((format!("{titles:?}"), why(&listing.omissions)))
    };
    reading.probe(ask, never);
}

#[test]
fn every_read_of_an_opened_pull_fails_in_every_way() {
    let reading = Reading::new();
    let ask = || {
        let change = reading.source(Wanted::default()).change(&reading.at(), &Cancel::default()).map_err(|error| error.to_string())?;
        Ok((change.digest, why(&change.patch.omissions)))
    };
    reading.probe(ask, never);
}

#[test]
fn every_read_around_a_pull_fails_in_every_way() {
    let reading = Reading::new();
    let ask = || {
        let dossier = reading.source(Wanted::default()).dossier(&reading.at(), &Cancel::default()).map_err(|error| error.to_string())?;
        let dossier = dossier.unwrap();
        Ok((format!("{:?} {:?}", dossier.rules, dossier.links), why(&dossier.omissions)))
    };
    reading.probe(ask, never);
}

#[test]
fn every_read_of_policies_and_texts_fails_in_every_way() {
    let reading = Reading::new();
    let base = reading.github.repo("acme/api").look(|repo| repo.pulls[&reading.number].base_sha.clone());
    let base = lazaret::model::commit_id::CommitId::parse(&base);
    let ask = || {
        let source = reading.source(Wanted::default());
        let found = source.policies(&reading.at(), base.as_ref(), &Cancel::default()).map_err(|error| error.to_string())?;
        Ok((format!("{found:?}"), Vec::new()))
    };
    // Where there is no such file there is no such policy.
    reading.probe(ask, |short, fault| short.contains("/contents/") && matches!(fault, Fault::Status(404)));
    let change = reading.source(Wanted::default()).change(&reading.at(), &Cancel::default()).unwrap();
    let wanted = [TextRequest { path: RepoPath::new(b"src/login.py"), side: Side::New }];
    let ask = || {
        let client = Arc::new(reading.github.client(&reading.token));
        let source = GithubSource::new(client, None, Arc::new(provenance::of), Setup::default());
        let texts = source.texts(&change, &wanted, &Cancel::default());
        Ok((format!("{:?}", texts.get(&wanted[0].path, wanted[0].side)), texts.unread(&wanted[0]).map(str::to_owned).into_iter().collect()))
    };
    reading.probe(ask, never);
}

#[test]
fn every_read_of_a_sweep_fails_in_every_way() {
    let reading = Reading::new();
    let window = Window { since: Timestamp(1_767_000_000), until: Timestamp(1_999_000_000) };
    let asked = Asked { window, now: Timestamp(1_999_000_000), wanted: Which::All, everyone: true };
    let ask = || {
        let reach = Reach { scopes: vec![Scope::Org("acme".to_owned())], agents: provenance::searches(), ..Reach::default() };
        let host = SweptHost::new(Arc::new(reading.github.client(&reading.token)), None, Arc::new(provenance::of), reach);
        let mut catch = host.list(&asked, &Cancel::default()).map_err(|error| error.to_string())?;
        let mut words = why(&catch.omissions);
        for further in catch.further.clone() {
            let field = host.reach(&further).unwrap();
            let found = field.list(&asked, &Cancel::default()).map_err(|error| error.to_string())?;
            words.extend(why(&found.omissions));
            catch.caught.extend(found.caught);
        }
        let names: Vec<String> = catch.caught.iter().map(|caught| caught.pull.at.to_string()).collect();
        Ok((format!("{names:?}"), words))
    };
    reading.probe(ask, never);
}

/// Its plan reads what that of one revert reads, twice.
#[test]
fn every_read_of_a_revert_of_two_fails() {
    every_read_of_a_deed_fails(Deed::RevertTwo);
}

macro_rules! deeds {
    ($($name:ident: $deed:ident),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn every_read_of_a_plan_fails_in_every_way() {
                super::every_read_of_a_plan_fails_in_every_way(Deed::$deed);
            }

            #[test]
            fn every_read_of_a_deed_fails() {
                super::every_read_of_a_deed_fails(Deed::$deed);
            }
        })*
    };
}

// Approvals, requests for changes and comments read the same.
deeds! {
    merge: Merge,
    comment: Comment,
    quarantine: Hold,
    release: Release,
    revert_one: Revert,
    block: Block,
}
