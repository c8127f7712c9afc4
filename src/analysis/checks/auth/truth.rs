//! Conditions as truth functions: whether every case that one of them holds in is a case of the other.
//!
//! What a part of a condition means is not known here; only that two parts of the same text are the same question.

use std::collections::{BTreeMap, BTreeSet};

/// More questions than this in two conditions are not compared: each doubles the cases.
const MOST_QUESTIONS: usize = 10;
/// All cases of so many questions, one bit each.
type Cases = [u64; 1 << (MOST_QUESTIONS - 6)];
/// Brackets within brackets beyond this are one question.
const DEEPEST: usize = 24;

/// A condition taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Truth {
    /// A question, in words.
    Asks(String),
    Not(Box<Truth>),
    All(Vec<Truth>),
    Any(Vec<Truth>),
}

/// How the cases of two conditions stand to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The first holds somewhere where the second does not.
    pub lost: bool,
    /// The second holds somewhere where the first does not.
    pub gained: bool,
    /// Questions only the second asks.
    pub new: Vec<String>,
}

/// Compares two conditions, given as words and signs (`&&`, `||`, `!`, brackets, anything else); `None` where they ask too much.
#[must_use]
pub fn compare(old: &[String], new: &[String]) -> Option<Compared> {
    let (old, new) = (parse(old, 0), parse(new, 0));
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    old.questions(&mut before);
    new.questions(&mut after);
    let all: Vec<&str> = before.union(&after).copied().collect();
    if all.len() > MOST_QUESTIONS || before.is_disjoint(&after) {
        return None;
    }
    let known: BTreeMap<&str, usize> = all.into_iter().zip(0..).collect();
    let (was, is) = (old.cases(&known), new.cases(&known));
    let lost = was.iter().zip(is).any(|(was, is)| was & !is != 0);
    let gained = was.iter().zip(is).any(|(was, is)| is & !was != 0);
    Some(Compared { lost, gained, new: after.difference(&before).map(|question| (*question).to_owned()).collect() })
}

impl Truth {
    fn questions<'t>(&'t self, into: &mut BTreeSet<&'t str>) {
        match self {
            Self::Asks(question) => {
                into.insert(question);
            }
            Self::Not(inner) => inner.questions(into),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.questions(into)),
        }
    }

    /// The cases that it holds in; a case is a number whose bits answer the questions.
    fn cases(&self, known: &BTreeMap<&str, usize>) -> Cases {
        let each = |parts: &[Self], start: u64, join: fn(u64, u64) -> u64| {
            parts.iter().fold([start; _], |so_far: Cases, part| {
                let part = part.cases(known);
                std::array::from_fn(|word| join(so_far[word], part[word]))
            })
        };
        match self {
            Self::Asks(question) => known.get(question.as_str()).map_or([0; _], |number| answered(*number)),
            Self::Not(inner) => inner.cases(known).map(|word| !word),
            Self::All(parts) => each(parts, u64::MAX, |a, b| a & b),
            Self::Any(parts) => each(parts, 0, |a, b| a | b),
        }
    }

    fn turned(self, turned: bool) -> Self {
        if turned { Self::Not(Box::new(self)) } else { self }
    }
}

/// The cases in which the question of this number is answered with yes.
fn answered(number: usize) -> Cases {
    std::array::from_fn(|word| (0..64).filter(|bit| (word << 6 | bit) >> number & 1 == 1).fold(0, |bits, bit| bits | 1 << bit))
}

fn parse(tokens: &[String], depth: usize) -> Truth {
    if depth > DEEPEST {
        return Truth::Asks(tokens.join(" "));
    }
    for (sign, whole) in [("||", Truth::Any as fn(Vec<Truth>) -> Truth), ("&&", Truth::All)] {
        let parts = split(tokens, sign);
        if parts.len() > 1 {
            return whole(parts.into_iter().map(|part| parse(part, depth + 1)).collect());
        }
    }
    match tokens {
        [first, rest @ ..] if first == "!" && !rest.is_empty() => parse(rest, depth + 1).turned(true),
        [open, inner @ .., close] if open == "(" && close == ")" && closes_last(tokens) => parse(inner, depth + 1),
        _ => question(tokens),
    }
}

