//! What headers say of limits: what is left, whether this answer was a limit, and until when. Pure.

use chrono::DateTime;
use http::HeaderMap;

use crate::model::forge::Meter;
use crate::model::time::Timestamp;

/// An answer that says: later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// One counter is used up until then.
    Primary(Timestamp),
    /// Too much at once; nothing is to be asked until then, when that is said.
    Secondary(Option<Timestamp>),
}

/// A header as text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|text| !text.is_empty())
}

/// What the forge's clock said.
pub(super) fn dated(headers: &HeaderMap) -> Option<Timestamp> {
    text(headers, "date").and_then(date)
}

/// The counter an answer tells of, in our own clock's time.
pub(super) fn meter(headers: &HeaderMap, now: Timestamp) -> Option<Meter> {
    let number = |name: &str| text(headers, name)?.parse::<u64>().ok();
    let remaining = number("x-ratelimit-remaining")?;
    let reset = ours(headers, Timestamp(i64::try_from(number("x-ratelimit-reset")?).ok()?), now);
    Some(Meter { remaining, limit: number("x-ratelimit-limit").unwrap_or(remaining), reset })
}

/// Whether an answer of `status` that says `message` is a limit.
pub(super) fn of(status: u16, headers: &HeaderMap, message: &str, now: Timestamp) -> Option<Limit> {
    if !matches!(status, 200 | 403 | 429) {
        return None;
    }
    let said = message.to_ascii_lowercase();
    let names_it = said.contains("rate limit") || said.contains("abuse detection");
    if let Some(until) = retry_after(headers, now).filter(|_| status != 200 || names_it) {
        return Some(Limit::Secondary(Some(until)));
    }
    if said.contains("secondary rate limit") || said.contains("abuse detection") {
        return Some(Limit::Secondary(None));
    }
    let used_up = meter(headers, now).filter(|meter| meter.remaining == 0 && (names_it || (status != 200 && said.is_empty())));
    match used_up {
        Some(meter) => Some(Limit::Primary(meter.reset)),
        None if status == 429 || (status == 403 && names_it) => Some(Limit::Secondary(None)),
        None => None,
    }
}

/// `retry-after`, in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let value = text(headers, "retry-after")?;
    match value.parse::<i64>() {
        Ok(seconds) => Some(Timestamp(now.0.saturating_add(seconds.max(0)))),
        Err(_) => date(value).map(|then| ours(headers, then, now)),
    }
}

/// `theirs`, a moment of the forge's clock, in ours.
fn ours(headers: &HeaderMap, theirs: Timestamp, now: Timestamp) -> Timestamp {
    let ahead = dated(headers).map_or(0, |dated| dated.0.saturating_sub(now.0));
    Timestamp(theirs.0.saturating_sub(ahead))
}

fn date(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| Timestamp(date.timestamp()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn both_forms_of_retry_after_are_understood() {
        let seconds = headers(&[("retry-after", "30")]);
        assert_eq!(of(403, &seconds, "", NOW), Some(Limit::Secondary(Some(Timestamp(NOW.0 + 30)))));
        let date = headers(&[("retry-after", "Fri, 15 Jan 2027 08:01:00 GMT"), ("date", "Fri, 15 Jan 2027 08:00:00 GMT")]);
        assert_eq!(of(429, &date, "", NOW), Some(Limit::Secondary(Some(Timestamp(NOW.0 + 60)))));
        let skewed = headers(&[("retry-after", "Fri, 15 Jan 2027 09:01:00 GMT"), ("date", "Fri, 15 Jan 2027 09:00:00 GMT")]);
        assert_eq!(of(429, &skewed, "", NOW), Some(Limit::Secondary(Some(Timestamp(NOW.0 + 60)))), "their clock is an hour ahead");
    }

    proptest! {
        #[test]
        fn whatever_headers_say_a_limit_lies_ahead_or_is_none(after in "[ -~]{0,40}", date in "[ -~]{0,40}", message in ".*") {
            let said = headers(&[("retry-after", after.as_str()), ("date", date.as_str()), ("x-ratelimit-reset", after.as_str())]);
            if let (Some(Limit::Secondary(Some(until))), Ok(seconds)) = (of(429, &said, &message, NOW), after.trim().parse::<i64>()) {
                prop_assert!(until >= NOW && until.0 <= NOW.0.saturating_add(seconds.max(0)));
            }
        }
    }

    #[test]
    fn limits_are_told_from_refusals() {
        let left = headers(&[("x-ratelimit-remaining", "4000"), ("x-ratelimit-reset", "1800000100"), ("x-ratelimit-limit", "5000")]);
        let none = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1800000100"), ("x-ratelimit-limit", "5000")]);
        assert_eq!(of(403, &left, "You have exceeded a secondary rate limit", NOW), Some(Limit::Secondary(None)));
        assert_eq!(of(403, &none, "API rate limit exceeded for user ID 1", NOW), Some(Limit::Primary(Timestamp(1_800_000_100))));
        assert_eq!(of(403, &none, "Resource not accessible by personal access token", NOW), None);
        assert_eq!(of(403, &left, "Must have admin rights", NOW), None);
        assert_eq!(of(429, &left, "", NOW), Some(Limit::Secondary(None)));
        assert_eq!(of(404, &none, "rate limit", NOW), None);
        assert_eq!(of(200, &none, "", NOW), None);
        assert_eq!(of(200, &none, "API rate limit already exceeded", NOW), Some(Limit::Primary(Timestamp(1_800_000_100))));
    }
}
