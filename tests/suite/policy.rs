//! Policies: read strictly, merged strictest, taken from the base and never from the change, and named in what they refuse.

use lazaret::config::policy::{DEFAULT, parse, together};
use lazaret::model::decision::Verb;
use lazaret::model::policy::{Demand, Occasion, PolicyText, Who};
use lazaret::model::rule::Severity;
use proptest::prelude::*;

use crate::program::{Program, Run};
use crate::world::World;

fn text(from: &str, text: &str) -> PolicyText {
    PolicyText { from: from.to_owned(), text: text.to_owned(), stale: false }
}

fn wrong(body: &str) -> String {
    parse(&text("policy.toml", body)).unwrap_err().to_string()
}

/// A repository with an agent's branch that touches `files`, and the program in it.
fn place(files: &[(&str, &str)], policy: &str) -> (World, Program) {
    let mut world = World::new();
    world.git(&["config", "user.name", "Reviewer"]);
    world.git(&["config", "user.email", "reviewer@example.com"]);
    world.write("src/a.py", "a = 1\n");
    if !policy.is_empty() {
        world.write(".lazaret/policy.toml", policy);
    }
    world.commit("Add a policy");
    world.agent_branch("claude/x", "Change it", files);
    let program = Program::new(world.path(), world.beside("home"));
    (world, program)
}

fn approve(program: &Program) -> Run {
    program.run(&["approve", "claude/x", "--yes"])
}

#[track_caller]
fn refused(run: &Run, parts: &[&str]) {
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    for part in parts {
        assert!(run.out.contains(part), "{part:?} is not in {}", run.out);
    }
}

#[test]
fn the_default_policy_demands_nothing_and_every_example_in_it_can_be_used() {
    let policy = parse(&text("default", DEFAULT)).unwrap();
    assert!(policy.two.is_empty() && policy.sensitive.is_empty() && policy.hours.is_none());
    let example = |line: &str| {
        let bare = line.strip_prefix("# ")?;
        (bare.starts_with("[") || bare.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '))).then(|| bare.to_owned())
    };
    let used = DEFAULT.lines().filter_map(example).collect::<Vec<_>>().join("\n");
    let policy = parse(&text("examples", &used)).unwrap();
    assert_eq!((policy.two.len(), policy.sensitive.len(), policy.scopes.len(), policy.deciders.len()), (7, 1, 1, 2));
    assert!(policy.hours.is_some() && policy.at_once.is_some() && !policy.never_auto_merge.is_empty() && !policy.type_names.is_empty());
}

#[test]
fn a_slip_of_the_finger_is_an_error_with_its_line_and_the_name_that_was_meant() {
    for (body, says) in [
        ("\ntwo-poeple = []", "policy.toml:2: there is no key \"two-poeple\" in a policy; did you mean \"two-people\"?"),
        ("two-people = [\"hihg\"]", "policy.toml:1: there is no occasion \"hihg\" in a policy; did you mean \"high\"?"),
        ("two-people = \"high\"", "policy.toml:1: a list in [ ] is expected here"),
        ("expires-after-hours = 0", "policy.toml:1: a number of hours from 1 to 744 is expected here"),
        ("never-auto-merge = \"yes\"", "true or false is expected here"),
        ("[[sensitive]]\npath = [\"x\"]", "policy.toml:2: there is no key \"path\" in a policy; did you mean \"paths\"?"),
        ("[[sensitive]]\npaths = [\"a{b\"]", "policy.toml:2: \"a{b\" is no pattern of paths"),
        ("[[sensitive]]\npaths = [\"/src/**\"]", "policy.toml:2: \"/src/**\" meets no path, since paths begin at the top"),
        ("[[scope]]\nagent = \"*\"\nnever = [\"docs/\"]", "end without a slash; write \"docs/**\""),
        ("[[scope]]\nagent = \"*\"\nonly = [\"./src\"]", "write \"src\""),
        ("[[scope]]\nagent = \"*\"\nonly = [\"src \"]", "write \"src\""),
        ("[[scope]]\nagent = \"*\"\nonly = [\"/\"]", "write \"**\""),
        ("[[scope]]\nagent = \"*\"\nonly = [\"**\", \"!src/auth/**\"]", "no pattern takes another one back"),
        ("[[scope]]\nagent = \"*\"\nnever = [\"a//b\"]", "\"a//b\" meets no path: no name in one is empty"),
        ("[[scope]]\nagent = \"*\"\nnever = [\"../b\"]", "no name in one is empty"),
        ("[[scope]]\nagent = \"*\"\nnever = ['src\\auth\\**']", "names are divided by \"/\""),
        ("[[scope]]\nagent = \"*\"\nonly = [\"[Z-a]*\"]", "policy.toml:3: \"[Z-a]*\" is no pattern of paths"),
        ("[scope]\nagent = \"*\"\nnever = [\"a\"]", "policy.toml:1: a table in [[ ]] is expected here"),
        ("[[sensitive]]\npaths = [\"a\"]\nowners = [\"alice\"]", "policy.toml:3: \"alice\" names nobody: write @login"),
        ("[[scope]]\nagent = \"*\"", "a scope needs agent"),
        ("[[scope]]\nagent = \"*\"\nonly = [\"a\"]\noutside = \"warn\"", "policy.toml:4: outside is one of \"refuse\", \"two-people\""),
        ("[deciders]\nquarantine = [\"@a\"]", "policy.toml:2: quarantine cannot be kept to some people"),
        ("[deciders]\naprove = [\"@a\"]", "did you mean \"approve\"?"),
        ("colour = 1", "there is no key \"colour\" in a policy; there are two-people, "),
        ("= 1", "policy.toml:1: this is not TOML"),
    ] {
        let said = wrong(body);
        assert!(said.contains(says) && !said.contains('\n'), "{body:?}: {said}");
    }
}

#[test]
fn of_two_demands_the_stricter_one_holds_and_says_whose_it_is() {
    let mine = text("mine", "expires-after-hours = 48\nmost-at-once = 2\ntwo-people = [\"critical\"]");
    let ours =
        text("ours", "expires-after-hours = 8\nmost-at-once = 5\ntwo-people = [\"high\"]\n[deciders]\nrelease = [\"@acme/security\"]");
    let policy = together(&[mine.clone(), ours.clone()]).unwrap();
    assert_eq!(policy.hours, Some(Demand { value: 8, from: "ours".to_owned() }));
    assert_eq!(policy.at_once, Some(Demand { value: 2, from: "mine".to_owned() }));
    assert_eq!(policy.two.len(), 2);
    assert_eq!(policy.two[1], Demand { value: Occasion::Severity(Severity::High), from: "ours".to_owned() });
    assert_eq!(policy.deciders[0].value.verb, Verb::Release);
    let digests =
        [together(&[mine.clone(), ours.clone()]), together(&[ours]), together(&[mine]), together(&[])].map(|policy| policy.unwrap().digest);
    assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[3].is_empty());
}

