//! Correlations over the commits and pulls of a real repository: a scan commit by commit, the queue, a sweep and the console.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::program::Program;
use crate::pty::Pty;
use crate::world::{CLAUDE, Person, World};

const COUNTED: &str = "
title: A commit of an agent
name: agent_commit
logsource: {product: git, service: commit}
detection:
  selection: {source: mcp_agent}
  condition: selection
level: informational
---
title: An agent's commit on authentication
name: on_auth
logsource: {product: git, service: commit}
detection:
  selection: {source: mcp_agent, 'files_modified|contains': auth}
  condition: selection
level: informational
---
title: An agent's commit on the build
name: on_build
logsource: {product: git, service: commit}
detection:
  selection: {source: mcp_agent, 'files_modified|contains': build}
  condition: selection
level: informational
";

/// One correlation after the other: name, what is correlated.
const WINDOWS: [(&str, &str); 6] = [
    ("three-commits", "type: event_count\n  rules: [agent_commit]\n  group-by: [user_id]\n  timespan: 10m\n  condition: {gte: 3}"),
    ("three-in-a-minute", "type: event_count\n  rules: [agent_commit]\n  group-by: [user_id]\n  timespan: 1m\n  condition: {gte: 3}"),
    (
        "three-messages",
        "type: value_count\n  rules: [agent_commit]\n  group-by: [user_id]\n  timespan: 10m\n  condition: {field: commit_message, gte: 3}",
    ),
    ("auth-and-build", "type: temporal\n  rules: [on_auth, on_build]\n  group-by: [user_id]\n  timespan: 10m"),
    ("auth-then-build", "type: temporal_ordered\n  rules: [on_auth, on_build]\n  group-by: [user_id]\n  timespan: 10m"),
    ("build-then-auth", "type: temporal_ordered\n  rules: [on_build, on_auth]\n  group-by: [user_id]\n  timespan: 10m"),
];

const OTHER: Person = Person { name: "Claude", email: "claude@example.com" };
/// What one pull or commit does: by whom, and the file it changes.
type Deed = (Person, &'static str);

/// Three deeds of one agent, a minute apart.
const THREE: [Deed; 3] = [(CLAUDE, "src/auth.py"), (CLAUDE, "build/steps.txt"), (CLAUDE, "docs/page.md")];

struct Place {
    world: World,
    rules: PathBuf,
}

impl Place {
    fn new() -> Self {
        let world = World::new();
        let rules = world.beside("rules");
        std::fs::create_dir_all(&rules).unwrap();
        let windows =
            WINDOWS.map(|(name, what)| format!("---\ntitle: Window {name}\nname: {name}\ncorrelation:\n  {what}\nlevel: medium\n"));
        std::fs::write(rules.join("windows.yml"), format!("{}{}", COUNTED.trim_start(), windows.concat())).unwrap();
        Self { world, rules }
    }

    fn act(&mut self, (who, file): Deed, number: usize) {
        self.world.write(file, format!("text {number}\n"));
        self.world.commit_as(who, &format!("Work on part {number}\n\nCo-authored-by: Claude <noreply@anthropic.com>"));
    }

    /// One branch of `main` for each deed.
    fn pulls(deeds: &[Deed]) -> Self {
        let mut place = Self::new();
        for (number, deed) in deeds.iter().enumerate() {
            place.world.branch(&format!("claude/{number}"));
            place.act(*deed, number);
            place.world.checkout("main");
        }
        place
    }

    /// One commit on `main` for each deed.
    fn commits(deeds: &[Deed]) -> Self {
        let mut place = Self::new();
        place.world.git(&["tag", "begin"]);
        deeds.iter().enumerate().for_each(|(number, deed)| place.act(*deed, number));
        place
    }

    #[track_caller]
    fn run(&self, words: &[&str]) -> String {
        let rules = ["--no-default-rules", "--rules", self.rules.to_str().unwrap()];
        let run = Program::new(self.world.path(), self.world.beside("home")).run(&[&rules, words].concat());
        assert!(run.code == 0 && !run.err.contains("left out"), "{words:?}: {}{}", run.out, run.err);
        run.out
    }

    /// The rules that told something, by the title of the change they told it of, and the reasons of all of them.
    fn told(&self, words: &[&str]) -> (BTreeMap<String, Vec<String>>, String) {
        let out = self.run(&[words, &["--format", "jsonl"]].concat());
        let (mut told, mut reasons) = (BTreeMap::new(), String::new());
        for report in out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let findings = report["findings"].as_array().unwrap();
            let mut rules: Vec<String> = findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
            rules.sort();
            told.insert(report["change"]["title"].as_str().unwrap().replace("Work on part ", ""), rules);
            findings.iter().for_each(|finding| reasons.push_str(finding["why"].as_str().unwrap()));
        }
        (told, reasons)
    }
}

