//! Manifest and lock files of every ecosystem in [`forms`], read before and after, compared into rows.
//!
//! Read as data: nothing is resolved, looked up or installed. What could not be read is said.

pub mod asking;
pub mod cargo;
pub mod compare;
pub mod composer;
pub mod conda;
pub mod dart;
pub mod edition;
pub mod format;
pub mod forms;
pub mod gem;
pub mod golang;
pub mod hex;
pub mod maven;
pub mod names;
pub mod npm;
pub mod nuget;
pub mod place;
pub mod pypi;
pub mod range;
pub mod relate;
pub mod swift;
pub mod tokens;
pub mod tools;
pub mod twice;
pub mod version;
pub mod why;
pub mod xml;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use self::format::{Entry, Format, Kind, Origin, Reading};
use self::place::{host, place};
use super::role::fold;
use super::text::LINE_LIMIT;
use super::view::{FileView, SideView};
use crate::model::dependency::{DependencyChange, Ecosystem, PackageSource, UNREAD};
use crate::model::diff::{Omission, TextDiff};

/// Bytes of one side of a file that is read; as much as sources give of a lock file.
const LONGEST: usize = 16 * 1024 * 1024;
/// Bytes from which on a side is read while no other is: its tree takes twenty times as much for a moment.
const LARGE: usize = 2 * 1024 * 1024;
/// Whoever reads a large side.
static READING: Mutex<()> = Mutex::new(());

/// More sentences on one file than this say nothing more.
const MOST_UNREAD: usize = 5;

/// Lines that a statement may take which goes on below one that could not be read.
const STATEMENT: u32 = 3;

/// Said of a lock file that speaks of packages in a way nobody here knows.
const NONE: &str = "no package could be read in it, though it is not empty";

/// What a file says besides its rows, as far as checks ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The world of its packages.
    pub ecosystem: Ecosystem,
    /// Whether it asks or pins.
    pub kind: Kind,
    /// Whether the file was there before.
    pub existed: bool,
    /// Names before the change.
    pub known: BTreeSet<String>,
    /// Where packages came from before the change, as far as it was not the default registry: host or address.
    pub places: BTreeSet<String>,
    /// Versions and sources by name after the change; only of lock files that were read whole.
    pub locked: BTreeMap<String, Vec<(String, PackageSource)>>,
    /// Names after the change that other packages need or expect beside themselves; only of lock files.
    pub needed: BTreeSet<String>,
    /// How many packages have a checksum after the change.
    pub hashed: usize,
    /// Whether every package that the default registry gave had a checksum before, and there was one.
    pub all_hashed: bool,
    /// New places packages may come from.
    pub origins: Vec<Origin>,
    /// Whether both sides say which packages run code when they are installed.
    pub tells_scripts: bool,
}

/// What was made of one changed file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Its rows, by name.
    pub rows: Vec<DependencyChange>,
    /// What it says besides; `None` when it is no manifest or lock file, or could not be read.
    pub inventory: Option<Inventory>,
    /// What could not be read.
    pub skipped: Vec<Omission>,
    /// How many lines could not be read before the change either, and stay as they are.
    pub as_before: usize,
}

/// The dependency changes of `file`; nothing when it is neither manifest nor lock file.
#[must_use]
pub fn changes(file: &FileView<'_>) -> Changes {
    let Some(format) = forms::of(&file.path).or_else(|| listed(file)) else { return Changes::default() };
    if file.diff.text().is_none() {
        return Changes::default();
    }
    let mut skipped = Vec::new();
    let (before, after) = (side(format, file, file.old(), &mut skipped), side(format, file, file.new_side(), &mut skipped));
    let (Some(mut before), Some(mut after)) = (before, after) else {
        return Changes { skipped, ..Changes::default() };
    };
    let mut needed = why::needed(&after.entries);
    needed.append(&mut std::mem::take(&mut after.peers).into_iter().collect());
    why::settle(&mut after.entries);
    let as_before = forget_old(file, &before, &mut after);
    let unread = after.unread.iter().take(MOST_UNREAD).map(|what| format!("{UNREAD}: {what}"));
    let more = after.unread.len().saturating_sub(MOST_UNREAD);
    let more = (more > 0).then(|| format!("{UNREAD}: {more} more of its lines or parts were not read"));
    let early = before.unread.iter().any(|unread| unread.what == NONE).then(|| format!("{UNREAD}: before the change {NONE}"));
    let unread = unread.chain(more).chain(early);
    skipped.extend(unread.map(|why| Omission { path: Some(file.repo_path().clone()), why }));
    let whole = file.new_side().is_none_or(|side| side.whole);
    let existed = file.old().is_some();
    let said = said(format, whole, &before, &after);
    let rows = compare::rows(file.repo_path(), format.kind(), &mut before.entries, &mut after.entries);
    Changes { rows, inventory: Some(Inventory { needed, existed, ..inventory(said, before, after) }), skipped, as_before }
}

