//! Settings as trees, one for each document of a file, also where templates stand in them.

use std::collections::BTreeMap;

use crate::analysis::document::node::{Leaf, Node};
use crate::analysis::document::yaml;
use crate::analysis::language::Language;
use crate::analysis::view::{FileView, SideView};

/// A larger file of settings is data.
const LARGEST: usize = 400_000;

/// The documents of both sides of a file, as far as they can be read.
pub(super) struct Trees {
    /// Before.
    pub(super) old: Vec<Node>,
    /// After.
    pub(super) new: Vec<Node>,
}

impl Trees {
    /// The trees of `file`; `None` where one of the sides cannot be read or is not known as a whole.
    pub(super) fn of(file: &FileView<'_>) -> Option<Self> {
        let read = |side: Option<&SideView<'_>>| side.map_or(Some(Vec::new()), |side| documents(file.language, side));
        Some(Self { old: read(file.old())?, new: read(file.new_side())? })
    }
}

fn documents(language: Language, side: &SideView<'_>) -> Option<Vec<Node>> {
    if !side.whole || side.text().len() > LARGEST {
        return None;
    }
    match language {
        Language::Yaml if side.text().contains("{{") => yaml::all(&without_templates(side.text())).ok(),
        Language::Yaml => yaml::all(side.text()).ok(),
        Language::Json | Language::Toml => side.document().ok().map(|tree| vec![tree.clone()]),
        _ => None,
    }
}

/// `text` with what a template engine would fill in blanked or replaced by a word; lines keep their numbers.
fn without_templates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let bare = line.trim().trim_start_matches("- ");
        if !(bare.starts_with("{{") && bare.ends_with("}}")) {
            let mut rest = line;
            while let Some((before, after)) = rest.split_once("{{") {
                out.push_str(before);
                out.push('x');
                rest = after.split_once("}}").map_or("", |(_, behind)| behind);
            }
            out.push_str(rest);
        }
        out.push('\n');
    }
    out
}

/// The last name on the way to a leaf.
pub(super) fn key<'l>(leaf: &Leaf<'l>) -> &'l str {
    leaf.path.iter().rev().find(|part| **part != "[]").copied().unwrap_or("")
}

/// The last name but one.
pub(super) fn above<'l>(leaf: &Leaf<'l>) -> &'l str {
    leaf.path.iter().rev().filter(|part| **part != "[]").nth(1).copied().unwrap_or("")
}

/// All leaves of several documents.
pub(super) fn leaves(trees: &[Node]) -> Vec<Leaf<'_>> {
    trees.iter().flat_map(Node::leaves).collect()
}

/// What `facts` says of each document, counted, with the first line it was said of.
pub(super) fn count<'t, K: Ord>(trees: &'t [Node], fact: impl Fn(&Leaf<'t>) -> Option<K>) -> BTreeMap<K, Vec<usize>> {
    let mut out: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for leaf in leaves(trees) {
        if let Some(fact) = fact(&leaf) {
            out.entry(fact).or_default().push(leaf.line);
        }
    }
    out
}

/// A map by its `kind` and `metadata.name`, as Kubernetes has them.
pub(super) fn named(node: &Node) -> Option<(String, String)> {
    Some((node.get("kind")?.scalar(), node.at(&["metadata", "name"])?.scalar()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_leave_settings_readable() {
        let text = "a: {{ .Values.a }}\n{{- if .Values.b }}\nb:\n  {{- toYaml .Values.c | nindent 2 }}\n{{- end }}\nc: \"{{ x }}-y\"\n";
        let clean = without_templates(text);
        assert_eq!(clean.lines().count(), text.lines().count());
        let trees = yaml::all(&clean).unwrap();
        assert_eq!(trees[0].get("c").unwrap().scalar(), "x-y");
    }
}
