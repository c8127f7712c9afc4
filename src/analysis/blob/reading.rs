//! A place in bytes that moves forward: numbers and slices, or nothing where they would lie outside.

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reading<'b> {
    /// From the first byte of `bytes`.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Moves to `at`, from the first byte.
    pub fn go(&mut self, at: usize) -> Option<()> {
        (at <= self.bytes.len()).then(|| self.at = at)
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|one| one[0])
    }

    /// The next `count` bytes, at most eight, as a number whose last byte weighs most.
    pub fn little(&mut self, count: usize) -> Option<u64> {
        let taken = self.take(count)?;
        Some(taken.iter().rev().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    /// The same, whose first byte weighs most.
    pub fn big(&mut self, count: usize) -> Option<u64> {
        let taken = self.take(count)?;
        Some(taken.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    /// The bytes that a length of `count` bytes announces.
    pub fn counted(&mut self, count: usize) -> Option<&'b [u8]> {
        let length = self.little(count)?;
        self.take(usize::try_from(length).ok()?)
    }

    /// The bytes up to a line feed, which is passed.
    pub fn line(&mut self) -> Option<&'b [u8]> {
        let rest = self.bytes.get(self.at..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        self.at += end + 1;
        rest.get(..end)
    }
}
