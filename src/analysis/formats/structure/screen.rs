//! Which rules could match in a text, by the words they need: one pass over it for all rules of a pack, before anything is parsed.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use super::question::Question;

/// The words of all rules.
pub(super) struct Screen {
    words: Option<AhoCorasick>,
    /// For each word the rules that look for it.
    rules: Vec<Vec<usize>>,
    /// Whether a rule needs any of its words.
    needs: Vec<bool>,
}

impl Screen {
    /// The screen of `questions`.
    pub(super) fn new(questions: &[Question]) -> Self {
        let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut needs = Vec::new();
        for (at, question) in questions.iter().enumerate() {
            let needed = question.needs();
            needs.push(needed.is_some());
            for word in needed.into_iter().flatten() {
                by_word.entry(word.to_ascii_lowercase()).or_default().push(at);
            }
        }
        // Keywords of some languages may be written in any case.
        let words = AhoCorasick::builder().ascii_case_insensitive(true).build(by_word.keys());
        match words {
            Ok(words) => Self { words: Some(words), rules: by_word.into_values().collect(), needs },
            // Too many words for an automaton: every rule is asked.
            Err(_) => Self { words: None, rules: Vec::new(), needs: vec![false; needs.len()] },
        }
    }

    /// For each rule whether it could match in `text`.
    pub(super) fn possible(&self, text: &str) -> Vec<bool> {
        let mut possible: Vec<bool> = self.needs.iter().map(|needs| !needs).collect();
        for found in self.words.iter().flat_map(|words| words.find_overlapping_iter(text)) {
            for rule in self.rules.get(found.pattern().as_usize()).into_iter().flatten() {
                if let Some(possible) = possible.get_mut(*rule) {
                    *possible = true;
                }
            }
        }
        possible
    }
}
