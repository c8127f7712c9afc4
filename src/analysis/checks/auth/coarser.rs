//! Ends that are found later, or never: only days are compared where the moment was, and what names no end counts for ever. A part of
//! `expiry-comparison-changed`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::vuln::stops::refusals;
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, Severity};

/// A longer line is data.
const WIDEST: usize = 400;
/// More conditions of a function are not compared.
const MOST: usize = 50;

/// When something ends.
static ENDS: Pattern = Pattern::new(r"(?i)\w*expir\w*|\bexp\b|valid_?(?:until|to)\b|not_?after|end_?time");
/// What somebody shows to be let in.
static SHOWN: Pattern =
    Pattern::new(r"(?i)token|session|jwt|auth|cookie|otp\b|credential|passw|certificate|licen[cs]e|ticket|grant|invit|nonce|approval");
/// Two moments are compared.
static COMPARED: Pattern = Pattern::new(r"[^-=]>|<|(?i)\bis_?(?:before|after)\b|\.(?:before|after|compareTo|lt|gt|cmp)\s*\(");
/// Of a moment only the day is taken.
static DAY: Pattern = Pattern::new(
    r"(?x) \.date_naive\(\) | \.toLocalDate\(\) | \.to_date\b | \.date\(\) | \.Date\b | (?i:\.(?:start|end)_?of)\(\s*['\x22]day | \.truncatedTo\(\s*(?:ChronoUnit\.)?DAYS | \.toDateString\(\)
      | \.(?:beginning|end)_of_day\b | \b(?:start|end)OfDay\b | \.num_days\(\) | \.Truncate\(\s*24\b | \.inWholeDays\b | \.TotalDays\b",
);
/// Something counts only where it is not zero.
static SET: Pattern = Pattern::new(r"^\(?([\w.>()-]+?)(?:!=|>)0\)?(?:&&|and)\(?$|^\(?!([\w.>()-]+?)\.IsZero\(\)(?:&&|and)\(?$");

/// Reports both in functions that the change touches.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    for twin in twins(file) {
        if !SHOWN.is_match(twin.after()) && !SHOWN.is_match(&file.path) {
            continue;
        }
        by_day(file, &twin, sink);
        unless_zero(file, &twin, sink);
    }
}

/// `now >= self.expires_at` -> `now.date_naive() > self.expires_at.date_naive()`.
fn by_day(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    let asks = |text: &str| text.len() < WIDEST && ENDS.is_match(text) && COMPARED.is_match(text);
    let ends: Vec<&str> = twin
        .removed()
        .filter(|(_, text)| asks(text) && !DAY.is_match(text))
        .flat_map(|(_, text)| ENDS.groups(text, 0))
        .take(MOST)
        .collect();
    let same = |text: &str| ENDS.groups(text, 0).any(|end| ends.contains(&end));
    if let Some((line, _)) = twin.added().filter(|_| !ends.is_empty()).find(|(_, text)| asks(text) && DAY.is_match(text) && same(text)) {
        let draft = Draft::line(file, twin.new, line).title("What has expired counts until its day is over");
        sink.report(draft.severity(Severity::Medium).confidence(Confidence::Medium));
    }
}

/// `end <= now` -> `end != 0 && end <= now`.
fn unless_zero(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let asks = |(_, text): &(usize, &str)| text.len() < WIDEST && ENDS.is_match(text) && COMPARED.is_match(text);
    let were: Vec<String> = refusals(file, twin.old, &twin.was).filter(asks).take(MOST).map(|(_, text)| squeezed(text)).collect();
    if were.is_empty() {
        return;
    }
    for (line, is) in refusals(file, twin.new, &twin.is).filter(asks).take(MOST) {
        let is = squeezed(is);
        let before = were.iter().find_map(|was| is.strip_suffix(was.as_str()).or_else(|| is.strip_suffix(')')?.strip_suffix(was.as_str())));
        let named = before.and_then(|head| SET.group(head, 1).or_else(|| SET.group(head, 2)));
        if named.is_some_and(|name| ENDS.is_match(name)) {
            let draft = Draft::line(file, twin.new, line).title("What names no end never expires");
            return sink.report(draft.severity(Severity::Medium).confidence(Confidence::Medium));
        }
    }
}
