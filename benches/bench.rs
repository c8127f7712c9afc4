//! Measurements of the hot paths on the three fixtures. Run with `cargo bench`; nothing here is asserted.

use std::process::Command;
use std::sync::LazyLock;

use divan::{Bencher, black_box};
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::model::change::{Change, Texts};
use lazaret::model::rule::Example;
use lazaret::sources::unified;

use fixture::{BIG, BRANCH, Fixture, MID, SMALL, Size};

#[path = "../tests/suite/fixture.rs"]
#[allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "shared with the tests")]
mod fixture;

/// A fixture with the text of its diff.
struct Case {
    size: Size,
    diff: Vec<u8>,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| [SMALL, MID, BIG].into_iter().filter_map(Case::new).collect());
const NAMES: [&str; 3] = ["small", "mid", "big"];

impl Case {
    #[allow(clippy::disallowed_methods, reason = "a bench may ask git for its diff")]
    fn new(size: Size) -> Option<Self> {
        let fixture = Fixture::new(size);
        let output = Command::new("git").arg("-C").arg(fixture.path()).args(["diff", "main", BRANCH]).output().ok()?;
        Some(Self { size, diff: output.stdout })
    }

    fn named(name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.size.name == name)
    }

    fn change(&self) -> Change {
        let none = Example { hits: false, about: String::new(), files: Vec::new(), message: "Rework".to_owned(), branch: String::new() };
        let (mut change, _) = change_of(&none);
        change.patch = unified::parse(&self.diff);
        change
    }
}

fn main() {
    divan::main();
}

/// Diff text to patch.
#[divan::bench(args = NAMES, sample_count = 10)]
fn parse(bencher: Bencher<'_, '_>, name: &str) {
    if let Some(case) = Case::named(name) {
        bencher.counter(divan::counter::BytesCount::new(case.diff.len())).bench(|| black_box(unified::parse(&case.diff)));
    }
}

/// Patch to report, from hunks only.
#[divan::bench(args = NAMES, sample_count = 5)]
fn analyse(bencher: Bencher<'_, '_>, name: &str) {
    if let Some(case) = Case::named(name) {
        let (engine, change) = (Engine::new(&Selection::default()), case.change());
        bencher
            .counter(divan::counter::BytesCount::new(case.diff.len()))
            .bench(|| black_box(engine.analyse(&change, &|_| Texts::default())));
    }
}
