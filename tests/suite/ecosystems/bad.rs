//! Files nobody can read, or nobody can read whole: one sentence each, with the place, and the rest goes on.

use lazaret::model::report::Report;

use crate::program::Program;
use crate::world::World;

/// The report on a change that adds one file.
fn report(path: &str, after: &str) -> Report {
    super::judged(path, None, after)
}

/// What is said of one file, besides its rows.
fn said(path: &str, after: &str) -> Vec<String> {
    report(path, after).skipped.iter().map(|omission| omission.why.clone()).collect()
}

#[test]
fn a_merge_that_was_not_finished_is_said_with_its_line() {
    let merged = |ours: &str, theirs: &str| format!("<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> branch\n");
    let files = [
        ("yarn.lock", merged("a@1:\n  version \"1.0.0\"", "a@1:\n  version \"1.0.1\"")),
        ("Gemfile.lock", format!("GEM\n  specs:\n{}", merged("    a (1)", "    a (2)"))),
        ("requirements.txt", merged("a==1", "a==2")),
        ("go.mod", format!("module x.example/y\n{}", merged("require a.example/b v1.0.0", "require a.example/b v1.0.1"))),
        ("package.json", format!("{{\n{}}}\n", merged("\"a\": 1,", "\"a\": 2,"))),
        ("Cargo.lock", merged("version = 3", "version = 4")),
    ];
    for (path, text) in files {
        let said = said(path, &text);
        let told = said.iter().filter(|why| why.contains("two versions of it are merged here")).count();
        assert_eq!(told, 1, "{path}: {said:?}");
        assert!(said[0].starts_with("dependencies could not be read as they are after the change: line "), "{said:?}");
    }
}

#[test]
fn a_merge_that_was_not_finished_is_said_of_every_form() {
    for path in super::hostile::PATHS {
        let said = said(path, "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n");
        assert_eq!(said.iter().filter(|why| why.contains("line 1: two versions of it are merged here")).count(), 1, "{path}: {said:?}");
    }
}

#[test]
fn a_form_of_the_future_is_read_as_far_as_it_is_known_and_said() {
    let files = [
        (
            "Cargo.lock",
            "version = 9\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
        ),
        ("package-lock.json", "{\"lockfileVersion\": 9, \"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\"}}}"),
        ("pnpm-lock.yaml", "lockfileVersion: '99.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n"),
        ("yarn.lock", "__metadata:\n  version: 99\n\n\"a@npm:1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n"),
        ("bun.lock", "{\"lockfileVersion\": 99, \"packages\": {\"a\": [\"a@1.0.0\", \"\", {}, \"sha512-x\"]}}"),
        ("uv.lock", "version = 9\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = { registry = \"https://pypi.org/simple\" }\n"),
        ("poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n[metadata]\nlock-version = \"9.0\"\n"),
        ("pdm.lock", "[metadata]\nlock_version = \"9.0\"\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n"),
        ("pylock.toml", "lock-version = \"9.0\"\n[[packages]]\nname = \"a\"\nversion = \"1.0.0\"\n"),
        ("Pipfile.lock", "{\"_meta\": {\"pipfile-spec\": 9}, \"default\": {\"a\": {\"version\": \"==1.0.0\"}}}"),
        ("deno.lock", "{\"version\": \"9\", \"npm\": {\"a@1.0.0\": {\"integrity\": \"sha512-x\"}}}"),
        (
            "packages.lock.json",
            "{\"version\": 9, \"dependencies\": {\"net9.0\": {\"A\": {\"type\": \"Direct\", \"resolved\": \"1.0.0\"}}}}",
        ),
        ("rebar.lock", "{\"9.0.0\",\n[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0}]}.\n"),
    ];
    for (path, text) in files {
        let report = report(path, text);
        assert_eq!(report.dependencies.len(), 1, "{path}: {:?}", report.skipped);
        let said: Vec<&str> = report.skipped.iter().map(|omission| omission.why.as_str()).collect();
        assert!(matches!(said[..], [why] if why.contains("the last one known")), "{path}: {said:?}");
    }
}

