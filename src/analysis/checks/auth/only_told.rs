//! A check of who somebody is, or of what they show, stands where it stood and stops nobody: what it refused is only told. A part of
//! `guard-removed`, which knows refusals that went with their condition.

use std::collections::HashMap;
use std::ops::Range;

use super::functions::brief;
use super::refusal::refuses;
use super::toothless;
use crate::analysis::branch::{Branch, branch};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// A block of more statements does more than to refuse.
const LONGEST: usize = 6;
/// More statements of one function are not compared one by one.
const MOST: usize = 400;

/// Asks whether what somebody shows is right, or whether they may.
static ASKS: Pattern = Pattern::new(
    r"(?i)verif(?:y|ied|ies|ication)|signature|hmac|x509|certificate|permission|authori[sz]|\bis_?allowed|forbidden|csrf|is_?(?:admin|owner|staff|member|maintainer)|has_?(?:role|scope|access|right)|passw|credential|(?:is|has)_?expired|revoked|\bcan_?[a-z]*\(",
);
/// Nothing of the function runs after it, or the answer is given there.
static STOPS: Pattern = Pattern::new(
    r"(?i)\b(?:return|raise|throw|goto|panic|abort\w*|die|exit|halt|bail|break|continue|reject\w*|deny|fail\w*|next|redirect\w*|render|head|ensure|exitProcess|unreachable)\b|\?\s*;",
);
/// Keeps the answer for later.
static KEEPS: Pattern = Pattern::new(r"[^=!<>]=[^=>]|\+\+|\.(?:push|add|append|insert|set|put)\w*\s*\(|<<");

/// Reports conditions that stayed while what they led to went.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    for twin in twins(file).into_iter().filter(|twin| twin.removed().any(|(_, text)| STOPS.is_match(text))) {
        if let Some((first, last)) = told(file, &twin) {
            let draft = Draft::lines(file, twin.new, first, last).title("What is refused is only told, and it goes on");
            sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
            return;
        }
    }
}