#[test]
fn a_policy_comes_from_the_base_and_never_from_the_change() {
    let policy = "[[scope]]\nagent = \"claude-code\"\nnever = [\"SRC/Auth/**\"]\n";
    let (mut world, program) = place(&[("src/auth/login.py", "a = 2\n"), (".lazaret/policy.toml", "")], policy);
    let run = approve(&program);
    refused(&run, &["claude-code may not touch src/auth/login.py (.lazaret/policy.toml of main)", "changes .lazaret/policy.toml"]);
    // Stacked on a branch that took the policy away, it is still judged by the default branch's.
    world.checkout("claude/x");
    world.agent_branch("claude/y", "More", &[("src/auth/more.py", "a = 3\n")]);
    world.git(&["checkout", "-q", "main"]);
    refused(&program.run(&["approve", "claude/x..claude/y", "--yes"]), &["claude-code may not touch src/auth/more.py"]);
    program.ok(&["quarantine", "claude/x", "-m", "no", "--yes"]);
}

#[test]
fn a_policy_that_cannot_be_read_lets_nothing_in_and_stops_no_quarantine() {
    let (world, program) = place(&[("src/b.py", "b = 1\n")], "two-people = [\"hihg\"]\n");
    refused(
        &approve(&program),
        &["the policy cannot be read: .lazaret/policy.toml of main:1:", "did you mean \"high\"?", "nothing is let in"],
    );
    let held = program.run(&["quarantine", "claude/x", "-m", "odd", "--yes"]);
    assert!(held.code == 0 && held.out.contains("the policy cannot be read"), "{}{}", held.out, held.err);
    let case = held.out.split_whitespace().find(|word| word.starts_with("Q-")).unwrap().trim_end_matches(',').to_owned();
    refused(&program.run(&["release", &case, "-m", "fine", "--yes"]), &["the policy cannot be read"]);
    drop(world);
    // The person's own is as strict.
    let (_world, program) = place(&[("src/b.py", "b = 1\n")], "");
    std::fs::create_dir_all(&program.home).unwrap();
    let own = program.ok(&["config", "path"]).lines().find_map(|line| line.strip_prefix("policy")).unwrap().trim().to_owned();
    std::fs::create_dir_all(std::path::Path::new(&own).parent().unwrap()).unwrap();
    std::fs::write(&own, "most-at-onse = 1\n").unwrap();
    refused(&approve(&program), &["did you mean \"most-at-once\"?"]);
    let shown = program.run(&["config", "show"]);
    assert!(shown.code == 2 && shown.err.contains("did you mean \"most-at-once\"?"), "{}{}", shown.out, shown.err);
    std::fs::write(&own, [0xff, 0xfe]).unwrap();
    refused(&approve(&program), &["the policy cannot be read", "mend or remove it"]);
}

