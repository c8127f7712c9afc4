//! The tests of one side, one by one: the name of each and the lines it stands on.

use std::collections::BTreeMap;

use super::assertions::begins_test;
use crate::analysis::language::Language;
use crate::analysis::view::{FileView, SideView};

/// A longer test is a program.
const LONGEST: usize = 400;

/// One test.
pub(super) struct Case {
    /// Its first line, from 0.
    pub(super) first: usize,
    /// Its last.
    pub(super) last: usize,
}

/// The tests of a side by their names; those whose names are not their own are left out.
pub(super) fn cases(file: &FileView<'_>, side: &SideView<'_>) -> BTreeMap<String, Case> {
    let mut out: BTreeMap<String, Option<Case>> = BTreeMap::new();
    for line in side.lines().filter(|line| begins_test(line.text) && !line.code().trim().is_empty()) {
        let Some((name, last)) = name_of(file, side, line.index).zip(end_of(file, side, line.index)) else { continue };
        let case = Case { first: line.index, last };
        out.entry(name).and_modify(|known| *known = None).or_insert(Some(case));
    }
    out.into_iter().filter_map(|(name, case)| Some((name, case?))).collect()
}

/// The last line of the test that begins on the line `first`: that of its function, or of its block by how far it is moved in.
pub(super) fn end_of(file: &FileView<'_>, side: &SideView<'_>, first: usize) -> Option<usize> {
    let begins = header_of(side, first)?;
    if has_functions(file.language) {
        let function = side.functions().iter().find(|function| function.first_line == begins && !function.name.is_empty())?;
        return Some(function.last_line);
    }
    let indent = |at: usize| side.line(at).text.len() - side.line(at).text.trim_start().len();
    let own = indent(begins);
    let rest = begins + 1..side.len().min(begins + LONGEST);
    let mut told = rest.filter(|at| !side.line(*at).text.trim().is_empty());
    told.find(|at| indent(*at) <= own).or((side.len() <= begins + LONGEST).then_some(side.len() - 1))
}

/// The line of the header that the mark on `first` belongs to; an attribute stands above it.
fn header_of(side: &SideView<'_>, first: usize) -> Option<usize> {
    if !side.line(first).text.trim_start().starts_with(['#', '@', '[']) {
        return Some(first);
    }
    (first + 1..side.len().min(first + 6)).find(|at| {
        let line = side.line(*at);
        line.code().contains('(') && !line.text.trim_start().starts_with(['#', '@', '['])
    })
}

fn name_of(file: &FileView<'_>, side: &SideView<'_>, first: usize) -> Option<String> {
    let header = header_of(side, first)?;
    if has_functions(file.language) {
        let function = side.functions().iter().find(|function| function.first_line == header && !function.name.is_empty())?;
        return Some(function.name.clone());
    }
    side.line(header).text.split(['\'', '"', '`']).nth(1).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Whether a test of this language is a function with a name.
const fn has_functions(language: Language) -> bool {
    matches!(
        language,
        Language::Python | Language::Rust | Language::Go | Language::Java | Language::CSharp | Language::Kotlin | Language::Php
    )
}
