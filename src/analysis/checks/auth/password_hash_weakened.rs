//! `password-hash-weakened`: a password is kept in a way that is cheaper to guess than before: fewer rounds, or a plain hash.
//!
//! Both sides are compared; how somebody hashes passwords from the start is no business of this rule.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/password-hash-weakened.toml`.
pub struct PasswordHashWeakened;

/// Functions made to be slow, and names of how slow.
static SLOW: Pattern = Pattern::new(
    r"(?i)bcrypt(?:[^o]|$)|scrypt|argon2|pbkdf2|gen_?salt|salt_?rounds|\bpassword_hash\b|PASSWORD_(?:BCRYPT|ARGON|DEFAULT)|GenerateFromPassword|(?:generate|make)_password(?:_hash)?|PasswordHasher|(?:hash|key|kdf|password)_?(?:rounds|iterations?|cost)|work_?factor|\bstretches\b|iteration_?count|Rfc2898DeriveBytes|has_secure_password|crypto_pwhash|crypt_gensalt",
);
/// Functions made to be fast, given something named after a password.
static FAST: Pattern = Pattern::new(
    r"(?i)\b(?:md5|sha-?1|sha-?256|sha-?512|crc32|base64|b64encode|hexdigest|createHash|MessageDigest|DigestUtils|Sum256|Digest::\w+)\b.*pass|pass\w*.*\b(?:md5|sha1|sha256|sha512|b64encode|createHash)\b|\b(?:EVP_Digest|EVP_Q_digest|SHA(?:1|256|512)|MD5|crypto_generichash|crypto_hash_sha\d+|gcry_md_hash_buffer|mbedtls_(?:sha|md)\w+|HashData)\s*\(.*\b(?:pass\w*|pwd?|secret)\b|\b(?:MessageDigest|NoOp|Md4|LdapSha|Standard)PasswordEncoder\b",
);
/// The same in a function that says by its name that it is about passwords.
static DIGEST: Pattern = Pattern::new(
    r#"(?i)\bhash\s*\(\s*["'](?:sha|md|crc|ripemd)\w*|\bhashlib\.(?:md5|sha\w+)\s*\(|\b(?:md5|sha1|sha256|sha512)\s*\(|\bcreateHash\s*\(|\bMessageDigest\.getInstance\s*\(|\bDigestUtils\.\w+Hex\s*\(|\bDigest::\w+\.\w*digest\b|\b(?:SHA\d+|MD5)\.(?:HashData|Create|Sum)\w*\s*\(|\bsha\d+\.Sum\w*\s*\(|\bSha(?:256|512)::(?:digest|new)\b"#,
);
static PASSWORDS: Pattern = Pattern::new(r"(?i)passw|pwd|credential");
/// A name of how slow a function is made, where the file has one.
static COUNTED: Pattern = Pattern::new(
    r"(?i)\b\w*(?:iterations?|rounds|stretches|work_?factor|time_?cost|memory_?cost|hash_?strength)\w*\s*(?::\s*\w+\s*)?:?=\s*\d|^\s*#\s*define\s+\w*(?:iter|rounds|cost)\w*\s+\(?\d|\bParams::new\s*\(",
);
/// What is only told.
static TELLS: Pattern = Pattern::new(r"^\s*(?:await\s+)?(?:\w+\.)*(?:warn\w*|log\w*|print\w*|debug|info|deprecat\w*)\s*\(");
static NUMBER: Pattern = Pattern::new(r"\b\d[\d_]*\b");
/// The name of a fast hash inside of a slow function: another one is no other call.
static INNER: Pattern = Pattern::new(r"(?i)\bsha_?-?(?:1|224|256|384|512)\b|\bmd5\b");
/// The least work there is, as a library calls it, and costs of bcrypt that nobody should begin with.
static LEAST: Pattern = Pattern::new(
    r"\bMinCost\b|_(?:OPS|MEM)LIMIT_MIN\b|\bBCryptPasswordEncoder\s*\(\s*(?:\$?[\w.]+\s*,\s*)?[4-8]\s*[,)]|\bgensalt\s*\(\s*(?:rounds\s*=\s*)?[4-8]\s*\)|\bwithIterations\s*\(\s*1\s*\)|\bParams::MIN_[MTP]_COST\b",
);
/// The least as a bound that something is held against.
static COMPARED: Pattern = Pattern::new(r"[<>]=?\s*(?:\w+(?:\.|::))*MinCost\b|\bMinCost\s*[<>]");
/// How passwords of a system are kept, told by the first signs; group: the name.
static SCHEME: Pattern = Pattern::new(r#"["'](?:\$(1|md5|3|sha1|2[abxy]?|5|6|7|y|gy|argon2(?:id|i|d))\$|_)"#);
/// Costs up to here are exponents: each less is half the work.
const LARGEST_EXPONENT: u64 = 31;
/// An exponent, and a number of rounds, below which guessing is quick on what anybody can rent.
const LEAST_EXPONENT: u64 = 10;
const LEAST_ROUNDS: u64 = 100_000;

impl Check for PasswordHashWeakened {
    fn rule(&self) -> RuleId {
        RuleId("password-hash-weakened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&SLOW, &COUNTED])).and(Reach::BEFORE, Words::of([&SLOW]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let looked_at = file.role.is_live() && file.role != Role::Manifest;
        let (Some(old), Some(new)) = (file.old().filter(|_| looked_at), file.new_side()) else { return };
        let (was, is) = (changed(old), changed(new));
        let costs = |side: &SideView<'_>, all: &[&'_ Statement]| -> Vec<Option<Cost>> {
            let slow = SLOW.is_match(side.text());
            all.iter().map(|s| Cost::of(side.plain_of(s), side.code_of(s), slow)).collect()
        };
        let (cost, costs_now) = (costs(old, &was), costs(new, &is));
        for (statement, now) in is.iter().zip(&costs_now) {
            let Some(now) = now else { continue };
            // What stood elsewhere has only moved.
            if was.iter().any(|before| old.plain_of(before).trim() == new.plain_of(statement).trim()) {
                continue;
            }
            let mut known = was.iter().zip(&cost).filter_map(|(statement, cost)| Some((statement, cost.as_ref()?)));
            if let Some((before, severity)) = known.find_map(|(before, cost)| Some((before, cost.weaker(now)?))) {
                let evidence = format!("{} → {}", brief(old, before), brief(new, statement));
                let draft =
                    Draft::lines(file, new, statement.first_line, statement.last_line).title("A password is hashed with far less work");
                sink.report(draft.evidence(evidence).severity(severity));
            }
        }
        let slow = |side: &SideView<'_>, s: &&&Statement| SLOW.is_match(side.code_of(s));
        if was.iter().filter(|s| slow(old, s)).count() > is.iter().filter(|s| slow(new, s)).count()
            && let Some(now) = is.iter().find(|s| (FAST.is_match(new.code_of(s)) || digests(new, s)) && !slow(new, s))
        {
            let draft = Draft::lines(file, new, now.first_line, now.last_line).title("A password is hashed by a function made to be fast");
            sink.report(draft);
        }
    }
}

fn changed<'v>(side: &'v SideView<'_>) -> Vec<&'v Statement> {
    const MOST: usize = 200;
    side.statements().iter().filter(|s| s.bytes.len() <= 2000 && side.touches(s.first_line, s.last_line)).take(MOST).collect()
}

/// Whether a function about passwords makes a sum of something.
fn digests(side: &SideView<'_>, statement: &Statement) -> bool {
    let about = || statement.function.and_then(|at| side.functions().get(at)).is_some_and(|function| PASSWORDS.is_match(&function.name));
    DIGEST.is_match(side.plain_of(statement)) && about()
}

fn brief(side: &SideView<'_>, statement: &Statement) -> String {
    side.plain_of(statement).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a statement says of how slow it is.
struct Cost {
    least: bool,
    /// How much the scheme it names is worth, where it names one.
    scheme: Option<u8>,
    numbers: Vec<u64>,
    /// Its words, with each number as one and the same.
    frame: Vec<String>,
}

impl Cost {
    /// `code`: `text` without what stands in its texts. `slow`: something else of the file is made to be slow.
    fn of(text: &str, code: &str, slow: bool) -> Option<Self> {
        if TELLS.is_match(code) || !(SLOW.is_match(text) || slow && COUNTED.is_match(text)) {
            return None;
        }
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        let words = words.map(|word| if INNER.is_match(word) { "hash" } else { word });
        Some(Self {
            least: LEAST.count(code) > COMPARED.count(code),
            scheme: SCHEME.find(text).map(|_| scheme(SCHEME.group(text, 1).unwrap_or(""))),
            numbers: NUMBER.groups(text, 0).filter_map(|number| number.replace('_', "").parse().ok()).collect(),
            frame: words.map(|word| if word.starts_with(|c: char| c.is_ascii_digit()) { "0" } else { word }.to_owned()).collect(),
        })
    }

    /// How grave it is that `now` says the same with a smaller number, or asks for the least there is.
    fn weaker(&self, now: &Self) -> Option<Severity> {
        if now.least && !self.least || self.scheme.zip(now.scheme).is_some_and(|(was, is)| is < was) {
            return Some(Severity::High);
        }
        if self.frame != now.frame || self.numbers.len() != now.numbers.len() {
            return None;
        }
        self.numbers.iter().zip(&now.numbers).filter(|(before, after)| after < before).find_map(|(before, after)| {
            let exponent = *before <= LARGEST_EXPONENT;
            let less = if exponent { before - after >= 2 } else { before / (*after).max(1) >= 4 };
            let little = if exponent { *after < LEAST_EXPONENT } else { *after < LEAST_ROUNDS };
            less.then_some(if little { Severity::High } else { Severity::Medium })
        })
    }
}

/// What a scheme of `crypt(3)` is worth: a single hash least, then many rounds of one, then what takes memory.
fn scheme(name: &str) -> u8 {
    match name {
        "5" | "6" => 1,
        "7" | "y" | "gy" | "2" | "2a" | "2b" | "2x" | "2y" | "argon2i" | "argon2d" | "argon2id" => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weaker(old: &str, new: &str) -> Option<Severity> {
        Cost::of(old, old, false)?.weaker(&Cost::of(new, new, false)?)
    }

    #[test]
    fn less_work_by_numbers() {
        assert_eq!(weaker("bcrypt.hash(p, 12)", "bcrypt.hash(p, 4)"), Some(Severity::High));
        assert_eq!(weaker("ROUNDS = pbkdf2(s, 600_000)", "ROUNDS = pbkdf2(s, 1_000)"), Some(Severity::High));
        assert_eq!(weaker("bcrypt.hash(p, 14)", "bcrypt.hash(p, 12)"), Some(Severity::Medium));
        assert_eq!(weaker("bcrypt(p, 14)", "bcrypt(p, bcrypt.MinCost)"), Some(Severity::High));
        for (old, new) in [
            ("bcrypt.hash(p, 10)", "bcrypt.hash(p, 12)"),
            ("bcrypt.hash(p, 12)", "bcrypt.hash(q, 4)"),
            ("x = 12", "x = 4"),
            ("bcrypt 12", "bcrypt 11"),
            ("find(libcrypto 11)", "find(libcrypto 3)"),
            ("warnings.warn('gone in 30, use scrypt')", "warnings.warn('gone in 3, use scrypt')"),
            ("bcrypt(p, 14)", "if cost < bcrypt.MinCost {"),
        ] {
            assert_eq!(weaker(old, new), None, "{old} -> {new}");
        }
    }
}
