//! Pairs of lock files that the tools themselves wrote, against what the same tools list of them (`tests/data/locks/README.md`).

use std::collections::BTreeSet;
use std::path::PathBuf;

use lazaret::analysis::manifests::forms;
use lazaret::model::dependency::{Dependency, PackageSource, Scope};

/// A folder, the file in it, and what is listed by nothing but the file: packages for another machine.
const PAIRS: [(&str, &str, &[&str]); 26] = [
    ("npm-6", "package-lock.json", &[]),
    ("npm-8", "package-lock.json", &[]),
    ("npm-11", "package-lock.json", &[]),
    ("yarn-1", "yarn.lock", &[]),
    ("yarn-3", "yarn.lock", &[]),
    ("yarn-4", "yarn.lock", &[]),
    ("pnpm-7", "pnpm-lock.yaml", &[]),
    ("pnpm-8", "pnpm-lock.yaml", &[]),
    ("pnpm-9", "pnpm-lock.yaml", &[]),
    ("pnpm-10", "pnpm-lock.yaml", &[]),
    ("bun", "bun.lock", &["@parcel/watcher-darwin-arm64"]),
    ("deno", "deno.lock", &[]),
    ("uv", "uv.lock", &[]),
    ("uv-pylock", "pylock.toml", &[]),
    ("pdm", "pdm.lock", &[]),
    ("pdm-pylock", "pylock.toml", &[]),
    ("poetry", "poetry.lock", &[]),
    ("pip-compile", "requirements.txt", &[]),
    ("pip-lock", "pylock.toml", &[]),
    ("pipenv", "Pipfile.lock", &[]),
    ("bundler", "Gemfile.lock", &[]),
    ("composer", "composer.lock", &[]),
    ("go", "go.mod", &[]),
    ("mix", "mix.lock", &[]),
    ("rebar3", "rebar.lock", &[]),
    ("terraform", ".terraform.lock.hcl", &[]),
];
/// What has one name and version on both sides, and comes from elsewhere after the change, or is used at another time.
const MOVED: [&str; 10] = [
    "example.com/local",
    "greet",
    "has-flag",
    "is-number",
    "local",
    "sample/greet",
    "sample/local",
    "sample/tide",
    "six",
    "supports-color",
];

