//! All structure rules of a pack as one set: each side of a changed file is parsed once, for all rules of its language.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use ast_grep_core::matcher::NodeMatch;

use super::grammar::Grammar;
use super::hunt::{self, Asked};
use super::proofs;
use super::question::Question;
use super::screen::Screen;
use super::side::Side;
use super::tree::Tree;
use super::words::When;
use crate::analysis::check::{ChangeView, Draft};
use crate::analysis::effort::spend;
use crate::analysis::hints::{Needs, Reach, Words};
use crate::analysis::rule_set::{RuleSet, SetSink};
use crate::analysis::view::FileView;
use crate::model::diff::FileDiff;
use crate::model::rule::Rule;

/// The rules of a pack, with what each asks at the same place.
#[derive(Default)]
pub(super) struct Structure {
    /// Their words.
    pub(super) rules: Vec<Rule>,
    /// What they ask.
    pub(super) questions: Vec<Arc<Question>>,
    by_grammar: HashMap<Grammar, Spoken>,
}

/// The rules of one language.
#[derive(Default)]
struct Spoken {
    /// Their positions.
    rules: Vec<usize>,
    /// Which of them could match, in the same order; made when a text comes that nobody looked through for all rules.
    screen: OnceLock<Screen>,
}

impl Structure {
    /// Takes a rule in; `own` says that it is one of this program.
    pub(super) fn add(&mut self, mut rule: Rule, question: Question, own: bool) {
        let question = Arc::new(question);
        if own {
            rule.examples = proofs::own(rule.id.0, Arc::clone(&question));
        }
        self.by_grammar.entry(question.grammar).or_default().rules.push(self.rules.len());
        self.rules.push(rule);
        self.questions.push(question);
    }

    /// The rules that look at `file`, in its language, fire `when`, and could match in `side`; and that part of it which they must know, where
    /// that is less than all.
    fn asked<'v>(&self, file: &FileView<'_>, side: &Side<'v>, when: When, sink: &SetSink<'_>) -> (Vec<Asked<'_>>, Option<Side<'v>>) {
        let mut asked = self.possible(file, side, when, sink);
        let hunks = if asked.is_empty() { Vec::new() } else { side.hunks() };
        let mut read = vec![false; hunks.len()];
        asked.retain(|(_, question)| {
            let may: Vec<bool> = hunks.iter().map(|hunk| question.near().may_match(hunk)).collect();
            let counts = hunks.is_empty() || hunks.iter().zip(&may).any(|(hunk, may)| *may && hunk.changed);
            if counts {
                read.iter_mut().zip(may).for_each(|(read, may)| *read |= may);
            }
            counts
        });
        spend(|effort| effort.asked += asked.len());
        let narrow = read.contains(&false) && asked.iter().all(|(_, question)| question.near().alone);
        let parts = hunks.into_iter().zip(read).filter(|(_, read)| *read).map(|(hunk, _)| hunk.bytes);
        (asked, if narrow { side.only(parts) } else { None })
    }

    /// The rules that look at `file`, in its language, fire `when`, and could match in the text of `side`.
    fn possible(&self, file: &FileView<'_>, side: &Side<'_>, when: When, sink: &SetSink<'_>) -> Vec<Asked<'_>> {
        if !side.is_changed() {
            return Vec::new();
        }
        let Some(spoken) = self.by_grammar.get(&side.grammar) else { return Vec::new() };
        let rules = || spoken.rules.iter().filter_map(|at| Some((self.rules.get(*at)?, &**self.questions.get(*at)?)));
        let looks = |(rule, question): &Asked<'_>| question.when == when && sink.runs(rule) && question.about(file);
        let text = side.view.text();
        let seen = sink.seen().map(|seen| spoken.rules.iter().map(|at| seen.suffices(*at)).collect::<Vec<_>>());
        let possible = seen.unwrap_or_else(|| {
            let worth = rules().any(|asked| looks(&asked));
            let screen = || spoken.screen.get_or_init(|| Screen::new(rules().map(|(_, question)| question)));
            if worth { screen().possible(text) } else { Vec::new() }
        });
        let asked = rules().zip(possible).filter(|(_, possible)| *possible).map(|(asked, _)| asked);
        asked.filter(looks).filter(|(_, question)| question.may_match(text)).collect()
    }
}

