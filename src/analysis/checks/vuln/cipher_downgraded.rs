//! `cipher-downgraded`: the same line names a weaker algorithm than before. Passwords are `password-hash-weakened`'s.

use super::pairs::{pairs, squeezed};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/cipher-downgraded.toml`.
pub struct CipherDowngraded;

static NAMED: Pattern = Pattern::new(
    r"(?i)(?:sha[-_]?3?[-_]?(?:512|384|256|224)|sha[-_]?1\b|sha1|\bsha\b|md5|md4|crc32|aes[-_]?(?:128|192|256)?[-_/]?(?:gcm|cbc|ctr|ecb|ccm)|chacha20\w*|3des|tripledes|des[-_]?ede\w*|\bdes[-_](?:cbc|ecb)|\bdes\b|rc4|blowfish|tls[-_]?v?1[._]?[0123]|sslv?[23]|mode_(?:gcm|cbc|ecb|ctr)|modes\.(?:gcm|cbc|ecb|ctr))",
);

impl Check for CipherDowngraded {
    fn rule(&self) -> RuleId {
        RuleId("cipher-downgraded")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&NAMED]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() {
            return;
        }
        for (was, side, is) in pairs(file, |code| split(code).map(|(plain, _)| plain)) {
            let (before, after) = (strength(was.text), strength(is.text));
            if after < before {
                let evidence = format!("{} → {}", was.text.trim(), is.text.trim());
                sink.report(Draft::line(file, side, is.index).evidence(evidence));
            }
        }
    }
}

/// A line without the algorithms it names, and how strong the weakest of them is; nothing for a line that names none.
fn split(code: &str) -> Option<(String, u8)> {
    let mut text = String::new();
    let (mut at, mut weakest) = (0, None);
    for found in NAMED.find_all(code) {
        text.push_str(code.get(at..found.start).unwrap_or(""));
        text.push('\u{0}');
        let own = rank(code.get(found.clone()).unwrap_or(""));
        weakest = Some(weakest.map_or(own, |known: u8| known.min(own)));
        at = found.end;
    }
    text.push_str(code.get(at..).unwrap_or(""));
    Some((squeezed(&text), weakest?))
}

fn strength(code: &str) -> u8 {
    split(code).map_or(0, |(_, strength)| strength)
}

/// How much a name promises; what is broken promises least.
fn rank(name: &str) -> u8 {
    let name: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["md4", "md5", "crc32", "ecb", "rc4", "ssl", "sslv", "tls10", "tlsv10"]) || name == "des" || name.starts_with("descbc") {
        0
    } else if name == "sha" || has(&["sha1", "3des", "tripledes", "desede", "blowfish", "tls11", "tlsv11"]) {
        1
    } else if has(&["cbc", "ctr", "sha224", "tls12", "tlsv12"]) {
        2
    } else {
        3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_is_weaker() {
        let weaker =
            [("sha256", "md5"), ("aes-256-gcm", "aes-256-ecb"), ("TLSv1_2", "TLSv1_0"), ("SHA-256", "SHA-1"), ("MODE_GCM", "MODE_ECB")];
        for (before, after) in weaker {
            assert!(strength(after) < strength(before), "{before} {after}");
        }
        assert!(strength("sha512") == strength("sha256") && strength("aes-128-gcm") == strength("AES-256-GCM"));
    }
}
