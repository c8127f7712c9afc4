//! Whether a value is a secret at all: what it says of itself, what it is made of, and the name it is given. For forms that say little alone.

use super::allow::Candidate;
use crate::analysis::role::Role;

/// Words that examples carry.
const WORDS: [&str; 12] = [
    "example",
    "changeme",
    "placeholder",
    "your_",
    "your-",
    "yourkey",
    "dummy",
    "redacted",
    "xxxxxx",
    "abcdefghij",
    "1234567890",
    "password",
];
/// Words that make a short value one.
const SHORT_WORDS: [&str; 14] =
    ["pass", "secret", "user", "postgres", "root", "test", "admin", "guest", "pwd", "foo", "bar", "token", "mysql", "redis"];

/// Whether a value says itself that it is none: `AKIA…EXAMPLE`, all x, one or two letters over and over, a name in brackets.
#[must_use]
pub fn is_example(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let named = WORDS.iter().any(|word| lower.contains(word));
    let plain = value.len() > 12 && kinds(&lower) <= 5;
    let short = value.len() <= 12 && SHORT_WORDS.iter().any(|word| lower.contains(word));
    named || plain || short || value.starts_with(['<', '*', '%', '[']) || value.ends_with("...")
}

/// How many different signs there are in `value`.
fn kinds(value: &str) -> usize {
    let mut seen = [false; 256];
    value.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|seen| **seen).count()
}

/// What a value that is given to the name of a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Something else: a hash, a name, a path, a text, a reference.
    Other,
    /// It may be one.
    Unsure,
    /// Most likely one.
    Secret,
}

/// Parts of names whose values are no secrets, without separators and case.
const OTHER_NAMES: [&str; 65] = [
    "public",
    "publish",
    "tokenurl",
    "tokenuri",
    "keyid",
    "keyname",
    "tokentype",
    "tokenname",
    "maxtoken",
    "primarykey",
    "foreignkey",
    "sortkey",
    "partitionkey",
    "cachekey",
    "storagekey",
    "idempoten",
    "csrf",
    "xsrf",
    "page",
    "continu",
    "cursor",
    "hash",
    "digest",
    "checksum",
    "integrity",
    "fingerprint",
    "sha1",
    "sha256",
    "sha512",
    "etag",
    "commit",
    "revision",
    "nonce",
    "example",
    "dummy",
    "sample",
    "test",
    "mock",
    "fake",
    "stub",
    "label",
    "title",
    "descri",
    "message",
    "error",
    "route",
    "endpoint",
    "header",
    "field",
    "column",
    "prefix",
    "suffix",
    "regex",
    "pattern",
    "format",
    "version",
    "author",
    "keyword",
    "keyboard",
    "monkey",
    "hotkey",
    "keycode",
    "shortcut",
    "sitekey",
    "querykey",
];
/// Ends of such names.
const OTHER_ENDS: [&str; 12] = ["url", "uri", "path", "file", "dir", "name", "id", "type", "class", "alias", "length", "count"];
/// Names that hold secrets and hardly anything else.
const STRONG: [&str; 6] = ["secret", "passw", "private", "signing", "encryption", "credential"];
/// What public or derived values begin with.
const OTHER_STARTS: [&str; 16] = [
    "MII",
    "AAAA",
    "ssh-",
    "pk_",
    "pk-",
    "pub",
    "sha1-",
    "sha256",
    "sha384-",
    "sha512-",
    "data:",
    "arn:",
    "urn:",
    "http",
    "/",
    "projects/",
];
/// Files of words, looks and pictures.
const OTHER_FILES: [&str; 14] =
    [".css", ".scss", ".less", ".svg", ".html", ".po", ".pot", ".arb", ".strings", ".resx", ".xlf", ".xliff", ".ftl", ".ipynb"];
const OTHER_FOLDERS: [&str; 6] = ["/locale", "/i18n/", "/lang/", "/langs/", "/translations/", "/messages/"];

