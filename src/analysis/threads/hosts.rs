//! Hosts that a change is the first to name, as far as its diff shows.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::analysis::checks::net::hosts;
use crate::analysis::role::Role;
use crate::model::change::Change;
use crate::model::diff::{FileDiff, LineKind, Place, Side};

/// Hosts that are kept of one change.
const MOST: usize = 32;

/// Stands in every address.
const MARK: &str = "://";

/// Each with the first line that names it.
pub fn of(change: &Change) -> Vec<(String, Place)> {
    let named: Vec<Named> = change.patch.files.par_iter().map(named).collect();
    let (mut new, mut old) = (BTreeMap::new(), BTreeSet::new());
    for one in named {
        one.new.into_iter().for_each(|(host, place)| _ = new.entry(host).or_insert(place));
        old.extend(one.old);
    }
    new.into_iter().filter(|(host, _)| !old.contains(host)).take(MOST).collect()
}

/// The hosts that one file names.
#[derive(Default)]
struct Named {
    /// On added lines, each with the first.
    new: BTreeMap<String, Place>,
    /// On all others.
    old: BTreeSet<String>,
}

fn named(file: &FileDiff) -> Named {
    let mut all = Named::default();
    let Some(text) = file.text().filter(|text| text.may_hold(MARK)) else { return all };
    let live = Role::of(&file.path().text()).is_live();
    for line in text.lines.iter().filter(|line| text.text(line).contains(MARK)) {
        let named = hosts::of_urls(text.text(line));
        if line.kind != LineKind::Added {
            all.old.extend(named);
        } else if live {
            let place = || Place { path: file.path().clone(), side: Side::New, line: line.new };
            named.filter(|host| !hosts::is_own(host)).for_each(|host| _ = all.new.entry(host).or_insert_with(place));
        }
    }
    all
}
