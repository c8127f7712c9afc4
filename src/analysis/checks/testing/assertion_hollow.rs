//! `assertion-hollow`: an assertion that cannot fail: about a constant, about a value and itself, about what a mock was just told.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::assertions::{ASSERTION, asserts, guard_changes, said_from};
use super::compared::{compared, is_unanswered, subject_of};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

static CONSTANT: Pattern = Pattern::new(
    r"(?x) ^\s*assert\s+\(?\s*(True|true|1|not\s+False|1\s*==\s*1)\s*\)?\s*(,|;|$)
    | \b(assert(_true|True|IsTrue|\.ok|\.isTrue|\.True|\.isOk)?|Assert\.(True|IsTrue|That)|require\.True|EXPECT_TRUE|ASSERT_TRUE|REQUIRE|CHECK|TEST_ASSERT(?:_TRUE)?|ck_assert|cr_assert|BOOST_(?:TEST|CHECK|REQUIRE)|XCTAssertTrue|XCTAssert)!?\s*\(\s*(t,\s*)?(true|True|TRUE|1|!\s*false|not\s+False)\s*[,)]
    | \b(expect|assertThat)\s*\(\s*(true|1|!false)\s*\)\s*\.\s*(toBe\(|toEqual\(|toBeTruthy|toBeDefined|not\.toBe(Null|Falsy|Undefined)|isTrue|isNotNull|to\.be\.(true|ok)|to\.equal\(|to\s+(be|eq))
    | \b(assert(Is)?Not(Null|None)|Assert\.NotNull|assert_not_nil|refute_nil)\s*\(\s*(new\s+\w|\x22|'|\d)
    | (\blen\([\w.\[\]()]*\)|\b(count|strlen)\([^()]*\)|\.(length|size|count|len|Length|Count|LongCount|Size)(\(\))?)\s*>=\s*0\b | \.(length|size|count)(\(\))?\s*\)\s*\.(toBeGreaterThanOrEqual|isGreaterThanOrEqualTo|isAtLeast|to\.be\.at\.least)\(\s*0\s*\)
    | \b(assertGreaterEqual|assertGreaterThanOrEqual|GreaterOrEqual)\(\s*(t,\s*)?(0,\s*count\(|len\([\w.]*\),\s*0\b)
    | \b(EXPECT|ASSERT)_GE\(\s*[^,;]*\.(size|length|count)\(\)\s*,\s*0[uUzZ]*\s*\) | \.(Count|Length)(\(\))?\.Should\(\)\.BeGreater(Than)?OrEqualTo\(\s*0\s*[,)] | \.Should\(\)\.HaveCountGreater(Than)?OrEqualTo\(\s*0\s*[,)] | \.(Count|Length)(\(\))?,\s*Is\.(GreaterThanOrEqualTo\(\s*0|AtLeast\(\s*0|Not\.Negative)
    | \.(shouldBeGreaterThanOrEqual|hasSizeGreaterThanOrEqualTo)[\s(]+0\b | \.(size|length|count)\s+shouldBeGreaterThanOrEqual\s+0\b",
);
static OR_TRUE: Pattern = Pattern::new(r"(\|\|\s*true|\bor\s+True|\bor\s+true|\|\s*true)\s*(?:$|[,);])");
/// In C one is as true, and what asserts asks for nothing else.
static OR_ONE: Pattern = Pattern::new(r"\|\|\s*(?:1|!0|TRUE)\s*\)+\s*;");
/// In Python a tuple is true whatever stands in it.
static TUPLE: Pattern = Pattern::new(r"^\s*assert\s*\(\s*[^()]+(\([^()]*\))?[^()]*,\s*f?['\x22][^'\x22]*['\x22]\s*\)\s*$");
static LITERAL: Pattern = Pattern::new(r"^(-?\d[\w.]*|true|True|false|False|null|None|nil|'[^']*'|\x22[^\x22]*\x22)$");
/// Tests of equality itself compare a thing with itself on purpose.
static ABOUT_EQUALITY: Pattern =
    Pattern::new(r"(?i)eq(ual|_|s\b|$)|hash|ident|reflex|same|compar|\bord|nan\b|clone|copy|singleton|memo|cache");
static TOLD: Pattern = Pattern::new(
    r"\b([\w.]+)\.return_value\s*=\s*(.+?)\s*$|\b([\w.]+)\s*=\s*(?:\w+\.)?(?:Magic|Async)?Mock\(\s*return_value\s*=\s*([^,()]+)\)|(?:const|let|var)\s+(\w+)\s*=\s*(?:jest|vi|sinon)\.(?:fn|stub)\(\)\.(?:mock(?:Return|Resolved)Value|returns|resolves)\((.+?)\)|\b(?:when|given)\(\s*([\w.]+)\([^()]*\)\s*\)\.(?:thenReturn|willReturn)\(\s*(.+?)\s*\)\s*;?$",
);
static HOLLOW: Hint = Hint::new(|| Words::of([&ASSERTION]));
/// How far above an assertion a mock is told its answer.
const NEAR: usize = 12;

/// See `rules/code/assertion-hollow.toml`.
pub struct AssertionHollow;

impl Check for AssertionHollow {
    fn rule(&self) -> RuleId {
        RuleId("assertion-hollow")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::ADDED, &HOLLOW)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let inline = file.language == Language::Rust && file.role.is_live();
        if file.role != Role::Test && !inline || !file.language.is_code() {
            return;
        }
        equal_to_all(file, side, sink);
        let found: Vec<(usize, &'static str, bool)> = file
            .added_on(&HOLLOW)
            .filter(|line| asserts(line.code()) && (!inline || in_tests(side, line.index)))
            .filter_map(|line| hollow(file, side, line.index).map(|(title, grave)| (line.index, title, grave)))
            .collect();
        if found.is_empty() {
            return;
        }
        let replaces = real(file, Side::Old) > real(file, Side::New);
        for (index, title, grave) in found {
            let severity = match (replaces, grave) {
                (true, _) if guard_changes(file) => Severity::High,
                (true, _) if refuses(side, index) => Severity::High,
                (true, _) => Severity::Medium,
                (false, _) => Severity::Low,
            };
            sink.report(Draft::line(file, side, index).title(title).severity(severity));
        }
    }
}

/// Whether the line stands in the tests that a file of Rust brings with it.
fn in_tests(side: &SideView<'_>, index: usize) -> bool {
    (0..index).rev().take(3000).any(|at| side.line(at).text.trim_start().starts_with("#[cfg(test)]"))
}

/// Whether the test around the line says by its name that something is turned away.
fn refuses(side: &SideView<'_>, index: usize) -> bool {
    static NAME: Pattern = Pattern::new(
        r"(?i)reject|refus|forbid|den(?:y|ie)|unauthori[sz]ed|not_?allowed|forged|tamper|invalid_?(?:token|signature|password|session)|wrong_?(?:key|password|token)|expired|does_?not_?open|cannot_?|may_?not",
    );
    side.function_at(index).is_some_and(|function| NAME.is_match(&function.name))
}

/// Two questions about one thing of which one always holds, joined by `or`.
fn either(plain: &str) -> bool {
    static OR: Pattern = Pattern::new(r"\|\||\bor\b");
    const PAIRS: [(&str, &str); 9] = [
        (".is_none()", ".is_some()"),
        (".is_ok()", ".is_err()"),
        ("==null", "!=null"),
        ("===null", "!==null"),
        ("==nil", "!=nil"),
        ("isNone", "isnotNone"),
        ("==undefined", "!=undefined"),
        ("===undefined", "!==undefined"),
        (".nil?", ".present?"),
    ];
    let Some(or) = OR.find(plain) else { return false };
    let squeezed = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
    let (left, right) = (squeezed(plain.get(..or.start).unwrap_or("")), squeezed(plain.get(or.end..).unwrap_or("")));
    PAIRS.iter().flat_map(|(one, other)| [(one, other), (other, one)]).any(|(first, second)| {
        let (Some(asked), Some(at)) = (left.strip_suffix(first), right.find(second)) else { return false };
        right.get(..at).is_some_and(|name| name.len() > 1 && asked.ends_with(name))
    }) || whatever_the_order(&left, &right)
}

/// `a >= 0 || a < 0`, without blanks.
fn whatever_the_order(left: &str, right: &str) -> bool {
    static ASKED: Pattern = Pattern::new(r"([\w.$]+(?:\(\))?)(<=|>=|==|!=|<|>)(-?[\w.\x22']+)$");
    static OTHER: Pattern = Pattern::new(r"^\(?([\w.$]+(?:\(\))?)(<=|>=|==|!=|<|>)(-?[\w.\x22']+)");
    const OPPOSITE: [(&str, &str); 6] = [("<", ">="), (">=", "<"), (">", "<="), ("<=", ">"), ("==", "!="), ("!=", "==")];
    let same = |group: usize| ASKED.group(left, group).is_some_and(|one| OTHER.group(right, group) == Some(one));
    let signs = ASKED.group(left, 2).zip(OTHER.group(right, 2));
    same(1) && same(3) && signs.is_some_and(|signs| OPPOSITE.contains(&signs))
}

/// A comparison that says yes whatever it compares, and assertions that stood before and go through it now.
fn equal_to_all(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static COMPARES: Pattern = Pattern::new(
        r"(?i)^(?:__(?:eq|ne|lt|le|gt|ge|contains)__|==|===|eql?\??|equals?|is_?equal\w*|compare(?:To)?|matches|same\w*|asymmetricMatch)$",
    );
    static YES: Pattern = Pattern::new(
        r"(?i)^\s*(?:return\s+)?(?:true|.*(?:\|\|\s*true|\bor\s+true))\s*\)?;?\s*\}?\s*$|[{=]>?\s*(?:return\s+)?true\s*;?\s*\}?\s*$",
    );
    static OWNER: Pattern = Pattern::new(
        r"^\s*(?:(?:export|public|private|internal|static|final|sealed|abstract)\s+)*(?:class|struct|record|object|impl|type)\s+(\w+)",
    );
    let short = |at: usize| side.line(at).text.len() < 400;
    let was = LazyCell::new(|| Asserted::of(file.removed()));
    let is = LazyCell::new(|| Asserted::of(file.added()));
    for function in
        side.functions().iter().filter(|function| COMPARES.is_match(&function.name) && function.last_line < function.first_line + 8)
    {
        let body = function.first_line + usize::from(function.last_line > function.first_line)..=function.last_line;
        let Some(yes) = body.clone().find(|at| short(*at) && side.is_changed(*at) && YES.is_match(side.line(*at).code())) else { continue };
        let no = body.clone().any(|at| at != yes && side.line(at).code().contains("return"));
        let owner = (0..=function.first_line).rev().take(200).find_map(|at| OWNER.group(side.line(at).code(), 1));
        let Some(owner) = owner.filter(|owner| !no && owner.len() > 2) else { continue };
        let severity = if was.without(owner) > 0 && is.through(owner) > 0 { Severity::High } else { Severity::Low };
        sink.report(
            Draft::line(file, side, yes)
                .title(format!("`{owner}` is equal to everything, so what compares with it cannot fail"))
                .severity(severity),
        );
    }
}

/// Lines that assert, and how many of them speak of each name that is called, asked or made there.
struct Asserted<'v> {
    all: usize,
    by: BTreeMap<&'v str, usize>,
}

impl<'v> Asserted<'v> {
    fn of(lines: impl Iterator<Item = LineView<'v>>) -> Self {
        static NAMED: Pattern = Pattern::new(r"(\w+)(?:[(.]| \{)");
        let mut asserted = Self { all: 0, by: BTreeMap::new() };
        for line in lines.filter(|line| asserts(line.code())) {
            asserted.all += 1;
            let named: BTreeSet<&str> = NAMED.groups(line.text, 1).collect();
            named.into_iter().for_each(|name| *asserted.by.entry(name).or_default() += 1);
        }
        asserted
    }

    fn through(&self, name: &str) -> usize {
        self.by.get(name).copied().unwrap_or(0)
    }

    fn without(&self, name: &str) -> usize {
        self.all - self.through(name)
    }
}

/// How many changed lines of `side` assert something that can fail.
fn real(file: &FileView<'_>, side: Side) -> usize {
    let Some(view) = file.side(side) else { return 0 };
    let lines = view.changed_lines().filter(|line| asserts(line.code()));
    lines.filter(|line| hollow(file, view, line.index).is_none()).count()
}

/// Why the assertion on the line cannot fail, and whether it is one that compares.
pub(super) fn hollow(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> Option<(&'static str, bool)> {
    let plain = side.plain_line(index);
    if plain.len() > 400 {
        return None;
    }
    let or_one = matches!(file.language, Language::C | Language::Cpp) && OR_ONE.is_match(plain);
    if or_one || CONSTANT.is_match(plain) || OR_TRUE.is_match(plain) || either(plain) {
        return Some(("This assertion holds whatever the code does", false));
    }
    if file.language == Language::Python && TUPLE.is_match(plain) {
        return Some(("This assertion is about a tuple, which is always true", false));
    }
    if among_itself(plain) {
        return Some(("This assertion looks for a value in a list that holds it", true));
    }
    if asks_nothing(file.language, side, index) {
        return Some(("This asks about something and takes any answer", false));
    }
    let (left, right) = compared(plain)?;
    let about =
        side.function_at(index).is_some_and(|function| ABOUT_EQUALITY.is_match(&function.name)) || ABOUT_EQUALITY.is_match(file.name());
    let again = LITERAL.is_match(&left) || !left.contains('(') || knew_better(file, &left);
    if left == right && again && !about && !(left.is_empty() || said_above(side, index)) {
        return Some(("This assertion compares a value with itself", true));
    }
    let knew = || knew_better(file, &left) || knew_better(file, &right);
    if !about && works_out_again(side, index, (&left, &right)) && knew() {
        return Some(("This assertion works out again what it is about, and compares it with that", true));
    }
    told(side, index, (&left, &right)).then_some(("This assertion asks a mock for what it was just told", true))
}

/// Whether a question of JavaScript or Ruby stands there without what it must be answered by.
fn asks_nothing(language: Language, side: &SideView<'_>, index: usize) -> bool {
    /// What fails by itself where it finds nothing.
    static FINDS: Pattern = Pattern::new(r"\b(?:get|find)(?:All)?By\w*\(|\bfind\w*\(|\bwaitFor\w*\(");
    let short = side.line(index).text.trim_start();
    if !matches!(language, Language::JavaScript | Language::TypeScript | Language::Ruby)
        || !(short.starts_with("expect(") || short.starts_with("await expect("))
    {
        return false;
    }
    let said = said_from(side, index);
    let closed = said.matches('(').count() == said.matches(')').count();
    closed && said.trim_end().ends_with([')', ';', 's', 't']) && is_unanswered(&said) && !FINDS.is_match(&said)
}

/// Whether one side asks a name for what the other asks of what the name stands for: `r = pay(10)`, then `r.total == pay(10).total`.
fn works_out_again(side: &SideView<'_>, index: usize, (left, right): (&str, &str)) -> bool {
    static KEPT: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|val|auto|final|mut|[A-Z]\w*)\s+)*\$?(\w+)\s*:?=\s*([^=\s].*\))\s*;?\s*$");
    let squeezed = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
    let sides = (squeezed(left), squeezed(right));
    let first = side.function_at(index).map_or(0, |function| function.first_line).max(index.saturating_sub(NEAR));
    (first..index).filter(|at| side.line(*at).text.len() < 300).any(|at| {
        let text = side.plain_line(at);
        let Some((name, made)) = KEPT.group(text, 1).zip(KEPT.group(text, 2)) else { return false };
        let made = squeezed(made.strip_prefix("await ").unwrap_or(made));
        let asks = |one: &str, other: &str| {
            let rest = one.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[', '-', '?']));
            rest.is_some_and(|rest| other.strip_prefix("await").unwrap_or(other) == format!("{made}{rest}"))
        };
        asks(&sides.0, &sides.1) || asks(&sides.1, &sides.0)
    })
}

/// Whether a value is looked for in a list in which it stands itself: `expect([other, x]).toContain(x)`.
fn among_itself(plain: &str) -> bool {
    /// The value, then the list.
    static IN: Pattern = Pattern::new(
        r"\bassert\s+([\w.]+)\s+in\s+[\[({]([^\[\](){}\n]*)[\])}]|\bassertIn\(\s*([\w.]+)\s*,\s*[\[({]([^\[\](){}\n]*)[\])}]|\bexpect\(\s*([\w.]+)\s*\)\.(?:toBeOneOf|to\.be\.oneOf)\(\s*\[([^\[\]\n]*)\]",
    );
    /// The list, then the value.
    static HOLDS: Pattern = Pattern::new(
        r"\bexpect\(\s*\[([^\[\]\n]*)\]\s*\)\.(?:toContain|toContainEqual|to\.(?:include|contain))\(\s*([\w.]+)\s*\)|\bassert(?:True|That|Contains)?\(\s*(?:listOf|List\.of|setOf|Set\.of|arrayOf|Arrays\.asList)\(([^()\n]*)\)\s*(?:\)?\.contains\(|,)\s*([\w.]+)\s*\)",
    );
    let among = |list: &str, value: &str| !LITERAL.is_match(value) && list.split(',').any(|one| one.trim() == value);
    let pair = |pattern: &Pattern, at: usize| {
        pattern.group(plain, at).zip(pattern.group(plain, at + 1)).map(|(one, other)| (one.to_owned(), other.to_owned()))
    };
    [1, 3, 5].into_iter().filter_map(|at| pair(&IN, at)).any(|(value, list)| among(&list, &value))
        || [1, 3].into_iter().filter_map(|at| pair(&HOLDS, at)).any(|(list, value)| among(&list, &value))
}

/// Whether a line that went compared the same call with something else: what was known is asked of the code itself now.
fn knew_better(file: &FileView<'_>, call: &str) -> bool {
    struct Known(BTreeSet<String>);
    let known = file.shared(|file| {
        let told = file.removed().filter(|line| line.text.len() < 400 && asserts(line.code())).take(500);
        let pairs = told.filter_map(|line| compared(line.text.trim())).filter(|(left, right)| left != right);
        Known(pairs.flat_map(|(left, right)| [left, right]).collect())
    });
    known.0.contains(call)
}

/// Whether the name of the test, above, speaks of equality: `it('is equal to itself', …)`.
fn said_above(side: &SideView<'_>, index: usize) -> bool {
    (index.saturating_sub(6)..index).any(|at| {
        let text = side.line(at).text;
        super::assertions::begins_test(text) && ABOUT_EQUALITY.is_match(text)
    })
}

/// Whether one side is a call of a mock and the other what it was told to answer.
fn told(side: &SideView<'_>, index: usize, (left, right): (&str, &str)) -> bool {
    let first = side.function_at(index).map_or(0, |function| function.first_line).max(index.saturating_sub(NEAR));
    (first..index).filter(|at| side.line(*at).text.len() < 300).any(|at| {
        let text = side.plain_line(at);
        [(1, 2), (3, 4), (5, 6), (7, 8)].into_iter().any(|(name, value)| {
            let Some((name, value)) = TOLD.group(text, name).zip(TOLD.group(text, value)) else { return false };
            let value = value.trim_end_matches([';', ' ']);
            let asks = |one: &str, other: &str| {
                let called = one.strip_prefix("await ").unwrap_or(one).strip_prefix(name).is_some_and(|rest| rest.starts_with('('));
                called && one.ends_with(')') && other == value && subject_of(one).is_some()
            };
            asks(left, right) || asks(right, left)
        })
    })
}
