//! `policy-weakened`: who may what is said in a language of its own, and less is asked there than before: rules of Firebase, defaults of
//! Rego, directives of a schema of GraphQL. Never policies that a program holds in its code.

use std::collections::{BTreeMap, BTreeSet};

use super::policy_lines;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::RuleId;

/// See `rules/code/policy-weakened.toml`.
pub struct PolicyWeakened;

/// A longer line is data, and more lines are not read.
const WIDEST: usize = 600;
const MOST: usize = 20_000;

/// A rule of Firebase; groups: what may be done, and when.
static ALLOWS: Pattern = Pattern::new(r"^\s*allow\s+([a-z][a-z, ]*?)\s*(?::\s*if\s+([^;]*?))?\s*;?\s*$");
static ENTRY: Pattern = Pattern::new(r#"^\s*"(\.(?:read|write))"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(true|false))\s*,?\s*$"#);
/// A default of Rego; groups: its name and its value.
static DEFAULTS: Pattern = Pattern::new(r"^\s*default\s+((?:allow|permit|authori[sz]|can_|is_|grant)\w*)\s*:?=\s*(true|false)\b");
/// A field of a schema; groups: its name and what follows its type.
static FIELD: Pattern = Pattern::new(r"^\s*(\w+)\s*(?:\([^)]*\))?\s*:\s*[\w\[\]!]+([^#]*)");
static DIRECTIVE: Pattern = Pattern::new(
    r"(?i)@(auth\w*|has_?(?:role|permission|scope)s?|requires?_?(?:auth\w*|scopes?|role|permission|login)|is_?(?:authenticated|admin|owner|authori[sz]ed)|authenticated|policy|guard\w*|can(?:access)?|admin\w*|private|internal|protected|owner\w*|permission\w*|role\w*)\b",
);
static NAME: Pattern = Pattern::new(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*");

/// What a language of policies is told by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Firebase,
    Rego,
    Schema,
}

impl Kind {
    fn of(file: &FileView<'_>) -> Option<Self> {
        let name = file.name();
        let ends = |ending: &str| name.ends_with(ending);
        if ends(".rego") {
            return Some(Self::Rego);
        }
        if ends(".graphql") || ends(".graphqls") || ends(".gql") {
            return Some(Self::Schema);
        }
        (ends(".rules") || ends(".rules.json")).then_some(Self::Firebase)
    }
}

/// What is asked in one place.
struct Asked {
    line: usize,
    /// The condition, or the names of the directives.
    text: String,
    /// What it speaks of.
    names: BTreeSet<String>,
}

impl Check for PolicyWeakened {
    fn rule(&self) -> RuleId {
        RuleId("policy-weakened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::BEFORE,
            Words::of([
                &ALLOWS,
                &ENTRY,
                &DEFAULTS,
                &DIRECTIVE,
                &policy_lines::OF_SOMEBODY,
                &policy_lines::ASKS,
                &policy_lines::IN_ONE_LINE,
            ]),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if let Some((title, side, line)) = policy_lines::weakened(file).filter(|_| file.role.is_live()) {
            file.side(side).into_iter().for_each(|side| sink.report(Draft::line(file, side, line).title(title.as_str())));
        }
        let Some(kind) = Kind::of(file).filter(|_| file.role.is_live()) else { return };
        let (Some(old), Some(new)) = (file.old(), file.new_side()) else { return };
        let (before, now) = (asked(kind, old), asked(kind, new));
        for (place, is) in &now {
            let Some(was) = before.get(place).filter(|was| was.text != is.text) else { continue };
            let touched = new.is_changed(is.line) || old.is_changed(was.line);
            if touched && less(kind, was, is) {
                let title = match kind {
                    Kind::Rego => format!("`{place}` is yes where no rule says so"),
                    Kind::Firebase => format!("{place} asks for less than before"),
                    Kind::Schema => format!("{place} no longer asks what @{} asked", was.text),
                };
                sink.report(Draft::line(file, new, is.line).title(title).evidence(format!("{} → {}", was.text, is.text)));
            }
        }
    }
}

/// Whether `is` asks for less than `was`.
fn less(kind: Kind, was: &Asked, is: &Asked) -> bool {
    match kind {
        Kind::Rego => was.text == "false",
        Kind::Schema => is.names.is_empty() && !was.names.is_empty(),
        Kind::Firebase => {
            // Of several ways in, one that is gone lets fewer in.
            let ways = was.text.contains("||");
            // `request.auth` is a part of `request.auth.uid`.
            let known = |name: &String| {
                was.names.iter().any(|was| was == name || was.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.')))
            };
            let fewer = is.names.iter().all(known) && !was.names.is_subset(&is.names);
            was.text != "true" && is.text != "false" && (is.text == "true" || !ways && fewer)
        }
    }
}

/// What is asked on a side, by the place it is asked for.
fn asked(kind: Kind, side: &SideView<'_>) -> BTreeMap<String, Asked> {
    let mut out = BTreeMap::new();
    let mut within: Vec<String> = Vec::new();
    let mut asked_by_type = Vec::new();
    for line in side.lines().take(MOST).filter(|line| line.text.len() <= WIDEST) {
        let text = line.text.split(if kind == Kind::Firebase { "//" } else { "#" }).next().unwrap_or("");
        match kind {
            Kind::Rego => {
                if let Some((name, value)) = DEFAULTS.group(text, 1).zip(DEFAULTS.group(text, 2)) {
                    out.insert(format!("default {name}"), Asked { line: line.index, text: value.to_owned(), names: BTreeSet::new() });
                }
            }
            Kind::Firebase => {
                let entry = ENTRY.group(text, 1).map(|what| (what, ENTRY.group(text, 2).or_else(|| ENTRY.group(text, 3)).unwrap_or("")));
                let rule = || ALLOWS.group(text, 1).map(|what| (what, ALLOWS.group(text, 2).unwrap_or("true")));
                if let Some((what, condition)) = entry.or_else(rule) {
                    let literal = |name: &&str| !matches!(*name, "null" | "true" | "false" | "is" | "in" | "string");
                    let names = NAME.groups(condition, 0).filter(literal).map(str::to_owned).collect();
                    for what in what.split(',').map(str::trim) {
                        let place = format!("`{what}` of {}", within.join(" "));
                        out.insert(place, Asked { line: line.index, text: condition.trim().to_owned(), names: BTreeSet::clone(&names) });
                    }
                }
            }
            Kind::Schema => {
                if let Some((name, behind)) = FIELD.group(text, 1).zip(FIELD.group(text, 2)).filter(|_| !within.is_empty()) {
                    let mut names: BTreeSet<String> = DIRECTIVE.groups(behind, 1).map(str::to_lowercase).collect();
                    names.extend(asked_by_type.iter().cloned());
                    let text = names.iter().cloned().collect::<Vec<_>>().join(" @");
                    out.insert(format!("{}.{name}", within.join(" ")), Asked { line: line.index, text, names });
                }
            }
        }
        let (opened, closed) = (text.matches('{').count(), text.matches('}').count());
        if opened > closed {
            if kind == Kind::Schema {
                asked_by_type = DIRECTIVE.groups(text, 1).map(str::to_lowercase).collect();
            }
            within.push(head(text));
        } else if closed > opened {
            within.pop();
        }
    }
    out
}

/// What a block is called.
fn head(text: &str) -> String {
    let text = text.trim().trim_end_matches('{').trim().trim_end_matches(':').trim();
    let text = text.split('@').next().unwrap_or(text).trim().trim_matches('"');
    let name = ["match ", "type ", "extend type ", "interface ", "input ", "extend "].iter().find_map(|word| text.strip_prefix(word));
    name.unwrap_or(text).to_owned()
}
