//! `cipher-downgraded`: the same line names a weaker algorithm than before. Passwords are `password-hash-weakened`'s.

use super::pairs::{pairs, squeezed};
use super::twins::twins;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/cipher-downgraded.toml`.
pub struct CipherDowngraded;

static NAMED: Pattern = Pattern::new(
    r"(?i)(?:(?:SslProtocols|SecurityProtocolType)\.\w+(?:\s*\|\s*(?:SslProtocols|SecurityProtocolType)\.\w+)*|sha[-_]?3?[-_]?(?:512|384|256|224)|sha[-_]?1\b|sha1|\bsha\b|md5|md4|crc32|aes[-_]?(?:128|192|256)?[-_/]?(?:gcm|cbc|ctr|ecb|ccm)|chacha20\w*|3des|tripledes|des[-_]?ede\w*|\bdes[-_](?:cbc|ecb)|\bdes\b|rc4|blowfish|tls[-_]?v?1[._]?[0123]|sslv?[23]|mode_(?:gcm|cbc|ecb|ctr)|modes\.(?:gcm|cbc|ecb|ctr))",
);

/// Ciphers that tell when something was changed, and those that show what repeats.
static SEALED: Pattern = Pattern::new(
    r"(?i)\b(?:AesGcm|AesCcm|ChaCha20_?Poly1305|XChaCha20Poly1305|Aes(?:128|256)Gcm\w*|AESGCM|AESCCM|GCMParameterSpec|NewGCM|secretbox\w*|crypto_(?:secretbox|aead)\w*|EVP_aes_\d+_gcm|EVP_chacha20_poly1305|Fernet)\b|aes[-_/](?:\d+[-_/])?gcm|\bMODE_(?:GCM|EAX|CCM|SIV)\b",
);
static BY_BLOCK: Pattern = Pattern::new(
    r"(?i)\b(?:En|De)cryptEcb\s*\(|\bCipherMode\.ECB\b|aes[-_/](?:\d+[-_/])?ecb|\bMODE_ECB\b|\bmodes\.ECB\b|\bEVP_(?:aes_\d+|des(?:_ede3?)?)_ecb\b|\bNewECBEncrypter\b|\becb::Encryptor\b|AES/ECB",
);

impl Check for CipherDowngraded {
    fn rule(&self) -> RuleId {
        RuleId("cipher-downgraded")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&NAMED, &SEALED]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() {
            return;
        }
        without_proof(file, sink);
        for (was, side, is) in pairs(file, |code| split(code).map(|(plain, _)| plain)) {
            let (before, after) = (strength(was.text), strength(is.text));
            if after < before {
                let evidence = format!("{} → {}", was.text.trim(), is.text.trim());
                sink.report(Draft::line(file, side, is.index).evidence(evidence));
            }
        }
    }
}

/// What was sealed so that nobody could change it is enciphered block by block: who holds it sees what repeats, and may change it.
fn without_proof(file: &FileView<'_>, sink: &mut Sink<'_>) {
    for twin in twins(file) {
        if twin.lost(&SEALED) == 0 || SEALED.is_match(twin.after()) {
            continue;
        }
        if let Some((line, _)) = twin.added().find(|(_, text)| text.len() <= 600 && BY_BLOCK.is_match(text)) {
            let title = "What was sealed is enciphered block by block, and nothing tells when it was changed";
            sink.report(Draft::line(file, twin.new, line).title(title));
        }
    }
}

/// A line without the algorithms it names, and how strong the weakest of them is; nothing for a line that names none.
fn split(code: &str) -> Option<(String, u8)> {
    if let Some(strength) = enciphers(code) {
        return Some(("openssl enc".to_owned(), strength));
    }
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

/// How strong what `openssl enc` on a command line makes is: its cipher first, then whether the key is derived with work.
fn enciphers(code: &str) -> Option<u8> {
    static ENC: Pattern = Pattern::new(r"\bopenssl\s+enc\b");
    static CIPHER: Pattern = Pattern::new(r"\s-([a-z][\w-]*\d[\w-]*|des3?|rc4|idea|seed|bf|cast|des[\w-]*)\b");
    ENC.find(code)?;
    let cipher = CIPHER.groups(code, 1).filter(|name| *name != "pbkdf2").map(worth).min()?;
    Some(cipher * 2 + u8::from(code.contains("-pbkdf2")))
}

/// What a cipher of `openssl enc` is worth: broken, old, or neither.
fn worth(name: &str) -> u8 {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match name {
        "des" | "des-cbc" | "des-ecb" | "rc4" | "rc4-40" => 0,
        _ if name.ends_with("-ecb") => 0,
        _ if has(&["des3", "des-ede", "bf", "cast", "idea", "seed", "rc2"]) => 1,
        _ => 2,
    }
}

/// Protocols of one list: the oldest tells what is taken.
fn oldest(name: &str) -> u8 {
    let old = |one: &str| match one.trim().rsplit('.').next().unwrap_or("") {
        "ssl2" | "ssl3" | "tls" | "default" => 0,
        "tls11" => 1,
        "tls12" => 2,
        _ => 3,
    };
    name.to_ascii_lowercase().split('|').map(old).min().unwrap_or(3)
}

fn strength(code: &str) -> u8 {
    split(code).map_or(0, |(_, strength)| strength)
}

/// How much a name promises; what is broken promises least.
fn rank(name: &str) -> u8 {
    if name.contains("SslProtocols") || name.contains("SecurityProtocolType") {
        return oldest(name);
    }
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
