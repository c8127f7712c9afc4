//! All structure rules of a pack as one set: each side of a changed file is parsed once, for all rules of its language.

use std::collections::HashMap;
use std::ops::Range;

use ast_grep_core::matcher::NodeMatch;

use super::grammar::Grammar;
use super::hunt::{self, Asked};
use super::question::Question;
use super::side::Side;
use super::tree::Tree;
use super::words::When;
use crate::analysis::check::Draft;
use crate::analysis::rule_set::{RuleSet, SetSink};
use crate::analysis::view::FileView;
use crate::model::rule::Rule;

/// The rules of a pack, with what each asks at the same place.
#[derive(Default)]
pub(super) struct Structure {
    /// Their words.
    pub(super) rules: Vec<Rule>,
    /// What they ask.
    pub(super) questions: Vec<Question>,
    by_grammar: HashMap<Grammar, Vec<usize>>,
}

impl Structure {
    /// Takes a rule in.
    pub(super) fn add(&mut self, rule: Rule, question: Question) {
        self.by_grammar.entry(question.grammar).or_default().push(self.rules.len());
        self.rules.push(rule);
        self.questions.push(question);
    }

    /// The rules that look at `file`, in its language, and fire `when`.
    fn asked(&self, file: &FileView<'_>, grammar: Grammar, when: When, sink: &SetSink<'_>) -> Vec<Asked<'_>> {
        let places = self.by_grammar.get(&grammar).into_iter().flatten();
        let rules = places.filter_map(|at| Some((self.rules.get(*at)?, self.questions.get(*at)?)));
        rules.filter(|(rule, question)| question.when == when && sink.runs(rule) && question.paths.hold(&file.path)).collect()
    }
}

impl RuleSet for Structure {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn file(&self, file: &FileView<'_>, sink: &mut SetSink<'_>) {
        let Some(grammar) = Grammar::of(file).filter(|grammar| self.by_grammar.contains_key(grammar)) else { return };
        let Some(new) = file.new_side().map(|view| Side::new(view, grammar)) else { return };
        let asked = self.asked(file, grammar, When::Added, sink);
        if !asked.is_empty() && new.is_changed() {
            added(file, &new, &asked, sink);
        }
        let asked = self.asked(file, grammar, When::Removed, sink);
        let old = file.old().map(|view| Side::new(view, grammar));
        if let Some(old) = old.filter(|old| !asked.is_empty() && old.is_changed()) {
            removed(file, &old, &new, &asked, sink);
        }
    }
}

/// Reports what `asked` match on added lines.
fn added(file: &FileView<'_>, new: &Side<'_>, asked: &[Asked<'_>], sink: &mut SetSink<'_>) {
    let touches = |range: &Range<usize>| new.touches(range);
    let unseen = hunt::through(new, asked, &touches, &mut |index, found| {
        if let Some((rule, question)) = asked.get(index) {
            sink.report(rule, draft(file, new, question, found));
        }
    });
    unseen.into_iter().for_each(|why| sink.skip(Some(file.repo_path()), why));
}

/// Reports what `asked` matched on removed lines and match nowhere any more. Two matches with the same message are the same guard: one that
/// moved, or that its rule takes for as good.
fn removed(file: &FileView<'_>, old: &Side<'_>, new: &Side<'_>, asked: &[Asked<'_>], sink: &mut SetSink<'_>) {
    let (mut gone, mut balance) = (Vec::new(), HashMap::new());
    let says = |index: usize, found: &NodeMatch<'_, Tree>| asked.get(index).map(|(_, question)| question.message.of(found.get_env()));
    let mut unseen = hunt::through(old, asked, &|_| true, &mut |index, found| {
        *balance.entry((index, says(index, found))).or_insert(0) += 1;
        if let Some((_, question)) = asked.get(index).filter(|_| old.touches(&found.range())) {
            gone.push((index, says(index, found), draft(file, old, question, found)));
        }
    });
    if !gone.is_empty() {
        unseen.extend(hunt::through(new, asked, &|_| true, &mut |index, found| {
            *balance.entry((index, says(index, found))).or_insert(0) -= 1;
        }));
    }
    for (index, text, draft) in gone {
        let missing = balance.entry((index, text)).or_insert(0);
        if let Some((rule, _)) = asked.get(index).filter(|_| *missing > 0) {
            *missing -= 1;
            sink.report(rule, draft);
        }
    }
    unseen.into_iter().for_each(|why| sink.skip(Some(file.repo_path()), why));
}

/// A finding at the node that the rule labels, or else at the whole match.
fn draft(file: &FileView<'_>, side: &Side<'_>, question: &Question, found: &NodeMatch<'_, Tree>) -> Draft {
    let bound = found.get_env();
    let labelled = question.labels.iter().filter_map(|name| bound.get_match(name)).map(|node| node.range()).min_by_key(|range| range.start);
    let (first, last) = side.pointed(&labelled.unwrap_or_else(|| found.range()));
    Draft::lines(file, side.view, first, last).title(question.message.of(bound))
}
