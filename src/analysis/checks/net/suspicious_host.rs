//! `suspicious-host`: live code names a public address without a name, a drop for pasted data, or a tunnel.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::hosts;
use super::sending::{LONGEST, talks as speaks};
use super::traffic::{is_shell, traffic};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static NAMED: Hint = Hint::new(|| hosts::urls().or(traffic().talking()).or(traffic().dropping()).or(Words::of([&PROXY])));
/// Everything that is sent goes through it.
static PROXY: Pattern = Pattern::new(r"(?i)prox(?:y|ies)");

/// See `rules/code/suspicious-host.toml`.
pub struct SuspiciousHost;

impl Check for SuspiciousHost {
    fn rule(&self) -> RuleId {
        RuleId("suspicious-host")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::ADDED, &NAMED)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() || is_shell(file.language);
        let Some(side) = file.new_side().filter(|_| readable && file.role.is_live()) else { return };
        let sent_to = LazyCell::new(|| names_sent_to(file, side));
        for line in file.added_on(&NAMED) {
            let plain = side.plain_line(line.index);
            if !plain.contains('.') {
                continue;
            }
            let talks = traffic().talks(plain, file.language);
            let quoted = || hosts::named(plain).filter(|_| talks || PROXY.is_match(plain));
            let bare = hosts::of_urls(plain).chain(quoted()).find(|host| hosts::is_bare_address(host));
            let what = match &bare {
                Some(host) => format!("Names the bare address {host}"),
                None if traffic().is_drop(plain) && !(talks || plain.contains("://")) && refused(file, side, line.index) => continue,
                None if traffic().is_drop(plain) => "Names a host that takes in whatever anybody sends".to_owned(),
                None => continue,
            };
            let sent = || KEPT.group(plain, 1).or_else(|| above(side, line.index)).is_some_and(|name| sent_to.contains(name));
            let severity = if talks || bare.is_none() && sent() { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, side, line.index).title(what).severity(severity));
        }
    }
}

/// Whether a host stands in a list of those that are refused: by the name of the list or of its file.
fn refused(file: &FileView<'_>, side: &SideView<'_>, line: usize) -> bool {
    static REFUSED: Pattern = Pattern::new(r"(?i)block|deny|denied|forbid|refus|banned|blacklist|disallow");
    static ENTRY: Pattern = Pattern::new(r#"^\s*["'`.]?[\w.*-]+["'`]?\s*,?\s*$"#);
    const MOST_ABOVE: usize = 60;
    let head = (0..=line).rev().take(MOST_ABOVE).find(|at| !ENTRY.is_match(side.plain_line(*at)));
    REFUSED.is_match(&file.path) || head.is_some_and(|head| REFUSED.is_match(side.plain_line(head)))
}

/// A name that gets a text.
static KEPT: Pattern = Pattern::new(r#"([A-Za-z_]\w*)\s*(?::[^=\n]{1,40})?:?=\s*(?:new\s+)?(?:\w+\s*\(\s*)?["'`]"#);
/// The same where the text stands on the line below.
static BEGUN: Pattern = Pattern::new(r"([A-Za-z_]\w*)\s*(?::[^=\n]{1,40})?:?=\s*\(?\s*$");

fn above<'v>(side: &'v SideView<'_>, line: usize) -> Option<&'v str> {
    BEGUN.group(side.plain_line(line.checked_sub(1)?), 1)
}

/// Every name in a statement that the change brings and that sends something.
fn names_sent_to(file: &FileView<'_>, side: &SideView<'_>) -> BTreeSet<String> {
    static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");
    static GETS: Pattern = Pattern::new(r"(?i)(?:\.|\b)(?:get|getForObject|head|urlretrieve)\w*\s*\(\s*[\w.]+\s*\)");
    let new = side.statements().iter().filter(|s| side.touches(s.first_line, s.last_line) && s.bytes.len() <= LONGEST);
    let sends = new.filter(|s| speaks(file, side, s) && !GETS.is_match(side.code_of(s)));
    sends.flat_map(|s| WORD.groups(side.code_of(s), 0)).map(str::to_owned).collect()
}