fn kept(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/locks");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// `name version`, or `name git`, `name path` and `name url` for what has no version of a registry.
fn shown(one: &Dependency) -> String {
    match one.source {
        PackageSource::Git { .. } => format!("{} git", one.name),
        PackageSource::Path(_) => format!("{} path", one.name),
        PackageSource::Url(_) => format!("{} url", one.name),
        // A requirements file writes its pins as requirements, and a branch has its commit behind it.
        _ => format!("{} {}", one.name, one.version.trim_start_matches('=').split('#').next().unwrap()),
    }
}

/// What the tool lists, and of that what it calls the project's own wish.
fn listed(tool: &str, side: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let text = kept(&format!("{tool}/{side}.txt"));
    let rows = |direct: bool| {
        let lines = text.lines().filter(move |line| !direct || line.ends_with(" direct"));
        lines.map(|line| line.trim_end_matches(" direct").to_owned()).collect()
    };
    (rows(false), rows(true))
}

/// What is read, without the project itself and what only another machine installs.
fn read(tool: &str, side: &str, file: &str, elsewhere: &[&str]) -> Vec<Dependency> {
    let reading = forms::of(file).unwrap().read(&kept(&format!("{tool}/{side}/{file}"))).unwrap();
    assert!(reading.unread.is_empty(), "{tool}: {:?}", reading.unread);
    let all = reading.entries.into_iter().map(|entry| entry.dependency);
    all.filter(|one| one.name != "wide" && !elsewhere.contains(&one.name.as_str())).collect()
}

/// Adds what is in one and not in the other.
fn differ(where_: &str, read: &BTreeSet<String>, listed: &BTreeSet<String>, wrong: &mut Vec<String>) {
    wrong.extend(read.difference(listed).map(|one| format!("{where_}: {one} is read and not listed")));
    wrong.extend(listed.difference(read).map(|one| format!("{where_}: {one} is listed and not read")));
}

#[test]
fn each_holds_what_its_tool_lists() {
    let mut wrong = Vec::new();
    // The first form of npm's does not say what the project asks for.
    for (tool, file, elsewhere) in PAIRS {
        for side in ["before", "after"] {
            let (all, direct) = listed(tool, side);
            let read = read(tool, side, file, elsewhere);
            differ(&format!("{tool} {side}"), &read.iter().map(shown).collect(), &all, &mut wrong);
            if !direct.is_empty() && tool != "npm-6" {
                let told: BTreeSet<String> = read.iter().filter(|one| one.direct).map(shown).collect();
                differ(&format!("{tool} {side}, as the project's wish"), &told, &direct, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_change_has_the_rows_of_what_its_tool_lists_before_and_after() {
    let mut wrong = Vec::new();
    for (tool, file, elsewhere) in PAIRS {
        let side = |side: &str| kept(&format!("{tool}/{side}/{file}"));
        let report = super::report(file, &side("before"), &side("after"));
        wrong.extend(report.skipped.iter().map(|omission| format!("{tool}: {}", omission.why)));
        let (mut gone, mut new) = (BTreeSet::new(), BTreeSet::new());
        for row in report.dependencies.iter().filter(|row| !elsewhere.contains(&row.dependency().unwrap().name.as_str())) {
            let (before, after) = (row.before.as_ref().map(shown), row.after.as_ref().map(shown));
            if before == after {
                let moved = MOVED.contains(&row.dependency().unwrap().name.as_str());
                wrong.extend((!moved).then(|| format!("{tool}: a row for what did not move: {}", super::shown(row))));
                continue;
            }
            let once = before.is_none_or(|before| gone.insert(before)) & after.is_none_or(|after| new.insert(after));
            wrong.extend((!once).then(|| format!("{tool}: told twice: {}", super::shown(row))));
        }
        let (before, after) = (listed(tool, "before").0, listed(tool, "after").0);
        differ(&format!("{tool}, what went"), &gone, &before.difference(&after).cloned().collect(), &mut wrong);
        differ(&format!("{tool}, what came"), &new, &after.difference(&before).cloned().collect(), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_sums_of_go_are_those_of_the_modules_that_it_fetched() {
    for side in ["before", "after"] {
        let listed: BTreeSet<String> = kept(&format!("go/{side}-sums.txt")).lines().map(str::to_owned).collect();
        let read = read("go", side, "go.sum", &[]);
        let rows: BTreeSet<String> = read.iter().map(|one| format!("{} {}", shown(one), one.hashes.join(" "))).collect();
        let foreign: Vec<&String> = rows.difference(&listed).collect();
        assert!(foreign.is_empty(), "{side}: {foreign:?}");
        let needed: BTreeSet<String> =
            self::read("go", side, "go.mod", &[]).iter().map(shown).filter(|one| !one.ends_with(" path")).collect();
        let summed: BTreeSet<String> = read.iter().map(shown).collect();
        assert!(needed.is_subset(&summed), "{side}: {needed:?}");
    }
}

#[test]
fn what_is_fetched_from_elsewhere_is_not_taken_for_the_index() {
    let wheel = |host: &str| format!("wheels = [{{ url = \"https://{host}/a-1.whl\", hash = \"sha256:x\" }}]\n");
    let uv = |host: &str| {
        let head = "version = 1\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { registry = \"https://pypi.org/simple\" }\n";
        format!("{head}{}", wheel(host))
    };
    let pylock = |host: &str| format!("lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\n{}", wheel(host));
    let pipenv = |key: &str| format!("{{\"default\": {{\"a\": {{\"{key}\": \"https://files.example/a-1.whl\"}}}}}}");
    let npm = |version: &str| format!("{{\"lockfileVersion\": 1, \"dependencies\": {{\"a\": {{\"version\": \"{version}\"}}}}}}");
    let source =
        |path: &str, text: &str| super::judged(path, None, text).dependencies[0].after.as_ref().map(|one| super::from(&one.source));
    let elsewhere = |path: &str, text: &str, wanted: &str| assert_eq!(source(path, text).as_deref(), Some(wanted), "{path}: {text}");
    for (path, text) in [("uv.lock", uv("files.example")), ("pylock.toml", pylock("files.example"))] {
        elsewhere(path, &text, "https://files.example/a-1.whl");
    }
    elsewhere("Pipfile.lock", &pipenv("file"), "https://files.example/a-1.whl");
    elsewhere("package-lock.json", &npm("https://files.example/a.tgz"), "https://files.example/a.tgz");
    elsewhere("package-lock.json", &npm("github:o/r#abc"), "git https://github.com/o/r at abc");
    let plain = source("uv.lock", &uv("files.pythonhosted.org"));
    assert_eq!((plain.clone(), source("pylock.toml", &pylock("files.pythonhosted.org"))), (plain.clone(), plain));
}

#[test]
fn what_is_for_development_is_said_where_the_file_says_it() {
    for (path, text) in [
        ("poetry.lock", kept("poetry/after/poetry.lock")),
        ("pdm.lock", kept("pdm/after/pdm.lock")),
        ("Pipfile.lock", kept("pipenv/after/Pipfile.lock")),
    ] {
        let read = forms::of(path).unwrap().read(&text).unwrap().entries;
        let scope = |name: &str| read.iter().find(|entry| entry.dependency.name == name).map(|entry| entry.dependency.scope);
        assert_eq!((scope("click"), scope("tomli")), (Some(Scope::Runtime), Some(Scope::Dev)), "{path}");
    }
}

#[test]
fn other_ends_of_lines_and_a_mark_in_front_change_no_row() {
    for (tool, file, _) in PAIRS {
        let rows = |change: &dyn Fn(String) -> String| {
            let side = |side: &str| change(kept(&format!("{tool}/{side}/{file}")));
            super::rows(file, &side("before"), &side("after"))
        };
        let plain = rows(&|text| text);
        assert!(!plain.is_empty(), "{tool}");
        assert_eq!(rows(&|text| text.replace('\n', "\r\n")), plain, "{tool} with CRLF");
        assert_eq!(rows(&|text| format!("\u{feff}{text}")), plain, "{tool} with a byte order mark");
    }
}
