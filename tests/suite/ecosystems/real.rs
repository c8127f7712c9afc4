//! Lock files that the package managers wrote, against what the same package managers list.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lazaret::analysis::manifests::forms;
use proptest::prelude::*;

/// Files by folder, each with what its tool lists.
const NPM: [&str; 9] = [
    "npm-1/package-lock.json",
    "npm-2/package-lock.json",
    "npm-3/package-lock.json",
    "yarn-1/yarn.lock",
    "yarn-berry/yarn.lock",
    "pnpm-7/pnpm-lock.yaml",
    "pnpm-8/pnpm-lock.yaml",
    "pnpm-9/pnpm-lock.yaml",
    "bun/bun.lock",
];
const PYTHON: [&str; 4] = ["uv/uv.lock", "uv-pylock/pylock.toml", "uv-pip-compile/requirements.txt", "pipenv/Pipfile.lock"];
const CARGO: &str = "cargo/Cargo.lock";

fn kept(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/locks/plain");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// `name version` -> why, for each row of a change that adds the file.
fn added(path: &str, text: &str) -> BTreeMap<String, String> {
    let report = super::judged(path.rsplit('/').next().unwrap(), None, text);
    assert!(report.skipped.is_empty(), "{path}: {:?}", report.skipped);
    let rows = report.dependencies.iter().filter(|row| !matches!(row.dependency().unwrap().name.as_str(), "sample"));
    rows.map(|row| {
        let one = row.dependency().unwrap();
        // A requirements file writes its pins as requirements.
        (format!("{} {}", one.name, one.version.trim_start_matches('=')), row.reason())
    })
    .collect()
}

/// The tree of `npm ls`: `name version` -> the names above it.
fn tree() -> BTreeMap<String, Vec<String>> {
    let (mut above, mut out) = (Vec::new(), BTreeMap::new());
    for line in kept("npm-ls.txt").lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let name = line.trim_start_matches(['│', '├', '└', '─', '┬', ' ']);
        let depth = (line.chars().count() - name.chars().count()) / 2 - 1;
        above.truncate(depth - 1);
        let (bare, version) = name.rsplit_once('@').unwrap();
        out.insert(format!("{bare} {version}"), above.clone());
        above.push(bare.to_owned());
    }
    out
}

#[test]
fn every_lock_file_of_javascript_holds_what_npm_lists_for_its_reasons() {
    let tree = tree();
    assert_eq!(tree.len(), 10);
    for path in NPM {
        let rows = added(path, &kept(path));
        let expected: BTreeMap<String, String> = tree
            .iter()
            .map(|(name, above)| {
                let direct = match (above.is_empty(), path) {
                    // The first forms of npm and yarn do not say what the project asks for.
                    (true, "npm-1/package-lock.json" | "yarn-1/yarn.lock") => "way not told".to_owned(),
                    (true, _) => "direct".to_owned(),
                    (false, _) => format!("through {}", above.join(" > ")),
                };
                (name.clone(), direct)
            })
            .collect();
        assert_eq!(rows, expected, "{path}");
    }
}

#[test]
fn every_lock_file_of_python_holds_what_pip_lists() {
    let listed: BTreeSet<String> = kept("pip-list.txt").lines().map(|line| line.replace("==", " ").to_lowercase()).collect();
    for path in PYTHON {
        let rows = added(path, &kept(path));
        assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), listed, "{path}");
    }
    for path in ["uv/uv.lock", "uv-pip-compile/requirements.txt"] {
        let rows = added(path, &kept(path));
        let why = |name: &str| rows.iter().find(|(row, _)| row.starts_with(name)).map(|(_, why)| why.as_str());
        assert_eq!(why("rich "), Some("direct"), "{path}");
        assert_eq!(why("iniconfig "), Some("direct"), "{path}");
        assert_eq!(why("mdurl "), Some("through rich > markdown-it-py"), "{path}");
    }
}

#[test]
fn a_lock_file_of_cargo_holds_what_its_metadata_list() {
    let rows = added(CARGO, &kept(CARGO));
    let listed: BTreeSet<String> = kept("cargo-metadata.txt").lines().map(str::to_owned).collect();
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), listed);
    let why = |name: &str| rows.iter().find(|(row, _)| row.starts_with(name)).map(|(_, why)| why.as_str());
    assert_eq!(why("itoa "), Some("direct"));
    assert_eq!(why("serde_core "), Some("through smallvec > serde"));
}

#[test]
fn other_ends_of_lines_and_a_mark_in_front_change_nothing() {
    for path in NPM.iter().chain(&PYTHON).chain([&CARGO]).copied() {
        let text = kept(path);
        let plain = added(path, &text);
        assert_eq!(added(path, &text.replace('\n', "\r\n")), plain, "{path} with CRLF");
        assert_eq!(added(path, &format!("\u{feff}{text}")), plain, "{path} with a byte order mark");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Cut anywhere, a file gives no package that the whole one does not hold, except the one that was cut.
    #[test]
    fn a_part_of_a_lock_file_invents_nothing(share in 0.0..1.0_f64) {
        for path in NPM.iter().chain(&PYTHON).chain([&CARGO]).copied() {
            let text = kept(path);
            let form = forms::of(path).unwrap();
            let names = |text: &str| form.read(text).map(|reading| reading.entries.into_iter().map(|entry| entry.dependency.name).collect());
            let whole: BTreeSet<String> = names(&text).unwrap();
            let mut end = (text.len() as f64 * share) as usize;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let part: BTreeSet<String> = names(&text[..end]).unwrap_or_default();
            let invented = part.iter().filter(|name| !whole.contains(*name)).count();
            prop_assert!(invented <= 1, "{path} cut at {end}: {part:?}");
        }
    }
}
