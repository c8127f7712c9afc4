//! `check-emptied`: what stopped a function is gone from it, or asks about next to nothing, while what it protected is still done there.
//!
//! Each function is compared with itself. Bounds of paths, hosts and sizes are `input-check-weakened`'s, who may do what `condition-weakened`'s.

use std::borrow::Cow;

use super::bounds::MOVES_BYTES;
use super::only_given;
use super::request::ASKED;
use super::still_done;
use super::stops::{refusals, stops};
use super::sums_compared::{self, SUMMED};
use super::told::{COMPARES, Told, calls_another, went};
use super::twins::{Twin, twins};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/check-emptied.toml`.
pub struct CheckEmptied;

/// The time something ends, and what time it is.
static ENDS: Pattern = Pattern::new(r"(?i)expir\w*|valid_?until|not_?after|\bttl\b|max_?age|deadline");
static NOW: Pattern = Pattern::new(
    r"(?i)\bnow\b|now\(|utcnow|\btoday\b|\btime\.(?:current|zone)\b|\btime\s*\(|\bclock\b|Date\.|currentTimeMillis|Instant|time\.Since|\btime\(\)",
);
/// What somebody shows to be let in or to get something.
static SHOWN: Pattern = Pattern::new(
    r"(?i)token|\bcode\b|_code|session|\botp\b|reset|invit|nonce|coupon|voucher|signature|certificate|\bgrant\b|ticket|licen[cs]e|credential|claim|api_?key|cookie|challenge",
);
/// It was taken once and must not be taken again.
static SPENT: Pattern =
    Pattern::new(r"(?i)(?:\.|->|_|\bis)(?:used|consumed|redeemed|revoked|spent)(?:_?at)?(?:\?|\(\))?(?:[^\w=(]|$|\s*[!=]==?)");
/// A size is held below what would overflow when it is multiplied.
static OVERFLOW: Pattern = Pattern::new(
    r"(?:>=?|<=?)\s*\(?\s*(?:\(\w+\)\s*)?(?:\w*_MAX|MAX_\w+|[\w.:]+::MAX)\b[^;\n]*/|\bmul_overflow\s*\(|\bchecked_mul\b|\b(?:size_mul|array_size|struct_size)\s*\(|/\s*sizeof\b",
);
static MULTIPLIED: Pattern =
    Pattern::new(r"\b(?:k|v|kv|x|g_|av_)?(?:m|re)alloc\w*\s*\([^;\n]*\w\s*\*|\bnew\s+\w+\[\s*\w+\s*\*|\balloca\s*\([^;\n]*\*");
/// Rights are given up.
static GIVES_UP: Pattern = Pattern::new(
    r"\b(?:set(?:e|re|res|fs)?[ug]id|setgroups|initgroups|cap_set_proc|cap_setuid|pledge|unveil|chroot|seccomp_load|landlock_restrict_self|posix_set[ug]id|posix_sete[ug]id)\s*\(|\b(?:syscall|unix)\.(?:Setuid|Setgid|Setresuid|Setresgid|Setgroups|Chroot)\s*\(|\bProcess::(?:UID|GID|Sys)\.\w+",
);
/// A part of something.
static PART: Pattern = Pattern::new(
    r"\[\s*\d*\s*:\s*-?\w+\s*\]|\[\s*\d*\s*\.\.=?\s*\w+\s*\]|\.(?:slice|substring|substr|subarray|take|first|left|Slice|AsSpan|Substring|byteslice)\s*\(|\b(?:substr|mb_substr|Arrays\.copyOf\w*)\s*\(|\[0\s*,\s*\d+\]",
);
/// Whole of something, or a size that the code tells.
static WHOLE: Pattern = Pattern::new(r"^\s*(?:sizeof\b.*|[A-Z][A-Z0-9_]*|\d+|\w+(?:_len|_length|_size|Len|Length|Size)|len|n|size)\s*$");
static SECRET: Pattern = Pattern::new(r"(?i)mac\b|hmac|digest|sign|token|secret|passw|key|auth|nonce|want|expected|tag|hash|peer");

impl Check for CheckEmptied {
    fn rule(&self) -> RuleId {
        RuleId("check-emptied")
    }

    fn needs(&self) -> Needs {
        // Where rights are given up, the line that went may only say what followed.
        let told = Words::of([&SUMMED, &ENDS, &SPENT, &GIVES_UP, &COMPARES, &THEIRS, &ASKS_RIGHT])
            .or(Words::named(["hash", "throw", "raise", "digest"]));
        let sizes = ["_max", "sizeof", "overflow", "array_size", "struct_size", "checked_mul", "size_mul", "cpy", "recv", "read"];
        let listed = Words::of([&only_given::BOUNDS]);
        Needs::nothing().and(Reach::ANYWHERE, told.or(Words::named(sizes)).or(listed))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        only_given::asks_less(file, sink);
        for twin in twins(file) {
            let told = compared_in_part(&twin)
                .or_else(|| not_given_up(file, &twin))
                .or_else(|| sums_compared::unread(file, &twin))
                .or_else(|| endless(file, &twin))
                .or_else(|| again(file, &twin))
                .or_else(|| overflows(file, &twin))
                .or_else(|| widened(file, &twin))
                .or_else(|| others(file, &twin))
                .or_else(|| done_before(file, &twin))
                .or_else(|| sums_compared::uncompared(file, &twin))
                .or_else(|| as_much_as_given(&twin));
            if let Some(Told { line, new, title }) = told {
                let side = if new { twin.new } else { twin.old };
                sink.report(Draft::line(file, side, line).title(title));
            } else if let Some(line) = still_done::unstopped(file, &twin) {
                let title = "What stopped it is gone, and it is still done";
                sink.report(Draft::line(file, twin.old, line).title(title).severity(Severity::Medium));
            }
        }
    }
}

/// The same two things are compared, but only a part of them.
fn compared_in_part(twin: &Twin<'_, '_>) -> Option<Told> {
    let compares = |(_, text): &(usize, &str)| text.len() < 600 && COMPARES.is_match(text);
    let was: Vec<Cow<'_, str>> = twin.removed().filter(compares).map(|(line, text)| to_its_end(twin.old, line, text)).collect();
    if was.is_empty() || !SECRET.is_match(twin.before()) {
        return None;
    }
    let whole = was.iter().all(|text| !PART.is_match(text) && third(text).is_none_or(|size| WHOLE.is_match(size)));
    static BEGINS: Pattern = Pattern::new(
        r"\b\w*(?:starts?_?[wW]ith|StartsWith|HasPrefix|ends?_?with|endsWith|includes?|[cC]ontains|indexOf|strpos|str_starts_with|str_contains)\b[?!]?\s*\(",
    );
    let begins = twin.added().find(|(_, text)| {
        text.len() < 600
            && BEGINS.is_match(text)
            && names(text).iter().filter(|name| was.iter().any(|was| names(was).contains(*name))).count() > 1
    });
    if let Some((line, _)) = begins.filter(|_| twin.gained(&COMPARES) == 0) {
        return Some(Told { line, new: true, title: "A part of what has to match is enough" });
    }
    let partly = |text: &str| PART.is_match(text) || third(text).is_some_and(|size| !WHOLE.is_match(size) && !size.contains("sizeof"));
    let came = twin.added().filter(compares).find(|(line, text)| partly(&to_its_end(twin.new, *line, text)));
    came.filter(|_| whole).map(|(line, _)| Told { line, new: true, title: "Only a part of what has to match is compared" })
}

/// A call that goes on over a few lines, in one.
fn to_its_end<'v>(side: &SideView<'_>, line: usize, text: &'v str) -> Cow<'v, str> {
    let open = |text: &str| text.matches('(').count() > text.matches(')').count();
    let mut whole = Cow::Borrowed(text);
    let mut below = side.lines().skip(line + 1).take(3);
    while open(&whole)
        && let Some(next) = below.next()
    {
        whole.to_mut().push_str(side.plain_line(next.index));
    }
    whole
}

/// The words of a line that may be names.
fn names(text: &str) -> std::collections::BTreeSet<&str> {
    const COMMON: [&str; 14] =
        ["if", "unless", "return", "halt", "not", "raise", "throw", "new", "const", "let", "equal", "true", "false", "String"];
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.len() > 1 && !COMMON.contains(word) && word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .collect()
}

/// How much is compared, where a function of C is told.
fn third(text: &str) -> Option<&str> {
    let call = COMPARES.find(text)?;
    if !text.get(call.clone())?.contains("mem") && !text.get(call.clone())?.contains("bcmp") {
        return None;
    }
    let mut depth = 0_i32;
    let (mut commas, mut start) = (0, call.end);
    for (at, byte) in text.bytes().enumerate().skip(call.end) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' if depth == 0 => return (commas == 2).then(|| text.get(start..at)).flatten(),
            b')' | b']' => depth -= 1,
            b',' if depth == 0 => (commas, start) = (commas + 1, at + 1),
            _ => {}
        }
    }
    None
}

/// Where rights cannot be given up it stopped, and now it goes on with them.
fn not_given_up(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    let (was, _) = stops(file, twin.old, &twin.was).find(|(_, asked)| GIVES_UP.is_match(asked))?;
    let line = was.first_line;
    let still = GIVES_UP.is_match(twin.after());
    let stops = stops(file, twin.new, &twin.is).any(|(_, asked)| GIVES_UP.is_match(asked));
    let checks =
        twin.added().any(|(_, text)| text.contains("assert") || text.contains("CHECK") || text.contains("die(") || text.contains("fatal"));
    if still && !stops && !checks { went(line, "It goes on with its rights where they cannot be given up") } else { None }
}

/// So many signs are compared as whoever asks gave, where all were: none are enough.
fn as_much_as_given(twin: &Twin<'_, '_>) -> Option<Told> {
    static FIXED: Pattern = Pattern::new(r"^\s*(?:sizeof\b.*|[A-Z][A-Z0-9_]*|\d+)\s*$");
    static GIVEN: Pattern = Pattern::new(r"^\s*([a-z_]\w*)\s*$");
    let told = |text: &&str| text.len() < 600 && COMPARES.is_match(text);
    let fixed = twin.removed().map(|(_, text)| text).filter(told).any(|text| third(text).is_some_and(|size| FIXED.is_match(size)));
    let header = twin.after().split('{').next().unwrap_or("");
    let word = |text: &str, name: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let sized = twin.added().filter(|(_, text)| told(text)).filter_map(|(line, text)| Some((line, GIVEN.group(third(text)?, 1)?)));
    let (line, name) = sized.into_iter().find(|(_, name)| word(header, name))?;
    // Where it must be as long as it is meant to be, it is the same.
    let exact =
        twin.after().lines().any(|text| word(text, name) && (text.contains("!=") || text.contains("==") && !COMPARES.is_match(text)));
    if fixed && !exact { Some(Told { line, new: true, title: "Only as much is compared as whoever asks gave" }) } else { None }
}

/// What has ended is taken all the same, or only what has not ended is refused.
fn endless(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    static OVER: Pattern = Pattern::new(
        r"(?i)\b\w*(?:expir|valid_?until|not_?after|deadline)\w*(?:\(\))?(?:\s*\.\s*(?:is_?before|before)\s*\(|\s*<=?[^<=])|now\w*(?:\([^()]*\))?\s*(?:>=?[^>=]|\.(?:is_?after|after)\s*\()[^|&]*(?:expir|valid_?until|not_?after)",
    );
    static AHEAD: Pattern = Pattern::new(
        r"(?i)\b\w*(?:expir|valid_?until|not_?after|deadline)\w*(?:\(\))?(?:\s*\.\s*(?:is_?after|after)\s*\(|\s*>=?[^>=])|now\w*(?:\([^()]*\))?\s*(?:<=?[^<=]|\.(?:is_?before|before)\s*\()[^|&]*(?:expir|valid_?until|not_?after)",
    );
    let asks = |asked: &str| ENDS.is_match(asked) && NOW.is_match(asked);
    let (line, was) = refusals(file, twin.old, &twin.was).find(|(_, asked)| asks(asked))?;
    if !(SHOWN.is_match(twin.before()) || SHOWN.is_match(file.name())) || calls_another(twin) {
        return None;
    }
    let kept = twin.after().lines().any(|line| ENDS.is_match(line) && (NOW.is_match(line) || line.contains(['<', '>'])));
    if !kept && !refusals(file, twin.new, &twin.is).any(|(_, asked)| asks(asked)) {
        return went(line, "What has expired is taken all the same");
    }
    let turned = refusals(file, twin.new, &twin.is)
        .find(|(_, asked)| asks(asked) && AHEAD.is_match(asked) && !OVER.is_match(asked) && !asked.contains('!'));
    let (line, _) = turned.filter(|_| OVER.is_match(was) && !AHEAD.is_match(was) && !was.contains('!'))?;
    Some(Told { line, new: true, title: "What has expired is taken, and something else is refused" })
}

/// Whether what was asked about is not there any more, nor is what it was made by called.
fn nothing_left(twin: &Twin<'_, '_>, asked: &str) -> bool {
    static ASKED: Pattern = Pattern::new(r"([A-Za-z_]\w*)(?:\.|->)");
    static MADE: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|val|final|auto)\s+)*\$?(\w+)\s*:?=\s*[^=(]*?(\w+)\s*\(");
    let Some(name) = ASKED.group(asked, 1) else { return false };
    let word = |text: &str, name: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let made = twin.removed().find_map(|(_, text)| MADE.group(text, 2).filter(|_| MADE.group(text, 1) == Some(name)));
    made.is_some_and(|made| !word(twin.after(), made) && !word(twin.after(), name))
}

/// What was taken once is taken again.
fn again(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    let (line, asked) = refusals(file, twin.old, &twin.was).find(|(_, asked)| SPENT.is_match(asked))?;
    if nothing_left(twin, asked) {
        return None;
    }
    let gone = !twin.after().lines().any(|line| SPENT.is_match(line));
    if gone && SHOWN.is_match(twin.before()) && !calls_another(twin) {
        went(line, "What was used up or taken back is taken again")
    } else {
        None
    }
}

/// A size may overflow when it is multiplied, and less memory is taken than is meant.
fn overflows(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    let (line, was) = refusals(file, twin.old, &twin.was).find(|(_, asked)| OVERFLOW.is_match(asked))?;
    static NAME: Pattern = Pattern::new(r"\b[a-z_]\w*\b");
    let multiplied = |text: &str| {
        MULTIPLIED.is_match(text)
            && NAME
                .groups(text, 0)
                .any(|name| !["sizeof", "struct", "return"].contains(&name) && NAME.groups(was, 0).any(|other| other == name))
    };
    let still = twin.after().lines().any(multiplied);
    if still && !OVERFLOW.is_match(twin.after()) && !calls_another(twin) {
        went(line, "Nothing keeps a size from overflowing before memory is taken for it")
    } else {
        None
    }
}

/// As much as there is room for was the most: more is taken by something that was added to it, or nobody asks any more.
fn widened(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    static MOST: Pattern = Pattern::new(r"^\s*([a-z_]\w*(?:(?:->|\.)\w+)?)\s*>=?\s*([a-z_]\w*)\s*$");
    static TAKES: Pattern = Pattern::new(r"\b\w*(?:read|recv|copy|cpy|move)\w*\s*\(");
    if !matches!(file.language, Language::C | Language::Cpp) {
        return None;
    }
    let header = twin.after().split('{').next().unwrap_or("");
    let word = |text: &str, name: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    for (old, was) in refusals(file, twin.old, &twin.was) {
        let Some((size, room)) = MOST.group(was, 1).zip(MOST.group(was, 2)).filter(|(_, room)| word(header, room)) else { continue };
        let wider = |is: &str| is.trim().strip_prefix(was.trim()).is_some_and(|rest| rest.trim_start().starts_with('+'));
        let body = twin.after().split_once('{').map_or("", |(_, body)| body);
        if !body.lines().any(|line| (MOVES_BYTES.is_match(line) || TAKES.is_match(line)) && line.contains(size)) {
            continue;
        }
        if let Some((line, _)) = refusals(file, twin.new, &twin.is).find(|(_, is)| wider(is)) {
            return Some(Told { line, new: true, title: "More is taken than there is room for" });
        }
        if !word(body, room) && word(twin.before().split_once('{').map_or("", |(_, body)| body), room) && !calls_another(twin) {
            return went(old, "Nobody asks any more whether there is room for what is taken");
        }
    }
    None
}

/// Somebody, and what is theirs, compared.
static THEIRS: Pattern = Pattern::new(
    r"(?i)\b\w*(?:owner|author|tenant|team|account|customer|member|creator|user_?id|organi[sz]ation)\w*(?:(?:\.|->)\w+)?\s*(?:!==?|!=|is\s+not\b)\s*[\w.$>?()!-]*\b(?:current_?user|user|principal|claims|session|caller|actor|viewer)\b|\b(?:current_?user|user|principal|claims|session|caller|actor|viewer)\b[\w.$>?()!\[\]:'\x22-]*\s*(?:!==?|!=|is\s+not\b)\s*[\w.$>?!-]*(?:owner|author|tenant|team|account|customer|member|creator|user_?id|organi[sz]ation)",
);

/// What is somebody else's is no longer refused, or only where whoever asks does not say a word of their own.
fn others(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    static SOMEBODY: Pattern = Pattern::new(r"(?i)\b(?:current_?user|user|principal|claims|session|caller|actor|viewer)\b");
    static BELONGS: Pattern = Pattern::new(
        r"(?i)owner|author\b|author_|tenant|team|account|customer|member|creator|user_?id|organi[sz]ation|authori[sz]e|permission|policy|scope\b|allowed|may_|can_|access",
    );
    static HEADER: Pattern = Pattern::new(
        r"^\s*(?:@|#\[|\[|(?:pub\s+|export\s+|async\s+|public\s+|private\s+|static\s+)*(?:def|fn|func|function|fun)\b|(?:public|private|protected|internal)\b)",
    );
    let (line, was) = refusals(file, twin.old, &twin.was).find(|(_, asked)| THEIRS.is_match(asked))?;
    let chosen =
        |is: &str| THEIRS.is_match(is) && ASKED.is_match(is) && !ASKED.is_match(was) && (is.contains("&&") || is.contains(" and "));
    if let Some((at, _)) = refusals(file, twin.new, &twin.is).find(|(_, is)| chosen(is)) {
        return Some(Told { line: at, new: true, title: "Whoever asks chooses whether they are kept from what is somebody else's" });
    }
    // Another question in its place is judged by what asks it.
    if refusals(file, twin.new, &twin.is).any(|(_, is)| is.contains('(') && !was.contains(is)) {
        return None;
    }
    let still = twin
        .after()
        .lines()
        .any(|text| !HEADER.is_match(text) && (THEIRS.is_match(text) || BELONGS.is_match(text) && SOMEBODY.is_match(text)));
    if still || calls_another(twin) || twin.added().any(|(_, text)| BELONGS.is_match(text)) {
        return None;
    }
    went(line, "What is somebody else's is no longer refused")
}

/// What a refusal was to stop is done before it.
fn done_before(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    static ACTS: Pattern = Pattern::new(
        r"(?i)^\s*(?:await\s+|return\s+await\s+|_\s*=\s*|err\s*:?=\s*)?[\w.$>:()\[\]'\x22-]*\b(?:delete|destroy|remove|update|save|create|insert|transfer|refund|charge|pay|grant|promote|publish|send|execute|commit|cancel|release|approve|write|store|enqueue)\w*[!?]?\s*\(",
    );
    const MOST: usize = 40;
    if twin.removed().all(|(_, text)| !ACTS.is_match(text)) && twin.added().all(|(_, text)| !ACTS.is_match(text)) {
        return None;
    }
    let acts = |side: &SideView<'_>, lines: &std::ops::Range<usize>| -> std::collections::BTreeMap<String, usize> {
        lines
            .clone()
            .filter(|line| ACTS.is_match(side.plain_line(*line)))
            .take(MOST)
            .map(|line| (side.plain_line(line).trim().to_owned(), line))
            .collect()
    };
    let (was, is) = (acts(twin.old, &twin.was), acts(twin.new, &twin.is));
    let now: std::collections::BTreeMap<&str, usize> =
        stops(file, twin.new, &twin.is).take(MOST).map(|(one, asked)| (asked.trim(), one.first_line)).collect();
    for (one, asked) in
        stops(file, twin.old, &twin.was).filter(|(_, asked)| THEIRS.is_match(asked) || ASKS_RIGHT.is_match(asked)).take(MOST)
    {
        let Some(at) = now.get(asked.trim()) else { continue };
        let early = was.iter().find(|(text, line)| **line > one.first_line && is.get(*text).is_some_and(|now| now < at));
        if let Some((text, _)) = early {
            return Some(Told {
                line: is.get(text).copied().unwrap_or(*at),
                new: true,
                title: "What is refused is done before it is refused",
            });
        }
    }
    None
}

static ASKS_RIGHT: Pattern = Pattern::new(
    r"(?i)has_?(?:perm|role|scope|right|access)\w*|is_?(?:admin|staff|owner|authori[sz]ed|allowed|authenticated)|authori[sz]e|\bcan[A-Z_]\w*\(|->can\(|verify\w*|compare_digest|hmac\.Equal|secure_compare",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_is_compared() {
        assert_eq!(third("if (crypto_memcmp(want, mac, mac[0] ? 1 : 0) != 0)"), Some(" mac[0] ? 1 : 0"));
        assert_eq!(third("if (memcmp(a, b) != 0)"), None);
        assert_eq!(third("compare_digest(a, b, c)"), None);
    }
}
