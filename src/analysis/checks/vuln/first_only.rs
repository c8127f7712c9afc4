//! A loop that turned down whatever did not fit accepts with the first part that does. A part of `input-check-weakened`.

use super::twins::{Twin, twins};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

static LOOP: Pattern = Pattern::new(r"^\s*(?:for|while|foreach|loop)\b");
static YES: Pattern = Pattern::new(r"\breturn\s*\(?\s*(?:[tT]rue|1)\s*\)?\s*;?\s*\}?\s*$");
static NO: Pattern = Pattern::new(r"\breturn\s*\(?\s*(?:[fF]alse|0)\s*\)?\s*;?\s*\}?\s*$");
/// What a function is called that says whether something is as it should be.
static JUDGES: Pattern = Pattern::new(
    r"(?i)valid|_ok$|Ok$|^ok_?|safe|allowed|clean|printable|^is_?(?:name|host|token|path|id|hex|ident|word|alnum|digit)|check|well_?formed|legal|sane",
);
const LONGEST: usize = 60;

/// Reports such a function.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let answers = |text: &str| YES.is_match(text) || NO.is_match(text);
    for twin in
        twins(file).iter().filter(|twin| twin.removed().any(|(_, text)| NO.is_match(text)) && twin.added().any(|(_, text)| answers(text)))
    {
        let Some(line) = turned(twin) else { continue };
        let judges = twin.new.function_at(line).is_some_and(|one| JUDGES.is_match(&one.name));
        if judges {
            let draft = Draft::line(file, twin.new, line).title("The first part that fits is enough, where every part had to");
            sink.report(draft.severity(Severity::Medium).confidence(Confidence::Medium));
            return;
        }
    }
}

/// The line that says yes inside of the loop, where the old loop said no and what follows is turned round as well.
fn turned(twin: &Twin<'_, '_>) -> Option<usize> {
    let was = shape(twin.old, &twin.was)?;
    let is = shape(twin.new, &twin.is)?;
    (was.0 && !is.0 && was.1 && !is.1).then_some(is.2)
}

/// Whether the first answer inside of the only loop is no, whether the last answer of the function is yes, and where the first one stands.
fn shape(side: &SideView<'_>, lines: &std::ops::Range<usize>) -> Option<(bool, bool, usize)> {
    if lines.len() > LONGEST {
        return None;
    }
    let indent = |at: usize| side.line(at).text.len() - side.line(at).text.trim_start().len();
    let mut loops = lines.clone().filter(|at| LOOP.is_match(side.plain_line(*at)));
    let (first, None) = (loops.next()?, loops.next()) else { return None };
    let inside = (first + 1..lines.end).take_while(|at| indent(*at) > indent(first) || side.line(*at).text.trim().is_empty());
    let answers = |at: &usize| YES.is_match(side.plain_line(*at)) || NO.is_match(side.plain_line(*at));
    let told: Vec<usize> = inside.filter(answers).collect();
    let [one] = told.as_slice() else { return None };
    let last = (one + 1..lines.end).rev().find(answers)?;
    Some((NO.is_match(side.plain_line(*one)), YES.is_match(side.plain_line(last)), *one))
}