#[test]
fn a_scope_for_an_agent_that_nobody_has_leaves_no_door_open() {
    let (_world, program) = place(&[("src/b.py", "b = 1\n")], "[[scope]]\nagent = \"claude-cod\"\nnever = [\"src/**\"]\n");
    refused(&approve(&program), &["there is no agent \"claude-cod\" for a scope; did you mean \"claude-code\"?"]);
}

#[test]
fn what_is_outside_a_scope_is_told_once_and_every_scope_holds() {
    let policy = "[[scope]]\nagent = \"Claude-Code\"\nonly = [\"src\", \"docs/*.{md,txt}\"]\nnever = [\"SRC/auth\", \".github/**\"]\n\n[[scope]]\nagent = \"*\"\nnever = [\"**/*.lock\"]\n\n[[scope]]\nagent = \"jules\"\nnever = [\"**\"]\n";
    let files = [(".github/workflows/x.yml", "on: push\n"), ("src/auth/login.py", "x = 2\n"), ("deploy.sh", "true\n")];
    let (_world, program) = place(&files, policy);
    let run = approve(&program);
    refused(&run, &["claude-code may not touch .github/workflows/x.yml, deploy.sh, src/auth/login.py (.lazaret/policy.toml of main)"]);
    assert_eq!(run.out.matches("src/auth/login.py (.laz").count(), 1, "{}", run.out);
    for (path, says) in [
        ("docs/a/b.md", Some("claude-code may not touch docs/a/b.md")),
        ("docs/b.rst", Some("claude-code may not touch docs/b.rst")),
        ("src/poetry.lock", Some("claude-code may not touch src/poetry.lock")),
        ("srcs/a.py", Some("claude-code may not touch srcs/a.py")),
        ("docs/a.md", None),
        ("src/deep/er/a.py", None),
        ("src/authors.py", None),
    ] {
        let (_world, program) = place(&[(path, "x = 2\n")], policy);
        match says {
            Some(says) => refused(&approve(&program), &[says]),
            None => assert_eq!(approve(&program).code, 0, "{path}"),
        }
    }
}

#[test]
fn a_scan_tells_what_an_agent_may_not_touch_and_weighs_it_nothing() {
    let policy = "[[scope]]\nagent = \"claude-code\"\nnever = [\"src/auth\"]\n\n[[scope]]\nagent = \"*\"\nonly = [\"src\"]\noutside = \"two-people\"\n";
    let files = [("src/auth/login.py", "x = 2\n"), ("deploy.sh", "true\n")];
    let says = [
        "claude-code may not touch src/auth/login.py (.lazaret/policy.toml of main): an approval is refused",
        "claude-code may not touch deploy.sh (.lazaret/policy.toml of main): an approval takes two people",
    ];
    let (mut world, program) = place(&files, policy);
    world.branch("person/x");
    files.iter().for_each(|(path, text)| world.write(path, text));
    world.commit("Change it");
    world.checkout("main");
    let scan = |program: &Program, of: &str, format: &str| program.ok(&["scan", of, "--format", format, "--fail-on", "never"]);
    let report = |program: &Program, of: &str| serde_json::from_str::<serde_json::Value>(&scan(program, of, "json")).unwrap();
    let told = report(&program, "claude/x");
    assert_eq!(told["outside_scope"], serde_json::json!(says));
    for format in ["plain", "markdown"] {
        let text = scan(&program, "claude/x", format);
        assert!(says.iter().all(|sentence| text.contains(sentence)), "{text}");
    }
    let (_world, bare) = place(&files, "");
    assert_eq!(report(&bare, "claude/x")["risk"], told["risk"]);
    assert!(report(&bare, "claude/x").get("outside_scope").is_none());
    assert!(report(&program, "main..person/x").get("outside_scope").is_none(), "a person's change has no scope");
    let (_world, broken) = place(&files, "[[scope]]\nagent = \"claude-cod\"\nnever = [\"src\"]\n");
    let why = report(&broken, "claude/x")["outside_scope"].to_string();
    assert!(why.contains("the policy cannot be read") && why.contains("did you mean"), "{why}");
}

