//! Every form of manifest and lock file, with every kind of move that it can tell: one line of a table for each.

use super::bad::SAMPLES;
use super::{report, shown};

/// The rows of a change as `move name`.
fn moves(path: &str, before: &str, after: &str) -> Vec<String> {
    let report = report(path, before, after);
    let mut rows: Vec<String> =
        report.dependencies.iter().map(|row| format!("{} {}", row.change.word(), row.dependency().unwrap().name)).collect();
    rows.sort();
    rows
}

/// `1.0` and `v1` of the samples become a later version and back again.
#[test]
fn every_form_tells_what_goes_up_and_down() {
    let mut wrong = Vec::new();
    for (path, text) in SAMPLES {
        let later = match *path {
            ".github/workflows/x.yml" | ".pre-commit-config.yaml" => text.replace("v1\n", "v2\n"),
            "package.json" | "deno.json" | "composer.json" => text.replace("1.0", "1.9"),
            "requirements.txt" | "requirements.lock" | "environment.yml" => text.replacen("1.0", "1.9", 1),
            "pyproject.toml" | "setup.py" | "setup.cfg" => text.replace("a>=1", "a>=2"),
            "Cargo.lock" | "poetry.lock" | "pylock.toml" => text.replace("version = \"1.0.0\"", "version = \"1.9.0\""),
            "yarn.lock" | "pubspec.lock" | ".terraform.lock.hcl" => text.replace("\"1.0.0\"", "\"1.9.0\""),
            "Package.resolved" => text.replace("\"version\": \"1.0.0\"", "\"version\": \"1.9.0\"").replace("\"00\"", "\"11\""),
            "bun.lock" | "deno.lock" | "mix.lock" => {
                text.replace("1.0.0", "1.9.0").replace("sha512-x", "sha512-y").replace("\"00\"", "\"11\"")
            }
            _ => text.replace("1.0", "1.9"),
        };
        for (before, after, word) in [(*text, later.as_str(), "upgraded"), (later.as_str(), *text, "downgraded")] {
            let seen = moves(path, before, after);
            if seen.len() != 1 || !seen[0].starts_with(word) {
                wrong.push(format!("{path}: {word} is right, seen {seen:?}"));
            }
        }
        let gone: Vec<_> = report(path, text, "").dependencies.iter().map(|row| row.change.word()).collect();
        if gone.iter().any(|word| *word != "removed")
            || (gone.is_empty()
                && !["json", "xml", "csproj"].iter().any(|end| path.ends_with(end))
                && !path.ends_with(".lock")
                && *path != "Package.resolved")
        {
            wrong.push(format!("{path}: removed is right, seen {gone:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const POM: &str = "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>NEW</version></dependency></dependencies></project>";
const CSPROJ: &str = "<Project><ItemGroup><PackageReference Include=\"A\" Version=\"NEW\" /></ItemGroup></Project>";

/// Path, text with a gap called NEW, what stands there before and after, the rows.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    // where it comes from
    ("Cargo.toml", "[dependencies]\nNEW\n", "a = \"1\"", "a = { version = \"1\", git = \"https://x.example/a\" }", "source-changed a"),
    ("package.json", "{\"dependencies\": {\"a\": NEW}}", "\"1.0.0\"", "\"git+https://x.example/a.git\"", "source-changed a"),
    ("requirements.txt", "NEW\n", "a==1.0", "a @ https://x.example/a.whl", "source-changed a"),
    (
        "pyproject.toml",
        "[project]\nname = \"x\"\ndependencies = [NEW]\n",
        "\"a>=1\"",
        "\"a @ git+https://x.example/a\"",
        "source-changed a",
    ),
    ("Pipfile", "[packages]\nNEW\n", "a = \"==1.0\"", "a = {git = \"https://x.example/a\"}", "source-changed a"),
    ("go.mod", "module m.example/x\n\nrequire a.example/b v1.0.0\nNEW\n", "", "replace a.example/b => ../b", "source-changed a.example/b"),
    (
        "Gemfile",
        "source \"https://rubygems.org\"\nNEW\n",
        "gem \"a\", \"1.0\"",
        "gem \"a\", git: \"https://x.example/a\"",
        "source-changed a",
    ),
    ("Gemfile.lock", "GEM\n  remote: NEW\n  specs:\n    a (1.0)\n", "https://rubygems.org/", "https://gems.example/", "source-changed a"),
    (
        "composer.lock",
        "{\"packages\": [{\"name\": \"v/a\", \"version\": \"1.0\", \"dist\": {\"url\": \"NEW\", \"type\": \"zip\"}}]}",
        "https://api.github.com/repos/v/a/zipball/0",
        "https://x.example/a.zip",
        "source-changed v/a",
    ),
    (
        "composer.lock",
        "{\"packages\": [{\"name\": \"v/a\", \"version\": \"1.0\", \"source\": {\"type\": \"git\", \"url\": \"NEW\", \"reference\": \"0\"}, \"notification-url\": \"https://packagist.org/downloads/\"}]}",
        "https://github.com/v/a.git",
        "https://github.com/x/a.git",
        "source-changed v/a",
    ),
    (
        "package-lock.json",
        "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\", \"resolved\": \"NEW\"}}}",
        "https://registry.npmjs.org/a/-/a-1.0.0.tgz",
        "https://x.example/a.tgz",
        "source-changed a",
    ),
    (
        "yarn.lock",
        "a@^1:\n  version \"1.0.0\"\n  resolved \"NEW\"\n",
        "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz",
        "https://x.example/a.tgz",
        "source-changed a",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {NEW}\n",
        "integrity: sha512-x",
        "integrity: sha512-x, tarball: https://x.example/a.tgz",
        "source-changed a",
    ),
    (
        "uv.lock",
        "version = 1\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = { registry = \"NEW\" }\n",
        "https://pypi.org/simple",
        "https://x.example/simple",
        "source-changed a",
    ),
    ("pubspec.yaml", "name: x\ndependencies:\n  a: NEW\n", "^1.0.0", "{git: {url: https://x.example/a}}", "source-changed a"),
    ("mix.exs", "defp deps do\n  [\n    NEW\n  ]\nend\n", "{:a, \"~> 1.0\"}", "{:a, git: \"https://x.example/a\"}", "source-changed a"),
    (
        "main.tf",
        "terraform {\n  required_providers {\n    a = { source = \"NEW\", version = \"1.0\" }\n  }\n}\n",
        "o/a",
        "tf.example/o/a",
        "added tf.example/o/a|removed o/a",
    ),
    (
        "Chart.yaml",
        "dependencies:\n  - name: a\n    version: 1.0.0\n    repository: NEW\n",
        "https://charts.example.com",
        "https://x.example",
        "source-changed a",
    ),
    // another sum at the same version
    (
        "Cargo.lock",
        "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"NEW\"\n",
        "aa",
        "bb",
        "hash-changed a",
    ),
    (
        "package-lock.json",
        "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\", \"integrity\": \"sha512-NEW\"}}}",
        "aa",
        "bb",
        "hash-changed a",
    ),
    ("yarn.lock", "a@^1:\n  version \"1.0.0\"\n  integrity sha512-NEW\n", "aa", "bb", "hash-changed a"),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-NEW}\n",
        "aa",
        "bb",
        "hash-changed a",
    ),
    ("bun.lock", "{\"lockfileVersion\": 1, \"packages\": {\"a\": [\"a@1.0.0\", \"\", {}, \"sha512-NEW\"]}}", "aa", "bb", "hash-changed a"),
    ("deno.lock", "{\"version\": \"5\", \"npm\": {\"a@1.0.0\": {\"integrity\": \"sha512-NEW\"}}}", "aa", "bb", "hash-changed a"),
    ("requirements.txt", "a==1.0 --hash=sha256:NEW\n", "aa", "bb", "hash-changed a"),
    (
        "poetry.lock",
        "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nfiles = [{file = \"a.whl\", hash = \"sha256:NEW\"}]\n",
        "aa",
        "bb",
        "hash-changed a",
    ),
    (
        "pdm.lock",
        "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nfiles = [{file = \"a.whl\", hash = \"sha256:NEW\"}]\n",
        "aa",
        "bb",
        "hash-changed a",
    ),
    (
        "uv.lock",
        "version = 1\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsdist = { url = \"https://files.pythonhosted.org/a.tgz\", hash = \"sha256:NEW\" }\n",
        "aa",
        "bb",
        "hash-changed a",
    ),
    (
        "pylock.toml",
        "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1.0.0\"\nwheels = [{url = \"https://files.pythonhosted.org/a.whl\", hashes = {sha256 = \"NEW\"}}]\n",
        "aa",
        "bb",
        "hash-changed a",
    ),
    ("Pipfile.lock", "{\"default\": {\"a\": {\"version\": \"==1.0.0\", \"hashes\": [\"sha256:NEW\"]}}}", "aa", "bb", "hash-changed a"),
    ("go.sum", "a.example/b v1.0.0 h1:NEW=\n", "aa", "bb", "hash-changed a.example/b"),
    (
        "Gemfile.lock",
        "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n\nCHECKSUMS\n  a (1.0) sha256=NEW\n",
        "aa",
        "bb",
        "hash-changed a",
    ),
    (
        "composer.lock",
        "{\"packages\": [{\"name\": \"v/a\", \"version\": \"1.0\", \"dist\": {\"type\": \"zip\", \"url\": \"https://api.github.com/repos/v/a/zipball/0\", \"shasum\": \"NEW\"}}]}",
        "aa",
        "bb",
        "hash-changed v/a",
    ),
    (
        "packages.lock.json",
        "{\"version\": 1, \"dependencies\": {\"net8.0\": {\"A\": {\"type\": \"Direct\", \"resolved\": \"1.0.0\", \"contentHash\": \"NEW\"}}}}",
        "aa",
        "bb",
        "hash-changed a",
    ),
    (
        "Package.resolved",
        "{\"pins\": [{\"identity\": \"a\", \"kind\": \"remoteSourceControl\", \"location\": \"https://github.com/o/a\", \"state\": {\"revision\": \"NEW\", \"version\": \"1.0.0\"}}], \"version\": 2}",
        "aa",
        "bb",
        "hash-changed github.com/o/a",
    ),
    (
        "pubspec.lock",
        "packages:\n  a:\n    dependency: \"direct main\"\n    description:\n      name: a\n      sha256: NEW\n      url: \"https://pub.dev\"\n    source: hosted\n    version: \"1.0.0\"\n",
        "aa",
        "bb",
        "hash-changed a",
    ),
    (
        ".terraform.lock.hcl",
        "provider \"registry.terraform.io/o/a\" {\n  version = \"1.0.0\"\n  hashes = [\n    \"h1:NEW\",\n  ]\n}\n",
        "aa",
        "bb",
        "hash-changed o/a",
    ),
    // a wider range, and a pin that is lost
    ("Cargo.toml", "[dependencies]\na = \"NEW\"\n", "~1.2", "^1.2", "range-widened a"),
    ("Cargo.toml", "[dependencies]\na = \"NEW\"\n", "=1.2.0", "1.2.0", "pin-lost a"),
    ("Cargo.toml", "[dependencies]\na = \"NEW\"\n", "1.2.0", ">=1.2.0", "range-widened a"),
    ("Cargo.toml", "[dependencies]\na = \"NEW\"\n", "1.2", "1.2.0", "changed a"),
    ("mix.exs", "defp deps do\n  [\n    {:a, \"NEW\"}\n  ]\nend\n", "~> 1.2", ">= 1.2.0", "range-widened a"),
    ("pom.xml", POM, "[1.2,2.0)", "[1.2,)", "range-widened g:a"),
    ("pom.xml", POM, "[1.2,2.0)", "[1.2,3.0)", "upgraded g:a"),
    ("pom.xml", POM, "[1.2]", "[1.2,2.0)", "pin-lost g:a"),
    ("a.csproj", CSPROJ, "[1.2.0]", "[1.2.0,2.0.0)", "pin-lost a"),
    ("a.csproj", CSPROJ, "[1.2.0,2.0.0)", "[1.2.0,)", "range-widened a"),
    ("package.json", "{\"dependencies\": {\"a\": \"NEW\"}}", "~1.2.0", "^1.2.0", "range-widened a"),
    ("package.json", "{\"dependencies\": {\"a\": \"NEW\"}}", "1.2.0", "^1.2.0", "pin-lost a"),
    ("requirements.txt", "aNEW\n", "==1.2.0", ">=1.2.0", "pin-lost a"),
    ("requirements.txt", "aNEW\n", ">=1.2,<2", ">=1.2", "range-widened a"),
    ("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"aNEW\"]\n", "==1.2.0", ">=1.2.0", "pin-lost a"),
    ("Pipfile", "[packages]\na = \"NEW\"\n", "==1.2.0", ">=1.2.0", "pin-lost a"),
    ("Gemfile", "gem \"a\", \"NEW\"\n", "1.2.0", "~> 1.2", "pin-lost a"),
    ("composer.json", "{\"require\": {\"v/a\": \"NEW\"}}", "1.2.0", "^1.2", "pin-lost v/a"),
    ("pubspec.yaml", "name: x\ndependencies:\n  a: NEW\n", "1.2.0", "^1.2.0", "pin-lost a"),
    ("mix.exs", "defp deps do\n  [\n    {:a, \"NEW\"}\n  ]\nend\n", "== 1.2.0", "~> 1.2", "pin-lost a"),
    // for development, and for the product: said by manifests, and by the lock files that tell it
    (
        "package-lock.json",
        "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\"NEW}}}",
        ", \"dev\": true",
        "",
        "scope-changed a",
    ),
    ("composer.lock", "{\"NEW\": [{\"name\": \"v/a\", \"version\": \"1.0.0\"}]}", "packages-dev", "packages", "scope-changed v/a"),
    (
        "poetry.lock",
        "[[package]]\nname = \"a\"\nversion = \"1.0\"\ngroups = [\"NEW\"]\nfiles = []\n\n[metadata]\nlock-version = \"2.1\"\n",
        "dev",
        "main",
        "scope-changed a",
    ),
    ("Pipfile.lock", "{\"NEW\": {\"a\": {\"version\": \"==1.0\"}}}", "develop", "default", "scope-changed a"),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0:\n    resolution: {integrity: sha512-aa}\n    dev: NEW\n",
        "true",
        "false",
        "scope-changed a",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    NEW:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-aa}\n",
        "devDependencies",
        "dependencies",
        "scope-changed a",
    ),
    ("Cargo.toml", "[NEW]\na = \"1\"\n", "dev-dependencies", "dependencies", "scope-changed a"),
    ("package.json", "{\"NEW\": {\"a\": \"1.0.0\"}}", "devDependencies", "dependencies", "scope-changed a"),
    ("Pipfile", "[NEW]\na = \"==1.0\"\n", "dev-packages", "packages", "scope-changed a"),
    ("composer.json", "{\"NEW\": {\"v/a\": \"1.0\"}}", "require-dev", "require", "scope-changed v/a"),
    ("pubspec.yaml", "name: x\nNEW:\n  a: ^1.0.0\n", "dev_dependencies", "dependencies", "scope-changed a"),
    (
        "pom.xml",
        "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>1.0</version>NEW</dependency></dependencies></project>",
        "<scope>test</scope>",
        "",
        "scope-changed g:a",
    ),
    ("build.gradle", "dependencies {\n    NEW 'g:a:1.0'\n}\n", "testImplementation", "implementation", "scope-changed g:a"),
    ("mix.exs", "defp deps do\n  [\n    {:a, \"~> 1.0\"NEW}\n  ]\nend\n", ", only: :test", "", "scope-changed a"),
];

