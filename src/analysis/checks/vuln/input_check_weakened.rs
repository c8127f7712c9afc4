//! `input-check-weakened`: what kept a path, an address, a sender or a size inside its bounds is gone from a function, or asks less.
//!
//! Who may do what is `condition-weakened`'s; calls around a value are `sanitiser-removed`'s.

use std::collections::HashSet;

use super::bounds::{KEPT, MOVES_BYTES, OPENS, SIZED};
use super::first_only;
use super::handlers::filled;
use super::in_part;
use super::marked_valid;
use super::request::ASKED;
use super::stops::refusals;
use super::twins::{Twin, twins};
use crate::analysis::branch::branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::auth::weakening::{Consequence, Weakening, weakened};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/input-check-weakened.toml`.
pub struct InputCheckWeakened;

/// Another check that may have taken its place.
static CHECKS: Pattern = Pattern::new(
    r"(?i)(?:check|valid|ensure|assert|verify|safe|allow|within|inside|contain|sanit|guard|normali[sz]e|canonical|trusted|permitted|resolve_?path|restrict|clamp)\w*!?\s*\(",
);

impl Check for InputCheckWeakened {
    fn rule(&self) -> RuleId {
        RuleId("input-check-weakened")
    }

    fn needs(&self) -> Needs {
        // What a size is called is open; whatever is compared is asked of.
        let told = KEPT.iter().filter(|kept| !kept.by_hand).flat_map(|kept| [kept.strictly, kept.somehow]);
        let sizes = Words::named(["<", ">", "return"]).or(in_part::words());
        Needs::nothing().and(
            Reach::REMOVED,
            told.filter(|pattern| pattern.words().is_some()).fold(sizes.or(marked_valid::words()), |words, one| words.or(Words::of([one]))),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        for twin in twins(file) {
            if !too_late(file, &twin, sink) && !narrowed(file, &twin, sink) {
                gone(file, &twin, sink);
            }
        }
        if sink.reported() == 0 {
            marked_valid::report(file, sink);
        }
        if sink.reported() == 0 {
            in_part::report(file, sink);
        }
        if sink.reported() == 0 {
            first_only::report(file, sink);
        }
    }
}

/// A check that stands nowhere in its function any more, though what it guarded does.
fn gone(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    let (before, after) = (twin.before(), twin.after());
    for kept in KEPT.iter().filter(|kept| kept.knows(file.language)) {
        let went = |pattern: &'static Pattern| {
            twin.removed().any(|(_, text)| pattern.is_match(text)) && pattern.is_match(before) && !pattern.is_match(after)
        };
        let Some(pattern) = [kept.strictly, kept.somehow].into_iter().find(|pattern| went(pattern)) else { continue };
        let less = std::ptr::eq(pattern, kept.somehow) && kept.strictly.is_match(after);
        let calmed = || twin.added().any(|(_, text)| CHECKS.is_match(text)) || moved(file, pattern) || named_now(twin, pattern);
        let here = kept.guards.is_match(before) && kept.guards.is_match(after);
        let asking = if kept.by_hand { None } else { caller(file, twin, kept.guards) };
        if less || !(here || asking.is_some()) || calmed() {
            continue;
        }
        let Some((line, text)) = twin.removed().find(|(_, text)| pattern.is_match(text)) else { continue };
        // In memory it is the same size that must still decide how much is moved.
        let used = || after.lines().any(|line| kept.guards.is_match(line) && shares_name(text, line));
        if if kept.by_hand {
            used()
        } else {
            twin.speaks_of(text)
                || asking.is_some() && returns(twin, text)
                || goes_on(twin, kept.guards)
                || std::ptr::eq(kept.guards, &OPENS) && names_its_own(twin, text)
        } {
            let title = if kept.somehow.is_match(after) && std::ptr::eq(pattern, kept.strictly) {
                format!("{} is checked less strictly than before", kept.what)
            } else {
                format!("{} is no longer checked", kept.what)
            };
            let grave = !std::ptr::eq(kept.guards, &MOVES_BYTES)
                && !kept.somehow.is_match(after)
                && (tells_itself(text)
                    || asking.is_some()
                    || open_to_others(file, twin, text)
                    || std::ptr::eq(kept.guards, &OPENS) && names_its_own(twin, text));
            let severity = if grave { Severity::High } else { Severity::Medium };
            return sink.report(Draft::line(file, twin.old, line).title(title).severity(severity));
        }
    }
}

/// Whether the check stands there, and what it asks about has a name now in place of a number: `params[0]` → `params.path`.
fn named_now(twin: &Twin<'_, '_>, pattern: &Pattern) -> bool {
    static PART: Pattern = Pattern::new(r"\bparams(?:\[\d+\]|\.\w+)");
    let bare = |text: &str| PART.is_match(text).then(|| PART.without(text.trim()).into_owned());
    let went: HashSet<_> = twin.removed().filter(|(_, text)| pattern.is_match(text)).filter_map(|(_, text)| bare(text)).take(50).collect();
    !went.is_empty() && twin.added().any(|(_, text)| bare(text).is_some_and(|text| went.contains(&text)))
}

/// The function of the same file that hands this one what somebody sent, and does with it what is guarded: a check in a helper guards
/// those who call it.
fn caller<'v>(file: &FileView<'_>, twin: &Twin<'v, '_>, guards: &Pattern) -> Option<&'v str> {
    /// More functions than this ask nobody's helper.
    const MOST: usize = 400;
    let own = twin.new.functions().iter().find(|function| twin.is.contains(&function.first_line))?;
    if own.name.len() < 3 {
        return None;
    }
    let calls = format!("{}(", own.name);
    twin.new.functions().iter().take(MOST).filter(|other| !other.name.is_empty() && other.name != own.name).find_map(|other| {
        let text = twin.new.plain().get(twin.new.bytes_of(other.first_line, other.last_line))?;
        let sent =
            || [text, twin.after()].into_iter().any(|text| ASKED.is_match(text)) || !filled(twin.new, other, file.language).is_empty();
        let called = || {
            text.match_indices(&calls)
                .any(|(at, _)| !text.get(..at).unwrap_or("").ends_with(|sign: char| sign.is_alphanumeric() || sign == '_'))
        };
        (text.len() < 20_000 && called() && guards.is_match(text) && sent()).then_some(text)
    })
}

/// Where the value that was checked comes from somebody else in this function, and what is done with it still stands there.
fn open_to_others(file: &FileView<'_>, twin: &Twin<'_, '_>, check: &str) -> bool {
    /// What opens, sends or asks for what it is given.
    static ENDS: Pattern = Pattern::new(
        r"(?i)\b(?:open\w*|read\w*|write\w*|send\w*|save\w*|unlink|remove\w*|delete\w*|copy\w*|create\w*|extract\w*|unpack\w*|file_get_contents|fopen|download|serve\w*|rename|FileResponse|File(?:In|Out)putStream|newOutputStream|transferTo|redirect\w*|sendRedirect|RedirectResponse|fetch|urlopen|get|post|request)\s*!?\(|\bredirect_to\b|\bURI\.open",
    );
    /// A name that came with an archive.
    static PACKED: Pattern = Pattern::new(
        r"\b(?:\w*[eE]ntry|\w*[mM]ember|info|header|hdr|zf|f)\.(?:getName\(\)|name\b|filename\b|Name\b|FullName\b|path\(\)|file_name\b|fileName\b)",
    );
    static HEADER: Pattern =
        Pattern::new(r"^\s*(?:@|#\[|(?:pub\s+|export\s+|async\s+|public\s+|private\s+|static\s+)*(?:def|fn|func|function|fun|sub)\b)");
    let after = twin.after();
    let given = || {
        let function = twin.new.functions().iter().find(|function| twin.is.contains(&function.first_line));
        function.is_some_and(|function| !filled(twin.new, function, file.language).is_empty())
    };
    let sent = ASKED.is_match(after) || PACKED.is_match(after) || given();
    sent && after.lines().any(|line| !HEADER.is_match(line) && ENDS.is_match(line) && shares_name(check, line))
}

/// A check that is written for one purpose alone: who sent a message, and whether an address is one of ours.
fn tells_itself(check: &str) -> bool {
    static SENT_BY: Pattern = Pattern::new(r"\.origin\b\s*(?:!==?|===?)|[!=]==?\s*\w+\.origin\b");
    static OF_OURS: Pattern = Pattern::new(
        r"(?i)\bis_?(?:private|loopback|link_?local|internal|global|reserved|unspecified)(?:_?(?:ip|addr|host|net|v[46]|ur[il]|range|cidr|endpoint|target|inet|unicast|multicast|domain|dns|origin|or|and|link|loop|local|subnet|dest|peer)\w*)?\b|\.Is(?:Private|Loopback|LinkLocalUnicast)\s*\(",
    );
    SENT_BY.is_match(check) || OF_OURS.is_match(check)
}

/// Whether the function still gives back what `check` asked about.
fn returns(twin: &Twin<'_, '_>, check: &str) -> bool {
    let names = |text| str::split(text, |c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.starts_with(char::is_alphabetic));
    let asked: HashSet<&str> = names(check).filter(|name| !matches!(*name, "if" | "return" | "not" | "or" | "and")).collect();
    twin.after()
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("return "))
        .any(|given| names(given).any(|name| asked.contains(name)))
}

/// Whether what came out of the lines that went is still used by what they guarded.
fn goes_on(twin: &Twin<'_, '_>, guards: &Pattern) -> bool {
    let guarded: Vec<&str> = twin.after().lines().filter(|line| line.len() < 1_000 && guards.is_match(line)).take(20).collect();
    twin.removed().take(60).filter(|(_, was)| was.len() < 1_000).any(|(_, was)| guarded.iter().any(|line| shares_name(was, line)))
}

/// Whether a function that kept a name it is given inside a folder only joins the two now.
fn names_its_own(twin: &Twin<'_, '_>, check: &str) -> bool {
    static HEADER: Pattern = Pattern::new(
        r"^\s*(?:@|#\[|(?:pub(?:\([^)]*\))?\s+|export\s+|async\s+|public\s+|private\s+|protected\s+|static\s+|internal\s+)*(?:def|fn|func|function|fun|sub)\b|(?:public|private|protected|internal)\b)",
    );
    /// What is put behind a folder, or opened; group: the last thing.
    static JOINED: Pattern = Pattern::new(
        r#"(?x) \b(?:join|Join|resolve|Combine|push|get|of)\s*\(\s*(?:[^()\n]*,\s*)?&?\$?([a-z_]\w*)(?:\.(?:trim_start_matches|trimStart|lstrip|strip|to_string|as_str|trim|TrimLeft|replace)\([^()]*\))?\s*\) | ["']/["']\s*[+.]\s*\$?([a-z_]\w*) | /\s*([a-z_]\w*)\s*(?:[;)]|$) | \$\{(\w+)\}[`"] | \{(\w+)\}["']"#,
    );
    static FOLDER: Pattern = Pattern::new(r"(?i)root|base|dir|folder|upload|storage|path|prefix|home|public");
    static MADE: Pattern =
        Pattern::new(r"^\s*(?:(?:const|let|var|val|final|my|mut|auto|Path|String)\s+)*\$?(\w+)\s*(?::\s*[\w<>]+\s*)?:?=\s*(.*)$");
    static CLEANS: Pattern = Pattern::new(
        r"(?i)base_?name|filepath\.(?:Base|Clean|IsLocal|Rel)|file_name\(|getFileName|GetFileName|normali[sz]e|canonical|realpath|secure_|safe_|sanit|slug|uuid|hash|digest",
    );
    let (before, after) = (twin.before(), twin.after());
    let Some(header) = after.lines().find(|line| HEADER.is_match(line)) else { return false };
    let word = |text: &str, name: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    if CLEANS.is_match(after) {
        return false;
    }
    let joined = |text: &str| (1..=5).find_map(|group| JOINED.group(text, group)).map(str::to_owned);
    let names = after.lines().filter(|text| FOLDER.is_match(text) && text.len() < 400).filter_map(joined);
    // What was checked is the name itself, or what was made of it.
    let checked = |name: &str| {
        word(check, name)
            || before
                .lines()
                .filter_map(|line| MADE.group(line, 1).zip(MADE.group(line, 2)))
                .any(|(made, of)| word(of, name) && word(check, made))
    };
    names.into_iter().any(|name| word(header, &name) && checked(&name))
}

