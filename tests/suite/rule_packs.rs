//! Packs of rules that other people wrote, through the real program: what is wrong is named with file and line and left out alone, the
//! rest runs; packs have versions and digests; every decision carries the digest of all rules in force.

use std::collections::BTreeSet;
use std::path::Path;

use lazaret::store::cases;
use lazaret::store::ledger::Ledger;
use serde_json::Value;

use crate::program::{Program, files};
use crate::world::World;

const GOOD: &str = "id: own-shell\nlanguage: python\nseverity: error\nmessage: runs a shell\nnote: A shell takes what it is given.\nrule:\n  pattern: os.popen($X)\n";

/// A repository whose branch `claude/shell` adds what `GOOD` sees, and a folder `pack` with `GOOD` in it.
fn world() -> (World, Program, String) {
    let mut world = World::new();
    world.git(&["config", "user.name", "Reviewer"]);
    world.git(&["config", "user.email", "reviewer@example.com"]);
    world.agent_branch("claude/shell", "Call the tool", &[("run.py", "import os\nos.popen(command)\n")]);
    let program = Program::new(world.path(), world.beside("home"));
    let pack = world.beside("pack");
    put(&pack, "good.yml", GOOD);
    (world, program, pack.display().to_string())
}

fn put(pack: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = pack.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn lint(program: &Program, pack: &str) -> (i32, Value) {
    let run = program.run(&["rules", "lint", "--format", "json", "--rules", pack]);
    (run.code, serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err)))
}

/// Notes of `kind` in `file`, each as `line: text`.
fn notes(report: &Value, file: &str, kind: &str) -> Vec<String> {
    let files = report["files"].as_array().unwrap().iter().filter(|one| one["path"] == file);
    let notes = files.flat_map(|one| one["notes"].as_array().unwrap()).filter(|note| note["kind"] == kind);
    notes.map(|note| format!("{}: {}", note["line"], note["text"].as_str().unwrap())).collect()
}