#[test]
fn a_new_package_is_confirmed_by_its_name() {
    let manifest = "{\n  \"name\": \"x\",\n  \"dependencies\": {\n    \"left-pad\": \"^1.3.0\"\n  }\n}\n";
    let (_world, program) = place(&[("package.json", manifest)], "type-package-names = true\n");
    let run = approve(&program);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.out.contains("to type: the name left-pad") && run.err.contains("--confirm left-pad"), "{}{}", run.out, run.err);
    assert_eq!(program.run(&["approve", "claude/x", "--yes", "--confirm", "leftpad"]).code, 2);
    program.ok(&["approve", "claude/x", "--yes", "--confirm", "left-pad"]);
}

#[test]
fn only_whom_the_policy_names_decides_and_a_name_alone_is_a_claim() {
    let (_world, program) = place(&[("src/b.py", "b = 1\n")], "[deciders]\napprove = [\"reviewer@example.com\"]\n");
    refused(&approve(&program), &[".lazaret/policy.toml of main lets only reviewer@example.com approve, and you are known as"]);
    let user = String::from_utf8(std::process::Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let (_world, program) = place(&[("src/b.py", "b = 1\n")], &format!("[deciders]\napprove = [\"user:{}\"]\n", user.trim()));
    assert_eq!(approve(&program).code, 0);
}

#[test]
fn sensitive_paths_need_an_owner_and_bulk_has_an_end() {
    let policy = "most-at-once = 1\n[[sensitive]]\npaths = [\"src/**\"]\nowners = [\"@acme/security\"]\n";
    let (mut world, program) = place(&[("src/b.py", "b = 1\n")], policy);
    refused(&approve(&program), &["src/b.py belongs to @acme/security (.lazaret/policy.toml of main), and none of them"]);
    world.agent_branch("claude/y", "Docs", &[("docs.md", "x\n")]);
    refused(
        &program.run(&["approve", "claude/x", "claude/y", "--yes"]),
        &["2 pulls at once are more than the 1 that .lazaret/policy.toml of main allows"],
    );
    assert_eq!(program.run(&["approve", "claude/y", "--yes"]).code, 0);
}

#[test]
fn the_policy_in_force_is_shown_with_the_source_of_each_line() {
    let (_world, program) = place(&[("src/b.py", "b = 1\n")], "two-people = [\"high\"]\nexpires-after-hours = 4\n");
    let shown = program.ok(&["config", "show"]);
    for part in [
        "two-people = [\"high\"]  # .lazaret/policy.toml of main",
        "expires-after-hours = 4  # .lazaret/policy.toml of main",
        "most-at-once = 10  # default",
    ] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    assert_eq!(program.ok(&["config", "default", "policy"]), DEFAULT);
}

proptest! {
    /// Whatever a policy file holds, reading it ends, and what is wrong is one line.
    #[test]
    fn any_text_is_a_policy_or_one_sentence(body in "(?s).{0,200}") {
        if let Err(error) = parse(&text("policy.toml", &body)) {
            prop_assert!(!error.says.is_empty());
        }
    }

    /// People are written as they are read.
    #[test]
    fn people_are_written_as_they_are_read(body in "(@|account:|user:|SHA256:)?[a-z0-9./@+-]{1,20}") {
        if let Some(who) = Who::parse(&body) {
            prop_assert_eq!(Who::parse(&who.text()), Some(who));
        }
    }
}
