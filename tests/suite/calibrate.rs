//! How noisy rules are, measured by the real program on real histories: counted right, kept, told, and turned into notes.

use std::path::PathBuf;

use lazaret::model::decision::Verb;
use lazaret::model::time::Timestamp;
use lazaret::store::cases;
use lazaret::store::ledger::Ledger;
use serde_json::Value;

use crate::program::Program;
use crate::pty::Pty;
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

const LOUD: &str = "workflow-untrusted-checkout";

/// The report of the only agent's branch of `world`, which is sabotaged.
fn report(program: &Program) -> Value {
    json(&program.ok(&["scan", "claude/build", "--fail-on", "never", "--format", "json"]))
}

fn sabotaged() -> World {
    let mut world = World::new();
    world.agent_branch("claude/build", "Build in the cloud", &[(WORKFLOW, EVIL)]);
    world.git(&["config", "user.name", "Maintainer"]);
    world.git(&["config", "user.email", "maintainer@example.com"]);
    world
}

fn finding<'v>(report: &'v Value, rule: &str) -> &'v Value {
    report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == rule).unwrap()
}

#[test]
fn a_rule_set_to_annotate_makes_notes_and_weighs_nothing_until_it_is_restored() {
    let world = sabotaged();
    let program = program(&world);
    let settings = program.home.join("config/settings.toml");
    std::fs::create_dir_all(settings.parent().unwrap()).unwrap();
    let mine = "# how I like it\nblind = false # stories are fine\n";
    std::fs::write(&settings, mine).unwrap();
    let before = report(&program);
    assert_eq!((&finding(&before, LOUD)["severity"], &before["risk"]["lane"]), (&"critical".into(), &"stop".into()));
    assert!(before.get("annotated").is_none(), "{before}");

    let says = program.ok(&["rules", "annotate", LOUD]);
    assert!(says.contains("its findings are notes now and add nothing to the risk"), "{says}");
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), format!("{mine}\n[rules]\nannotate = [\"{LOUD}\"]\n"));
    let after = report(&program);
    assert_eq!((&finding(&after, LOUD)["severity"], &after["annotated"]), (&"info".into(), &Value::from(vec![LOUD])));
    assert!(finding(&after, LOUD)["links"].as_array().unwrap().is_empty(), "a note is no link of a chain");
    assert!(after["risk"]["score"].as_u64() < before["risk"]["score"].as_u64());
    let text = program.ok(&["scan", "claude/build", "--fail-on", "never"]);
    assert!(text.contains(&format!("1 rule was set to annotate, so its findings are notes: {LOUD}")), "{text}");
    let row = |text: String| text.lines().find(|line| line.starts_with(LOUD)).unwrap().to_owned();
    assert!(row(program.ok(&["rules", "list"])).contains(" annotates "));
    assert!(program.ok(&["rules", "explain", LOUD]).contains("your settings say that it only annotates"));
    assert!(program.ok(&["rules", "annotate", LOUD]).contains("only annotates already"));

    program.ok(&["rules", "restore", LOUD]);
    assert_eq!(report(&program)["findings"], before["findings"]);
    assert!(row(program.ok(&["rules", "list"])).contains(" critical "));
    program.fails(&["rules", "annotate", "no-such-rule"], "no rule is called 'no-such-rule'");
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), format!("{mine}\n[rules]\nannotate = []\n"));
}

#[test]
fn what_only_annotates_is_part_of_what_a_decision_is_about() {
    let world = sabotaged();
    let program = program(&world);
    let digest = || {
        program.ok(&["quarantine", "claude/build", "--reason", "x", "--yes"]);
        program.ok(&["release", "claude/build", "--reason", "x", "--yes"]);
        let ledger = Ledger::open(&program.home.join("data/ledger.db")).unwrap();
        let held = cases::since(&ledger, Verb::Quarantine, Timestamp(0)).unwrap();
        held[0].plan.decision.subjects[0].rules_digest.clone()
    };
    let before = digest();
    program.ok(&["rules", "annotate", LOUD]);
    crate::program::a_second_later();
    assert_ne!(before, digest());
}

#[test]
fn a_change_cannot_bring_settings_of_its_own() {
    let mut world = sabotaged();
    world.checkout("claude/build");
    for path in ["settings.toml", ".lazaret/settings.toml", ".config/lazaret/settings.toml"] {
        world.write(path, format!("[rules]\nannotate = [\"{LOUD}\"]\n"));
    }
    world.commit_as(CLAUDE, "Set up");
    assert_eq!(finding(&report(&program(&world)), LOUD)["severity"], "critical");
}

