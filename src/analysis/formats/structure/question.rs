//! One rule, read and checked: its words, the files it is about, and what is asked of a tree.

use std::sync::{Arc, OnceLock};

use ast_grep_config::{RuleCore, SerializableRuleConfig};
use ast_grep_core::Matcher as _;
use ast_grep_core::language::Language as _;
use serde_json::{Map, Value};

use super::bounds;
use super::chain::chain;
use super::circles::{Circles, ENDLESS, Found};
use super::demands::{self, Demand};
use super::grammar::Grammar;
use super::measure;
use super::message::Message;
use super::near::Near;
use super::needs;
use super::page::{Page, Remark, is_name};
use super::paths::Paths;
use super::regexes::Choice;
use super::utilities::Utilities;
use super::words::{self, Told, When, Where};
use crate::analysis::view::FileView;
use crate::model::pack::{NoteKind, Pack};
use crate::model::rule::Rule;

/// The keys of a rule that ask something; the others are words.
const ASKING: [&str; 8] = ["id", "language", "rule", "constraints", "utils", "transform", "rewriters", "labels"];
/// The keys that say something about it.
const TELLING: [&str; 8] = ["message", "note", "severity", "files", "ignores", "url", "metadata", "fix"];
/// So many questions about one node take as long as a step.
const QUESTIONS_PER_STEP: u64 = 64;
const GRADES: [&str; 5] = ["error", "warning", "info", "hint", "off"];

/// A rule that can be asked of a tree.
pub(super) struct Question {
    /// The language it is about.
    pub(super) grammar: Grammar,
    /// When it fires.
    pub(super) when: When,
    /// The files it is about, by what they are for.
    pub(super) place: Where,
    /// The files it is about, by their paths.
    pub(super) paths: Paths,
    /// What its findings are called.
    pub(super) message: Message,
    /// The metavariables a finding points to, when it does not point to the whole match.
    pub(super) labels: Vec<String>,
    asking: Map<String, Value>,
    utilities: Arc<Utilities>,
    ready: OnceLock<Result<Ready, String>>,
    demand: OnceLock<Demand>,
    near: OnceLock<Near>,
}

/// What is asked, ready to be asked.
pub(super) struct Ready {
    /// What is asked.
    pub(super) core: RuleCore,
    /// What its largest regular expression costs for every 32 bytes.
    pub(super) weight: u64,
    /// Steps that asking it about a node costs by itself: none unless its utilities come to many questions.
    pub(super) toll: u64,
    /// Whether it asks itself further down or up.
    pub(super) recursive: bool,
}

impl Question {
    /// What is asked; made ready the first time.
    ///
    /// # Errors
    /// One sentence, when it cannot be.
    pub(super) fn ready(&self) -> Result<&Ready, &str> {
        let ready = || ready(&self.asking, &self.utilities).map_err(|why| plainly(&why, self.grammar));
        self.ready.get_or_init(ready).as_ref().map_err(String::as_str)
    }

    /// Whether it is about `file`.
    pub(super) fn about(&self, file: &FileView<'_>) -> bool {
        (self.place == Where::Everywhere || file.role.is_live()) && self.paths.hold(&file.path)
    }

    /// Whether it could match in `text`, by its regular expressions.
    pub(super) fn may_match(&self, text: &str) -> bool {
        self.demand.get_or_init(|| demands::of(&self.asking, &self.utilities, false)).is_met(text)
    }

    /// What a text must hold for it to match, as far as that can be told: one word of each.
    pub(super) fn needs(&self) -> Vec<Choice> {
        needs::of(&self.asking, &self.utilities, false)
    }

    /// In which hunks it could match, where only hunks are known.
    pub(super) fn near(&self) -> &Near {
        self.near.get_or_init(|| Near::of(&self.asking, &self.utilities))
    }
}

/// A rule that was read.
pub(super) struct Read {
    /// Its words.
    pub(super) rule: Rule,
    /// What it asks.
    pub(super) question: Question,
    /// What is to be said of it.
    pub(super) remarks: Vec<Remark>,
}