/// The form of a list of requirements whose name does not say so.
fn listed(file: &FileView<'_>) -> Option<&'static dyn Format> {
    let is_list = |side: &SideView<'_>| is_list(&file.path, || side.text().into());
    let found = [file.old(), file.new_side()].into_iter().flatten().any(is_list);
    found.then_some(&pypi::requirements::Requirements as &dyn Format)
}

fn is_list<'t>(path: &str, text: impl FnOnce() -> Cow<'t, str>) -> bool {
    let name = fold(path.rsplit('/').next().unwrap_or(""));
    (name.ends_with(".txt") || name.ends_with(".in")) && pypi::requirements::is_list(&name, &text())
}

/// Takes out of `after` what could not be read of lines that the change leaves alone and that were not read in `before` either, and counts
/// them: a program that names packages has such lines for good, and says the same beside every change of it.
fn forget_old(file: &FileView<'_>, before: &Reading, after: &mut Reading) -> usize {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for unread in &before.unread {
        *known.entry(unread.what.as_str()).or_default() += 1;
    }
    let changed: HashSet<u32> = file.added().map(|line| line.number).collect();
    let starts: HashSet<u32> = after.unread.iter().map(|unread| unread.line).collect();
    let side = file.new_side().filter(|_| !starts.is_empty());
    let lines = side.into_iter().flat_map(SideView::lines).filter(|line| starts.contains(&line.number));
    let goes_on: HashSet<u32> = lines.filter(|line| goes_on(line.text)).map(|line| line.number).collect();
    let all = after.unread.len();
    after.unread.retain(|unread| {
        let lines = if goes_on.contains(&unread.line) { STATEMENT } else { 1 };
        let touched = (unread.line..unread.line.saturating_add(lines)).any(|line| changed.contains(&line));
        let left = known.get_mut(unread.what.as_str()).filter(|left| **left > 0 && unread.line > 0 && !touched);
        left.map(|left| *left -= 1).is_none()
    });
    all - after.unread.len()
}

/// Whether the statement on a line goes on below it.
fn goes_on(line: &str) -> bool {
    let count = |signs: [char; 3]| line.matches(signs).count();
    count(['(', '[', '{']) > count([')', ']', '}']) || line.trim_end().ends_with(['=', '\\'])
}

/// Whether the file at `path`, of which `diff` shows lines, is read as a manifest or lock file.
#[must_use]
pub fn is_read(path: &str, diff: &TextDiff) -> bool {
    let shown = || diff.lines.iter().map(|line| diff.text(line)).collect::<Vec<_>>().join("\n").into();
    is_named(path) || is_list(path, shown)
}

/// Whether a file is one by its path.
#[must_use]
pub fn is_named(path: &str) -> bool {
    forms::of(path).is_some()
}

/// What one side holds; `None` when it could not be read, which is then said.
fn side(format: &dyn Format, file: &FileView<'_>, side: Option<&SideView<'_>>, skipped: &mut Vec<Omission>) -> Option<Reading> {
    let Some(side) = side else { return Some(Reading::default()) };
    let omission = |why: String| Omission { path: Some(file.repo_path().clone()), why };
    if !side.whole {
        let why = if format.by_line() {
            "only the changed lines and their surroundings are known, and were compared"
        } else {
            "they could not be compared, since only the changed lines are known"
        };
        if skipped.is_empty() {
            skipped.push(omission(format!("{UNREAD}: {why}")));
        }
        if !format.by_line() {
            return None;
        }
    }
    let uncut = uncut(file, side);
    let text = uncut.as_deref().unwrap_or(side.text());
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > LONGEST {
        skipped.push(omission(format!("{UNREAD} were not read: the file is larger than {} MiB", LONGEST / 1024 / 1024)));
        return None;
    }
    let _alone = (text.len() > LARGE).then(|| READING.lock().unwrap_or_else(PoisonError::into_inner));
    let read = unmerged(text).map_or_else(|| format.read(text), Err);
    match read {
        Ok(mut reading) => {
            let read = !reading.entries.is_empty() || !reading.unread.is_empty();
            if format.kind() == Kind::Lock && side.whole && !read && edition::speaks_of_packages(text) {
                reading.remark(NONE);
            }
            renumber(side, &mut reading);
            reading.entries.shrink_to_fit();
            Some(reading)
        }
        Err(error) => {
            let when = if side.side == crate::model::diff::Side::Old { "before" } else { "after" };
            skipped.push(omission(format!("{UNREAD} could not be read as they are {when} the change: {error}")));
            None
        }
    }
}