#[test]
fn what_is_wrong_is_named_and_left_out_alone() {
    let (world, program, pack) = world();
    let folder = world.beside("pack");
    let deep = format!("id: deep\nlanguage: python\nrule:\n  pattern: {}\n", "[".repeat(50_000));
    let large = std::fs::File::create(folder.join("huge.yml")).unwrap();
    large.set_len(500 * 1024 * 1024).unwrap();
    for (name, text) in [
        ("broken.yml", "id: a\nlanguage: python\nrule:\n  pattern: [\n"),
        ("broken.toml", "[[rules]]\nid = \"a\nregex = 'x'\n"),
        ("typo.yml", "id: typo\nlanguage: python\nrule:\n  patern: x\n"),
        ("key.toml", "[[rules]]\nid = \"key\"\nregexp = 'abcdefgh[0-9]{20}'\n"),
        ("cycle.yml", "id: cycle\nlanguage: python\nrule: &r\n  all:\n    - *r\n"),
        ("deep.yml", &deep),
        ("large.toml", "[[rules]]\nid = \"large\"\nregex = '''(a{1000}){1000}'''\nkeywords = [\"aaa\"]\n"),
        ("language.yml", "id: cobol\nlanguage: cobol\nrule:\n  pattern: x\n"),
        ("strange.yml", "hello: world\n"),
    ] {
        put(&folder, name, text);
    }
    put(&folder, "bytes.yml", b"id: \xff\n");
    let (code, report) = lint(&program, &pack);
    assert_eq!(code, 2, "{report:#}");
    for name in [
        "broken.yml",
        "broken.toml",
        "typo.yml",
        "key.toml",
        "cycle.yml",
        "deep.yml",
        "large.toml",
        "language.yml",
        "strange.yml",
        "bytes.yml",
        "huge.yml",
    ] {
        let left = notes(&report, name, "left-out");
        assert!(!left.is_empty(), "{name} is not named: {report:#}");
        assert!(left.iter().all(|text| text.len() < 600 && !text.contains('\u{1b}')), "{name}: {left:?}");
    }
    assert!(notes(&report, "good.yml", "left-out").is_empty());
    let scan = program.run(&["scan", "main..claude/shell", "--rules", &pack, "--format", "json"]);
    assert_ne!(scan.code, 2, "{}", scan.err);
    let scanned: Value = serde_json::from_str(&scan.out).unwrap();
    assert!(scanned["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "own-shell"), "{scanned:#}");
    assert!(scan.err.contains("left out; `lazaret rules lint` says which and why"), "{}", scan.err);
}

#[test]
fn lint_names_what_could_be_better_and_answers_with_no_error_for_it() {
    let (world, program, pack) = world();
    let folder = world.beside("pack");
    put(&folder, "twin.yml", GOOD.replace("own-shell", "second-shell").replace("runs a shell", "other words"));
    put(
        &folder,
        "mute.yml",
        "id: mute\nlanguage: python\nmessage: hm\nrule:\n  pattern: quiet($X)\nmetadata:\n  references: [see-the-wiki]\n",
    );
    let (code, report) = lint(&program, &pack);
    assert_eq!(code, 0, "{report:#}");
    let twin = notes(&report, "twin.yml", "advice").join("\n");
    assert!(twin.contains("1: asks for the same as own-shell; keep one of them"), "{report:#}");
    let mute = notes(&report, "mute.yml", "advice").join("\n");
    assert!(
        mute.contains("nothing says why it matters; say it in `note`") && mute.contains("has no examples; put a file with"),
        "{report:#}"
    );
    let plain = program.run(&["rules", "lint", "--rules", &pack]);
    assert!(
        plain.out.contains("pack/twin.yml:1: advice: asks for the same as own-shell") && plain.out.contains("0 left out, "),
        "{}",
        plain.out
    );
}

/// Ids that nobody gave, and those that were withdrawn, in each format, with the line they stand on; the rules run all the same.
#[test]
fn ids_that_there_are_not_are_named_with_their_line_in_every_format() {
    let (world, program, pack) = world();
    let folder = world.beside("pack");
    let metadata = "metadata:\n  cwe: 'CWE-99999: Nothing'\n  references:\n    - T1059.004\n    - T9999\n    - CWE-78\n";
    put(&folder, "ids.yml", format!("{}{metadata}", GOOD.replace("own-shell", "ids")));
    put(&folder, "ids-test.yml", "id: ids\nvalid: ['x = \"CWE-99998\"']\ninvalid: ['os.popen(a)']\n");
    let tags = "tags:\n  - attack.t9999\n  - attack.t1059.999\n  - attack.t1086\n  - attack.t1059\n  - cwe.78\n";
    let sigma = "title: Odd names\ndescription: x\nlogsource:\n  product: git\ndetection:\n  s:\n    file_path: x\n  condition: s\n";
    put(&folder, "sigma.yml", format!("{sigma}{tags}"));
    let rule = |id: &str, references: &str| {
        format!("[[rules]]\nid = \"{id}\"\nregex = 'acme-{id}-[0-9]{{20}}'\n[rules.lazaret]\nreferences = [{references}]\n")
    };
    put(&folder, "keys.toml", rule("first", "\"CWE-798\"") + &rule("key", "\n  \"CWE-798\",\n  \"CWE-769\",\n"));
    let (code, report) = lint(&program, &pack);
    assert_eq!(code, 0, "{report:#}");
    let wrong = |file: &str| {
        let is_wrong = |text: &String| ["there is no", "withdrawn", "beyond"].iter().any(|word| text.contains(word));
        notes(&report, file, "advice").into_iter().filter(is_wrong).collect::<Vec<_>>()
    };
    let none = "in ATT&CK 18.1 of November 2025";
    assert_eq!(wrong("ids.yml"), ["9: there is no CWE-99999 in CWE 4.15 of July 2024".to_owned(), format!("12: there is no T9999 {none}")]);
    assert_eq!(
        wrong("sigma.yml"),
        [
            format!("10: there is no T9999 {none}"),
            format!("11: there is no T1059.999 {none}; T1059 has .001 to .013"),
            "12: T1086 was withdrawn; T1059.001 takes its place".to_owned(),
        ]
    );
    assert_eq!(wrong("keys.toml"), ["12: CWE-769 was withdrawn; CWE-774 takes its place"]);
    assert!(wrong("ids-test.yml").is_empty(), "{report:#}");
    let of_key = report["files"].as_array().unwrap().iter().find(|file| file["path"] == "keys.toml").unwrap()["notes"].as_array().unwrap();
    assert!(of_key.iter().any(|note| note["rule"] == "key" && note["line"] == 12), "{report:#}");
}

/// A pattern that is another thing by itself than where such code stands matches nothing, and nobody would know why.
#[test]
fn a_pattern_that_needs_a_context_is_told_with_its_line_and_the_context_form() {
    let (world, program, pack) = world();
    let folder = world.beside("pack");
    let rule = |language: &str, pattern: &str| {
        format!("id: ctx\nlanguage: {language}\nmessage: m\nnote: n\nrule:\n  any:\n    - pattern: \"{pattern}\"\n")
    };
    put(&folder, "go.yml", rule("go", "exec.Command($A)"));
    let (code, report) = lint(&program, &pack);
    let said = notes(&report, "go.yml", "advice").join("\n");
    let form = "write `pattern: {context: 'func f() { exec.Command($A) }', selector: call_expression}`";
    assert!(
        code == 0 && said.contains("7: `exec.Command($A)` by itself is `type_conversion_expression` in Go") && said.contains(form),
        "{said}"
    );
    put(
        &folder,
        "go.yml",
        rule("go", "exec.Command($A)")
            .replace("pattern: \"exec.Command($A)\"", "pattern: {context: 'func f() { exec.Command($A) }', selector: call_expression}"),
    );
    assert!(!notes(&lint(&program, &pack).1, "go.yml", "advice").join("\n").contains("by itself"));
    put(&folder, "go.yml", rule("javascript", "constructor($A) { }; other($B)"));
    let left = notes(&lint(&program, &pack).1, "go.yml", "left-out").join("\n");
    assert!(left.contains("Multiple AST nodes") && left.contains("put it into whole code: `pattern: {context: …, selector: …}`"), "{left}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_around_it_is_named_and_read_once() {
    let (world, program, pack) = world();
    std::os::unix::fs::symlink(world.beside("pack"), world.beside("pack").join("again")).unwrap();
    let (code, report) = lint(&program, &pack);
    assert_eq!((code, notes(&report, "again", "left-out").len()), (2, 1), "{report:#}");
    assert_eq!(report["counts"]["left-out"], 1, "{report:#}");
}

#[test]
fn names_that_collide_are_named() {
    let (world, program, pack) = world();
    put(&world.beside("pack"), "z.yml", GOOD.replace("popen", "system"));
    put(&world.beside("pack"), "y.yml", GOOD.replace("own-shell", "env-gated-auth"));
    let (code, report) = lint(&program, &pack);
    assert_eq!(code, 2);
    assert!(notes(&report, "z.yml", "left-out")[0].contains("own-shell is the name of pack/good.yml:1 already"), "{report:#}");
    assert!(notes(&report, "y.yml", "left-out")[0].contains("env-gated-auth is the name of a rule of this program already"), "{report:#}");
}

#[test]
fn packs_have_a_name_a_version_and_a_digest() {
    let (world, program, pack) = world();
    put(&world.beside("pack"), "pack.toml", "name = \"harbour\"\nversion = \"1.2.0\"\n");
    let packs = || -> Value { serde_json::from_str(&program.ok(&["rules", "packs", "--format", "json", "--rules", &pack])).unwrap() };
    let before = packs();
    let own = |packs: &Value| packs["packs"].as_array().unwrap().iter().find(|one| one["name"] == "harbour").unwrap().clone();
    assert_eq!(
        (&own(&before)["version"], &own(&before)["rules"], &own(&before)["formats"]["structure"]),
        (&"1.2.0".into(), &1.into(), &1.into())
    );
    assert_eq!(own(&before)["sha256"].as_str().unwrap().len(), 64);
    let table = program.ok(&["rules", "packs", "--rules", &pack]);
    assert!(
        table.contains("harbour") && table.contains("1 structure") && table.contains(own(&before)["sha256"].as_str().unwrap()),
        "{table}"
    );
    assert!(program.run(&["doctor", "--rules", &pack]).out.contains("harbour 1.2.0"), "{}", program.run(&["doctor", "--rules", &pack]).out);
    put(&world.beside("pack"), "good.yml", GOOD.replace("popen", "system"));
    let after = packs();
    assert_ne!(own(&before)["sha256"], own(&after)["sha256"]);
    assert_ne!(before["sha256"], after["sha256"]);
}

#[test]
fn rules_are_listed_by_where_they_come_from_and_explained_with_it() {
    let (_world, program, pack) = world();
    let list = |more: &[&str]| -> Vec<Value> {
        serde_json::from_str(&program.ok(&[&["rules", "list", "--format", "json", "--rules", &pack], more].concat())).unwrap()
    };
    let all = list(&[]);
    let own = list(&["--pack", "pack"]);
    assert!(all.len() > 50 && own.len() == 1);
    assert_eq!((&own[0]["id"], &own[0]["from"], &own[0]["pack"]), (&"own-shell".into(), &"structure".into(), &"pack".into()));
    assert_eq!((&own[0]["path"], &own[0]["line"]), (&"good.yml".into(), &1.into()));
    assert!(list(&["--from", "code"]).iter().all(|rule| rule["from"] == "code"));
    assert!(list(&["--class", "secret"]).iter().all(|rule| rule["class"] == "secret"));
    let hard = list(&["--at-least", "high"]);
    assert!(!hard.is_empty() && hard.iter().all(|rule| rule["severity"] == "high" || rule["severity"] == "critical"));
    let table = program.ok(&["rules", "list", "--pack", "pack", "--rules", &pack]);
    assert!(table.contains("FROM") && table.contains("structure of pack"), "{table}");
    program.fails(&["rules", "list", "--pack", "none"], "no pack is called 'none'");
    let explained = program.ok(&["rules", "explain", "own-shell", "--rules", &pack]);
    assert!(explained.contains("pack/good.yml:1") && explained.contains("A shell takes what it is given."), "{explained}");
    program.fails(&["rules", "explain", "env-gatd-auth"], "did you mean env-gated-auth?");
}

#[test]
fn every_decision_carries_the_digest_of_all_rules_in_force() {
    let (world, program, pack) = world();
    let digests = || -> BTreeSet<String> {
        let kept = files(&program.home).into_iter().filter(|(path, _)| path.ends_with("manifest.json"));
        kept.map(|(_, bytes)| digest_in(&serde_json::from_slice(&bytes).unwrap()).unwrap()).collect()
    };
    let decide = |rules: &[&str]| {
        program.ok(&[&["quarantine", "claude/shell", "--reason", "look", "--yes"], rules].concat());
        program.ok(&[&["release", "claude/shell", "--reason", "looked", "--yes"], rules].concat());
        crate::program::a_second_later();
        digests().len()
    };
    assert_eq!(decide(&[]), 1);
    assert_eq!(decide(&["--rules", &pack]), 2, "a pack is part of it");
    assert_eq!(decide(&["--rules", &pack]), 2, "the same rules are the same digest");
    put(&world.beside("pack"), "good.yml", GOOD.replace("popen", "system"));
    assert_eq!(decide(&["--rules", &pack]), 3, "every letter of a rule is");
    assert_eq!(decide(&["--rules", &pack, "--no-default-rules"]), 4, "and what is left out");
    let report: Value =
        serde_json::from_str(&program.run(&["scan", "main..claude/shell", "--rules", &pack, "--format", "sarif"]).out).unwrap();
    assert_eq!(report["version"], "2.1.0");
}

fn digest_in(manifest: &Value) -> Option<String> {
    match manifest {
        Value::Object(map) => map.iter().find_map(|(name, value)| match value {
            Value::String(digest) if name == "rules_sha256" => Some(digest.clone()),
            value => digest_in(value),
        }),
        Value::Array(list) => list.iter().find_map(digest_in),
        _ => None,
    }
}

/// Also those that are about no bytes at all.
#[test]
fn every_verb_notes_the_rules_in_force() {
    let (mut world, program, pack) = world();
    world.agent_branch("claude/calm", "Say hello", &[("hello.py", "def hello():\n    return 'hello'\n")]);
    world.agent_branch("claude/landed", "Say goodbye", &[("bye.py", "def bye():\n    return 'bye'\n")]);
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge claude/landed", "claude/landed"]);
    let rules = ["--rules", pack.as_str()];
    let run = |words: &[&str]| program.run(&[words, &rules[..]].concat());
    let packs: Value = serde_json::from_str(&program.ok(&[&["rules", "packs", "--format", "json"], &rules[..]].concat())).unwrap();
    let verbs: [&[&str]; 8] = [
        &["quarantine", "claude/shell", "-m", "look", "--yes"],
        &["release", "claude/shell", "-m", "looked", "--yes"],
        &["request-changes", "claude/calm", "-m", "greet by name", "--yes"],
        &["comment", "claude/calm", "-m", "hello there", "--yes"],
        &["approve", "claude/calm", "-m", "read it", "--yes"],
        &["revert", "claude/landed", "-m", "too soon", "--yes"],
        &["block", "agent:devin", "-m", "rogue", "--yes"],
        &["unblock", "agent:devin", "-m", "mended", "--yes"],
    ];
    let mut refused = Vec::new();
    for words in verbs {
        let run = run(words);
        if run.code != 0 {
            refused.push((words[0], run.out + &run.err));
        }
        crate::program::a_second_later();
    }
    // Nobody can be answered where there is no forge.
    let names: Vec<&str> = refused.iter().map(|(verb, _)| *verb).collect();
    assert_eq!(names, ["request-changes", "comment"], "{refused:?}");
    let ledger = Ledger::open(&program.home.join("data/ledger.db")).unwrap();
    let decided: Vec<(&str, String)> =
        cases::all(&ledger).unwrap().into_iter().map(|case| (case.plan.decision.verb.word(), case.plan.decision.rules_in_force)).collect();
    let mut known: Vec<&str> = decided.iter().map(|(verb, _)| *verb).collect();
    known.sort_unstable();
    assert_eq!(known, ["approve", "block", "quarantine", "release", "revert", "unblock"]);
    assert!(decided.iter().all(|(_, digest)| *digest == packs["sha256"].as_str().unwrap()), "{decided:?}");
}
