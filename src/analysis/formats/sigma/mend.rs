//! Sigma text as people write it, brought to the form the standard has: each mending is a note with its line.
//!
//! What is standard already comes back byte for byte. No line is added or taken, so that places stay those of the file, and
//! nothing is changed whose meaning would have to be guessed.

mod condition;
mod correlation;
mod fence;
pub(super) mod heads;
mod keys;
mod page;
mod syntax;

use std::borrow::Cow;

use page::Page;

use crate::analysis::formats::yaml;

/// A text with its mendings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// The text to read.
    pub text: String,
    /// What was not written as the standard has it: the line, from 1, and one sentence with the standard form.
    pub notes: Vec<(u32, String)>,
}

/// Brings `text`, a whole file, to the standard form.
#[must_use]
pub fn mend(text: &str) -> Mended {
    let mut mended = Mended { text: String::with_capacity(text.len()), notes: Vec::new() };
    let marked = text.strip_prefix('\u{feff}');
    if marked.is_some() {
        mended
            .notes
            .push((1, "it begins with a byte order mark, which readers of YAML stumble over; save it as UTF-8 without one".to_owned()));
    }
    let mut text = Cow::Borrowed(marked.unwrap_or(text));
    if fence::any(&text) && parts(&text).into_iter().any(|part| !Page::new(part, 1).reads()) {
        let (inside, notes) = fence::open(&text);
        text = Cow::Owned(inside);
        mended.notes.extend(notes);
    }
    let mut first = 1;
    for part in parts(&text) {
        let mut page = Page::new(part, first);
        document(&mut page);
        first += u32::try_from(page.lines.len()).unwrap_or(u32::MAX - first);
        page.lines.iter().for_each(|line| mended.text.push_str(line));
        mended.notes.append(&mut page.notes);
    }
    mended.notes.sort();
    mended.notes.dedup();
    mended
}

/// Mends one document.
fn document(page: &mut Page) {
    syntax::mend(page);
    let Ok(mut tree) = yaml::map(&page.document(), 1) else { return };
    if heads::mend(page, &tree) {
        let Ok(again) = yaml::map(&page.document(), 1) else { return };
        tree = again;
    }
    for (name, node) in tree.entries() {
        match name.as_str() {
            "detection" | "filter" => {
                keys::modifiers(page, node);
                condition::mend(page, node);
            }
            "correlation" => correlation::mend(page, node),
            "level" => keys::word(page, node, "level", keys::LEVELS),
            "status" => keys::word(page, node, "status", keys::STATUSES),
            _ => {}
        }
    }
}

