//! Moments and spans in seconds. The clock itself is never read here.

/// Seconds since 1970-01-01T00:00:00Z, leap seconds ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Seconds from `self` to `later`, never negative.
    #[must_use]
    pub fn until(self, later: Self) -> u64 {
        u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0)
    }
}

/// `seconds` in the shortest form a person reads: `45s`, `12m`, `5h`, `3d`, `7w`, `2y`.
#[must_use]
pub fn short_age(seconds: u64) -> String {
    const UNITS: [(u64, char); 5] = [(31_557_600, 'y'), (604_800 * 2, 'w'), (86_400, 'd'), (3_600, 'h'), (60, 'm')];
    for (unit, letter) in UNITS {
        if seconds >= unit {
            let per = if letter == 'w' { 604_800 } else { unit };
            return format!("{}{letter}", seconds / per);
        }
    }
    format!("{seconds}s")
}

/// The day of `at` in UTC as `2026-11-20`, by the proleptic Gregorian calendar.
#[must_use]
pub fn day(at: Timestamp) -> String {
    // Years begin in March here, so that the leap day is a year's last.
    let days = at.0.div_euclid(86_400) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let cases = [(0, "1970-01-01"), (951_782_400, "2000-02-29"), (1_583_020_799, "2020-02-29"), (1_583_020_800, "2020-03-01")];
        for (at, expected) in cases.into_iter().chain([(-1, "1969-12-31"), (4_107_542_399, "2100-02-28"), (4_107_542_400, "2100-03-01")]) {
            assert_eq!(day(Timestamp(at)), expected);
        }
    }

    #[test]
    fn ages_read_short() {
        let cases =
            [(0, "0s"), (59, "59s"), (60, "1m"), (7_200, "2h"), (86_400, "1d"), (604_800, "7d"), (1_209_600, "2w"), (63_115_200, "2y")];
        for (seconds, expected) in cases {
            assert_eq!(short_age(seconds), expected);
        }
    }
}
