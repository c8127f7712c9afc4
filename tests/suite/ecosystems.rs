//! Manifest and lock files of every world of packages: file before and after -> rows, with lines, sources and why.

#[path = "ecosystems/bad.rs"]
mod bad;
#[path = "ecosystems/erlang_dart_swift.rs"]
mod erlang_dart_swift;
#[path = "ecosystems/hostile.rs"]
mod hostile;
#[path = "ecosystems/javascript.rs"]
mod javascript;
#[path = "ecosystems/jvm_dotnet.rs"]
mod jvm_dotnet;
#[path = "ecosystems/locks.rs"]
mod locks;
#[path = "ecosystems/moves.rs"]
mod moves;
#[path = "ecosystems/python.rs"]
mod python;
#[path = "ecosystems/real.rs"]
mod real;
#[path = "ecosystems/ruby_php.rs"]
mod ruby_php;
#[path = "ecosystems/tools.rs"]
mod tools;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples;
use lazaret::analysis::manifests::compare::from;
use lazaret::model::dependency::{Dependency, DependencyChange, PackageSource};
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile};

/// The report on one changed file.
fn report(path: &str, before: &str, after: &str) -> Report {
    judged(path, Some(before), after)
}

/// The report on one file, changed or new.
fn judged(path: &str, before: Option<&str>, after: &str) -> Report {
    let file = ExampleFile { path: path.to_owned(), before: before.map(str::to_owned), after: Some(after.to_owned()) };
    let example = Example { files: vec![file], message: "x".to_owned(), ..Example::default() };
    let (change, texts) = examples::change_of(&example);
    Engine::new(&Selection::default()).analyse(&change, &|_| texts.clone())
}

/// Rows as `change ecosystem name before -> after @line`, with what else is told where it is not the ordinary.
fn rows(path: &str, before: &str, after: &str) -> Vec<String> {
    let report = report(path, before, after);
    assert!(report.skipped.is_empty(), "{path}: {:?}", report.skipped);
    report.dependencies.iter().map(shown).collect()
}

/// One file, before and after, and the rows it must give.
fn expect(path: &str, before: &str, after: &str, expected: &[&str]) {
    assert_eq!(rows(path, before, after), expected, "{path}");
}

fn shown(row: &DependencyChange) -> String {
    let version = |side: &Option<Dependency>| side.as_ref().map_or("-".to_owned(), |d| d.version.clone());
    let now = row.dependency().unwrap();
    let source = match &now.source {
        PackageSource::DefaultRegistry => String::new(),
        source => format!(" from {}", from(source)),
    };
    let scope = match now.scope {
        lazaret::model::dependency::Scope::Runtime => "",
        lazaret::model::dependency::Scope::Dev => " dev",
        lazaret::model::dependency::Scope::Build => " build",
        lazaret::model::dependency::Scope::Optional => " optional",
    };
    let through = if row.through.is_empty() { String::new() } else { format!(" by {}", row.through.join(" > ")) };
    let (change, world) = (row.change.word(), now.ecosystem.word());
    format!("{change} {world} {} {} -> {} @{}{source}{scope}{through}", now.name, version(&row.before), version(&row.after), now.line)
}
