//! `assertion-loosened`: the same question asked with less behind it: a wider tolerance, a range for a value, any error for one.

use std::collections::BTreeMap;

use super::assertions::{ASSERTION, asserts, guard_changes, guards, is_weak, said_from, tested_changes};
use super::cases::{Case, cases};
use super::compared::{asks_less, compared, offers_a_choice, subject_of};
use super::refusal::{LET_IN, TURNED_AWAY};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{RuleId, Severity};

/// A distance that is allowed: more of it asks less.
static WITHIN: Pattern = Pattern::new(
    r"(?i)\b(?:delta|abs|abs_tol|rel|rel_tol|rtol|atol|epsilon|eps|tolerance|tol|max_relative|precision_loss|margin|threshold|skew|leeway)\s*[:=]\s*(-?[\d.]+(?:e-?\d+)?)|\b(?:within|be_within|offset|closeTo|be_close_to|withPrecision|byLessThan|within_epsilon|approximately)\s*\(?\s*(?:[^(),]+,\s*){0,2}(-?[\d.]+(?:e-?\d+)?)\s*\)|\b(?:InDelta|InEpsilon|WithinDuration|EXPECT_NEAR|ASSERT_NEAR|assert_in_delta|assert_in_epsilon|assertEqualsWithDelta|XCTAssertEqual)[\s(].*,\s*(?:accuracy:\s*)?(-?[\d.]+(?:e-?\d+)?)\s*\)?;?\s*$",
);
/// Digits that must agree: fewer of them ask less.
static PLACES: Pattern =
    Pattern::new(r"\bplaces\s*=\s*(\d+)|\btoBeCloseTo\([^()]*(?:\([^()]*\)[^()]*)*,\s*(\d+)\s*\)|\bdecimal\s*=\s*(\d+)");
static AT_MOST: Pattern = Pattern::new(
    r"(?:[^<=>-]<=?|\bassertLess(?:Equal|Than|ThanOrEqual)?\(.*,|\btoBeLessThan(?:OrEqual)?\(|\bisLessThan(?:OrEqualTo)?\(|\.Less(?:OrEqual)?\(.*,|\bEXPECT_L[TE]\(.*,|\bbe\s*<=?)\s*(-?[\d_.]+(?:e-?\d+)?)",
);
static AT_LEAST: Pattern = Pattern::new(
    r"(?:[^<=>-]>=?|\bassertGreater(?:Equal|Than|ThanOrEqual)?\(.*,|\btoBeGreaterThan(?:OrEqual)?\(|\bisGreaterThan(?:OrEqualTo)?\(|\.Greater(?:OrEqual)?\(.*,|\bEXPECT_G[TE]\(.*,|\bbe\s*>=?)\s*(-?[\d_.]+(?:e-?\d+)?)",
);
/// Errors that are named, and those that are any.
static NAMED_ERROR: Pattern = Pattern::new(
    r"(?:pytest\.raises|assertRaises\w*|assert_raises|assertThrows(?:Exactly)?|assertFailsWith|Assert\.Throws(?:Async)?|assert\.(?:throws|rejects)|toThrow(?:Error)?|[sS]houldThrow(?:Exactly)?|Should\(\)\.Throw\w*|\bthrows(?:Async)?|ThrowsAnyAsync|Throws\.(?:TypeOf|InstanceOf)|(?:REQUIRE|CHECK)_THROWS_\w+|BOOST_\w+_THROW|raise_error|expectException|\.ErrorIs|\.ErrorContains|\.EqualError|EXPECT_THROW|should_panic)\s*[(<]\s*(?:[^)\n]*[A-Za-z\x22'/])",
);
static ANY_ERROR: Pattern = Pattern::new(
    r"(?:pytest\.raises|assertRaises\w*|assert_raises)\s*\(\s*(?:Base)?Exception\s*[,)]|assertThrows(?:Exactly)?\(\s*(?:Exception|Throwable|RuntimeException|Error)\.class|assertFailsWith<(?:Exception|Throwable)>|Assert\.Throws(?:Any)?(?:Async)?<Exception>|[sS]houldThrow(?:Any\b|(?:Exactly)?<(?:Throwable|(?:Runtime)?Exception)>)|assertThrows<(?:Throwable|(?:Runtime)?Exception)>|Should\(\)\.Throw\w*<Exception>|Throws\.(?:Exception\b|InstanceOf<Exception>)|(?:REQUIRE|CHECK)_THROWS\(|->throws\(\s*\\?(?:Throwable|Exception)::class|toThrow(?:Error)?\(\s*\)|raise_error\s*(?:$|[;{}]|\(\s*\))|\.(?:Error)\(\s*t?,?\s*\w+\s*\)|EXPECT_ANY_THROW|should_panic\s*\]|expectException\(\s*\\?(?:Throwable|Exception)::class|assert\.(?:throws|rejects)\([^,]*\)\s*;?$",
);
static REFUSED: Pattern = Pattern::new(
    r"(?i)\b(?:401|403)\b|unauthori[sz]ed|forbidden|permission_?denied|access_?denied|not_?allowed|unauthenticated|invalid_?(?:token|signature|credentials)",
);
static GRANTED: Pattern = Pattern::new(r"(?i)\b(?:200|201|202|204|302)\b|\bok\b|StatusOK|success|\bno_?error\b|granted|authenticated");

