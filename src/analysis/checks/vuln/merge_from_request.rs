//! `merge-from-request`: a function that copies names into objects, however deep, is handed what a request brings: the prototype is such a name.

use std::collections::BTreeSet;

use super::names_written;
use super::request::ASKED;
use super::rest_spread;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::RuleId;

/// See `rules/code/merge-from-request.toml`.
pub struct MergeFromRequest;

/// A longer function is more than a merge, in lines.
const LONGEST: usize = 60;
/// More functions of a file are not looked at.
const MOST: usize = 500;

/// One name after another, of whatever is given.
static LOOPS: Pattern = Pattern::new(
    r"\bfor\s*\(\s*(?:const|let|var)\s+\[?\s*(\w+)[^)]*\b(?:in|of)\b|\bObject\.(?:keys|entries)\s*\([^)]*\)\.forEach\s*\(\s*\(?\[?\s*(\w+)",
);
/// A name that a variable holds is set.
static SETS: Pattern = Pattern::new(r"\w\s*\[\s*(\w+)\s*\]\s*(?:=[^=]|\?\?=|\|\|=)");
/// The prototype is left out.
static LEFT_OUT: Pattern = Pattern::new(
    r#"["'](?:__proto__|prototype|constructor)["']|\bhasOwn(?:Property)?\b|\bObject\.create\(\s*null|\bnew\s+Map\b|\bdefineProperty\b|\b(?:[A-Z][A-Z_]{2,}|allowed\w*|known\w*|fields)\.(?:includes|has|indexOf)\("#,
);
static WHOLE: Pattern = Pattern::new(
    r"^\s*(?:await\s+)?(?:req|request|ctx\.request|ctx|c\.req|event)\.(?:body|query|json\(\))(?:\.\w+)*\s*$|^\s*JSON\.parse\(",
);

impl Check for MergeFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("merge-from-request")
    }

    fn needs(&self) -> Needs {
        // What copies names, and either what a request brings or what writes all names at once.
        let merged = Words::of([&LOOPS]).or(names_written::words()).or(rest_spread::words());
        Needs::nothing().and(Reach::AFTER, merged)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        names_written::report(file, sink);
        rest_spread::report(file, sink);
        let script = matches!(file.language, Language::JavaScript | Language::TypeScript);
        let Some(side) = file.new_side().filter(|_| script && file.role.is_live()) else { return };
        if !ASKED.is_match(side.text()) {
            return;
        }
        let names: BTreeSet<&str> = side
            .functions()
            .iter()
            .take(MOST)
            .filter(|one| copies(side, one.first_line, one.last_line, &one.name))
            .map(|one| one.name.as_str())
            .collect();
        if names.is_empty() {
            return;
        }
        static CALL: Pattern = Pattern::new(r"\b(\w+)\s*\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)");
        for line in side.changed_lines().filter(|line| line.text.len() < 600).take(5_000) {
            let plain = side.plain_line(line.index);
            let calls = CALL.find_all(plain).filter_map(|at| plain.get(at));
            let mut inner = calls.chain(plain.match_indices('(').filter_map(|(at, _)| {
                plain.get(plain.get(..at)?.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1)..)
            }));
            if inner.any(|call| {
                CALL.group(call, 1).is_some_and(|name| names.contains(name))
                    && CALL.group(call, 2).is_some_and(|given| given.split(',').any(|part| WHOLE.is_match(part)))
            }) {
                sink.report(Draft::line(file, side, line.index));
            }
        }
    }
}

/// Whether a function copies names of one object into another, again for what lies within, and leaves none out.
fn copies(side: &SideView<'_>, first: usize, last: usize, name: &str) -> bool {
    if name.len() < 2 || last - first.min(last) > LONGEST {
        return false;
    }
    let text = side.plain().get(side.bytes_of(first, last)).unwrap_or("");
    let looped: Vec<&str> = LOOPS.parts(text).collect();
    let sets = SETS.groups(text, 1).any(|key| looped.contains(&key));
    let again = text.match_indices(&format!("{name}(")).count() > 1 || text.lines().skip(1).any(|line| line.contains(&format!("{name}(")));
    sets && again && !LEFT_OUT.is_match(text)
}
