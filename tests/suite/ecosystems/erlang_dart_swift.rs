//! Hex, pub and Swift packages.

use super::expect;

#[test]
fn mix_and_rebar() {
    let mix = |deps: &str| format!("defmodule X.MixProject do\n  defp deps do\n    [\n{deps}    ]\n  end\nend\n");
    expect(
        "mix.exs",
        &mix("      {:phoenix, \"~> 1.6\"},\n"),
        &mix(
            "      {:phoenix, \"~> 1.7\"},\n      {:credo, \"~> 1.0\", only: [:dev, :test]},\n      {:x, github: \"o/x\", branch: \"main\"}\n",
        ),
        &[
            "added hex credo - -> ~> 1.0 @5 dev",
            "upgraded hex phoenix ~> 1.6 -> ~> 1.7 @4",
            "added hex x - ->  @6 from git https://github.com/o/x at main",
        ],
    );
    let lock = |version: &str, sum: char| {
        let sum = sum.to_string().repeat(64);
        format!(
            "%{{\n  \"a\": {{:hex, :a, \"{version}\", \"{sum}\", [:mix], [{{:b, \"~> 1.0\", [hex: :b, repo: \"hexpm\", optional: false]}}], \"hexpm\", \"{sum}\"}},\n}}\n"
        )
    };
    expect("mix.lock", &lock("1.0.0", 'a'), &lock("1.0.1", 'b'), &["upgraded hex a 1.0.0 -> 1.0.1 @2"]);
    expect("mix.lock", &lock("1.0.0", 'a'), &lock("1.0.0", 'b'), &["hash-changed hex a 1.0.0 -> 1.0.0 @2"]);
    expect(
        "rebar.config",
        "{deps, [{cowboy, \"2.9.0\"}]}.\n",
        "%% deps\n{deps, [\n  {cowboy, \"2.10.0\"},\n  {x, {git, \"https://git.example/x\", {tag, \"1.0\"}}}\n]}.\n",
        &["upgraded hex cowboy 2.9.0 -> 2.10.0 @3", "added hex x - ->  @4 from git https://git.example/x at 1.0"],
    );
    expect(
        "rebar.lock",
        "{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.9.0\">>},0}]}.\n",
        "{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.10.0\">>},0}]}.\n",
        &["upgraded hex cowboy 2.9.0 -> 2.10.0 @2"],
    );
}

#[test]
fn pubspecs() {
    expect(
        "pubspec.yaml",
        "dependencies:\n  flutter:\n    sdk: flutter\n  http: ^0.13.0\n",
        "dependencies:\n  flutter:\n    sdk: flutter\n  http: ^1.0.0\n  x:\n    git:\n      url: https://git.example/x\n      ref: main\ndev_dependencies:\n  lints: any\n",
        &[
            "upgraded pub http ^0.13.0 -> ^1.0.0 @4",
            "added pub lints - ->  @10 dev",
            "added pub x - ->  @5 from git https://git.example/x at main",
        ],
    );
    let lock = |host: &str| {
        format!(
            "packages:\n  http:\n    dependency: \"direct main\"\n    description:\n      name: http\n      sha256: \"aa\"\n      url: \"{host}\"\n    source: hosted\n    version: \"1.0.0\"\n"
        )
    };
    expect(
        "pubspec.lock",
        &lock("https://pub.dev"),
        &lock("https://pub.example"),
        &["source-changed pub http 1.0.0 -> 1.0.0 @9 from registry https://pub.example"],
    );
}

#[test]
fn swift_packages() {
    let package = |inner: &str| format!("// swift-tools-version:5.7\nlet package = Package(\n    dependencies: [\n{inner}    ]\n)\n");
    expect(
        "Package.swift",
        &package("        .package(url: \"https://github.com/apple/swift-nio.git\", from: \"2.0.0\"),\n"),
        &package(
            "        .package(url: \"https://github.com/apple/swift-nio.git\", from: \"2.1.0\"),\n        .package(url: \"https://git.example/x\", branch: \"main\"),\n",
        ),
        &[
            "added swift git.example/x - -> main @5 from git https://git.example/x at main",
            "upgraded swift github.com/apple/swift-nio ^2.0.0 -> ^2.1.0 @4",
        ],
    );
    let two = |version: &str, revision: &str| {
        format!(
            "{{\n  \"pins\" : [\n    {{\n      \"identity\" : \"swift-nio\",\n      \"kind\" : \"remoteSourceControl\",\n      \"location\" : \"https://github.com/apple/swift-nio.git\",\n      \"state\" : {{\n        \"revision\" : \"{revision}\",\n        \"version\" : \"{version}\"\n      }}\n    }}\n  ],\n  \"version\" : 2\n}}\n"
        )
    };
    expect(
        "Package.resolved",
        &two("2.0.0", "aa"),
        &two("2.0.0", "bb"),
        &["hash-changed swift github.com/apple/swift-nio 2.0.0 -> 2.0.0 @9"],
    );
}