/// See `rules/code/assertion-loosened.toml`.
pub struct AssertionLoosened;

impl Check for AssertionLoosened {
    fn rule(&self) -> RuleId {
        RuleId("assertion-loosened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&ASSERTION, &NAMED_ERROR]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if file.role != Role::Test || !file.language.is_code() {
            return;
        }
        admitted(file, side, sink);
        let telling = |line: &LineView<'_>| line.text.len() < 400 && (asserts(line.code()) || NAMED_ERROR.is_match(line.text));
        // Tests that have names are compared each with itself.
        let test = |side: Option<&SideView<'_>>, at: usize| {
            side.and_then(|side| side.function_at(at)).map_or(String::new(), |function| function.name.clone())
        };
        let refuses = |text: &str| REFUSED.is_match(text) && !GRANTED.is_match(text);
        let mut refusing: BTreeMap<(String, String), isize> = BTreeMap::new();
        let mut before: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
        for line in file.removed().filter(telling).take(500) {
            let key = (test(file.old(), line.index), key(line));
            *refusing.entry(key.clone()).or_default() -= isize::from(refuses(line.text));
            before.entry(key).or_default().push(line.text.trim());
        }
        if before.is_empty() {
            return;
        }
        before.values_mut().for_each(|lines| lines.reverse());
        let added =
            file.added().filter(|line| telling(line) || ANY_ERROR.is_match(line.text) || line.code().contains("debug_assert")).take(500);
        let added: Vec<_> = added.map(|line| (line, (test(Some(side), line.index), key(line)))).collect();
        for (_, key) in added.iter().filter(|(line, _)| refuses(line.text)) {
            refusing.entry(key.clone()).and_modify(|more| *more += 1);
        }
        for (line, key) in added {
            let Some(old) = before.get_mut(&key).and_then(Vec::pop) else { continue };
            let Some((title, severity)) = judged(file, old, line.text.trim()) else { continue };
            // As many refusals are waited for as before: one was written on another line.
            let still = refuses(old) && refusing.get(&key).is_some_and(|more| *more >= 0);
            let severity = if still || asks_another(old, line.text) { severity.min(Severity::Medium) } else { severity };
            let evidence = format!("{old} -> {}", line.text.trim());
            sink.report(Draft::line(file, side, line.index).title(title).evidence(evidence).severity(severity));
        }
    }
}

