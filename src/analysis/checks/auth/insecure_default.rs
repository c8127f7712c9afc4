//! `insecure-default`: a switch that protects turns off by default, or one that opens turns on.

use crate::analysis::prefilter::{Needs, Reach, Words};
use std::collections::BTreeMap;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::identifier::words;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::RuleId;

/// See `rules/code/insecure-default.toml`.
pub struct InsecureDefault;

static SETTING: Pattern = Pattern::new(
    r"^\s*(?:export\s+|const\s+|let\s+|var\s+|self\.|this\.|[-]\s+)*[\x22\x27]?([A-Za-z_][\w.-]*)[\x22\x27]?\s*(?::\s*\w+\s*)?(?::=|=>|=|:)\s*[\x22\x27]?(true|false|True|False|on|off|yes|no)\b",
);
/// A field of a form that is greyed out.
static ELEMENT: Pattern = Pattern::new(r"(?i)^\s*\w*(?:button|submit\w*|input|element|el|btn|select|field|target|option)\.disabled\s*=");
static OPENS: [&str; 13] = [
    "trust",
    "trusted",
    "insecure",
    "debug",
    "skip",
    "bypass",
    "disable",
    "disabled",
    "unsafe",
    "anonymous",
    "permissive",
    "allowall",
    "privileged",
];
static PROTECTS: [&str; 19] = [
    "verify",
    "secure",
    "httponly",
    "csrf",
    "xsrf",
    "strict",
    "enforce",
    "auth",
    "authentication",
    "authorization",
    "authenticate",
    "ssl",
    "tls",
    "https",
    "sandbox",
    "samesite",
    "signed",
    "ratelimit",
    "mfa",
];

impl Check for InsecureDefault {
    fn rule(&self) -> RuleId {
        RuleId("insecure-default")
    }

    fn needs(&self) -> Needs {
        let switches = || Words::named(OPENS.into_iter().chain(PROTECTS));
        Needs::nothing().and(Reach::REMOVED, switches()).and(Reach::ADDED, switches())
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let looked_at =
            file.role.is_live() && !matches!(file.role, Role::Workflow | Role::AgentConfig | Role::Instructions | Role::Manifest);
        let Some(side) = file.new_side().filter(|_| looked_at) else { return };
        let before: BTreeMap<&str, &str> =
            file.removed().filter_map(|line| Some((SETTING.group(line.text, 1)?, SETTING.group(line.text, 2)?))).collect();
        parameters(file, side, sink);
        if before.is_empty() {
            return;
        }
        for line in file.added().filter(|line| !ELEMENT.is_match(line.text)) {
            let (Some(name), Some(value)) = (SETTING.group(line.text, 1), SETTING.group(line.text, 2)) else { continue };
            let on = matches!(value, "true" | "True" | "on" | "yes");
            let was_on = before.get(name).map(|value| matches!(*value, "true" | "True" | "on" | "yes"));
            let words = words(name);
            let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
            // What opens and what protects in one name (`disableCsrf`) goes by what it does: it opens.
            let worse = if has(&OPENS) { on } else { has(&PROTECTS) && !on };
            if worse && was_on == Some(!on) {
                sink.report(Draft::line(file, side, line.index).title(format!("{name} is now {value} by default")));
            }
        }
    }
}

/// A parameter of a function has another default than before.
fn parameters(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static HEADER: Pattern = Pattern::new(r"\b(?:def|function|fun|func|constructor|public|private|static)\b|=>");
    static DEFAULT: Pattern = Pattern::new(r"[(,]\s*([A-Za-z_]\w*)\s*(?::\s*\w+\s*)?=\s*(?:true|True|false|False)\b");
    static VALUE: Pattern = Pattern::new(r"(true|True|false|False)\b");
    let defaults = |code: &str| -> Vec<(String, bool)> {
        let found = DEFAULT.find_all(code).filter_map(|range| {
            let text = code.get(range)?;
            Some((DEFAULT.group(text, 1)?.to_owned(), VALUE.group(text, 1)?.eq_ignore_ascii_case("true")))
        });
        if HEADER.is_match(code) { found.collect() } else { Vec::new() }
    };
    let before: Vec<(String, bool)> = file.removed().flat_map(|line| defaults(line.code())).collect();
    for line in file.added().filter(|_| !before.is_empty()) {
        for (name, on) in defaults(line.code()) {
            let words = words(&name);
            let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
            let worse = if has(&OPENS) { on } else { has(&PROTECTS) && !on };
            if worse && before.contains(&(name.clone(), !on)) && !before.contains(&(name.clone(), on)) {
                sink.report(Draft::line(file, side, line.index).title(format!("{name} is now {on} by default")));
            }
        }
    }
}
