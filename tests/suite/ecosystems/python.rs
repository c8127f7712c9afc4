//! Pipenv, PEP 751, setuptools, Conda, and what requirement files include.

use super::{expect, report};

#[test]
fn pipenv_and_pylock() {
    expect(
        "Pipfile",
        "[packages]\nflask = \"==2.0\"\n[dev-packages]\npytest = \"*\"\n",
        "[packages]\nflask = \">=2.0\"\nx = {git = \"https://git.example/x.git\", ref = \"main\"}\npytest = \"*\"\n[dev-packages]\n",
        &[
            "pin-lost pypi flask ==2.0 -> >=2.0 @2",
            "scope-changed pypi pytest  ->  @4",
            "added pypi x - ->  @3 from git https://git.example/x.git at main",
        ],
    );
    let lock = |version: &str, sum: &str| {
        format!(
            "{{\n  \"_meta\": {{\"sources\": [{{\"name\": \"pypi\", \"url\": \"https://pypi.org/simple\"}}]}},\n  \"default\": {{\n    \"Flask\": {{\n      \"hashes\": [\"sha256:{sum}\"],\n      \"version\": \"=={version}\"\n    }}\n  }},\n  \"develop\": {{}}\n}}\n"
        )
    };
    expect("Pipfile.lock", &lock("2.0", "a"), &lock("2.1", "b"), &["upgraded pypi flask 2.0 -> 2.1 @6"]);
    expect("Pipfile.lock", &lock("2.0", "a"), &lock("2.0", "b"), &["hash-changed pypi flask 2.0 -> 2.0 @6"]);
    let pylock = |more: &str| format!("lock-version = \"1.0\"\n[[packages]]\nname = \"A.b\"\nversion = \"1.0\"\n{more}");
    let wheel = "wheels = [{ url = \"https://x.example/a.whl\", hashes = { sha256 = \"aa\" } }]\n";
    expect(
        "pylock.toml",
        &pylock(wheel),
        &pylock(&format!("index = \"https://index.example/simple\"\n{wheel}")),
        &["source-changed pypi a-b 1.0 -> 1.0 @4 from registry https://index.example/simple"],
    );
}

#[test]
fn setuptools_is_read_and_never_run() {
    let before = "from setuptools import setup\nsetup(\n    install_requires=['a>=1', \"b\"],\n)\n";
    let after = "from setuptools import setup\nREQS = [\n    'a>=2',\n    'c==1.0',  # pinned\n]\nsetup(install_requires=REQS, extras_require={'dev': ['d<3']})\n";
    expect(
        "setup.py",
        before,
        after,
        &["upgraded pypi a >=1 -> >=2 @3", "removed pypi b  -> - @3", "added pypi c - -> ==1.0 @4", "added pypi d - -> <3 @6 optional"],
    );
    let told = report("setup.py", before, "setup(install_requires=open('r.txt').read().split())\n");
    assert_eq!(told.skipped[0].why, "dependencies: line 1: install_requires is worked out by the program, not listed");
    expect(
        "setup.cfg",
        "[metadata]\nname = x\n[options]\ninstall_requires =\n    a>=1\n",
        "[metadata]\nname = x\n[options]\ninstall_requires =\n    a>=1,<2\n    b; python_version < '3'\n[options.extras_require]\ntest = pytest\n",
        &["changed pypi a >=1 -> >=1,<2 @5", "added pypi b - ->  @6", "added pypi pytest - ->  @8 optional"],
    );
}

/// What is said of `path`: as left out, and as unchecked of what stays.
fn unread(path: &str, before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let report = report(path, before, after);
    let stays = report.coverage.unchecked.into_iter().filter(|says| says.contains("worked out by a program"));
    (report.skipped.into_iter().map(|omission| omission.why).collect(), stays.collect())
}

