//! All rules in force: those of code with their words, and those that packs bring in formats people already have.
//!
//! Packs are texts that were read before; nothing here reads a file. What could not be honoured is a note, never silence.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use sha2::{Digest as _, Sha256};

use super::formats;
use super::rule_set::RuleSet;
use super::rules;
use crate::model::pack::{NoteKind, Pack, PackName, RuleNote};
use crate::model::rule::{Rule, RuleId, RuleOrigin};

static EMBEDDED: LazyLock<Arc<Rulebook>> = LazyLock::new(|| Arc::new(Rulebook::with(&[])));

/// Every rule that can run, with its words.
pub struct Rulebook {
    rules: BTreeMap<RuleId, Rule>,
    sets: Vec<Arc<dyn RuleSet>>,
    /// What is to be said of the rule files, by file and line.
    pub notes: Vec<RuleNote>,
    /// The packs beside the rules of code, in the order they were read.
    pub packs: Vec<PackName>,
    /// Lower-case hexadecimal SHA-256 over all rule files, their packs and the program's version.
    pub digest: String,
}

impl Rulebook {
    /// The rules of this program.
    #[must_use]
    pub fn embedded() -> &'static Arc<Self> {
        &EMBEDDED
    }

    /// The rules of this program and those of `packs`.
    #[must_use]
    pub fn with(packs: &[Pack]) -> Self {
        let mut book = Self::only(&[]);
        book.notes.extend(rules::mistakes());
        for rule in rules::all() {
            book.rules.insert(rule.id, rule.clone());
        }
        book.add(&rules::pack());
        packs.iter().for_each(|pack| book.add(pack));
        book.digest = book.digest_with(rules::digest());
        book
    }

    /// The rules of `packs` alone.
    #[must_use]
    pub fn only(packs: &[Pack]) -> Self {
        let mut book = Self { rules: BTreeMap::new(), sets: Vec::new(), notes: Vec::new(), packs: Vec::new(), digest: String::new() };
        packs.iter().for_each(|pack| book.add(pack));
        book.digest = book.digest_with(env!("CARGO_PKG_VERSION"));
        book
    }

    /// The rule called `id`.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|(known, _)| known.0 == id).map(|(_, rule)| rule)
    }

    /// All rules, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The sets that rules of files run in.
    #[must_use]
    pub fn sets(&self) -> &[Arc<dyn RuleSet>] {
        &self.sets
    }

    fn add(&mut self, pack: &Pack) {
        let loaded = formats::load(pack);
        self.notes.extend(pack.notes.iter().cloned().chain(loaded.notes));
        let before = self.rules.len();
        for set in loaded.sets {
            set.rules().iter().for_each(|rule| self.enter(rule));
            self.sets.push(set);
        }
        self.packs.push(PackName {
            name: pack.name.clone(),
            version: pack.version.clone(),
            digest: digest_of(pack),
            rules: self.rules.len() - before,
        });
    }

    /// The first rule of a name keeps it; a second one is named and does not run.
    fn enter(&mut self, rule: &Rule) {
        let Some(first) = self.rules.get(&rule.id) else {
            self.rules.insert(rule.id, rule.clone());
            return;
        };
        let RuleOrigin::File { pack, path, line, .. } = &rule.origin else { return };
        let known = match &first.origin {
            RuleOrigin::Code => "a rule of this program".to_owned(),
            RuleOrigin::File { pack, path, line, .. } => format!("{pack}/{path}:{line}"),
        };
        self.notes.push(RuleNote {
            pack: pack.clone(),
            path: path.clone(),
            line: Some(*line),
            rule: Some(rule.id),
            kind: NoteKind::LeftOut,
            text: format!("{} is the name of {known} already; give this one another", rule.id),
        });
    }

    fn digest_with(&self, base: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(base);
        self.packs.iter().for_each(|pack| hash.update(&pack.digest));
        hex(hash)
    }
}

fn digest_of(pack: &Pack) -> String {
    let mut hash = Sha256::new();
    for file in &pack.files {
        for part in [&file.path, &file.text] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    hex(hash)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
