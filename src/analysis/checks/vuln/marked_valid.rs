//! What a framework checks of a body because a mark or a chain says so: the mark is gone, the pattern takes anything, a bound is dropped. A
//! part of `input-check-weakened`.

use std::collections::HashMap;

use super::twins::twins;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// A longer line is data.
const WIDEST: usize = 400;
/// More changed lines are a rewrite.
const MOST: usize = 400;

/// A parameter whose value is checked before the function runs; the whole goes, the rest stays.
static MARK: Pattern = Pattern::new(
    r"@(?:field:|get:|param:)?(?:Valid|Validated)\b(?:\([^()]*\))?\s*|\bnew\s+ValidationPipe\([^()]*(?:\{[^{}]*\})?[^()]*\)|\bValidationPipe\b",
);
static MARKED: Pattern = Pattern::new(r"@(?:\w+:)?(?:Valid|Validated)\b|\bValidationPipe\b");
/// What a request fills.
static FILLED: Pattern = Pattern::new(r"@(?:RequestBody|ModelAttribute|RequestPart|Body|Query|BeanParam)\b");
/// What a value must look like; groups: the pattern.
static SHAPE: Pattern = Pattern::new(
    r#"(?x) @(?:\w+:)?Pattern\s*\(\s*(?:regexp\s*=\s*)?"((?:[^"\\]|\\.)*)" | \[\s*RegularExpression\s*\(\s*@?"((?:[^"\\]|\\.)*)" | \.[mM]atches\s*\(\s*@?["/]((?:[^"/\\]|\\.)*)["/] | \.(?:regex|pattern)\s*\(\s*/((?:[^/\\]|\\.)*)/
      | \b(?:pattern|regex)\s*[=:]\s*r?"((?:[^"\\]|\\.)*)" | \bwith:\s*/((?:[^/\\]|\\.)*)/ | ["']regex:/((?:[^/\\'"]|\\.)*)/"#,
);
/// A shape that everything has.
static ANYTHING: Pattern = Pattern::new(r"^(?:\^|\\A)?\(?(?:\.[*+]|\[\\s\\S\][*+]|\(\?s\)\.[*+])\)?(?:\$|\\z|\\Z)?$");
/// The head of a chain that bounds a value, and its bounds.
static CHAIN: Pattern = Pattern::new(r"\b(RuleFor(?:Each)?\s*\(\s*\w+\s*=>\s*[\w.]+\s*\)|\w+\s*:\s*(?:z|Joi|yup|v|t)\.\w+\(\))");
static BOUND: Pattern = Pattern::new(
    r"\.(Matches|LessThan(?:OrEqualTo)?|GreaterThan(?:OrEqualTo)?|InclusiveBetween|ExclusiveBetween|MaximumLength|MaxLength|Length|EmailAddress|CreditCard|IsInEnum|Must(?:Async)?|PrecisionScale|max|min|length|regex|pattern|email|url|uuid|oneOf|valid|enum|positive|int|integer)\s*\(",
);
/// A bound that says how much or what it looks like.
static ASKED: Pattern = Pattern::new(
    r"\bModelState\.IsValid\b|\bTryValidateModel\s*\(|->validate\s*\(|\.validate!?\s*\(|\bvalidator\.(?:validate|Struct)\s*\(|\.is_valid\s*\(|\bvalidationResult\s*\(",
);
/// A controller of which the framework asks by itself.
static BY_ITSELF: Pattern = Pattern::new(r"\[\s*ApiController\b");

/// What a file must hold.
pub(super) fn words() -> Words {
    Words::of([&MARKED, &SHAPE, &CHAIN, &ASKED])
}

