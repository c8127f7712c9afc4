//! The examples of a Sigma rule, where its file brings some: below a key of our own, `lazaret:`, as rules of code write theirs.

use crate::analysis::document::node::Node;
use crate::analysis::formats::yaml::{self, number};
use crate::model::rule::{Example, ExampleFile};

/// The examples in `text`, a document that begins at `line`, and what is wrong with them.
pub(super) fn of(text: &str, line: u32) -> (Vec<Example>, Vec<(u32, String)>) {
    if !text.lines().any(|line| line.starts_with("lazaret:")) {
        return (Vec::new(), Vec::new());
    }
    let Ok(tree) = yaml::map(text, line) else { return (Vec::new(), Vec::new()) };
    let (mut examples, mut mistakes) = (Vec::new(), Vec::new());
    for (key, hits) in [("hit", true), ("miss", false)] {
        for node in tree.at(&["lazaret", key]).map(Node::items).unwrap_or_default() {
            match example(node, hits) {
                Some(example) => examples.push(example),
                None => mistakes.push((number(node.line), "an example has `about:`, and `path:` with `after:` or `files:`".to_owned())),
            }
        }
    }
    (examples, mistakes)
}

fn example(node: &Node, hits: bool) -> Option<Example> {
    let word = |key: &str| node.get(key).map(Node::scalar).unwrap_or_default();
    let mut files: Vec<ExampleFile> = node.get("files").map(Node::items).unwrap_or_default().iter().map(file).collect();
    files.extend(node.get("path").is_some().then(|| file(node)));
    let about = word("about");
    (!about.is_empty() && !files.is_empty()).then(|| Example {
        hits,
        about,
        files,
        message: word("message"),
        branch: word("branch"),
        ..Example::default()
    })
}

fn file(node: &Node) -> ExampleFile {
    let text = |key: &str| node.get(key).map(Node::scalar);
    ExampleFile { path: text("path").unwrap_or_default(), before: text("before"), after: text("after") }
}
