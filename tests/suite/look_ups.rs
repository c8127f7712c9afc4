//! Look-ups of packages: what registries and advisories say arrives as notes and findings, what nobody said is "not checked", and no name
//! leaves this machine unless it was allowed to.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::program::Program;
use crate::scripted::{Reply, Seen, Server, json as answer};
use crate::world::World;

const NPM: &str = include_str!("../data/registry/npm-esbuild.json");
const PYPI: &str = include_str!("../data/registry/pypi-requests.json");
const CARGO: &str = include_str!("../data/registry/cargo-left-pad.jsonl");

/// A repository with one agent's change of its packages, a program, and the servers it may ask.
struct Desk {
    world: World,
    program: Program,
    server: Server,
}

/// As the registries answer, for the packages of the recorded answers.
fn registries(seen: &Seen, _: usize) -> Reply {
    match (seen.method.as_str(), seen.target.as_str()) {
        ("GET", "/npm/esbuild") => answer(200, NPM),
        ("GET", "/pypi/pypi/requests/json") => answer(200, PYPI),
        ("GET", "/cargo/le/ft/left-pad") => Reply::ok("text/plain", CARGO.as_bytes()),
        ("POST", "/osv/v1/querybatch") => {
            let asked: Value = serde_json::from_str(&seen.body).unwrap();
            let none = asked["queries"].as_array().unwrap().iter().map(|_| json!({})).collect::<Vec<_>>();
            answer(200, &json!({ "results": none }).to_string())
        }
        _ => answer(404, r#"{"error":"Not found"}"#),
    }
}

impl Desk {
    /// Where `before` becomes `after` in the file at `path`.
    fn with(path: &str, before: &str, after: &str) -> Self {
        Self::of(path, before, &[(path, after)], registries)
    }

    fn of(path: &str, before: &str, after: &[(&str, &str)], reply: fn(&Seen, usize) -> Reply) -> Self {
        let mut world = World::empty();
        world.write(path, before);
        world.commit("Begin");
        world.agent_branch("claude/packages", "Move packages", after);
        let program = Program::new(world.path(), world.beside("home"));
        let desk = Self { world, program, server: Server::start(reply) };
        desk.settings("");
        desk
    }

    /// The settings: every address is the server's, and `more` besides.
    fn settings(&self, more: &str) {
        let (folder, at) = (self.program.home.join("config"), self.server.address());
        std::fs::create_dir_all(&folder).unwrap();
        let names = ["npm", "pypi", "cargo", "gem", "golang", "osv"];
        let addresses = names.map(|name| format!("{name} = \"{at}/{name}\"\n")).concat();
        std::fs::write(folder.join("settings.toml"), format!("[look-ups]\n{addresses}{more}\n")).unwrap();
    }

    /// The report of the change.
    fn scan(&self, options: &[&str]) -> Value {
        let all = [&["scan", "claude/packages", "--format", "json", "--fail-on", "never"], options].concat();
        serde_json::from_str(&self.program.ok(&all)).unwrap()
    }

    /// The notes on the row of the package called `name`.
    fn notes(&self, options: &[&str], name: &str) -> String {
        notes(&self.scan(options), name)
    }

    /// A folder of advisories.
    fn advisories(&self, records: &[Value]) -> PathBuf {
        let folder = self.world.beside("osv");
        std::fs::create_dir_all(folder.join("npm")).unwrap();
        for record in records {
            std::fs::write(folder.join("npm").join(format!("{}.json", record["id"].as_str().unwrap())), record.to_string()).unwrap();
        }
        folder
    }

    fn asked(&self) -> Vec<String> {
        self.server.seen().iter().map(|seen| seen.target.clone()).collect()
    }
}

fn notes(report: &Value, name: &str) -> String {
    let rows = report["dependencies"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name} is in no row: {rows:#?}"));
    row["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn rules(report: &Value) -> Vec<String> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

fn package_json(dependencies: &Value) -> String {
    format!("{}\n", json!({ "name": "app", "dependencies": dependencies }))
}

/// A record as the malicious packages of OSV are published.
fn malware(name: &str) -> Value {
    json!({
        "schema_version": "1.5.0", "id": "MAL-2026-1001", "modified": "2026-09-01T10:00:00Z", "published": "2026-09-01T09:00:00Z",
        "summary": format!("Malicious code in {name} (npm)"), "details": "It sends the environment away.",
        "affected": [{"package": {"ecosystem": "npm", "name": name}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
            "database_specific": {"cwes": [{"cweId": "CWE-506"}]}}],
    })
}

#[test]
fn nobody_is_asked_unless_that_was_wished() {
    let desk = Desk::with("package.json", &package_json(&json!({})), &package_json(&json!({"esbuild": "0.21.5"})));
    let report = desk.scan(&[]);
    assert_eq!(desk.asked(), Vec::<String>::new());
    assert!(!notes(&report, "esbuild").contains("checked"), "{report:#}");
}

#[test]
fn a_registry_is_asked_and_its_answer_is_a_note() {
    let desk = Desk::with("package.json", &package_json(&json!({})), &package_json(&json!({"esbuild": "0.21.5"})));
    let said = desk.notes(&["--look-up"], "esbuild");
    for part in [
        "first published 2016-12-06",
        "0.21.5 published 2024-06-09",
        "2 maintainers",
        "runs code when installed (postinstall)",
        "no known advisory (OSV",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let seen = desk.server.seen();
    assert_eq!(desk.asked(), ["/osv/v1/querybatch", "/npm/esbuild"]);
    for one in seen {
        assert!(one.header("user-agent").starts_with("lazaret/"), "{one:?}");
        assert_eq!((one.header("authorization"), one.header("cookie"), one.header("referer")), ("", "", ""));
    }
}

#[test]
fn advisories_of_a_folder_find_malware_offline() {
    let desk =
        Desk::with("package.json", &package_json(&json!({})), &package_json(&json!({"coloured-loggs": "1.0.4", "esbuild": "0.21.5"})));
    let folder = desk.advisories(&[malware("coloured-loggs")]);
    let report = desk.scan(&["--offline", "--look-up", "--advisories", folder.to_str().unwrap()]);
    assert_eq!(desk.asked(), Vec::<String>::new(), "not one connection was made");
    assert!(rules(&report).contains(&"dependency-known-malicious".to_owned()), "{report:#}");
    let said = notes(&report, "coloured-loggs");
    assert!(said.contains("known malware, MAL-2026-1001: Malicious code in coloured-loggs (npm)"), "{said}");
    assert!(said.contains("not checked at its registry: --offline was given, and no answer was kept"), "{said}");
    assert!(notes(&report, "esbuild").contains("no known advisory (the OSV records in"), "{report:#}");
    assert!(report["risk"]["lane"] == "stop", "{report:#}");
}
