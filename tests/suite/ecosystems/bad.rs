//! Files nobody can read, or nobody can read whole: one sentence each, with the place, and the rest goes on.

use lazaret::analysis::manifests::format::Kind;
use lazaret::model::report::Report;

use crate::program::Program;
use crate::world::World;

/// The report on a change that adds one file.
fn report(path: &str, after: &str) -> Report {
    super::judged(path, None, after)
}

/// What is said of one file, besides its rows.
fn said(path: &str, after: &str) -> Vec<String> {
    report(path, after).skipped.iter().map(|omission| omission.why.clone()).collect()
}

#[test]
fn a_merge_that_was_not_finished_is_said_with_its_line() {
    let merged = |ours: &str, theirs: &str| format!("<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> branch\n");
    let files = [
        ("yarn.lock", merged("a@1:\n  version \"1.0.0\"", "a@1:\n  version \"1.0.1\"")),
        ("Gemfile.lock", format!("GEM\n  specs:\n{}", merged("    a (1)", "    a (2)"))),
        ("requirements.txt", merged("a==1", "a==2")),
        ("go.mod", format!("module x.example/y\n{}", merged("require a.example/b v1.0.0", "require a.example/b v1.0.1"))),
        ("package.json", format!("{{\n{}}}\n", merged("\"a\": 1,", "\"a\": 2,"))),
        ("Cargo.lock", merged("version = 3", "version = 4")),
    ];
    for (path, text) in files {
        let said = said(path, &text);
        let told = said.iter().filter(|why| why.contains("two versions of it are merged here")).count();
        assert_eq!(told, 1, "{path}: {said:?}");
        assert!(said[0].starts_with("dependencies could not be read as they are after the change: line "), "{said:?}");
    }
}

#[test]
fn a_merge_that_was_not_finished_is_said_of_every_form() {
    for path in super::hostile::PATHS {
        let said = said(path, "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n");
        assert_eq!(said.iter().filter(|why| why.contains("line 1: two versions of it are merged here")).count(), 1, "{path}: {said:?}");
    }
}

