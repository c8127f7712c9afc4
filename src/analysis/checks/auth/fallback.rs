//! Secrets that are compared with themselves when nobody gives one: what is missing is replaced by what it is compared with. A part of
//! `condition-weakened`.

use super::compared::Compared;
use crate::analysis::check::Sink;
use crate::analysis::pattern::Pattern;

/// A longer function, in bytes, is not read for this.
const LONGEST: usize = 20_000;
/// More fallbacks than this stand in no function.
const MOST: usize = 40;

/// A name, and what it is where something is missing: a part of something, such as a record that was found.
static FALLS_BACK: Pattern = Pattern::new(
    r"(?:^|[\s({;])\$?([A-Za-z_]\w*)\s*(?::\s*[\w<>?]+\s*)?:?=\s*[^;=]{1,300}?(?:\?:|\?\?|\|\||\bor\b|\.orElse\s*\(|\.unwrap_or\s*\(|\.getOrElse\s*[({]|\belse\b|\s:\s)\s*\$?([A-Za-z_@]\w*(?:(?:\?|!!|!)?(?:\.|->)\w+|\[[\x22\x27:]\w+[\x22\x27]?\])+)",
);
static COMPARES: Pattern = Pattern::new(r"(?i)===?|\beql?\w*\b|equal|compare|timing_?safe|matches|verify|check");
static SECRET: Pattern = Pattern::new(r"(?i)passw|secret|token|hash|digest|hmac|signature|otp|\bpin\b|passcode|api_?key");
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");

impl Compared<'_, '_, '_> {
    /// What is given falls back to what it is compared with.
    pub fn falls_back(&self, sink: &mut Sink<'_>) {
        let function = self.new.body.function;
        let side = self.new.side;
        let bytes = side.bytes_of(function.first_line, function.last_line);
        let Some(text) = side.plain().get(bytes.clone()).filter(|text| text.len() <= LONGEST && SECRET.is_match(text)) else { return };
        let before = self.old.side.plain();
        let before = before.get(self.old.side.bytes_of(self.old.body.function.first_line, self.old.body.function.last_line)).unwrap_or("");
        for found in FALLS_BACK.find_all(text).take(MOST) {
            let whole = text.get(found.clone()).unwrap_or("");
            let (Some(name), Some(path)) = (FALLS_BACK.group(whole, 1), FALLS_BACK.group(whole, 2)) else { continue };
            let plain = bare(path);
            let (first, last) = (side.line_of(bytes.start + found.start), side.line_of(bytes.start + found.end.saturating_sub(1)));
            let new = side.touches(first, last) && !before.contains(whole.trim());
            if !new || !SECRET.is_match(path) && !SECRET.is_match(name) {
                continue;
            }
            let both = |line: &str| COMPARES.is_match(line) && bare(line).contains(&plain) && WORD.groups(line, 0).any(|word| word == name);
            let Some(compared) = text.get(found.end..).unwrap_or("").lines().find(|line| both(line)) else { continue };
            let at = self.new.body.inside(side).find(|at| side.statements()[*at].last_line >= first);
            if let Some(at) = at {
                let evidence = format!("{} … {}", whole.split_whitespace().collect::<Vec<_>>().join(" "), compared.trim());
                self.found(at, "What nobody gave is replaced by what it is compared with", &evidence, sink);
            }
        }
    }
}

/// A path without the signs by which it may be missing.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '?' | '!' | '$' | ' ')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_where_something_is_missing() {
        for (text, name, path) in [
            ("val given = user.password?.let { hash(it) }\n    ?: found?.password", "given", "found?.password"),
            ("const given = req.body.password || user.password;", "given", "user.password"),
            ("sent = params.get('token') or row['token']", "sent", "row['token']"),
        ] {
            assert_eq!((FALLS_BACK.group(text, 1), FALLS_BACK.group(text, 2)), (Some(name), Some(path)), "{text}");
        }
        assert_eq!(FALLS_BACK.group("a = b\n", 1), None);
        assert_eq!(bare("found?.password"), bare("found!!.password"));
    }
}