#[test]
fn names_that_a_program_works_out_are_told_where_their_lines_change_and_else_once_quietly() {
    let setup = |version: &str, asks: &str| {
        format!(
            "from setuptools import setup\n\n\nsetup(\n    version='{version}',\n    name='x',\n    author='y',\n    zip_safe=False,\n    {asks},\n)\n"
        )
    };
    let gems = |version: &str, asks: &str| {
        format!("Gem::Specification.new do |s|\n  s.version = '{version}'\n  s.name = 'x'\n  s.summary = 'y'\n\n  {asks}\nend\n")
    };
    type File<'f> = &'f dyn Fn(&str, &str) -> String;
    let cases: [(&str, File<'_>, &str, &str, &str); 2] = [
        (
            "setup.py",
            &setup,
            "install_requires=read('r.txt')",
            "install_requires=read('s.txt')",
            "dependencies: line 9: install_requires is worked out by the program, not listed",
        ),
        (
            "x.gemspec",
            &gems,
            "s.add_dependency NAME, '1.0'",
            "s.add_dependency OTHER, '1.0'",
            "dependencies: line 6: the name of this gem is worked out by the program, and was not read",
        ),
    ];
    for (path, file, one, other, says) in cases {
        let stays =
            format!("1 line stays as it is whose packages are worked out by a program or written in a form that is not read: {path}");
        assert_eq!(unread(path, &file("1", one), &file("2", one)), (vec![], vec![stays]), "{path}: another line");
        assert_eq!(unread(path, &file("1", one), &file("1", other)), (vec![says.to_owned()], vec![]), "{path}: the line");
        assert_eq!(unread(path, &file("1", ""), &file("1", one)), (vec![says.to_owned()], vec![]), "{path}: a new line");
        let sign = if path == "setup.py" { "," } else { "" };
        let twice = file("1", &format!("{one}{sign}\n\n\n\n\n  {one}"));
        let (told, _) = unread(path, &file("1", one), &twice);
        assert_eq!(told.len(), 1, "{path}: one more of them: {told:?}");
        // Below a line that was not there before it is the same line.
        let (told, stays) = unread(path, &file("1", one), &format!("\n\n{}", file("1", one)));
        assert_eq!((told.len(), stays.len()), (0, 1), "{path}: moved down");
    }
}

#[test]
fn a_statement_over_several_lines_is_another_one_where_one_of_them_changes() {
    let setup = |name: &str| format!("from setuptools import setup\n\nsetup(\n    install_requires=read(\n        '{name}',\n    ),\n)\n");
    let (told, stays) = unread("setup.py", &setup("r.txt"), &setup("s.txt"));
    assert_eq!((told.len(), stays.len()), (1, 0), "{told:?}");
}

#[test]
fn conda_environments_and_included_files() {
    expect(
        "environment.yml",
        "channels: [conda-forge]\ndependencies:\n  - python=3.9\n",
        "channels: [conda-forge]\ndependencies:\n  - python=3.10\n  - evil::numpy>=1.2\n  - pip:\n    - flask==2.0\n",
        &[
            "added pypi flask - -> ==2.0 @6",
            "added conda numpy - -> >=1.2 @4 from registry https://conda.anaconda.org/evil",
            "upgraded conda python =3.9 -> =3.10 @3",
        ],
    );
    expect("requirements.txt", "a==1\n", "-r base.txt\na==1\n", &["added pypi base.txt - ->  @1 from path base.txt"]);
}

#[test]
fn what_requirements_include_is_read_whatever_its_name() {
    expect(
        "deploy/base.txt",
        "flask==2.0\n",
        "flask==2.1\n# more\nreqeusts\n",
        &["upgraded pypi flask ==2.0 -> ==2.1 @1", "added pypi reqeusts - ->  @3"],
    );
    expect("dev.in", "", "-r base.txt\npytest\n", &["added pypi base.txt - ->  @1 from path base.txt", "added pypi pytest - ->  @2"]);
    expect("other.txt", "-r a.txt\n", "-r a.txt\nflask\n", &["added pypi flask - ->  @2"]);
    expect("pins.txt", "a==1 \\\n    --hash=sha256:aa\n", "a==1 \\\n    --hash=sha256:bb\n", &["hash-changed pypi a ==1 -> ==1 @1"]);
    for (path, text) in [
        ("words.txt", "apple\npear\n"),
        ("notes.txt", "use flask==2.1\nand nothing else\n"),
        ("CMakeLists.txt", "project(x)\nset(A 1)\n"),
        ("robots.txt", "User-agent: *\nDisallow: /\n"),
        ("dev.txt", "We meet on Monday.\n"),
    ] {
        expect(path, "", text, &[]);
    }
}
