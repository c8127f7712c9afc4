//! Hosts that a change is the first to name, as far as its diff shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::checks::net::hosts;
use crate::analysis::role::Role;
use crate::model::change::Change;
use crate::model::diff::{LineKind, Place, Side};

/// Hosts that are kept of one change.
const MOST: usize = 32;

/// Stands in every address.
const MARK: &str = "://";

/// Each with the first line that names it.
pub fn of(change: &Change) -> Vec<(String, Place)> {
    let (mut new, mut old) = (BTreeMap::new(), BTreeSet::new());
    for file in &change.patch.files {
        let Some(text) = file.text().filter(|text| text.may_hold(MARK)) else { continue };
        let live = Role::of(&file.path().text()).is_live();
        for line in text.lines.iter().filter(|line| text.text(line).contains(MARK)) {
            let named = hosts::of_urls(text.text(line));
            if line.kind != LineKind::Added {
                old.extend(named);
            } else if live {
                let place = Place { path: file.path().clone(), side: Side::New, line: line.new };
                named.filter(|host| !hosts::is_own(host)).for_each(|host| {
                    new.entry(host).or_insert_with(|| place.clone());
                });
            }
        }
    }
    new.into_iter().filter(|(host, _)| !old.contains(host)).take(MOST).collect()
}