fn expected(told: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    told.iter().map(|(name, rules)| ((*name).to_owned(), rules.iter().map(|rule| (*rule).to_owned()).collect())).collect()
}

const ALL_FOUR: [&str; 4] = ["auth-and-build", "auth-then-build", "three-commits", "three-messages"];
const COUNTS: [&str; 2] = ["three-commits", "three-messages"];

#[test]
fn commits_come_to_a_window_and_the_one_that_fills_it_tells() {
    let place = Place::commits(&THREE);
    let (told, reasons) = place.told(&["scan", "--each-commit", "begin..main"]);
    assert_eq!(told, expected(&[("0", &[]), ("1", &["auth-and-build", "auth-then-build"]), ("2", &COUNTS)]));
    assert!(reasons.contains("event_count came to 3 within 10m with the same user_id `noreply@anthropic.com`"), "{reasons}");
}

#[test]
fn the_commits_of_one_pull_come_to_a_window_by_themselves() {
    let place = Place::commits(&THREE);
    let (told, _) = place.told(&["scan", "begin..main"]);
    assert_eq!(told.into_values().collect::<Vec<_>>(), [ALL_FOUR.map(str::to_owned).to_vec()]);
}

#[test]
fn pulls_of_a_sweep_come_to_a_window_and_each_of_them_tells() {
    let place = Place::pulls(&THREE);
    let (told, reasons) = place.told(&["sweep", place.world.path().to_str().unwrap(), "--since", "2026-01-01"]);
    assert_eq!(told, expected(&[("0", &ALL_FOUR), ("1", &ALL_FOUR), ("2", &COUNTS)]));
    assert!(reasons.contains("claude/0 commit ") && reasons.contains("claude/2 commit "), "{reasons}");
}

#[test]
fn pulls_of_a_scan_come_to_a_window_and_each_of_them_tells() {
    let place = Place::pulls(&THREE);
    let (told, reasons) = place.told(&["scan"]);
    assert_eq!(told, expected(&[("0", &ALL_FOUR), ("1", &ALL_FOUR), ("2", &COUNTS)]));
    assert!(reasons.contains("claude/0 commit ") && reasons.contains("claude/2 commit "), "{reasons}");
}

#[test]
fn pulls_of_the_queue_come_to_a_window_and_each_of_them_tells() {
    let place = Place::pulls(&THREE);
    let queue: Value = serde_json::from_str(&place.run(&["list", "--format", "json"])).unwrap();
    let rows = queue["pulls"].as_array().unwrap();
    let counts: BTreeMap<&str, (u64, &str)> = rows
        .iter()
        .map(|row| {
            (row["branch"].as_str().unwrap(), (row["judgement"]["findings"].as_u64().unwrap(), row["judgement"]["lane"].as_str().unwrap()))
        })
        .collect();
    assert_eq!(counts, BTreeMap::from([("claude/0", (4, "look")), ("claude/1", (4, "look")), ("claude/2", (2, "look"))]));
    let reasons = rows.iter().all(|row| row["judgement"]["reason"].as_str().unwrap().contains("Window "));
    assert!(reasons, "{queue:#}");
}

#[test]
fn what_has_nothing_in_common_comes_to_nothing() {
    let apart = [(CLAUDE, "src/auth.py"), (OTHER, "build/steps.txt"), (CLAUDE, "docs/page.md")];
    let none: [(&str, &[&str]); 3] = [("0", &[]), ("1", &[]), ("2", &[])];
    let place = Place::pulls(&apart);
    assert_eq!(place.told(&["sweep", place.world.path().to_str().unwrap(), "--since", "2026-01-01"]).0, expected(&none));
    assert_eq!(Place::commits(&apart).told(&["scan", "--each-commit", "begin..main"]).0, expected(&none));
}

#[test]
fn order_counts_where_the_rule_asks_for_it() {
    let place = Place::commits(&[(CLAUDE, "build/steps.txt"), (CLAUDE, "src/auth.py")]);
    let (told, _) = place.told(&["scan", "--each-commit", "begin..main"]);
    assert_eq!(told, expected(&[("0", &[]), ("1", &["auth-and-build", "build-then-auth"])]));
}

/// The console tells it in the queue, and as a finding of the pull that is opened.
#[test]
fn the_console_tells_what_pulls_come_to() {
    let place = Place::pulls(&THREE);
    let (rules, folder) = (place.rules.to_str().unwrap(), place.world.path());
    let words = ["--no-default-rules", "--rules", rules, folder.to_str().unwrap()];
    let mut pty = Pty::start(PathBuf::from(env!("CARGO_BIN_EXE_lazaret")), &words, "theme = \"dark\"\n");
    pty.shows("Work on part 0").shows("Window auth-and-build").press("\r").shows("◆ 4 medium").press("!\r").shows("Window ");
    pty.press("\u{3}").ends();
}
