//! What a file is for, told from its path: product code, test, documentation, generated, lock, workflow, agent file…
//!
//! Only paths are looked at, compared without case and after Unicode normalisation, because editors do the same.

mod agents;

use std::cell::RefCell;
use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

/// What a file is for. The first that fits, in this order of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Automation of a forge or build server: workflows, pipelines.
    Workflow,
    /// Configuration by which an agent or editor runs something: servers, hooks, tasks, settings.
    AgentConfig,
    /// Text that steers an agent: rules, instructions, skills.
    Instructions,
    /// Names the dependencies of a project.
    Manifest,
    /// Pins them.
    Lock,
    /// Copied from elsewhere.
    Vendored,
    /// Written by a program.
    Generated,
    /// A test or what only tests use.
    Test,
    /// An example or a demonstration.
    Example,
    /// Documentation.
    Docs,
    /// Data.
    Data,
    /// Settings of the product.
    Config,
    /// Everything else.
    Product,
}

impl Role {
    /// Its name in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::AgentConfig => "agent-config",
            Self::Instructions => "instructions",
            Self::Manifest => "manifest",
            Self::Lock => "lock",
            Self::Vendored => "vendored",
            Self::Generated => "generated",
            Self::Test => "test",
            Self::Example => "example",
            Self::Docs => "docs",
            Self::Data => "data",
            Self::Config => "config",
            Self::Product => "product",
        }
    }

    /// The role of the file at `path`.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.len() > LONGEST_KNOWN {
            return Self::told(path);
        }
        KNOWN.with_borrow_mut(|known| {
            if let Some(role) = known.get(path) {
                return *role;
            }
            if known.len() >= MOST_KNOWN {
                known.clear();
            }
            let role = Self::told(path);
            known.insert(path.to_owned(), role);
            role
        })
    }

    fn told(path: &str) -> Self {
        let path = fold(&["/", path].concat());
        let name = path.rsplit('/').next().unwrap_or("");
        RULES.iter().find(|(_, fits)| fits(&path, name)).map_or(Self::Product, |(role, _)| *role)
    }

    /// Whether what is written there runs in production or in automation, rather than in a test or on a page.
    #[must_use]
    pub fn is_live(self) -> bool {
        !matches!(self, Self::Test | Self::Example | Self::Docs | Self::Data | Self::Vendored | Self::Generated | Self::Lock)
    }

    /// Whether a reader skips it first: nobody wrote it by hand.
    #[must_use]
    pub fn is_mechanical(self) -> bool {
        matches!(self, Self::Lock | Self::Generated | Self::Vendored)
    }
}

/// `path` as case-insensitive, normalising file systems compare it (NFKC, lower case).
#[must_use]
pub fn fold(path: &str) -> String {
    if path.is_ascii() { path.to_ascii_lowercase() } else { path.nfkc().collect::<String>().to_lowercase() }
}

/// Paths of which a thread remembers what they are for: much asks about the same few thousand files.
const MOST_KNOWN: usize = 4096;
/// A path of more bytes is read each time: a hostile change has as many as it likes.
const LONGEST_KNOWN: usize = 512;

thread_local! {
    static KNOWN: RefCell<HashMap<String, Role>> = RefCell::default();
}

type Fits = fn(&str, &str) -> bool;

