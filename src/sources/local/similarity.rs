//! How much of one file is found in another, measured exactly as git does (`diffcore-delta.c`), so that a reviewer sees the
//! same renames here, in `git diff` and on GitHub.

use crate::sources::suspect;

/// git's scale: 60000 is identical.
pub(super) const MAX_SCORE: u64 = 60_000;

/// A file as a multiset of its pieces: lines, or runs of 64 bytes, by hash.
pub(super) struct Pieces {
    size: u64,
    /// Hash and bytes, by hash.
    spans: Vec<(u32, u64)>,
}

impl Pieces {
    /// Cuts and hashes `bytes`. Linear, but for one sort.
    pub(super) fn of(bytes: &[u8]) -> Self {
        const HASH_BASE: u32 = 107_927;
        let text = !suspect::is_binary(bytes);
        let mut spans: Vec<(u32, u64)> = Vec::new();
        let (mut length, mut high, mut low) = (0_u64, 0_u32, 0_u32);
        let mut rest = bytes.iter().peekable();
        while let Some(byte) = rest.next() {
            if text && *byte == b'\r' && rest.peek() == Some(&&b'\n') {
                continue;
            }
            let before = high;
            high = (high << 7) ^ (low >> 25);
            low = (low << 7) ^ (before >> 25);
            high = high.wrapping_add(u32::from(*byte));
            length += 1;
            if length == 64 || *byte == b'\n' || rest.peek().is_none() {
                spans.push((high.wrapping_add(low.wrapping_mul(0x61)) % HASH_BASE, length));
                (length, high, low) = (0, 0, 0);
            }
        }
        spans.sort_unstable();
        spans.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        Self { size: bytes.len() as u64, spans }
    }

    /// How much of `other` comes from here, from 0 to [`MAX_SCORE`]; 0 when sizes alone rule out `minimum`.
    pub(super) fn score(&self, other: &Self, minimum: u64) -> u64 {
        let larger = self.size.max(other.size);
        let delta = self.size.abs_diff(other.size);
        if larger == 0 || other.size == 0 || larger * (MAX_SCORE - minimum) < delta * MAX_SCORE {
            return 0;
        }
        let mut copied = 0;
        let mut theirs = other.spans.iter().peekable();
        for (hash, bytes) in &self.spans {
            while theirs.next_if(|span| span.0 < *hash).is_some() {}
            if let Some(span) = theirs.next_if(|span| span.0 == *hash) {
                copied += span.1.min(*bytes);
            }
        }
        copied * MAX_SCORE / larger
    }
}
