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

/// The packages that are said to be unused of those a commit brings into `files`.
fn said(before: &[(&str, &str)], files: &[(&str, &str)]) -> Vec<String> {
    let mut world = World::empty();
    before.iter().for_each(|(path, text)| world.write(path, text));
    world.commit("Begin");
    world.agent_branch("claude/packages", "Add packages", files);
    let program = Program::new(world.path(), world.beside("home"));
    let scan = ["scan", "claude/packages", "--rule", "dependency-unused", "--format", "json", "--fail-on", "never"];
    let report: Value = serde_json::from_str(&program.ok(&scan)).unwrap();
    let title = |finding: &Value| finding["title"].as_str().unwrap().split(' ').next().unwrap().to_owned();
    report["findings"].as_array().unwrap().iter().map(title).collect()
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

/// A manifest that asks for these packages.
type Writes<'w> = &'w dyn Fn(&[&str]) -> String;

/// Insists that of what is added exactly `unused` is said, while `silent` is there for others and `used` is named.
#[track_caller]
fn only_unused(manifest: (&str, Writes<'_>), code: (&str, &str), unused: &[&str], others: &[&str]) {
    let (path, write) = manifest;
    for part in unused.chunks(10) {
        // A name that stands in another one counts as named.
        let apart = |other: &&&str| !part.iter().any(|name| other.contains(name));
        let all: Vec<&str> = part.iter().chain(others.iter().filter(apart).take(15)).copied().collect();
        let mut seen = said(&[(path, &write(&[])), code], &[(path, &write(&all))]);
        seen.sort();
        assert_eq!(seen, sorted(part), "{path}");
    }
    for part in others.chunks(25) {
        assert_eq!(said(&[(path, &write(&[])), code], &[(path, &write(part))]), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn packages_of_npm_that_nothing_uses_and_those_that_others_load() {
    let write = |names: &[&str]| manifest(&[&["express"], names].concat());
    let unused = ["left-pad", "moment", "axios", "lodash", "chalk", "uuid", "dayjs", "ramda", "zod", "nanoid", "ms", "got", "@scope/thing"];
    let others = [
        "used-here",
        "@types/node",
        "eslint-plugin-react",
        "prettier",
        "typescript",
        "webpack-cli",
        "babel-loader",
        "postcss",
        "autoprefixer",
        "tailwindcss",
        "vite",
        "husky",
        "nodemon",
        "react-dom",
        "tslib",
        "@nestjs/platform-express",
        "swagger-ui-express",
        "pg",
        "mysql2",
        "bufferutil",
        "utf-8-validate",
        "canvas",
        "encoding",
        "sass",
        "ts-node",
        "reflect-metadata",
        "rxjs",
        "@babel/runtime",
        "core-js",
        "zone.js",
        "vue-template-compiler",
        "@angular/animations",
        "@popperjs/core",
        "@emotion/styled",
        "react-is",
        "graphql",
        "fsevents",
        "better-sqlite3",
        "stylelint",
        "@fontsource/inter",
    ];
    only_unused(("package.json", &write), ("a.js", "const x = require('used-here');\n"), &unused, &others);
}

#[test]
fn packages_of_python_that_nothing_uses_and_those_that_others_load() {
    let write = |names: &[&str]| {
        let all: String = names.iter().map(|name| format!("  \"{name}>=1\",\n")).collect();
        format!("[project]\nname = \"x\"\ndependencies = [\n  \"flask\",\n{all}]\n")
    };
    let unused = [
        "requests",
        "pyyaml",
        "pillow",
        "beautifulsoup4",
        "python-dateutil",
        "numpy",
        "click",
        "attrs",
        "tabulate",
        "colorama",
        "toml",
        "simplejson",
    ];
    let others = [
        "used-here",
        "scikit-learn",
        "gunicorn",
        "uvicorn",
        "psycopg2-binary",
        "pytest-cov",
        "types-requests",
        "mypy",
        "mysqlclient",
        "python-multipart",
        "email-validator",
        "openpyxl",
        "pyarrow",
        "lxml",
        "uvloop",
        "cryptography",
        "bcrypt",
        "argon2-cffi",
        "tzdata",
        "aiosqlite",
        "asyncpg",
        "python-dotenv",
        "whitenoise",
        "jinja2",
        "flake8-lint",
        "django-redis",
    ];
    only_unused(("pyproject.toml", &write), ("x/app.py", "import flask\nimport used_here\nfrom sklearn import svm\n"), &unused, &others);
}

#[test]
fn crates_that_nothing_uses_and_those_that_others_load() {
    let write = |names: &[&str]| {
        let all: String = names.iter().map(|name| format!("{name} = \"1\"\n")).collect();
        format!("[package]\nname = \"x\"\n\n[dependencies]\nserde = \"1\"\n{all}")
    };
    let unused =
        ["once_cell", "rand", "regex", "itertools", "chrono", "uuid", "anyhow", "base64", "hex", "bitflags", "smallvec", "indexmap"];
    let others = ["used-here", "openssl-sys", "getrandom", "wasm-bindgen", "libsqlite3-sys", "native-tls", "tokio-postgres"];
    only_unused(("Cargo.toml", &write), ("src/lib.rs", "use serde::Serialize;\nuse used_here::A;\n"), &unused, &others);
    let before = "[package]\nname = \"x\"\n\n[dependencies]\nserde = \"1\"\n";
    let aside = "\n[dev-dependencies]\ntempfile = \"3\"\n\n[build-dependencies]\ncc = \"1\"\n\n[target.'cfg(unix)'.dependencies]\nlibc = { version = \"1\", optional = true }\n";
    assert_eq!(said(&[("Cargo.toml", before)], &[("Cargo.toml", &format!("{before}{aside}"))]), Vec::<String>::new());
}

#[test]
fn modules_of_go_that_nothing_uses_and_those_that_others_load() {
    let write = |names: &[&str]| {
        let all: String = names.iter().map(|name| format!("\t{name} v1.0.0\n")).collect();
        format!("module example.org/x\n\ngo 1.22\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.0\n{all})\n")
    };
    let unused = [
        "github.com/google/uuid",
        "github.com/spf13/cobra",
        "github.com/spf13/viper",
        "go.uber.org/zap",
        "github.com/pkg/errors",
        "github.com/gorilla/mux",
        "golang.org/x/sync",
        "gopkg.in/yaml.v3",
        "github.com/fatih/color",
        "github.com/samber/lo",
    ];
    let others = [
        "github.com/used/here",
        "github.com/lib/pq",
        "github.com/aws/aws-sdk-go-v2",
        "github.com/golangci/golangci-lint",
        "github.com/go-sql-driver/mysql",
    ];
    let code = "package main\n\nimport (\n\t_ \"github.com/lib/pq\"\n\t\"github.com/aws/aws-sdk-go-v2/service/s3\"\n\t\"github.com/used/here/part\"\n)\n";
    only_unused(("go.mod", &write), ("main.go", code), &unused, &others);
    let indirect = write(&[]).replace(')', "\tgithub.com/a/b v1.0.0 // indirect\n)");
    assert_eq!(said(&[("go.mod", &write(&[]))], &[("go.mod", &indirect)]), Vec::<String>::new());
}

/// A lock file tells what is there for another package; a list that somebody froze holds what others need.
#[test]
fn what_another_package_needs_is_not_unused() {
    let before = manifest(&["express"]);
    let after = manifest(&["express", "left-pad", "right-pad", "mid-pad"]);
    let lock = "{\"lockfileVersion\": 3, \"packages\": {\"\": {\"dependencies\": {\"express\": \"1\", \"left-pad\": \"1\", \"right-pad\": \"1\", \"mid-pad\": \"1\"}},\n\"node_modules/express\": {\"version\": \"1.0.0\", \"dependencies\": {\"right-pad\": \"1\"}, \"peerDependencies\": {\"mid-pad\": \"1\"}},\n\"node_modules/right-pad\": {\"version\": \"1.0.0\"},\n\"node_modules/mid-pad\": {\"version\": \"1.0.0\"},\n\"node_modules/left-pad\": {\"version\": \"1.0.0\"}}}";
    assert_eq!(said(&[("package.json", &before)], &[("package.json", &after), ("package-lock.json", lock)]), ["left-pad"]);
    let pnpm = "lockfileVersion: '9.0'\npackages:\n  express@1.0.0:\n    resolution: {integrity: sha512-x}\n    peerDependencies:\n      mid-pad: '1'\n  right-pad@1.0.0:\n    resolution: {integrity: sha512-x}\nsnapshots:\n  express@1.0.0:\n    dependencies:\n      right-pad: 1.0.0\n";
    assert_eq!(said(&[("package.json", &before)], &[("package.json", &after), ("pnpm-lock.yaml", pnpm)]), ["left-pad"]);
    let yarn = "__metadata:\n  version: 8\n\n\"express@npm:1\":\n  version: 1.0.0\n  resolution: \"express@npm:1.0.0\"\n  dependencies:\n    right-pad: \"npm:1\"\n  peerDependencies:\n    mid-pad: 1\n\n\"right-pad@npm:1\":\n  version: 1.0.0\n  resolution: \"right-pad@npm:1.0.0\"\n";
    assert_eq!(said(&[("package.json", &before)], &[("package.json", &after), ("yarn.lock", yarn)]), ["left-pad"]);
    let frozen: String = (0..20).map(|at| format!("package{at}==1.0\n")).collect();
    assert_eq!(said(&[("requirements.txt", &frozen)], &[("requirements.txt", &format!("{frozen}tabulate==1.0\n"))]), Vec::<String>::new());
    assert_eq!(said(&[("requirements.txt", "flask==1.0\n")], &[("requirements.txt", "flask==1.0\ntabulate==1.0\n")]), ["tabulate"]);
}
