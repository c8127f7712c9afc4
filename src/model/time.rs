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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_short() {
        let cases =
            [(0, "0s"), (59, "59s"), (60, "1m"), (7_200, "2h"), (86_400, "1d"), (604_800, "7d"), (1_209_600, "2w"), (63_115_200, "2y")];
        for (seconds, expected) in cases {
            assert_eq!(short_age(seconds), expected);
        }
    }
}
