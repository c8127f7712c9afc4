//! Not a test: the loopback GitHub with a rich world, served until it is stopped, for using the program by hand.
//!
//! `cargo test --test suite by_hand -- --ignored --nocapture` prints where it is and which words it takes; CONTRIBUTING.md has the recipe.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::time::Duration;

use crate::github::GitHub;
use crate::github::fault::{Fault, Wait, When};
use crate::github::repo::Run;

mod world;

const WORDS: &str = "push R N     another commit on the branch of pull N of acme/R
force R N    its commits replaced by one
burst R N    five pushes, three seconds apart
close R N    closed by its author
merge R N    merged by dora
rename R X   acme/R is called acme/X from now on
revoke WHO   the token of WHO (maker, dora, boss, plain, fine) is worth nothing
spend WHO    its hourly limit is used up
away         every answer is 503 until `heal`
slow         every answer drips
limit        the next write meets a secondary limit of 20 seconds
lose         the next write has its effect, and its answer is lost
heal         nothing goes wrong any more
writes       the requests so far that write
stop         the end";

#[test]
#[ignore = "serves until it is stopped: see CONTRIBUTING.md"]
fn by_hand() {
    let github = GitHub::start();
    let tokens = world::fill(&github);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/by-hand");
    std::fs::create_dir_all(&folder).unwrap();
    let mut text = format!(
        "export LAZARET_GITHUB_API={}\nexport LAZARET_HOME={}\nexport PATH={}:$PATH\n",
        github.url(),
        folder.join("home").display(),
        PathBuf::from(env!("CARGO_BIN_EXE_lazaret")).parent().unwrap().display()
    );
    for (who, token) in &tokens {
        text += &format!("export {}={token}\n", who.to_uppercase());
    }
    text += "export GH_TOKEN=$MAKER\n";
    std::fs::write(folder.join("env"), text).unwrap();
    println!("ready: source {}\n\n{WORDS}\n", folder.join("env").display());
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        if words == ["stop"] {
            return;
        }
        println!("{}", obey(&github, &tokens, &words));
        let wrong = github.take_wrong();
        if !wrong.is_empty() {
            println!("the contract was broken: {wrong:#?}");
        }
    }
    // No words come any more: serve on until the process is ended.
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

fn obey(github: &GitHub, tokens: &[(&str, String)], words: &[&str]) -> String {
    let secret = |who: &str| tokens.iter().find(|(name, _)| *name == who).map(|(_, token)| token.clone()).unwrap_or_default();
    match words {
        [verb @ ("push" | "force" | "burst" | "close" | "merge"), repo, number] => {
            let Some((repo, number)) = number.parse().ok().and_then(|number| pull(github, repo, number)) else {
                return "there is no such pull".to_owned();
            };
            happen(github, verb, &repo, number);
        }
        ["rename", from, to] => {
            let mut world = github.world();
            let Some(repo) = world.repos.iter_mut().find(|repo| repo.name == *from) else {
                return "there is no such repository".to_owned();
            };
            repo.former.push(format!("acme/{from}"));
            (*to).clone_into(&mut repo.name);
        }
        ["revoke", who] => github.revoke(&secret(who)),
        ["spend", who] => {
            let secret = secret(who);
            github.world().tokens.iter_mut().filter(|token| token.secret == secret).for_each(|token| {
                (token.core.used, token.graphql.used) = (token.core.limit, token.graphql.limit);
            });
        }
        ["away"] => github.fail(When::From(1), Fault::Status(503)),
        ["slow"] => github.fail(When::From(1), Fault::Drip(Duration::from_millis(5))),
        ["limit"] => github.fail(When::NthWrite(1), Fault::Secondary(Wait::Seconds(20))),
        ["lose"] => github.lose(When::NthWrite(1), Fault::Cut),
        ["heal"] => github.heal(),
        ["writes"] => return github.writes().iter().map(|seen| format!("{} {}\n", seen.short(), seen.status)).collect(),
        _ => return WORDS.to_owned(),
    }
    "done".to_owned()
}

fn pull(github: &GitHub, repo: &str, number: u64) -> Option<(String, u64)> {
    let world = github.world();
    world.repo("acme", repo)?.pulls.get(&number)?;
    Some((format!("acme/{repo}"), number))
}

fn happen(github: &GitHub, verb: &str, repo: &str, number: u64) {
    let at = github.repo(repo);
    let stamp = chrono::Utc::now().timestamp_micros();
    let text = format!("STAMP = {stamp}\n");
    let files = [("src/moved.py", text.as_str())];
    match verb {
        "push" => _ = at.push(number, "More", &files),
        "force" => _ = at.force_push(number, "Instead", &files),
        "burst" => (0..5).for_each(|n| {
            at.push(number, &format!("More, {n}"), &[("src/moved.py", &format!("STAMP = {stamp}{n}\n"))]);
            std::thread::sleep(Duration::from_secs(3));
        }),
        "close" => {
            _ = at.with(|repo| {
                let pull = repo.pulls.get_mut(&number).unwrap();
                (pull.open, pull.closed) = (false, Some(pull.updated + 1));
            });
        }
        _ => world::merge(at, number),
    }
}

/// A run of a workflow that is under way.
fn running(id: u64, sha: &str, branch: &str, at: i64) -> Run {
    Run {
        id,
        name: "ci".to_owned(),
        sha: sha.to_owned(),
        branch: branch.to_owned(),
        event: "pull_request".to_owned(),
        status: "in_progress".to_owned(),
        conclusion: None,
        actor: world::DEVIN.1,
        at,
    }
}
