//! Look-ups of packages: what registries and advisories say arrives as notes and findings, what nobody said is "not checked", and no name
//! leaves this machine unless it was allowed to.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::osv::record;
use crate::program::Program;
use crate::scripted::{Reply, Seen, Server, json as answer};
use crate::world::World;

const NPM: &str = include_str!("../data/registry/npm-esbuild.json");
const PYPI: &str = include_str!("../data/registry/pypi-requests.json");
const PACKAGIST: &str = include_str!("../data/registry/packagist-faker.json");
const NUGET: &str = include_str!("../data/registry/nuget-logging.json");
const MAVEN: &str = include_str!("../data/registry/maven-metadata.xml");
const CARGO: &str = include_str!("../data/registry/cargo-left-pad.jsonl");

/// What a server answers.
type Script = fn(&Seen, usize) -> Reply;

/// A repository with one agent's change of its packages, a program, and the servers it may ask.
struct Desk {
    world: World,
    program: Program,
    server: Server,
}

/// As the registries answer, for the packages of the recorded answers.
pub(crate) fn registries(seen: &Seen, _: usize) -> Reply {
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

    fn of(path: &str, before: &str, after: &[(&str, &str)], reply: Script) -> Self {
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
        let folder = self.program.home.join("config");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("settings.toml"), settings(&self.server.address(), more)).unwrap();
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

/// Settings in which every registry and OSV have their addresses below `at`, and `more` besides.
pub(crate) fn settings(at: &str, more: &str) -> String {
    let names = ["npm", "pypi", "cargo", "gem", "golang", "composer", "nuget", "maven", "osv"];
    let addresses = names.map(|name| format!("{name} = \"{at}/{name}\"\n")).concat();
    format!("[look-ups]\n{addresses}{more}\n")
}

pub(crate) fn notes(report: &Value, name: &str) -> String {
    let rows = report["dependencies"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name} is in no row: {rows:#?}"));
    row["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn rules(report: &Value) -> Vec<String> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn package_json(dependencies: &Value) -> String {
    format!("{}\n", json!({ "name": "app", "dependencies": dependencies }))
}

/// A record as the malicious packages of OSV are published.
fn malware(name: &str) -> Value {
    record(json!({
        "schema_version": "1.5.0", "id": "MAL-2026-1001", "modified": "2026-09-01T10:00:00Z", "published": "2026-09-01T09:00:00Z",
        "summary": format!("Malicious code in {name} (npm)"), "details": "It sends the environment away.",
        "affected": [{"package": {"ecosystem": "npm", "name": name}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
            "database_specific": {"cwes": [{"cweId": "CWE-506"}]}}],
    }))
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

#[test]
fn each_registry_is_read_as_it_answers() {
    let desk = Desk::of(
        "requirements.txt",
        "flask==3.0.3\n",
        &[
            ("requirements.txt", "flask==3.0.3\nrequests==2.32.0\nnot-there-at-all==1.0\n"),
            ("Cargo.toml", "[package]\nname = \"x\"\n\n[dependencies]\nleft-pad = \"=1.0.1\"\n"),
        ],
        registries,
    );
    let report = desk.scan(&["--look-up"]);
    let said = notes(&report, "requests");
    assert!(said.contains("2.32.0 published 2024-05-20") && said.contains("3 maintainers"), "{said}");
    assert!(said.contains("2.32.0 was withdrawn: Yanked due to conflicts with CVE-2024-35195 mitigation"), "{said}");
    assert!(notes(&report, "left-pad").contains("1.0.1 published 2016-03-24"), "{report:#}");
    assert!(
        notes(&report, "not-there-at-all").contains("127.0.0.1") && notes(&report, "not-there-at-all").contains("does not list it (asked ")
    );
    let found = rules(&report);
    assert!(found.contains(&"dependency-withdrawn".to_owned()) && found.contains(&"dependency-unlisted".to_owned()), "{found:?}");
}

#[test]
fn a_name_that_is_none_is_sent_to_nobody() {
    let names = ["../../x?y#z", "a\nHost: elsewhere.example", "a b", "..", "@a/../b", "%2e%2e", "x\u{202e}y"];
    let all: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!("1.0.0"))).collect();
    let desk = Desk::with("package.json", &package_json(&json!({})), &package_json(&Value::Object(all)));
    let report = desk.scan(&["--look-up"]);
    assert_eq!(desk.asked(), Vec::<String>::new());
    for row in report["dependencies"].as_array().unwrap() {
        let said = row["notes"].to_string();
        assert!(said.contains("its name is none that npm takes, and was sent to nobody"), "{row:#}");
    }
}

#[test]
fn what_may_be_private_is_told_to_nobody() {
    let after = package_json(&json!({"esbuild": "git+https://git.example/acme/esbuild.git#1", "acme-billing": "1.0.0"}));
    let mut world = World::empty();
    world.write("package.json", package_json(&json!({})));
    world.write(".npmrc", "@acme:registry=https://npm.acme.example/\n");
    world.commit("Begin");
    world.agent_branch("claude/packages", "Move packages", &[("package.json", &after)]);
    let program = Program::new(world.path(), world.beside("home"));
    let desk = Desk { world, program, server: Server::start(registries) };
    desk.settings("ask = true");
    let report = desk.scan(&[]);
    assert_eq!(desk.asked(), Vec::<String>::new());
    assert!(notes(&report, "esbuild").contains("not checked: it comes from git"), "{report:#}");
    let said = notes(&report, "acme-billing");
    assert!(said.contains("not checked: .npmrc names another registry, and a private name is told to nobody"), "{said}");
}

#[test]
fn what_was_said_is_kept_and_read_again_offline() {
    let desk = Desk::with("package.json", &package_json(&json!({})), &package_json(&json!({"esbuild": "0.21.5", "gone": "1.0.0"})));
    let first = desk.scan(&["--look-up"]);
    let asked = desk.asked().len();
    assert_eq!(asked, 3);
    let (second, third) = (desk.scan(&["--look-up"]), desk.scan(&["--look-up", "--offline"]));
    assert_eq!(desk.asked().len(), asked, "the second time nobody is asked");
    for name in ["esbuild", "gone"] {
        assert_eq!(notes(&second, name), notes(&first, name));
        assert_eq!(notes(&third, name), notes(&first, name));
    }
    assert_eq!(rules(&third), rules(&first));
}

#[test]
fn the_budget_is_held_and_what_it_does_not_reach_is_not_checked() {
    let names: serde_json::Map<String, Value> = (0..9).map(|at| (format!("name-{at}"), json!("1.0.0"))).collect();
    let desk = Desk::with("package.json", &package_json(&json!({})), &package_json(&Value::Object(names)));
    desk.settings("ask = true\nrequests = 4");
    let report = desk.scan(&[]);
    assert_eq!(desk.asked().len(), 4);
    let said = report["dependencies"].to_string();
    assert_eq!(said.matches("not checked at its registry: the 4 requests that one change may cost were used up").count(), 6, "{said}");
    assert_eq!(said.matches("does not list it").count(), 3, "{said}");
}

#[test]
fn whoever_does_not_answer_well_leaves_it_not_checked() {
    let cases: [(Script, &str); 6] = [
        (|_, _| answer(200, "<html>"), "makes no sense"),
        (|_, _| Reply::page(503), "answered with 503"),
        (|_, _| Reply::status(429), "answers no more requests for now"),
        (|_, _| Reply::status(302).header("location", "https://elsewhere.example/x"), "sends elsewhere, and that is not followed"),
        (|_, _| Reply::hang_up(), "broke off"),
        (|_, _| answer(200, r#"{"versions":{"1.0.0":7}}"#), "makes no sense"),
    ];
    for (reply, says) in cases {
        let desk =
            Desk::of("package.json", &package_json(&json!({})), &[("package.json", &package_json(&json!({"esbuild": "0.21.5"})))], reply);
        let report = desk.scan(&["--look-up"]);
        let said = notes(&report, "esbuild");
        assert!(said.contains("not checked at its registry") && said.contains(says) && !said.contains("does not list"), "{says}: {said}");
        assert!(said.contains("not checked for advisories"), "{said}");
        assert!(!rules(&report).contains(&"dependency-unlisted".to_owned()), "{report:#}");
        assert!(report["coverage"].to_string().contains("1 changed package was not checked"), "{report:#}");
    }
}

#[test]
fn nobody_listening_is_said_and_asked_once() {
    let desk = Desk::with("package.json", &package_json(&json!({})), &package_json(&json!({"esbuild": "0.21.5", "gone": "1.0.0"})));
    let nobody = Server::nobody();
    let text = format!("[look-ups]\nask = true\nnpm = \"{nobody}\"\nosv = \"{nobody}\"\n");
    std::fs::write(desk.program.home.join("config/settings.toml"), text).unwrap();
    let report = desk.scan(&[]);
    assert!(
        notes(&report, "esbuild").contains("127.0.0.1 could not be reached")
            || notes(&report, "esbuild").contains("did not answer a moment ago")
    );
    let doctor = desk.program.run(&["doctor"]);
    assert!(doctor.code == 1 && doctor.out.contains("broken  look-ups    127.0.0.1 could not be reached"), "{}", doctor.out);
}

/// OSV as it answers: ids first, then the record.
pub(crate) fn osv(seen: &Seen, at: usize) -> Reply {
    match seen.target.as_str() {
        "/osv/v1/querybatch" => answer(200, r#"{"results":[{"vulns":[{"id":"GHSA-x","modified":"2026-01-01T00:00:00Z"},{"id":"../../admin"}]}]}"#),
        "/osv/v1/vulns/GHSA-x" => answer(
            200,
            &record(json!({"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1"], "summary": "It \u{1b}[31mdies\u{202e} of long paths",
                "affected": [{"package": {"ecosystem": "npm", "name": "esbuild"},
                    "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.25.0"}]}]}],
                "database_specific": {"severity": "MODERATE"}}))
            .to_string(),
        ),
        _ => registries(seen, at),
    }
}

