//! The documents of a YAML rule file, read within bounds, as every format that is written in YAML needs them.
//!
//! Aliases, depth and size are bounded, and each complaint has its line; what a rule means is its format's to say.

use crate::analysis::document::node::{Node, Value};
use crate::analysis::document::yaml;

/// Why a document is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its line in the file, from 1.
    pub line: u32,
    /// One sentence with the next step.
    pub text: String,
}

/// The map in `document`, which begins at line `first` of its file, from 1; lines of the tree are those of the file, from 0.
///
/// # Errors
/// When it is not YAML, not a map, or costs too much.
pub fn map(document: &str, first: u32) -> Result<Node, Refused> {
    let document = document.strip_prefix('\u{feff}').unwrap_or(document);
    let before = usize::try_from(first.saturating_sub(1)).unwrap_or(0);
    let refused = |line: usize, text: String| Refused { line: number(line + before), text };
    let mut read = yaml::all(document).map_err(|unread| refused(unread.line.unwrap_or(0), unread.says))?;
    if let Some(second) = read.get(1) {
        return Err(refused(
            second.line,
            "a second document begins without `---` before it; write it, or give it a file of its own".to_owned(),
        ));
    }
    let Some(mut node) = read.pop() else {
        return Err(refused(0, "it is empty; take it out".to_owned()));
    };
    if !matches!(node.value, Value::Map(_)) {
        return Err(refused(node.line, "a rule is a map of keys such as `title:`; this is none".to_owned()));
    }
    shift(&mut node, before);
    Ok(node)
}

/// A line of a tree as people count.
pub fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX - 1) + 1
}

fn shift(node: &mut Node, by: usize) {
    node.line += by;
    node.key += by;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, item)| shift(item, by)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_file() {
        let node = map("\ntitle: x\nlist:\n  - y\n", 5).unwrap();
        assert_eq!(number(node.get("title").unwrap().line), 6);
        assert_eq!(number(node.get("list").unwrap().key), 7);
        assert_eq!(number(node.get("list").unwrap().items()[0].line), 8);
    }

    #[test]
    fn what_is_no_map_of_a_bounded_size_is_refused_with_its_line() {
        for (text, line, says) in [
            ("- a\n", 3, "is a map"),
            ("just words\n", 3, "is a map"),
            ("# nothing\n", 3, "empty"),
            ("a: 1\n...\nb: 2\n", 5, "second document"),
            ("a: 1\nb: [\n", 4, "bracket"),
            ("a: 1\nb: 2\na: 3\n", 5, "twice"),
        ] {
            let refused = map(text, 3).unwrap_err();
            assert_eq!(refused.line, line, "{text:?}: {refused:?}");
            assert!(refused.text.contains(says), "{text:?}: {refused:?}");
        }
    }
}