/// Judges what `found` gives to a name.
#[must_use]
pub fn judge(found: &Candidate<'_>) -> Verdict {
    let value = found.secret;
    let name = name(found);
    if is_elsewhere(found.path) || is_other_name(&name) || is_example(value) || is_other_value(value) {
        return Verdict::Other;
    }
    let strong = STRONG.iter().any(|word| name.contains(word));
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex {
        // As long as a sum of git, MD5 or SHA: only the name can tell.
        let is_sum = matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128);
        return if strong || !is_sum { Verdict::Secret } else { Verdict::Unsure };
    }
    let mixed = mixture(value);
    if mixed < 25 || in_words(value) > 60 {
        Verdict::Other
    } else if mixed < 35 || !strong && value.len() < 24 {
        Verdict::Unsure
    } else {
        Verdict::Secret
    }
}

/// Files in which such values are words, looks or pictures, or not in use.
fn is_elsewhere(path: Option<&str>) -> bool {
    path.is_some_and(|path| {
        let lower = format!("/{}", path.to_ascii_lowercase());
        let role = Role::of(path);
        !(role.is_live() || role == Role::Data)
            || OTHER_FILES.iter().any(|end| lower.ends_with(end))
            || OTHER_FOLDERS.iter().any(|folder| lower.contains(folder))
    })
}

/// The name before the value, in lower case and without separators.
fn name(found: &Candidate<'_>) -> String {
    let before = found.line.find(found.whole).map_or(0, |at| at + found.whole.find(found.secret).unwrap_or(0));
    let mut rest = found.line.get(..before).unwrap_or("");
    loop {
        rest = rest.trim_end_matches(|sign: char| sign.is_whitespace() || "=:>\"'`([{&|?,".contains(sign));
        let start = rest.rfind(|sign: char| !(sign.is_ascii_alphanumeric() || "_-.$".contains(sign))).map_or(0, |at| at + 1);
        let word = rest.get(start..).unwrap_or("");
        match word {
            // A type between name and value.
            "str" | "string" | "String" | "static" | "const" => rest = rest.get(..start).unwrap_or(""),
            _ => return word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase(),
        }
    }
}

fn is_other_name(name: &str) -> bool {
    OTHER_NAMES.iter().any(|part| name.contains(part)) || OTHER_ENDS.iter().any(|end| name.ends_with(end))
}

/// References, templates, identifiers, sums with their method, counting rows.
fn is_other_value(value: &str) -> bool {
    let bytes = value.as_bytes();
    let refers = ["${", "{{", "$(", "%(", "process.env", "environ", "getenv", "secrets.", "vault:"].iter().any(|part| value.contains(part));
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let rows = bytes.windows(5).any(|row| row.windows(2).all(|two| two[1] == two[0].wrapping_add(1)));
    let is_path = value.matches('/').count() >= 2 && value.split('/').all(|part| part.len() < 16);
    refers
        || letters < 3
        || digits < 2
        || rows
        || is_path
        || kinds(value) < 8
        || is_uuid(bytes)
        || is_row_of_words(value)
        || OTHER_STARTS.iter().any(|start| value.starts_with(start))
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Four or more words or numbers, each for itself: `name_of_a_secret_2024`.
fn is_row_of_words(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['_', '-', '.', ' ']).collect();
    let is_plain = |part: &&str| {
        let all = |is: fn(&u8) -> bool| part.bytes().all(|byte| is(&byte));
        all(u8::is_ascii_lowercase) || all(u8::is_ascii_uppercase) || all(u8::is_ascii_digit)
    };
    parts.len() >= 4 && parts.iter().all(is_plain)
}

/// How often the kind of sign changes from one to the next, in parts of a hundred: chance changes all the time, names seldom.
fn mixture(value: &str) -> usize {
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let kinds: Vec<u8> = value.as_bytes().iter().map(kind).collect();
    let changes = kinds.windows(2).filter(|two| two[0] != two[1]).count();
    changes * 100 / value.len().max(1)
}

