//! Texts made to hurt readers: nesting, repetition, bombs and noise end in a sentence or in rows, never in a panic.
//! What grows with the square of its text would not end here within the patience of anybody.

use lazaret::analysis::manifests::forms;
use proptest::prelude::*;

/// A path for every form.
pub(super) const PATHS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "bun.lock",
    "deno.json",
    "deno.lock",
    "requirements.txt",
    "requirements.lock",
    "pyproject.toml",
    "poetry.lock",
    "Pipfile",
    "Pipfile.lock",
    "pylock.toml",
    "setup.py",
    "setup.cfg",
    "environment.yml",
    "go.mod",
    "go.work",
    "go.sum",
    "pom.xml",
    "build.gradle",
    "gradle.lockfile",
    "gradle/libs.versions.toml",
    "Gemfile",
    "Gemfile.lock",
    "x.gemspec",
    "composer.json",
    "composer.lock",
    "x.csproj",
    "packages.lock.json",
    "Package.swift",
    "Package.resolved",
    "pubspec.yaml",
    "pubspec.lock",
    "mix.exs",
    "mix.lock",
    "rebar.config",
    "rebar.lock",
    ".github/workflows/x.yml",
    "Dockerfile",
    "compose.yml",
    "Chart.yaml",
    "main.tf",
    ".terraform.lock.hcl",
    ".pre-commit-config.yaml",
    ".mcp.json",
];

#[test]
fn every_form_ends_soon_on_what_is_made_to_hurt() {
    let deep = 50_000;
    let bombs = [
        "[".repeat(deep),
        "{".repeat(deep),
        "<a>".repeat(deep),
        "(".repeat(deep),
        "{\"a\":".repeat(deep),
        "install_requires=[".repeat(deep / 10),
        ".package(".repeat(deep / 10),
        "gem \"x\" do\n".repeat(deep / 10),
        "implementation(\"a:b:c\")\n".repeat(deep / 10),
        "module \"x\" {\n".repeat(deep / 10),
        format!("<!DOCTYPE x [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;\">]><project>&b;</project>", "y".repeat(1000)),
        "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n".to_owned(),
        "FROM ${A}${A}\nARG A=${A}${A}\n".repeat(deep / 20),
    ];
    for path in PATHS.iter().copied() {
        let form = forms::of(path).unwrap_or_else(|| panic!("{path} has no form"));
        for bomb in &bombs {
            if let Err(sentence) = form.read(bomb) {
                assert!(sentence.len() < 400, "{path}: {} bytes of complaint", sentence.len());
            }
        }
    }
}

#[test]
fn entities_stay_what_they_are() {
    let pom = "<!DOCTYPE p [<!ENTITY e \"evil\">]>\n<project><dependencies><dependency><groupId>g</groupId><artifactId>&e;</artifactId><version>1&amp;2</version></dependency></dependencies></project>";
    let reading = forms::of("pom.xml").unwrap().read(pom).unwrap();
    let dependency = &reading.entries[0].dependency;
    assert_eq!((dependency.name.as_str(), dependency.version.as_str()), ("g:&e;", "1&2"));
}

fn noise() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ":",
        ",",
        "=",
        "\"",
        "'",
        "\n",
        "  ",
        "    ",
        "- ",
        "a",
        "gem ",
        "uses: ",
        "a@1",
        "\"a\"",
        "<a>",
        "</a>",
        "<project>",
        "version",
        "packages",
        "dependencies:",
        "[[package]]",
        "name = ",
        "FROM x:1 AS y",
        "é",
        "\u{feff}",
        "#",
        "//",
        "|",
        "&a ",
        "*a",
        "module \"x\" {",
        "install_requires=[",
        "{deps, [",
        "<<\"x\">>",
        "%",
        "$",
        "${a}",
        "@",
        "/",
        "sha512-",
        "require",
        "\r\n",
        "\t",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_reader_panics_on_noise(text in noise(), other in "\\PC{0,120}") {
        for path in PATHS.iter().copied() {
            let form = forms::of(path).unwrap();
            let _ = form.read(&text);
            let _ = form.read(&other);
        }
    }
}
