//! Addresses that were asked over TLS and are asked in the clear, host for host. A part of `web-guard-loosened`.

use std::collections::BTreeSet;

use crate::analysis::checks::net::hosts;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::view::FileView;

/// A longer line is data.
const LONGEST: usize = 2000;

static SEALED: Pattern = Pattern::new(r"(?i)\b(?:https|wss|ldaps|amqps|rediss|mqtts|ftps|imaps|smtps)://([a-z0-9][\w.-]*\.[a-z]{2,})");
static OPEN: Pattern = Pattern::new(r"(?i)\b(?:http|ws|ldap|amqp|redis|mqtt|ftp|imap|smtp)://([a-z0-9][\w.-]*\.[a-z]{2,})");
/// Names that nobody asks, and lists of certificates, which are proof by themselves.
static NAMES: Pattern = Pattern::new(r"(?i)\bxmlns|schemas?\.|w3\.org|\bcrl\b|\bocsp\b|\bDOCTYPE\b|@see|licen[sc]e|apache\.org");

/// Where such an address stands.
pub(super) static LINKS: Hint = Hint::new(|| Words::of([&OPEN]));

/// The first host that is asked in the clear where the same place asked it over TLS, and its line.
pub(super) fn unsealed(file: &FileView<'_>) -> Option<(usize, String)> {
    let side = file.new_side()?;
    let read = |text: &str, pattern: &'static Pattern| -> Vec<String> {
        let told = text.len() <= LONGEST && !NAMES.is_match(text);
        if told { pattern.groups(text, 1).map(str::to_ascii_lowercase).collect() } else { Vec::new() }
    };
    let old = file.old()?;
    let was: BTreeSet<String> = old.changed_lines().flat_map(|line| read(old.plain_line(line.index), &SEALED)).collect();
    let before: BTreeSet<String> = old.changed_lines().flat_map(|line| read(old.plain_line(line.index), &OPEN)).collect();
    let still: BTreeSet<String> = side.changed_lines().flat_map(|line| read(side.plain_line(line.index), &SEALED)).collect();
    let gone = |host: &String| was.contains(host) && !before.contains(host) && !still.contains(host) && !hosts::is_own(host);
    file.added_on(&LINKS).find_map(|line| Some((line.index, read(side.plain_line(line.index), &OPEN).into_iter().find(gone)?)))
}