/// What is moved in memory, and is checked only after that or no more.
fn too_late(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) -> bool {
    if !matches!(file.language, Language::C | Language::Cpp) {
        return false;
    }
    static NAME: Pattern = Pattern::new(r"[A-Za-z_]\w*(?:(?:->|\.)\w+)*");
    let moves = |side: &SideView<'_>, lines: &std::ops::Range<usize>| -> Vec<(usize, String)> {
        let told = lines.clone().map(|line| (line, side.plain_line(line).trim().to_owned()));
        told.filter(|(_, text)| COPIES.is_match(text)).take(50).collect()
    };
    let asked = |side: &SideView<'_>, lines: &std::ops::Range<usize>| -> Vec<(usize, String)> {
        let heads = side.statements().iter().enumerate().filter(|(_, one)| lines.contains(&one.first_line));
        heads
            .filter_map(|(at, one)| Some((one.first_line, side.plain().get(branch(side, file.language, at)?.condition)?.to_owned())))
            .filter(|(_, condition)| SIZED.is_match(condition))
            .take(200)
            .collect()
    };
    let (was, is) = (moves(twin.old, &twin.was), moves(twin.new, &twin.is));
    let (before, now) = (asked(twin.old, &twin.was), asked(twin.new, &twin.is));
    for (line, text) in &is {
        let Some((stood, _)) = was.iter().find(|(_, known)| known == text) else { continue };
        for size in NAME.groups(text, 0).filter(|name| !name.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
            let about = |condition: &str| NAME.groups(condition, 0).any(|name| name == size);
            let first = |asked: &[(usize, String)], limit: usize| asked.iter().any(|(at, condition)| *at < limit && about(condition));
            if is_length(text, size) && first(&before, *stood) && unasked(twin, size) {
                let title = format!("`{size}` is no longer checked before so much is copied");
                sink.report(Draft::line(file, twin.new, *line).title(title).severity(Severity::High));
                return true;
            }
            let after = now
                .iter()
                .find(|(at, condition)| *at > *line && about(condition) && (twin.new.is_changed(*at) || twin.new.is_changed(*line)));
            if let Some((late, _)) = after.filter(|_| first(&before, *stood) && !first(&now, *line)) {
                let title = format!("`{size}` is checked only after so much is copied");
                sink.report(Draft::line(file, twin.new, *late).title(title).severity(Severity::High));
                return true;
            }
        }
    }
    false
}