/// Path, text, names of its rows, lines that are told.
const STRANGE: &[(&str, &str, &[&str], &[u32])] = &[
    (
        "requirements.txt",
        "a==1.0\nTraceback (most recent call last):\n=======\nb==\n--frobnicate x\nc==${VERSION}\nd>=1,<2 ; python_version < '3'\n",
        &["a", "d"],
        &[2, 3, 4, 5, 6],
    ),
    ("requirements.txt", "-rmore.txt\n-e .[dev]\n--pre\n-i https://pypi.org/simple\n{{ pin }}\n", &[".", "more.txt"], &[5]),
    ("requirements.lock", "a==1.0\nerror: no matching version\n", &["a"], &[2]),
    ("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\n  \"a>=1\",\n  \"not a requirement\",\n]\n", &["a"], &[5]),
    ("setup.cfg", "[options]\ninstall_requires =\n    a>=1\n    not a requirement\n", &["a"], &[4]),
    ("setup.py", "setup(install_requires=[\n  'a>=1',\n  'b c d',\n])\n", &["a"], &[3]),
    ("setup.py", "setup(install_requires=[\n  'a>=1',\n]\n", &["a"], &[1]),
    ("environment.yml", "dependencies:\n  - a=1.0\n  - \"not a package\"\n  - pip:\n    - b==1\n    - b c d\n", &["a", "b"], &[3, 6]),
    (
        "go.mod",
        "module x.example/y\n\ngo 1.22\nfrobnicate all of it\nrequire a.example/b\nrequire (\n\tc.example/d v1.0.0\n\tnot a module at all\n)\nreplace a.example/b\n",
        &["c.example/d"],
        &[4, 5, 8, 10],
    ),
    ("go.work", "go 1.22\nuse ./a\nuze ./b\nreplace a.example/b => ../b\n", &["a.example/b"], &[3]),
    (
        "Gemfile",
        "source \"https://rubygems.org\"\ngme \"rails\"\nthis is no statement\ngem \"a\"\ngem name, \"1.0\"\n= 5\nputs \"hello\"\nx = 5 if true\n",
        &["a"],
        &[2, 3, 5, 6],
    ),
    ("Gemfile", "gem \"a\"\n}\ngroup :test do\n  gem \"b\"\nend\n", &["a", "b"], &[2]),
    ("Gemfile.lock", "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n    not a gem\n    b\n   c (1.0)\n", &["a"], &[5, 6, 7]),
    ("x.gemspec", "Gem::Specification.new do |s|\n  s.add_dependency \"a\", \"1.0\"\n  s.add_dependency NAME\nend\n", &["a"], &[3]),
    (
        "build.gradle",
        "dependencies {\n    implementation 'g:a:1.0'\n    this is no statement\n    implementation deps.more\n    shadow 'g:b:1.0'\n    implementation project(':own')\n    api libs.more\n    =======\n}\n",
        &["g:a", "g:b"],
        &[3, 4, 8],
    ),
    (
        "build.gradle.kts",
        "dependencies {\n    implementation(\"g:a:1.0\")\n    \"shadow\"(\"g:b:1.0\")\n    implementation(platform(libs.bom))\n",
        &["g:a", "g:b"],
        &[1],
    ),
    (
        "build.gradle",
        "dependencies {\n    implementation 'g:a:1.0',\n        'g:b:1.0',\n        'g:c:1.0'\n    api 'g:d:1.0', 'g:e:1.0'\n}\n",
        &["g:a", "g:b", "g:c", "g:d", "g:e"],
        &[],
    ),
    ("mix.lock", "%{\"a\": {:hex, :a, \"1.0.0\", \"00\"},\n  \"b\": {:hex, :b, \"1.0.0\", \"00\"}}\n", &["a", "b"], &[]),
    ("gradle.lockfile", "not a lock\n", &[], &[1]),
    (
        "mix.exs",
        "defp deps do\n  [\n    {:a, \"~> 1.0\"},\n    {:b, @version},\n    nothing here,\n    {:c \"1.0\"},\n    {:d, git: \"https://x.example/d\"}\n  ]\nend\n",
        &["a", "d"],
        &[4, 5, 6],
    ),
    ("mix.exs", "defp deps do\n  [\n    {:a, \"~> 1.0\"}\nend\n", &["a"], &[2]),
    ("mix.lock", "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"00\"},\n  words of no lock,\n}\n", &["a"], &[3]),
    ("rebar.config", "{deps, [\n  {a, \"1.0\"},\n  {b \"1.0\"}\n]}.\n", &["a"], &[3]),
    ("rebar.config", "{deps, [\n  {a, \"1.0\"}\n}.\n", &["a"], &[3]),
    (
        "Package.swift",
        "let package = Package(name: \"x\", dependencies: [\n  .package(url: \"https://github.com/o/a\", from: \"1.0.0\"),\n  .package(url: place, from: \"1.0.0\"),\n])\n",
        &["github.com/o/a"],
        &[3],
    ),
    (
        "Package.swift",
        "let package = Package(name: \"x\", dependencies: [\n  .package(url: \"https://github.com/o/a\", from: \"1.0.0\"),\n)\n",
        &["github.com/o/a"],
        &[3],
    ),
    (
        "main.tf",
        "words of no file\nmodule \"a\" {\n  source = \"o/a/x\"\n}\nmodule \"b\" {\n  source = var.place\n}\nresource \"x\" \"y\" {\n  user_data = <<EOT\ncase $x in\n  a) echo '}' ;;\nesac\nEOT\n}\n",
        &["o/a/x"],
        &[1, 5],
    ),
    ("main.tf", "module \"a\" {\n  source = \"o/a/x\"\n", &["o/a/x"], &[1]),
    (
        "Dockerfile",
        "# syntax=docker/dockerfile:1\nFROM \\\n  o/a:1.0 AS build\nFORM o/b:1.0\nRUN <<EOF\nFROM o/c:1.0\nwords\nEOF\nFROM ${BASE}\nCOPY --from=build /x /x\nRUN make \\\n  # a word on it\n  all\nFROM\n",
        &["o/a"],
        &[4, 9, 14],
    ),
    ("Dockerfile", "FROM o/a:1.0\nRUN cat <<USER\nFROM o/b:1.0\nUSER\n", &["o/a", "o/b"], &[]),
    (
        "docker-compose.yml",
        "services:\n  a:\n    image: o/a:1.0\n  b:\n    image: ${PLACE}/b\n  c:\n    image: \"not an image\"\n",
        &["o/a"],
        &[5, 7],
    ),
    (
        ".github/workflows/x.yml",
        "on: push\npermissions: {}\njobs:\n  a:\n    container: ${{ matrix.image }}\n    steps:\n      - uses: o/a@v1\n      - uses: not an action\n      - uses: ./own\n",
        &["o/a"],
        &[5, 8],
    ),
];

