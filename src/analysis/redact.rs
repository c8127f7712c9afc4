//! Hiding secrets: whatever has a form that this program knows is replaced by a placeholder such as `[AWS_ACCESS_KEY]`.
//!
//! The forms are those of `rules/secrets`, the same that findings rest on, and the wider ones of `rules/lists/hidden.toml`. Nothing kept or shown anywhere may skip this door.

pub mod shown;

use std::borrow::Cow;

use super::formats::secrets::build;
use super::formats::secrets::veil::{Cover, Veil, covered};

/// `text` with every secret of a known form replaced by its placeholder.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let covers = covers(text);
    if covers.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(covered(text, covers)) }
}

/// `text` with those replaced and with all that `veil` hides.
#[must_use]
pub fn through(text: &str, veil: &Veil) -> String {
    let mut all = covers(text);
    all.extend(veil.covers(text));
    if all.is_empty() { text.to_owned() } else { covered(text, all) }
}

/// What is replaced wherever it stands: every form of this program, examples and all. Only forms that say little alone must look like one.
fn covers(text: &str) -> Vec<Cover> {
    let mut covers = build::own().matcher.covers(text, &|form, found| !form.own.judged || form.keeps(found));
    covers.extend(build::hidden().covers(text, &|_, _| true));
    covers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Put together here so that no scanner takes this file for a leak.
    fn fake(parts: &[&str]) -> String {
        parts.concat()
    }

    #[test]
    fn secrets_become_placeholders() {
        let cases = [
            (fake(&["id = 'AK", "IAQ3EGPYV5MZ7TBN2D'"]), "id = '[AWS_ACCESS_KEY]'"),
            (fake(&["id = 'AK", "IAIOSFODNN7EXAMPLE'"]), "id = '[AWS_ACCESS_KEY]'"),
            (fake(&["token: gh", "p_", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5 # x"]), "token: [GITHUB_TOKEN] # x"),
            (fake(&["xo", "xb-123456789012-abcdEFGH1234ijklMNOP"]), "[SLACK_TOKEN]"),
            (fake(&["postgres://app:s3", "cr3tV4lue@db.example/app"]), "postgres://app:[DATABASE_PASSWORD]@db.example/app"),
            (fake(&["export NPM_TOKEN=9f8e7d6c", "5b4a3928f7e6d5c4\n"]), "export NPM_TOKEN=[ENV_SECRET]\n"),
            ("nothing here".to_owned(), "nothing here"),
        ];
        for (text, expected) in cases {
            assert_eq!(redact(&text), expected);
        }
    }

    #[test]
    fn a_key_over_several_lines_goes_as_a_whole_also_when_cut_off() {
        let head = fake(&["-----BEGIN RSA PRI", "VATE KEY-----"]);
        let whole = format!("a\n{head}\nMIIEpAIBAAKCAQEAx\nabcDEF123+/=\n-----END RSA PRIVATE KEY-----\nb");
        let redacted = redact(&whole).into_owned();
        assert!(
            !redacted.contains("MIIE") && !redacted.contains("abcDEF") && redacted.ends_with("-----END RSA PRIVATE KEY-----\nb"),
            "{redacted}"
        );
        let json = format!("{{\"private_key\": \"{head}\\nMIIEpAIBAAKC\\nabc\"}}");
        assert!(!redact(&json).contains("MIIE"), "{}", redact(&json));
    }
}
