//! Twice the text takes no more than about twice the work, counted and not timed: the same on every machine.

use std::sync::atomic::{AtomicUsize, Ordering};

use lazaret::analysis::effort::{self, Effort};
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::reader::Reader;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::model::cancel::Cancel;
use lazaret::model::change::{Change, History, TextRequest, Texts};
use lazaret::model::rule::{Example, ExampleFile, Rule, RuleOrigin};
use lazaret::model::talk::Talk;
use lazaret::model::testimony::Testimony;
use lazaret::sources::unified;
use rayon::ThreadPoolBuilder;

use crate::mixture::mixture;
use crate::shapes::{SHAPES, Shape};

/// Bytes or parts that an offset may cost at most: what is looked at once, however long the text is.
const OFFSET: usize = 100_000;

/// What all rules cost on `diff`.
fn effort_on(engine: &Engine, diff: &str) -> Effort {
    let none = Example { message: "Rework".to_owned(), ..Example::default() };
    let (mut change, texts): (_, Texts) = change_of(&none);
    change.patch = unified::parse(diff.as_bytes());
    effort_of(engine, &change, &texts)
}

/// What all rules cost on `change`, on one thread: work is counted by thread.
pub(crate) fn effort_of(engine: &Engine, change: &Change, texts: &Texts) -> Effort {
    ThreadPoolBuilder::new().num_threads(1).stack_size(16 << 20).build().unwrap().install(|| {
        effort::take();
        drop(engine.analyse(change, &|_| texts.clone()));
        effort::take()
    })
}

/// What grows faster than the diff does, in words.
fn grown(diffs: &[String; 2], [one, two]: [Effort; 2], offset: usize) -> Vec<String> {
    let most = |one: usize| one * diffs[1].len() / diffs[0].len() * 5 / 4 + offset;
    let grew =
        |((part, one), (_, two)): ((&str, usize), (&str, usize))| (two > most(one)).then(|| format!("{part} grew from {one} to {two}"));
    one.parts().into_iter().zip(two.parts()).filter_map(grew).collect()
}

/// A diff about twice as long costs about twice as much of everything; else the rules that do not hold that are named.
fn hold(about: &str, engine: &Engine, diffs: &[String; 2]) -> Effort {
    let efforts = diffs.each_ref().map(|diff| effort_on(engine, diff));
    let grew = grown(diffs, efforts, OFFSET);
    let alone = |rule: &&Rule| {
        let engine = Engine::new(&Selection { only: vec![rule.id.0.to_owned()], skip: Vec::new() }).asking_all();
        !grown(diffs, diffs.each_ref().map(|diff| effort_on(&engine, diff)), OFFSET / 10).is_empty()
    };
    let blamed = || Rulebook::embedded().iter().filter(|rule| rule.origin == RuleOrigin::Code).filter(alone).map(|rule| rule.id.0);
    assert!(grew.is_empty(), "{about}: {}; by itself: {:?}", grew.join(", "), blamed().collect::<Vec<_>>());
    efforts[1]
}

#[test]
fn work_grows_with_the_text_and_not_faster() {
    let engine = Engine::new(&Selection::default()).asking_few();
    let spent = hold("a mixture of languages", &engine, &[60_000, 120_000].map(mixture));
    assert!(spent.parts().into_iter().all(|(_, spent)| spent > 0), "{spent:?}");
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
                "files" => 60,
                // Below that, pairs of what changed are compared.
                "hunks" => 300,
                _ => 400,
            };
            let spent = hold(name, &engine, &[small, 2 * small].map(diff));
            assert!(spent.matched > 0, "{name}: nothing was counted");
        }
    }
}

#[test]
fn few_rules_are_asked_about_small_files() {
    let files = SHAPES.iter().find(|shape| shape.name == "files").unwrap();
    let diff = (files.diff)(50);
    let asked = |only: Vec<String>| effort_on(&Engine::new(&Selection { only, skip: Vec::new() }).asking_few(), &diff).asked;
    let all = asked(Vec::new());
    let names = || Rulebook::embedded().iter().map(|rule| rule.id.0.to_owned());
    assert!(all < 50 * 60, "{all}: {:?}", names().filter(|name| asked(vec![name.clone()]) > 0).collect::<Vec<_>>());
}

#[test]
fn when_nobody_waits_no_further_file_is_judged_and_there_is_no_report() {
    let file = |number: usize| ExampleFile {
        path: format!("src/module_{number}.py"),
        before: Some("def one():\n    return 1\n".to_owned()),
        after: Some(format!("def one(request):\n    return eval(request.args['q{number}'])\n")),
    };
    let files = (0..640).map(file).collect();
    let (change, given) = change_of(&Example { files, message: "Rework".to_owned(), ..Example::default() });
    let engine = Engine::new(&Selection::default());
    let judge = |stops_at: usize| {
        let (cancel, loads) = (Cancel::default(), AtomicUsize::new(0));
        let texts = |_: &[TextRequest]| {
            if loads.fetch_add(1, Ordering::Relaxed) + 1 == stops_at {
                cancel.cancel();
            }
            given.clone()
        };
        let reader = Reader {
            texts: &texts,
            history: &History::default,
            packages: &|_| None,
            mentions: &|_| None,
            testimony: &|_| Testimony::default(),
            talk: &Talk::default,
            cancel: &cancel,
        };
        effort::take();
        let report = engine.analyse_whole(&change, &reader);
        (report.map(|report| report.findings.len()), effort::take().asked)
    };
    ThreadPoolBuilder::new().num_threads(1).stack_size(16 << 20).build().unwrap().install(|| {
        let (whole, work) = judge(usize::MAX);
        assert!(whole.is_some_and(|found| found >= 640));
        let (stopped, begun) = judge(2);
        assert!(stopped.is_none() && begun * 4 < work, "{stopped:?}: {begun} of {work}");
    });
}