/// Whether `size` is how much a copy moves: its last argument, as it stands.
fn is_length(copy: &str, size: &str) -> bool {
    static LAST: Pattern = Pattern::new(r"\bmem(?:cpy|move)\s*\([^;]*,\s*([\w.>-]+)\s*\)\s*;?");
    LAST.group(copy, 1) == Some(size)
}

/// Whether nothing in a function compares, bounds or sets `size` any more but where it is read, and nothing new speaks of it.
fn unasked(twin: &Twin<'_, '_>, size: &str) -> bool {
    static BOUNDS: Pattern = Pattern::new(r"(?i)[<>]|\bmin\w*\s*\(|\bclamp|\bassert|\bsizeof\b|check|valid");
    let asks = |text: &str| text.contains(size) && BOUNDS.is_match(&text.replace("->", ".").replace("<<", " ").replace(">>", " "));
    !twin.after().lines().any(|line| asks(line) && !COPIES.is_match(line)) && !twin.added().any(|(_, text)| text.contains(size))
}

/// Copies whose length is told.
static COPIES: Pattern = Pattern::new(r"\b(?:mem(?:cpy|move|set)|strn(?:cpy|cat)|bcopy|read|recv|fread|copy_from_user|copy_to_user)\s*\(");

/// Whether two lines speak of the same thing.
fn shares_name(one: &str, other: &str) -> bool {
    static NAME: Pattern = Pattern::new(r"\b[a-z]\w{2,}\b");
    const COMMON: [&str; 5] = ["sizeof", "size_t", "return", "while", "for"];
    let names: HashSet<&str> = NAME.groups(one, 0).filter(|name| !COMMON.contains(name)).collect();
    NAME.groups(other, 0).any(|word| names.contains(word))
}

