//! Asks all questions of one language of one tree: a single walk, each node for the questions it could answer.
//!
//! Each question has its own budget, and all of them together have one: neither a rule nor a text can stall a scan.

use std::collections::HashMap;
use std::ops::Range;

use ast_grep_core::matcher::{MatcherExt as _, NodeMatch};
use ast_grep_core::source::SgNode as _;
use ast_grep_core::{AstGrep, Matcher as _};

use super::grow::DEEPEST;
use super::question::{Question, Ready};
use super::side::Side;
use super::tree::Tree;
use crate::model::rule::Rule;

/// Steps one question may take in one tree, besides some for each node.
const STEPS: u64 = 2_000_000;
const STEPS_PER_NODE: u64 = 64;
/// How many questions may use up their steps before the rest goes without.
const EXHAUSTED: u64 = 8;
/// A rule that asks itself further down or up does so on the stack.
const DEEPEST_RECURSION: usize = 100;

/// A rule that looks at a file: its words and what it asks.
pub(super) type Asked<'r> = (&'r Rule, &'r Question);

/// Reports every match of the rules `asked` in a node that `touches` what is of interest, with the rule's position. Says in one
/// sentence each what was not looked at.
pub(super) fn through(
    side: &Side<'_>,
    asked: &[Asked<'_>],
    touches: &dyn Fn(&Range<usize>) -> bool,
    found: &mut dyn FnMut(usize, &NodeMatch<'_, Tree>),
) -> Vec<String> {
    let root = match side.root() {
        Ok(root) => root,
        Err(why) => return vec![why.to_owned()],
    };
    let tree = root.root().get_doc();
    let mut unseen = Vec::new();
    if tree.is_cut() {
        unseen.push(format!("nested deeper than {DEEPEST} levels: rules of ast-grep read it only down to there"));
    }
    let mut hunt = Hunt::new(root, asked, &mut unseen);
    hunt.run(touches, found);
    let stopped = hunt.cut.iter().filter_map(|index| asked.get(*index));
    unseen.extend(stopped.map(|(rule, _)| format!("{}: it took too many steps here and was stopped; matches may be missing", rule.id)));
    unseen
}

struct Hunt<'h, 't> {
    root: &'t AstGrep<Tree>,
    tree: &'t Tree,
    /// What each rule asks, where it can be asked here.
    ready: Vec<Option<&'h Ready>>,
    by_kind: HashMap<u16, Vec<usize>>,
    /// The steps each rule has left.
    left: Vec<u64>,
    all_left: u64,
    /// The rules that were stopped.
    cut: Vec<usize>,
}

impl<'h, 't> Hunt<'h, 't> {
    fn new(root: &'t AstGrep<Tree>, asked: &[Asked<'h>], unseen: &mut Vec<String>) -> Self {
        let tree = root.root().get_doc();
        let each = STEPS + STEPS_PER_NODE * tree.size() as u64;
        let mut ready = Vec::new();
        for (rule, question) in asked {
            ready.push(match question.ready() {
                Ok(ready) if ready.recursive && tree.depth() > DEEPEST_RECURSION => {
                    unseen.push(format!(
                        "{}: it asks itself, and this nests deeper than {DEEPEST_RECURSION} levels; it was not asked",
                        rule.id
                    ));
                    None
                }
                Ok(ready) => Some(ready),
                Err(why) => {
                    unseen.push(format!("{}: {why}", rule.id));
                    None
                }
            });
        }
        Self { root, tree, by_kind: by_kind(&ready), left: vec![each; ready.len()], ready, all_left: each * EXHAUSTED, cut: Vec::new() }
    }

    fn run(&mut self, touches: &dyn Fn(&Range<usize>) -> bool, found: &mut dyn FnMut(usize, &NodeMatch<'_, Tree>)) {
        let by_kind = std::mem::take(&mut self.by_kind);
        let mut at = 0;
        while let Some(node) = self.tree.at(at) {
            if !touches(&node.range()) {
                at = node.behind();
                continue;
            }
            for index in by_kind.get(&node.kind_id()).into_iter().flatten() {
                if let Some(here) = self.ask(*index, at) {
                    found(*index, &here);
                }
            }
            at += 1;
        }
    }

    fn ask(&mut self, index: usize, at: u32) -> Option<NodeMatch<'t, Tree>> {
        let (ready, left) = (self.ready.get(index).copied().flatten()?, self.left.get_mut(index)?);
        let granted = (*left).min(self.all_left);
        if granted == 0 {
            return None;
        }
        // Taking a node up walks to the root where assertions are on.
        self.tree.grant(u64::MAX, 1);
        let node = self.root.adopt(self.tree.at(at)?);
        self.tree.grant(granted.saturating_sub(ready.toll), ready.weight);
        let found = ready.core.match_node(node);
        let rest = self.tree.left();
        *left -= granted - rest;
        self.all_left -= granted - rest;
        self.tree.grant(u64::MAX, 1);
        if rest > 0 {
            return found;
        }
        // What a walk that ended early says is worth nothing.
        *left = 0;
        self.cut.push(index);
        None
    }
}

fn by_kind(ready: &[Option<&Ready>]) -> HashMap<u16, Vec<usize>> {
    let mut by_kind: HashMap<u16, Vec<usize>> = HashMap::new();
    for (index, ready) in ready.iter().enumerate() {
        for kind in ready.and_then(|ready| ready.core.potential_kinds()).iter().flatten() {
            by_kind.entry(u16::try_from(kind).unwrap_or(u16::MAX)).or_default().push(index);
        }
    }
    by_kind
}
