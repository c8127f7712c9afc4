//! Manifests and lock files as rows: what was added, removed and moved, and what could not be read.

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples;
use lazaret::model::dependency::{DependencyChange, PackageSource};
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile};
use proptest::prelude::*;

/// The report on one changed file.
fn report(path: &str, before: Option<&str>, after: Option<&str>) -> Report {
    let file = ExampleFile { path: path.to_owned(), before: before.map(str::to_owned), after: after.map(str::to_owned) };
    let example = Example { files: vec![file], message: "x".to_owned(), ..Example::default() };
    let (change, texts) = examples::change_of(&example);
    Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone())
}

/// Rows as `change name before -> after @line`.
fn rows(path: &str, before: &str, after: &str) -> Vec<String> {
    let report = report(path, Some(before), Some(after));
    assert!(report.skipped.is_empty(), "{:?}", report.skipped);
    report.dependencies.iter().map(shown).collect()
}

fn shown(row: &DependencyChange) -> String {
    let version = |side: &Option<lazaret::model::dependency::Dependency>| side.as_ref().map_or("-".to_owned(), |d| d.version.clone());
    let line = row.dependency().map_or(0, |d| d.line);
    format!("{} {} {} -> {} @{line}", row.change.word(), row.dependency().unwrap().name, version(&row.before), version(&row.after))
}

#[test]
fn cargo_manifests_in_all_their_tables() {
    let before = "[package]\nname = \"a\"\n[dependencies]\nserde = \"1.0\"\nrand = { version = \"0.8\", optional = true }\nold = \"1\"\n";
    let after = "[package]\nname = \"a\"\n[dependencies]\nserde = { version = \"1.1\", features = [\"derive\"] }\nrand = \"0.7\"\n\
                 bytes = { git = \"https://git.example/b\", branch = \"main\" }\n[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n\
                 [dev-dependencies.tmp]\npackage = \"tempfile\"\nversion = \"3\"\n[workspace.dependencies]\nlog = \"0.4\"\n";
    let expected = [
        "added bytes  ->  @6",
        "added libc - -> 0.2 @8",
        "added log - -> 0.4 @13",
        "removed old 1 -> - @6",
        "downgraded rand 0.8 -> 0.7 @5",
        "upgraded serde 1.0 -> 1.1 @4",
        "added tempfile - -> 3 @11",
    ];
    let rows = rows("Cargo.toml", before, after);
    assert_eq!(rows, expected.map(|row| row.replace("bytes  ->", "bytes - ->")));
}

#[test]
fn cargo_locks_pair_versions_and_see_sources_and_checksums() {
    let package = |name: &str, version: &str, source: &str, sum: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\nchecksum = \"{sum}\"\n\n")
    };
    let index = "registry+https://github.com/rust-lang/crates.io-index";
    let before = [
        package("a", "1.0.0", index, "aa"),
        package("b", "1.0.0", index, "bb"),
        package("syn", "1.0.0", index, "s1"),
        package("syn", "2.0.0", index, "s2"),
    ]
    .concat();
    let after = [
        package("a", "1.0.0", index, "zz"),
        package("b", "1.0.0", "registry+https://mirror.example/index", "bb"),
        package("syn", "1.0.0", index, "s1"),
        package("syn", "2.0.1", index, "s3"),
    ]
    .concat();
    let rows = rows("Cargo.lock", &before, &after);
    assert_eq!(rows, ["hash-changed a 1.0.0 -> 1.0.0 @3", "source-changed b 1.0.0 -> 1.0.0 @9", "upgraded syn 2.0.0 -> 2.0.1 @21"]);
}

#[test]
fn npm_manifests_know_every_kind_of_spec() {
    let after = r#"{
  "dependencies": {
    "a": "^1.2.3",
    "b": "npm:real-b@2.0.0",
    "c": "git+https://git.example/c.git#v1",
    "d": "owner/repo",
    "e": "https://files.example/e.tgz",
    "f": "file:../f",
    "g": "workspace:*"
  }
}"#;
    let report = report("package.json", Some("{}"), Some(after));
    let sources: Vec<String> = report
        .dependencies
        .iter()
        .map(|row| {
            let dependency = row.after.as_ref().unwrap();
            let source = match &dependency.source {
                PackageSource::DefaultRegistry => "registry".to_owned(),
                PackageSource::Git { url, rev } => format!("git {url} {rev}"),
                PackageSource::Url(url) => format!("url {url}"),
                PackageSource::Path(path) => format!("path {path}"),
                PackageSource::Registry(at) => format!("other {at}"),
            };
            format!("{} {source} @{}", dependency.name, dependency.line)
        })
        .collect();
    assert_eq!(
        sources,
        [
            "a registry @3",
            "c git https://git.example/c.git v1 @5",
            "d git https://github.com/owner/repo  @6",
            "e url https://files.example/e.tgz @7",
            "f path ../f @8",
            "g path  @9",
            "real-b registry @4",
        ]
    );
}

