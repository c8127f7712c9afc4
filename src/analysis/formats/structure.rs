//! Rules of ast-grep: the structure of code, asked of both sides of a changed file. The only user of the ast-grep crates.
//!
//! Comments that silence a rule in the code are not honoured: the change would silence its own findings. A rule's `fix` is told and
//! never applied.

mod bounds;
mod chain;
mod circles;
mod demands;
mod fragment;
mod grammar;
mod grow;
mod hunt;
mod measure;
mod message;
mod near;
mod needs;
mod page;
mod paths;
mod perils;
mod plain;
mod proofs;
mod question;
mod regexes;
mod relations;
mod screen;
mod set;
mod side;
mod tree;
mod utilities;
mod words;

use std::sync::Arc;

use self::page::{Page, Remark};
use self::question::Read;
use self::set::Structure;
use self::utilities::Folders;
use super::{Loaded, documents};
use crate::analysis::rules;
use crate::model::pack::{NoteKind, Pack, PackFile};

/// Whether a file whose left margin `has` these keys is one of ast-grep's: a rule, a utility, tests, their snapshots, or settings.
pub(super) fn claims(path: &str, has: impl Fn(&str) -> bool) -> bool {
    let tests = has("valid") || has("invalid") || has("snapshots");
    (has("rule") && has("language")) || (has("id") && tests) || utilities::is_settings(path)
}

/// What the documents of a pack are.
#[derive(Default)]
struct Sorted<'f> {
    rules: Vec<Page<'f>>,
    utilities: Vec<Page<'f>>,
    tests: Vec<Page<'f>>,
}

/// Reads the ast-grep files among `files`.
pub(super) fn load(pack: &Pack, files: &[&PackFile]) -> Loaded {
    let (mut set, mut loaded) = (Structure::default(), Loaded::default());
    let sorted = sort(pack, files, &mut loaded);
    let (utilities, faults) = utilities::gather(&sorted.utilities);
    let utilities = Arc::new(utilities);
    loaded.notes.extend(faults.into_iter().map(|(page, fault)| fault.note(pack, page.file, page.id())));
    for page in &sorted.rules {
        match question::read(page, pack, &utilities).and_then(|read| proven(read, page, pack)) {
            Ok(None) => {}
            Ok(Some(read)) => {
                loaded.notes.extend(read.remarks.into_iter().map(|remark| remark.note(pack, page.file, page.id())));
                set.add(read.rule, read.question, rules::is_own(pack));
            }
            Err(fault) => loaded.notes.push(fault.note(pack, page.file, page.id())),
        }
    }
    let remarks = proofs::attach(&sorted.tests, &mut set.rules, &set.questions);
    loaded.notes.extend(remarks.into_iter().map(|(page, remark)| remark.note(pack, page.file, page.id())));
    if !set.rules.is_empty() {
        loaded.sets.push(Arc::new(set));
    }
    loaded
}

/// A rule of somebody else is made ready at once, so that what is wrong with it is said before it is needed. Those of this program are proven
/// by its tests, and most of them are never asked in one run.
fn proven(read: Option<Read>, page: &Page<'_>, pack: &Pack) -> Result<Option<Read>, Remark> {
    let mut read = read;
    if let Some(read) = read.as_mut().filter(|_| !rules::is_own(pack)) {
        read.question.ready().map_err(|why| page.fault(why))?;
        for told in fragment::look(&page.keys, read.question.grammar) {
            read.remarks.push(page.remark(page.line_with(&told.pattern), NoteKind::Advice, told.text));
        }
    }
    Ok(read)
}

fn sort<'f>(pack: &Pack, files: &[&'f PackFile], loaded: &mut Loaded) -> Sorted<'f> {
    let folders = Folders::of(files);
    let mut sorted = Sorted::default();
    let own_proof = |file: &PackFile| rules::is_own(pack) && proofs::is_own(&file.path);
    for file in files.iter().filter(|file| !utilities::is_settings(&file.path) && !own_proof(file)) {
        for (line, text) in documents(&file.text) {
            let page = if rules::is_own(pack) { Page::read_own(file, line, text) } else { Page::read(file, line, text) };
            match page {
                // What ast-grep once reported on tests says nothing about the rules.
                Ok(page) if page.keys.contains_key("snapshots") => {}
                Ok(page) if proofs::is_one(&page) => sorted.tests.push(page),
                Ok(page) if folders.hold(&page) => sorted.utilities.push(page),
                Ok(page) => sorted.rules.push(page),
                Err(fault) => loaded.notes.push(fault.note(pack, file, None)),
            }
        }
    }
    sorted
}
