//! A token that proves who somebody is to one host, and goes to another one as well. A part of `sensitive-to-network`.

use std::collections::{BTreeMap, BTreeSet};

use super::hosts;
use super::sending::{LONGEST, host_of, talks};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::hints::Spots;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::statements::Statement;
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

static CALLED: Pattern = Pattern::new(r"\b([A-Za-z_]\w*)\s*\(");
static HEADED: Pattern = Pattern::new(r"(?i)\bheaders?\b\s*[=:,(\x22\x27]");
/// Another host for a request that is made already; group: what it gets.
static MOVED: Pattern = Pattern::new(r"^\s*\w+\.(?:URL\.Host|url\.(?:host|hostname)|Host|hostname|host|netloc)\s*=\s*([^=;\n]+)");
static QUOTED: Pattern = Pattern::new(r#"["'`]((?:[a-z0-9-]+\.)+[a-z]{2,12})(?::\d+)?["'`]"#);

/// The functions that give such a header to whoever calls them.
fn givers<'v>(side: &'v SideView<'_>, spots: Spots<'_>) -> BTreeSet<&'v str> {
    let short = side.statements().iter().filter(|statement| statement.bytes.len() <= LONGEST);
    let showing = short.filter(|s| spots.meet(s.first_line, s.last_line)).filter(|s| SHOWN.is_match(side.plain_of(s)));
    showing.filter_map(|s| Some(side.functions().get(s.function?)?.name.as_str())).filter(|name| name.contains("header")).collect()
}

/// A request that carries such a header is sent to another host as well.
fn redirected(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let spots = file.spots(&SHOWING, side.side);
    let shows = |at: Option<usize>| {
        let own = side.statements().iter().filter(|s| s.function == at && s.bytes.len() <= LONGEST);
        own.filter(|s| spots.meet(s.first_line, s.last_line)).any(|s| SHOWN.is_match(side.plain_of(s)))
    };
    let mut told = BTreeSet::new();
    for statement in side.statements().iter().filter(|s| side.touches(s.first_line, s.last_line) && s.bytes.len() <= 400) {
        let plain = side.plain_of(statement);
        let Some(value) = MOVED.group(plain, 1).filter(|_| statement.function.is_some() && told.len() < MOST_HOSTS) else { continue };
        let named = || {
            let sets = |line: &str| line.split_once('=').is_some_and(|(name, _)| WORD.groups(name, 0).any(|word| word == value.trim()));
            let mut lines = side.changed_lines().map(|line| line.text).filter(|line| line.len() <= 400 && sets(line));
            lines.find_map(|line| QUOTED.group(line, 1))
        };
        let Some(host) = QUOTED.group(value, 1).or_else(named).filter(|host| !hosts::is_own(host)) else { continue };
        if !told.contains(&(statement.function, host)) && hosts::is_new(file, host) && shows(statement.function) {
            told.insert((statement.function, host));
            let draft = Draft::lines(file, side, statement.first_line, statement.last_line);
            let title = format!("Sends {host} a token that proves somebody to another host");
            sink.report(draft.title(title).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// The host that a function connects to, for what it writes into a connection.
fn connected(file: &FileView<'_>, side: &SideView<'_>, call: &Statement) -> Option<String> {
    let same = side.statements().iter().filter(|other| other.function == call.function && call.function.is_some());
    host_of(side, call).or_else(|| same.filter(|other| talks(file, side, other)).find_map(|other| hosts::named(side.plain_of(other))))
}

/// Reports calls to a new host that carry such a token as anything but the header.
pub fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let spots = file.spots(&SHOWING, side.side);
    if spots.is_empty() {
        return;
    }
    let short = side.statements().iter().filter(|statement| statement.bytes.len() <= LONGEST);
    let showing = short.clone().filter(|s| spots.meet(s.first_line, s.last_line)).filter(|s| SHOWN.is_match(side.plain_of(s)));
    let shown_to: BTreeSet<String> = showing.clone().filter_map(|s| hosts::named(side.plain_of(s))).collect();
    let tokens: BTreeSet<(Option<usize>, &str)> = showing
        .flat_map(|s| SHOWN.groups(side.plain_of(s), 1).flat_map(|value| NAMED.groups(value, 1)).map(move |name| (s.function, name)))
        .collect();
    redirected(file, side, sink);
    let givers = givers(side, spots);
    if tokens.is_empty() && givers.is_empty() {
        return;
    }
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    for statement in short.filter(|s| side.touches(s.first_line, s.last_line)) {
        let plain = side.plain_of(statement);
        // A header is where such a token belongs.
        let given = || !HEADED.is_match(plain) && CALLED.groups(side.code_of(statement), 1).any(|name| givers.contains(name));
        let carries = || WORD.groups(plain, 0).any(|name| tokens.contains(&(statement.function, name))) || given();
        if SHOWN.is_match(plain) || !talks(file, side, statement) || !carries() {
            continue;
        }
        let Some(host) = hosts::named(plain).or_else(|| given().then(|| connected(file, side, statement)).flatten()) else { continue };
        // The one it proves somebody to may have given it: who signs in asks for it there.
        if shown_to.contains(&host) {
            continue;
        }
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
