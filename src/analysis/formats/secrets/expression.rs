//! A regular expression of Go's syntax, made ready for the regex crate: the same family, with a few signs read differently.
//!
//! On bytes with ASCII classes, linear in the text, compiled when first used.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Captures, Regex, RegexBuilder};

/// What a compiled expression may take, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

/// An expression. It cannot fail: [`Expression::checked`] says what is wrong with it before it is used.
#[derive(Clone, Debug)]
pub struct Expression {
    source: String,
    unicode: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Expression {
    /// The expression `source`, written for Go; not compiled yet.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let unicode = !source.is_ascii() || source.contains(r"\p") || source.contains(r"\P");
        Self { source: translated(source), unicode, compiled: OnceLock::new() }
    }

    /// The same, compiled at once.
    ///
    /// # Errors
    /// One sentence, when it is none.
    pub fn checked(source: &str) -> Result<Self, String> {
        let expression = Self::new(source);
        let regex = expression.compile().map_err(|error| sentence(source, &error))?;
        Ok(Self { compiled: OnceLock::from(Some(regex)), ..expression })
    }

    /// How many groups it has besides the whole; 0 when it is none.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.regex().map_or(0, |regex| regex.captures_len().saturating_sub(1))
    }

    /// Whether it occurs in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }

    /// Its first occurrence in `text` at `from` or later.
    pub(super) fn find_at(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        self.regex().filter(|_| from <= text.len())?.find_at(text, from).map(|found| found.range())
    }

    /// Its groups there.
    pub(super) fn captures_at<'t>(&self, text: &'t [u8], from: usize) -> Option<Captures<'t>> {
        self.regex().filter(|_| from <= text.len())?.captures_at(text, from)
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| self.compile().ok()).as_ref()
    }

    fn compile(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.source).unicode(self.unicode).octal(true).size_limit(LARGEST).build()
    }
}

fn sentence(source: &str, error: &regex::Error) -> String {
    if matches!(error, regex::Error::CompiledTooBig(_)) {
        return format!("its regex takes more than {} MiB; make its repetitions smaller", LARGEST / 1024 / 1024);
    }
    let text = error.to_string();
    let last = text.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
    let around = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|sign| source.contains(sign));
    if around {
        return "its regex looks around (`(?=`, `(?!`, `(?<=`, `(?<!`), which linear-time engines such as Go's do not; match more and name a group with secretGroup".to_owned();
    }
    format!("its regex cannot be read: {last}")
}

/// `source` with what Go takes literally and the regex crate does not written so that both agree: a brace that repeats nothing, signs of
/// set operations inside a class, and `\Q…\E`.
fn translated(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 8);
    let mut rest = source;
    let mut class = None;
    while let Some(sign) = rest.chars().next() {
        let after = rest.get(sign.len_utf8()..).unwrap_or("");
        if let Some(quoted) = rest.strip_prefix(r"\Q") {
            let (literal, later) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
            out.push_str(&regex::escape(literal));
            rest = later;
            continue;
        }
        if sign == '\\' {
            let length = escape(after);
            out.push(sign);
            out.push_str(after.get(..length).unwrap_or(""));
            rest = after.get(length..).unwrap_or("");
            continue;
        }
        let length = match class {
            None => outside(rest, sign, &mut class, &mut out),
            Some(at) => inside(rest, sign, at, &mut class, &mut out),
        };
        rest = rest.get(length..).unwrap_or("");
    }
    out
}

/// How many bytes belong to the backslash before `after`: one sign, and a name in braces for `\p{Greek}` and `\x{10FFFF}`.
fn escape(after: &str) -> usize {
    let one = after.chars().next().map_or(0, char::len_utf8);
    let braced = after.get(one..).is_some_and(|rest| rest.starts_with('{')) && after.starts_with(['p', 'P', 'x']);
    if braced { after.find('}').map_or(one, |end| end + 1) } else { one }
}

/// One sign outside of a class; how many bytes of `rest` it took. `class` becomes the length of `out` after an opening bracket.
fn outside(rest: &str, sign: char, class: &mut Option<usize>, out: &mut String) -> usize {
    match sign {
        '[' => {
            let opening = if rest.starts_with("[^") { "[^" } else { "[" };
            out.push_str(opening);
            *class = Some(out.len());
            opening.len()
        }
        '{' => {
            let counts = repetition(rest);
            out.push_str(counts.unwrap_or(r"\{"));
            counts.map_or(1, str::len)
        }
        _ => {
            out.push(sign);
            sign.len_utf8()
        }
    }
}

/// One sign inside of a class that began when `out` was `at` long.
fn inside(rest: &str, sign: char, at: usize, class: &mut Option<usize>, out: &mut String) -> usize {
    match sign {
        '[' => {
            if let Some(end) = rest.strip_prefix("[:").and_then(|name| name.find(":]")) {
                let named = rest.get(..end + 4).unwrap_or("");
                out.push_str(named);
                return named.len();
            }
            out.push_str(r"\[");
        }
        // A closing bracket that comes first is one of the signs.
        ']' if out.len() == at => out.push_str(r"\]"),
        ']' => {
            *class = None;
            out.push(']');
        }
        '&' | '~' => {
            out.push('\\');
            out.push(sign);
        }
        '-' if rest.starts_with("--") => {
            out.push_str(r"\-");
        }
        _ => out.push(sign),
    }
    sign.len_utf8()
}

/// `{2}`, `{2,}` or `{2,5}` at the start of `rest`.
fn repetition(rest: &str) -> Option<&str> {
    let end = rest.find('}')?;
    let body = rest.get(1..end)?;
    let (least, most) = body.split_once(',').unwrap_or((body, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && digits(least) && digits(most)).then(|| rest.get(..=end)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_literally_is_read_so() {
        let cases = [
            (r"^\${(?:[A-Z_]+)}$", "${HOME}", true),
            (r"^\$(?:\d+|{\d+})$", "${12}", true),
            (r"x{2,3}y", "xxy", true),
            (r"x{2,3}y", "xy", false),
            (r"[[]a", "[a", true),
            (r"[^[]a", "[a", false),
            (r"[]a]+z", "]az", true),
            (r"[[:alnum:]_]{3}", "a_1", true),
            (r"[a&&b]c", "&c", true),
            (r"\Qa.b{\E+", "a.b{{", true),
            (r"\Qa.b\E", "axb", false),
            (r"^\p{Greek}$", "λ", true),
        ];
        for (source, text, expected) in cases {
            let expression = Expression::checked(source);
            assert_eq!(expression.as_ref().map(|found| found.is_match(text)), Ok(expected), "{source} on {text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let why = |source: &str| Expression::checked(source).err().unwrap_or_default();
        assert!(why("(?!a)b").contains("looks around"));
        assert!(why("a(").starts_with("its regex cannot be read: ") && !why("a(").contains('\n'), "{}", why("a("));
        assert!(why("(?:[a-z]{1000}){1000}").contains("8 MiB"));
        assert!(!Expression::new("a(").is_match("a("));
    }
}
