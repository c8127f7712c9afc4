//! Cuts diff text into files and hunks by their first characters and announced lengths. Never reads a path or a line's text.
//!
//! A line that starts with `-` is a removed line inside a hunk and may open a file outside of one, so announced lengths have
//! to be counted here; `git apply` and GNU patch draw the same borders.

use std::iter::Peekable;

/// How a file's header is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `diff --git` with extended headers.
    Git,
    /// Only `---` and `+++`.
    Plain,
    /// `diff --cc` or `diff --combined`: a merge against several parents at once.
    Combined,
}

/// One hunk with everything that follows it up to the next thing that is recognised.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    /// Line of the diff at which it starts, from 1.
    pub(super) line: usize,
    /// The hunk: its `@@` line and the lines it announces.
    pub(super) bytes: &'a [u8],
    /// Lines directly behind it that look like its own but that it does not announce.
    pub(super) extra: usize,
}

/// One file of a diff.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// How its header is written.
    pub(super) kind: Kind,
    /// Line of the diff at which it starts, from 1.
    pub(super) line: usize,
    /// Everything before its first hunk.
    pub(super) header: &'a [u8],
    /// Its hunks.
    pub(super) hunks: Vec<Chunk<'a>>,
}

/// What a diff consists of, apart from prose.
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// A file.
    File(Section<'a>),
    /// A line that tells of a change but holds none.
    Note {
        /// Its line, from 1.
        line: usize,
        /// What it is, as the rest of a sentence.
        why: &'static str,
        /// Whether lines are lost with it.
        lost: bool,
    },
}

/// The parts of `bytes` in order. Linear in its length.
pub(super) fn cut(bytes: &[u8]) -> impl Iterator<Item = Part<'_>> {
    Cutter { bytes, lines: Lines { bytes, at: 0, number: 0 }.peekable() }
}

#[derive(Clone, Copy)]
struct RawLine<'a> {
    /// Its number, from 1.
    number: usize,
    /// Offset of its first byte.
    start: usize,
    /// With its line feed.
    text: &'a [u8],
}

impl RawLine<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn starts(&self, prefix: &str) -> bool {
        self.text.starts_with(prefix.as_bytes())
    }
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = RawLine<'a>;

    fn next(&mut self) -> Option<RawLine<'a>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        let line = RawLine { number: self.number + 1, start: self.at, text: &rest[..length] };
        self.at += length;
        self.number += 1;
        Some(line)
    }
}

struct Cutter<'a> {
    bytes: &'a [u8],
    lines: Peekable<Lines<'a>>,
}

impl<'a> Iterator for Cutter<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        loop {
            let line = self.lines.next()?;
            if line.starts("diff --git ") {
                return Some(self.section(Kind::Git, line));
            }
            if line.starts("diff --cc ") || line.starts("diff --combined ") {
                return Some(self.section(Kind::Combined, line));
            }
            if line.starts("--- ") && self.next_starts("+++ ") {
                return Some(self.section(Kind::Plain, line));
            }
            if let Some(why) = note(&line) {
                return Some(Part::Note { line: line.number, why, lost: line.starts(HUNK) });
            }
        }
    }
}

const HUNK: &str = "@@ -";