/// Reports such marks.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(new)) = (file.old().filter(|_| file.language.is_code() && file.role.is_live()), file.new_side()) else { return };
    let bare = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
    let short = |text: &&str| text.len() <= WIDEST;
    let removed: Vec<&str> = old.changed_lines().map(|line| old.plain_line(line.index)).filter(short).take(MOST).collect();
    if removed.is_empty() {
        return;
    }
    let unmarked =
        |text: &str| bare(&MARK.find_all(text).fold(text.to_owned(), |rest, at| rest.replacen(text.get(at).unwrap_or("\0"), "", 1)));
    let marked: Vec<String> =
        removed.iter().filter(|text| MARKED.is_match(text) && FILLED.is_match(text)).map(|text| unmarked(text)).collect();
    let shapes: HashMap<String, &str> = removed.iter().filter_map(|text| shape(text)).collect();
    let chains: HashMap<String, Vec<&str>> =
        removed.iter().filter_map(|text| Some((bare(CHAIN.group(text, 1)?), BOUND.groups(text, 1).collect()))).collect();
    for line in new.changed_lines().filter(|line| line.text.len() <= WIDEST).take(MOST) {
        let text = new.plain_line(line.index);
        let title = if !MARKED.is_match(text) && FILLED.is_match(text) && marked.contains(&bare(text)) {
            "What a request brings is no longer checked before it is used"
        } else if shape(text)
            .is_some_and(|(rest, is)| ANYTHING.is_match(is) && shapes.get(&rest).is_some_and(|was| !ANYTHING.is_match(was)))
        {
            "What had to have a shape may be anything"
        } else if CHAIN.group(text, 1).and_then(|head| chains.get(&bare(head))).is_some_and(|was| !was.is_empty() && BOUND.count(text) == 0)
        {
            "What was held inside bounds may be anything"
        } else {
            continue;
        };
        sink.report(Draft::line(file, new, line.index).title(title).severity(Severity::Medium));
    }
    if sink.reported() == 0 {
        unbounded(file, sink);
    }
    if sink.reported() == 0 {
        unasked(file, sink);
    }
}

/// A refusal no longer asks how long something is: one of its conditions is gone, and nothing else.
fn unbounded(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static SIZE: Pattern = Pattern::new(
        r"\s*(?:\|\||\bor\b)\s*(?:(?:len|strlen|mb_strlen|count)\(\$?[\w.>\[\]'\x22-]+\)|[\w.$>!?-]*(?:\.|->)(?:length|size|count|Length|Count|bytesize)(?:\(\))?)\s*>=?\s*[\w.:]+",
    );
    let bare = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
    for twin in twins(file) {
        let asks = |text: &str| text.len() <= WIDEST && text.trim_start().trim_start_matches("} else ").starts_with(['i', 'u']);
        let without = |text: &str| SIZE.find(text).map(|found| bare(&text.replacen(text.get(found).unwrap_or("\0"), "", 1)));
        let were: Vec<String> = twin.removed().filter(|(_, text)| asks(text)).take(MOST).filter_map(|(_, text)| without(text)).collect();
        let others = || twin.added().any(|(_, text)| SIZE.is_match(text) || text.contains(".length >") || text.contains("len("));
        let Some((line, _)) = twin.added().take(MOST).find(|(_, text)| asks(text) && were.contains(&bare(text))) else { continue };
        if !others() {
            let title = "How long something may be is no longer asked";
            return sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::Medium));
        }
    }
}

/// A pattern that a line asks for, and the line without it.
fn shape(text: &str) -> Option<(String, &str)> {
    let found = SHAPE.parts(text).next()?;
    let rest = text.replacen(found, "", 1);
    Some((rest.split_whitespace().collect::<Vec<_>>().join(" "), found))
}

/// A handler that answered what does not fit with an error, and takes it now.
fn unasked(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static LEAVES: Pattern = Pattern::new(r"\breturn\b|\bthrow\b|\braise\b|\babort\b");
    let own = file.language == Language::CSharp
        && file.new_side().is_some_and(|side| side.text().len() < 400_000 && BY_ITSELF.is_match(side.plain()));
    for twin in twins(file).iter().filter(|_| !own) {
        let asked = |text: &str| text.len() <= WIDEST && ASKED.is_match(text) && text.trim_start().starts_with("if");
        let Some((line, text)) = twin.removed().find(|(_, text)| asked(text)) else { continue };
        let refused = LEAVES.is_match(text) || twin.removed().any(|(_, text)| LEAVES.is_match(text));
        static OTHER: Pattern = Pattern::new(r"(?i)valid|check|ensure|guard");
        if refused && !ASKED.is_match(twin.after()) && !twin.added().any(|(_, text)| OTHER.is_match(text)) {
            let title = "What a request brings is no longer checked before it is used";
            return sink.report(Draft::line(file, twin.old, line).title(title).severity(Severity::Medium));
        }
    }
}
