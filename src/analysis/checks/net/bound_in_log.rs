//! A form with a password in it that is written into a log as a whole, in Go: the type stands in the file, and so does the variable. A part of
//! `sensitive-exposed`.

use std::collections::BTreeMap;

use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

static TYPE: Pattern = Pattern::new(r"^\s*(?:type\s+)?(\w+)\s+struct\s*\{\s*$");
/// A field that nobody should read; what is kept out of what is written says so itself.
static FIELD: Pattern = Pattern::new(r"^\s+\w*(?:Password|Passwd|Passphrase|CardNumber|CVV|CVC)\w*\s+\*?string\b");
/// What says how the type is written.
static WRITTEN_AS: Pattern = Pattern::new(
    r"^func\s*\(\s*\w*\s*\*?(\w+)\s*\)\s*(?:LogValue|String|GoString|Format|MarshalJSON|MarshalText|MarshalZerologObject|MarshalLogObject)\b",
);
static HELD: Pattern =
    Pattern::new(r"\bvar\s+(\w+)\s+\*?(\w+)\s*$|\b(\w+)\s*:=\s*&?(\w+)\{|\b(\w+)\s+\*?(\w+)\s*[,)]|\b(\w+)\s*:=\s*new\((\w+)\)");
static LOGS: Pattern = Pattern::new(
    r"\b(?:slog|log|logger|zap|zlog|sugar|glog|klog|logrus|\w+\.[lL]og(?:ger)?|fmt)\.(?:Debug|Info|Warn|Warning|Error|Fatal|Panic|Print|Trace|Log)\w*\s*\(|\.(?:Any|Interface|Reflect)\s*\(\s*\x22",
);
/// What is told to whoever counts or keeps what happens.
static EVENTS: Pattern =
    Pattern::new(r"(?i)\b\w*(?:event|audit|telemetry|analytics|metric|track)\w*\b[^\n]*\bmap\[string\](?:any|interface\{\})\{");
const LONGEST: usize = 400;
/// More types of a file are not looked at.
const MOST: usize = 200;
/// A longer type is data, in lines.
const TALLEST: usize = 60;

/// Reports added lines that do.
pub(super) fn bound_in_log(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.language == Language::Go && file.role.is_live()) else { return };
    let written = |text: &str| text.len() <= LONGEST && (LOGS.is_match(text) || EVENTS.is_match(text));
    let lines: Vec<usize> = file.added().filter(|line| written(line.text)).map(|line| line.index).take(MOST).collect();
    if lines.is_empty() {
        return;
    }
    let types = types(side);
    for at in lines.into_iter().filter(|_| !types.is_empty()) {
        let Some(function) = side.function_at(at) else { continue };
        let mut held: BTreeMap<&str, &str> = BTreeMap::new();
        for line in (function.first_line..at).take(400).map(|line| side.plain_line(line)).filter(|text| text.len() <= LONGEST) {
            let parts: Vec<&str> = HELD.parts(line).collect();
            held.extend(parts.chunks_exact(2).map(|pair| (pair[0], pair[1])));
        }
        let plain = side.plain_line(at);
        let whole = held.iter().any(|(name, of)| types.contains(of) && stands_alone(side.line(at).code(), name));
        if whole {
            let log = LOGS.is_match(plain);
            let title = if log { "Writes a form with its password into a log" } else { "Tells others a form with its password" };
            let severity = if log { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, side, at).title(title).severity(severity).confidence(Confidence::Medium));
        }
    }
}

/// Types of the file with such a field, that do not say themselves how they are written.
fn types<'v>(side: &'v SideView<'_>) -> Vec<&'v str> {
    let mut found: Vec<&str> = Vec::new();
    let mut inside: Option<(&str, usize)> = None;
    let mut own: Vec<&str> = Vec::new();
    for line in side.lines().filter(|line| line.text.len() <= LONGEST) {
        if let Some(name) = TYPE.group(line.text, 1) {
            inside = Some((name, line.index));
        } else if line.text.starts_with('}') {
            inside = None;
        } else if let Some((name, first)) = inside {
            let near = line.index - first <= TALLEST;
            if near && found.len() < MOST && FIELD.is_match(line.text) && !line.text.contains("json:\"-\"") {
                found.push(name);
            }
        } else if own.len() < MOST
            && let Some(name) = WRITTEN_AS.group(line.text, 1)
        {
            own.push(name);
        }
    }
    found.retain(|name| !own.contains(name));
    found
}

/// Whether a name stands in `code` as an argument of its own.
fn stands_alone(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code.get(..at).unwrap_or("").trim_end_matches(['&', '*', ' ']);
        let after = code.get(at + name.len()..).unwrap_or("").trim_start();
        before.ends_with([',', '(', ':']) && (after.starts_with([',', ')', '}']) || after.is_empty())
    })
}