fn told(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<(usize, usize)> {
    let (old, new) = (twin.old, twin.new);
    let mut stand: HashMap<String, usize> = HashMap::new();
    for at in within(new, &twin.is).take(MOST) {
        stand.entry(brief(new, &new.statements()[at])).or_insert(at);
    }
    for at in within(old, &twin.was).take(MOST) {
        let statement = &old.statements()[at];
        let Some(was) = branch(old, file.language, at).filter(|was| (1..=LONGEST).contains(&was.block.len())) else { continue };
        let touched = was.block.clone().any(|inner| old.is_changed(old.statements()[inner].first_line));
        if !touched || !asks(old, at, &was) || !stops(old, &was) {
            continue;
        }
        let Some(now) = stand.get(&brief(old, statement)).copied() else { continue };
        if as_often(file.language, twin, at) {
            continue;
        }
        let Some(is) = branch(new, file.language, now) else { continue };
        let line = new.statements()[now].first_line;
        let last = is.block.clone().last().map_or(line, |inner| new.statements()[inner].last_line);
        // A block that keeps what it found may be asked later; one with another way behind it still decides.
        let behind = new.statements().get(is.block.end).is_some_and(|next| new.code_of(next).trim_start().starts_with("else"));
        let ended = || is.block.clone().any(|inner| toothless::ends_all(file, new.code_of(&new.statements()[inner])));
        let answers = || file.language == Language::Ruby && answers_last((old, &was), (new, &is), twin);
        if !stops(new, &is) && !keeps(new, &is) && !behind && !exits(file.language, new, &is) && !ended() && !answers() {
            return Some((line, last));
        }
    }
    None
}

/// The statements on `lines`, by position.
fn within(side: &SideView<'_>, lines: &Range<usize>) -> Range<usize> {
    let statements = side.statements();
    let (first, end) = (lines.start, lines.end);
    statements.partition_point(|one| one.first_line < first)..statements.partition_point(|one| one.first_line < end)
}

/// Whether the condition asks who somebody is, or the statement before it did: `err := verify(sig)` and `if err != nil {`.
fn asks(side: &SideView<'_>, at: usize, found: &Branch) -> bool {
    static ANSWER: Pattern = Pattern::new(r"^\W*(?:not\s+)?(?:err|error|ok|valid|rc|ret|res|result|status|e)\b");
    let condition = side.masked().get(found.condition.clone()).unwrap_or("").trim();
    let before = || {
        let previous = at.checked_sub(1).map(|before| side.code_of(&side.statements()[before]));
        // What is called asks, not what it is given.
        let asked = |code: &str| code.split_once('=').is_some_and(|(_, call)| ASKS.is_match(call.split('(').next().unwrap_or(call)));
        ANSWER.is_match(condition) && previous.is_some_and(asked)
    };
    ASKS.is_match(condition) || before()
}

fn texts<'v>(side: &'v SideView<'_>, found: &Branch) -> impl Iterator<Item = &'v str> {
    let inline = side.masked().get(found.inline.clone());
    found.block.clone().map(|inner| side.code_of(&side.statements()[inner])).chain(inline)
}

fn stops(side: &SideView<'_>, found: &Branch) -> bool {
    texts(side, found).any(|text| STOPS.is_match(text) || refuses(text))
}

/// Whether the program ends there, as it does after `log.Fatal` of Go.
fn exits(language: Language, side: &SideView<'_>, found: &Branch) -> bool {
    static FATAL: Pattern = Pattern::new(r"\.Fatal(?:f|ln)?\s*\(");
    language == Language::Go && texts(side, found).any(|text| FATAL.is_match(text))
}

/// Whether a head that stands in many places, `if err != nil {`, stands behind something else now, and stops as often as it did.
fn as_often(language: Language, twin: &Twin<'_, '_>, at: usize) -> bool {
    static ERROR: Pattern = Pattern::new(r"^\s*if\s+err\s*!=\s*nil\s*\{\s*$");
    let head = brief(twin.old, &twin.old.statements()[at]);
    if !ERROR.is_match(&head) {
        return false;
    }
    let count = |side: &SideView<'_>, lines: &Range<usize>| {
        let heads = within(side, lines).take(MOST).filter(|one| brief(side, &side.statements()[*one]) == head);
        heads.filter(|one| branch(side, language, *one).is_some_and(|found| stops(side, &found))).count()
    };
    let before = at.checked_sub(1).map(|before| brief(twin.old, &twin.old.statements()[before])).unwrap_or_default();
    let stands = within(twin.new, &twin.is).take(MOST).any(|one| brief(twin.new, &twin.new.statements()[one]) == before);
    !stands && count(twin.new, &twin.is) >= count(twin.old, &twin.was)
}

/// Whether what was answered is what is said last: `return user` → `user` of Ruby, where nothing stands behind it.
fn answers_last((old, was): (&SideView<'_>, &Branch), (new, is): (&SideView<'_>, &Branch), twin: &Twin<'_, '_>) -> bool {
    fn said<'s>(side: &SideView<'_>, found: &Branch, bare: impl Fn(&str) -> String + 's) -> Vec<String> {
        found.block.clone().map(|inner| bare(&brief(side, &side.statements()[inner]))).collect()
    }
    let unreturned = |text: &str| text.strip_prefix("return ").unwrap_or(text).to_owned();
    let end = within(new, &twin.is).end;
    let nothing = new.statements().get(is.block.end..end).is_some_and(|rest| rest.iter().all(|one| new.code_of(one).trim() == "end"));
    nothing && said(old, was, unreturned) == said(new, is, str::to_owned)
}

fn keeps(side: &SideView<'_>, found: &Branch) -> bool {
    texts(side, found).any(|text| KEEPS.is_match(text))
}
