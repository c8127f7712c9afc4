//! A parsed text that rules walk on a budget: when it is used up, every walk ends at once.
//!
//! Parents and siblings are one look away, and nothing here calls itself, however deep a hostile text nests.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use ast_grep_core::source::{Doc, Edit, SgNode};
use ast_grep_core::tree_sitter::TSLanguage;
use ast_grep_core::{Language as _, Position};

use super::grammar::Grammar;
use super::grow::{Entry, Nodes, Unread};

/// A parsed text.
#[derive(Clone)]
pub(super) struct Tree {
    text: String,
    grammar: Grammar,
    tables: TSLanguage,
    nodes: Nodes,
    lines: Vec<usize>,
    steps: Cell<u64>,
    /// What reading a text of 32 bytes costs.
    weight: Cell<u64>,
}

impl Tree {
    /// Parses `parts` of `text`; all of it when there are none.
    pub(super) fn read(text: &str, parts: &[Range<usize>], grammar: Grammar) -> Result<Self, Unread> {
        let (tables, nodes) = (grammar.tables(), Nodes::grow(text, parts, grammar)?);
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Ok(Self { text: text.to_owned(), grammar, tables, nodes, lines, steps: Cell::new(0), weight: Cell::new(1) })
    }

    /// How many nodes it has.
    pub(super) fn size(&self) -> usize {
        self.nodes.list.len()
    }

    /// Whether nodes were cut off because they nest too deep.
    pub(super) fn is_cut(&self) -> bool {
        self.nodes.cut
    }

    /// How deep it nests.
    pub(super) fn depth(&self) -> usize {
        self.nodes.depth
    }

    /// Grants `steps` for what comes; a regular expression costs `weight` for every 32 bytes it reads.
    pub(super) fn grant(&self, steps: u64, weight: u64) {
        self.steps.set(steps);
        self.weight.set(weight);
    }

    /// The steps that are left.
    pub(super) fn left(&self) -> u64 {
        self.steps.get()
    }

    /// Takes `steps` away; whether there were so many.
    fn spend(&self, steps: u64) -> bool {
        let left = self.steps.get().saturating_sub(steps);
        self.steps.set(left);
        left > 0
    }

    /// The node at `at`, when there are so many.
    pub(super) fn at(&self, at: u32) -> Option<Node<'_>> {
        ((at as usize) < self.nodes.list.len()).then(|| self.node(at))
    }

    fn node(&self, at: u32) -> Node<'_> {
        Node { tree: self, at }
    }
}

impl Doc for Tree {
    type Source = String;
    type Lang = Grammar;
    type Node<'r> = Node<'r>;

    fn get_lang(&self) -> &Grammar {
        &self.grammar
    }

    fn get_source(&self) -> &String {
        &self.text
    }

    fn do_edit(&mut self, _: &Edit<String>) -> Result<(), String> {
        Err("a change under review is never edited".to_owned())
    }

    fn root_node(&self) -> Node<'_> {
        self.node(0)
    }

    fn get_node_text<'a>(&'a self, node: &Node<'a>) -> Cow<'a, str> {
        let range = node.range();
        let cost = 1 + self.weight.get() * (range.len() as u64) / 32;
        Cow::Borrowed(if self.spend(cost) { self.text.get(range).unwrap_or("") } else { "" })
    }
}

/// A node of a [`Tree`].
#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    tree: &'t Tree,
    at: u32,
}

impl<'t> Node<'t> {
    fn entry(&self) -> Entry {
        // An index is only ever made from the list itself.
        self.tree.nodes.list[self.at as usize]
    }

    /// The place behind this node and all below it.
    pub(super) fn behind(&self) -> u32 {
        self.entry().after
    }

    fn first_child(&self) -> Option<Self> {
        (self.entry().children > 0).then(|| self.tree.node(self.at + 1))
    }

    fn sibling(&self) -> Option<Self> {
        let entry = self.entry();
        let parent = self.tree.node(entry.parent);
        (entry.parent != self.at && entry.after < parent.entry().after).then(|| self.tree.node(entry.after))
    }

    fn elder(&self) -> Option<Self> {
        let before = self.entry().before;
        (before != self.at).then(|| self.tree.node(before))
    }

    fn position(&self, byte: usize) -> Position {
        let row = self.tree.lines.partition_point(|start| *start <= byte).saturating_sub(1);
        Position::new(row, byte - self.tree.lines.get(row).copied().unwrap_or(0), byte)
    }
}

/// The children of a node.
pub(super) struct Children<'t> {
    next: Option<Node<'t>>,
    left: usize,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        let node = self.next.take()?;
        self.next = node.sibling();
        self.left = self.left.saturating_sub(1);
        Some(node)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Children<'_> {}

impl<'t> SgNode<'t> for Node<'t> {
    fn parent(&self) -> Option<Self> {
        let parent = self.entry().parent;
        (parent != self.at && self.tree.spend(1)).then(|| self.tree.node(parent))
    }

    fn ancestors(&self, _: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), SgNode::parent)
    }

    fn dfs(&self) -> impl Iterator<Item = Self> {
        let tree = self.tree;
        (self.at..self.entry().after).map_while(move |at| tree.spend(1).then(|| tree.node(at)))
    }

    fn children(&self) -> impl ExactSizeIterator<Item = Self> {
        // A pattern with several ellipses keeps what it saw of a list for each element of it.
        let left = self.entry().children as usize;
        let wide = (left / 64) as u64;
        let next = self.tree.spend(1 + left as u64 + wide * wide).then(|| self.first_child()).flatten();
        Children { left: if next.is_some() { left } else { 0 }, next }
    }

    fn child(&self, nth: usize) -> Option<Self> {
        self.children().nth(nth)
    }

    fn next(&self) -> Option<Self> {
        self.tree.spend(1).then(|| self.sibling()).flatten()
    }

    fn prev(&self) -> Option<Self> {
        self.tree.spend(1).then(|| self.elder()).flatten()
    }

    fn next_all(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(SgNode::next(self), SgNode::next)
    }

    fn prev_all(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(SgNode::prev(self), SgNode::prev)
    }

    fn kind(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.tree.tables.node_kind_for_id(self.entry().kind).unwrap_or("ERROR"))
    }

    fn kind_id(&self) -> u16 {
        self.entry().kind
    }

    fn node_id(&self) -> usize {
        self.at as usize
    }

    fn range(&self) -> Range<usize> {
        let entry = self.entry();
        entry.start as usize..entry.end as usize
    }

    fn start_pos(&self) -> Position {
        self.position(self.range().start)
    }

    fn end_pos(&self) -> Position {
        self.position(self.range().end)
    }

    fn is_named(&self) -> bool {
        self.entry().named
    }

    fn is_named_leaf(&self) -> bool {
        self.entry().named_children == 0
    }

    fn is_leaf(&self) -> bool {
        self.entry().children == 0
    }

    fn is_missing(&self) -> bool {
        self.entry().missing
    }

    fn is_error(&self) -> bool {
        self.entry().error
    }

    fn is_extra(&self) -> bool {
        self.entry().extra
    }

    fn field(&self, name: &str) -> Option<Self> {
        self.child_by_field_id(self.tree.grammar.field_to_id(name)?)
    }

    fn field_children(&self, field_id: Option<u16>) -> impl Iterator<Item = Self> {
        let wanted = field_id.unwrap_or(0);
        self.children().filter(move |child| wanted != 0 && child.entry().field == wanted)
    }

    fn child_by_field_id(&self, field_id: u16) -> Option<Self> {
        self.children().find(|child| child.entry().field == field_id)
    }
}
