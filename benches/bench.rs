//! Measurements of the hot paths on the three fixtures. Run with `cargo bench`; nothing here is asserted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use divan::{Bencher, black_box};
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::provenance;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::config::keymap::Keymap;
use lazaret::config::table::Document;
use lazaret::config::theme::{BUILTIN, Theme};
use lazaret::model::cancel::Cancel;
use lazaret::model::change::{Change, TextRequest, Texts};
use lazaret::model::pack::{Pack, PackFile};
use lazaret::model::pull::Origin;
use lazaret::model::rule::{Example, Rule, RuleOrigin};
use lazaret::sources::local::{LocalSource, Selection as Selected, Setup};
use lazaret::sources::source::Source as _;
use lazaret::sources::unified;
use lazaret::state::console::Console;
use lazaret::state::rows::Layout;
use lazaret::state::session::{LayoutChoice, Session};
use lazaret::ui::draw::draw as draw_screen;
use lazaret::ui::look::Look;
use mimalloc::MiMalloc;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// As in the program.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

use fixture::{BIG, BRANCH, Fixture, MID, SMALL, Size};
use mixture::mixture;
use shapes::SHAPES;

#[path = "../tests/suite/fixture.rs"]
#[allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "shared with the tests")]
mod fixture;

#[path = "../tests/suite/mixture.rs"]
#[allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "shared with the tests")]
mod mixture;

#[path = "../tests/suite/shapes.rs"]
#[allow(clippy::unwrap_used, reason = "shared with the tests")]
mod shapes;

/// A fixture with the text of its diff.
struct Case {
    size: Size,
    fixture: Fixture,
    diff: Vec<u8>,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| [SMALL, MID, BIG].into_iter().filter_map(Case::new).collect());
const NAMES: [&str; 3] = ["small", "mid", "big"];

impl Case {
    #[allow(clippy::disallowed_methods, reason = "a bench may ask git for its diff")]
    fn new(size: Size) -> Option<Self> {
        let fixture = Fixture::new(size);
        let output = Command::new("git").arg("-C").arg(fixture.path()).args(["diff", "main", BRANCH]).output().ok()?;
        Some(Self { size, fixture, diff: output.stdout })
    }

    fn named(name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.size.name == name)
    }

    fn change(&self) -> Change {
        change(&self.diff)
    }

    fn source(&self) -> Option<LocalSource> {
        let setup = Setup {
            repo: self.size.name.to_owned(),
            origin: Origin::Local,
            recognise: Arc::new(provenance::of),
            selection: Selected::AgentBranches,
            facts: BTreeMap::new(),
        };
        LocalSource::open(&self.fixture.path(), setup).ok()
    }
}

/// The change that a diff is.
fn change(diff: &[u8]) -> Change {
    let none = Example { message: "Rework".to_owned(), ..Example::default() };
    let (mut change, _) = change_of(&none);
    change.patch = unified::parse(diff);
    change
}

/// Rules of one kind: `code`, a format, the formats together as `files`, or `all`.
const KINDS: [&str; 6] = ["all", "code", "files", "sigma", "structure", "secrets"];

fn engine(kind: &str) -> Engine {
    let of_kind = |rule: &&Rule| match &rule.origin {
        RuleOrigin::Code => kind == "code",
        RuleOrigin::File { format, .. } => kind == "files" || kind == format.word(),
        RuleOrigin::Tool { .. } => false,
    };
    let only = Rulebook::embedded().iter().filter(|rule| kind != "all" && of_kind(rule)).map(|rule| rule.id.0.to_owned()).collect();
    Engine::new(&Selection { only, skip: Vec::new() })
}

fn main() {
    divan::main();
}

/// All rules of this program, read anew. What is compiled only when a text asks for it is not part of this.
#[divan::bench(sample_count = 10)]
fn load(bencher: Bencher<'_, '_>) {
    bencher.bench(|| black_box(Rulebook::with(&[])));
}

/// Three thousand rules of Sigma in as many files, as somebody's folder holds them.
#[divan::bench(sample_count = 3)]
fn load_sigma(bencher: Bencher<'_, '_>) {
    let rule = |at: usize| {
        format!(
            "title: Rule {at}\nid: 00000000-0000-4000-8000-{at:012}\nlogsource:\n  product: git\ndetection:\n  one:\n    code_content|re: 'run{at}\\s*\\('\n    file_path|endswith: ['.py', '.sh']\n  two:\n    commit_message|contains: 'word {at}'\n  condition: one or two\nlevel: low\n"
        )
    };
    let files = (0..3_000).map(|at| PackFile { path: format!("r{at}.yml"), text: rule(at) }).collect();
    let pack = Pack { name: "theirs".to_owned(), version: None, files, notes: Vec::new() };
    bencher.bench(|| black_box(Rulebook::only(std::slice::from_ref(&pack))));
}

/// Each shape at its worst, judged by all cores.
#[divan::bench(args = SHAPES.iter().map(|shape| shape.name), sample_count = 1)]
fn hostile(bencher: Bencher<'_, '_>, name: &str) {
    if let Some(shape) = SHAPES.iter().find(|shape| shape.name == name) {
        let diff = (shape.diff)(shape.worst);
        let (engine, change) = (engine("all"), change(diff.as_bytes()));
        bencher.counter(divan::counter::BytesCount::new(diff.len())).bench(|| black_box(engine.analyse(&change, &|_| Texts::default())));
    }
}

