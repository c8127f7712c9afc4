//! Test files of ast-grep, `id` with `valid` and `invalid` code, as examples of the rules they are about.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::page::{Page, Remark};
use super::question::Question;
use super::words::When;
use crate::analysis::formats::documents;
use crate::analysis::rules;
use crate::model::inert;
use crate::model::pack::{NoteKind, PackFile};
use crate::model::rule::{Example, ExampleFile, Examples, Rule};

/// The folder of the tests of this program's own rules.
const OWN: &str = "structure/tests/";

#[derive(Deserialize)]
struct TestFile {
    #[serde(default)]
    valid: Vec<Spanned<String>>,
    #[serde(default)]
    invalid: Vec<Spanned<String>>,
}

/// Whether `page` holds tests.
pub(super) fn is_one(page: &Page<'_>) -> bool {
    page.keys.contains_key("valid") || page.keys.contains_key("invalid")
}

/// Gives the tests of `pages` to the rules they are about.
pub(super) fn attach<'p>(pages: &'p [Page<'p>], rules: &mut [Rule], questions: &[Arc<Question>]) -> Vec<(&'p Page<'p>, Remark)> {
    let places: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.id.0, at)).collect();
    let mut remarks = Vec::new();
    for page in pages {
        let id = page.id().unwrap_or("");
        let Some(at) = places.get(id).copied() else {
            let text = format!("no rule of this pack that runs is called `{}`", inert::line(id));
            remarks.push((page, page.remark(page.line, NoteKind::Advice, text)));
            continue;
        };
        let (Some(rule), Some(question)) = (rules.get_mut(at), questions.get(at)) else { continue };
        match examples(page, question) {
            Ok(examples) => rule.examples = [&*rule.examples, examples.as_slice()].concat().into(),
            Err(remark) => remarks.push((page, remark)),
        }
    }
    remarks
}

/// The tests of this program's own rule called `id`, which stand in a file of that name; read when they are asked for.
pub(super) fn own(id: &'static str, question: Arc<Question>) -> Examples {
    Examples::lazily(move || {
        let path = own_path(id);
        let file = PackFile { text: rules::data(&path).to_owned(), path };
        let pages = documents(&file.text).into_iter().filter_map(|(line, text)| Page::read(&file, line, text).ok());
        pages.filter_map(|page| examples(&page, &question).ok()).flatten().collect()
    })
}

/// Where the tests of this program's own rule called `id` stand.
fn own_path(id: &str) -> String {
    format!("{OWN}{id}-test.yml")
}

/// Whether the file at `path` of this program's own rules holds tests.
pub(super) fn is_own(path: &str) -> bool {
    path.starts_with(OWN)
}

fn examples(page: &Page<'_>, question: &Question) -> Result<Vec<Example>, Remark> {
    let tests: TestFile = page.as_placed()?;
    let Some(path) = question.paths.sample(question.grammar.sample()) else {
        let text = "no path was found that the rule's `files` and `ignores` let through, so its tests do not run";
        return Err(page.remark(page.line, NoteKind::Advice, text));
    };
    let one = |hits: bool, code: &Spanned<String>| example(page, question.when, &path, hits, code);
    Ok(tests.invalid.iter().map(|code| one(true, code)).chain(tests.valid.iter().map(|code| one(false, code))).collect())
}

fn example(page: &Page<'_>, when: When, path: &str, hits: bool, code: &Spanned<String>) -> Example {
    let line = u64::from(page.line) + code.referenced.line().saturating_sub(1);
    let first = code.value.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim();
    let (before, after) = match when {
        When::Added => (None, code.value.clone()),
        When::Removed => (Some(code.value.clone()), String::new()),
    };
    Example {
        hits,
        about: inert::line(&format!("{}:{line}: {first}", page.file.path)).into_owned(),
        files: vec![ExampleFile { path: path.to_owned(), before, after: Some(after) }],
        message: String::new(),
        ..Example::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Else they would not be read.
    #[test]
    fn every_file_of_own_tests_is_named_after_its_rule() {
        let pack = rules::pack();
        let ours: Vec<&PackFile> = pack.files.iter().filter(|file| is_own(&file.path)).collect();
        assert!(ours.len() > 3);
        for file in ours {
            for (line, text) in documents(&file.text) {
                let page = Page::read(file, line, text).unwrap_or_else(|remark| panic!("{}: {}", file.path, remark.text));
                assert_eq!(own_path(page.id().unwrap_or("")), file.path);
                assert!(is_one(&page), "{}", file.path);
                assert!(page.as_placed::<TestFile>().is_ok(), "{}", file.path);
            }
        }
    }
}