#[test]
fn npm_locks_of_version_3_and_1() {
    let lock = |version: &str, host: &str, sum: &str, script: &str| {
        format!(
            "{{\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n    \"\": {{\n      \"dependencies\": {{ \"a\": \"^1\" }}\n    }},\n    \"node_modules/a\": {{\n      \"version\": \"{version}\",\n      \"resolved\": \"https://{host}/a/-/a-{version}.tgz\",\n      \"integrity\": \"sha512-{sum}\"{script}\n    }}\n  }}\n}}\n"
        )
    };
    let default = "registry.npmjs.org";
    let plain = lock("1.0.0", default, "aaa", "");
    assert_eq!(rows("package-lock.json", &plain, &lock("1.1.0", default, "bbb", "")), ["upgraded a 1.0.0 -> 1.1.0 @7"]);
    assert_eq!(rows("package-lock.json", &plain, &lock("1.0.0", default, "bbb", "")), ["hash-changed a 1.0.0 -> 1.0.0 @7"]);
    assert_eq!(rows("package-lock.json", &plain, &lock("1.0.0", "npm.example", "aaa", "")), ["source-changed a 1.0.0 -> 1.0.0 @7"]);
    let scripted = report("package-lock.json", Some(&plain), Some(&lock("1.0.1", default, "b", ",\n      \"hasInstallScript\": true")));
    let row = &scripted.dependencies[0];
    assert!(row.after.as_ref().unwrap().installs_code && row.after.as_ref().unwrap().direct, "{row:?}");
    assert_eq!(row.notes, ["a now runs code when it is installed"]);
    let old = |version: &str| {
        format!(
            "{{\"lockfileVersion\": 1, \"dependencies\": {{\n\"a\": {{\"version\": \"1.0.0\", \"dependencies\": {{\n\"b\": {{\"version\": \"{version}\", \"resolved\": \"https://registry.npmjs.org/b/-/b.tgz\"}}}}}}}}}}"
        )
    };
    assert_eq!(rows("npm-shrinkwrap.json", &old("2.0.0"), &old("1.9.0")), ["downgraded b 2.0.0 -> 1.9.0 @3"]);
}

#[test]
fn requirements_with_options_hashes_and_addresses() {
    let before = "# ours\nFlask==2.0.0\nrequests[socks]>=2.0 ; python_version > \"3\"\nsix==1.16.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n";
    let after = "# ours\n--extra-index-url https://pypi.example/simple\nflask==2.0.1\nrequests[socks]>=2.1 ; python_version > \"3\"\nsix==1.16.0 \\\n    --hash=sha256:cc\n-e git+https://git.example/x.git@main#egg=x\nmylib @ https://files.example/mylib.whl\n-r other.txt\n";
    let rows = rows("requirements.txt", before, after);
    assert_eq!(
        rows,
        [
            "upgraded flask ==2.0.0 -> ==2.0.1 @3",
            "added mylib - ->  @8",
            "added other.txt - ->  @9",
            "upgraded requests >=2.0 -> >=2.1 @4",
            "hash-changed six ==1.16.0 -> ==1.16.0 @5",
            "added x - ->  @7",
        ]
    );
}

#[test]
fn pyproject_in_its_four_dialects() {
    let before = "[project]\ndependencies = [\n  \"httpx>=0.20\",\n]\n[tool.poetry.dependencies]\npython = \"^3.10\"\nrich = \"^13\"\n";
    let after = "[project]\ndependencies = [\n  \"httpx>=0.27\",\n  \"attrs\",\n]\n[project.optional-dependencies]\nfast = [\"orjson==3.9\"]\n[tool.poetry.dependencies]\npython = \"^3.11\"\nrich = {version = \"^12\", optional = true}\n[dependency-groups]\ndev = [\"pytest\", {include-group = \"x\"}]\n[tool.uv.sources]\nattrs = { git = \"https://git.example/attrs\", tag = \"v1\" }\n";
    assert_eq!(
        rows("pyproject.toml", before, after),
        [
            "added attrs - ->  @14",
            "upgraded httpx >=0.20 -> >=0.27 @3",
            "added orjson - -> ==3.9 @7",
            "added pytest - ->  @12",
            "downgraded rich ^13 -> ^12 @10",
        ]
    );
}

