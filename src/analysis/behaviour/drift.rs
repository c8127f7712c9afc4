//! What changed: more of the last changes have a trait than chance explains from those before, repository by repository.
//!
//! Findings are compared only where the same rules looked. Only a rise is told: that somebody does less of something proves nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::{Counts, answered};
use super::past::Known;
use crate::analysis::role::Role;
use crate::model::behaviour::{Drift, Trait};

/// Changes that are the last ones, unless somebody asks for more or fewer.
pub const WINDOW: usize = 10;
/// Changes before them without which nothing is told.
pub const LEAST_BEFORE: usize = 20;
/// How likely one wrong word among all about paths and outcomes may be, and the same for all about rules.
const LEVEL: f64 = 0.025;

/// Roles of files that are worth a word when somebody turns to them.
const ROLES: [Role; 6] = [Role::Workflow, Role::AgentConfig, Role::Instructions, Role::Manifest, Role::Config, Role::Vendored];

/// What changed in the last `window` of `all`, which are in the order they were made; least by chance first.
#[must_use]
pub fn find(all: &[&Known], window: usize) -> Vec<Drift> {
    let mut repositories: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
    all.iter().for_each(|known| repositories.entry(&known.change.repo).or_default().push(known));
    let mut asked: [Vec<(&str, Trait, Counts)>; 2] = [Vec::new(), Vec::new()];
    for (repo, own) in repositories {
        let Some(before) = own.len().checked_sub(window).filter(|before| *before >= LEAST_BEFORE && window > 0) else { continue };
        let (before, lately) = own.split_at(before);
        for (of, counts) in counted(before, lately) {
            let family = usize::from(is_of_rules(&of));
            if let Some(family) = asked.get_mut(family) {
                family.push((repo, of, counts));
            }
        }
    }
    let mut found: Vec<Drift> = asked.iter().flat_map(|family| told(family)).collect();
    found.sort_by(|a, b| a.chance.total_cmp(&b.chance).then_with(|| (&a.repo, &a.of).cmp(&(&b.repo, &b.of))));
    found
}

fn told(asked: &[(&str, Trait, Counts)]) -> Vec<Drift> {
    let questions: Vec<Counts> = asked.iter().map(|(_, _, counts)| *counts).collect();
    let yes = asked.iter().zip(answered(&questions, LEVEL)).filter(|(_, yes)| *yes);
    let drift = |((repo, of, counts), _): (&(&str, Trait, Counts), bool)| Drift {
        repo: (*repo).to_owned(),
        of: of.clone(),
        lately: counts.lately,
        before: counts.before,
        chance: counts.chance(),
    };
    yes.map(drift).collect()
}

/// Whether a trait comes from findings, which depend on the rules that looked.
fn is_of_rules(of: &Trait) -> bool {
    matches!(of, Trait::Hard | Trait::Fires(_))
}

/// Every trait that one of them has, counted on both sides.
fn counted(before: &[&Known], lately: &[&Known]) -> BTreeMap<Trait, Counts> {
    let rules = lately.last().map_or("", |last| last.change.rules.as_str());
    let same = |all: &[&Known]| all.iter().filter(|known| known.change.rules == rules).count();
    let (few, many) = (same(lately), same(before));
    let mut counts: BTreeMap<Trait, Counts> = BTreeMap::new();
    for (all, is_lately) in [(lately, true), (before, false)] {
        for of in all.iter().flat_map(|known| traits(known, known.change.rules == rules)) {
            let sizes = if is_of_rules(&of) { (few, many) } else { (lately.len(), before.len()) };
            let counts = counts.entry(of).or_insert(Counts { lately: (0, sizes.0), before: (0, sizes.1) });
            *(if is_lately { &mut counts.lately.0 } else { &mut counts.before.0 }) += 1;
        }
    }
    counts.retain(|of, counts| !is_of_rules(of) || counts.before.1 >= LEAST_BEFORE);
    counts
}

/// What a change has; what findings say only when `judged_alike`.
#[must_use]
pub fn traits(known: &Known, judged_alike: bool) -> BTreeSet<Trait> {
    let (change, fate) = (&known.change, known.fate);
    let touches = |role: &Role| change.roles.contains(role.word());
    let mut all: BTreeSet<Trait> = ROLES.iter().filter(|role| touches(role)).map(|role| Trait::Touches(role.word().to_owned())).collect();
    all.extend((touches(&Role::Product) && !touches(&Role::Test)).then_some(Trait::Untested));
    all.extend(fate.reverted.then_some(Trait::Reverted));
    all.extend(fate.held.then_some(Trait::Held));
    if judged_alike {
        all.extend(change.is_hard().then_some(Trait::Hard));
        all.extend(change.fired.keys().cloned().map(Trait::Fires));
    }
    all
}
