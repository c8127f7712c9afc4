//! Fields by which a correlation tells its rules' firings apart, and which none of their events has: a count by one is never met, a group
//! by one is a group of all. Whether any event at all has such a field is `never`'s to say.

use std::collections::BTreeSet;

use rsigma_parser::{CorrelationRule, SigmaRule};

use super::read::Found;
use super::{correlate, never, source};
use crate::analysis::events::fields::{EventKind, FIELDS, field};
use crate::analysis::formats::yaml;
use crate::model::pack::NoteKind;

/// What of `correlation`, which counts `rules`, can tell nothing apart: each with its line in the file.
#[must_use]
pub(super) fn look(correlation: &Found<'_, CorrelationRule>, rules: &[&Found<'_, SigmaRule>]) -> Vec<(u32, NoteKind, String)> {
    let Ok(tree) = yaml::map(&correlation.text, correlation.begins) else { return Vec::new() };
    let asked: Vec<(&SigmaRule, Vec<EventKind>)> = rules.iter().map(|found| (&found.what, kinds(found))).collect();
    let groups = tree.at(&["correlation", "group-by"]).into_iter().map(|node| (node, NoteKind::Advice));
    let counted = tree.at(&["correlation", "condition", "field"]).into_iter().map(|node| (node, NoteKind::NeverMatches));
    let mut said = Vec::new();
    for (node, kind) in groups.chain(counted) {
        for one in if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() } {
            let name = one.scalar();
            let has = |(rule, kinds): &(&SigmaRule, Vec<EventKind>)| {
                let actual = if kind == NoteKind::NeverMatches { name.as_str() } else { correlate::actual(&correlation.what, rule, &name) };
                // A field that no event has is told of by itself, and what never matches as well.
                kinds.is_empty() || field(actual).is_none_or(|field| field.kinds.iter().any(|kind| kinds.contains(kind)))
            };
            if !asked.is_empty() && !asked.iter().any(has) {
                said.push((yaml::number(one.line), kind, sentence(kind, &name, &asked)));
            }
        }
    }
    said
}

/// The kinds of event on which the rule may fire.
fn kinds(found: &Found<'_, SigmaRule>) -> Vec<EventKind> {
    let kinds = source::kinds(&found.what.logsource).unwrap_or_default();
    yaml::map(&found.text, found.begins).map_or_else(|_| kinds.clone(), |tree| never::may(&tree, &kinds))
}

fn sentence(kind: NoteKind, name: &str, asked: &[(&SigmaRule, Vec<EventKind>)]) -> String {
    let kinds: BTreeSet<EventKind> = asked.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
    let words: Vec<&str> = EventKind::ALL.into_iter().filter(|kind| kinds.contains(kind)).map(EventKind::word).collect();
    let there = FIELDS.iter().filter(|field| field.kinds.iter().any(|kind| kinds.contains(kind)));
    let names: Vec<&str> = there.map(|field| field.name).collect();
    let (words, names) = (words.join(", "), names.join(", "));
    let (verb, so) =
        if kind == NoteKind::Advice { ("groups by", "tells nothing apart by it") } else { ("counts", "never comes to anything") };
    format!("it {verb} `{name}`, which no event has that its rules fire on ({words}), so it {so}; these have {names}")
}