/// The same check on a line that the change added, elsewhere in the file.
fn moved(file: &FileView<'_>, pattern: &Pattern) -> bool {
    file.new_side().is_some_and(|new| new.changed_lines().any(|line| pattern.is_match(new.plain_line(line.index))))
}

/// A refusal about such a thing that refuses fewer cases; tells whether there was one.
fn narrowed(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) -> bool {
    let about = |text: &str| {
        let mut kept = KEPT.iter().filter(|kept| kept.knows(file.language));
        kept.find(|kept| (kept.strictly.is_match(text) || kept.somehow.is_match(text)) && kept.guards.is_match(twin.after()))
    };
    let now: Vec<(usize, &str)> = refusals(file, twin.new, &twin.is).collect();
    for (_, was) in refusals(file, twin.old, &twin.was) {
        let Some(kept) = about(was) else { continue };
        let milder = |is: &str| weakened(was, is, Consequence::KeepsOut).filter(|how| *how != Weakening::Swapped);
        if let Some((line, is, how)) = now.iter().find_map(|(line, is)| Some((*line, *is, milder(is)?))) {
            // One condition may have become several, one after the other.
            let apart = || {
                was.split("||")
                    .take(50)
                    .map(one_line)
                    .all(|part| now.iter().any(|(_, is)| one_line(is).contains(part.trim_matches(['(', ')', ' ']))))
            };
            // What was called in it may be called before it.
            let kept_call = || {
                let after = one_line(twin.after());
                let calls =
                    was.split("||").take(50).map(one_line).filter(|part| part.contains('(') && !one_line(is).contains(part.as_str()));
                let mut calls = calls.map(|part| part.trim_start_matches(['!', ' ', '(']).to_owned()).peekable();
                calls.peek().is_some() && calls.all(|call| after.contains(&format!("= {call}")))
            };
            let elsewhere = how == Weakening::Dropped && (apart() || kept_call() || twin.added().any(|(_, text)| CHECKS.is_match(text)));
            if !elsewhere {
                let evidence = format!("{} → {}", one_line(was), one_line(is));
                let draft = Draft::line(file, twin.new, line).title(format!("{} is checked for less than before", kept.what));
                // Of a size and what there is room or input for, each half is needed.
                let severity = if kept.by_hand && how == Weakening::Dropped { Severity::High } else { Severity::Medium };
                sink.report(draft.evidence(evidence).severity(severity).confidence(Confidence::Medium));
                return true;
            }
        }
    }
    false
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
