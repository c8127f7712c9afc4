//! Comparisons of secrets: one that took the same time for every input and became an ordinary one. A part of `guard-removed`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

static CONSTANT_TIME: Pattern = Pattern::new(
    r"\b(?:timingSafeEqual|hmac\.Equal|timing_safe_equal|compare_digest|constant_time_compare|ConstantTimeCompare|secure_compare|fixed_length_secure_compare|hash_equals|FixedTimeEquals|constant_time_eq|ct_eq|MessageDigest\.isEqual|CRYPTO_memcmp|sodium_memcmp)\b",
);
static WITH_A_CONSTANT: Pattern = Pattern::new(
    r"(?:===?|!==?)\s*(?:null|undefined|nil|None|NULL|nullptr|true|false|-?\d|\x22\s*\x22|'\s*')|(?:typeof\b|\blen\b|length|size\(\)).*(?:===?|!==?)",
);
static PLAIN_COMPARE: Pattern = Pattern::new(r"===?|!==?|\beql?\?|\b(?:HasPrefix|starts_?[wW]ith|startsWith)\b");
/// Calls that compare two values whatever their answer is compared with.
static COMPARING_CALL: Pattern = Pattern::new(
    r"\.equals\s*\(|\bbytes\.Equal\s*\(|\b(?:memcmp|strn?cmp|strn?casecmp|bcmp)\s*\(|\bArrays\.equals\s*\(|\.(?:SequenceEqual|contentEquals|compareTo|Equals)\s*\(|\bnp\.array_equal\b|\bstring\.Equals\s*\(",
);

/// Lines on which values are compared in constant time.
pub static STEADY: Hint = Hint::new(|| Words::of([&CONSTANT_TIME]));

/// What a text must hold to compare in constant time.
#[must_use]
pub fn words() -> Words {
    Words::of([&CONSTANT_TIME])
}

/// A comparison in constant time gave way to one that ends at the first difference.
pub fn weakened(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let uses = |side: &SideView<'_>| {
        let spots = file.spots(&STEADY, side.side);
        let near = side.statements().iter().filter(|s| spots.meet(s.first_line, s.last_line));
        near.filter(|s| !is_import(side.code_of(s))).map(|s| CONSTANT_TIME.count(side.code_of(s))).sum::<usize>()
    };
    if uses(old) <= uses(new) {
        return cut_short(file, old, new, sink);
    }
    let lost = old
        .statements()
        .iter()
        .find(|s| old.touches(s.first_line, s.last_line) && !is_import(old.code_of(s)) && CONSTANT_TIME.is_match(old.code_of(s)));
    let Some(lost) = lost else { return };
    let name = |side: &SideView<'_>, statement: &Statement| statement.function.map(|at| side.functions()[at].name.clone());
    let wanted = name(old, lost);
    let plain = new.statements().iter().find(|s| {
        new.touches(s.first_line, s.last_line) && compares_values(new.code_of(s)) && (wanted.is_none() || name(new, s) == wanted)
    });
    match plain {
        Some(now) => sink.report(
            Draft::lines(file, new, now.first_line, now.last_line)
                .title("A comparison in constant time became an ordinary one")
                .why("An ordinary comparison ends at the first difference; the time it takes tells an attacker how much of a secret is right.")
                .severity(Severity::High),
        ),
        None if wanted.as_ref().is_some_and(|name| new.functions().iter().any(|function| function.name == *name)) => sink.report(
            Draft::lines(file, old, lost.first_line, lost.last_line).title("A comparison in constant time was removed").severity(Severity::Medium),
        ),
        None => {}
    }
}

/// What is compared in constant time is only the beginning of what was.
fn cut_short(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static CUT: Pattern = Pattern::new(
        r"\[\s*\d*\s*:\s*[^\]\s:]|\[\s*\d*\s*\.\.=?\s*[^\]\s]|\[\s*0\s*,\s*\w|\.(?:slice|subarray|substring|substr|Substring)\s*\(\s*0\s*,|\.(?:take|first|Take|chars\(\)\.take)\s*\(\s*\w|\b(?:substr|mb_substr)\s*\([^()]*,\s*0\s*,|\bcopyOf(?:Range)?\s*\(",
    );
    let compared = |side: &SideView<'_>, s: &Statement| s.bytes.len() <= 2_000 && CONSTANT_TIME.is_match(side.code_of(s));
    let spots = file.spots(&STEADY, new.side);
    let cut = |side: &SideView<'_>, s: &Statement| compared(side, s) && CUT.is_match(side.code_of(s));
    if old.statements().iter().any(|s| cut(old, s)) || !old.statements().iter().any(|s| compared(old, s)) {
        return;
    }
    let near = new.statements().iter().filter(|s| spots.meet(s.first_line, s.last_line) && new.touches(s.first_line, s.last_line));
    if let Some(now) = near.into_iter().find(|s| cut(new, s)) {
        let draft = Draft::lines(file, new, now.first_line, now.last_line).title("Only the beginning of a secret is compared");
        sink.report(draft.severity(Severity::High));
    }
}

/// Whether two values are compared, rather than one with nothing, a length or a constant.
fn compares_values(code: &str) -> bool {
    COMPARING_CALL.is_match(code) || PLAIN_COMPARE.is_match(code) && !WITH_A_CONSTANT.is_match(code)
}

fn is_import(code: &str) -> bool {
    ["import ", "from ", "use ", "require", "#include", "const {", "using "].iter().any(|word| code.trim_start().starts_with(word))
}