impl RuleSet for Structure {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn needs(&self) -> Vec<Needs> {
        let needs = |question: &Arc<Question>| {
            let (added, choices) = (question.when == When::Added, question.needs());
            let side = if added { Reach::TEXT_AFTER } else { Reach::TEXT_BEFORE };
            // What was lost stood at least in part on lines that went.
            let lost = (!added && !choices.is_empty()).then(|| Words::one_of(choices.iter().flatten().cloned().collect()));
            let needs = lost.into_iter().fold(Needs::nothing(), |needs, lost| needs.and(Reach::REMOVED, lost));
            choices.into_iter().fold(needs, |needs, choice| needs.and(side, Words::one_of(choice)))
        };
        self.questions.iter().map(needs).collect()
    }

    fn file(&self, file: &FileView<'_>, sink: &mut SetSink<'_>) {
        let Some(grammar) = Grammar::of(file).filter(|grammar| self.by_grammar.contains_key(grammar)) else { return };
        let Some(new) = file.new_side().map(|view| Side::new(view, grammar)) else { return };
        let old = file.old().map(|view| Side::new(view, grammar));
        let (asked, part) = self.asked(file, &new, When::Added, sink);
        if !asked.is_empty() {
            added(file, part.as_ref().unwrap_or(&new), old.as_ref(), &asked, sink);
        }
        let Some(old) = old else { return };
        let (asked, part) = self.asked(file, &old, When::Removed, sink);
        if !asked.is_empty() {
            removed(file, part.as_ref().unwrap_or(&old), &new, &asked, sink);
        }
    }

    fn change(&self, change: &ChangeView<'_>, sink: &mut SetSink<'_>) {
        let read = change.change.patch.files.iter().zip(change.outcomes);
        let parts: Vec<&FileDiff> = read.filter(|(_, outcome)| outcome.counts.contains_key(IN_PARTS)).map(|(file, _)| file).collect();
        let Some(first) = parts.first() else { return };
        let (at, what) = match parts.len() {
            1 => (Some(first.path()), "only its changed parts are known".to_owned()),
            many => (None, format!("of {many} files, such as {}, only the changed parts are known", first.path().text())),
        };
        sink.skip(at, format!("{what}, and rules of ast-grep read those alone: what they ask of the code around went unseen"));
    }
}

/// What a file is counted as whose rules saw no more of it than its hunks.
const IN_PARTS: &str = "structure: read in parts";

/// Says that rules saw no more of a file than its hunks. It is told once, for all files: a bare patch is all parts.
fn note_parts(side: &Side<'_>, sink: &mut SetSink<'_>) {
    if !side.view.whole && side.root().is_ok() {
        sink.count(IN_PARTS, 1);
    }
}

/// Reports what `asked` match on added lines. What they matched on removed lines in the same words has only moved.
fn added(file: &FileView<'_>, new: &Side<'_>, old: Option<&Side<'_>>, asked: &[Asked<'_>], sink: &mut SetSink<'_>) {
    note_parts(new, sink);
    let mut found = Vec::new();
    let mut unseen = hunt::through(new, asked, &|range: &Range<usize>| new.touches(range), &mut |index, matched| {
        if let Some((_, question)) = asked.get(index) {
            found.push((index, words_of(new, matched), draft(file, new, question, matched)));
        }
    });
    let mut moved: HashMap<(usize, String), usize> = HashMap::new();
    if let Some(old) = old.filter(|_| !found.is_empty()) {
        unseen.extend(hunt::through(old, asked, &|range: &Range<usize>| old.touches(range), &mut |index, matched| {
            *moved.entry((index, words_of(old, matched))).or_default() += 1;
        }));
    }
    for (index, words, draft) in found {
        match moved.get_mut(&(index, words)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => {
                if let Some((rule, _)) = asked.get(index) {
                    sink.report(rule, draft);
                }
            }
        }
    }
    unseen.into_iter().for_each(|why| sink.skip(Some(file.repo_path()), why));
}

/// The text of a match, however it is laid out.
fn words_of(side: &Side<'_>, found: &NodeMatch<'_, Tree>) -> String {
    side.view.text().get(found.range()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reports what `asked` matched on removed lines and match nowhere any more. Two matches with the same message are the same guard: one that
/// moved, or that its rule takes for as good.
fn removed(file: &FileView<'_>, old: &Side<'_>, new: &Side<'_>, asked: &[Asked<'_>], sink: &mut SetSink<'_>) {
    note_parts(old, sink);
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
