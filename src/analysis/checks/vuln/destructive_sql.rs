//! `destructive-sql`: a statement of SQL that takes data away, changes every row, or gives rights away.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/destructive-sql.toml`.
pub struct DestructiveSql;

static WORDS: Pattern = Pattern::new(r"(?i)\b(?:drop|truncate|delete|update|grant|disable|alter|policy)\b");
static GIVES: Pattern = Pattern::new(
    r"(?is)^\s*grant\s+(?:all\b|super\b|.*\bto\s+(?:public|anon|anonymous|'%'|\S+@'%')|.*\bwith\s+(?:grant|admin)\s+option)|^\s*(?:alter|create)\s+(?:user|role)\s+.*\b(?:superuser|bypassrls|createrole|sysadmin)\b|^\s*alter\s+server\s+role\s+sysadmin|\bdisable\s+row\s+level\s+security|^\s*drop\s+policy\b|^\s*alter\s+default\s+privileges\s+.*\bto\s+(?:public|anon)\b|\bsecurity\s+definer\b.*\bto\s+public",
);
/// A policy that lets everything through, where it is not about reading.
static OPEN_POLICY: Pattern =
    Pattern::new(r"(?is)^\s*(?:create|alter)\s+policy\b.*\b(?:using|with\s+check)\s*\(\s*(?:true|1\s*=\s*1)\s*\)");
static ONLY_READS: Pattern = Pattern::new(r"(?i)\bfor\s+select\b|\bto\s+[\w\x22]*(?:service|admin|owner)");
/// A policy that goes, with its name.
static POLICY_GOES: Pattern = Pattern::new(r"(?im)^\s*drop\s+policy\s+(?:if\s+exists\s+)?(\x22[^\x22]+\x22|\w+)");
static POLICY_MADE: Pattern = Pattern::new(r"(?i)\bcreate\s+policy\s+(\x22[^\x22]+\x22|\w+)");
static EVERY_ROW: Pattern = Pattern::new(r"(?is)^\s*(?:delete\s+from\s+[\w.`\x22\[\]]+|update\s+[\w.`\x22\[\]]+\s+set\s+[^=]+=.*)\s*$");
static WHERE: Pattern = Pattern::new(r"(?i)\b(?:where|limit|join|using)\b");
static DATABASE: Pattern = Pattern::new(r"(?is)^\s*drop\s+(?:database|schema\s+.*cascade|schema\s+if\s+exists)\b");
static TABLE: Pattern = Pattern::new(
    r"(?is)^\s*(?:drop\s+table\b|truncate\s+(?:table\s+)?[\w.\x22`\[\]]+(?:\s*,\s*[\w.]+)*(?:\s+(?:cascade|restrict|restart\s+identity|continue\s+identity))*\s*$|alter\s+table\s+.*\bdrop\s+column\b)",
);
static BACK: Pattern = Pattern::new(r"(?i)(?:^|[/_.-])(?:down|rollback|revert|undo|teardown|seed|test)s?(?:[/_.-]|$)");
/// Comments with which tools mark the way back.
static BACK_MARK: Pattern = Pattern::new(r"(?im)^\s*--+\s*(?:\+goose\s+down|\+migrate\s+down|@?undo|down\b|rollback)");
/// Strings of code that are whole statements.
const LONGEST: usize = 4_000;

impl Check for DestructiveSql {
    fn rule(&self) -> RuleId {
        RuleId("destructive-sql")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&WORDS]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.role.is_live() && !BACK.is_match(&file.path)) else { return };
        if file.language == Language::Sql {
            script(file, side, sink);
        } else if file.language.is_code() {
            texts(file, side, sink);
        }
    }
}

/// The statements of a file of SQL.
fn script(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let back = BACK_MARK.find(side.text()).map_or(usize::MAX, |found| found.start);
    let made: BTreeSet<String> = POLICY_MADE.groups(side.plain(), 1).map(str::to_lowercase).collect();
    let went: BTreeSet<String> = POLICY_GOES.groups(side.plain(), 1).map(str::to_lowercase).collect();
    let mut start = 0;
    // Semicolons in texts end nothing.
    for (end, _) in side.masked().match_indices(';').chain([(side.text().len(), "")]) {
        let text = side.plain().get(start..end).unwrap_or("");
        let first = start + (text.len() - text.trim_start().len());
        start = end + 1;
        let (first_line, last_line) = (side.line_of(first), side.line_of(end.saturating_sub(1).max(first)));
        if first > back || text.len() > LONGEST || !side.touches(first_line, last_line) || made_again(text, &made) {
            continue;
        }
        if opens(text, &went) {
            let title = "What the database kept people apart by is gone";
            sink.report(Draft::lines(file, side, first_line, last_line).severity(Severity::High).title(title));
        } else if let Some((severity, title)) = takes(text) {
            sink.report(Draft::lines(file, side, first_line, last_line).severity(severity).title(title));
        }
    }
}

/// Whether a policy goes and another of its name takes its place.
fn made_again(text: &str, made: &BTreeSet<String>) -> bool {
    POLICY_GOES.group(text, 1).is_some_and(|name| made.contains(&name.to_lowercase()))
}

