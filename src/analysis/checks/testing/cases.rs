//! The tests of one side, one by one: the name of each and the lines it stands on.

use std::collections::BTreeMap;

use super::assertions::begins_test;
use crate::analysis::language::Language;
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
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
        let named = functions_from(side, begins).find(|function| !function.name.is_empty());
        if let Some(function) = named.or_else(|| functions_from(side, begins).next()) {
            return Some(function.last_line);
        }
        // Only what is called by a text has no function of its own.
        quoted(side, begins)?;
    }
    let indent = |at: usize| side.line(at).text.len() - side.line(at).text.trim_start().len();
    let own = indent(begins);
    let rest = begins + 1..side.len().min(begins + LONGEST);
    let mut told = rest.filter(|at| !matches!(side.line(*at).text.trim(), "" | "{"));
    told.find(|at| indent(*at) <= own).or((side.len() <= begins + LONGEST).then_some(side.len() - 1))
}

/// The functions that begin on the line `first`.
fn functions_from<'s>(side: &'s SideView<'_>, first: usize) -> impl Iterator<Item = &'s Function> {
    let functions = side.functions();
    let from = functions.partition_point(|function| function.first_line < first);
    let to = functions.partition_point(|function| function.first_line <= first);
    functions.get(from..to.max(from)).unwrap_or(&[]).iter()
}

/// The line of the header that the mark on `first` belongs to; an attribute stands above it.
fn header_of(side: &SideView<'_>, first: usize) -> Option<usize> {
    let text = side.line(first).text;
    let here = !text.trim_start().starts_with(['#', '@', '[']) || text.starts_with("@test") || text.trim_start().starts_with("@Test fun");
    if here {
        return Some(first);
    }
    (first + 1..side.len().min(first + 6)).find(|at| {
        let line = side.line(*at);
        line.code().contains('(') && !line.text.trim_start().starts_with(['#', '@', '['])
    })
}

fn name_of(file: &FileView<'_>, side: &SideView<'_>, first: usize) -> Option<String> {
    let header = header_of(side, first)?;
    if let Some(given) = MACRO.group(side.line(header).text, 1) {
        return Some(given.split(',').map(str::trim).collect::<Vec<_>>().join("."));
    }
    let by_text = || quoted(side, header).filter(|name| !name.is_empty()).map(str::to_owned);
    let by_function = || functions_from(side, header).map(|function| &function.name).find(|name| !name.is_empty()).cloned();
    if has_functions(file.language) && !SAID.is_match(side.line(header).text) {
        return by_function().or_else(by_text);
    }
    if DEF.is_match(side.line(header).text) { by_function() } else { by_text() }
}

/// The first text of a line.
fn quoted<'s>(side: &'s SideView<'_>, at: usize) -> Option<&'s str> {
    side.line(at).text.split(['\'', '"', '`']).nth(1)
}

/// The names that a macro makes a test of.
static MACRO: Pattern = Pattern::new(
    r"^\s*(?:START_TEST|IGNORE_TEST|TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|BOOST_\w*TEST_CASE\w*|Test|ParameterizedTest)\s*\(\s*(\w[\w\s,]*?)\s*\)",
);
/// A test that is called by a text.
static SAID: Pattern = Pattern::new(r"^\s*(?:\w+\s*\(\s*)?['\x22]|^\s*(?:it|test|specify|scenario)\s+['\x22]|^@test\s");
static DEF: Pattern = Pattern::new(r"^\s*(?:def\s|(?:function\s+)?\w+\s*\(\)\s*\{)");

/// Whether a test of this language is a function with a name.
const fn has_functions(language: Language) -> bool {
    matches!(
        language,
        Language::Python
            | Language::Rust
            | Language::Go
            | Language::Java
            | Language::CSharp
            | Language::Kotlin
            | Language::Php
            | Language::C
            | Language::Cpp
    )
}