/// `text` cut behind each line that separates documents, none of it lost.
fn parts(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        at += line.len();
        if line.trim_end() == "---" || line.starts_with("--- ") {
            found.extend(text.get(start..at));
            start = at;
        }
    }
    found.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule whose detection is `detection`, indented by two.
    fn rule(detection: &str) -> String {
        format!("title: a rule\nlogsource:\n  product: git\ndetection:\n{detection}level: low\n")
    }

    #[test]
    fn each_slip_becomes_the_standard_form_on_its_line() {
        for (written, read, line) in [
            ("  s:\n    f|re: 'a\\'b[^\\']+'\n  condition: s\n", "  s:\n    f|re: 'a''b[^'']+'\n  condition: s\n", 6),
            ("  s:\n    f: 'it's'\n  condition: s\n", "  s:\n    f: 'it''s'\n  condition: s\n", 6),
            ("  s:\n    f: ['a\\'b', 'c']\n  condition: s\n", "  s:\n    f: ['a''b', 'c']\n  condition: s\n", 6),
            ("  s:\n    f|re: \"\\d+\\.\\n\"\n  condition: s\n", "  s:\n    f|re: \"\\\\d+\\\\.\\\\n\"\n  condition: s\n", 6),
            ("  s:\n    f:\n      - *a*\n  condition: s\n", "  s:\n    f:\n      - '*a*'\n  condition: s\n", 7),
            ("  s:\n    f: %a% # why\n  condition: s\n", "  s:\n    f: '%a%' # why\n  condition: s\n", 6),
            ("  s:\n    f: a: b\n  condition: s\n", "  s:\n    f: 'a: b'\n  condition: s\n", 6),
            ("  s:\n    f: \"a\" b\n  condition: s\n", "  s:\n    f: '\"a\" b'\n  condition: s\n", 6),
            ("\ts:\n\t\tf: a\n\tcondition: s\n", "  s:\n    f: a\n  condition: s\n", 5),
            ("  s:\n    f|regex: a\n  condition: s\n", "  s:\n    f|re: a\n  condition: s\n", 6),
            ("  s:\n    - f|In: [a]\n  condition: s\n", "  s:\n    - f: [a]\n  condition: s\n", 6),
            ("  s:\n    f: a\n  t:\n    f: b\n  condition: s AND NOT t\n", "  s:\n    f: a\n  t:\n    f: b\n  condition: s and not t\n", 9),
            (
                "  condition: |\n    s OR\n    t\n  s:\n    f: a OR b\n  t:\n    f: b\n",
                "  condition: |\n    s or\n    t\n  s:\n    f: a OR b\n  t:\n    f: b\n",
                6,
            ),
            (
                "  s:\n    f: a\n  condition:\n  - s # AND so on\n  - NOT s\n",
                "  s:\n    f: a\n  condition:\n  - s # AND so on\n  - not s\n",
                9,
            ),
        ] {
            let mended = mend(&rule(written));
            assert_eq!(mended.text, rule(read), "{written}");
            assert_eq!(mended.notes.first().map(|(line, _)| *line), Some(line), "{written}: {:?}", mended.notes);
        }
    }

    #[test]
    fn words_of_the_head_and_of_correlations() {
        let written = "Title: a\nlevel: Info\nstatus: Testing\ncorrelation:\n  type: event-count\n  rules: [x]\n  group_by: [repo]\n  timespan: 1 hour\n  condition:\n    '>': 5\n";
        let mended = mend(written);
        assert_eq!(
            mended.text,
            "title: a\nlevel: informational\nstatus: test\ncorrelation:\n  type: event_count\n  rules: [x]\n  group-by: [repo]\n  timespan: 1h\n  condition:\n    gt: 5\n"
        );
        assert_eq!(mended.notes.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3, 5, 7, 8, 10]);
    }

    #[test]
    fn a_page_around_a_rule_is_taken_away_line_by_line() {
        let inner = rule("  s:\n    f: a\n  condition: s\n");
        let mended = mend(&format!("# Head\n\nprose: with: colons\n\n```yaml\n{inner}```\n\nMore *prose*.\n"));
        assert_eq!(mended.text, format!("\n\n\n\n\n{inner}\n\n\n"));
        assert_eq!(mended.notes.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3, 5, 14, 16]);
        let two = mend(&format!("---\n\n`a.yml`\n\n```yaml\n{inner}```\nAnd:\n```json\n{{\n```\n~~~\n{inner}~~~\n"));
        assert_eq!(two.text, format!("\n\n\n\n\n{inner}---\n\n\n\n\n\n{inner}\n"));
        let around = mend(&format!("```yaml\n{inner}---\n{inner}```\n"));
        assert_eq!(around.text, format!("\n{inner}---\n{inner}\n"));
        let stray = mend(&format!("{inner}```\n"));
        assert_eq!(stray.text, format!("{inner}\n"));
        let unclosed = mend(&format!("---\n\n`a.yml`\n```yaml\n{inner}"));
        assert_eq!(unclosed.text, format!("\n\n\n\n{inner}"));
        let said = format!("title: x\ndescription: |\n  ```yaml\n  a: b\n  ```\n{}", inner.replace("title: a rule\n", ""));
        assert_eq!(mend(&said), Mended { text: said, notes: vec![] }, "a fence inside a text is text");
    }
}
