//! Checks that are still asked, and whose answer no longer counts: it is thrown away where it decided. A part of `guard-fails-open`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::vuln::twins::twins;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, Severity};

/// A longer line is data.
const LONGEST: usize = 600;
/// More lines of a function that ask something are a rewrite.
const MOST: usize = 200;

/// What throws an answer away; groups: what was asked.
static THROWN: Pattern = Pattern::new(
    r"^\s*(?:let\s+_\w*|_(?:\s*,\s*_)*)\s*:?=\s*(.*)$|^\s*\(\s*void\s*\)\s*(.*)$|^\s*(?:await\s+)?([^=]*?)\.ok\(\)\s*;\s*$|^\s*(?:await\s+)?([^=]*?)\.catch\s*\(\s*\(?\w*\)?\s*=>\s*(?:\{\s*\}|null|undefined|void\s+0)\s*\)|^\s*(?:try\?|@)\s*([\w$].*)$|^\s*([^=]*?)\s+rescue\s+nil\s*$",
);
static CALLED: Pattern = Pattern::new(r"([A-Za-z_]\w*[!?]?)\s*(?:::<[^>]*>)?\(");
/// Proves who somebody is or who wrote something, by its name.
static PROVES: Pattern = Pattern::new(
    r"(?i)^(?:\w*_)?(?:verif\w*|authenticat\w*|authori[sz]e\w*|compare_?hash\w*|check_?(?:sign|token|pass|perm|auth|access|cred|cert|hash|mac|role|scope|owner|session|webhook|csrf)\w*|(?:validate|ensure|require|assert|enforce)_?(?:sign|token|pass|perm|auth|access|cred|cert|hash|mac|role|scope|owner|session|webhook|csrf)\w*|\w*verify\w*|[eE]quals?|FixedTimeEquals|hash_equals|ConstantTimeCompare|timingSafeEqual|compare_digest|(?:fixed_length_)?secure_compare|\w*_memcmp)$|Verify|CompareHash",
);

/// What a text must hold to throw an answer away.
#[must_use]
pub(super) fn words() -> Words {
    Words::named([
        "verif", "authenti", "authori", "compare", "check", "validate", "ensure", "require", "assert", "enforce", "equal", "digest",
        "memcmp",
    ])
}

/// A call whose answer nobody took before either: it refuses by what it throws, and still does.
static ALONE: Pattern = Pattern::new(r"^\s*(?:await\s+)?[\w$.>:-]+\([^;{}]*\)\s*;?\s*$");

/// Whether a language tells what failed by throwing, whatever is done with an answer.
fn throws(language: Language) -> bool {
    matches!(language, Language::CSharp | Language::Python | Language::Kotlin | Language::Scala)
}

/// Reports checks whose answer ended something and is thrown away.
pub(super) fn thrown(file: &FileView<'_>, sink: &mut Sink<'_>) {
    for twin in twins(file) {
        let short = |(_, text): &(usize, &str)| text.len() <= LONGEST;
        let asked = |text: &str| CALLED.groups(text, 1).filter(|name| PROVES.is_match(name)).map(str::to_owned).collect::<Vec<_>>();
        let was: Vec<&str> =
            twin.removed().filter(short).filter(|(_, text)| !THROWN.is_match(text)).take(MOST).map(|(_, text)| text).collect();
        let counted: Vec<String> = was.iter().flat_map(|text| asked(text)).collect();
        if counted.is_empty() {
            continue;
        }
        // What stood alone refused by what it throws, and does so under a name for nothing.
        let answered: Vec<String> = was.iter().filter(|text| !ALONE.is_match(text)).flat_map(|text| asked(text)).collect();
        let still: Vec<String> =
            twin.added().filter(short).filter(|(_, text)| !THROWN.is_match(text)).take(MOST).flat_map(|(_, text)| asked(text)).collect();
        for (line, text) in twin.added().filter(short) {
            let Some(rest) = (1..=6).find_map(|group| THROWN.group(text, group)) else { continue };
            let counted = if text.trim_start().starts_with("_ =") && throws(file.language) { &answered } else { &counted };
            if asked(rest).iter().any(|name| counted.contains(name) && !still.contains(name)) {
                let draft = Draft::line(file, twin.new, line).title("The answer of a check decided, and is thrown away");
                sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_are_thrown_away() {
        for text in [
            "    let _ = Argon2::default().verify_password(a, &b);",
            "\t_ = bcrypt.CompareHashAndPassword(h, p)",
            "  await verifySignature(body, sig).catch(() => {});",
            "\t(void)crypto_sign_verify_detached(s, b, n, k);",
            "    key.verify_strict(p, s).ok();",
        ] {
            let rest = (1..=6).find_map(|group| THROWN.group(text, group)).unwrap_or("");
            assert!(CALLED.groups(rest, 1).any(|name| PROVES.is_match(name)), "{text}");
        }
        for text in ["let ok = key.verify_strict(p, s).ok();", "if verify(a) {", "const x = await verify(a);"] {
            assert!(!THROWN.is_match(text), "{text}");
        }
        assert!(!PROVES.is_match("checkForUpdates") && !PROVES.is_match("validateForm"));
    }
}
