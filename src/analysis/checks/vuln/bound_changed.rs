//! `bound-changed`: a comparison with a bound includes one more or one less than before, or a bound moved by one.

use super::pairs::{pairs, squeezed};
use crate::analysis::branch::branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};
use std::borrow::Cow;

/// See `rules/code/bound-changed.toml`.
pub struct BoundChanged;

static ORDER: Pattern = Pattern::new(r"[\w)\]}\x22']\s*(<=|>=|<|>|\.\.=|\.\.\.|\.\.<|\.\.)\s*[\w(&*-]");
/// A small function that is handed on: its arrow is no comparison.
static HANDED_ON: Pattern = Pattern::new(r"[(,]\s*(?:\w+|\([\w\s,]*\))\s*=>\s");
/// Brackets around what needs none.
static ROUND: Pattern = Pattern::new(r"([^\w\s])\s*\((\w+)\)");
/// Lines in which such signs mean something else.
static OTHERWISE: Pattern = Pattern::new(
    r"=>|->|<<|>>|</|/>|<!|<\?|\b(?:class|interface|struct|impl|template|import|include|extends|Vec|Option|Result|List|Map|Set|Promise|Array|Record|type)\b|<\w+>|\b(?i:ttl|expir\w*|timeout|elapsed|now|deadline|version|age|token|session)\b",
);
static ONE: Pattern = Pattern::new(r"\s*[+-]\s*1\b");
static MEASURE: Pattern = Pattern::new(
    r"(?i)\b(?:len|length|size|count|total|remaining|avail\w*|cap|first|last|num\w*|sizeof|strlen|max\w*|min\w*|limit|capacity|end|n|bound\w*|index|idx|offset|i|j|pos|\w+_len|\w+_size|\w+_max|\w+_count|\w+_max_len|\w+Length|\w+Size|\w+Count)\b",
);
/// A refusal is no longer than this, in statements.
const SHORT: usize = 3;
static TURNS_AWAY: Pattern =
    Pattern::new(r"(?i)^\s*(?:return\b|raise\b|throw\b|goto\b|panic|die\b|exit\b|abort|bail|fail)|\b(?:panic|bail|abort)!?\s*\(");
/// A comparison with its bound in it.
static INCLUSIVE: Pattern = Pattern::new(r"<=|>=");
static UP_TO: Pattern = Pattern::new(r"\b(?:for|while)\b[^\n]*?\b(\w+)\s*<=");
static INDEX: Pattern = Pattern::new(r"\w\[\s*(\w+)\s*\]");

impl Check for BoundChanged {
    fn rule(&self) -> RuleId {
        RuleId("bound-changed")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.language.is_code() || !file.role.is_live() {
            return;
        }
        for (was, side, is) in pairs(file, |code| plain(code, file.language)) {
            let evidence = format!("{} → {}", was.text.trim(), is.text.trim());
            let draft = Draft::line(file, side, is.index).evidence(evidence);
            let grave = wider(was.code(), is.code()) && (refuses(file, side, is.index) || indexes(side, is.index, is.code()));
            sink.report(draft.severity(if grave { Severity::Medium } else { Severity::Low }));
        }
    }
}

/// Whether only the signs differ, and one of them includes its bound where it did not, or no longer refuses it.
fn wider(was: &str, is: &str) -> bool {
    let signs = |code: &str| ORDER.groups(code, 1).map(str::to_owned).collect::<Vec<_>>();
    let plain = |code: &str| one_sign(&squeezed(code));
    signs(was) != signs(is) && plain(was) == plain(is)
}

/// Whether the line is a condition that turns away, and turns away less now: `>=` became `>`, `<=` became `<`.
fn refuses(file: &FileView<'_>, side: &SideView<'_>, line: usize) -> bool {
    let at = side.statements().iter().position(|one| one.first_line <= line && line <= one.last_line);
    let Some(branch) = at.and_then(|at| branch(side, file.language, at)) else { return false };
    let inline = side.plain().get(branch.inline.clone()).unwrap_or("").trim_matches(['{', '}', ' ', ';']);
    let condition = side.masked().get(branch.condition.clone()).unwrap_or("");
    let block = || branch.block.clone().take(SHORT).filter_map(|at| side.statements().get(at)).map(|one| side.plain_of(one));
    let leaves = TURNS_AWAY.is_match(inline) || branch.block.len() <= SHORT && block().any(|text| TURNS_AWAY.is_match(text));
    let own = side.line(line);
    leaves && ORDER.is_match(condition) && !INCLUSIVE.is_match(own.code())
}

/// Whether what is compared up to the bound, and now with it, is the index of something in the same function.
fn indexes(side: &SideView<'_>, line: usize, code: &str) -> bool {
    let Some(name) = UP_TO.group(code, 1) else { return false };
    let Some(function) = side.function_at(line) else { return false };
    let text = side.masked().get(side.bytes_of(line, function.last_line)).unwrap_or("");
    INDEX.groups(text, 1).any(|index| index == name)
}

/// A line about a bound without what decides whether the bound itself is in; nothing for any other line.
fn plain(code: &str, language: Language) -> Option<String> {
    let pointers = matches!(language, Language::C | Language::Cpp | Language::Php | Language::Perl);
    let read = if pointers { Cow::Owned(code.replace("->", ".")) } else { Cow::Borrowed(code) };
    let asked = without(&read, &HANDED_ON, "(");
    let about = ORDER.is_match(&asked) && MEASURE.is_match(&asked) && !OTHERWISE.is_match(&asked);
    about.then(|| {
        let text = squeezed(&without(code, &ONE, ""));
        // `0...(count - 1)` without the one is `0...count`.
        let mut bare = String::new();
        let mut at = 0;
        for found in ROUND.find_all(&text) {
            let inner = ROUND.group(text.get(found.clone()).unwrap_or(""), 2).unwrap_or("");
            bare.push_str(text.get(at..=found.start).unwrap_or(""));
            bare.push_str(inner);
            at = found.end;
        }
        bare.push_str(text.get(at..).unwrap_or(""));
        one_sign(&bare)
    })
}

/// `code` with `put` in the place of each match.
fn without(code: &str, pattern: &Pattern, put: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    for found in pattern.find_all(code) {
        text.push_str(code.get(at..found.start).unwrap_or(""));
        text.push_str(put);
        at = found.end;
    }
    text.push_str(code.get(at..).unwrap_or(""));
    text
}

/// `text` with one sign for what includes its bound and what does not.
fn one_sign(text: &str) -> String {
    text.replace("<=", "<").replace(">=", ">").replace("..=", "..").replace("...", "..").replace("..<", "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bound_itself_is_left_out() {
        assert_eq!(plain("while i <= len - 1 {", Language::C), plain("while i < len {", Language::C));
        assert_ne!(plain("while i < len {", Language::C), plain("while i > len {", Language::C));
        assert_eq!(plain("(0...(size - 1)).each", Language::Ruby), plain("(0...size).each", Language::Ruby));
        assert_eq!(plain("if a.Count(t => t.Open) < max", Language::CSharp), plain("if a.Count(t => t.Open) <= max", Language::CSharp));
        assert_eq!(
            (plain("let x: Vec<usize> = n;", Language::C), plain("if age >= limit {", Language::C), plain("total += 1", Language::C)),
            (None, None, None)
        );
    }
}