#[test]
fn keys_that_stand_twice_are_both_rows_and_said() {
    let twice = "{\n  \"dependencies\": {\n    \"a\": \"1.0.0\",\n    \"a\": \"2.0.0\"\n  }\n}\n";
    let report = report("package.json", twice);
    assert_eq!(report.dependencies.len(), 2);
    assert!(report.skipped.iter().any(|omission| omission.why.contains("line 4: `a` stands twice")), "{:?}", report.skipped);
    let lock = "{\"lockfileVersion\": 3, \"packages\": {\n\"node_modules/a\": {\"version\": \"1.0.0\"},\n\"node_modules/a\": {\"version\": \"2.0.0\"}}}";
    assert!(said("package-lock.json", lock).iter().any(|why| why.contains("line 3: `node_modules/a` stands twice")));
    let old = "{\"lockfileVersion\": 1, \"dependencies\": {\n\"a\": {\"version\": \"1.0.0\"},\n\"a\": {\"version\": \"2.0.0\"}}}";
    assert!(said("package-lock.json", old).iter().any(|why| why.contains("line 3: `a` stands twice")));
    let yarn = "a@^1:\n  version \"1.0.0\"\n\na@^1:\n  version \"1.0.1\"\n";
    assert!(said("yarn.lock", yarn).iter().any(|why| why.contains("line 4: `a@^1` stands twice")));
    for (path, text) in [("pyproject.toml", "[project]\nname = \"a\"\nname = \"b\"\n"), ("pnpm-lock.yaml", "packages: {}\npackages: {}\n")]
    {
        assert_eq!(said(path, text).len(), 1, "{path}");
    }
}

#[test]
fn files_that_include_each_other_are_rows_and_no_circle() {
    let report = report("requirements.txt", "-r requirements-dev.txt\n-c requirements.txt\n-r requirements.txt\na==1\n");
    let names: Vec<&str> = report.dependencies.iter().map(|row| row.dependency().unwrap().name.as_str()).collect();
    assert_eq!(names, ["a", "requirements-dev.txt", "requirements.txt"]);
}

#[test]
fn a_bomb_of_aliases_is_one_sentence() {
    let level = |c: char, below: char| format!("{c}: &{c} [{}]\n", format!("*{below},").repeat(9));
    let bomb: String = ('b'..='h').zip('a'..).map(|(c, below)| level(c, below)).collect();
    let said = said("pnpm-lock.yaml", &format!("a: &a [x]\n{bomb}"));
    assert!(matches!(&said[..], [why] if why.contains("aliases")), "{said:?}");
}

/// A lock file of `count` packages with checksums of `length` signs, as npm writes it.
fn large(count: usize, length: usize, last: &str) -> String {
    let package = |at: usize, version: &str| {
        let sum = "x".repeat(length);
        format!(
            "    \"node_modules/package-number-{at}\": {{\n      \"version\": \"{version}\",\n      \"integrity\": \"sha512-{sum}{at}\"\n    }}"
        )
    };
    let packages: Vec<String> = (0..count).map(|at| package(at, if at + 1 == count { last } else { "1.0.0" })).collect();
    format!("{{\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n{}\n  }}\n}}\n", packages.join(",\n"))
}

/// What is said of a change of the last of `count` packages.
fn judged(count: usize, length: usize) -> String {
    let mut world = World::new();
    world.write("package-lock.json", large(count, length, "1.0.0"));
    world.commit("Lock");
    let base = world.id("HEAD");
    world.write("package-lock.json", large(count, length, "1.0.1"));
    world.commit("Lock again");
    let program = Program::new(world.path(), world.beside("home"));
    program.run(&["scan", &format!("{base}..HEAD"), "--rule", "dependency-added"]).out
}

#[test]
fn a_lock_file_of_some_megabytes_is_compared_whole() {
    let said = judged(1_500, 1_500);
    assert!(said.contains("upgraded") && said.contains("package-number-1499  1.0.0 -> 1.0.1"), "{said}");
    assert!(!said.contains("could not be"), "{said}");
}

#[test]
fn a_lock_file_above_any_bound_is_one_sentence() {
    let said = judged(40, 1_000_000);
    assert!(said.contains("package-lock.json: it has 40") && said.contains("are not compared line by line"), "{said}");
}
