//! What says that a check which went may be made in another way: its question was whether something went wrong, or what it was asked about is
//! made otherwise now. Parts of `guard-removed`, which tells less of it then.

use std::collections::BTreeSet;

use super::refusal::is_of_somebody;
use super::vocabulary::vocabulary;
use crate::analysis::branch;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

/// Whether the change makes otherwise what a check is called with: `key = read(alg)` → `key = read(entry)` in front of `check_size(key)`.
pub(super) fn made_otherwise(old: &SideView<'_>, at: usize) -> bool {
    static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");
    static MADE: Pattern =
        Pattern::new(r"^\s*(?:(?:const|let|var|val|mut|final|auto)\s+)*\$?([A-Za-z_]\w*)\s*(?::[^=]+)?:?=\s*[^=;]*\w\s*\(");
    const MOST_ABOVE: usize = 40;
    let statement = &old.statements()[at];
    let given = old.code_of(statement).split_once('(').map_or("", |(_, given)| given);
    let given: BTreeSet<&str> = WORD.groups(given, 0).collect();
    let above = old.statements().get(at.saturating_sub(MOST_ABOVE)..at).unwrap_or(&[]).iter();
    let mut changed = above.filter(|one| one.function == statement.function && old.is_changed(one.first_line));
    !given.is_empty() && changed.any(|one| MADE.group(old.code_of(one), 1).is_some_and(|name| given.contains(name)))
}

/// Whether a branch only asks whether something else went wrong, which is no question of who may do what: `if err := save(x); err != nil`,
/// tells what another service answered, `if (response.status === 403)`, how long something is, or that it was not found.
pub(super) fn only_fails(file: &FileView<'_>, old: &SideView<'_>, at: usize) -> bool {
    static FAILED: Pattern = Pattern::new(r"\berr(?:or)?\b\s*(?:!=\s*nil\b|$)|\brc\s*[!<]|\bret\s*<\s*0|^!\s*ok$");
    static ANSWERED: Pattern = Pattern::new(r"^\(?\s*resp(?:onse)?\.[sS]tatus(?:_?[cC]ode)?\s*===?\s*\d+\s*\)?$");
    /// Does something for its own sake.
    static DOES: Pattern = Pattern::new(
        r"(?:^|[\s.>:(])(?i:delete|create|update|save|store|put|insert|list|set|add|remove|write|send|close|flush|load)_?\w*\s*\(",
    );
    let Some(found) = branch::branch(old, file.language, at) else { return false };
    let condition = old.masked().get(found.condition.clone()).unwrap_or("");
    let before = || at.checked_sub(1).map_or("", |before| old.code_of(&old.statements()[before]));
    let asked = if condition.contains('(') { condition } else { before() };
    let of_somebody = || {
        let inline = old.plain().get(found.inline.clone()).is_some_and(is_of_somebody);
        inline || found.block.clone().any(|inner| is_of_somebody(old.plain_of(&old.statements()[inner])))
    };
    /// How long something is, which says nothing of whose it is.
    static MEASURED: Pattern = Pattern::new(
        r"(?i)^[\s(!]*(?:\\?(?:mb_)?strlen\s*\([^()]*\)|len\s*\([^()]*\)|[\w$.>\[\]'-]+\.(?:length|size|len|count)(?:\(\))?)\s*[<>]=?\s*[\w:.$]+[\s)]*$",
    );
    /// It is only not found.
    static MISSING: Pattern = Pattern::new(r"(?i)\b404\b|not_?found");
    static ELSE: Pattern = Pattern::new(r"(?i)\b40[13]\b|forbid|unauthori[sz]ed|denied|permission");
    let missing = || {
        let said = |is: &Pattern| {
            let inline = old.plain().get(found.inline.clone()).is_some_and(|text| is.is_match(text));
            inline || found.block.clone().any(|inner| is.is_match(old.plain_of(&old.statements()[inner])))
        };
        !vocabulary().decides_in(condition) && said(&MISSING) && !said(&ELSE)
    };
    let failed = || FAILED.is_match(condition.trim()) && (DOES.is_match(asked) || !vocabulary().decides_in(asked)) && !of_somebody();
    ANSWERED.is_match(condition.trim()) || MEASURED.is_match(condition.trim()) || failed() || missing()
}
