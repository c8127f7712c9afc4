//! What stands in front of all requests by its name in a list of settings, and is gone from it: Django's `MIDDLEWARE`. A part of `guard-removed`.
//!
//! Names that ask who somebody is are told where all guards are; these hold requests to a tenant, to a pace, or to what is written down.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// A longer line is data.
const LONGEST: usize = 300;

/// An entry of such a list; group: the last part of its name.
static ENTRY: Pattern = Pattern::new(r#"^\s*["'](?:\w+\.)+(\w+Middleware)["']\s*,?\s*(?:#.*)?$"#);
/// What it holds requests to, by its name.
static HOLDS: Pattern = Pattern::new(
    r"(?i)tenant|organi[sz]ation|security|axes|defender|rate_?limit|throttl|lockout|brute|audit|csp|permissions?policy|ip_?filter|allowlist|whitelist",
);
static LIST: Pattern = Pattern::new(r"\bMIDDLEWARE(?:_CLASSES)?\b");

/// What a text must hold.
pub(super) fn words() -> Words {
    Words::of([&ENTRY])
}

/// Reports the first such entry that is gone while the list stays.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    if file.language != Language::Python || !LIST.is_match(new.plain()) || !LIST.is_match(old.plain()) {
        return;
    }
    let name = |text: &'_ str| (text.len() <= LONGEST).then(|| ENTRY.group(text, 1)).flatten().map(str::to_owned);
    // Another of the kind takes its place.
    if new.changed_lines().filter_map(|line| name(line.text)).any(|name| HOLDS.is_match(&name)) {
        return;
    }
    let gone = old.changed_lines().find_map(|line| {
        let name = name(line.text).filter(|name| HOLDS.is_match(name) && !new.plain().contains(name.as_str()))?;
        Some((line.index, name))
    });
    if let Some((line, name)) = gone {
        let draft = Draft::line(file, old, line).title(format!("`{name}` no longer stands in front of all requests"));
        sink.report(draft.severity(Severity::Medium).confidence(Confidence::Medium));
    }
}