/// A limit that everything but a crash stays below.
static BELOW_CRASH: Pattern = Pattern::new(
    r"(?:<=?|LessThan(?:OrEqual(?:To)?)?\(|assertLess(?:Equal)?\(.*,|\.Less(?:OrEqual)?\(.*,|!=+|not\.toBe\(|NotEqual\(.*|\bin\s+(?:100|200)\s*(?:\.\.<?|until))\s*(?:499|5\d\d|600)\b",
);

/// Tests by name in which a refusal was asserted, and being let in would do now: one by one, and together where there are several.
fn admitted(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some(old) = file.old().filter(|old| old.whole && side.whole) else { return };
    if !file.removed().any(|line| asserts(line.code()) && TURNED_AWAY.is_match(line.text)) {
        return;
    }
    let said = |view: &SideView<'_>, case: &Case| -> Vec<(usize, String)> {
        (case.first..=case.last).filter(|at| asserts(view.line(*at).code())).map(|at| (at, said_from(view, at))).collect()
    };
    let strict = |text: &str| TURNED_AWAY.is_match(text) && !LET_IN.is_match(text) && !is_weak(text);
    let now = cases(file, side);
    let mut found: Vec<(usize, String)> = Vec::new();
    for (name, before) in cases(file, old) {
        let Some(case) = now.get(&name) else { continue };
        let turned = said(old, &before)
            .iter()
            .any(|(at, text)| old.is_changed(*at) && strict(text) && !text.contains("!=") && !text.contains(".not."));
        let is = said(side, case);
        if !turned || is.iter().any(|(_, text)| strict(text)) {
            continue;
        }
        let lets = |(at, text): &&(usize, String)| {
            side.is_changed(*at) && (LET_IN.is_match(text) && TURNED_AWAY.is_match(text) || BELOW_CRASH.is_match(text) || is_weak(text))
        };
        if let Some((at, _)) = is.iter().find(lets) {
            found.push((*at, name));
        }
    }
    let guarding = |name: &str| {
        static ABOUT: Pattern = Pattern::new(
            r"(?i)auth|token|login|admin|owner|forbid|refus|denie|deny|permission|role|private|unauthori[sz]ed|other_?(?:s|user|people)|access",
        );
        ABOUT.is_match(name) || guards(&file.path)
    };
    let described = |name: &String| {
        static DETAIL: Pattern = Pattern::new(
            r"\.(?:code|name|message|status|statusCode|reason)\s*\)\s*\.\s*(?:toBe|toEqual|toStrictEqual|toMatch|toContain)\s*\(\s*[^)\s]",
        );
        now.get(name).is_some_and(|case| said(side, case).iter().any(|(at, text)| side.is_changed(*at) && DETAIL.is_match(text)))
    };
    let grave = found.len() > 1 || found.iter().any(|(_, name)| guarding(name));
    for (at, name) in found {
        // It still says of the error which one it is.
        let severity = if grave && !described(&name) { Severity::High } else { Severity::Medium };
        let title = format!("The test `{name}` expected a refusal, and passes now when somebody is let in");
        sink.report(Draft::line(file, side, at).title(title).severity(severity));
    }
}

/// What lines must share to be one assertion before and after: what it asks about, or that it asks for an error.
fn key(line: LineView<'_>) -> String {
    if NAMED_ERROR.is_match(line.text) || ANY_ERROR.is_match(line.text) {
        return "an error".to_owned();
    }
    let Some(subject) = subject_of(line.code()) else { return String::new() };
    // `mocks['a']` and `mocks['b']` are two things; what stands in a text is blank in code.
    let behind = line.code().find(subject).and_then(|at| line.text.get(at + subject.len()..)).unwrap_or("");
    let place = behind.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or("");
    format!("{subject}[{place}")
}

/// Whether something else of the same thing is asked: `expect(user.kind)` → `expect(user.profile)`.
fn asks_another(old: &str, new: &str) -> bool {
    static ASKED: Pattern = Pattern::new(r"\bexpect\s*\(\s*[^\n]*[.>](\w+)[?!]?\s*\)\s*\.\s*(?:to|not)");
    ASKED.group(old, 1).zip(ASKED.group(new, 1)).is_some_and(|(was, is)| was != is)
}

