//! `encoded-blob`: long encoded text, or a line too long for anybody, in source code.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/encoded-blob.toml`.
pub struct EncodedBlob;

/// A line longer than this was not written to be read, in bytes.
const LONGEST_LINE: usize = 5000;

static BASE64: Pattern = Pattern::new(r"[A-Za-z0-9+/_-]{200,}={0,2}");
static HEXADECIMAL: Pattern = Pattern::new(r"(?:\\x[0-9a-fA-F]{2}){60,}|\b[0-9a-fA-F]{200,}\b");
static PICTURE: Pattern =
    Pattern::new(r"data:(?:image|font|audio)/|sha(?:256|384|512)-|d=\x22M|iVBORw0KGgo|BEGIN CERTIFICATE|BEGIN PUBLIC KEY");

impl Check for EncodedBlob {
    fn rule(&self) -> RuleId {
        RuleId("encoded-blob")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        for line in file.added().filter(|line| line.text.len() >= 120) {
            let encoded = BASE64.find(line.text).filter(|found| mixes(line.text.get(found.clone()).unwrap_or("")));
            let long = line.text.len() > LONGEST_LINE;
            let Some((what, severity)) = (match encoded.or_else(|| HEXADECIMAL.find(line.text)) {
                Some(_) if PICTURE.is_match(line.text) => None,
                Some(found) => Some((format!("{} characters of encoded text", found.len()), Severity::Medium)),
                None if long => Some((format!("A line of {} characters", line.text.len()), Severity::Info)),
                None => None,
            }) else {
                continue;
            };
            // The text itself says nothing and may hold a secret.
            let start: String = line.text.trim_start().chars().take(40).collect();
            sink.report(Draft::line(file, side, line.index).title(what).evidence(format!("{start}…")).severity(severity));
        }
    }
}

/// Whether a run holds letters of both cases and digits, as encoded bytes do and names do not.
fn mixes(run: &str) -> bool {
    let has = |test: fn(&u8) -> bool| run.bytes().any(|byte| test(&byte));
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}