const RULES: [(Role, Fits); 12] = [
    (Role::Workflow, is_workflow),
    (Role::AgentConfig, agents::is_config),
    (Role::Instructions, agents::is_instructions),
    (Role::Manifest, is_manifest),
    (Role::Lock, is_lock),
    (Role::Vendored, |path, _| {
        folders(path).any(|folder| {
            matches!(
                folder,
                "vendor" | "_vendor" | "node_modules" | "bower_components" | "third_party" | "third-party" | "3rdparty" | "thirdparty"
            )
        }) || is_hidden(path) && path.contains("/.yarn/releases/")
    }),
    (Role::Generated, is_generated),
    (Role::Test, is_test),
    (Role::Example, is_example),
    (Role::Docs, is_docs),
    (Role::Data, |_, name| ends(name, &[".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".sql.gz"])),
    (Role::Config, |_, name| ends(name, &[".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".env", ".json"])),
];

/// The folders of a path, from the top.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit_once('/').map_or("", |(above, _)| above).split('/')
}

/// Whether a part of the path begins with a dot.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

fn ends(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending))
}

fn is_workflow(path: &str, name: &str) -> bool {
    const FOLDERS: [&str; 13] = [
        "/.github/workflows/",
        "/.github/workflow-templates/",
        "/.github/actions/",
        "/.gitea/workflows/",
        "/.forgejo/workflows/",
        "/.circleci/",
        "/.buildkite/",
        "/.gitlab/ci/",
        "/.gitlab-ci/",
        "/.azure-pipelines/",
        "/azure-pipelines/",
        "/.woodpecker/",
        "/.tekton/",
    ];
    const NAMES: [&str; 16] = [
        "action.yml",
        "action.yaml",
        ".gitlab-ci.yml",
        ".gitlab-ci.yaml",
        "jenkinsfile",
        "azure-pipelines.yml",
        "azure-pipelines.yaml",
        "bitbucket-pipelines.yml",
        ".travis.yml",
        ".drone.yml",
        ".cirrus.yml",
        ".woodpecker.yml",
        "appveyor.yml",
        ".appveyor.yml",
        "cloudbuild.yaml",
        "cloudbuild.yml",
    ];
    NAMES.contains(&name)
        || ends(name, &[".gitlab-ci.yml", ".jenkinsfile"])
        || name.starts_with("jenkinsfile.")
        || (ends(name, &[".yml", ".yaml"]) && FOLDERS.iter().any(|folder| path.contains(folder)))
}

fn is_manifest(_: &str, name: &str) -> bool {
    matches!(
        name,
        "cargo.toml"
            | "package.json"
            | "pyproject.toml"
            | "setup.py"
            | "setup.cfg"
            | "pipfile"
            | "go.mod"
            | "go.work"
            | "pom.xml"
            | "build.gradle"
            | "build.gradle.kts"
            | "gemfile"
            | "composer.json"
    ) || (name.starts_with("requirements") && ends(name, &[".txt", ".in"]))
        || (name.starts_with("constraints") && name.ends_with(".txt"))
}

fn is_lock(_: &str, name: &str) -> bool {
    matches!(
        name,
        "cargo.lock"
            | "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "bun.lock"
            | "poetry.lock"
            | "uv.lock"
            | "pdm.lock"
            | "pipfile.lock"
            | "go.sum"
            | "go.work.sum"
            | "gemfile.lock"
            | "composer.lock"
            | "deno.lock"
            | "gradle.lockfile"
            | "packages.lock.json"
            | "package.resolved"
            | "pubspec.lock"
            | "mix.lock"
            | "rebar.lock"
            | "pylock.toml"
            | "chart.lock"
            | ".terraform.lock.hcl"
    ) || (name.starts_with("requirements") && name.ends_with(".lock"))
}

fn is_generated(path: &str, name: &str) -> bool {
    ends(
        name,
        &[
            ".min.js",
            ".min.css",
            ".map",
            ".snap",
            ".pb.go",
            "_pb2.py",
            ".pb.rs",
            ".g.dart",
            ".generated.ts",
            ".designer.cs",
            "_generated.go",
        ],
    ) || folders(path).any(|folder| matches!(folder, "dist" | "generated" | "__snapshots__" | "__generated__"))
}

fn is_test(path: &str, name: &str) -> bool {
    const FOLDERS: [&str; 14] = [
        "test",
        "tests",
        "testsuite",
        "testsuites",
        "__tests__",
        "mocks",
        "__mocks__",
        "spec",
        "specs",
        "testdata",
        "fixtures",
        "e2e",
        "testing",
        "regress",
    ];
    let stem = name.split('.').next().unwrap_or("");
    folders(path).any(|folder| FOLDERS.contains(&folder))
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || name.contains(".test.")
        || name.contains(".spec.")
        || name == "conftest.py"
        || ends(name, &["test.java", "tests.java", "test.kt", "tests.cs", "test.php", "tests.swift"])
}

/// A folder of examples stands above the sources: below them, `com/example` is a package like any other.
fn is_example(path: &str, _: &str) -> bool {
    let above = path.find("/src/").map_or_else(|| path.rsplit_once('/').map_or("", |(above, _)| above), |at| path.get(..at).unwrap_or(""));
    above.split('/').any(|folder| {
        matches!(folder, "examples" | "example" | "samples" | "demo" | "demos") || folder.split(['-', '_']).any(|word| word == "examples")
    })
}

fn is_docs(path: &str, name: &str) -> bool {
    ends(name, &[".md", ".mdx", ".rst", ".adoc", ".txt"]) && name != "cmakelists.txt"
        // Below the sources of a JVM build it is a package like any other.
        || folders(path.split("/src/main/").next().unwrap_or(path)).any(|folder| matches!(folder, "docs" | "doc"))
        || matches!(name, "license" | "readme" | "changelog" | "notice" | "authors")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_from_paths() {
        let cases = [
            (".github/workflows/ci.yml", Role::Workflow),
            (".github/workflow-templates/ci.yml", Role::Workflow),
            (".cUrSoR/MCP.json", Role::AgentConfig),
            (".vscode/tasks.json", Role::AgentConfig),
            (".claude/settings.local.json", Role::AgentConfig),
            (".claude/commands/ship.md", Role::Instructions),
            ("AGENTS.md", Role::Instructions),
            ("api/package.json", Role::Manifest),
            ("requirements-dev.txt", Role::Manifest),
            ("requirements.lock", Role::Lock),
            ("src/vendor/x.go", Role::Vendored),
            ("static/app.min.js", Role::Generated),
            ("pkg/page_test.go", Role::Test),
            ("test/session.spec.ts", Role::Test),
            ("regress/agent_key.prv", Role::Test),
            ("public/plugins/viewer-5.2.133/build/viewer.mjs", Role::Product),
            ("inc/3rdparty/viewer/viewer.js", Role::Vendored),
            ("src/app/_vendor/requests/adapters.py", Role::Vendored),
            ("web/src/mocks/handlers.ts", Role::Test),
            ("src/test/java/TokenServiceTest.java", Role::Test),
            ("docs/logging.md", Role::Docs),
            ("src/CMakeLists.txt", Role::Product),
            ("examples/app/src/main.rs", Role::Example),
            ("src/main/java/com/example/demo/Auth.java", Role::Product),
            ("src/main/kotlin/com/acme/docs/Store.kt", Role::Product),
            ("config/metrics.yaml", Role::Config),
            ("src/auth/utils.py", Role::Product),
        ];
        for (path, expected) in cases {
            assert_eq!(Role::of(path), expected, "{path}");
        }
    }
}
