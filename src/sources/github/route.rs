//! Parts of REST routes, percent-encoded: names from outside must not reach another route.

use std::fmt::Write as _;

use chrono::DateTime;

use crate::model::time::Timestamp;

/// `text` as one segment of a path or one value of a query.
pub(super) fn segment(text: &str) -> String {
    encoded(text.as_bytes())
}

/// `path` as several segments: its slashes stay. Dots alone would climb, so they are encoded too.
pub(super) fn path(path: &[u8]) -> String {
    let parts = path.split(|byte| *byte == b'/').map(|part| match part {
        b"." => "%2E".to_owned(),
        b".." => "%2E%2E".to_owned(),
        other => encoded(other),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A moment as searches and routes want it.
pub(super) fn moment(at: Timestamp) -> String {
    DateTime::from_timestamp(at.0, 0).map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_segment() {
        assert_eq!(segment("feature/a b?c#d"), "feature%2Fa%20b%3Fc%23d");
        assert_eq!(path("src/ä/../x y.rs".as_bytes()), "src/%C3%A4/%2E%2E/x%20y.rs");
        assert_eq!(path(b"a%2fb"), "a%252fb");
    }
}
