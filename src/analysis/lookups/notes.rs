//! What was said of packages, as notes in the rows of the panel: facts with who said them and when, or why nobody did.

use chrono::DateTime;

use super::Ground;
use super::affected::{is_about, mended};
use crate::analysis::check::FileOutcome;
use crate::model::change::Around;
use crate::model::inert;
use crate::model::lookup::{Advisory, Entry, License, Listing, Lookup, Package, Release, Standing, Told, Version};
use crate::model::time::Timestamp;

/// Advisories named one by one in a row.
const MOST: usize = 5;
/// Characters of a text of somebody else's in a note.
const LONGEST: usize = 160;

/// Adds what `lookups` holds to the rows of `outcomes`; nothing where nobody was to be asked.
pub fn add(outcomes: &mut [FileOutcome], around: &Around) {
    let lookups = &around.lookups;
    if lookups.at.is_none() {
        return;
    }
    let ground = Ground::of(outcomes, &around.texts);
    let told = outcomes.iter().map(|outcome| {
        let Some(inventory) = &outcome.inventory else { return Vec::new() };
        outcome.dependencies.iter().map(|row| row.after.as_ref().map(|_| ground.package(inventory, row))).collect()
    });
    let told: Vec<Vec<Option<Result<Package, String>>>> = told.collect();
    for (outcome, told) in outcomes.iter_mut().zip(told) {
        for (row, told) in outcome.dependencies.iter_mut().zip(told) {
            match told {
                None => {}
                Some(Err(why)) => row.notes.push(format!("not checked: {why}")),
                Some(Ok(package)) => row.notes.extend(of(&package, lookups.answers.get(&package))),
            }
        }
    }
}

fn of(package: &Package, lookup: Option<&Lookup>) -> Vec<String> {
    let Some(lookup) = lookup else { return vec!["not checked: nobody was asked".to_owned()] };
    let mut notes = listing(package, &lookup.listing);
    lookup.advisories.iter().for_each(|told| notes.extend(advisories(package, told)));
    notes.extend(lookup.license.as_ref().map(license));
    notes
}

fn license(license: &License) -> String {
    let was = license.was.as_ref().filter(|was| **was != license.is).map(|was| format!(", {} before", short(was)));
    format!("license {}{} ({})", short(&license.is), was.unwrap_or_default(), short(&license.by))
}

fn listing(package: &Package, told: &Told<Listing>) -> Vec<String> {
    match told {
        Told::Unchecked(why) | Told::Unreached(why) => vec![format!("not checked at its registry: {}", short(why))],
        Told::Says { what: Listing::Unlisted, by, at } => vec![format!("{} does not list it (asked {})", short(by), moment(*at))],
        Told::Says { what: Listing::Listed(entry), by, at } => entry_notes(package, entry, &short(by), *at),
    }
}

fn entry_notes(package: &Package, entry: &Entry, by: &str, at: Timestamp) -> Vec<String> {
    let mut notes = Vec::new();
    let shown = package.version.as_deref().map(short).unwrap_or_default();
    match entry.standing {
        Some(Standing::Held) => notes.push(format!("{by} took it away for what it did and keeps only its name (asked {})", moment(at))),
        Some(Standing::Unpublished) => notes.push(format!("all of it was unpublished from {by} (asked {})", moment(at))),
        None => {}
    }
    let mut facts: Vec<String> = Vec::new();
    let (was, is) = if entry.by_commit { ("first version committed", "committed") } else { ("first published", "published") };
    facts.extend(entry.first.map(|first| format!("{was} {}", day(first))));
    if let Release::Listed(Version { published: Some(published), .. }) = &entry.release {
        facts.push(format!("{shown} {is} {}", day(*published)));
    }
    if entry.first.is_none() {
        facts.push("first version not checked".to_owned());
    }
    facts.extend(entry.maintainers.map(|count| if count == 1 { "1 maintainer".to_owned() } else { format!("{count} maintainers") }));
    if entry.standing.is_none() {
        notes.push(format!("{by}: {} (asked {})", facts.join(", "), moment(at)));
    }
    match &entry.release {
        Release::Unasked => {}
        Release::Unlisted => notes.push(format!("{by} lists no version {shown} of it (asked {})", moment(at))),
        Release::Listed(version) => notes.extend(version_notes(version, &shown)),
    }
    notes
}

