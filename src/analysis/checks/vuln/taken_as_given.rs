//! What was handed over apart, looked up in a list or began with something fixed, and is taken as it is given now: in a query, or where a name
//! says what is loaded.
//!
//! Part of `safe-call-replaced`. Nothing here asks where a value comes from.

use super::twins::Twin;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 600;
/// More lines with a query or a name to look up are a rewrite; what stands between them is not counted.
const MOST: usize = 60;
/// Lines among which the values of a query are looked for.
const MOST_BESIDE: usize = 2_000;

/// Words of which every way told here holds one.
pub(super) const WORDS: [&str; 15] = [
    "select",
    "delete",
    "update",
    "insert",
    "where",
    "order by",
    "group by",
    "__import__",
    "gettype",
    "lookup",
    "forname",
    "import_module",
    "require",
    "dlopen",
    "loadclass",
];

/// Whether a line that went may have held one of them.
pub(super) static TOLD: Pattern = Pattern::new(
    r"(?i)\b(?:select|delete|update|insert|where|(?:order|group)\s+by|lookup|forName|import_module|__import__|require|dlopen|loadClass|GetType)\b",
);

static QUERY: Pattern = Pattern::new(
    r"(?i)\bselect\b.+\bfrom\b|\bdelete\s+from\b|\bupdate\b.+\bset\b|\binsert\s+into\b|\b(?:order|group)\s+by\b|\bwhere\b.+(?:=|\blike\b|\bin\b)",
);
/// A name that a text is made with: `{x}`, `${x}`, `#{x}`, `" + x`, `' . $x`.
static PUT_IN: Pattern = Pattern::new(
    r#"[#$]?\{\s*\$?([A-Za-z_]\w*)\s*(?:![rs])?\}|["']\s*[+.]\s*\$?[\w.]+\(\s*\$?([A-Za-z_]\w*)\s*\)|["']\s*[+.]\s*\$?([A-Za-z_]\w*)\s*(?:[+.)\s,;]|$)|[^\w$]\$([A-Za-z_]\w*)\b|["']\s*%\s*\(?\s*([A-Za-z_]\w*)\s*(?:[),;]|$)"#,
);
static PUT_IN_GROUPS: usize = 5;

/// Reports what `twin` takes as it is given now.
pub(super) fn report(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    let found = [
        put_into_query(twin).map(|line| (line, "A value that was handed to a query apart is written into its text")),
        no_longer_listed(twin).map(|line| (line, "A part of a query was looked up in a list; now it is whatever is given")),
        without_beginning(twin).map(|line| (line, "What is looked up by name had a fixed beginning; now it is whatever is named")),
    ];
    for (line, title) in found.into_iter().flatten() {
        sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
    }
}

fn short<'v>(lines: impl Iterator<Item = (usize, &'v str)>) -> impl Iterator<Item = (usize, &'v str)> {
    lines.filter(|(_, text)| text.len() < LONGEST && TOLD.is_match(text)).take(MOST)
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    (1..=PUT_IN_GROUPS).flat_map(move |group| PUT_IN.groups(text, group))
}

