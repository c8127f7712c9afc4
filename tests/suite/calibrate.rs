//! How noisy rules are, measured by the real program on real histories: counted right, kept, told, and turned into notes.

use serde_json::Value;

use crate::program::Program;
use crate::world::{CLAUDE, EVIL, World};

const WORKFLOW: &str = ".github/workflows/build.yml";

/// Four changes on `main`: a person's first commit, an agent's sabotage, an agent's harmless one, and a person's merge of an agent's
/// branch with two commits.
fn history() -> World {
    let mut world = World::new();
    world.write(WORKFLOW, EVIL);
    world.commit_as(CLAUDE, "Build in the cloud");
    world.write("src/one.py", "def one():\n    return 1\n");
    world.commit_as(CLAUDE, "Add one");
    world.branch("claude/two");
    world.write("src/two.py", "def two():\n    return 2\n");
    world.commit_as(CLAUDE, "Add two");
    world.write("src/three.py", "def three():\n    return 3\n");
    world.commit_as(CLAUDE, "Add three");
    world.checkout("main");
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge branch 'claude/two'", "claude/two"]);
    world
}

fn program(world: &World) -> Program {
    Program::new(world.path(), world.beside("home"))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn rule<'v>(calibration: &'v Value, id: &str) -> &'v Value {
    calibration["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == id).unwrap_or_else(|| panic!("{id} is not there"))
}

#[test]
fn a_history_is_counted_commit_by_commit_and_a_merge_once() {
    let world = history();
    let told = json(&program(&world).ok(&["calibrate", "--format", "json"]));
    assert_eq!(told["schema"], "lazaret/calibration/v1");
    assert_eq!((&told["agents"]["commits"], &told["others"]["commits"]), (&3.into(), &1.into()));
    assert_eq!((&told["agents"]["added"], &told["agents"]["hard"]), (&16.into(), &1.into()));
    assert_eq!((&told["agents"]["keeps_bar"], &told["others"]["keeps_bar"]), (&false.into(), &true.into()));
    let script = rule(&told, "workflow-trigger-escalated");
    assert_eq!((&script["agents"]["commits"], &script["others"]["commits"]), (&1.into(), &0.into()));
    assert_eq!(script["agents"]["share"], 33.3333);
    let place = &script["places"][0];
    assert_eq!((&place["path"], &place["agent"], &place["commit"]), (&WORKFLOW.into(), &true.into(), &world.id("main~2").into()));
    assert!(place["at"].as_str().unwrap().starts_with(&format!("{WORKFLOW}:")), "{place}");
}

#[test]
fn a_range_is_looked_at_whole_and_a_number_cuts_it() {
    let world = history();
    let commits = |args: &[&str]| {
        let told = json(&program(&world).ok(&[&["calibrate", "--format", "json"], args].concat()));
        told["agents"]["commits"].as_u64().unwrap() + told["others"]["commits"].as_u64().unwrap()
    };
    assert_eq!([commits(&["main~2..main"]), commits(&["main~2"]), commits(&["--commits", "1"])], [2, 2, 1]);
}

#[test]
fn the_table_is_read_at_80_columns_and_says_what_the_bar_is() {
    let world = history();
    let text = program(&world).ok(&["calibrate", "--places"]);
    assert!(text.lines().skip(1).all(|line| line.chars().count() <= 80), "{text}");
    for part in
        ["4 commits (3 of agents, 1 other)", "agents  1 of 3 (33.3%), too few to tell", "a bar of 2 %", "more rules ran and did not fire"]
    {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    let place = format!("agent {}:{WORKFLOW}:2", &world.id("main~2")[..10]);
    assert!(text.contains(&place), "{place:?} is not in {text}");
    assert!(program(&world).ok(&["calibrate", "--format", "markdown"]).contains("| `workflow-trigger-escalated` | "));
}

#[test]
fn what_was_measured_is_kept_for_the_same_rules() {
    let world = history();
    let program = program(&world);
    let first = program.ok(&["calibrate", "--format", "json"]);
    // What is kept needs no object of the repository any more but the commits themselves.
    let blob = world.id(&format!("main:{WORKFLOW}"));
    let object = world.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::rename(&object, world.beside("object")).unwrap();
    let again = program.ok(&["calibrate", "--format", "json"]);
    let without_time = |text: &str| {
        let mut told = json(text);
        told["at"] = 0.into();
        told
    };
    assert_eq!(without_time(&first), without_time(&again));
    let anew = program.run(&["calibrate", "--fresh"]);
    assert_eq!(anew.code, 2, "{}{}", anew.out, anew.err);
    assert!(anew.out.contains(&format!("Not read:\n- commit {}", world.id("main~2"))), "{}", anew.out);
}

#[test]
fn what_cannot_be_measured_is_one_sentence() {
    let world = World::empty();
    program(&world).fails(&["calibrate"], "has no commit yet");
    let world = history();
    program(&world).fails(&["calibrate", "nowhere..main"], "`nowhere` is no branch, range or commit here");
    program(&world).fails(&["calibrate", "--repo", "/nowhere"], "there is no `/nowhere`");
    program(&world).fails(&["calibrate", "--rule", "nothing"], "no rule is called 'nothing'");
}
