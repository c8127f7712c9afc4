//! What automation, containers, charts and agents fetch.

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples;
use lazaret::model::rule::{Example, ExampleFile};

use super::expect;

#[test]
fn actions_images_and_compose() {
    let flow = |ref_: &str| {
        format!(
            "on: push\njobs:\n  a:\n    runs-on: x\n    container: node:20\n    steps:\n      - uses: actions/checkout@{ref_}\n      - uses: ./local\n  b:\n    uses: o/r/.github/workflows/x.yml@main\n    steps:\n      - uses: actions/checkout@{ref_}\n"
        )
    };
    expect(".github/workflows/ci.yml", &flow("v3"), &flow("v4"), &["upgraded githubactions actions/checkout v3 -> v4 @7"]);
    let commit = "a".repeat(40);
    expect(
        ".github/workflows/ci.yml",
        &flow(&commit),
        &flow("v4"),
        &[&format!("pin-lost githubactions actions/checkout {commit} -> v4 @7")],
    );
    expect(
        "Dockerfile",
        "ARG TAG=3.11\nFROM python:${TAG}-slim AS build\nFROM build\n",
        "ARG TAG=3.12\nFROM --platform=linux/amd64 python:${TAG}-slim AS build\nFROM build\nCOPY --from=images.example/o/x:1 /a /b\n",
        &["added docker images.example/o/x - -> 1 @4 from registry images.example", "upgraded docker python 3.11-slim -> 3.12-slim @2"],
    );
    expect(
        "docker-compose.yml",
        "services:\n  db:\n    image: postgres:15\n",
        "services:\n  db:\n    image: postgres:14\n  app:\n    build: .\n    image: mine\n",
        &["downgraded docker postgres 15 -> 14 @3"],
    );
}

#[test]
fn helm_terraform_and_pre_commit() {
    let chart =
        |version: &str, place: &str| format!("name: x\ndependencies:\n  - name: redis\n    version: {version}\n    repository: {place}\n");
    expect(
        "chart/Chart.yaml",
        &chart("17.0.0", "https://charts.example"),
        &chart("18.0.0", "https://charts.example"),
        &["upgraded helm redis 17.0.0 -> 18.0.0 @4 from registry https://charts.example"],
    );
    expect(
        "main.tf",
        "terraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \"~> 4.0\"\n    }\n  }\n}\n",
        "terraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \"~> 5.0\"\n    }\n  }\n}\nmodule \"v\" {\n  source = \"o/vpc/aws\"\n  version = \"1.0\"\n}\n",
        &["upgraded terraform hashicorp/aws ~> 4.0 -> ~> 5.0 @5", "added terraform o/vpc/aws - -> 1.0 @11"],
    );
    let lock = |sum: &str| {
        format!("provider \"registry.terraform.io/hashicorp/aws\" {{\n  version = \"5.0.0\"\n  hashes = [\n    \"h1:{sum}\",\n  ]\n}}\n")
    };
    expect(".terraform.lock.hcl", &lock("a="), &lock("b="), &["hash-changed terraform hashicorp/aws 5.0.0 -> 5.0.0 @2"]);
    expect(
        ".pre-commit-config.yaml",
        "repos:\n  - repo: https://github.com/psf/black\n    rev: 23.1.0\n    hooks:\n      - id: black\n",
        "repos:\n  - repo: https://github.com/psf/black\n    rev: 24.1.0\n    hooks:\n      - id: black\n  - repo: local\n    hooks: []\n",
        &["upgraded pre-commit github.com/psf/black 23.1.0 -> 24.1.0 @3 dev"],
    );
}

#[test]
fn servers_that_start_packages() {
    expect(
        ".mcp.json",
        "{\"mcpServers\": {}}\n",
        "{\"mcpServers\": {\n  \"a\": {\"command\": \"npx\", \"args\": [\"-y\", \"@x/server@1.2\"]},\n  \"b\": {\"command\": \"uvx\", \"args\": [\"--from\", \"pkg==2.0\", \"run\"]},\n  \"c\": {\"command\": \"docker\", \"args\": [\"run\", \"-i\", \"--rm\", \"-e\", \"K\", \"mcp/fetch:1\"]}\n}}\n",
        &["added npm @x/server - -> 1.2 @2", "added docker mcp/fetch - -> 1 @4", "added pypi pkg - -> ==2.0 @3"],
    );
    expect(
        ".codex/config.toml",
        "model = \"x\"\n",
        "model = \"x\"\n[mcp_servers.db]\ncommand = \"bunx\"\nargs = [\"db-server\"]\n",
        &["added npm db-server - ->  @3"],
    );
}

#[test]
fn an_action_pinned_by_its_commit_contradicts_no_message() {
    let step = |at: &str| format!("on: push\njobs:\n  x:\n    runs-on: y\n    steps:\n      - uses: actions/checkout@{at}\n");
    for (before, after) in [(&*"6".repeat(40), &*format!("{} # v4.2.2", "1".repeat(40))), ("v3", "v4")] {
        let file = ExampleFile { path: ".github/workflows/x.yml".to_owned(), before: Some(step(before)), after: Some(step(after)) };
        let message = "chore(deps): bump actions/checkout from 4.1.7 to 4.2.2".to_owned();
        let example = Example { files: vec![file], message, ..Example::default() };
        let (change, texts) = examples::change_of(&example);
        let report = Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone());
        let told: Vec<&str> =
            report.findings.iter().filter(|finding| finding.rule.0 == "message-contradicted").map(|f| f.title.as_str()).collect();
        assert!(told.is_empty() && !report.dependencies.is_empty(), "{told:?}");
    }
}