/// A thousand changes of one file and one line each, one after the other.
#[divan::bench(args = KINDS, sample_count = 3)]
fn small_events(bencher: Bencher<'_, '_>, kind: &str) {
    let diff = |at: usize| format!("--- a/src/m{at}.py\n+++ b/src/m{at}.py\n@@ -1,2 +1,2 @@\n import os\n-x = {at}\n+y = {at}\n");
    let changes: Vec<Change> = (0..1_000).map(|at| change(diff(at).as_bytes())).collect();
    let engine = engine(kind);
    let judge = |change: &Change| black_box(engine.analyse(change, &|_| Texts::default())).findings.len();
    bencher.bench(|| changes.iter().map(judge).sum::<usize>());
}

/// 20 MB of ten languages, judged by all cores.
#[divan::bench(args = KINDS, sample_count = 3)]
fn mixture_20mb(bencher: Bencher<'_, '_>, kind: &str) {
    let text = mixture(20_000_000);
    let (engine, change) = (engine(kind), change(text.as_bytes()));
    bencher.counter(divan::counter::BytesCount::new(text.len())).bench(|| black_box(engine.analyse(&change, &|_| Texts::default())));
}

/// The diff in the file that `LAZARET_BENCH_DIFF` names, judged by all cores; `RAYON_NUM_THREADS` tells how many.
#[divan::bench(args = KINDS, sample_count = 3)]
#[allow(clippy::disallowed_methods, reason = "a bench may be told what to read")]
fn own(bencher: Bencher<'_, '_>, kind: &str) {
    if let Some(text) = std::env::var_os("LAZARET_BENCH_DIFF").and_then(|file| std::fs::read(file).ok()) {
        let (engine, change) = (engine(kind), change(&text));
        bencher.counter(divan::counter::BytesCount::new(text.len())).bench(|| black_box(engine.analyse(&change, &|_| Texts::default())));
    }
}

/// The commits that `LAZARET_BENCH_COMMITS` names, by ids with spaces between, of the repository `LAZARET_BENCH_REPO`: each judged with its
/// whole files, which were read before, by all cores, one commit after the other.
#[divan::bench(args = KINDS, sample_count = 10)]
#[allow(clippy::disallowed_methods, reason = "a bench may be told what to read")]
fn commits(bencher: Bencher<'_, '_>, kind: &str) {
    let (Ok(repo), Ok(ids)) = (std::env::var("LAZARET_BENCH_REPO"), std::env::var("LAZARET_BENCH_COMMITS")) else { return };
    let ids: Vec<String> = ids.split_whitespace().map(str::to_owned).collect();
    let (none, recognise) = (BTreeMap::new(), Arc::new(provenance::of));
    let setup = Setup { repo: repo.clone(), origin: Origin::Local, recognise, selection: Selected::Named(ids.clone()), facts: none };
    let Ok(source) = LocalSource::open(repo.as_ref(), setup) else { return };
    let engine = engine(kind);
    let read = |id: &String| {
        let change = source.change(&source.at(id), &Cancel::default()).ok()?;
        let held = RefCell::new(BTreeMap::new());
        let texts = |wanted: &[TextRequest]| {
            let texts = source.texts(&change, wanted, &Cancel::default());
            held.borrow_mut().insert(wanted.to_vec(), texts.clone());
            texts
        };
        let _report = engine.analyse(&change, &texts);
        Some((change, held.into_inner()))
    };
    let read: Vec<(Change, BTreeMap<Vec<TextRequest>, Texts>)> = ids.iter().filter_map(read).collect();
    bencher.counter(divan::counter::ItemsCount::new(read.len())).bench(|| {
        let judge = |(change, texts): &(Change, BTreeMap<Vec<TextRequest>, Texts>)| {
            engine.analyse(change, &|wanted| texts.get(wanted).cloned().unwrap_or_default()).findings.len()
        };
        read.iter().map(judge).sum::<usize>()
    });
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

/// Patch to rows, as a pull opens; findings and folds remake only their file's.
#[divan::bench(args = NAMES, sample_count = 20)]
fn rows(bencher: Bencher<'_, '_>, name: &str) {
    if let Some(case) = Case::named(name) {
        let change = Arc::new(case.change());
        bencher.bench(|| black_box(session(&change)));
    }
}

/// Memory to a screen of 200x50, in the middle of the diff.
#[divan::bench(args = NAMES, sample_count = 50)]
fn draw(bencher: Bencher<'_, '_>, name: &str) {
    let text = |name: &str| BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let dark = text("dark").unwrap_or_default();
    let (Some(case), Ok(keymap), Ok(theme)) =
        (Case::named(name), Keymap::builtin(), Theme::parse(&Document { file: "dark", text: &dark }, &text))
    else {
        return;
    };
    let mut session = session(&Arc::new(case.change()));
    session.view.diff.at = session.rows.len() / 2;
    session.view.diff.top = session.view.diff.at;
    let console = Console { session: Some(session), ..Console::default() };
    let (look, screen) = (Look { theme: &theme, keymap: &keymap }, Rect { x: 0, y: 0, width: 200, height: 50 });
    bencher.bench(|| {
        let mut buffer = Buffer::empty(screen);
        draw_screen(&console, &look, &mut buffer);
        black_box(buffer)
    });
}

/// Repository to rows: what stands between a key and the first diff.
#[divan::bench(args = NAMES, sample_count = 5)]
fn open(bencher: Bencher<'_, '_>, name: &str) {
    if let Some(case) = Case::named(name)
        && let Some(source) = case.source()
    {
        let at = source.at(BRANCH);
        bencher.bench(|| source.change(&at, &Cancel::default()).ok().map(|change| black_box(session(&Arc::new(change)))));
    }
}

fn session(change: &Arc<Change>) -> Session {
    Session::open(change.clone(), LayoutChoice::Auto, Layout::Split)
}
