//! A setting or default that was on and is off, or the other way round.

use super::mention::Mentioned;
use super::{listed, unsaid};
use crate::analysis::identifier::words;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::flips::{Flip, Sort};
use crate::model::rule::Severity;
use crate::model::story::Undisclosed;

/// `name = true`, `name: bool = true`, `name: true`, `def f(name=True)`, `"name": true`, `@name true`
static SET: Pattern = Pattern::new(r#"(?i)([\w.-]{2,60})["']?(?:\s*:\s*\??\w+)?\s*(?::=|=>|=|:|\s)\s*(?:true|false|on|off|yes|no)\b"#);
/// Words that speak of switching.
const STEMS: [&str; 14] =
    ["default", "enabl", "disabl", "switch", "toggl", "turn", "flag", "true", "false", "on-by", "off-by", "opt-", "allow", "activat"];
/// Parts of names by which a setting guards something.
const GUARDS: [&str; 20] = [
    "verify",
    "verification",
    "secure",
    "security",
    "auth",
    "check",
    "checks",
    "tls",
    "ssl",
    "https",
    "csrf",
    "cors",
    "sandbox",
    "strict",
    "safe",
    "validate",
    "debug",
    "escape",
    "signed",
    "encrypt",
];

pub(super) fn fact(facts: &Facts<'_>, mentioned: &Mentioned) -> Option<Undisclosed> {
    let flips: Vec<(&Flip, &str)> = facts
        .flips()
        .iter()
        .filter(|flip| flip.of == Sort::Truth && matches!(flip.role, Role::Product | Role::Config))
        .filter_map(|flip| Some((flip, SET.group(&flip.line, 1)?)))
        .filter(|(_, name)| !["return", "else", "then"].contains(name))
        .filter(|(_, name)| !mentioned.name(name) && !words(name).iter().any(|word| word.len() >= 4 && mentioned.has(word)))
        .collect();
    if mentioned.begins(&STEMS) {
        return None;
    }
    let guards = flips.iter().any(|(_, name)| words(name).iter().any(|word| GUARDS.contains(&word.as_str())));
    let severity = if guards { Severity::Medium } else { Severity::Low };
    let fact = format!("a setting is turned round: {}", listed(flips.iter().map(|(_, name)| *name)));
    unsaid(fact, severity, flips.iter().map(|(flip, _)| format!("{} ({} is {} now)", flip.place, flip.before, flip.after)).collect())
}