#[test]
fn advisories_of_osv_are_findings_and_their_words_are_harmless() {
    let after = package_json(&json!({"esbuild": "0.21.5"}));
    let desk = Desk::of("package.json", &package_json(&json!({})), &[("package.json", &after)], osv);
    let report = desk.scan(&["--look-up"]);
    let said = notes(&report, "esbuild");
    assert!(said.contains("known vulnerability, GHSA-x: It ") && said.contains("; mended in 0.25.0 (OSV)"), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said}");
    let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "dependency-vulnerable").unwrap();
    assert_eq!(finding["title"], "esbuild 0.21.5 is vulnerable: GHSA-x (moderate), mended in 0.25.0");
    assert_eq!(finding["severity"], "medium");
    assert_eq!(desk.asked(), ["/osv/v1/querybatch", "/osv/v1/vulns/GHSA-x", "/npm/esbuild"], "an id that is none is asked about nowhere");
    let batch: Value = serde_json::from_str(&desk.server.seen()[0].body).unwrap();
    assert_eq!(batch, json!({"queries": [{"package": {"name": "esbuild", "ecosystem": "npm"}, "version": "0.21.5"}]}));
    for format in ["plain", "markdown", "sarif"] {
        let all = desk.program.ok(&["scan", "claude/packages", "--look-up", "--format", format, "--fail-on", "never"]);
        assert!(all.contains("is vulnerable: GHSA-x"), "{format}");
    }
}

