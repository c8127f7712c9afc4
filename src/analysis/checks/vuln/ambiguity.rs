//! Regular expression -> the part that an engine which tries every way would try in exponentially many. The third user of `regex_syntax`.
//!
//! Two things make that happen: a repetition whose turns can be cut in several ways, and choices in a repetition that begin alike. Only what
//! is followed by something that may fail counts, for before that nothing is tried again.

use regex_syntax::ast::{Ast, GroupKind, RepetitionKind, RepetitionRange, parse::ParserBuilder};
use regex_syntax::hir::translate::Translator;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// A longer expression is data.
const LONGEST: usize = 2_000;
/// A repetition of more turns is as good as endless.
const MANY: u32 = 20;
/// Stands for what other engines know and this parser does not.
const OTHER: char = '\u{e000}';

/// The part of `regex` that can be matched in exponentially many ways; `whole` when the match must reach the end of the text.
/// Nothing when it cannot be read.
#[must_use]
pub fn ambiguous(regex: &str, whole: bool) -> Option<String> {
    if regex.len() > LONGEST || regex.contains("(?>") || ["++", "*+", "?+", "}+"].iter().any(|possessive| regex.contains(possessive)) {
        return None;
    }
    let regex = common(regex);
    let ast = ParserBuilder::new().nest_limit(40).build().parse(&regex).ok()?;
    Look { regex: &regex }.within(&ast, whole)
}

/// `regex` without what only other engines know: looks around are gone, references are a sign of their own.
fn common(regex: &str) -> String {
    let mut out = String::new();
    let mut rest = regex;
    while let Some(sign) = rest.chars().next() {
        let skipped = match sign {
            '\\' => escape(rest, &mut out),
            '(' if ["(?=", "(?!", "(?<=", "(?<!", "(?#"].iter().any(|look| rest.starts_with(look)) => group(rest),
            _ => {
                out.push(sign);
                sign.len_utf8()
            }
        };
        rest = rest.get(skipped..).unwrap_or("");
    }
    out
}

/// Writes the escape at the start of `text`; how many bytes it takes.
fn escape(text: &str, out: &mut String) -> usize {
    let Some(next) = text.chars().nth(1) else { return text.len() };
    match next {
        '1'..='9' | 'k' => out.push(OTHER),
        'Z' => out.push('$'),
        'G' | 'K' | 'R' | 'X' => {}
        'h' => out.push_str("[ \\t]"),
        _ => {
            out.push('\\');
            out.push(next);
        }
    }
    1 + next.len_utf8()
}

/// How many bytes the group at the start of `text` takes.
fn group(text: &str) -> usize {
    let (mut depth, mut escaped, mut class) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => class = true,
            b']' => class = false,
            b'(' if !class => depth += 1,
            b')' if !class => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

struct Look<'r> {
    regex: &'r str,
}

impl Look<'_> {
    /// The first ambiguous part in `ast`, when what stands behind `ast` may fail.
    fn within(&self, ast: &Ast, fails: bool) -> Option<String> {
        match ast {
            Ast::Group(group) => self.within(&group.ast, fails),
            Ast::Alternation(choices) => choices.asts.iter().find_map(|choice| self.within(choice, fails)),
            Ast::Concat(concat) => concat.asts.iter().enumerate().find_map(|(at, part)| {
                let behind = concat.asts.iter().skip(at + 1).any(may_fail);
                self.within(part, fails || behind)
            }),
            Ast::Repetition(repetition) if endless(&repetition.op.kind) => {
                if fails && self.explodes(&repetition.ast) {
                    let span = &repetition.span;
                    return self.regex.get(span.start.offset..span.end.offset).map(str::to_owned);
                }
                self.within(&repetition.ast, fails)
            }
            Ast::Repetition(repetition) => self.within(&repetition.ast, fails),
            _ => None,
        }
    }

    /// Whether an endless repetition of `body` can match one text in many ways.
    fn explodes(&self, body: &Ast) -> bool {
        let choices: Vec<&Ast> = match bare(body) {
            Ast::Alternation(alternation) => alternation.asts.iter().collect(),
            one => vec![one],
        };
        let single: Vec<ClassUnicode> = choices.iter().filter_map(|choice| self.class(choice)).collect();
        let alike = single.iter().enumerate().any(|(at, one)| single.iter().skip(at + 1).any(|other| meet(one, other)));
        alike || choices.iter().any(|choice| self.cut_anywhere(choice))
    }

    /// Whether a turn holds an endless repetition that can take all of the turn: where one turn ends is then anybody's guess.
    fn cut_anywhere(&self, turn: &Ast) -> bool {
        let mut parts = Vec::new();
        flatten(turn, &mut parts);
        parts.iter().enumerate().any(|(at, part)| {
            let Ast::Repetition(inner) = part else { return false };
            let Some(class) = endless(&inner.op.kind).then(|| self.class(&inner.ast)).flatten() else { return false };
            parts.iter().enumerate().all(|(other, rest)| other == at || self.absorbed(rest, &class))
        })
    }

    /// Whether `part` can match nothing, or a text of signs of `class` alone.
    fn absorbed(&self, part: &Ast, class: &ClassUnicode) -> bool {
        match part {
            Ast::Empty(_) | Ast::Flags(_) => true,
            Ast::Group(group) => self.absorbed(&group.ast, class),
            Ast::Concat(concat) => concat.asts.iter().all(|each| self.absorbed(each, class)),
            Ast::Alternation(choices) => choices.asts.iter().any(|each| self.absorbed(each, class)),
            Ast::Repetition(repetition) => nothing(&repetition.op.kind) || self.absorbed(&repetition.ast, class),
            Ast::Assertion(_) => false,
            leaf => self.class(leaf).is_some_and(|own| meet(&own, class)),
        }
    }

    /// The signs that `ast` stands for, when it always stands for one.
    fn class(&self, ast: &Ast) -> Option<ClassUnicode> {
        let ast = bare(ast);
        if !matches!(ast, Ast::Literal(_) | Ast::Dot(_) | Ast::ClassBracketed(_) | Ast::ClassPerl(_) | Ast::ClassUnicode(_)) {
            return None;
        }
        match Translator::new().translate(self.regex, ast).ok()?.into_kind() {
            HirKind::Class(Class::Unicode(class)) => Some(class),
            HirKind::Literal(literal) => {
                let mut signs = std::str::from_utf8(&literal.0).ok()?.chars();
                let sign = signs.next().filter(|_| signs.next().is_none())?;
                Some(ClassUnicode::new([ClassUnicodeRange::new(sign, sign)]))
            }
            _ => None,
        }
    }
}