/// Reads the rule in `page`; nothing when it is switched off.
pub(super) fn read(page: &Page<'_>, pack: &Pack, utilities: &Arc<Utilities>) -> Result<Option<Read>, Remark> {
    let id = page.id().unwrap_or("");
    if !is_name(id) {
        return Err(page.fault("an `id` has 1 to 100 letters, digits and - _ . / : between them"));
    }
    let mut remarks = unknown_keys(page)?;
    let grammar: Grammar = page.text_of("language").unwrap_or("").parse().map_err(|why| language_fault(page, why))?;
    match page.text_of("severity") {
        Some("off") => return Ok(None),
        Some(grade) if !GRADES.contains(&grade) => {
            return Err(page.fault(format!("`severity` is one of {}", GRADES.join(", "))));
        }
        _ => {}
    }
    let Told { rule, when, place, remarks: more } = words::read(page, id, pack);
    remarks.extend(more);
    let asking = page.keys.iter().filter(|(key, _)| ASKING.contains(&key.as_str()));
    let question = Question {
        grammar,
        when,
        place,
        paths: Paths::read(page).map_err(|why| page.fault(why))?,
        message: Message::read(page.text_of("message").unwrap_or(id)),
        labels: labels(page),
        asking: asking.map(|(key, value)| (key.clone(), value.clone())).collect(),
        utilities: Arc::clone(utilities),
        ready: OnceLock::new(),
        demand: OnceLock::new(),
        near: OnceLock::new(),
    };
    Ok(Some(Read { rule, question, remarks }))
}

fn language_fault(page: &Page<'_>, why: String) -> Remark {
    page.remark(page.line_of("language"), NoteKind::LeftOut, why)
}

/// A key that looks like a slip of one that matters leaves the rule out, for it would mean something else without it.
fn unknown_keys(page: &Page<'_>) -> Result<Vec<Remark>, Remark> {
    let mut remarks = Vec::new();
    for key in page.keys.keys() {
        let known = || ASKING.iter().chain(&TELLING);
        if known().any(|known| known == key) {
            continue;
        }
        let line = page.line_of(key);
        let slip = known().find(|known| known.eq_ignore_ascii_case(key) || resembles(known, key));
        let shown = key.escape_default();
        if let Some(known) = slip {
            return Err(page.remark(line, NoteKind::LeftOut, format!("no rule has a key `{shown}`; write `{known}`")));
        }
        remarks.push(page.remark(line, NoteKind::Advice, format!("the key `{shown}` means nothing here; put it below `metadata`")));
    }
    Ok(remarks)
}

/// Whether one letter too many, too few or another makes `one` to `other`.
fn resembles(one: &str, other: &str) -> bool {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let tail = one.bytes().rev().zip(other.bytes().rev()).take_while(|(a, b)| a == b).count();
    let longer = one.len().max(other.len());
    one.len().abs_diff(other.len()) <= 1 && same + tail + 1 >= longer && longer > 3
}

fn ready(asking: &Map<String, Value>, utilities: &Utilities) -> Result<Ready, String> {
    let weight = bounds::weigh(asking)?;
    let mut circles = Circles::default();
    circles.add("", asking);
    let found = circles.look().map_err(|_| ENDLESS.to_owned())?;
    let toll = measure::questions(asking, utilities)? / QUESTIONS_PER_STEP;
    let config: SerializableRuleConfig<Grammar> =
        serde_json::from_value(Value::Object(asking.clone())).map_err(|error| error.to_string())?;
    let core = config.get_matcher(&utilities.ready).map_err(|error| chain(&error))?;
    if core.potential_kinds().is_none() {
        return Err("the `rule` could be any node; add a `kind` or a `pattern`".to_owned());
    }
    Ok(Ready { core, weight, toll, recursive: found == Found::Ending || utilities.recursive })
}

/// What the library says of a pattern, with `$` as its author wrote it, and the way out where a pattern is no single thing by itself.
fn plainly(why: &str, grammar: Grammar) -> String {
    let sign = grammar.expando_char();
    let why = if sign.is_ascii() { why.to_owned() } else { why.replace(sign, "$") };
    let way = "; put it into whole code: `pattern: {context: …, selector: …}`";
    if why.contains("Multiple AST nodes") { format!("{why}{way}") } else { why }
}

/// The metavariables that are labelled as primary.
fn labels(page: &Page<'_>) -> Vec<String> {
    let labels = page.keys.get("labels").and_then(Value::as_object);
    let primary = |label: &Value| label.get("style").and_then(Value::as_str) == Some("primary");
    labels.into_iter().flatten().filter(|(_, label)| primary(label)).map(|(name, _)| name.clone()).collect()
}
