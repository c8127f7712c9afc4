//! `token-lifetime-widened`: what proves who somebody is stays good ten times as long, or past its end.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::identifier::words;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, LineView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/token-lifetime-widened.toml`.
pub struct TokenLifetimeWidened;

static TELLING: [&str; 17] = [
    "ttl",
    "expiry",
    "expires",
    "expire",
    "expiration",
    "lifetime",
    "skew",
    "leeway",
    "grace",
    "tolerance",
    "validity",
    "valid",
    "maxage",
    "age",
    "timeout",
    "expired",
    "limit",
];
static ABOUT: [&str; 14] = [
    "token",
    "tokens",
    "session",
    "sessions",
    "jwt",
    "auth",
    "cookie",
    "login",
    "otp",
    "nonce",
    "credential",
    "credentials",
    "password",
    "skew",
];
static NUMBER: Pattern = Pattern::new(r"\b\d[\d_]*(?:\.\d+)?");
static UNIT: Pattern = Pattern::new(
    r"(?i)\b(?:of|from_|num_|in)?_?(millis(?:econds)?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|years?)\b|\d(ms|s|m|h|d|w|y)\b",
);
static COMPARISON: Pattern =
    Pattern::new(r"!?\s*[\w.()]*\.(?:isBefore|isAfter|before|after|Before|After|is_before|is_after)\s*\(|<=|>=|<|>");

impl Check for TokenLifetimeWidened {
    fn rule(&self) -> RuleId {
        RuleId("token-lifetime-widened")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let live = file.role.is_live() && !file.role.is_mechanical();
        let (Some(side), Some(old)) = (file.new_side().filter(|_| live), file.old()) else { return };
        let about_file = words(&file.path).iter().any(|word| ABOUT.contains(&word.as_str()));
        let telling = |line: &LineView<'_>| line.text.len() < 400 && says(line.text, about_file);
        let removed: Vec<LineView<'_>> = old.changed_lines().filter(telling).take(200).collect();
        if removed.is_empty() {
            return;
        }
        for line in side.changed_lines().filter(|line| line.text.len() < 400).take(2000) {
            for before in &removed {
                if let Some(times) = widened(before.text, line.text) {
                    let title = format!("Stays good {times:.0} times as long");
                    sink.report(Draft::line(file, side, line.index).title(title).evidence(format!(
                        "{} -> {}",
                        before.text.trim(),
                        line.text.trim()
                    )));
                } else if flipped(before.text, line.text) {
                    let draft = Draft::line(file, side, line.index).title("The comparison with the time of expiry changed");
                    sink.report(
                        draft
                            .evidence(format!("{} -> {}", before.text.trim(), line.text.trim()))
                            .severity(Severity::Medium)
                            .confidence(Confidence::Low),
                    );
                }
            }
        }
    }
}

fn says(text: &str, about_file: bool) -> bool {
    let words = words(text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(&TELLING) && (about_file || has(&ABOUT))
}

/// How many times as long, where the lines differ in nothing but numbers and units.
fn widened(before: &str, after: &str) -> Option<f64> {
    if frame(before) != frame(after) {
        return None;
    }
    let times = seconds(after)? / seconds(before)?;
    (times >= 10.0 && times.is_finite()).then_some(times)
}

/// A line without its numbers, units, signs and blanks.
fn frame(text: &str) -> String {
    let mut out = String::new();
    for word in words(text) {
        let unit = UNIT.is_match(&word) || ["of", "time", "second", "minute", "hour", "day", "duration"].contains(&word.as_str());
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        let joined = word.trim_start_matches("of");
        if !unit && !number && !UNIT.is_match(joined) {
            out.push_str(&word);
            out.push(' ');
        }
    }
    out
}

/// The product of a line's numbers, in seconds where it names a unit.
fn seconds(text: &str) -> Option<f64> {
    let mut numbers =
        NUMBER.groups(text, 0).filter_map(|number| number.replace('_', "").parse::<f64>().ok()).filter(|number| *number > 0.0).peekable();
    numbers.peek()?;
    let product: f64 = numbers.product();
    let unit = words(text).iter().rev().find_map(|word| factor(word)).or_else(|| factor(UNIT.group(text, 2)?)).unwrap_or(1.0);
    Some(product * unit)
}

fn factor(word: &str) -> Option<f64> {
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
    Some(match letters {
        "ms" | "millis" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        "y" | "year" | "years" => 31_536_000.0,
        _ => return None,
    })
}

/// Whether two lines say the same but compare the other way.
fn flipped(before: &str, after: &str) -> bool {
    let operators =
        |text: &str| COMPARISON.find_all(text).filter_map(|range| text.get(range)).map(|found| found.replace(' ', "")).collect::<Vec<_>>();
    let bare =
        |text: &str| words(text).into_iter().filter(|word| !["is", "not", "before", "after"].contains(&word.as_str())).collect::<Vec<_>>();
    let (old, new) = (operators(before), operators(after));
    !old.is_empty() && old != new && !new.is_empty() && bare(before) == bare(after)
}