fn version_notes(version: &Version, shown: &str) -> Vec<String> {
    let because = |why: &String| if why.is_empty() { String::new() } else { format!(": {}", short(why)) };
    let withdrawn = version.withdrawn.as_ref().map(|why| format!("{shown} was withdrawn{}", because(why)));
    let deprecated = version.deprecated.as_ref().map(|why| format!("its publisher advises against {shown}{}", because(why)));
    let names: Vec<String> = version.scripts.iter().map(|name| short(name)).collect();
    let scripts = (!names.is_empty()).then(|| format!("runs code when installed ({})", names.join(", ")));
    [withdrawn, deprecated, scripts].into_iter().flatten().collect()
}

fn advisories(package: &Package, told: &Told<Vec<Advisory>>) -> Vec<String> {
    let (all, by, at) = match told {
        Told::Unchecked(why) | Told::Unreached(why) => return vec![format!("not checked for advisories: {}", short(why))],
        Told::Says { what, by, at } => (what, short(by), *at),
    };
    let about: Vec<(&Advisory, Option<bool>)> = all.iter().map(|advisory| (advisory, is_about(advisory, package))).collect();
    let mut notes: Vec<String> = about.iter().filter(|(_, about)| *about == Some(true)).map(|(one, _)| known(one, package, &by)).collect();
    let more = notes.len().saturating_sub(MOST);
    notes.truncate(MOST);
    if more > 0 {
        notes.push(format!("{more} more known vulnerabilities ({by})"));
    }
    let open: Vec<String> = about.iter().filter(|(_, about)| about.is_none()).map(|(one, _)| short(&one.id)).take(MOST).collect();
    match (notes.is_empty(), open.is_empty()) {
        (true, true) if package.version.is_some() => notes.push(format!("no known advisory ({by}, {})", moment(at))),
        (true, true) => notes.push(format!("not known as malware ({by}, {})", moment(at))),
        (_, false) if package.version.is_none() => {
            notes.push(format!("advisories about some of its versions ({by}): {}; which one is installed is not told", open.join(", ")));
        }
        (_, false) => notes.push(format!("could not be told whether it is affected ({by}): {}", open.join(", "))),
        (false, true) => {}
    }
    notes
}

/// An advisory in one line.
#[must_use]
pub fn known(advisory: &Advisory, package: &Package, by: &str) -> String {
    let id = short(&advisory.id);
    let summary = if advisory.summary.is_empty() { String::new() } else { format!(": {}", short(&advisory.summary)) };
    if advisory.is_malware() {
        return format!("known malware, {id}{summary} ({by})");
    }
    let mended = mended(advisory, package).map(|fixed| format!("; mended in {}", short(fixed))).unwrap_or_default();
    format!("known vulnerability, {id}{summary}{mended} ({by})")
}

/// A text of somebody else's, harmless, on one line and not too long.
#[must_use]
pub fn short(text: &str) -> String {
    let line = inert::line(text.trim());
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.into_owned(),
    }
}

/// `2026-11-21`
#[must_use]
pub fn day(at: Timestamp) -> String {
    shown(at, "%Y-%m-%d")
}

/// `2026-11-21 22:40 UTC`
#[must_use]
pub fn moment(at: Timestamp) -> String {
    shown(at, "%Y-%m-%d %H:%M UTC")
}

fn shown(at: Timestamp, form: &str) -> String {
    DateTime::from_timestamp(at.0, 0).map_or_else(|| at.0.to_string(), |time| time.format(form).to_string())
}
