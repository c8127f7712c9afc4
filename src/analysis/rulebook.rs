//! All rules in force: those of code with their words, and those that packs bring in formats people already have.
//!
//! Packs are texts that were read before; nothing here reads a file. What could not be honoured is a note, never silence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, OnceLock};

use sha2::{Digest as _, Sha256};

use super::formats;
use super::formats::secrets::build;
use super::formats::secrets::extend::Extension;
use super::formats::secrets::matcher::Matcher;
use super::formats::secrets::veil::Veil;
use super::formats::sigma::filters::Filters;
use super::rule_set::RuleSet;
use super::rule_text::RuleTexts;
use super::rules;
use super::screen::Screening;
use crate::model::hex;
use crate::model::pack::{NoteKind, Pack, PackName, RuleNote};
use crate::model::rule::{Rule, RuleId, RuleOrigin};

static EMBEDDED: LazyLock<Arc<Rulebook>> = LazyLock::new(|| Arc::new(Rulebook::with(&[])));

/// Every rule that can run, with its words.
#[derive(Clone)]
pub struct Rulebook {
    rules: BTreeMap<RuleId, Rule>,
    sets: Vec<Arc<dyn RuleSet>>,
    /// What tells which of the checks and sets can find anything in a file.
    screening: Arc<Screening>,
    /// Digests of the texts of rules that the files of other packs brought.
    texts: BTreeMap<RuleId, String>,
    /// The same of the rules of this program, whose sets are the first ones; made when somebody asks.
    own_texts: Arc<OnceLock<BTreeMap<RuleId, String>>>,
    own_sets: usize,
    /// Rules that the settings say shall only annotate.
    annotated: BTreeSet<RuleId>,
    /// The digest before such settings.
    unset: String,
    /// What is to be said of the rule files, by file and line.
    pub notes: Vec<RuleNote>,
    /// The packs beside the rules of code, in the order they were read.
    pub packs: Vec<PackName>,
    /// Lower-case hexadecimal SHA-256 over all rule files, their packs, the program's version, and which rules only annotate.
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
        let brought = rules::pack();
        let filters = Filters::of(std::iter::once(brought).chain(packs), formats::is_sigma);
        book.add(brought, &Extension::of(packs), &filters);
        book.own_sets = book.sets.len();
        packs.iter().for_each(|pack| book.add(pack, &Extension::default(), &filters));
        book.seal(rules::digest());
        book
    }

    /// The rules of `packs` alone.
    #[must_use]
    pub fn only(packs: &[Pack]) -> Self {
        let mut book = Self {
            rules: BTreeMap::new(),
            sets: Vec::new(),
            screening: Arc::default(),
            texts: BTreeMap::new(),
            own_texts: Arc::default(),
            own_sets: 0,
            annotated: BTreeSet::new(),
            unset: String::new(),
            notes: Vec::new(),
            packs: Vec::new(),
            digest: String::new(),
        };
        let filters = Filters::of(packs.iter(), formats::is_sigma);
        packs.iter().for_each(|pack| book.add(pack, &Extension::default(), &filters));
        book.seal(env!("CARGO_PKG_VERSION"));
        book
    }

    /// The same rules, of which those called `names` only annotate: their findings are notes, whatever they would weigh. A name may
    /// be that of another tool's rule.
    #[must_use]
    pub fn annotating(&self, names: &BTreeSet<String>) -> Self {
        let annotated: BTreeSet<RuleId> = names.iter().map(|name| RuleId::named(name)).collect();
        let mut hash = Sha256::new();
        hash.update(&self.unset);
        annotated.iter().for_each(|id| hash.update(format!("annotate {}\n", id.0)));
        let digest = if annotated.is_empty() { self.unset.clone() } else { hex(hash) };
        Self { annotated, digest, ..self.clone() }
    }

    /// The rules that only annotate, by name.
    #[must_use]
    pub fn annotated(&self) -> &BTreeSet<RuleId> {
        &self.annotated
    }

    /// The digest without what only annotates: equal when the rules see the same.
    #[must_use]
    pub fn digest_unset(&self) -> &str {
        &self.unset
    }

    /// What the rule called `id` is: SHA-256 over its text and the program's version. What it may weigh by the settings is not in it.
    #[must_use]
    pub fn digest_of(&self, id: RuleId) -> Option<String> {
        let text = match &self.rules.get(&id)?.origin {
            RuleOrigin::File { .. } => self.texts.get(&id).or_else(|| self.own_texts().get(&id))?,
            RuleOrigin::Code => rules::digest(),
            RuleOrigin::Tool { .. } => return None,
        };
        let mut hash = Sha256::new();
        [env!("CARGO_PKG_VERSION"), id.0, text].iter().for_each(|part| hash.update(format!("{}:{part}\n", part.len())));
        Some(hex(hash))
    }

    fn own_texts(&self) -> &BTreeMap<RuleId, String> {
        self.own_texts.get_or_init(|| digests(rules::pack(), self.sets.get(..self.own_sets).unwrap_or(&[])))
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

    /// What tells which of the checks and of these sets can find anything in a file.
    #[must_use]
    pub fn screening(&self) -> &Arc<Screening> {
        &self.screening
    }

    /// What hides the secrets of every pack, also of those whose rules do not run.
    #[must_use]
    pub fn veil(&self) -> Veil {
        let of_users = |matcher: &&Arc<Matcher>| !Arc::ptr_eq(matcher, &build::own().matcher);
        Veil::of(self.sets.iter().filter_map(|set| set.secrets()).filter(of_users).map(Arc::clone).collect())
    }

    fn add(&mut self, pack: &Pack, extension: &Extension, filters: &Filters) {
        let loaded = formats::load(pack, extension, filters);
        self.notes.extend(pack.notes.iter().cloned().chain(loaded.notes));
        let before = self.rules.len();
        let own = rules::is_own(pack);
        for set in &loaded.sets {
            set.rules().iter().for_each(|rule| self.enter(rule));
        }
        if !own {
            let is_in_force = |id: &RuleId| self.rules.get(id).is_some_and(|rule| is_of(rule, pack));
            self.texts.extend(digests(pack, &loaded.sets).into_iter().filter(|(id, _)| is_in_force(id)));
        }
        self.sets.extend(loaded.sets);
        self.packs.push(PackName {
            name: pack.name.clone(),
            version: pack.version.clone(),
            digest: if own { rules::digest().to_owned() } else { digest_of(pack) },
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
            RuleOrigin::Tool { tool, .. } => tool.clone(),
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

    fn seal(&mut self, base: &str) {
        let mut hash = Sha256::new();
        hash.update(base);
        self.packs.iter().for_each(|pack| hash.update(&pack.digest));
        self.unset = hex(hash);
        self.digest.clone_from(&self.unset);
    }
}

/// What each rule of `sets`, which are those of `pack`, is by its text.
fn digests(pack: &Pack, sets: &[Arc<dyn RuleSet>]) -> BTreeMap<RuleId, String> {
    let texts = RuleTexts::new(pack, sets);
    sets.iter().flat_map(|set| set.rules()).filter_map(|rule| Some((rule.id, texts.of(rule)?))).collect()
}

fn is_of(rule: &Rule, pack: &Pack) -> bool {
    matches!(&rule.origin, RuleOrigin::File { pack: name, .. } if *name == pack.name)
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
    hex::hex(&hash.finalize())
}
