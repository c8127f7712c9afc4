//! Secrets of known forms: finding them in a text, and replacing them with placeholders such as `[AWS_ACCESS_KEY]`.
//!
//! The forms are `rules/secrets.toml`. Linear in the text: a literal must be there before its pattern is tried. Nothing kept or shown
//! anywhere may skip this door.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use super::formats::secrets::build;
use super::formats::secrets::veil::{Cover, Veil, covered};
use super::rules::data;

static FORMS: LazyLock<Forms> = LazyLock::new(|| Forms::read(data("secrets.toml")));

/// A secret in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its bytes.
    pub bytes: Range<usize>,
    /// The bytes of the text around it that told what it is.
    pub around: Range<usize>,
    /// Who issues such secrets, in words.
    pub provider: &'static str,
    /// Whether the form is public by design, or says little alone.
    pub weak: bool,
    /// Whether it is plainly an example.
    pub example: bool,
    placeholder: &'static str,
}

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

/// What is replaced wherever it stands: every form of this program, examples and all, but for those that say little alone.
fn covers(text: &str) -> Vec<Cover> {
    let mut covers: Vec<Cover> = find(text).into_iter().map(|secret| (secret.bytes, secret.placeholder.to_owned())).collect();
    covers.extend(build::own().matcher.covers(text, &|form, found| !form.own.judged || form.keeps(found)));
    covers
}

/// The secrets in `text`, in order; where forms overlap the first that begins wins, examples included.
#[must_use]
pub fn find(text: &str) -> Vec<Secret> {
    let forms = &*FORMS;
    let mut wanted = vec![false; forms.list.len()];
    for found in forms
        .literals
        .iter()
        .flat_map(|(literals, owners)| literals.find_overlapping_iter(text).filter_map(|found| owners.get(found.pattern().as_usize())))
    {
        if let Some(flag) = wanted.get_mut(*found) {
            *flag = true;
        }
    }
    let mut secrets: Vec<Secret> =
        forms.list.iter().zip(wanted).filter(|(_, wanted)| *wanted).flat_map(|(form, _)| form.find(text)).collect();
    secrets.sort_by_key(|secret| (secret.bytes.start, std::cmp::Reverse(secret.bytes.end)));
    let mut end = 0;
    secrets.retain(|secret| {
        let apart = secret.bytes.start >= end;
        end = if apart { secret.bytes.end } else { end };
        apart
    });
    secrets
}

struct Forms {
    list: Vec<Form>,
    /// The literals, and which form each belongs to.
    literals: Option<(AhoCorasick, Vec<usize>)>,
    mistakes: Vec<String>,
}

struct Form {
    provider: &'static str,
    placeholder: &'static str,
    pattern: Regex,
    weak: bool,
}

impl Form {
    fn find(&self, text: &str) -> Vec<Secret> {
        let found = self.pattern.captures_iter(text.as_bytes()).filter_map(|captures| {
            let whole = captures.get(0)?;
            let secret = captures.name("secret").filter(|part| !part.is_empty()).unwrap_or(whole);
            let body = text.get(secret.range())?;
            Some(Secret {
                bytes: secret.range(),
                around: whole.range(),
                provider: self.provider,
                weak: self.weak,
                example: is_example(body),
                placeholder: self.placeholder,
            })
        });
        found.collect()
    }
}

/// Whether a value says itself that it is none: `AKIA…EXAMPLE`, all x, one or two letters over and over, a name in brackets.
fn is_example(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let named = [
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
    ]
    .iter()
    .any(|word| lower.contains(word));
    let mut kinds = [false; 256];
    lower.bytes().for_each(|byte| kinds[usize::from(byte)] = true);
    let plain = value.len() > 12 && kinds.iter().filter(|seen| **seen).count() <= 5;
    let short = value.len() <= 12
        && ["pass", "secret", "user", "postgres", "root", "test", "admin", "guest", "pwd", "foo", "bar", "token", "mysql", "redis"]
            .iter()
            .any(|word| lower.contains(word));
    named || plain || short || value.starts_with(['<', '*', '%', '[']) || value.ends_with("...")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    secret: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    provider: String,
    placeholder: String,
    literal: Vec<String>,
    pattern: String,
    #[serde(default)]
    note: bool,
}

impl Forms {
    fn read(text: &str) -> Self {
        let mut forms = Self { list: Vec::new(), literals: None, mistakes: Vec::new() };
        let file: File = match toml::from_str(text) {
            Ok(file) => file,
            Err(error) => {
                forms.mistakes.push(error.to_string());
                return forms;
            }
        };
        let (mut literals, mut owners) = (Vec::new(), Vec::new());
        for entry in file.secret {
            match RegexBuilder::new(&entry.pattern).unicode(false).build() {
                Ok(pattern) => {
                    owners.extend(entry.literal.iter().map(|_| forms.list.len()));
                    literals.extend(entry.literal);
                    // Read once for the whole run of the program.
                    let (provider, placeholder) = (entry.provider.leak(), entry.placeholder.leak());
                    forms.list.push(Form { provider, placeholder, pattern, weak: entry.note });
                }
                Err(error) => forms.mistakes.push(format!("{}: {error}", entry.provider)),
            }
        }
        match AhoCorasick::builder().ascii_case_insensitive(true).build(&literals) {
            Ok(searcher) => forms.literals = Some((searcher, owners)),
            Err(error) => forms.mistakes.push(error.to_string()),
        }
        forms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Put together here so that no scanner takes this file for a leak.
    fn fake(parts: &[&str]) -> String {
        parts.concat()
    }

    #[test]
    fn every_form_can_be_read() {
        assert_eq!(FORMS.mistakes, Vec::<String>::new());
        assert!(FORMS.list.len() >= 40);
    }

    #[test]
    fn secrets_become_placeholders() {
        let cases = [
            (fake(&["id = 'AK", "IAQ3EGPYV5MZ7TBN2D'"]), "id = '[AWS_ACCESS_KEY]'"),
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

    #[test]
    fn examples_are_known_as_such() {
        let example = |text: &str| find(text).iter().map(|secret| secret.example).collect::<Vec<_>>();
        assert_eq!(example(&fake(&["AK", "IAIOSFODNN7EXAMPLE"])), [true]);
        assert_eq!(example(&fake(&["gh", "p_", &"x".repeat(36)])), [true]);
        assert_eq!(example("postgres://user:password@localhost/db"), [true]);
        assert_eq!(example(&fake(&["AK", "IAQ3EGPYV5MZ7TBN2D"])), [false]);
    }
}