fn note(line: &RawLine<'_>) -> Option<&'static str> {
    let ends = |suffix: &[u8]| line.text.trim_ascii_end().ends_with(suffix);
    if line.starts(HUNK) {
        Some("begins a hunk that belongs to no file, so it was left out")
    } else if (line.starts("Binary files ") || line.starts("Files ")) && ends(b" differ") {
        Some("says that two files differ without showing how")
    } else if line.starts("Only in ") {
        Some("names a file that exists on one side only, without its content")
    } else if line.starts("Submodule ") && (ends(b":") || ends(b")")) {
        Some("tells of a submodule in words; its commits were not read")
    } else if line.starts("* Unmerged path ") {
        Some("names a file with a merge conflict, without its content")
    } else {
        None
    }
}

impl<'a> Cutter<'a> {
    fn next_starts(&mut self, prefix: &str) -> bool {
        self.lines.peek().is_some_and(|line| line.starts(prefix))
    }

    fn section(&mut self, kind: Kind, first: RawLine<'a>) -> Part<'a> {
        let end = self.header_end(kind, first);
        let header = &self.bytes[first.start..end];
        let mut hunks = Vec::new();
        while kind != Kind::Combined
            && let Some(open) = self.lines.next_if(|line| line.starts("@@ "))
        {
            hunks.push(self.chunk(open));
        }
        if kind == Kind::Combined {
            self.skip_combined();
        }
        Part::File(Section { kind, line: first.number, header, hunks })
    }

    /// Takes the header's lines and says where they end.
    fn header_end(&mut self, kind: Kind, first: RawLine<'a>) -> usize {
        let mut end = first.end();
        let mut names = usize::from(kind == Kind::Plain);
        while let Some(line) = self.lines.next_if(|line| belongs_to_header(line, kind, names)) {
            end = line.end();
            names += usize::from(line.starts("--- ") || line.starts("+++ "));
            if line.starts("GIT binary patch") {
                return self.payload_end(end);
            }
        }
        end
    }

    /// Takes the two base-85 blocks of a binary patch; each ends with an empty line.
    fn payload_end(&mut self, mut end: usize) -> usize {
        let mut blocks = 0;
        while blocks < 2 {
            let Some(line) = self.lines.next_if(|line| is_payload(line.text)) else { break };
            end = line.end();
            blocks += usize::from(line.text.trim_ascii().is_empty());
        }
        end
    }

    fn chunk(&mut self, open: RawLine<'a>) -> Chunk<'a> {
        let (mut old, mut new) = announced(open.text).unwrap_or((0, 0));
        let mut end = open.end();
        while let Some(line) = self.lines.next_if(|line| match line.text.first() {
            Some(b' ' | b'\n' | b'-' | b'+') => old > 0 || new > 0,
            Some(b'\\') => true,
            _ => false,
        }) {
            end = line.end();
            let both = matches!(line.text.first(), Some(b' ' | b'\n'));
            old = old.saturating_sub(u64::from(both || line.starts("-")));
            new = new.saturating_sub(u64::from(both || line.starts("+")));
        }
        Chunk { line: open.number, bytes: &self.bytes[open.start..end], extra: self.extra() }
    }

    /// Takes lines that pretend to be part of the hunk before them, up to a mail's signature, a new file, or prose.
    fn extra(&mut self) -> usize {
        let mut extra = 0;
        while let Some(line) = self.lines.peek().copied() {
            let like = matches!(line.text.first(), Some(b' ' | b'+' | b'-')) && line.text.trim_ascii_end() != b"--";
            if !like {
                break;
            }
            self.lines.next();
            if line.starts("--- ") && self.next_starts("+++ ") {
                // It was the header of a plain file after all: step back to it.
                self.lines = Lines { bytes: self.bytes, at: line.start, number: line.number - 1 }.peekable();
                break;
            }
            extra += 1;
        }
        extra
    }

    fn skip_combined(&mut self) {
        while self.lines.next_if(|line| line.starts("@@@") || matches!(line.text.first(), Some(b' ' | b'+' | b'-' | b'\\'))).is_some() {}
    }
}

const EXTENDED: [&str; 13] = [
    "index ",
    "old mode ",
    "new mode ",
    "new file mode ",
    "deleted file mode ",
    "similarity index ",
    "dissimilarity index ",
    "rename from ",
    "rename to ",
    "copy from ",
    "copy to ",
    "Binary files ",
    "GIT binary patch",
];

fn belongs_to_header(line: &RawLine<'_>, kind: Kind, names: usize) -> bool {
    match kind {
        Kind::Plain => names == 1 && line.starts("+++ "),
        Kind::Git => names == 0 && EXTENDED.iter().any(|prefix| line.starts(prefix)) || is_name(line, names),
        Kind::Combined => EXTENDED.iter().any(|prefix| line.starts(prefix)) || line.starts("mode ") || is_name(line, names),
    }
}

fn is_name(line: &RawLine<'_>, names: usize) -> bool {
    (names == 0 && line.starts("--- ")) || (names == 1 && line.starts("+++ "))
}

fn is_payload(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.starts_with(b"literal ") || line.starts_with(b"delta ") || !line.contains(&b' ')
}

/// The old and new lengths in `@@ -a,b +c,d @@`.
fn announced(line: &[u8]) -> Option<(u64, u64)> {
    let line = std::str::from_utf8(line.get(..line.len().min(80))?).or_else(|e| std::str::from_utf8(&line[..e.valid_up_to()])).ok()?;
    let mut words = line.strip_prefix("@@ ")?.split(' ');
    Some((length(words.next()?.strip_prefix('-')?)?, length(words.next()?.strip_prefix('+')?)?))
}

fn length(range: &str) -> Option<u64> {
    range.split_once(',').map_or(Some(1), |(_, length)| length.parse().ok())
}