fn meet(one: &ClassUnicode, other: &ClassUnicode) -> bool {
    let mut both = one.clone();
    both.intersect(other);
    !both.ranges().is_empty()
}

/// What stands in groups that change nothing.
fn bare(ast: &Ast) -> &Ast {
    match ast {
        Ast::Group(group) => bare(&group.ast),
        other => other,
    }
}

/// The parts of a turn, in order.
fn flatten<'a>(ast: &'a Ast, parts: &mut Vec<&'a Ast>) {
    match ast {
        Ast::Concat(concat) => concat.asts.iter().for_each(|part| flatten(part, parts)),
        Ast::Group(group)
            if !matches!(*group.ast, Ast::Alternation(_))
                && !matches!(group.kind, GroupKind::NonCapturing(ref flags) if !flags.items.is_empty()) =>
        {
            flatten(&group.ast, parts);
        }
        other => parts.push(other),
    }
}

fn endless(kind: &RepetitionKind) -> bool {
    match kind {
        RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore => true,
        RepetitionKind::ZeroOrOne => false,
        RepetitionKind::Range(RepetitionRange::AtLeast(_)) => true,
        RepetitionKind::Range(RepetitionRange::Exactly(_)) => false,
        RepetitionKind::Range(RepetitionRange::Bounded(_, most)) => *most >= MANY,
    }
}

fn nothing(kind: &RepetitionKind) -> bool {
    matches!(
        kind,
        RepetitionKind::ZeroOrMore
            | RepetitionKind::ZeroOrOne
            | RepetitionKind::Range(RepetitionRange::AtLeast(0) | RepetitionRange::Exactly(0) | RepetitionRange::Bounded(0, _))
    )
}

/// Whether a text may be refused here.
fn may_fail(ast: &Ast) -> bool {
    match ast {
        Ast::Empty(_) | Ast::Flags(_) => false,
        Ast::Group(group) => may_fail(&group.ast),
        Ast::Repetition(repetition) => !nothing(&repetition.op.kind) && may_fail(&repetition.ast),
        Ast::Concat(concat) => concat.asts.iter().any(may_fail),
        Ast::Alternation(choices) => choices.asts.iter().all(may_fail),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_that_can_be_cut_in_many_ways_are_told() {
        let exploding = [
            r"^(a+)+$",
            r"^(\w+\s*)+:",
            r"(\d+)*x",
            r"^(?:[a-z]+ ?)*!$",
            r"^(.|\s)*end",
            r"^(\w|\d)+$",
            r"^(a*)*b",
            r"(x+x+)+y",
            r"^(([a-z])+.)+[A-Z]([a-z])+$",
            r"^(?:\s*\w+\s*)*;",
            r"(?=x)(?:\w+)+$",
            r"^([a-zA-Z0-9_]{1,40})+$",
        ];
        for regex in exploding {
            assert!(ambiguous(regex, false).is_some(), "{regex}");
        }
        assert!(ambiguous(r"(a+)+", true).is_some());
    }

    #[test]
    fn repetitions_with_a_mark_between_their_turns_are_not() {
        let harmless = [
            r"^(\.\w+)*$",
            r"(,\s*\d+)*\)",
            r#""(?:[^"\\]|\\.)*""#,
            r"^\w+(?:-\w+)*$",
            r"(a+)+",
            r"\s+$",
            r"^(?:[^,]+,)*$",
            r"(?:\r\n|\n)+$",
            r"^([a-z]+:)+$",
            r"(ab)+$",
            r"^(?:\d{1,3}\.){3}\d{1,3}$",
            r"^(a++)+$",
            r"(",
            r"^(?:(?!--).)*-->",
            r"^(\w+\s)+$",
        ];
        for regex in harmless {
            assert_eq!(ambiguous(regex, false), None, "{regex}");
        }
    }
}
