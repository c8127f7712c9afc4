//! What of a pack refers to what: correlations to rules and to each other, filters to rules. What refers to nothing is a note.

use std::collections::{BTreeMap, BTreeSet};

use rsigma_parser::{CorrelationRule, FilterRule, FilterRuleTarget, SigmaRule};

use super::super::note;
use super::apart;
use super::compile;
use super::filters::{self, Filters};
use super::read::Found;
use crate::analysis::rules as own;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};

/// The rules of a pack that can run, with what refers to them.
pub(super) struct Linked<'p> {
    pub rules: Vec<Found<'p, SigmaRule>>,
    /// Each behind those it refers to.
    pub correlations: Vec<Found<'p, CorrelationRule>>,
    pub filters: Vec<FilterRule>,
    /// The ids of those that only correlations count.
    pub counted: BTreeSet<String>,
    pub notes: Vec<RuleNote>,
}

/// Links what was read of `pack`.
pub(super) fn link<'p>(
    pack: &Pack,
    rules: Vec<Found<'p, SigmaRule>>,
    correlations: Vec<Found<'p, CorrelationRule>>,
    filters: Vec<Found<'p, FilterRule>>,
    all: &Filters,
) -> Linked<'p> {
    let mut linker = Linker { pack, ids: BTreeMap::new(), names: BTreeMap::new(), notes: Vec::new() };
    let rules: Vec<Found<'p, SigmaRule>> =
        rules.into_iter().filter(|found| linker.enter(&found.what.id, &found.what.name, (found.file, found.line))).collect();
    let correlations = linker.correlations(correlations);
    // A test holds that the rules of this program need no advice.
    if !own::is_own(pack) {
        linker.apart(&rules, &correlations);
    }
    let filters = linker.filters(&rules, filters, all);
    let counted = linker.counted(&correlations);
    Linked { rules, correlations, filters, counted, notes: linker.notes }
}

struct Linker<'p> {
    pack: &'p Pack,
    /// Where each id stands.
    ids: BTreeMap<String, String>,
    /// The id of each name.
    names: BTreeMap<String, String>,
    notes: Vec<RuleNote>,
}

