//! Twice the text takes no more than about twice the work, counted and not timed: the same on every machine.

use lazaret::analysis::effort::{self, Effort};
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::model::change::Texts;
use lazaret::model::rule::Example;
use lazaret::sources::unified;
use rayon::ThreadPoolBuilder;

use crate::mixture::mixture;
use crate::shapes::{SHAPES, Shape};

/// Bytes or parts that an offset may cost at most: what is looked at once, however long the text is.
const OFFSET: usize = 100_000;

/// What all rules cost on `diff`, on one thread: work is counted by thread.
fn effort_on(engine: &Engine, diff: &str) -> Effort {
    let none = Example { hits: false, about: String::new(), files: Vec::new(), message: "Rework".to_owned(), branch: String::new() };
    let (mut change, texts): (_, Texts) = change_of(&none);
    change.patch = unified::parse(diff.as_bytes());
    ThreadPoolBuilder::new().num_threads(1).stack_size(16 << 20).build().unwrap().install(|| {
        effort::take();
        drop(engine.analyse(&change, &|_| texts.clone()));
        effort::take()
    })
}

/// Twice as much costs about twice as much of everything.
fn hold(about: &str, one: Effort, two: Effort) {
    for ((part, one), (_, two)) in one.parts().into_iter().zip(two.parts()) {
        assert!(two <= one * 5 / 2 + OFFSET, "{about}: {part} grew from {one} to {two}");
    }
}

#[test]
fn work_grows_with_the_text_and_not_faster() {
    let engine = Engine::new(&Selection::default()).asking_few();
    let [one, two] = [60_000, 120_000].map(|bytes| effort_on(&engine, &mixture(bytes)));
    hold("a mixture of languages", one, two);
    assert!(one.parts().into_iter().all(|(_, spent)| spent > 0), "{one:?}");
}

/// The shapes that make tools stop, where rules are asked by their words and where all of them are asked.
#[test]
fn hostile_shapes_take_no_more_work_than_their_size() {
    for engine in [Engine::new(&Selection::default()).asking_few(), Engine::new(&Selection::default()).asking_all()] {
        for Shape { name, worst, diff } in SHAPES {
            let small = match name {
                "brackets" | "settings" => worst / 2,
                "staircase" => 100,
                "one line" | "bundle" => 40_000,
                "files" | "hunks" => 60,
                _ => 400,
            };
            let [one, two] = [small, 2 * small].map(|size| effort_on(&engine, &diff(size)));
            hold(name, one, two);
            assert!(two.matched > 0, "{name}: nothing was counted");
        }
    }
}

#[test]
fn few_rules_are_asked_about_small_files() {
    let engine = Engine::new(&Selection::default()).asking_few();
    let files = SHAPES.iter().find(|shape| shape.name == "files").unwrap();
    let one = effort_on(&engine, &(files.diff)(50));
    assert!(one.asked < 50 * 30, "{} rules were asked about 50 files of two lines", one.asked);
}
