//! The clock of the client: now, and how long until then. Nothing else reads it here.
#![allow(clippy::disallowed_methods, reason = "limits, ages and dates of answers are measured against the clock")]

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, SystemTime};

use crate::model::time::Timestamp;

/// Now.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// `after` from now, rounded up to whole seconds.
pub(super) fn from_now(after: Duration) -> Timestamp {
    let whole = after.as_secs() + u64::from(after.subsec_nanos() > 0);
    Timestamp(now().0.saturating_add(i64::try_from(whole).unwrap_or(i64::MAX)))
}

/// `about`, half of it to one and a half of it, so that many do not come back at once.
pub(super) fn jittered(about: Duration) -> Duration {
    let chance = RandomState::new().hash_one(about) % 1000;
    about.mul_f64(0.5 + chance as f64 / 1000.0)
}

/// How long until `until`, and a moment more, so that many do not go on at once.
pub(super) fn left(until: Timestamp) -> Duration {
    let then = Duration::from_secs(u64::try_from(until.0).unwrap_or(0));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    then.saturating_sub(now) + jittered(Duration::from_millis(100))
}

/// `moment` as a person reads it, in UTC.
pub(super) fn shown(moment: Timestamp) -> String {
    let date = chrono::DateTime::from_timestamp(moment.0, 0).unwrap_or_default();
    if moment.until(now()) > 0 || now().until(moment) < 43_200 { date.format("%H:%M:%S UTC") } else { date.format("%Y-%m-%d %H:%M UTC") }
        .to_string()
}