#[test]
fn lists_tell_what_was_measured_and_when_it_is_old() {
    let world = history();
    let program = program(&world);
    let rules = world.beside("own");
    std::fs::create_dir_all(&rules).unwrap();
    let rule = "id: two\nlanguage: python\nseverity: warning\nmessage: returns two\nrule:\n  pattern: return 2\n";
    std::fs::write(rules.join("two.yml"), rule).unwrap();
    let folder = rules.to_str().unwrap();
    let explain = |id: &str| program.ok(&["--rules", folder, "rules", "explain", id]);
    assert!(!program.ok(&["rules", "list"]).contains("FIRES ON") && !explain("two").contains("merged commits"));
    program.ok(&["--rules", folder, "calibrate"]);
    assert!(program.ok(&["rules", "list"]).contains("FIRES ON"));
    assert!(explain("two").contains("noise  fires on 1 of 4 of your merged commits"), "{}", explain("two"));
    assert!(explain(LOUD).contains("fires on 1 of 4"));
    let listed = json(&program.ok(&["rules", "list", "--format", "json"]));
    let loud = listed.as_array().unwrap().iter().find(|rule| rule["id"] == LOUD).unwrap();
    assert_eq!((&loud["fires"]["commits"], &loud["fires"]["of"], &loud["fires"]["stale"]), (&1.into(), &4.into(), &false.into()));
    std::fs::write(rules.join("two.yml"), rule.replace("return 2", "return 3")).unwrap();
    assert!(explain("two").contains("fired on 1 of 4 of your merged commits, but the rule changed since"));
    assert!(explain(LOUD).contains("fires on 1 of 4 of your merged commits\n"), "other rules are what they were");
}

#[test]
fn judgements_in_decisions_count_into_the_precision_of_their_rules() {
    let world = sabotaged();
    let program = program(&world);
    let seen = report(&program);
    let hard = seen["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "high" || f["severity"] == "critical");
    let mut args: Vec<String> = ["approve", "claude/build", "--yes", "--reason", "a sandbox"].map(str::to_owned).to_vec();
    for finding in hard {
        let id = finding["id"].as_str().unwrap();
        let judged = if finding["rule"] == LOUD { ["--accept", "known"] } else { ["--dismiss", "development-or-test"] };
        args.extend([judged[0].to_owned(), format!("{id}={}", judged[1])]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    program.ok(&args);
    crate::program::a_second_later();
    program.ok(&args);
    let explain = |id: &str| program.ok(&["rules", "explain", id]);
    assert!(explain(LOUD).contains("noise  judged once, 1 true"), "judged again it is the same judgement: {}", explain(LOUD));
    assert!(explain("workflow-remote-script").contains("noise  judged once, 0 true"));
    assert!(program.ok(&["rules", "list"]).contains("TRUE: of the findings that were judged in decisions."));
}

#[test]
fn one_key_on_the_card_makes_a_rule_annotate_and_the_same_key_takes_it_back() {
    let world = sabotaged();
    let home = world.beside("home");
    Program::new(world.path(), &home).ok(&["calibrate"]);
    let mut pty = Pty::start_in(
        &home,
        PathBuf::from(env!("CARGO_BIN_EXE_lazaret")),
        &[world.path().to_str().unwrap()],
        "# mine\ntheme = \"dark\"\n",
        &[],
    );
    let settings = home.join("config/settings.toml");
    // The only pull of a queue opens by itself, sooner or later.
    pty.until("the queue or its only pull", |pty| ["Build in the cloud", "1 critical"].iter().any(|words| pty.screen().contains(words)));
    if !pty.screen().contains("1 critical") {
        pty.press("\r");
    }
    pty.shows("critical").press("!\r").shows("finding 1 of");
    pty.shows("n rule too noisy: all its findings become notes, no risk; n undoes it").shows("rule fires on 0 of 1 of your merged commits");
    pty.press("n").shows("n this rule only annotates by your settings; n lets it weigh again").shows("INFO");
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), format!("# mine\ntheme = \"dark\"\n\n[rules]\nannotate = [\"{LOUD}\"]\n"));
    pty.press("n").shows("n rule too noisy").shows("CRITICAL");
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), "# mine\ntheme = \"dark\"\n\n[rules]\nannotate = []\n");
}

fn rule_file(id: &str, severity: &str, pattern: &str) -> String {
    format!("id: {id}\nlanguage: python\nseverity: {severity}\nmessage: sees {id}\nrule:\n  pattern: {pattern}\n")
}