impl Linker<'_> {
    /// Makes a rule known; not when its id is another's.
    fn enter(&mut self, id: &Option<String>, name: &Option<String>, (file, line): (&PackFile, u32)) -> bool {
        let Some(id) = id else { return false };
        if let Some(first) = self.ids.get(id) {
            let text = format!("the id {id} is that of the rule at {first}; give this one another");
            self.say(file, line, NoteKind::LeftOut, text);
            return false;
        }
        self.ids.insert(id.clone(), format!("{}:{line}", file.path));
        if let Some(name) = name {
            self.names.entry(name.clone()).or_insert_with(|| id.clone());
        }
        true
    }

    fn say(&mut self, file: &PackFile, line: u32, kind: NoteKind, text: String) {
        self.notes.push(note(self.pack, file, Some(line), None, kind, text));
    }

    /// The id that `reference`, an id or a name, means.
    fn meant(&self, reference: &str) -> Option<&String> {
        self.ids.get_key_value(reference).map(|(id, _)| id).or_else(|| self.names.get(reference))
    }

    /// Takes correlations whose rules are all known, again and again, since they may refer to each other in any order.
    fn correlations<'p>(&mut self, mut open: Vec<Found<'p, CorrelationRule>>) -> Vec<Found<'p, CorrelationRule>> {
        let mut taken = Vec::new();
        loop {
            let before = open.len();
            let mut left = Vec::new();
            for found in open {
                let ready = !found.what.rules.is_empty() && found.what.rules.iter().all(|rule| self.meant(rule).is_some());
                if !ready {
                    left.push(found);
                } else if self.enter(&found.what.id, &found.what.name, (found.file, found.line)) {
                    self.aliases(&found);
                    taken.push(found);
                }
            }
            if left.is_empty() || left.len() == before {
                left.iter().for_each(|found| self.unlinked(found, &left));
                return taken;
            }
            open = left;
        }
    }

    /// Says which aliases are for rules that the correlation does not count.
    fn aliases(&mut self, found: &Found<'_, CorrelationRule>) {
        let counted: BTreeSet<&String> = found.what.rules.iter().filter_map(|rule| self.meant(rule)).collect();
        let aliases = found.what.aliases.iter().flat_map(|alias| alias.mapping.keys().map(|rule| (&alias.alias, rule)));
        let mut lost: Vec<String> = aliases
            .filter(|(_, rule)| self.meant(rule).is_none_or(|id| !counted.contains(id)))
            .map(|(alias, rule)| format!("the alias `{alias}` names `{rule}`, which does not stand below `rules:`"))
            .collect();
        lost.sort();
        lost.into_iter().for_each(|text| self.say(found.file, found.line, NoteKind::NeverMatches, text));
    }

    /// Says by which fields correlations tell nothing apart.
    fn apart(&mut self, rules: &[Found<'_, SigmaRule>], correlations: &[Found<'_, CorrelationRule>]) {
        for found in correlations {
            let (mut open, mut seen) = (vec![found], BTreeSet::new());
            let mut counted: Vec<&Found<'_, SigmaRule>> = Vec::new();
            while let Some(one) = open.pop() {
                let meant: BTreeSet<&String> = one.what.rules.iter().filter_map(|rule| self.meant(rule)).collect();
                counted.extend(rules.iter().filter(|rule| rule.what.id.as_ref().is_some_and(|id| meant.contains(id))));
                let others = correlations.iter().filter(|other| other.what.id.as_ref().is_some_and(|id| meant.contains(id)));
                open.extend(others.filter(|other| seen.insert(other.what.id.as_deref())));
            }
            for (line, kind, text) in apart::look(found, &counted) {
                self.say(found.file, line, kind, text);
            }
        }
    }

    fn unlinked(&mut self, found: &Found<'_, CorrelationRule>, left: &[Found<'_, CorrelationRule>]) {
        let missing: Vec<&str> = found.what.rules.iter().map(String::as_str).filter(|rule| self.meant(rule).is_none()).collect();
        let waits =
            |rule: &&str| left.iter().any(|other| other.what.id.as_deref() == Some(rule) || other.what.name.as_deref() == Some(rule));
        let text = match missing.iter().find(|rule| !waits(rule)) {
            Some(rule) => format!("it refers to `{rule}`, and no rule of this pack that runs has that name or id"),
            None if missing.is_empty() => "it refers to no rule; name some under `rules:`".to_owned(),
            None => format!("it refers to {}, which cannot run or refers back to it", missing.join(", ")),
        };
        self.say(found.file, found.line, NoteKind::LeftOut, text);
    }

    /// Filters with ids in place of names, which the engine does not know for them.
    fn filters(&mut self, rules: &[Found<'_, SigmaRule>], filters: Vec<Found<'_, FilterRule>>, all: &Filters) -> Vec<FilterRule> {
        let mut kept = Vec::new();
        for Found { file, line, what: mut filter, .. } in filters {
            if let Err(why) = compile::try_filter(&mut filter) {
                self.say(file, line, NoteKind::LeftOut, why);
                continue;
            }
            let FilterRuleTarget::Specific(references) = &filter.rules else {
                kept.push(filter);
                continue;
            };
            let titled =
                |reference: &str| rules.iter().find(|found| found.what.title == reference).and_then(|found| found.what.id.as_ref());
            let mut meant = Vec::new();
            let mut lost = Vec::new();
            for reference in references {
                match self.meant(reference).or_else(|| titled(reference)) {
                    Some(id) => meant.push(id.clone()),
                    // It reaches a rule of another pack where that is read.
                    None if all.knows(reference) => {}
                    None => lost.push(format!("the filter refers to `{reference}`, and no rule of any pack has that name or id")),
                }
            }
            let unfit = rules.iter().map(|found| &found.what).filter(|rule| rule.id.as_ref().is_some_and(|id| meant.contains(id)));
            lost.extend(unfit.filter(|rule| !filters::fits(&filter, rule)).map(|rule| filters::unfit(&rule.title)));
            lost.into_iter().for_each(|text| self.say(file, line, NoteKind::NeverMatches, text));
            if !meant.is_empty() {
                filter.rules = FilterRuleTarget::Specific(meant);
                kept.push(filter);
            }
        }
        kept
    }

    /// The ids that some correlation counts and none generates.
    fn counted(&self, correlations: &[Found<'_, CorrelationRule>]) -> BTreeSet<String> {
        let of = |generate: bool| {
            let some = correlations.iter().filter(move |found| found.what.generate == generate);
            some.flat_map(|found| &found.what.rules).filter_map(|rule| self.meant(rule)).cloned().collect::<BTreeSet<String>>()
        };
        of(false).difference(&of(true)).cloned().collect()
    }
}
