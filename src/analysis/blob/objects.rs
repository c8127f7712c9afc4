//! The pickles in a file, wherever loaders look for them: bare, packed, as entries of an archive, behind an array's header.

use super::archive::{self, Entry};
use super::npy;
use super::pickle::{self, Pickles};

/// Entries of one archive that are unpacked, and bytes of all of them.
const MOST_ENTRIES: usize = 200;
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Archives in archives.
const DEEPEST: usize = 2;

/// Pickles of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The entry of an archive they are in; empty for the file itself.
    pub entry: String,
    /// What they hold.
    pub pickles: Pickles,
    /// What stands behind the place where they stop making sense.
    pub rest: Vec<u8>,
}

/// What is found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    /// Pickles, by place.
    pub held: Vec<Held>,
    /// Entries that could not be unpacked here, though they may hold pickles.
    pub unread: Vec<String>,
    /// Whether a layer of Keras brings code of its own.
    pub keras_code: bool,
}

/// Looks for pickles in `bytes`.
#[must_use]
pub fn of(bytes: &[u8]) -> Objects {
    let mut found = Objects::default();
    look(bytes, "", DEEPEST, &mut found);
    found
}

fn look(bytes: &[u8], entry: &str, depth: usize, found: &mut Objects) {
    if let Some(inside) = archive::inflated(bytes).filter(|_| depth > 0) {
        return look(&inside, entry, depth - 1, found);
    }
    if let Some(pickle) = npy::objects(bytes) {
        return keep(pickle, entry, found);
    }
    if pickle::begins(bytes) || is_whole(bytes) {
        return keep(bytes, entry, found);
    }
    if bytes.starts_with(b"\x89HDF") || bytes.starts_with(b"{") {
        found.keras_code |= is_keras_code(bytes);
    }
    if depth > 0 && (bytes.starts_with(b"PK") || archive::end_record(bytes).is_some()) {
        unpack(bytes, entry, depth, found);
    }
}

fn unpack(bytes: &[u8], place: &str, depth: usize, found: &mut Objects) {
    let mut left = MOST_BYTES;
    let entries = archive::entries(bytes).unwrap_or_default();
    for entry in entries.iter().filter(|entry| may_hold(entry)).take(MOST_ENTRIES) {
        let name = if place.is_empty() { entry.name.clone() } else { format!("{place}/{}", entry.name) };
        match archive::unpacked(bytes, entry).filter(|inside| inside.len() <= left) {
            Some(inside) => {
                left -= inside.len();
                look(&inside, &name, depth - 1, found);
            }
            None => found.unread.push(name),
        }
    }
}

/// Whether loaders read objects from an entry of this name. Numbers of tensors have names without an ending.
fn may_hold(entry: &Entry) -> bool {
    let name = entry.name.rsplit('/').next().unwrap_or("").to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "pkl" | "pickle" | "npy" | "joblib" | "pt" | "pth" | "bin" | "json" | "h5" | "dill" | "ckpt")
        && (ending != "json" || name.contains("config"))
}

fn keep(pickle: &[u8], entry: &str, found: &mut Objects) {
    let pickles = pickle::read(pickle);
    let rest = if pickles.broken { pickle.get(pickles.read..).unwrap_or(&[]).to_vec() } else { Vec::new() };
    found.held.push(Held { entry: entry.to_owned(), pickles, rest });
}

/// Whether it reads as a pickle of protocol 0 or 1 to its end, wherever its first import is.
fn is_whole(bytes: &[u8]) -> bool {
    let begins = bytes.first().is_some_and(|first| b"(]}c)lIFSVLN".contains(first));
    if !begins {
        return false;
    }
    let read = pickle::read(bytes);
    read.ended > 0 && !read.imports.is_empty()
}

/// A layer that holds compiled Python, as Keras writes it into its configuration.
fn is_keras_code(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    has(b"\"class_name\": \"Lambda\"") || has(b"\"class_name\":\"Lambda\"") || has(b"\"class_name\": \"__lambda__\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pickles_are_found_where_they_are_kept() {
        use std::io::Write as _;
        let pickle = b"cos\nsystem\n(S'id'\ntR.";
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(pickle).unwrap();
        for bytes in [pickle.to_vec(), packed.finish().unwrap()] {
            let found = of(&bytes);
            assert_eq!(found.held[0].pickles.imports[0].name.as_deref(), Some("os.system"));
        }
        assert_eq!(of(b"plain text"), Objects::default());
    }
}