fn judged(file: &FileView<'_>, old: &str, new: &str) -> Option<(String, Severity)> {
    let (title, severe) = weaker(old, new).filter(|_| old != new)?;
    let severity = match (severe, guard_changes(file)) {
        (Severe::Always | Severe::BesideItsCode, true) => Severity::High,
        (Severe::Never, true) | (Severe::Always, false) => Severity::Medium,
        (Severe::BesideItsCode, false) if tested_changes(file) => Severity::Medium,
        (Severe::Never | Severe::BesideItsCode, false) => Severity::Low,
    };
    Some((title.to_owned(), severity))
}

/// When an assertion that asks less is worth a look.
#[derive(Clone, Copy)]
enum Severe {
    Always,
    BesideItsCode,
    Never,
}

fn weaker(old: &str, new: &str) -> Option<(&'static str, Severe)> {
    if let Some(factor) = widened(old, new) {
        let severe = if factor >= 10.0 { Severe::Always } else { Severe::Never };
        return Some(("What this assertion lets pass is wider than before", severe));
    }
    if new.contains("debug_assert") && new.replace("debug_assert", "assert") == old {
        return Some(("This assertion is left out where the build is optimised", Severe::Never));
    }
    if takes_any(old, new) {
        return Some(("A difference as large as the value itself would pass", Severe::Always));
    }
    let named = NAMED_ERROR.is_match(old) && !ANY_ERROR.is_match(old);
    if named && ANY_ERROR.is_match(new) {
        return Some(("Any error would do where one was named", Severe::Never));
    }
    let turned = REFUSED.is_match(old) && !GRANTED.is_match(old) && GRANTED.is_match(new) && !REFUSED.is_match(new);
    if turned && bare(old) == bare(new) {
        return Some(("The test expected that access is refused and expects now that it is given", Severe::Always));
    }
    if either_way(old, new) {
        return Some(("An error was expected, and success would do as well", Severe::Always));
    }
    if offers_a_choice(old, new) {
        if speaks_of_another(old, new) {
            return Some(("It is enough now when something else holds that was never asked", Severe::Always));
        }
        return Some(("One of several results would do where one was named", Severe::BesideItsCode));
    }
    asks_less(old, new).then_some(("An exact expectation becomes a vague one", Severe::BesideItsCode))
}

/// Whether a number was asked for, and one that is off by as much as all of it would do.
fn takes_any(old: &str, new: &str) -> bool {
    static RELATIVE: Pattern = Pattern::new(r"\b(?:rel|rel_tol|rtol|max_relative)\s*[:=]|InEpsilon|in_epsilon");
    static NUMBER: Pattern = Pattern::new(r"^(?:[\w.]*\()?(-?\d[\d_]*(?:\.\d+)?)f?\)?$");
    if WITHIN.is_match(old) || PLACES.is_match(old) {
        return false;
    }
    let Some(off) = (1..=3).find_map(|group| WITHIN.group(new, group)).and_then(|off| off.parse::<f64>().ok()) else { return false };
    let Some((left, right)) = compared(old) else { return false };
    let number = |text: &str| NUMBER.group(text, 1)?.replace('_', "").parse::<f64>().ok();
    let Some(value) = number(&right).or_else(|| number(&left)).filter(|value| *value != 0.0) else { return false };
    off >= if RELATIVE.is_match(new) { 1.0 } else { value.abs() }
}

/// Whether an error was expected, and either an error or success is now: `x.is_ok() || x == Err(Bad)`.
fn either_way(old: &str, new: &str) -> bool {
    static ERROR: Pattern = Pattern::new(r"\bErr\(|\.is_err\(\)|\.unwrap_err\(\)|\.expect_err\(");
    static EITHER: Pattern =
        Pattern::new(r"\.is_ok\(\)\s*\|\||\|\|\s*[\w.]+\.is_ok\(\)|matches!\([^;]*(?:\bOk\([^|]*\|[^|]*\bErr\(|\bErr\([^|]*\|[^|]*\bOk\()");
    ERROR.is_match(old) && !EITHER.is_match(old) && EITHER.is_match(new)
}