#[test]
fn settings_and_folders_that_cannot_be_used_are_one_sentence() {
    let desk = Desk::with("package.json", &package_json(&json!({})), &package_json(&json!({"esbuild": "0.21.5"})));
    let run = desk.program.run(&["scan", "claude/packages", "--advisories", "/nowhere/at/all"]);
    assert!(run.code == 2 && run.err.contains("the folder of advisories /nowhere/at/all cannot be read"), "{}", run.err);
    let text = "[look-ups]\nask = true\nnpm = \"http://npm.example.com\"\n";
    std::fs::write(desk.program.home.join("config/settings.toml"), text).unwrap();
    let run = desk.program.run(&["scan", "claude/packages"]);
    assert!(run.code == 2 && run.err.contains("`http://npm.example.com` is not https"), "{}", run.err);
}

#[test]
fn a_record_that_cannot_be_read_is_named_and_the_rest_goes_on() {
    let desk = Desk::with("package.json", &package_json(&json!({})), &package_json(&json!({"coloured-loggs": "1.0.4"})));
    let folder = desk.advisories(&[malware("coloured-loggs")]);
    std::fs::write(folder.join("npm/broken.json"), "{").unwrap();
    let report = desk.scan(&["--advisories", folder.to_str().unwrap()]);
    assert!(rules(&report).contains(&"dependency-known-malicious".to_owned()), "{report:#}");
    let unchecked = report["coverage"].to_string();
    assert!(unchecked.contains("advisories were not all read") && unchecked.contains("broken.json"), "{unchecked}");
    assert_eq!(desk.asked(), Vec::<String>::new(), "a folder asks nobody");
}

