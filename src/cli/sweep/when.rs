//! Moments as people write them: `24h`, `7d`, `2026-11-20`, `2026-11-20T08:30:00Z`. Dates are UTC.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use crate::model::time::Timestamp;

/// A moment before now, or a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So many seconds ago.
    Ago(i64),
    /// Then.
    At(Timestamp),
}

impl When {
    /// The moment written in `text`.
    ///
    /// # Errors
    /// One sentence saying what would be understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("'{text}' is no moment: write a span such as 24h, 7d or 2w, or a UTC date such as 2026-11-20 or 2026-11-20T08:30:00Z")
        };
        if let Some(seconds) = span(text) {
            return Ok(Self::Ago(seconds));
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0));
        let time = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
        let offset = DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp());
        let seconds = offset.or_else(|| date.or(time).map(|time| time.and_utc().timestamp()));
        seconds.map(|seconds| Self::At(Timestamp(seconds))).ok_or_else(wrong)
    }

    /// The moment, seen from `now`.
    #[must_use]
    pub fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(seconds) => Timestamp(now.0.saturating_sub(seconds)),
            Self::At(at) => at,
        }
    }
}

fn span(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let number = text.get(..text.len() - 1)?;
    number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse::<i64>().ok()?.checked_mul(unit)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now = Timestamp(1_000_000);
        assert_eq!(When::parse("2h").unwrap().from(now), Timestamp(1_000_000 - 7_200));
        assert_eq!(When::parse("1970-01-02").unwrap(), When::At(Timestamp(86_400)));
        assert_eq!(When::parse("1970-01-02T00:00:10Z").unwrap(), When::At(Timestamp(86_410)));
        assert_eq!(When::parse("1970-01-02T01:00:00+01:00").unwrap(), When::At(Timestamp(86_400)));
        for bad in ["", "h", "yesterday", "2d3", "99999999999999999999d", "2026-13-01", "-3h", "+3h"] {
            assert!(When::parse(bad).is_err(), "{bad}");
        }
    }
}