/// The strings of a program that are a whole statement.
fn texts(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let changed = LazyCell::new(|| kept_before(file, side));
    for (line, text) in side.strings() {
        if !side.is_changed(line) || text.len() > LONGEST {
            continue;
        }
        let inside = text.trim_matches(['"', '\'', '`', ';', ' ', '\n']);
        // A sentence begins with one capital, a statement with none or nothing else.
        let sentence = inside.starts_with(char::is_uppercase) && inside.chars().nth(1).is_some_and(char::is_lowercase);
        // A migration runs by itself.
        if file.path.contains("migrat") && OPENS.is_match(inside) {
            let title = "What the database kept people apart by is gone";
            sink.report(Draft::line(file, side, line).severity(Severity::High).title(title));
        } else if let Some((severity, title)) = takes(inside).filter(|_| !sentence && inside.contains(char::is_whitespace)) {
            // What stands in a program is run when it says so, a migration whenever it is met; a table that a program run for other work
            // empties or drops is neither.
            let whole = TABLE.is_match(inside) || DATABASE.is_match(inside);
            let makes = MAKES_TABLES.is_match(&file.path) || file.old().is_none() && EMPTIES.is_match(&file.path);
            let works = whole && CALLED.is_match(side.plain_line(line)) && !makes;
            let instead = || DROPS.group(inside, 1).is_some_and(|name| changed.contains(&bare(name)));
            let severity = if works || instead() { Severity::Medium } else { severity.min(Severity::Low) };
            sink.report(Draft::line(file, side, line).severity(severity).title(title));
        }
    }
}

/// A statement that is run where it stands.
static CALLED: Pattern =
    Pattern::new(r"(?i)\b(?:exec\w*|update|run|query\w*|statement|unprepared|perform)!?\s*\(\s*[^()]{0,40}[\x22\x27`]");
/// Files whose work it is to make tables and to take them away.
static MAKES_TABLES: Pattern =
    Pattern::new(r"(?i)migrat|schema|setup|install|upgrade|fixture|bootstrap|seed|test|spec|bench|example|adapter|dialect|driver");
/// Files whose work it may be to empty them, as long as they are new: one that left the rows of others alone and no longer does is another matter.
static EMPTIES: Pattern = Pattern::new(r"(?i)clean|reset");
/// What takes a table or a schema away, with its name.
static DROPS: Pattern = Pattern::new(r"(?i)^\s*(?:drop\s+(?:table|schema)|truncate(?:\s+table)?)\s+(?:if\s+exists\s+)?([\w.`\x22\[\]]+)");

/// Tables that statements which went only changed, and that no statement which came copies or puts back under their name.
fn kept_before(file: &FileView<'_>, side: &SideView<'_>) -> BTreeSet<String> {
    static CHANGES: Pattern =
        Pattern::new(r"(?i)^[\x22'`\s]*(?:alter\s+(?:table|schema)|update)\s+(?:if\s+exists\s+|only\s+)?([\w.`\[\]]+)");
    static COPIES: Pattern = Pattern::new(r"(?i)\brename\s+to\s+([\w.`\[\]]+)|\bselect\b.*\bfrom\s+([\w.`\[\]]+)");
    let of = |side: &SideView<'_>, pattern: &'static Pattern| -> BTreeSet<String> {
        let texts = side.strings().filter(|(line, text)| side.is_changed(*line) && text.len() <= LONGEST);
        texts.flat_map(|(_, text)| pattern.parts(text).map(bare).collect::<Vec<_>>()).collect()
    };
    let Some(old) = file.old() else { return BTreeSet::new() };
    let changed = of(old, &CHANGES);
    if changed.is_empty() {
        return changed;
    }
    let copied = of(side, &COPIES);
    changed.into_iter().filter(|name| name.len() > 2 && !copied.contains(name)).collect()
}

/// The name of a table without what stands around it.
fn bare(name: &str) -> String {
    name.trim_matches(['"', '`', '[', ']']).to_lowercase()
}

/// What opens a table or all of them to whoever connects, in a step that comes after others.
static OPENS: Pattern = Pattern::new(
    r"(?is)\b(?:disable|no\s+force)\s+row\s+level\s+security|^\s*grant\s+all\b.*\bon\s+all\s+tables\b.*\bto\s+public\b|^\s*grant\s+all\b.*\bon\s+\*\.\*\s+to\s+\S+@'?%|^\s*alter\s+(?:user|role)\s+.*[^o]\b(?:superuser|bypassrls)\b|^\s*alter\s+security\s+policy\b.*\bstate\s*=\s*off\b",
);
static TO_ANYBODY: Pattern = Pattern::new(r"(?i)\bto\s+(?:anon|public)\b");

/// Whether a statement opens what was closed: by itself, or as the policy that takes the place of one that kept people apart.
fn opens(text: &str, went: &BTreeSet<String>) -> bool {
    let policy = OPEN_POLICY.is_match(text) && !ONLY_READS.is_match(text);
    let again = || POLICY_MADE.group(text, 1).is_some_and(|name| went.contains(&name.to_lowercase()));
    OPENS.is_match(text) || policy && (TO_ANYBODY.is_match(text) || again())
}

fn takes(text: &str) -> Option<(Severity, &'static str)> {
    if GIVES.is_match(text) || OPEN_POLICY.is_match(text) && !ONLY_READS.is_match(text) {
        Some((Severity::Medium, "Gives rights on data away"))
    } else if EVERY_ROW.is_match(text) && !WHERE.is_match(text) {
        Some((Severity::Medium, "Changes or deletes every row of a table"))
    } else if DATABASE.is_match(text) {
        Some((Severity::Medium, "Deletes a database"))
    } else if TABLE.is_match(text) {
        Some((Severity::Low, "Deletes a table or what is in it"))
    } else {
        None
    }
}
