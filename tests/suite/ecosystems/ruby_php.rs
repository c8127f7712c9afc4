//! Bundler and Composer.

use super::expect;

#[test]
fn gemfiles_gemspecs_and_their_lock() {
    let before = "source \"https://rubygems.org\"\ngem \"rails\", \"~> 7.0.1\"\ngem \"x\", \"1.0\"\ngroup :test do\n  gem \"rspec\"\nend\ngem \"pg\"\n";
    let after = "source \"https://rubygems.org\"\ngem \"rails\", \"~> 7.1.0\" # up\ngem \"x\", \">= 1.0\"\ngroup :test do\nend\ngem \"rspec\"\ngem \"pg\", git: \"https://git.example/pg\", branch: \"main\"\ngem \"y\",\n  \"~> 1\", \">= 1.2\", group: :development\n";
    expect(
        "Gemfile",
        before,
        after,
        &[
            "source-changed gem pg  ->  @7 from git https://git.example/pg at main",
            "upgraded gem rails ~> 7.0.1 -> ~> 7.1.0 @2",
            "scope-changed gem rspec  ->  @6",
            "pin-lost gem x 1.0 -> >= 1.0 @3",
            "added gem y - -> ~> 1, >= 1.2 @8 dev",
        ],
    );
    expect(
        "x.gemspec",
        "Gem::Specification.new do |s|\n  s.add_dependency \"a\", \"~> 1.0\"\nend\n",
        "Gem::Specification.new do |s|\n  s.add_dependency(\"a\", \"~> 2.0\")\n  s.add_development_dependency 'b'\nend\n",
        &["upgraded gem a ~> 1.0 -> ~> 2.0 @2", "added gem b - ->  @3 dev"],
    );
    let lock = |version: &str, sum: &str| {
        format!(
            "GEM\n  remote: https://rubygems.org/\n  specs:\n    a ({version})\n      b (>= 1)\n    b (1.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  a (~> 1)\n\nCHECKSUMS\n  a ({version}) sha256={sum}\n"
        )
    };
    expect("Gemfile.lock", "", &lock("1.0", "x"), &["added gem a - -> 1.0 @4", "added gem b - -> 1.0 @6 by a"]);
    expect("Gemfile.lock", &lock("1.0", "x"), &lock("1.0", "y"), &["hash-changed gem a 1.0 -> 1.0 @4"]);
}

#[test]
fn composer_and_its_lock() {
    expect(
        "composer.json",
        "{\n  \"require\": {\n    \"php\": \">=8\",\n    \"A/b\": \"^1.0\"\n  }\n}\n",
        "{\n  \"require\": {\n    \"php\": \">=8.2\",\n    \"A/b\": \"^1.1\"\n  },\n  \"require-dev\": { \"c/d\": \"*\" }\n}\n",
        &["upgraded composer a/b ^1.0 -> ^1.1 @4", "added composer c/d - -> * @6 dev"],
    );
    let lock = |version: &str, commit: &str, dist: &str| {
        format!(
            "{{\n  \"packages\": [\n    {{\n      \"name\": \"a/b\",\n      \"version\": \"{version}\",\n      \"source\": {{\"type\": \"git\", \"url\": \"https://github.com/a/b.git\", \"reference\": \"{commit}\"}},\n      \"dist\": {{\"type\": \"zip\", \"url\": \"{dist}\", \"reference\": \"{commit}\", \"shasum\": \"\"}},\n      \"notification-url\": \"https://packagist.org/downloads/\"\n    }}\n  ],\n  \"packages-dev\": []\n}}\n"
        )
    };
    let zip = "https://api.github.com/repos/a/b/zipball/x";
    expect("composer.lock", &lock("v1.0.0", "aa", zip), &lock("v1.1.0", "bb", zip), &["upgraded composer a/b 1.0.0 -> 1.1.0 @5"]);
    expect("composer.lock", &lock("v1.0.0", "aa", zip), &lock("v1.0.0", "bb", zip), &["hash-changed composer a/b 1.0.0 -> 1.0.0 @5"]);
    expect(
        "composer.lock",
        &lock("1.0.0", "aa", zip),
        &lock("1.0.0", "aa", "https://files.example/b.zip"),
        &["source-changed composer a/b 1.0.0 -> 1.0.0 @5 from https://files.example/b.zip"],
    );
}
