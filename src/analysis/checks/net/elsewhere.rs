//! A token that proves who somebody is to one host, and goes to another one as well. A part of `sensitive-to-network`.

use std::collections::{BTreeMap, BTreeSet};

use super::hosts;
use super::sending::{LONGEST, talks};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// More hosts than this in one file are not looked up.
const MOST_HOSTS: usize = 60;

/// A header by which somebody proves who they are, with what is put into it.
static SHOWN: Pattern = Pattern::new(r"(?i)\bauthorization\b[\x22\x27`]?\]?\s*[,:=]\s*([^;\n]{1,200})");
static NAMED: Pattern = Pattern::new(r"(?:[{$+,(]|^|\s)\s*([A-Za-z_]\w*)\s*(?:[}),;]|$)");
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");

/// Where such a header may be set.
pub static SHOWING: Hint = Hint::new(words);

/// What a text must hold for that.
#[must_use]
pub fn words() -> Words {
    Words::of([&SHOWN])
}

/// Reports calls to a new host that carry such a token as anything but the header.
pub fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let spots = file.spots(&SHOWING, side.side);
    if spots.is_empty() {
        return;
    }
    let short = side.statements().iter().filter(|statement| statement.bytes.len() <= LONGEST);
    let showing = short.clone().filter(|s| spots.meet(s.first_line, s.last_line)).filter(|s| SHOWN.is_match(side.plain_of(s)));
    let tokens: BTreeSet<(Option<usize>, &str)> = showing
        .flat_map(|s| SHOWN.groups(side.plain_of(s), 1).flat_map(|value| NAMED.groups(value, 1)).map(move |name| (s.function, name)))
        .collect();
    if tokens.is_empty() {
        return;
    }
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    for statement in short.filter(|s| side.touches(s.first_line, s.last_line)) {
        let plain = side.plain_of(statement);
        let carries = || WORD.groups(plain, 0).any(|name| tokens.contains(&(statement.function, name)));
        if SHOWN.is_match(plain) || !talks(file, side, statement) || !carries() {
            continue;
        }
        let Some(host) = hosts::named(plain) else { continue };
        if known.len() >= MOST_HOSTS && !known.contains_key(&host) {
            let why = format!("sensitive-to-network: only the first {MOST_HOSTS} hosts that may get a token were looked up");
            return sink.skip(Some(file.repo_path()), why);
        }
        if *known.entry(host.clone()).or_insert_with(|| hosts::is_new(file, &host)) {
            let draft = Draft::lines(file, side, statement.first_line, statement.last_line);
            let title = format!("Sends {host} a token that proves somebody to another host");
            sink.report(draft.title(title).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}