/// Three packages on one line are three findings, each with its name.
#[test]
fn every_package_of_a_line_is_told() {
    let after = package_json(&json!({"made-up-one": "1.0.0", "made-up-two": "1.0.0", "made-up-three": "2.0.0"}));
    assert_eq!(after.lines().count(), 1);
    let report = Desk::with("package.json", &package_json(&json!({})), &after).scan(&["--look-up"]);
    let told =
        |finding: &Value| finding["title"].as_str().unwrap().split_once(" does not list ").unwrap().1.split(' ').next().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "dependency-unlisted");
    let mut names: Vec<String> = findings.map(told).collect();
    names.sort();
    assert_eq!(names, ["made-up-one", "made-up-three", "made-up-two"], "{report:#}");
}

/// An advisory that was taken back counts no more, and one whose words could not be read is known by its id and asked about again.
#[test]
fn advisories_taken_back_or_unread_are_told_apart() {
    fn some(seen: &Seen, at: usize) -> Reply {
        match seen.target.as_str() {
            "/osv/v1/querybatch" => answer(
                200,
                r#"{"results":[{"vulns":[{"id":"GHSA-gone","modified":"2026-01-01T00:00:00Z"},{"id":"GHSA-mute","modified":"2026-01-01T00:00:00Z"}]}]}"#,
            ),
            "/osv/v1/vulns/GHSA-gone" => answer(
                200,
                &record(json!({"id": "GHSA-gone", "modified": "2026-01-01T00:00:00Z", "withdrawn": "2026-01-02T00:00:00Z",
                    "affected": [{"package": {"ecosystem": "npm", "name": "esbuild"}, "versions": ["0.21.5"]}]}))
                .to_string(),
            ),
            "/osv/v1/vulns/GHSA-mute" => Reply::page(503),
            _ => registries(seen, at),
        }
    }
    let after = package_json(&json!({"esbuild": "0.21.5"}));
    let desk = Desk::of("package.json", &package_json(&json!({})), &[("package.json", &after)], some);
    let said = desk.notes(&["--look-up"], "esbuild");
    assert!(!said.contains("GHSA-gone") && said.contains("known vulnerability, GHSA-mute (OSV)"), "{said}");
    assert!(said.contains("not checked for advisories: what GHSA-mute says was not read: 127.0.0.1 answered with 503"), "{said}");
    let asked = desk.asked().len();
    desk.scan(&["--look-up"]);
    let again = &desk.asked()[asked..];
    assert!(again.len() == 3 && again.contains(&"/osv/v1/vulns/GHSA-mute".to_owned()), "what was unread is asked again: {again:?}");
}

