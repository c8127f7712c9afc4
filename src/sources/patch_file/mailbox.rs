//! Where one mail of a mailbox ends and the next begins. Never what a mail says.

use std::ops::Range;

/// The mails of `bytes`; all of it as one when it is no mailbox. Linear.
pub(super) fn split(bytes: &[u8]) -> Vec<Range<usize>> {
    let lines = || bytes.split_inclusive(|b| *b == b'\n');
    if !lines().next().is_some_and(is_border) {
        return std::iter::once(0..bytes.len()).collect();
    }
    let mut starts = Vec::new();
    let mut at = 0;
    for line in lines() {
        if is_border(line) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().copied().skip(1).chain([bytes.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// git's own rule (`git mailsplit`): `From ` and, at the end, a time of day and a year. A sentence that begins with
/// "From" has neither, and every line of a hunk begins with a sign.
fn is_border(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let rest = rest.trim_ascii_end();
    let Some(year) = rest.rsplit(|b| *b == b' ').next().and_then(|year| std::str::from_utf8(year).ok()) else { return false };
    let has_time = rest.windows(3).any(|three| three[0].is_ascii_digit() && three[1] == b':' && three[2].is_ascii_digit());
    has_time && year.parse::<u32>().is_ok_and(|year| year > 90)
}