/// How much of `value` stands in runs of letters that could be words, in parts of a hundred.
fn in_words(value: &str) -> usize {
    let is_word = |run: &&str| {
        let vowels = run.bytes().filter(|byte| b"aeiouyAEIOUY".contains(byte)).count();
        let capitals = run.bytes().skip(1).filter(u8::is_ascii_uppercase).count();
        run.len() >= 4 && vowels * 5 >= run.len() && (capitals * 5 <= run.len() || capitals + 1 == run.len())
    };
    let words: usize = value.split(|sign: char| !sign.is_ascii_alphabetic()).filter(is_word).map(str::len).sum();
    words * 100 / value.len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_say_that_they_are() {
        let yes = ["AKIAIOSFODNN7EXAMPLE", "xxxxxxxxxxxxxxxxxxxx", "ababababababab", "<your key>", "hunter-pass", "abc..."];
        let no = ["q8Zt3Lk9Wd2Xv7Bn", "Vx82kqPz11"];
        assert!(yes.iter().all(|value| is_example(value)) && !no.iter().any(|value| is_example(value)));
    }

    fn judged(line: &str) -> Verdict {
        let quote = |at: &str| at.find(['"', '\'']).unwrap();
        let start = quote(line.rsplit_once(['=', ':']).map_or(line, |(_, value)| value)) + line.rfind(['=', ':']).unwrap() + 2;
        let secret = &line.get(start..line.len() - 1).unwrap();
        judge(&Candidate { commit: None, path: Some("src/a.py"), secret, whole: line, line })
    }

    #[test]
    fn chance_given_to_the_name_of_a_secret_is_one() {
        let random = ["q8Zt3Lk9Wd2Xv7Bn", "R5mYp0Ks"].concat();
        for name in ["api_key = ", "clientSecret: ", "\"admin_password\": ", "apiKey: string = ", "const SIGNING_KEY: &str = "] {
            assert_eq!(judged(&format!("{name}\"{random}\"")), Verdict::Secret, "{name}");
        }
        let hex = ["9f86d081884c7d65", "9a2feaa0c55ad015"].concat();
        assert_eq!(judged(&format!("client_secret = '{hex}'")), Verdict::Secret);
        assert_eq!(judged(&format!("api_key = '{hex}'")), Verdict::Unsure);
    }

    #[test]
    fn what_only_looks_like_it_is_none() {
        let random = ["q8Zt3Lk9Wd2Xv7Bn", "R5mYp0Ks"].concat();
        let lines = [
            format!("public_key = '{random}'"),
            format!("token_url = '{random}'"),
            format!("next_page_token = '{random}'"),
            format!("secret_key_hash = '{random}'"),
            "api_key = '014df517-39d1-4453-b7b3-9930c563627c'".to_owned(),
            "client_secret = 'this_is_the_name_of_a_secret_2024'".to_owned(),
            "secret_key = 'projects/acme/secrets/api-key/versions/12'".to_owned(),
            "accessKey = 'AccessKeyForTheMainAccountNumber42'".to_owned(),
            "auth_token = '${{ secrets.TOKEN_1234567 }}'".to_owned(),
            "api_secret = 'sha256-47DEQpj8HBSa0TImW5JCeuQeRkm5NMpJWZG3hSuFU0'".to_owned(),
            "app_key = 'components.settings.access.key.label1.2'".to_owned(),
        ];
        for line in lines {
            assert_eq!(judged(&line), Verdict::Other, "{line}");
        }
        let elsewhere = |path| judge(&Candidate { commit: None, path: Some(path), secret: &random, whole: "", line: "" });
        assert_eq!(elsewhere("tests/test_a.py"), Verdict::Other);
        assert_eq!(elsewhere("app/locales/de.json"), Verdict::Other);
        assert_eq!(elsewhere("package-lock.json"), Verdict::Other);
    }
}
