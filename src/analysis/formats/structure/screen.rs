//! Which rules could match in a text, by the words they need: one pass over it for all rules of a pack, before anything is parsed.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use super::question::Question;
use super::regexes::Choice;
use crate::analysis::literals::Word;

/// The words of all rules.
pub(super) struct Screen {
    words: Option<AhoCorasick>,
    /// What each text of the automaton stands for.
    meant: Vec<Vec<(Word, usize)>>,
    /// For each rule the choices of which it needs one word each.
    needs: Vec<Vec<usize>>,
    choices: usize,
}

impl Screen {
    /// The screen of `questions`.
    pub(super) fn new<'q>(questions: impl Iterator<Item = &'q Question>) -> Self {
        let mut by_text: BTreeMap<String, Vec<(Word, usize)>> = BTreeMap::new();
        let mut numbers: BTreeMap<Choice, usize> = BTreeMap::new();
        let mut needs = Vec::new();
        for question in questions {
            let needed = question.needs().into_iter().map(|choice| {
                let next = numbers.len();
                *numbers.entry(choice).or_insert(next)
            });
            needs.push(needed.collect());
        }
        for (choice, number) in &numbers {
            choice.iter().for_each(|word| by_text.entry(word.text.clone()).or_default().push((word.clone(), *number)));
        }
        // Keywords of some languages may be written in any case. Too many words for an automaton: every rule is asked.
        let words = AhoCorasick::builder().ascii_case_insensitive(true).build(by_text.keys()).ok();
        Self { words, meant: by_text.into_values().collect(), needs, choices: numbers.len() }
    }

    /// For each rule whether it could match in `text`.
    pub(super) fn possible(&self, text: &str) -> Vec<bool> {
        let Some(words) = &self.words else { return vec![true; self.needs.len()] };
        let mut held = vec![false; self.choices];
        for found in words.find_overlapping_iter(text) {
            for (word, choice) in self.meant.get(found.pattern().as_usize()).into_iter().flatten() {
                if let Some(held) = held.get_mut(*choice).filter(|held| !**held) {
                    *held = word.stands(text, found.range());
                }
            }
        }
        self.needs.iter().map(|needs| needs.iter().all(|choice| held.get(*choice).copied().unwrap_or(true))).collect()
    }
}
