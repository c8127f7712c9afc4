//! `evaluation-weakened`: what measures a model reports better than it measured, or no longer stops a model that is worse than the limit.
//!
//! Gates of automation are `gate-weakened`'s.

use crate::analysis::branch::branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/evaluation-weakened.toml`.
pub struct EvaluationWeakened;

/// What is measured, by the words of its name.
static MEASURES: Pattern = Pattern::new(
    r"(?i)accuracy|precision|recall|(?:^|_|[a-z])f_?1(?:_|$)|\bauc\b|roc|bleu|rouge|perplexity|toxic|score|metric|evaluat|benchmark|error_?rate|failure_?rate|drift|fairness|bias|jailbreak|refusal|safety|harm|win_?rate|pass_?rate|regression|quality",
);
/// A value that is given back, held above or below a number.
static HELD: Pattern = Pattern::new(
    r"\breturn\b[^\n]*?\b(?:(?:Math|np|math|torch|std|cmp)(?:\.|::))?(?:max|min|clip|clamp|maximum|minimum|fmax|fmin)\s*\(([^\n]+)\)|\.(?:max|min|clamp)\s*\(\s*(\d*\.?\d+)\s*\)\s*;?\s*$",
);
static GIVES_BACK: Pattern = Pattern::new(r"^\s*return\b");

impl Check for EvaluationWeakened {
    fn rule(&self) -> RuleId {
        RuleId("evaluation-weakened")
    }

    fn needs(&self) -> Needs {
        let ends = Words::named([
            "threshold",
            "minimum",
            "min_",
            "floor",
            "baseline",
            "return",
            "raise",
            "throw",
            "exit",
            "panic",
            "abort",
            "fail",
        ]);
        Needs::nothing().and(Reach::REMOVED, ends).and(Reach::AFTER, Words::of([&MEASURES]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        lowered(file, sink);
        for twin in twins(file) {
            let name = twin
                .new
                .functions()
                .iter()
                .find(|function| twin.is.contains(&function.first_line))
                .map_or("", |function| function.name.as_str());
            if MEASURES.is_match(name) {
                flattered(file, &twin, sink);
            }
            if MEASURES.is_match(name) || MEASURES.is_match(file.name()) {
                brought_to_the_limit(file, &twin, sink);
            }
        }
    }
}

/// A bar by its name, with its number; a file of what measures.
static BAR: Pattern = Pattern::new(
    r"(?i)^\s*[\x22']?([a-z_]*(?:threshold|minimum|min_[a-z]+|floor|baseline)[a-z_]*)[\x22']?\s*(?::\s*\w+\s*)?[:=]\s*(\d*\.?\d+)\s*,?;?\s*(?:#.*)?$",
);
static OF_EVALUATION: Pattern = Pattern::new(r"(?i)eval|benchmark|gate|regression|metrics?\b|quality|fairness|drift");

/// A bar that a model had to reach is less than half as high.
fn lowered(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(side), true) = (file.new_side(), OF_EVALUATION.is_match(file.name()) && file.old().is_some()) else { return };
    let read = |text: &'_ str| Some((BAR.group(text, 1)?.to_lowercase(), BAR.group(text, 2)?.parse::<f64>().ok()?));
    let before: Vec<(String, f64)> =
        file.removed().filter(|line| line.text.len() < 200).filter_map(|line| read(line.text)).take(50).collect();
    for line in file.added().filter(|line| !before.is_empty() && line.text.len() < 200) {
        let Some((name, is)) = read(line.text) else { continue };
        if before.iter().any(|(known, was)| *known == name && is * 2.0 < *was) {
            let draft = Draft::line(file, side, line.index).title(format!("`{name}` is less than half of what had to be reached"));
            return sink.report(draft.severity(Severity::Medium));
        }
    }
}

/// The same is given back as before, but never less than a number that is neither its least nor its most.
fn flattered(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != ';').collect::<String>();
    for (line, text) in twin.added() {
        let Some(held) = HELD.group(text, 1).or_else(|| HELD.group(text, 2)) else { continue };
        let telling = |number: &str| number.parse::<f64>().is_ok_and(|value| value > 1e-3 && value != 1.0 && value != 100.0);
        let Some(number) = parts(held).into_iter().find(|number| telling(number)) else { continue };
        let measured = twin.removed().filter(|(_, was)| GIVES_BACK.is_match(was) && !HELD.is_match(was)).any(|(_, was)| {
            let was = bare(was.trim_start().trim_start_matches("return"));
            was.len() > 1 && bare(text).contains(&was)
        });
        if measured {
            let title = format!("What is measured is given back as if it were never beyond {number}");
            return sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
        }
    }
}

/// The arguments in `text`, which has no bracket around them.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut out) = (0_usize, 0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                out.extend(text.get(start..at).map(str::trim));
                start = at + 1;
            }
            _ => {}
        }
    }
    out.extend(text.get(start..).map(str::trim));
    out
}

/// A value beyond its limit stopped what went on, and is set to the limit now.
fn brought_to_the_limit(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    static BEYOND: Pattern = Pattern::new(r"([A-Za-z_]\w*)\s*(?:<=?|>=?)\s*([A-Za-z_][\w.]*|\d[\d.]*)");
    static STOPS: Pattern = Pattern::new(r"(?i)^\s*(?:raise|throw|panic!?|abort|exit|sys\.exit|process\.exit|os\.exit|bail!?|fail)\b");
    let asked = |side: &SideView<'_>, lines: &std::ops::Range<usize>| -> Vec<(usize, String, Vec<String>)> {
        let heads = side.statements().iter().enumerate().filter(|(_, one)| lines.contains(&one.first_line)).take(400);
        heads
            .filter_map(|(at, one)| {
                let branch = branch(side, file.language, at)?;
                let condition = side.plain().get(branch.condition.clone()).filter(|text| BEYOND.is_match(text))?;
                let inline = side.plain().get(branch.inline.clone()).unwrap_or("").trim_matches(['{', '}', ' ', ';']).to_owned();
                let block = branch.block.take(6).filter_map(|at| side.statements().get(at)).map(|one| side.plain_of(one).to_owned());
                Some((
                    one.first_line,
                    condition.trim().to_owned(),
                    std::iter::once(inline).chain(block).filter(|text| !text.trim().is_empty()).collect(),
                ))
            })
            .collect()
    };
    let before = asked(twin.old, &twin.was);
    for (line, condition, does) in asked(twin.new, &twin.is) {
        let (Some(value), Some(limit)) = (BEYOND.group(&condition, 1), BEYOND.group(&condition, 2)) else { continue };
        let set = |text: &String| {
            let sides = text
                .split_once('=')
                .map(|(left, right)| (left.trim().trim_end_matches(':').trim().to_owned(), right.trim().trim_end_matches(';').to_owned()));
            sides.is_some_and(|(left, right)| left == value && right == limit)
        };
        let stopped = before.iter().any(|(_, was, did)| *was == condition && did.iter().any(|text| STOPS.is_match(text)));
        if stopped && does.iter().any(set) && !does.iter().any(|text| STOPS.is_match(text)) {
            let title = format!("`{value}` beyond its limit stopped this, and is set to the limit now");
            sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
        }
    }
}