#[test]
fn python_locks_by_their_checksums() {
    let uv = |version: &str, sum: &str| {
        format!(
            "version = 1\n[[package]]\nname = \"Foo_Bar\"\nversion = \"{version}\"\nsource = {{ registry = \"https://pypi.org/simple\" }}\nwheels = [\n  {{ url = \"https://x.example/a.whl\", hash = \"sha256:{sum}\" }},\n]\n"
        )
    };
    assert_eq!(rows("uv.lock", &uv("1.0", "a"), &uv("1.0", "b")), ["hash-changed foo-bar 1.0 -> 1.0 @4"]);
    assert_eq!(rows("uv.lock", &uv("1.0", "a"), &uv("1.0.post1", "b")), ["upgraded foo-bar 1.0 -> 1.0.post1 @4"]);
    let poetry = |sum: &str| {
        format!(
            "[[package]]\nname = \"six\"\nversion = \"1.16.0\"\n[metadata.files]\nsix = [\n  {{file = \"six.whl\", hash = \"sha256:{sum}\"}},\n]\n"
        )
    };
    assert_eq!(rows("poetry.lock", &poetry("a"), &poetry("b")), ["hash-changed six 1.16.0 -> 1.16.0 @3"]);
}

#[test]
fn go_modules_with_blocks_replacements_and_sums() {
    let before = "module example.com/m\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.2.0\n\tgolang.org/x/net v0.1.0 // indirect\n)\n";
    let after = "module example.com/m\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.2.0\n\tgolang.org/x/net v0.0.9 // indirect\n)\n\nrequire github.com/c/d v0.3.0\n\nreplace github.com/a/b => github.com/evil/b v1.2.1\n";
    assert_eq!(
        rows("go.mod", before, after),
        [
            "source-changed github.com/a/b v1.2.0 -> v1.2.0 @12",
            "added github.com/c/d - -> v0.3.0 @10",
            "downgraded golang.org/x/net v0.1.0 -> v0.0.9 @7",
        ]
    );
    let sum = |hash: &str| format!("github.com/a/b v1.2.0 h1:{hash}=\ngithub.com/a/b v1.2.0/go.mod h1:m=\n");
    assert_eq!(rows("go.sum", &sum("a"), &sum("b")), ["hash-changed github.com/a/b v1.2.0 -> v1.2.0 @1"]);
}

#[test]
fn what_cannot_be_read_is_said_in_one_sentence() {
    for (path, text) in [
        ("Cargo.toml", "[dependencies\n"),
        ("package.json", "{\"dependencies\": {"),
        ("package-lock.json", "{,}"),
        ("poetry.lock", "a = = 1"),
        ("go.sum", "one two three four\n"),
    ] {
        let report = report(path, Some(""), Some(text));
        let why: Vec<&str> = report
            .skipped
            .iter()
            .map(|omission| omission.why.as_str())
            .filter(|why| why.contains("dependencies could not be read"))
            .collect();
        assert!(!why.is_empty() && why.iter().all(|why| !why.contains('\n')), "{path}: {:?}", report.skipped);
    }
}

#[test]
fn a_deleted_and_a_new_manifest() {
    let text = "a==1\nb==2\n";
    let words = |report: Report| report.dependencies.iter().map(|row| row.change.word()).collect::<Vec<_>>();
    assert_eq!(words(report("requirements.txt", None, Some(text))), ["added", "added"]);
    assert_eq!(words(report("requirements.txt", Some(text), None)), ["removed", "removed"]);
}

/// Text that looks enough like a manifest to get deep into a reader.
fn manifest_like() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[dependencies]\n",
        "[[package]]\n",
        "name = \"a\"\n",
        "version = \"1\"\n",
        "a = \"1\"\n",
        "{",
        "}",
        "\"dependencies\": {",
        "\"a\": \"^1\",",
        "\"packages\":",
        "\"node_modules/a\": {\"version\": \"1\"}",
        "require (\n",
        ")\n",
        "a.b/c v1.0.0\n",
        "replace a.b/c => ../x\n",
        "flask==1.0 \\\n",
        "--hash=sha256:aa\n",
        "-e git+https://x.example/y@z\n",
        "é @ https://x.example/[",
        "@",
        "#egg=",
        "\u{feff}",
        "=>",
        "//",
        "[tool.uv.sources]\n",
        "x = {git = \"y\"}\n",
        "\n",
        "[",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// No text makes a reader panic, and a file compared with itself has no rows.
    #[test]
    fn readers_never_panic(before in manifest_like(), after in manifest_like(), noise in "\\PC{0,80}") {
        for path in ["Cargo.toml", "Cargo.lock", "package.json", "package-lock.json", "requirements.txt", "requirements.lock", "pyproject.toml", "uv.lock", "go.mod", "go.sum"] {
            report(path, Some(&before), Some(&format!("{after}{noise}")));
            prop_assert!(report(path, Some(&after), Some(&after)).dependencies.is_empty());
        }
    }
}
