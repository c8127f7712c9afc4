//! What was said about a pull, as far as it was read: reviews, conversations at lines, remarks, what checks wrote. Every text is hostile
//! until shown through [`super::inert`]. Never what else stands around a pull.

use super::dossier::{Annotation, Remark, SentReview, Thread};

/// Bytes of a conversation that are judged.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Talk {
    /// Reviews, oldest first.
    pub reviews: Vec<SentReview>,
    /// Conversations at lines.
    pub threads: Vec<Thread>,
    /// The conversation of the pull itself.
    pub remarks: Vec<Remark>,
    /// What checks said about lines.
    pub annotations: Vec<Annotation>,
    /// What of it could not be read, and why: sentences.
    pub unread: Vec<String>,
}

impl Talk {
    /// Leaves out what is said behind the first [`MOST_BYTES`], and says so.
    pub fn cut(&mut self) {
        let mut left = MOST_BYTES;
        let mut fits = |text: &str| {
            let room = left.checked_sub(text.len());
            left = room.unwrap_or(0);
            room.is_some()
        };
        let before = self.count();
        self.reviews.retain(|review| fits(&review.body));
        self.remarks.retain(|remark| fits(&remark.body));
        self.threads.iter_mut().for_each(|thread| thread.remarks.retain(|remark| fits(&remark.body)));
        self.annotations.retain(|note| fits(&note.message));
        let gone = before - self.count();
        if gone > 0 {
            self.unread.push(format!("{gone} remarks are left out behind {} MiB of others", MOST_BYTES / (1024 * 1024)));
        }
    }

    fn count(&self) -> usize {
        let in_threads: usize = self.threads.iter().map(|thread| thread.remarks.len()).sum();
        self.reviews.len() + self.remarks.len() + in_threads + self.annotations.len()
    }

    /// Nothing, because of `why`.
    #[must_use]
    pub fn unread(why: impl Into<String>) -> Self {
        Self { unread: vec![why.into()], ..Self::default() }
    }
}
