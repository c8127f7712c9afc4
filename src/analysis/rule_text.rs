//! What belongs to one rule of a pack: its part of its file, what stands before the first rule there, and what rules share. By this
//! it is told whether a rule is still the one that was measured.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::rule_set::RuleSet;
use crate::model::hex::hex;
use crate::model::pack::Pack;
use crate::model::rule::{Rule, RuleOrigin};

/// The texts of the rules of one pack.
pub(crate) struct RuleTexts<'p> {
    files: BTreeMap<&'p str, Parts<'p>>,
    /// Over the files that hold no rule of their own, and so may serve all of them.
    shared: Sha256,
}

/// A file of rules, and where each begins.
struct Parts<'p> {
    text: &'p str,
    /// Where lines begin, in bytes.
    lines: Vec<usize>,
    /// The lines at which rules begin, from 1.
    rules: BTreeSet<u32>,
}

impl<'p> RuleTexts<'p> {
    /// The texts of `pack`, whose rules are those of `sets`.
    pub(crate) fn new(pack: &'p Pack, sets: &[Arc<dyn RuleSet>]) -> Self {
        let mut begins: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for rule in sets.iter().flat_map(|set| set.rules()) {
            if let RuleOrigin::File { path, line, .. } = &rule.origin {
                begins.entry(path).or_default().insert(*line);
            }
        }
        let (mut files, mut shared) = (BTreeMap::new(), Sha256::new());
        for file in &pack.files {
            if let Some(rules) = begins.remove(file.path.as_str()) {
                let lines = std::iter::once(0).chain(file.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
                files.insert(file.path.as_str(), Parts { text: &file.text, lines, rules });
            } else if !is_proof(&file.path) {
                shared.update(format!("{}:{}\n{}:", file.path.len(), file.path, file.text.len()));
                shared.update(&file.text);
            }
        }
        Self { files, shared }
    }

    /// Lower-case hexadecimal SHA-256 over what belongs to `rule`, when it is one of a file.
    pub(crate) fn of(&self, rule: &Rule) -> Option<String> {
        let RuleOrigin::File { path, line, .. } = &rule.origin else { return None };
        let file = self.files.get(path.as_str())?;
        let (first, next) = (file.rules.first().copied(), file.rules.range(line + 1..).next().copied());
        let mut hash = self.shared.clone();
        for part in [file.part(1, first), file.part(*line, next)] {
            hash.update(format!("\n{}:", part.len()));
            hash.update(part);
        }
        Some(hex(&hash.finalize()))
    }
}

impl Parts<'_> {
    /// The lines from `from` up to `upto`, from 1.
    fn part(&self, from: u32, upto: Option<u32>) -> &str {
        let start = |line: u32| {
            let at = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
            self.lines.get(at).copied().unwrap_or(self.text.len())
        };
        self.text.get(start(from)..upto.map_or(self.text.len(), start)).unwrap_or("")
    }
}

/// Whether the file only proves rules: what it says changes none.
fn is_proof(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').any(|part| matches!(part, "tests" | "test" | "__tests__")) || name.contains("-test.") || name == "pack.toml"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rulebook::Rulebook;
    use crate::model::pack::PackFile;
    use crate::model::rule::RuleId;

    const ONE: &str = "id: one\nlanguage: python\nmessage: one\nrule:\n  pattern: one()\n";
    const TWO: &str = "id: two\nlanguage: python\nmessage: two\nrule:\n  pattern: two()\n";

    fn digests(files: &[(&str, &str)]) -> [Option<String>; 2] {
        let files = files.iter().map(|(path, text)| PackFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
        let book = Rulebook::only(&[Pack { name: "own".to_owned(), files, ..Pack::default() }]);
        ["one", "two"].map(|id| book.digest_of(RuleId(id)))
    }

    #[test]
    fn a_rule_is_another_one_when_its_own_text_is() {
        let both = |one: &str, two: &str| format!("{one}---\n{two}");
        let [one, two] = digests(&[("a.yml", &both(ONE, TWO))]);
        assert!(one.is_some() && two.is_some() && one != two);
        let [same, other] = digests(&[("a.yml", &both(ONE, &TWO.replace("two()", "three()")))]);
        assert!(same == one && other != two && other.is_some());
    }

    #[test]
    fn tests_change_no_rule() {
        let test = ("tests/one-test.yml", "id: one\nvalid:\n  - x = 1\ninvalid:\n  - one()\n");
        assert_eq!(digests(&[("a.yml", ONE)]), digests(&[("a.yml", ONE), test]));
    }
}
