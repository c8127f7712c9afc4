//! Packages that nothing uses: the whole tree of a clone is looked through, and nothing is said where it cannot be.

use serde_json::{Value, json};

use crate::program::Program;
use crate::world::World;

fn manifest(names: &[&str]) -> String {
    let all: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!("1.0.0"))).collect();
    format!("{:#}\n", json!({ "dependencies": all }))
}

/// What is said to be unused where `others` lie beside a manifest to which three packages are added.
fn unused(others: &[(&str, &str)]) -> Vec<String> {
    let mut world = World::empty();
    world.write("package.json", manifest(&["express"]));
    for (path, text) in others {
        world.write(path, text);
    }
    world.commit("Begin");
    world.agent_branch(
        "claude/packages",
        "Add packages",
        &[("package.json", &manifest(&["express", "left-pad", "right-pad", "eslint-plugin-x"]))],
    );
    let program = Program::new(world.path(), world.beside("home"));
    let scan = ["scan", "claude/packages", "--rule", "dependency-unused", "--format", "json", "--fail-on", "never"];
    let report: Value = serde_json::from_str(&program.ok(&scan)).unwrap();
    report["findings"].as_array().unwrap().iter().map(|finding| finding["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_nothing_in_the_tree_names_is_a_note() {
    let said = unused(&[
        ("src/far/away.js", "const pad = require('Left-Pad');\n"),
        ("package-lock.json", "{\"packages\": {\"node_modules/right-pad\": {}}}\n"),
    ]);
    assert_eq!(said, ["right-pad is added, and nothing else in the tree names it"]);
    assert_eq!(unused(&[("README.md", "Needs left-pad and right-pad.\n")]), Vec::<String>::new());
}

/// A diff has no tree.
#[test]
fn without_a_tree_nothing_is_said() {
    let mut world = World::empty();
    world.write("package.json", manifest(&["express"]));
    world.commit("Begin");
    let program = Program::new(world.path(), world.beside("home"));
    let diff = "diff --git a/package.json b/package.json\n--- a/package.json\n+++ b/package.json\n@@ -1,5 +1,6 @@\n {\n   \"dependencies\": {\n-    \"express\": \"1.0.0\"\n+    \"express\": \"1.0.0\",\n+    \"right-pad\": \"1.0.0\"\n   }\n }\n";
    std::fs::write(world.beside("x.diff"), diff).unwrap();
    let path = world.beside("x.diff");
    let report = program.ok(&["scan", "--diff", path.to_str().unwrap(), "--rule", "dependency-unused", "--fail-on", "never"]);
    assert!(!report.contains("nothing else in the tree"), "{report}");
}