/// The operands between signs outside brackets.
fn split<'t>(tokens: &'t [String], sign: &str) -> Vec<&'t [String]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            match token.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token == sign
        })
        .collect()
}

/// Whether the bracket that opens the tokens is closed by the last of them.
fn closes_last(tokens: &[String]) -> bool {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1 == tokens.len();
        }
    }
    false
}

/// One question, the same however it is written: `x is not None` asks `x`, `a != b` asks whether `a == b` is not so.
fn question(tokens: &[String]) -> Truth {
    let unequal = tokens.windows(2).any(|pair| pair[0] == "!" && matches!(pair[1].as_str(), "==" | "=" | "==="))
        || tokens.windows(2).any(|pair| pair[0] == "is" && pair[1] == "!");
    let mut words: Vec<&str> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map_or("", String::as_str);
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).map_or("", String::as_str);
        let sign = token == "!" && (matches!(next, "==" | "=" | "===") || before == "is");
        if !sign {
            words.push(if matches!(token.as_str(), "===" | "=") { "==" } else { token });
        }
    }
    // `a?.b` holds where there is an `a` whose `b` holds.
    if let Some(at) = words.windows(2).position(|pair| pair == ["?", "."]) {
        let whole: Vec<String> = words.iter().filter(|word| **word != "?").map(|word| (*word).to_owned()).collect();
        let there = Truth::Asks(words[..at].join(" "));
        return Truth::All(vec![there, question(&whole)]).turned(unequal);
    }
    match words.as_slice() {
        [subject @ .., "==" | "is", "None" | "null" | "nil" | "undefined" | "NULL" | "nullptr" | "false" | "False"] => {
            Truth::Asks(subject.join(" ")).turned(!unequal)
        }
        [subject @ .., "==" | "is", "true" | "True"] => Truth::Asks(subject.join(" ")).turned(unequal),
        _ => Truth::Asks(words.join(" ")).turned(unequal),
    }
}

#[cfg(test)]
mod tests {
    use super::super::terms::tokens;
    use super::*;

    fn cases(old: &str, new: &str) -> Option<(bool, bool)> {
        compare(&tokens(old), &tokens(new)).map(|compared| (compared.lost, compared.gained))
    }

    #[test]
    fn the_same_question_in_other_words() {
        for (old, new) in [
            ("a and not b", "!b && a"),
            ("!(a || b)", "!a && !b"),
            ("x is None", "!x"),
            ("x is not None", "x"),
            ("x != nil", "x"),
            ("a != b || c", "!(a == b) || c"),
            ("s == null || s.revoked", "(!s || s.revoked)"),
        ] {
            assert_eq!(cases(old, new), Some((false, false)), "{old} ~ {new}");
        }
    }

    #[test]
    fn fewer_cases_and_more() {
        for (old, new) in [
            ("!user.has(want)", "!user.has(want) && !trusted(user)"),
            ("x is None or bad(x)", "x is not None and bad(x)"),
            ("!s || s.revoked", "s?.revoked"),
            ("err != nil", "err != nil && claims.subject == \"\""),
        ] {
            assert_eq!(cases(old, new), Some((true, false)), "{old} -> {new}");
            assert_eq!(cases(new, old), Some((false, true)), "{new} -> {old}");
        }
        assert_eq!(cases("a && b", "a && c"), Some((true, true)));
        assert_eq!(cases("a", "b"), None);
    }

    #[test]
    fn what_asks_too_much_is_not_compared() {
        let many: Vec<String> = (0..11).map(|n| format!("q{n}")).collect();
        assert_eq!(cases(&many.join(" && "), "q0"), None);
        let deep = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(cases(&deep, &deep), Some((false, false)));
    }
}