/// A side with all of its long lines, which checks see cut: some tools write a whole lock file on one line.
fn uncut(file: &FileView<'_>, side: &SideView<'_>) -> Option<String> {
    let is_cut = side.whole && side.text().lines().any(|line| line.len() + 4 > LINE_LIMIT);
    is_cut.then(|| file.bytes(side.side).and_then(|bytes| String::from_utf8(bytes.into_owned()).ok())).flatten()
}

/// Where a merge was left unfinished: both versions stand there, and no tool would take either.
fn unmerged(text: &str) -> Option<String> {
    if !text.contains("<<<<<<< ") {
        return None;
    }
    let mut lines = text.lines().enumerate();
    let (at, _) = lines.find(|(_, line)| line.starts_with("<<<<<<< "))?;
    let ends = lines.any(|(_, line)| line.starts_with(">>>>>>> "));
    ends.then(|| format!("line {}: two versions of it are merged here and none was chosen", at + 1))
}

/// From lines of the view to lines of the file.
fn renumber(side: &SideView<'_>, reading: &mut Reading) {
    let entries = reading.entries.iter_mut().map(|entry| &mut entry.dependency.line);
    let lines = entries
        .chain(reading.origins.iter_mut().map(|origin| &mut origin.line))
        .chain(reading.unread.iter_mut().map(|unread| &mut unread.line));
    for line in lines.filter(|line| **line > 0) {
        *line = side.number(*line as usize - 1);
    }
}

/// What an inventory says of packages whose versions and places their rows take.
fn said(format: &dyn Format, whole: bool, before: &Reading, after: &Reading) -> Inventory {
    let mut locked: BTreeMap<String, Vec<(String, PackageSource)>> = BTreeMap::new();
    let mut listed = before.entries.iter().filter(|entry| entry.dependency.source == PackageSource::DefaultRegistry).peekable();
    let all_hashed = listed.peek().is_some() && listed.all(|entry| !entry.dependency.hashes.is_empty());
    let hashed = after.entries.iter().filter(|entry| !entry.dependency.hashes.is_empty()).count();
    if whole && format.kind() == Kind::Lock {
        for Entry { dependency, .. } in &after.entries {
            // Nearly every name stands once.
            let versions = locked.entry(dependency.name.clone()).or_insert_with(|| Vec::with_capacity(1));
            versions.push((dependency.version.clone(), dependency.source.clone()));
        }
    }
    Inventory {
        ecosystem: format.ecosystem(),
        kind: format.kind(),
        existed: false,
        places: before.entries.iter().filter_map(|entry| place(&entry.dependency.source)).collect(),
        known: BTreeSet::new(),
        locked,
        needed: BTreeSet::new(),
        hashed,
        all_hashed,
        origins: Vec::new(),
        tells_scripts: before.tells_scripts && after.tells_scripts,
    }
}

fn inventory(said: Inventory, before: Reading, after: Reading) -> Inventory {
    let known_origins: BTreeSet<(String, String)> = before.origins.into_iter().map(|origin| (origin.setting, origin.url)).collect();
    let mut origins = after.origins;
    origins.retain(|origin| !known_origins.contains(&(origin.setting.clone(), origin.url.clone())));
    let mut places = said.places;
    places.extend(known_origins.into_iter().map(|(_, url)| host(&url).to_owned()));
    let known = before.entries.into_iter().map(|entry| entry.dependency.name).collect();
    Inventory { places, known, origins, ..said }
}
