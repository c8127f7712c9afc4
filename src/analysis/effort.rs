//! How much work judging takes, counted rather than timed: bytes lexed, searched and parsed, and checks asked. By this a test holds that
//! twice the text takes no more than twice the work.
//!
//! Counted on each thread by itself, once for a text and not for its bytes.

use std::cell::Cell;

/// Work that was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Bytes cut into tokens.
    pub lexed: usize,
    /// Bytes in which words of rules were looked for.
    pub searched: usize,
    /// Words of rules that stood there.
    pub met: usize,
    /// Bytes that became a tree.
    pub parsed: usize,
    /// Bytes that expressions of this program were asked about.
    pub matched: usize,
    /// Questions put to a file: of checks, and of structure rules.
    pub asked: usize,
}

impl Effort {
    /// Each kind of work by its name.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, usize); 6] {
        let Self { lexed, searched, met, parsed, matched, asked } = *self;
        [("lexed", lexed), ("searched", searched), ("met", met), ("parsed", parsed), ("matched", matched), ("asked", asked)]
    }
}

const NOTHING: Effort = Effort { lexed: 0, searched: 0, met: 0, parsed: 0, matched: 0, asked: 0 };

thread_local! {
    static SPENT: Cell<Effort> = const { Cell::new(NOTHING) };
}

/// Counts work.
pub fn spend(work: impl FnOnce(&mut Effort)) {
    let mut spent = SPENT.get();
    work(&mut spent);
    SPENT.set(spent);
}

/// What this thread did since it was last asked.
pub fn take() -> Effort {
    SPENT.take()
}
