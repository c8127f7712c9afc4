//! What the host of a change says of its packages, put beside what registries and OSV say of them.

use std::collections::BTreeMap;

use super::record::normal;
use crate::model::dependency::Ecosystem;
use crate::model::lookup::{Advisory, License, Lookups, Package, Reviewed, Told};
use crate::model::time::Timestamp;

/// Adds what the host `told` to `lookups`.
pub(super) fn fold(lookups: &mut Lookups, told: Told<Vec<Reviewed>>) {
    match told {
        Told::Says { what, by, at } => says(lookups, &what, &by, at),
        Told::Unchecked(why) => lookups.unasked.push(format!("dependency review was not checked: {why}")),
        Told::Unreached(why) => {
            for lookup in lookups.answers.values_mut() {
                lookup.advisories.push(Told::Unreached(why.clone()));
            }
        }
    }
}

fn says(lookups: &mut Lookups, reviewed: &[Reviewed], by: &str, at: Timestamp) {
    let mut known: BTreeMap<(Ecosystem, String), Vec<&Reviewed>> = BTreeMap::new();
    for one in reviewed {
        known.entry((one.ecosystem, normal(one.ecosystem, &one.name))).or_default().push(one);
    }
    let mut unknown = 0;
    for (package, lookup) in &mut lookups.answers {
        let rows = known.get(&(package.ecosystem, normal(package.ecosystem, &package.name))).map_or(&[][..], Vec::as_slice);
        let now: Vec<&Reviewed> = rows.iter().copied().filter(|row| row.added && is_of(row, package)).collect();
        if now.is_empty() {
            unknown += 1;
            continue;
        }
        lookup.advisories.extend(advisories(&now, package).map(|what| Told::Says { what, by: by.to_owned(), at }));
        let license = |row: &&Reviewed| row.license.clone();
        let was = rows.iter().copied().filter(|row| !row.added).find_map(|row| license(&row));
        lookup.license = now.iter().find_map(license).map(|is| License { is, was, by: by.to_owned() });
    }
    if unknown > 0 {
        let what = if unknown == 1 { "1 changed package".to_owned() } else { format!("{unknown} changed packages") };
        lookups.unasked.push(format!("the dependency review of {by} says nothing of {what}"));
    }
}

/// Whether `row` speaks of the version of `package`, or no exact version is known.
fn is_of(row: &Reviewed, package: &Package) -> bool {
    let bare = |text: &str| text.trim_start_matches(['=', ' ', 'v']).to_owned();
    package.version.as_deref().is_none_or(|version| bare(version) == bare(&row.version))
}

/// What `rows` say of `package`, each advisory once. Where no exact version is known, that there is none says nothing.
fn advisories(rows: &[&Reviewed], package: &Package) -> Option<Vec<Advisory>> {
    let mut all: BTreeMap<&str, Advisory> = BTreeMap::new();
    for advisory in rows.iter().flat_map(|row| &row.advisories) {
        all.insert(&advisory.id, Advisory { matched: true, ..advisory.clone() });
    }
    (package.version.is_some() || !all.is_empty()).then(|| all.into_values().collect())
}
