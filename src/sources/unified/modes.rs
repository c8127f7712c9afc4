//! The extended header lines that diffy reads past: modes of any kind, and how similar a renamed file is.

use crate::model::diff::FileMode;

/// A whole file's mode that is no number: the line still says that the file is new or gone.
const UNREADABLE: Option<FileMode> = Some(FileMode::Other(0));

/// What a header says besides paths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Modes {
    /// Before.
    pub(super) old: Option<FileMode>,
    /// After.
    pub(super) new: Option<FileMode>,
    /// In percent.
    pub(super) similarity: Option<u8>,
}

impl Modes {
    /// Reads every header line it knows; the last of a kind counts, as with git.
    pub(super) fn read(header: &[u8]) -> Self {
        let mut modes = Self::default();
        for line in header.split(|b| *b == b'\n') {
            let line = String::from_utf8_lossy(line);
            let line = line.trim_end();
            if let Some(mode) = line.strip_prefix("old mode ") {
                modes.old = octal(mode);
            } else if let Some(mode) = line.strip_prefix("new mode ") {
                modes.new = octal(mode);
            } else if let Some(mode) = line.strip_prefix("deleted file mode ") {
                modes.old = octal(mode).or(UNREADABLE);
            } else if let Some(mode) = line.strip_prefix("new file mode ") {
                modes.new = octal(mode).or(UNREADABLE);
            } else if let Some(percent) = line.strip_prefix("similarity index ") {
                modes.similarity = percent.strip_suffix('%').and_then(|number| number.parse().ok()).filter(|number| *number <= 100);
            } else if let Some(mode) = line.strip_prefix("index ").and_then(|rest| rest.split_once(' ')).and_then(|(_, mode)| octal(mode)) {
                modes.old = modes.old.or(Some(mode));
                modes.new = modes.new.or(Some(mode));
            }
        }
        modes
    }

    /// The words of a line that gives the mode of a new or deleted file.
    pub(super) fn whole_file(line: &[u8]) -> Option<&'static str> {
        ["new file mode ", "deleted file mode "].into_iter().find(|prefix| line.starts_with(prefix.as_bytes()))
    }
}

fn octal(text: &str) -> Option<FileMode> {
    u32::from_str_radix(text, 8).ok().map(FileMode::from_bits)
}