/// Whether the other half of a choice says nothing of what was asked about: `a.b == null || c.isNotEmpty()`.
fn speaks_of_another(old: &str, new: &str) -> bool {
    static OR: Pattern = Pattern::new(r"\|\||\bor\b");
    let Some((asked, or)) = subject_of(old).zip(OR.find(new)) else { return false };
    let halves = (new.get(..or.start).unwrap_or(""), new.get(or.end..).unwrap_or(""));
    // A message may stand beside what is asked.
    let other = halves.1.split(['"', '\'']).next().unwrap_or("");
    asked.len() > 3 && halves.0.contains(asked) && !halves.1.contains(asked) && other.contains(['(', '.']) && !other.contains("==")
}

/// How many times more an assertion lets pass than before, when only that changed.
fn widened(old: &str, new: &str) -> Option<f64> {
    let number = |pattern: &Pattern, text: &str| {
        let group = (1..=3).find_map(|group| pattern.group(text, group))?;
        group.replace('_', "").parse::<f64>().ok()
    };
    let both = |pattern: &Pattern| number(pattern, old).zip(number(pattern, new));
    if let Some((was, is)) = both(&PLACES) {
        return (is < was).then(|| 10_f64.powf(was - is));
    }
    if let Some((was, is)) = both(&WITHIN) {
        return (is > was).then(|| if was > 0.0 { is / was } else { f64::INFINITY });
    }
    if bare(old) != bare(new) {
        return None;
    }
    if let Some((was, is)) = both(&AT_MOST) {
        return (is > was).then(|| if was > 0.0 { is / was } else { f64::INFINITY });
    }
    let (was, is) = both(&AT_LEAST)?;
    (is < was).then(|| if is > 0.0 { was / is } else { f64::INFINITY })
}

/// `text` without its numbers and texts: what two assertions share that differ in what they expect.
fn bare(text: &str) -> String {
    static VALUE: Pattern = Pattern::new(
        r"\x22[^\x22]*\x22|'[^']*'|\b\d[\w.]*\b|(?i)\bHttpStatus\.\w+|\bhttp\.Status\w+|\bStatusCode\.\w+|:\w+\b|\bis(?:Forbidden|Unauthorized|Ok)\b|\bassert(?:Forbidden|Unauthorized|Ok)\b",
    );
    let mut out = String::new();
    let mut at = 0;
    for found in VALUE.find_all(text) {
        out.push_str(text.get(at..found.start).unwrap_or(""));
        at = found.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_and_narrower() {
        for (old, new) in [
            ("assert a == pytest.approx(b, abs=0.001)", "assert a == pytest.approx(b, abs=1)"),
            ("self.assertAlmostEqual(a, b, places=7)", "self.assertAlmostEqual(a, b, places=1)"),
            ("expect(a).toBeCloseTo(f(1), 5)", "expect(a).toBeCloseTo(f(1), 0)"),
            ("assert.InDelta(t, a, b, 0.01)", "assert.InDelta(t, a, b, 5)"),
            ("EXPECT_NEAR(a, b, 1e-6);", "EXPECT_NEAR(a, b, 0.5);"),
            ("assert took < 2", "assert took < 60"),
            ("expect(n).toBeGreaterThan(90)", "expect(n).toBeGreaterThan(1)"),
        ] {
            assert!(widened(old, new).is_some_and(|factor| factor >= 10.0), "{old} -> {new}");
            assert_eq!(widened(new, old), None, "{new} -> {old}");
        }
        assert_eq!(widened("assert a < 2", "assert b < 60"), None);
    }
}