#[test]
fn every_form_tells_sources_sums_ranges_pins_and_uses() {
    let mut wrong = Vec::new();
    for (path, frame, before, after, expected) in CASES {
        let (before, after) = (frame.replace("NEW", before), frame.replace("NEW", after));
        let seen = moves(path, &before, &after).join("|");
        if seen != *expected {
            let rows: Vec<String> = report(path, &before, &after).dependencies.iter().map(shown).collect();
            wrong.push(format!("{path}: {expected} is right, seen {rows:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_move_between_uses_that_manifest_and_lock_file_tell_is_one_row() {
    let world = crate::world::World::empty();
    let manifest = |table: &str| world.write("package.json", format!("{{\"{table}\": {{\"a\": \"^1.0.0\"}}}}\n"));
    let lock = |dev: &str| {
        let package = |name: &str| format!("\"node_modules/{name}\": {{\"version\": \"1.0.0\"{dev}}}");
        world.write("package-lock.json", format!("{{\"lockfileVersion\": 3, \"packages\": {{{}, {}}}}}\n", package("a"), package("b")));
    };
    let world_of = |message: &str| {
        world.git(&["add", "-A"]);
        world.git(&["commit", "-q", "-m", message]);
    };
    manifest("devDependencies");
    lock(", \"dev\": true");
    world_of("Begin");
    manifest("dependencies");
    lock("");
    world_of("Use a in the product");
    let program = crate::program::Program::new(world.path(), world.beside("home"));
    let report: serde_json::Value =
        serde_json::from_str(&program.ok(&["scan", "HEAD~..HEAD", "--format", "json", "--fail-on", "never"])).unwrap();
    let rows = report["dependencies"].as_array().unwrap().iter();
    let told: Vec<String> = rows.map(|row| format!("{} {} {}", row["change"], row["name"], row["manifest"]).replace('"', "")).collect();
    assert_eq!(told, ["scope-changed b package-lock.json", "scope-changed a package.json"]);
}
