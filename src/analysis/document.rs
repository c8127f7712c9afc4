//! A settings file as a tree: JSON with comments, YAML and TOML read into one shape, each value with its line.
//!
//! Read as data only. No include, tag or environment of the file is followed, and nesting is bounded.

mod jsonc;
mod toml_tree;
mod yaml;

use std::collections::HashMap;

use super::language::Language;

/// Deeper files are not read: no settings file is nested like this by hand.
const DEEPEST: usize = 64;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its line in the text it was read from, from 0.
    pub line: usize,
    /// What it is.
    pub value: Value,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as text.
    Number(String),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Node>),
    /// Entries in order.
    Map(Vec<(String, Node)>),
}

/// A value that holds no other, with the names that lead to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf<'n> {
    /// Keys from the root; a position in a list is `[]`.
    pub path: Vec<&'n str>,
    /// Its text: `true`, `3`, `npx`, empty for nothing.
    pub text: String,
    /// Its line, from 0.
    pub line: usize,
}

/// Reads `text` as `language` writes settings.
///
/// # Errors
/// One sentence, when it is not well-formed or not a language of settings.
pub fn read(text: &str, language: Language) -> Result<Node, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match language {
        Language::Json => jsonc::read(text),
        Language::Yaml => yaml::read(text),
        Language::Toml => toml_tree::read(text),
        _ => Err("this kind of file has no settings to read".to_owned()),
    }
}

impl Node {
    /// The value under `key`; the last one counts where a key stands twice.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().rev().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The value reached by `keys`, one after the other.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a map; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A scalar as text; empty for nothing, lists and maps.
    #[must_use]
    pub fn scalar(&self) -> String {
        match &self.value {
            Value::Bool(value) => value.to_string(),
            Value::Number(text) | Value::Text(text) => text.clone(),
            Value::Null | Value::List(_) | Value::Map(_) => String::new(),
        }
    }

    /// The texts of a list, or the one text.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        match &self.value {
            Value::List(items) => items.iter().map(Self::scalar).collect(),
            _ => vec![self.scalar()],
        }
    }

    /// Everything that holds no other value, in the order of the text.
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut out = Vec::new();
        self.walk(&mut Vec::new(), &mut out);
        out
    }

    fn walk<'n>(&'n self, path: &mut Vec<&'n str>, out: &mut Vec<Leaf<'n>>) {
        match &self.value {
            Value::Map(entries) => {
                for (key, node) in entries {
                    path.push(key);
                    node.walk(path, out);
                    path.pop();
                }
            }
            Value::List(items) => {
                for node in items {
                    path.push("[]");
                    node.walk(path, out);
                    path.pop();
                }
            }
            _ => out.push(Leaf { path: path.clone(), text: self.scalar(), line: self.line }),
        }
    }
}

/// The leaves of `new` that `old` does not have under the same names with the same text; order does not matter.
#[must_use]
pub fn added<'n>(old: Option<&Node>, new: &'n Node) -> Vec<Leaf<'n>> {
    let mut known: HashMap<String, usize> = HashMap::new();
    for leaf in old.map(Node::leaves).unwrap_or_default() {
        *known.entry(leaf.identity()).or_default() += 1;
    }
    let mut leaves = new.leaves();
    leaves.retain(|leaf| match known.get_mut(&leaf.identity()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    leaves
}

impl Leaf<'_> {
    fn identity(&self) -> String {
        format!("{}\0{}", self.path.join("\0"), self.text)
    }
}

/// The byte each line starts at.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1)).collect()
}

fn line_at(starts: &[usize], at: usize) -> usize {
    starts.partition_point(|start| *start <= at).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str, language: Language) -> Vec<(String, String, usize)> {
        let node = read(text, language).unwrap();
        node.leaves().into_iter().map(|leaf| (leaf.path.join("/"), leaf.text, leaf.line)).collect()
    }

    #[test]
    fn json_with_comments_and_trailing_commas() {
        let text = "{\n  // a \"comment\"\n  \"a\": [1, true, null,],\n  /* b */ \"url\": \"http://x//y\", \"e\": \"\\u0041\\n\",\n}\n";
        assert_eq!(
            leaves(text, Language::Json),
            [
                ("a/[]".to_owned(), "1".to_owned(), 2),
                ("a/[]".to_owned(), "true".to_owned(), 2),
                ("a/[]".to_owned(), String::new(), 2),
                ("url".to_owned(), "http://x//y".to_owned(), 3),
                ("e".to_owned(), "A\n".to_owned(), 3),
            ]
        );
    }

    #[test]
    fn yaml_keeps_words_lines_and_anchors() {
        let text = "on:\n  push:\n    branches: [main]\nx: &a\n  k: v\ny: *a\nrun: |\n  one\n  two\n";
        let node = read(text, Language::Yaml).unwrap();
        assert_eq!(node.at(&["on", "push", "branches"]).unwrap().texts(), ["main"]);
        assert_eq!(node.at(&["y", "k"]).unwrap().scalar(), "v");
        assert_eq!(node.get("run").unwrap().text(), Some("one\ntwo\n"));
        assert_eq!(node.at(&["on", "push", "branches"]).unwrap().line, 2);
        assert_eq!(node.get("run").unwrap().line, 7, "a block starts at its first line of text");
    }

    #[test]
    fn toml_has_the_same_shape() {
        let text = "model = \"x\"\n\n[mcp_servers.db]\ncommand = \"npx\"\nargs = [\n  \"-y\",\n]\n";
        let node = read(text, Language::Toml).unwrap();
        assert_eq!(node.at(&["mcp_servers", "db", "command"]).unwrap().scalar(), "npx");
        assert_eq!(node.at(&["mcp_servers", "db", "command"]).unwrap().line, 3);
        assert_eq!(node.at(&["mcp_servers", "db", "args"]).unwrap().texts(), ["-y"]);
    }

    #[test]
    fn what_is_not_well_formed_is_said() {
        for (text, language) in
            [("{\"a\": }", Language::Json), ("{\"a\": 1", Language::Json), ("a: [", Language::Yaml), ("a = ", Language::Toml)]
        {
            assert!(read(text, language).is_err(), "{text}");
        }
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(&deep, Language::Json).is_err());
        assert!(read(&deep, Language::Yaml).is_err());
        assert!(read(&format!("a = {deep}"), Language::Toml).is_err());
    }

    #[test]
    fn added_leaves_ignore_order() {
        let old = read("{\"a\": [1, 2], \"b\": 1}", Language::Json).unwrap();
        let new = read("{\"b\": 1, \"a\": [2, 1, 2]}", Language::Json).unwrap();
        let added: Vec<String> = added(Some(&old), &new).into_iter().map(|leaf| leaf.text).collect();
        assert_eq!(added, ["2"]);
    }
}
