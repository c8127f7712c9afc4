//! A remark being written.

use crate::model::review::{DraftComment, Spot, Unsent};
use crate::state::text_area::TextArea;

/// A remark being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Where it belongs.
    pub spot: Spot,
    /// The lines it is about, as they read.
    pub quoted: Vec<String>,
    /// The text.
    pub area: TextArea,
    /// Its position in the review, once it is kept there.
    pub kept: Option<usize>,
}

impl Write {
    /// A new remark.
    #[must_use]
    pub fn new(spot: Spot, quoted: Vec<String>) -> Self {
        Self { spot, quoted, area: TextArea::default(), kept: None }
    }

    /// The remark kept at this position of the review, to be changed.
    #[must_use]
    pub fn again(unsent: &Unsent, at: usize) -> Self {
        let area = TextArea::holding(&unsent.remark.text());
        Self { spot: unsent.remark.spot.clone(), quoted: unsent.quoted.clone(), area, kept: Some(at) }
    }

    /// The remark as it stands.
    #[must_use]
    pub fn unsent(&self) -> Unsent {
        let remark = DraftComment { spot: self.spot.clone(), body: self.area.text.trim_end().to_owned(), suggestion: None };
        Unsent { remark, quoted: self.quoted.clone() }
    }

    /// Whether lines could be suggested in place of those it is about.
    #[must_use]
    pub fn may_suggest(&self) -> bool {
        matches!(&self.spot, Spot::Lines { side: crate::model::diff::Side::New, .. }) && !self.quoted.is_empty()
    }

    /// Puts the lines into the text as a suggestion to be changed.
    pub fn suggest(&mut self) {
        let lines = Some(self.quoted.join("\n"));
        let text = DraftComment { spot: Spot::Pull, body: String::new(), suggestion: lines }.text();
        let gap = if self.area.is_blank() { "" } else { "\n\n" };
        self.area.insert(&format!("{gap}{text}"));
        self.area.up();
        self.area.end();
    }
}