/// As Packagist, NuGet.org and Maven Central publish their answers.
fn more_registries(seen: &Seen, at: usize) -> Reply {
    let leaf = |listed: bool| {
        json!({
            "@id": "https://api.nuget.org/v3/registration5-gz-semver2/example.huge/7.0.0.json", "@type": ["Package", "catalog:Permalink"],
            "catalogEntry": "https://api.nuget.org/v3/catalog0/data/2023.01.02.10.00.00/example.huge.7.0.0.json", "listed": listed,
            "packageContent": "https://api.nuget.org/v3-flatcontainer/example.huge/7.0.0/example.huge.7.0.0.nupkg",
            "published": "2023-01-02T10:00:00.5+00:00",
            "registration": "https://api.nuget.org/v3/registration5-gz-semver2/example.huge/index.json",
        })
        .to_string()
    };
    // A package of many versions names the pages they stand on.
    let pages = json!({"count": 2, "items": [
        {"@id": "https://api.nuget.org/v3/registration5-gz-semver2/example.huge/page/1.0.0/3.0.0.json", "count": 64, "lower": "1.0.0", "upper": "3.0.0"},
        {"@id": "https://api.nuget.org/v3/registration5-gz-semver2/example.huge/page/3.0.1/7.0.0.json", "count": 64, "lower": "3.0.1", "upper": "7.0.0"},
    ]});
    let page = |versions: &[(&str, &str)]| {
        let each = versions
            .iter()
            .map(|(version, published)| json!({"catalogEntry": {"id": "Example.Huge", "version": version, "published": published}}));
        json!({"items": each.collect::<Vec<_>>()}).to_string()
    };
    let many: Vec<Value> = (0..7)
        .map(|at| json!({"@id": format!("https://api.nuget.org/v3/registration5-gz-semver2/example.vast/page/{at}.0.0/{at}.9.0.json"), "count": 64}))
        .collect();
    let xml = |text: &str| Reply::ok("text/xml", text.as_bytes());
    match (seen.method.as_str(), seen.target.as_str()) {
        ("GET", "/composer/p2/fzaninotto/faker.json") => answer(200, PACKAGIST),
        ("GET", "/nuget/v3/registration5-gz-semver2/example.logging/index.json") => answer(200, NUGET).packed(),
        ("GET", "/nuget/v3/registration5-gz-semver2/example.huge/index.json") => answer(200, &pages.to_string()).packed(),
        ("GET", "/nuget/v3/registration5-gz-semver2/example.huge/7.0.0.json") => answer(200, &leaf(true)).packed(),
        ("GET", "/nuget/v3/registration5-gz-semver2/example.huge/page/1.0.0/3.0.0.json") => {
            answer(200, &page(&[("1.0.0", "2014-05-06T10:00:00Z"), ("3.0.0", "2015-05-06T10:00:00Z")])).packed()
        }
        ("GET", "/nuget/v3/registration5-gz-semver2/example.huge/page/3.0.1/7.0.0.json") => {
            answer(200, &page(&[("3.0.1", "1900-01-01T00:00:00Z"), ("7.0.0", "2023-01-02T10:00:00Z")])).packed()
        }
        ("GET", "/nuget/v3/registration5-gz-semver2/example.vast/index.json") => answer(200, &json!({"items": many}).to_string()).packed(),
        ("GET", "/nuget/v3/registration5-gz-semver2/example.vast/7.0.0.json") => answer(200, &leaf(true)).packed(),
        ("GET", "/golang/example.org/!some/module/@v/list") => Reply::ok("text/plain", b"v1.10.0\nv1.2.0\nv1.2.0-rc.1\nv1.3.0\n"),
        ("GET", "/golang/example.org/!some/module/@v/v1.10.0.info") => {
            answer(200, r#"{"Version":"v1.10.0","Time":"2024-06-01T10:00:00Z"}"#)
        }
        ("GET", "/golang/example.org/!some/module/@v/v1.2.0-rc.1.info") => {
            answer(200, r#"{"Version":"v1.2.0-rc.1","Time":"2019-02-03T10:00:00Z"}"#)
        }
        ("GET", "/golang/example.org/bare/@v/list") => Reply::ok("text/plain", b""),
        ("GET", "/golang/example.org/bare/@v/v0.0.0-20240102030405-abcdef012345.info") => {
            answer(200, r#"{"Version":"v0.0.0-20240102030405-abcdef012345","Time":"2024-01-02T03:04:05Z"}"#)
        }
        ("GET", "/maven/org/example/text/text-core/1.0.0/text-core-1.0.0.pom") => {
            xml("<project><modelVersion>4.0.0</modelVersion></project>").header("last-modified", "Tue, 05 Apr 2011 08:45:00 GMT")
        }
        ("GET", "/maven/org/example/text/text-core/maven-metadata.xml") => xml(MAVEN),
        ("GET", "/maven/org/example/text/text-core/1.2.0/text-core-1.2.0.pom") => {
            xml("<?xml version=\"1.0\"?>\n<project><modelVersion>4.0.0</modelVersion></project>")
                .header("last-modified", "Mon, 11 Mar 2024 08:45:00 GMT")
        }
        _ => registries(seen, at),
    }
}

/// What is asked, and what each row then says, for a file that becomes `after`.
fn told(path: &str, before: &str, after: &str) -> (Vec<String>, Value) {
    let desk = Desk::of(path, before, &[(path, after)], more_registries);
    let report = desk.scan(&["--look-up"]);
    let asked = desk.asked().into_iter().filter(|target| !target.starts_with("/osv/")).collect();
    (asked, report)
}

#[test]
fn packagist_is_read_as_it_answers() {
    let manifest = |names: &Value| format!("{}\n", json!({"name": "acme/app", "require": names}));
    let after = json!({"php": ">=8.1", "fzaninotto/faker": "1.9.1", "acme/made-up": "2.0.0"});
    let (mut asked, report) = told("composer.json", &manifest(&json!({})), &manifest(&after));
    asked.sort();
    assert_eq!(asked, ["/composer/p2/acme/made-up.json", "/composer/p2/fzaninotto/faker.json"], "{report:#}");
    let said = notes(&report, "fzaninotto/faker");
    for part in [
        "first version committed 2011-10-24",
        "1.9.1 committed 2019-12-12",
        "its publisher advises against 1.9.1: it is abandoned",
        "no known advisory (OSV",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(notes(&report, "acme/made-up").contains("does not list it"), "{report:#}");
    assert!(rules(&report).contains(&"dependency-unlisted".to_owned()));
}

#[test]
fn nuget_is_read_as_it_answers() {
    let project = |rows: &str| format!("<Project Sdk=\"Microsoft.NET.Sdk\">\n<ItemGroup>\n{rows}</ItemGroup>\n</Project>\n");
    let row = |name: &str, version: &str| format!("<PackageReference Include=\"{name}\" Version=\"{version}\" />\n");
    let rows = ["Example.Logging", "Example.Huge", "Example.Vast", "Example.Made.Up"]
        .map(|name| row(name, if name.ends_with('t') || name.ends_with('e') { "7.0.0" } else { "2.0" }))
        .concat();
    let (asked, report) = told("app.csproj", &project(""), &project(&rows));
    let below = |path: &str| format!("/nuget/v3/registration5-gz-semver2/{path}.json");
    let pages = ["huge/page/1.0.0/3.0.0", "huge/page/3.0.1/7.0.0"];
    let paths =
        ["huge/index", "huge/7.0.0", "logging/index", "logging/2.0.0", "made.up/index", "made.up/2.0.0", "vast/index", "vast/7.0.0"];
    let mut expected: Vec<String> = paths.iter().chain(&pages).map(|path| below(&format!("example.{path}"))).collect();
    let mut asked = asked;
    expected.sort();
    asked.sort();
    assert_eq!(asked, expected, "{report:#}");
    let said = notes(&report, "example.logging");
    for part in
        ["first published 2019-03-02", "2.0 published 2022-05-06", "its publisher advises against 2.0: Use Example.Logging.Core instead."]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = notes(&report, "example.huge");
    assert!(said.contains("first published 2014-05-06, 7.0.0 published 2023-01-02"), "{said}");
    let said = notes(&report, "example.vast");
    assert!(said.contains("7.0.0 published 2023-01-02, first version not checked"), "more pages than are asked for: {said}");
    assert!(said.contains("not checked for advisories: OSV knows nothing of it as it is written here"), "{said}");
    assert!(notes(&report, "example.made.up").contains("does not list it"), "{report:#}");
    let (_, report) = told("app.csproj", &project(""), &project(&row("Example.Logging", "2.1.0")));
    let said = notes(&report, "example.logging");
    assert!(said.contains("its publisher advises against 2.1.0: it is unlisted") && !said.contains("1900"), "{said}");
}

#[test]
fn maven_central_is_read_as_it_answers() {
    let pom =
        |rows: &str| format!("<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n<dependencies>\n{rows}</dependencies>\n</project>\n");
    let row = |group: &str, artifact: &str, version: &str| {
        format!(
            "<dependency>\n<groupId>{group}</groupId>\n<artifactId>{artifact}</artifactId>\n<version>{version}</version>\n</dependency>\n"
        )
    };
    let rows =
        [row("org.example.text", "text-core", "1.2.0"), row("org.example.made", "up", "1.0.0"), row("androidx.core", "core-ktx", "1.12.0")];
    let (asked, report) = told("pom.xml", &pom(""), &pom(&rows.concat()));
    assert!(asked.iter().all(|target| target.starts_with("/maven/org/example/")) && asked.len() == 5, "{asked:?}");
    let said = notes(&report, "org.example.text:text-core");
    assert!(said.contains("first published 2011-04-05, 1.2.0 published 2024-03-11") && said.contains("no known advisory (OSV"), "{said}");
    assert!(notes(&report, "org.example.made:up").contains("does not list it"), "{report:#}");
    assert!(notes(&report, "androidx.core:core-ktx").contains("it comes from Google's repository, which is not asked"), "{report:#}");
    let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "dependency-unlisted").unwrap();
    assert_eq!(finding["severity"], "low", "Maven Central is not the only repository of most builds");
    let (_, report) = told("pom.xml", &pom(""), &pom(&row("org.example.text", "text-core", "9.9.9")));
    assert!(notes(&report, "org.example.text:text-core").contains("lists no version 9.9.9 of it"), "{report:#}");
}

/// Worlds without a registry here say so, and none of their names leaves this machine; OSV is asked where it knows the world.
#[test]
fn packages_of_other_worlds_are_not_checked() {
    let before = "FROM alpine:3.20\n";
    let (asked, report) = told("Dockerfile", before, "FROM alpine:3.20\nFROM registry.example.com/base:1\nFROM debian:12\n");
    assert_eq!(asked, Vec::<String>::new());
    assert!(notes(&report, "debian").contains("not checked at its registry: no registry of docker is known here"), "{report:#}");
    assert!(notes(&report, "debian").contains("not checked for advisories: OSV knows nothing of docker"), "{report:#}");
    let desk = Desk::of(
        "pubspec.yaml",
        "name: app\ndependencies:\n",
        &[("pubspec.yaml", "name: app\ndependencies:\n  http_parser: 4.0.2\n")],
        more_registries,
    );
    let said = desk.notes(&["--look-up"], "http_parser");
    assert!(
        said.contains("not checked at its registry: no registry of pub is known here") && said.contains("no known advisory (OSV"),
        "{said}"
    );
    let asked: Value = serde_json::from_str(&desk.server.seen()[0].body).unwrap();
    assert_eq!(asked["queries"][0]["package"], json!({"name": "http_parser", "ecosystem": "Pub"}));
    assert_eq!(desk.asked(), ["/osv/v1/querybatch"]);
}

/// The mirror dates commits, and its list has no order; a module without releases has no first one.
#[test]
fn the_mirror_of_go_is_read_as_it_answers() {
    let file = |rows: &str| format!("module example.org/app\n\ngo 1.21\n\nrequire (\n{rows})\n");
    let rows = "\texample.org/Some/module v1.10.0\n\texample.org/bare v0.0.0-20240102030405-abcdef012345\n";
    let (asked, report) = told("go.mod", &file(""), &file(rows));
    assert_eq!(asked.len(), 5, "{asked:?}");
    assert_eq!(asked.last().unwrap(), "/golang/example.org/!some/module/@v/v1.2.0-rc.1.info", "the first version is asked about last");
    let said = notes(&report, "example.org/Some/module");
    assert!(said.contains("first version committed 2019-02-03, v1.10.0 committed 2024-06-01"), "{said}");
    let said = notes(&report, "example.org/bare");
    assert!(said.contains("committed 2024-01-02, first version not checked"), "{said}");
}

/// What is left of the budget goes to first versions only when every package was asked about.
#[test]
fn first_versions_take_what_the_budget_leaves() {
    let file = |rows: &str| format!("module example.org/app\n\ngo 1.21\n\nrequire (\n{rows})\n");
    let rows = "\texample.org/Some/module v1.10.0\n\texample.org/bare v0.0.0-20240102030405-abcdef012345\n";
    let desk = Desk::of("go.mod", &file(""), &[("go.mod", &file(rows))], more_registries);
    desk.settings("requests = 5");
    let said = desk.notes(&["--look-up"], "example.org/Some/module");
    assert!(said.contains("v1.10.0 committed 2024-06-01, first version not checked"), "{said}");
    assert_eq!(desk.asked().len(), 5);
    desk.settings("");
    let said = desk.notes(&["--look-up"], "example.org/Some/module");
    assert!(said.contains("first version committed 2019-02-03"), "what was not answered whole is asked again: {said}");
}

/// OSV that knows one package by its publisher's spelling, and nothing else.
fn spelt(seen: &Seen, at: usize) -> Reply {
    let record = |ecosystem: &str, name: &str| {
        let affected = json!([{"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]);
        let one = json!({"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "summary": "It is bad", "affected": affected});
        record(one).to_string()
    };
    let known = [("NuGet", "Example.Logging"), ("GitHub Actions", "Acme/Build-Tools"), ("SwiftURL", "github.com/Acme/Lights")];
    match seen.target.as_str() {
        "/osv/v1/querybatch" => {
            let asked: Value = serde_json::from_str(&seen.body).unwrap();
            let is_known = |one: &&Value| known.iter().any(|(world, name)| one["package"] == json!({"ecosystem": world, "name": name}));
            let of = |one: &Value| {
                if is_known(&one) {
                    json!({"vulns": [{"id": format!("GHSA-{}", &one["package"]["ecosystem"].as_str().unwrap()[..1])}]})
                } else {
                    json!({})
                }
            };
            let all: Vec<Value> = asked["queries"].as_array().unwrap().iter().map(of).collect();
            answer(200, &json!({ "results": all }).to_string())
        }
        "/osv/v1/vulns/GHSA-N" => answer(200, &record(known[0].0, known[0].1)),
        "/osv/v1/vulns/GHSA-G" => answer(200, &record(known[1].0, known[1].1)),
        "/osv/v1/vulns/GHSA-S" => answer(200, &record(known[2].0, known[2].1)),
        _ => more_registries(seen, at),
    }
}

/// Names that mean the same in capitals and small letters are compared in small ones, and asked about as they are written.
#[test]
fn names_are_asked_about_as_they_are_written() {
    let desk = Desk::of(
        "app.csproj",
        "<Project>\n</Project>\n",
        &[
            (
                "app.csproj",
                "<Project>\n<ItemGroup>\n<PackageReference Include=\"Example.Logging\" Version=\"1.0.0\" />\n</ItemGroup>\n</Project>\n",
            ),
            (
                ".github/workflows/ci.yml",
                "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: Acme/Build-Tools/setup@v4.0.0\n",
            ),
            (
                "Package.swift",
                "let package = Package(dependencies: [\n  .package(url: \"https://github.com/Acme/Lights.git\", exact: \"1.0.0\"),\n])\n",
            ),
        ],
        spelt,
    );
    let report = desk.scan(&["--look-up"]);
    for name in ["example.logging", "acme/build-tools/setup", "github.com/acme/lights"] {
        assert!(notes(&report, name).contains("known vulnerability, GHSA-"), "{name}: {report:#}");
    }
}

/// A name in other letters than its publisher's is asked about again as its registry spells it, and only then has no advisory.
#[test]
fn a_registry_tells_how_its_names_are_spelt() {
    let project = |name: &str| {
        format!("<Project>\n<ItemGroup>\n<PackageReference Include=\"{name}\" Version=\"1.0.0\" />\n</ItemGroup>\n</Project>\n")
    };
    let desk = Desk::of("app.csproj", "<Project>\n</Project>\n", &[("app.csproj", &project("EXAMPLE.logging"))], spelt);
    let said = desk.notes(&["--look-up"], "example.logging");
    assert!(said.contains("known vulnerability, GHSA-x: It is bad"), "{said}");
    assert_eq!(desk.asked().iter().filter(|target| target.ends_with("querybatch")).count(), 2);
    let desk = Desk::of("app.csproj", "<Project>\n</Project>\n", &[("app.csproj", &project("example.huge"))], spelt);
    let said = desk.notes(&["--look-up"], "example.huge");
    assert!(said.contains("no known advisory (OSV"), "{said}");
}

/// One package that two files write differently is asked about once.
#[test]
fn two_spellings_are_one_package() {
    let desk = Desk::of(
        "a/app.csproj",
        "<Project>\n</Project>\n",
        &[
            (
                "a/app.csproj",
                "<Project>\n<ItemGroup>\n<PackageReference Include=\"example.logging\" Version=\"1.0.0\" />\n</ItemGroup>\n</Project>\n",
            ),
            (
                "b/app.csproj",
                "<Project>\n<ItemGroup>\n<PackageReference Include=\"Example.Logging\" Version=\"1.0.0\" />\n</ItemGroup>\n</Project>\n",
            ),
        ],
        more_registries,
    );
    desk.scan(&["--look-up"]);
    let asked: Vec<String> = desk.asked().into_iter().filter(|target| target.contains("/index.json")).collect();
    assert_eq!(asked, ["/nuget/v3/registration5-gz-semver2/example.logging/index.json"]);
}
