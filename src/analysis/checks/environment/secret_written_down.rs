//! `secret-written-down`: a password or key is written into code or settings, as a short literal that looks made up by somebody.
//!
//! Long values that look like chance, and those whose form says what they are, belong to the forms of secrets; values that came from a store
//! before to `secret-out-of-store`.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/secret-written-down.toml`.
pub struct SecretWrittenDown;

/// A longer line is data.
const LONGEST: usize = 300;
/// Longer values are told by their form.
const LONGEST_VALUE: usize = 40;

/// A name of a password or key that gets a literal; groups: the name, the value.
static WRITTEN: Pattern = Pattern::new(
    r#"(?:^|[^\w$])["']?((?:[A-Za-z0-9]+[_.-])*(?:[a-z0-9]*[Pp]assw(?:or)?d|[A-Z0-9]*PASSW(?:OR)?D|[a-z0-9]*[Pp]assphrase|PASSPHRASE|[Pp]wd|PWD|(?:[a-z0-9]+_)*(?:secret|api|signing|encryption|jwt)_?key|(?:[A-Z0-9]+_)*(?:SECRET|API|SIGNING|ENCRYPTION|JWT)_?KEY|(?:jwt|client|app)_?[sS]ecret|(?:[A-Z0-9]+_)*(?:JWT|CLIENT|APP)_SECRET))["']?\s*(?::\s*(?:str|string|String|&str|&'static str)\s*=|:=|=>|[:=])\s*["'`]([^"'`\s]{6,64})["'`]"#,
);
/// Values that stand for another one, or that nobody takes for a secret.
static STANDS_FOR: Pattern = Pattern::new(
    r"(?i)[${}<>%\\]|\*{3}|x{4}|\.{3}|example|placeholder|change|replace|insert|your|dummy|fake|sample|demo|test|mock|stub|todo|fixme|none|null|undefined|true|false|redact|secret|password|passw|hidden|masked|default|local|dev|guest|admin|root|user|login|token|key|qwerty|abc|123456|hunter2|letmein|foobar|hello|correct|field|input|label|text|/|\(|\)|(?-i:^[A-Z][A-Z_]+\d?$|^[a-z]+(?:[A-Z][a-z]+)+\d?$)|^[a-z]+(?:[._-][a-z]+)*\d{0,2}$|^#[0-9a-fA-F]{6}$|^\d+(?:\.\d+)*$",
);

impl Check for SecretWrittenDown {
    fn rule(&self) -> RuleId {
        RuleId("secret-written-down")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::named(["passw", "passphrase", "pwd", "key", "secret"]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        /// Where people try things out, and where texts for people stand.
        static MEANT: Pattern = Pattern::new(
            r"(?i)(?:^|[/_.-])(?:tests?|specs?|fixtures?|mocks?|examples?|samples?|demos?|seeds?|dev|local|i18n|locales?|lang|translations?|messages|stories|docs?|e2e|bench\w*|playground|tutorials?)(?:[/_.-]|$)",
        );
        let readable = file.language.is_code() || matches!(file.language, Language::Yaml | Language::Json | Language::Toml | Language::Hcl);
        let Some(side) = file.new_side().filter(|_| readable && file.role.is_live() && !MEANT.is_match(&file.path)) else { return };
        for line in file.added().filter(|line| line.text.len() <= LONGEST) {
            let plain = side.plain_line(line.index);
            let (Some(name), Some(value)) = (WRITTEN.group(plain, 1), WRITTEN.group(plain, 2)) else { continue };
            if value.len() <= LONGEST_VALUE && looks_made_up(value) && !STANDS_FOR.is_match(value) && !value.contains(name) {
                sink.report(Draft::line(file, side, line.index).title(format!("`{name}` is written down")));
            }
        }
    }
}

/// Whether a value mixes letters and digits as passwords do: both kinds, or cases, and no plain word.
fn looks_made_up(value: &str) -> bool {
    let count = |test: fn(char) -> bool| value.chars().filter(|c| test(*c)).count();
    let (digits, upper, lower) = (count(|c| c.is_ascii_digit()), count(|c| c.is_ascii_uppercase()), count(|c| c.is_ascii_lowercase()));
    let signs = value.chars().count() - digits - upper - lower;
    let kinds = [digits, upper, lower, signs].into_iter().filter(|many| *many > 0).count();
    digits > 0 && upper + lower > 1 && kinds > 2 && value.len() >= 8
}
