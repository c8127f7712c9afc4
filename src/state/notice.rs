//! What lazaret said, last thing last. The last one is on screen until the next key.

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It went well, or is merely said.
    Note,
    /// It went otherwise than wished; nothing is lost.
    Warning,
    /// It failed.
    Failure,
}

impl Tone {
    /// The word that stands before it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Failure => "failed",
        }
    }
}

/// One sentence. May hold outside text: hostile until drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub says: String,
}

/// Notices kept.
const KEPT: usize = 200;

/// All that was said.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// Oldest first.
    pub all: Vec<Notice>,
    /// Whether the last one is on screen.
    pub fresh: bool,
}

impl Notices {
    /// Says it.
    pub fn say(&mut self, tone: Tone, says: impl Into<String>) {
        if self.all.len() >= KEPT {
            self.all.remove(0);
        }
        self.all.push(Notice { tone, says: says.into() });
        self.fresh = true;
    }

    /// The one on screen.
    #[must_use]
    pub fn shown(&self) -> Option<&Notice> {
        self.all.last().filter(|_| self.fresh)
    }
}
