//! A claim with its verdict, and how the exact kinds make one.

use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::MOST_PLACES;
use crate::model::story::{Claim, Verdict};

/// A longer sentence is cut here, in characters.
const LONGEST: usize = 240;

/// A claim with what a rule needs besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The claim.
    pub claim: Claim,
    /// Which kind of claim it is; filled in by whoever asked for that kind.
    pub kind: &'static str,
    /// Whether a contradiction rests on a fact that is grave by itself.
    pub grave: bool,
}

impl Judged {
    /// What the diff shows.
    #[must_use]
    pub fn supported(text: &str, places: Vec<String>) -> Self {
        Self::new(text, Verdict::Supported, places)
    }

    /// What the diff disproves.
    #[must_use]
    pub fn contradicted(text: &str, places: Vec<String>) -> Self {
        Self::new(text, Verdict::Contradicted, places)
    }

    /// What the diff cannot tell, with what can be said about it.
    #[must_use]
    pub fn uncheckable(text: &str, places: Vec<String>) -> Self {
        Self::new(text, Verdict::Uncheckable, places)
    }

    fn new(text: &str, verdict: Verdict, mut places: Vec<String>) -> Self {
        if places.len() > MOST_PLACES {
            let more = places.len() - MOST_PLACES;
            places.truncate(MOST_PLACES);
            places.push(format!("and {more} more"));
        }
        let text = match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
            None => text.to_owned(),
        };
        Self { claim: Claim { text, verdict, places }, kind: "", grave: false }
    }

    /// The same, resting on a grave fact.
    #[must_use]
    pub fn grave(self, grave: bool) -> Self {
        Self { grave, ..self }
    }
}

/// Words after which a sentence states no fact about this change.
static UNSURE: Pattern = Pattern::new(
    r"(?i)\b(?:not|never|without|will|would|should|could|may|might|must|todo|later|follow-?up|needs? to|to be|plans? to|can|cannot|avoids?|instead of|if|unless|please|reverts?|revert|wip|was|were|no longer|previously|before)\b|n't\b|\?$",
);

/// Whether a sentence states something as done, rather than wished, planned or denied.
#[must_use]
pub fn states(text: &str) -> bool {
    // A path or a piece of code holds words, and says nothing by them.
    let named = |word: &&str| word.contains(['/', '`']) || word.trim_end_matches(['.', ',', ';', ':']).contains('.');
    let said = text.split(' ').filter(|word| !named(word)).collect::<Vec<_>>().join(" ");
    !UNSURE.is_match(&said)
}
