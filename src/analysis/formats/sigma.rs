//! Rules of Sigma: detections, correlations and filters, asked of the events of a change. The only user of the rsigma crates.
//!
//! A rule that a correlation counts does not report by itself, unless the correlation says `generate`.

mod apart;
mod asked;
mod compile;
mod completed;
mod correlate;
mod encode;
mod evidence;
mod examples;
pub mod filters;
mod link;
mod locate;
mod matched;
pub mod mend;
pub mod never;
mod parts;
mod read;
pub mod reading;
pub mod refusal;
mod run;
pub mod said;
mod set;
mod source;
mod unfilled;
mod unknown;
mod widen;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rsigma_parser::{CorrelationRule, SigmaRule};

use self::filters::Filters;
use self::link::Linked;
use self::parts::{Correlates, Detects};
use self::read::{Found, Read};
use self::set::Sigma;
use self::words::Words;
use super::{Loaded, note};
use crate::analysis::check::{ChangeView, Draft};
use crate::analysis::rule_set::{RuleSet, SetSink, Tells};
use crate::model::firing::Firing;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};
use crate::model::rule::Rule;

/// Reads the Sigma rules of `files`; `all` holds the filters of every pack.
pub(super) fn load(pack: &Pack, files: &[&PackFile], all: &Filters) -> Loaded {
    let Read { rules, correlations, filters, notes } = read::read(pack, files);
    let mut builder = Builder { pack, names: BTreeSet::new(), set: Sigma::default(), notes };
    let Linked { mut rules, correlations, filters, counted, notes } = link::link(pack, rules, correlations, filters, all);
    builder.notes.extend(notes);
    // Thousands of expressions are compiled here where somebody has thousands of rules.
    let tried: Vec<Result<(), String>> = rules.par_iter_mut().map(|found| compile::try_out(&mut found.what)).collect();
    rules.into_iter().zip(tried).for_each(|(found, tried)| builder.rule(found, tried, &counted));
    correlations.into_iter().for_each(|found| builder.correlation(found, &counted));
    builder.set.filters = filters;
    let Builder { mut set, mut notes, .. } = builder;
    notes.extend(all.apply(pack, &mut set));
    let sets: Vec<Arc<dyn RuleSet>> = if set.rules.is_empty() { Vec::new() } else { vec![Arc::new(set)] };
    Loaded { sets, notes }
}

impl RuleSet for Sigma {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn change(&self, change: &ChangeView<'_>, sink: &mut SetSink<'_>) {
        run::run(self, change, sink);
    }

    fn across(&self, firings: &[(usize, &Firing)], names: &[String], tells: Tells) -> Vec<(usize, &Rule, Draft)> {
        completed::across(self, firings, names, tells)
    }
}

/// Puts the rules of one pack together.
struct Builder<'p> {
    pack: &'p Pack,
    names: BTreeSet<String>,
    set: Sigma,
    notes: Vec<RuleNote>,
}

impl Builder<'_> {
    /// Takes a rule in that was `tried` out.
    fn rule(&mut self, found: Found<'_, SigmaRule>, tried: Result<(), String>, counted: &BTreeSet<String>) {
        let Found { file, line, begins, text, what: sigma } = found;
        let kinds = match source::kinds(&sigma.logsource) {
            Ok(kinds) => kinds,
            Err(why) => return self.leave_out(file, refusal::line_of(&text, begins, "logsource").unwrap_or(line), why),
        };
        if let Err(why) = tried {
            let refused = refusal::why(&text, begins, &why);
            return self.leave_out(file, refused.line, refused.text);
        }
        let alone = !sigma.id.as_ref().is_some_and(|id| counted.contains(id));
        let reports = alone.then(|| self.enter(&Words::of_rule(&sigma), file, line, (begins, &text)));
        self.set.detections.push(Detects { sigma, kinds, reports });
    }

    fn correlation(&mut self, found: Found<'_, CorrelationRule>, counted: &BTreeSet<String>) {
        let Found { file, line, begins, text, what: sigma } = found;
        let alone = !sigma.id.as_ref().is_some_and(|id| counted.contains(id));
        let reports = alone.then(|| self.enter(&Words::of_correlation(&sigma), file, line, (begins, &text)));
        self.set.correlations.push(Correlates { sigma, reports });
    }

    /// Gives the rule a name of its own in this pack.
    fn enter(&mut self, words: &Words<'_>, file: &PackFile, line: u32, (begins, text): (u32, &str)) -> usize {
        let called = words.called();
        let free = |name: &String| !self.names.contains(name);
        let name = (2..).map(|number| format!("{called}-{number}"));
        let name = std::iter::once(called.clone()).chain(name).find(free).unwrap_or(called);
        self.names.insert(name.clone());
        let (examples, mistakes) = examples::of(text, begins);
        let said = |(line, text)| note(self.pack, file, Some(line), Some(&name), NoteKind::Advice, text);
        self.notes.extend(mistakes.into_iter().map(said));
        self.set.rules.push(words.rule(&name, (&self.pack.name, &file.path, line), text, examples.into()));
        self.set.rules.len() - 1
    }

    fn leave_out(&mut self, file: &PackFile, line: u32, why: String) {
        self.notes.push(note(self.pack, file, Some(line), None, NoteKind::LeftOut, why));
    }
}