fn speaks_of(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

/// `execute("… WHERE name = ?", (name,))` that became `execute(f"… WHERE name = '{name}'")`.
fn put_into_query(twin: &Twin<'_, '_>) -> Option<usize> {
    static PLACED: Pattern = Pattern::new(r"(?i)(?:=|<|>|\blike\b|\bin\b|,|\()\s*\(?\s*(?:\?|%s|%\(\w+\)s|:\w+|@\w+|\$\d+)");
    static HANDED: Pattern = Pattern::new(r"(?i)\b(?:bind|bindValue|bindParam|setParameter|setString|AddWithValue|addParameter)\s*\(");
    let placed = |text: &str| QUERY.is_match(text) && PLACED.is_match(text);
    let held = |lines: &mut dyn Iterator<Item = (usize, &str)>| -> usize {
        lines.filter(|(_, text)| placed(text)).map(|(_, text)| PLACED.count(text)).sum()
    };
    if held(&mut short(twin.removed())) <= held(&mut short(twin.added())) {
        return None;
    }
    // What came as an argument stood beside the query, on its line or on another that went.
    let apart = |name: &str| {
        let beside = twin.removed().filter(|(_, text)| text.len() < LONGEST && (text.contains(',') || HANDED.is_match(text)));
        beside.take(MOST_BESIDE).any(|(_, text)| speaks_of(text, name))
            && !short(twin.removed()).any(|(_, text)| QUERY.is_match(text) && !text.contains('%') && names(text).any(|known| known == name))
    };
    /// What a query is about is no value of it, and a value still stands beside it.
    static ABOUT: Pattern = Pattern::new(r#"(?i)\b(?:from|into|table|update|join)\s+["'`\[]?(?:\{\w*\}|%s|#\{\w+\}|\$\{?\w+\}?)"#);
    static HOLE: Pattern = Pattern::new(r"\{\w*\}|%s|#\{\w+\}|\$\{?\w+\}?|[\x22\x27]\s*[+.]\s*\w");
    let about = |text: &str| ABOUT.is_match(text) && PLACED.is_match(text) && HOLE.count(&text.replace(".format(", " ")) == 1;
    let written = |text: &str| QUERY.is_match(text) && !about(text) && names(text).any(apart);
    short(twin.added()).find(|(_, text)| written(text)).map(|(line, _)| line)
}

/// `ORDER BY {COLUMNS[order]}` that became `ORDER BY {order}`.
fn no_longer_listed(twin: &Twin<'_, '_>) -> Option<usize> {
    static LISTED: Pattern =
        Pattern::new(r#"(?:[#$]?\{\s*|["']\s*[+.]\s*)\$?\w+(?:\[\s*\$?|\.(?:get|fetch)\(\s*)([A-Za-z_]\w*)\s*(?:,[^)\]]*)?[\])]"#);
    let listed: Vec<&str> =
        short(twin.removed()).filter(|(_, text)| QUERY.is_match(text)).flat_map(|(_, text)| LISTED.groups(text, 1)).collect();
    let given = |text: &str| QUERY.is_match(text) && names(text).any(|name| listed.contains(&name));
    let checked = || twin.gained(&LISTED) > 0 || twin.added().any(|(_, text)| text.contains(" in ") && !QUERY.is_match(text));
    short(twin.added()).find(|(_, text)| !listed.is_empty() && given(text)).filter(|_| !checked()).map(|(line, _)| line)
}

/// `lookup("java:comp/env/" + name)` that became `lookup(name)`.
fn without_beginning(twin: &Twin<'_, '_>) -> Option<usize> {
    static BEGUN: Pattern = Pattern::new(
        r#"\b(lookup|forName|import_module|__import__|require|dlopen|loadClass|GetType)\s*\(\s*(?:[rbf]?["'`][^"'`{$\n]{3,}(?:["']\s*[+.]\s*\$?|\$?\{\s*))([A-Za-z_]\w*)"#,
    );
    static BARE: Pattern =
        Pattern::new(r"\b(lookup|forName|import_module|__import__|require|dlopen|loadClass|GetType)\s*\(\s*\$?([A-Za-z_]\w*)\s*[,)]");
    let read = |pattern: &'static Pattern, text: &'_ str| Some((pattern.group(text, 1)?.to_owned(), pattern.group(text, 2)?.to_owned()));
    let begun: Vec<_> = short(twin.removed()).filter_map(|(_, text)| read(&BEGUN, text)).collect();
    let bare = |text: &str| read(&BARE, text).is_some_and(|now| begun.contains(&now));
    short(twin.added()).find(|(_, text)| !begun.is_empty() && bare(text)).map(|(line, _)| line)
}