#[test]
fn two_sets_of_rules_are_compared_on_the_same_history() {
    let world = history();
    let program = program(&world);
    let folder = |name: &str, rules: &[String]| {
        let folder = world.beside(name);
        std::fs::create_dir_all(&folder).unwrap();
        rules.iter().enumerate().for_each(|(n, rule)| std::fs::write(folder.join(format!("{n}.yml")), rule).unwrap());
        folder.to_str().unwrap().to_owned()
    };
    let old = folder(
        "old",
        &[rule_file("kept", "error", "return 1"), rule_file("moved", "warning", "return 2"), rule_file("gone", "error", "return 3")],
    );
    let new = folder(
        "new",
        &[rule_file("kept", "error", "return 1"), rule_file("moved", "error", "return 2"), rule_file("fresh", "error", "return 3")],
    );
    let told = json(&program.ok(&["rules", "diff", &old, &new, "--format", "json"]));
    let fates: Vec<String> = told["rules"].as_array().unwrap().iter().map(|rule| format!("{} {}", rule["id"], rule["fate"])).collect();
    assert_eq!(fates, ["\"fresh\" \"added\"", "\"gone\" \"removed\"", "\"moved\" \"changed\""]);
    let shifts: Vec<String> = told["shifts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shift| format!("{} {} {} {}", shift["rule"], shift["kind"], shift["path"], shift["line"]))
        .collect();
    let expected =
        ["\"fresh\" \"new\" \"src/three.py\" 2", "\"gone\" \"silent\" \"src/three.py\" 2", "\"moved\" \"severity\" \"src/two.py\" 2"];
    assert_eq!(shifts, expected);
    let text = program.ok(&["rules", "diff", &old, &new]);
    let merge = &world.id("main")[..10];
    for part in
        ["1 added:\n  fresh\n", "On 4 commits (3 of agents, 1 others):", &format!("severity  medium -> high  agent {merge}:src/two.py:2")]
    {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    assert!(program.ok(&["rules", "diff", "default", "default"]).contains("Both have the same rules."));
}

#[test]
fn a_set_of_rules_may_be_a_folder_at_a_revision() {
    let mut world = history();
    world.write("lint/a.yml", rule_file("one", "error", "return 1"));
    world.commit("Look for one");
    world.write("lint/a.yml", rule_file("one", "error", "return 2"));
    let text = program(&world).ok(&["rules", "diff", "HEAD:lint", "lint"]);
    for part in ["1 changed:\n  one\n", "new       high", "silent    high"] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    program(&world).fails(&["rules", "diff", "HEAD:nothing", "lint"], "`HEAD` has no folder `nothing`");
    program(&world).fails(&["rules", "diff", "lint", "src"], "`src` holds no rule that can run");
    program(&world).fails(&["rules", "diff", "lint", "nowhere"], "nowhere: cannot be read as a folder of rules");
}

/// Whoever holds a change says that what was found in it is real; who lets it go says nothing any more.
#[test]
fn findings_of_what_was_contained_count_as_true_until_it_is_released() {
    let world = sabotaged();
    let program = program(&world);
    program.ok(&["quarantine", "claude/build", "--reason", "it runs strangers' code", "--yes"]);
    let explain = || program.ok(&["rules", "explain", LOUD]);
    assert!(explain().contains("noise  judged once, 1 true"), "{}", explain());
    crate::program::a_second_later();
    program.ok(&["release", "claude/build", "--reason", "a drill", "--yes"]);
    assert!(!explain().contains("judged"), "{}", explain());
}

const BURST: &str = "title: A commit of an agent
name: agent_commit
logsource: {product: git, service: commit}
detection:
  selection: {source: mcp_agent}
  condition: selection
level: informational
---
title: Two commits of an agent
name: two-commits
correlation:
  type: event_count
  rules: [agent_commit]
  group-by: [user_id]
  timespan: 10m
  condition: {gte: 2}
level: medium
";

#[test]
fn what_commits_come_to_together_is_counted_also_from_what_was_kept() {
    let world = history();
    let rules = world.beside("burst");
    std::fs::create_dir_all(&rules).unwrap();
    std::fs::write(rules.join("burst.yml"), BURST).unwrap();
    let program = program(&world);
    for _ in 0..2 {
        let told = json(&program.ok(&["calibrate", "--format", "json", "--no-default-rules", "--rules", rules.to_str().unwrap()]));
        let burst = rule(&told, "two-commits");
        assert_eq!(burst["agents"]["commits"].as_u64().unwrap() + burst["others"]["commits"].as_u64().unwrap(), 1, "{burst:#}");
    }
}

/// What was measured until then is kept, and the same command goes on.
#[test]
fn a_run_that_is_stopped_says_so_and_goes_on_later() {
    const COMMITS: usize = 40;
    let mut world = World::new();
    for number in 0..COMMITS {
        let lines: Vec<String> = (0..1_500).map(|line| format!("def f{number}_{line}(a):\n    return a + {line}\n")).collect();
        world.write(&format!("src/part{number}.py"), lines.concat());
        world.commit_as(CLAUDE, &format!("Add part {number}"));
    }
    let home = world.beside("home");
    let words = ["calibrate", "--repo", &world.path().display().to_string(), "--jobs", "1"].map(str::to_owned);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut pty = Pty::start_in(&home, PathBuf::from(env!("CARGO_BIN_EXE_lazaret")), &words, "", &[]);
    pty.until("some commits are judged", |pty| pty.screen().contains(&format!("of {}", COMMITS + 1))).signal("INT");
    assert_eq!(pty.ends(), 130, "{}", pty.screen());
    assert!(pty.screen().contains("commits were not looked at"), "{}", pty.screen());
    let whole = json(&Program::new(world.path(), &home).ok(&["calibrate", "--format", "json"]));
    assert_eq!((&whole["agents"]["commits"], &whole["others"]["commits"]), (&COMMITS.into(), &1.into()));
}
