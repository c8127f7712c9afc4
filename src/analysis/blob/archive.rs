//! The entries of a ZIP archive, by the list at its end, and what gzip and zlib hold; unpacked in memory, within limits.
//!
//! Never other archives: bzip2, xz, zstd and 7-Zip need libraries that are not here, and whoever asks says so.

use std::io::Read as _;

use super::reading::Reading;

/// Entries that are listed.
const MOST_ENTRIES: usize = 10_000;
/// Bytes that one entry may become.
const MOST_UNPACKED: u64 = 8 * 1024 * 1024;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name as it stands there.
    pub name: String,
    method: u64,
    packed: usize,
    header: usize,
}

/// The entries of the archive that `bytes` are or end with; `None` when there is no list of them.
#[must_use]
pub fn entries(bytes: &[u8]) -> Option<Vec<Entry>> {
    let end = end_record(bytes)?;
    let mut reading = Reading::new(bytes);
    reading.go(end + 10)?;
    let count = usize::try_from(reading.little(2)?).ok()?;
    let size = usize::try_from(reading.little(4)?).ok()?;
    let named = usize::try_from(reading.little(4)?).ok()?;
    // What was put before an archive moves it; its list still ends where the record begins.
    let start = end.checked_sub(size)?;
    let moved = start.saturating_sub(named);
    reading.go(start)?;
    let mut all = Vec::new();
    while all.len() < count.min(MOST_ENTRIES) {
        match entry(&mut reading, moved) {
            Some(entry) => all.push(entry),
            None => break,
        }
    }
    Some(all)
}

/// Where the record is that ends an archive.
#[must_use]
pub fn end_record(bytes: &[u8]) -> Option<usize> {
    let first = bytes.len().saturating_sub(22 + 0xffff);
    let tail = bytes.get(first..)?;
    (0..tail.len().checked_sub(21)?)
        .rev()
        .find(|at| tail.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x05\x06")))
        .map(|at| first + at)
}

fn entry(reading: &mut Reading<'_>, moved: usize) -> Option<Entry> {
    if reading.take(4)? != b"PK\x01\x02" {
        return None;
    }
    reading.take(6)?;
    let method = reading.little(2)?;
    reading.take(8)?;
    let packed = usize::try_from(reading.little(4)?).ok()?;
    reading.take(4)?;
    let name = usize::try_from(reading.little(2)?).ok()?;
    let more = usize::try_from(reading.little(2)? + reading.little(2)?).ok()?;
    reading.take(8)?;
    let header = usize::try_from(reading.little(4)?).ok()?.checked_add(moved)?;
    let name = String::from_utf8_lossy(reading.take(name)?).into_owned();
    reading.take(more)?;
    Some(Entry { name, method, packed, header })
}

/// What the entry holds; `None` when it is not there, packed in a way that is not known here, or too large.
#[must_use]
pub fn unpacked(bytes: &[u8], entry: &Entry) -> Option<Vec<u8>> {
    let mut reading = Reading::new(bytes);
    reading.go(entry.header)?;
    if reading.take(4)? != b"PK\x03\x04" {
        return None;
    }
    reading.take(22)?;
    let names = usize::try_from(reading.little(2)? + reading.little(2)?).ok()?;
    reading.take(names)?;
    let held = reading.take(entry.packed)?;
    match entry.method {
        0 => Some(held.to_vec()),
        8 => within(flate2::read::DeflateDecoder::new(held)),
        _ => None,
    }
}

/// What gzip or zlib packed into `bytes`; `None` when they are neither or become too large.
#[must_use]
pub fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    match bytes {
        [0x1f, 0x8b, ..] => within(flate2::read::GzDecoder::new(bytes)),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => within(flate2::read::ZlibDecoder::new(bytes)),
        _ => None,
    }
}

fn within(from: impl std::io::Read) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    from.take(MOST_UNPACKED + 1).read_to_end(&mut out).ok()?;
    (out.len() as u64 <= MOST_UNPACKED).then_some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An archive of one stored entry.
    fn stored(name: &str, held: &[u8]) -> Vec<u8> {
        let (size, named) = (u32::try_from(held.len()).unwrap().to_le_bytes(), u16::try_from(name.len()).unwrap().to_le_bytes());
        let local = [b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(), &size, &size, &named, &[0; 2], name.as_bytes(), held].concat();
        let central =
            [b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(), &size, &size, &named, &[0; 16], name.as_bytes()].concat();
        let (length, at) = (u32::try_from(central.len()).unwrap().to_le_bytes(), u32::try_from(local.len()).unwrap().to_le_bytes());
        [local.as_slice(), &central, b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &length, &at, &[0; 2]].concat()
    }

    #[test]
    fn an_archive_gives_back_what_was_put_in_even_behind_something_else() {
        let archive = stored("model/data.pkl", b"cos\nsystem\n.");
        for bytes in [archive.clone(), [b"\x89PNG....".as_slice(), &archive].concat()] {
            let entries = entries(&bytes).unwrap();
            assert_eq!(entries[0].name, "model/data.pkl");
            assert_eq!(unpacked(&bytes, &entries[0]).unwrap(), b"cos\nsystem\n.");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), end in any::<bool>()) {
            if end {
                bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x20\0\0\0\x01\0\0\0\0\0");
            }
            for entry in entries(&bytes).unwrap_or_default() {
                let _ = unpacked(&bytes, &entry);
            }
            let _ = inflated(&bytes);
        }
    }
}