/// Lines that no tool would take, and those of which only the program knows what they ask for: told with their place, no rows, and the
/// rest goes on. Other ends of lines and a mark in front change nothing.
#[test]
fn a_line_that_cannot_be_read_is_said_and_is_no_row() {
    let mut wrong = Vec::new();
    for (path, plain, rows, lines) in STRANGE {
        for text in [(*plain).to_owned(), plain.replace('\n', "\r\n"), format!("\u{feff}{plain}")] {
            let report = report(path, &text);
            let mut names: Vec<&str> = report.dependencies.iter().map(|row| row.dependency().unwrap().name.as_str()).collect();
            names.sort_unstable();
            let told = report.skipped.iter().filter(|omission| omission.why.starts_with("dependencies"));
            let told: Vec<&str> = told.map(|omission| omission.why.as_str()).collect();
            let at = |why: &&str| why.split_once("line ").and_then(|(_, rest)| rest.split(':').next()?.parse::<u32>().ok());
            let mut seen: Vec<u32> = told.iter().filter_map(at).collect();
            seen.sort_unstable();
            if names != *rows || seen != *lines || !report.skipped.iter().all(|omission| omission.path.is_some()) {
                wrong.push(format!("{path}: {text:?}\n    rows {names:?}, told {told:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every form stands on the page that says what it was held to.
#[test]
fn the_page_of_forms_names_every_form() {
    let page = std::fs::read_to_string("docs/dependencies.md").unwrap();
    for path in super::hostile::PATHS.iter().chain(SAMPLES.iter().map(|(path, _)| path)) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let name = name.replace("main.tf", "*.tf").replace("x.gemspec", "*.gemspec").replace("x.csproj", "*.csproj");
        let name = if name == "x.yml" { folder.to_owned() } else { name };
        assert!(page.contains(&format!("`{name}`")) || name == "requirements.lock", "docs/dependencies.md does not name {name}");
    }
}

/// Nothing but garbage is a few sentences, however long it is.
#[test]
fn a_file_of_garbage_is_a_few_sentences() {
    for path in ["requirements.txt", "go.mod", "Gemfile", "build.gradle", "mix.exs", "main.tf", "Dockerfile", "Gemfile.lock"] {
        let report = report(path, &"}{][ <<>> = = \"'\n".repeat(500));
        let told: Vec<&str> =
            report.skipped.iter().map(|omission| omission.why.as_str()).filter(|why| why.starts_with("dependencies")).collect();
        assert!(report.dependencies.is_empty(), "{path}: {:?}", report.dependencies);
        assert!((1..=6).contains(&told.len()), "{path}: {told:?}");
    }
    let many = said("requirements.txt", &"words of no list\n".repeat(30));
    assert_eq!(many.last().unwrap(), "dependencies: 25 more of its lines or parts were not read", "{many:?}");
}

#[test]
fn a_form_of_the_future_is_read_as_far_as_it_is_known_and_said() {
    let files = [
        (
            "Cargo.lock",
            "version = 9\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
        ),
        ("package-lock.json", "{\"lockfileVersion\": 9, \"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\"}}}"),
        ("pnpm-lock.yaml", "lockfileVersion: '99.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n"),
        ("yarn.lock", "__metadata:\n  version: 99\n\n\"a@npm:1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n"),
        ("bun.lock", "{\"lockfileVersion\": 99, \"packages\": {\"a\": [\"a@1.0.0\", \"\", {}, \"sha512-x\"]}}"),
        ("uv.lock", "version = 9\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = { registry = \"https://pypi.org/simple\" }\n"),
        ("poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n[metadata]\nlock-version = \"9.0\"\n"),
        ("pdm.lock", "[metadata]\nlock_version = \"9.0\"\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n"),
        ("pylock.toml", "lock-version = \"9.0\"\n[[packages]]\nname = \"a\"\nversion = \"1.0.0\"\n"),
        ("Pipfile.lock", "{\"_meta\": {\"pipfile-spec\": 9}, \"default\": {\"a\": {\"version\": \"==1.0.0\"}}}"),
        ("deno.lock", "{\"version\": \"9\", \"npm\": {\"a@1.0.0\": {\"integrity\": \"sha512-x\"}}}"),
        (
            "packages.lock.json",
            "{\"version\": 9, \"dependencies\": {\"net9.0\": {\"A\": {\"type\": \"Direct\", \"resolved\": \"1.0.0\"}}}}",
        ),
        ("rebar.lock", "{\"9.0.0\",\n[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0}]}.\n"),
        (
            "Package.resolved",
            "{\"pins\": [{\"identity\": \"a\", \"kind\": \"remoteSourceControl\", \"location\": \"https://github.com/o/a\", \"state\": {\"revision\": \"00\", \"version\": \"1.0.0\"}}], \"version\": 99}",
        ),
    ];
    for (path, text) in files {
        let report = report(path, text);
        assert_eq!(report.dependencies.len(), 1, "{path}: {:?}", report.skipped);
        let said: Vec<&str> = report.skipped.iter().map(|omission| omission.why.as_str()).collect();
        assert!(matches!(said[..], [why] if why.contains("the last one known")), "{path}: {said:?}");
    }
}

/// Lock files without a version of their form, by what else shows that it is a later one.
#[test]
fn a_part_of_a_lock_file_that_is_not_known_is_said() {
    let files = [
        ("go.sum", "a.example/b v1.0.0 h2:x=\n", "another form than h1"),
        ("Gemfile.lock", "GEM\n  specs:\n    a (1.0)\n\nARCHIVES\n  b (2.0.0)\n", "line 5: `ARCHIVES` is no part"),
        ("Gemfile.lock", "GEM\n  specs:\n    a (1.0)\n\nBUNDLED WITH\n   99.0.0\n", "the last one known"),
        (
            "composer.lock",
            "{\"packages\": [{\"name\": \"v/a\", \"version\": \"1.0\"}],\n\"archives\": []}",
            "line 2: `archives` is no part",
        ),
        (
            "composer.lock",
            "{\"packages\": [{\"name\": \"v/a\", \"version\": \"1.0\"}], \"plugin-api-version\": \"9.0.0\"}",
            "the last one known",
        ),
        ("pubspec.lock", "packages:\n  a:\n    version: \"1.0.0\"\narchives:\n  b: 1\n", "line 4: `archives` is no part"),
        ("gradle.lockfile", "g:a:1.0=x\n[archives]\n", "line 2: a line of a gradle lock file"),
        ("Chart.lock", "dependencies:\n- name: a\n  version: 1.0.0\narchives: []\n", "line 4: `archives` is no part"),
        (
            ".terraform.lock.hcl",
            "provider \"o/a\" {\n  version = \"1.0.0\"\n}\n\nmodule \"o/b\" {\n  version = \"1.0.0\"\n}\n",
            "line 5: `module` is no part",
        ),
        (
            ".terraform.lock.hcl",
            "provider \"o/a\" {\n  version = \"1.0.0\"\n}\nprovider \"o/a\" {\n  version = \"2.0.0\"\n}\n",
            "line 4: `o/a` stands twice",
        ),
        (
            "mix.lock",
            "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"00\", [:mix], [], \"hexpm\", \"00\"},\n  \"b\": {:archive, :b, \"1.0.0\"},\n}\n",
            "line 3: `b` is locked in a form",
        ),
        (
            "mix.lock",
            "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"00\"},\n  \"a\": {:hex, :a, \"2.0.0\", \"00\"},\n}\n",
            "line 3: `a` stands twice",
        ),
    ];
    for (path, text, expected) in files {
        let said = said(path, text);
        assert!(matches!(&said[..], [why] if why.contains(expected)), "{path}: {expected}: {said:?}");
    }
}

/// What speaks of packages in another way than is known is one sentence, whatever the form, and what holds none is none.
#[test]
fn a_lock_file_of_which_no_package_can_be_read_is_said() {
    let unknown = [
        (
            "Cargo.lock",
            "version = 4\n[[crate]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"d751713988987e9331980363e24189ced751713988987e9331980363e24189ce\"\n",
        ),
        ("package-lock.json", "{\"lockfileVersion\": 3, \"tree\": {\"a\": {\"integrity\": \"sha512-x\"}}}"),
        ("yarn.lock", "packages:\n  list \"a@1.0.0 sha512-x\"\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\ntree:\n  a@1.0.0: {integrity: sha512-x}\n"),
        ("bun.lock", "{\"lockfileVersion\": 1, \"tree\": {\"a\": [\"a@1.0.0\", \"sha512-x\"]}}"),
        ("deno.lock", "{\"version\": \"5\", \"tree\": {\"a@1.0.0\": {\"integrity\": \"sha512-x\"}}}"),
        ("poetry.lock", "[[dist]]\nname = \"a\"\nfile = \"a-1.0.0.whl\"\n\n[metadata]\nlock-version = \"2.0\"\n"),
        ("pdm.lock", "[[dist]]\nname = \"a\"\nfile = \"a-1.0.0.whl\"\n\n[metadata]\nlock_version = \"4.5.0\"\n"),
        ("uv.lock", "version = 1\n[[dist]]\nname = \"a\"\nfile = \"a-1.0.0.whl\"\n"),
        ("pylock.toml", "lock-version = \"1.0\"\n[[dists]]\nname = \"a\"\nfile = \"a-1.0.0.whl\"\n"),
        ("Pipfile.lock", "{\"_meta\": {\"pipfile-spec\": 6}, \"main\": [\"a==1.0.0\"]}"),
        ("Gemfile.lock", "GEMS\n  a (1.0.0)\n"),
        ("composer.lock", "{\"content-hash\": \"d751713988987e9331980363e24189ce\", \"packages\": {\"v/a\": \"1.0.0\"}}"),
        ("packages.lock.json", "{\"version\": 1, \"packages\": {\"A\": {\"resolved\": \"1.0.0\"}}}"),
        ("Package.resolved", "{\"version\": 3, \"packages\": [{\"identity\": \"a\", \"at\": \"1.0.0\"}]}"),
        ("pubspec.lock", "tree:\n  a: 1.0.0\n"),
        ("mix.lock", "[a: \"1.0.0\", b: \"2.0.0\"]\n"),
        ("rebar.lock", "[{a, \"1.0.0\"}].\n"),
        ("Chart.lock", "charts:\n- a@1.0.0\n"),
        (".terraform.lock.hcl", "a = \"1.0.0\"\n"),
        ("gradle.lockfile", "[a]\nversion=1.0.0\n"),
        ("go.sum", "a.example/b@v1.0.0 h1:x=\n"),
    ];
    let mut wrong = Vec::new();
    for (path, text) in unknown {
        let report = report(path, text);
        let said: Vec<&str> = report.skipped.iter().map(|omission| omission.why.as_str()).collect();
        if !(report.dependencies.is_empty() && matches!(said[..], [why] if why.starts_with("dependencies"))) {
            wrong.push(format!("{path}: {} rows, {said:?}", report.dependencies.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let locks = SAMPLES.iter().filter(|(path, _)| lazaret::analysis::manifests::forms::of(path).unwrap().kind() == Kind::Lock);
    let missing: Vec<_> = locks.map(|(path, _)| *path).filter(|path| !unknown.iter().any(|(known, _)| known == path)).collect();
    assert_eq!(missing, ["requirements.lock"], "its lines are requirements, and each is told by itself");
}

/// Aliases of aliases in every form that is YAML.
#[test]
fn every_form_that_is_yaml_stands_a_bomb() {
    let level = |c: char, below: char| format!("{c}: &{c} [{}]\n", format!("*{below},").repeat(9));
    let bomb: String = ('b'..='h').zip('a'..).map(|(c, below)| level(c, below)).collect();
    for (path, _) in SAMPLES
        .iter()
        .filter(|(path, _)| path.ends_with(".yaml") || path.ends_with(".yml") || *path == "pubspec.lock" || *path == "Chart.lock")
    {
        let said = said(path, &format!("a: &a [x]\n{bomb}"));
        let told = said.iter().filter(|why| why.contains("aliases") && why.starts_with("dependencies")).count();
        assert_eq!(told, 1, "{path}: {said:?}");
    }
}

#[test]
fn keys_that_stand_twice_are_both_rows_and_said() {
    let twice = "{\n  \"dependencies\": {\n    \"a\": \"1.0.0\",\n    \"a\": \"2.0.0\"\n  }\n}\n";
    let report = report("package.json", twice);
    assert_eq!(report.dependencies.len(), 2);
    assert!(report.skipped.iter().any(|omission| omission.why.contains("line 4: `a` stands twice")), "{:?}", report.skipped);
    let lock = "{\"lockfileVersion\": 3, \"packages\": {\n\"node_modules/a\": {\"version\": \"1.0.0\"},\n\"node_modules/a\": {\"version\": \"2.0.0\"}}}";
    assert!(said("package-lock.json", lock).iter().any(|why| why.contains("line 3: `node_modules/a` stands twice")));
    let old = "{\"lockfileVersion\": 1, \"dependencies\": {\n\"a\": {\"version\": \"1.0.0\"},\n\"a\": {\"version\": \"2.0.0\"}}}";
    assert!(said("package-lock.json", old).iter().any(|why| why.contains("line 3: `a` stands twice")));
    let yarn = "a@^1:\n  version \"1.0.0\"\n\na@^1:\n  version \"1.0.1\"\n";
    assert!(said("yarn.lock", yarn).iter().any(|why| why.contains("line 4: `a@^1` stands twice")));
    for (path, text) in [("pyproject.toml", "[project]\nname = \"a\"\nname = \"b\"\n"), ("pnpm-lock.yaml", "packages: {}\npackages: {}\n")]
    {
        assert_eq!(said(path, text).len(), 1, "{path}");
    }
}

#[test]
fn files_that_include_each_other_are_rows_and_no_circle() {
    let report = report("requirements.txt", "-r requirements-dev.txt\n-c requirements.txt\n-r requirements.txt\na==1\n");
    let names: Vec<&str> = report.dependencies.iter().map(|row| row.dependency().unwrap().name.as_str()).collect();
    assert_eq!(names, ["a", "requirements-dev.txt", "requirements.txt"]);
}

#[test]
fn a_bomb_of_aliases_is_one_sentence() {
    let level = |c: char, below: char| format!("{c}: &{c} [{}]\n", format!("*{below},").repeat(9));
    let bomb: String = ('b'..='h').zip('a'..).map(|(c, below)| level(c, below)).collect();
    let said = said("pnpm-lock.yaml", &format!("a: &a [x]\n{bomb}"));
    assert!(matches!(&said[..], [why] if why.contains("aliases")), "{said:?}");
}

/// A lock file of `count` packages with checksums of `length` signs, as npm writes it.
fn large(count: usize, length: usize, last: &str) -> String {
    let package = |at: usize, version: &str| {
        let sum = "x".repeat(length);
        format!(
            "    \"node_modules/package-number-{at}\": {{\n      \"version\": \"{version}\",\n      \"integrity\": \"sha512-{sum}{at}\"\n    }}"
        )
    };
    let packages: Vec<String> = (0..count).map(|at| package(at, if at + 1 == count { last } else { "1.0.0" })).collect();
    format!("{{\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n{}\n  }}\n}}\n", packages.join(",\n"))
}

/// What is said of a change of the last of `count` packages.
fn judged(count: usize, length: usize) -> String {
    let mut world = World::new();
    world.write("package-lock.json", large(count, length, "1.0.0"));
    world.commit("Lock");
    let base = world.id("HEAD");
    world.write("package-lock.json", large(count, length, "1.0.1"));
    world.commit("Lock again");
    let program = Program::new(world.path(), world.beside("home"));
    program.run(&["scan", &format!("{base}..HEAD"), "--rule", "dependency-added"]).out
}

#[test]
fn a_lock_file_of_some_megabytes_is_compared_whole() {
    let said = judged(1_500, 1_500);
    assert!(said.contains("upgraded") && said.contains("package-number-1499  1.0.0 -> 1.0.1"), "{said}");
    assert!(!said.contains("could not be"), "{said}");
}

#[test]
fn a_lock_file_above_any_bound_is_one_sentence() {
    let said = judged(40, 1_000_000);
    assert!(
        said.contains("package-lock.json: dependencies and all else were not read: it has 40")
            && said.contains("are not compared line by line"),
        "{said}"
    );
}

/// A new file is known whole by its lines, whatever its size; above the bound for lock files it is one sentence all the same.
#[test]
fn a_new_lock_file_above_the_bound_is_one_sentence() {
    let mut world = World::new();
    let base = world.id("HEAD");
    world.write("package-lock.json", large(18, 1_000_000, "1.0.0"));
    world.commit("Lock");
    let program = Program::new(world.path(), world.beside("home"));
    let said = program.run(&["scan", &format!("{base}..HEAD"), "--rule", "dependency-added"]).out;
    assert_eq!(said.matches("package-lock.json: dependencies").count(), 1, "{said}");
    assert!(said.contains("dependencies were not read: the file is larger than 16 MiB"), "{said}");
}

/// The library's own bound for values was below what large projects lock.
#[test]
fn a_lock_file_of_pnpm_with_many_packages_is_read() {
    let count = 30_000;
    let each = (0..count).map(|at| format!("\n  package-number-{at}@1.0.0:\n    resolution: {{integrity: sha512-x}}\n    engines: {{node: '>=18'}}\n    hasBin: true\n    deprecated: no\n"));
    let text = format!("lockfileVersion: '9.0'\n\npackages:\n{}", each.collect::<String>());
    let report = report("pnpm-lock.yaml", &text);
    assert_eq!((report.dependencies.len(), &report.skipped[..]), (count, &[][..]));
}

/// One small file of every form, with a package in it.
pub(super) const SAMPLES: &[(&str, &str)] = &[
    ("Cargo.toml", "[package]\nname = \"x\"\n\n[dependencies]\na = \"1.0\"\n"),
    (
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
    ),
    ("package.json", "{\n  \"dependencies\": {\n    \"a\": \"1.0.0\"\n  }\n}\n"),
    (
        "package-lock.json",
        "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"node_modules/a\": {\n      \"version\": \"1.0.0\"\n    }\n  }\n}\n",
    ),
    ("yarn.lock", "# yarn lockfile v1\n\na@^1:\n  version \"1.0.0\"\n  dependencies:\n    b \"^1\"\n\nb@^1:\n  version \"1.0.1\"\n"),
    ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n"),
    ("pnpm-workspace.yaml", "catalog:\n  a: ^1.0.0\n"),
    ("bun.lock", "{\n  \"lockfileVersion\": 1,\n  \"packages\": {\n    \"a\": [\"a@1.0.0\", \"\", {}, \"sha512-x\"],\n  }\n}\n"),
    ("deno.json", "{\n  \"imports\": {\n    \"a\": \"npm:a@1.0.0\"\n  }\n}\n"),
    ("deno.lock", "{\n  \"version\": \"5\",\n  \"npm\": {\n    \"a@1.0.0\": {\n      \"integrity\": \"sha512-x\"\n    }\n  }\n}\n"),
    ("requirements.txt", "# pins\na==1.0 \\\n    --hash=sha256:00\nb>=2 # why\n"),
    ("requirements.lock", "a==1.0\n    # via b\nb==2.0\n"),
    ("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\n  \"a>=1\",\n]\n"),
    ("poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[metadata]\nlock-version = \"2.0\"\n"),
    ("Pipfile", "[packages]\na = \"==1.0\"\n"),
    ("Pipfile.lock", "{\n  \"default\": {\n    \"a\": {\n      \"version\": \"==1.0.0\"\n    }\n  }\n}\n"),
    ("pylock.toml", "lock-version = \"1.0\"\n\n[[packages]]\nname = \"a\"\nversion = \"1.0.0\"\n"),
    ("setup.py", "from setuptools import setup\n\nsetup(\n    name=\"x\",\n    install_requires=[\n        \"a>=1\",\n    ],\n)\n"),
    ("setup.cfg", "[options]\ninstall_requires =\n    a>=1\n    b\n"),
    ("environment.yml", "dependencies:\n  - a=1.0\n  - pip:\n      - b==2\n"),
    ("go.mod", "module x.example/y\n\ngo 1.21\n\nrequire (\n\ta.example/b v1.0.0\n)\n"),
    ("go.sum", "a.example/b v1.0.0 h1:x=\na.example/b v1.0.0/go.mod h1:y=\n"),
    (
        "pom.xml",
        "<project>\n<dependencies>\n<dependency>\n<groupId>g</groupId>\n<artifactId>a</artifactId>\n<version>1.0</version>\n</dependency>\n</dependencies>\n</project>\n",
    ),
    ("build.gradle", "dependencies {\n    implementation 'g:a:1.0'\n}\n"),
    ("gradle.lockfile", "# a comment\ng:a:1.0=compileClasspath\nempty=\n"),
    ("gradle/libs.versions.toml", "[libraries]\na = \"g:a:1.0\"\n"),
    ("Gemfile", "source \"https://rubygems.org\"\n\ngem \"a\", \"~> 1.0\"\n"),
    (
        "Gemfile.lock",
        "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n      b (>= 1)\n    b (1.1)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  a\n",
    ),
    ("x.gemspec", "Gem::Specification.new do |s|\n  s.add_dependency \"a\", \"~> 1.0\"\nend\n"),
    ("composer.json", "{\n  \"require\": {\n    \"v/a\": \"1.0\"\n  }\n}\n"),
    ("composer.lock", "{\n  \"packages\": [\n    {\n      \"name\": \"v/a\",\n      \"version\": \"1.0\"\n    }\n  ]\n}\n"),
    ("x.csproj", "<Project>\n<ItemGroup>\n<PackageReference Include=\"A\" Version=\"1.0\" />\n</ItemGroup>\n</Project>\n"),
    (
        "packages.lock.json",
        "{\n  \"version\": 1,\n  \"dependencies\": {\n    \"net8.0\": {\n      \"A\": {\n        \"type\": \"Direct\",\n        \"resolved\": \"1.0.0\"\n      }\n    }\n  }\n}\n",
    ),
    (
        "Package.swift",
        "let package = Package(\n  dependencies: [\n    .package(url: \"https://github.com/o/a.git\", from: \"1.0.0\"),\n  ]\n)\n",
    ),
    (
        "Package.resolved",
        "{\n  \"pins\": [\n    {\n      \"identity\": \"a\",\n      \"kind\": \"remoteSourceControl\",\n      \"location\": \"https://github.com/o/a.git\",\n      \"state\": {\n        \"revision\": \"00\",\n        \"version\": \"1.0.0\"\n      }\n    }\n  ],\n  \"version\": 2\n}\n",
    ),
    ("pubspec.yaml", "name: x\ndependencies:\n  a: ^1.0.0\n"),
    (
        "pubspec.lock",
        "packages:\n  a:\n    dependency: \"direct main\"\n    description:\n      name: a\n      url: \"https://pub.dev\"\n    source: hosted\n    version: \"1.0.0\"\n",
    ),
    ("mix.exs", "defp deps do\n  [\n    {:a, \"~> 1.0\"}\n  ]\nend\n"),
    ("mix.lock", "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"00\", [:mix], [], \"hexpm\", \"00\"},\n}\n"),
    ("rebar.config", "{deps, [\n  {a, \"1.0.0\"}\n]}.\n"),
    ("rebar.lock", "{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0}]}.\n"),
    (".github/workflows/x.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: o/a@v1\n"),
    ("Dockerfile", "FROM a:1.0 AS b\nRUN x\n"),
    ("compose.yml", "services:\n  x:\n    image: a:1.0\n"),
    ("Chart.yaml", "dependencies:\n  - name: a\n    version: 1.0.0\n    repository: https://charts.example.com\n"),
    ("Chart.lock", "dependencies:\n- name: a\n  version: 1.0.0\n  repository: https://charts.example.com\n"),
    ("main.tf", "module \"a\" {\n  source  = \"o/a/x\"\n  version = \"1.0.0\"\n}\n"),
    (".terraform.lock.hcl", "provider \"registry.terraform.io/o/a\" {\n  version     = \"1.0.0\"\n  constraints = \"~> 1.0\"\n}\n"),
    (".pre-commit-config.yaml", "repos:\n  - repo: https://github.com/o/a\n    rev: v1\n    hooks:\n      - id: x\n"),
    (".mcp.json", "{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"npx\",\n      \"args\": [\"a@1.0.0\"]\n    }\n  }\n}\n"),
];

#[test]
fn every_form_is_read_with_the_ends_of_lines_and_the_mark_of_windows() {
    for (path, text) in SAMPLES {
        let rows = |text: &str| report(path, text).dependencies.iter().map(super::shown).collect::<Vec<_>>();
        let plain = rows(text);
        assert!(!plain.is_empty(), "{path}: {:?}", said(path, text));
        assert_eq!(rows(&text.replace('\n', "\r\n")), plain, "{path} with CRLF");
        assert_eq!(rows(&format!("\u{feff}{text}")), plain, "{path} with a byte order mark");
        assert_eq!(rows(&format!("\u{feff}{}", text.replace('\n', "\r\n"))), plain, "{path} with both");
    }
    let untested: Vec<&&str> = super::hostile::PATHS.iter().filter(|path| !SAMPLES.iter().any(|(known, _)| known == *path)).collect();
    assert_eq!(untested, [&"go.work"], "go.work names folders and no package");
}

/// What breaks in the middle is one sentence that tells where, in every form that has a grammar.
#[test]
fn every_form_with_a_grammar_says_once_that_it_is_broken() {
    for (path, text) in SAMPLES {
        let broken = match path.rsplit('.').next().unwrap() {
            _ if matches!(*path, "bun.lock" | "deno.lock" | "composer.lock" | "Pipfile.lock" | "Package.resolved")
                || path.ends_with(".json") =>
            {
                text.replacen(':', " ", 1)
            }
            "toml" => format!("{text}[[[\n"),
            _ if matches!(*path, "Cargo.lock" | "poetry.lock" | "Pipfile") => format!("{text}[[[\n"),
            "yaml" | "yml" => format!("{text}x: [1\ny: 2\n"),
            "xml" | "csproj" => text.replacen("</", "<", 1),
            _ => continue,
        };
        let mut said = said(path, &broken);
        said.retain(|why| !why.contains("judged by their lines only") && !why.contains("judged by its lines only"));
        assert!(
            matches!(&said[..], [why] if why.starts_with("dependencies could not be read as they are after the change: ")),
            "{path}: {said:?}"
        );
    }
}

/// A key that stands twice in one table is one sentence, in every form of tables.
#[test]
fn every_form_of_tables_says_which_key_stands_twice() {
    for (path, text) in SAMPLES {
        let double = match path.rsplit('.').next().unwrap() {
            _ if matches!(*path, "bun.lock" | "deno.lock" | "composer.lock" | "Pipfile.lock" | "Package.resolved")
                || path.ends_with(".json") =>
            {
                let at = text.rfind('}').unwrap();
                format!("{},\n\"twofold\": 1,\n\"twofold\": 2\n}}\n", text[..at].trim_end().trim_end_matches(','))
            }
            "toml" => format!("twofold = 1\ntwofold = 2\n{text}"),
            _ if matches!(*path, "Cargo.lock" | "poetry.lock" | "Pipfile") => format!("twofold = 1\ntwofold = 2\n{text}"),
            "yaml" | "yml" => format!("{text}twofold: 1\ntwofold: 2\n"),
            _ => continue,
        };
        // Two values of one top-level key that says nothing of packages change nothing in npm's own lock file.
        if *path == "package-lock.json" {
            continue;
        }
        let mut said = said(path, &double);
        said.retain(|why| !why.contains("judged by their lines only") && !why.contains("judged by its lines only"));
        assert!(matches!(&said[..], [why] if why.contains("twofold") || why.contains("duplicate")), "{path}: {said:?}");
    }
}

/// Some tools write all of a lock file on one line, which checks see cut.
#[test]
fn a_lock_file_on_one_line_is_read_whole() {
    let packages = |last: &str| {
        let each = (0..2_000).map(|at| {
            format!(
                "\"node_modules/package-number-{at}\":{{\"version\":\"{}\",\"integrity\":\"sha512-xxxxxxxxxxxxxxxx\"}}",
                if at == 1_999 { last } else { "1.0.0" }
            )
        });
        format!("{{\"lockfileVersion\":3,\"packages\":{{{}}}}}", each.collect::<Vec<_>>().join(","))
    };
    let report = super::report("package-lock.json", &packages("1.0.0"), &packages("1.0.1"));
    let rows: Vec<String> = report.dependencies.iter().map(super::shown).collect();
    assert_eq!(rows, ["upgraded npm package-number-1999 1.0.0 -> 1.0.1 @1"], "{:?}", report.skipped);
}
