//! The shape of a settings file: nodes with lines, and what one tree has that another lacks.

use std::collections::HashMap;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its line in the text it was read from, from 0.
    pub line: usize,
    /// The line of the key it stands under; its own where it stands under none.
    pub key: usize,
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

/// A value that holds no other (an empty list or map too), with the names that lead to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf<'n> {
    /// Keys from the root; a position in a list is `[]`.
    pub path: Vec<&'n str>,
    /// Its text: `true`, `3`, `npx`, empty for nothing.
    pub text: String,
    /// Its line, from 0.
    pub line: usize,
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

    /// Takes the entries of the map under `key` out of it, so that each can be let go when it was read; none for anything else.
    pub fn take_entries(&mut self, key: &str) -> Vec<(String, Self)> {
        let Value::Map(entries) = &mut self.value else { return Vec::new() };
        let found = entries.iter_mut().rev().find(|(name, _)| name == key);
        match found.map(|(_, node)| std::mem::replace(&mut node.value, Value::Null)) {
            Some(Value::Map(entries)) => entries,
            _ => Vec::new(),
        }
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
            Value::Map(entries) if !entries.is_empty() => {
                for (key, node) in entries {
                    path.push(key);
                    node.walk(path, out);
                    path.pop();
                }
            }
            Value::List(items) if !items.is_empty() => {
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
pub(super) fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1)).collect()
}

/// The line that holds the byte `at`, from 0.
pub(super) fn line_at(starts: &[usize], at: usize) -> usize {
    starts.partition_point(|start| *start <= at).saturating_sub(1)
}
