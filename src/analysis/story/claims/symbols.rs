//! Things a sentence says are added or removed. Only the very opposite disproves it; not finding a name proves nothing.

use super::judged::{Judged, states};
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::diff::{FileStatus, LineKind};

static THING: Pattern = Pattern::new(
    r"(?i)\b(remove[sd]?|delete[sd]?|drop(?:s|ped)?|add(?:s|ed)?|introduce[sd]?)\s+(?:(?:a|an|the|unused|new|old|dead|deprecated|obsolete)\s+)*`([^`\s]{3,80})`",
);
/// Where the sentence ends behind the name, or says which kind of thing it is: what follows otherwise may turn it round.
static ALONE: Pattern = Pattern::new(
    r"(?i)^(?:[a-z]+(?:\([^)]*\))?!?:\s+|[\w-]+:\s+)?(?:(?:this|it|we|also)\s+)*(?:remove[sd]?|delete[sd]?|drop(?:s|ped)?|add(?:s|ed)?|introduce[sd]?)\s+(?:(?:a|an|the|unused|new|old|dead|deprecated|obsolete)\s+)*`[^`\s]+`(?:\s+(?:function|method|class|type|struct|enum|constant|flag|option|field|variable|setting|index|helper))?[.!;:]?$",
);

/// "removes `x`", "adds `x`".
#[must_use]
pub fn things(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let (verb, thing) = (THING.group(&sentence.text, 1)?.to_lowercase(), THING.group(&sentence.text, 2)?);
    if !states(&sentence.text) {
        return None;
    }
    let adds = verb.starts_with("add") || verb.starts_with("intro");
    let word = thing.trim_end_matches("()");
    let (wanted, opposite) = if adds { (LineKind::Added, LineKind::Removed) } else { (LineKind::Removed, LineKind::Added) };
    let (places, others) = (facts.lines_with(word, wanted), facts.lines_with(word, opposite));
    let (name, side) = if adds { ("added", "removed") } else { ("removed", "added") };
    Some(match (places.is_empty(), others.is_empty()) {
        (false, true) => Judged::supported(&sentence.text, places),
        (false, false) => Judged::uncheckable(&sentence.text, vec![format!("{word} is on added and on removed lines")]),
        (true, false) if is_exact(facts, sentence, word) => {
            let mut against = vec![format!("{word} is on {side} lines only")];
            against.extend(others);
            Judged::contradicted(&sentence.text, against)
        }
        (true, _) => Judged::uncheckable(&sentence.text, vec![format!("{word} is not on {name} lines")]),
    })
}

/// Whether everything is seen, and the name stands nowhere else in what is shown: it may have come or gone on lines that are not.
fn is_exact(facts: &Facts<'_>, sentence: &Sentence, word: &str) -> bool {
    let shown = facts.files().iter().any(|file| file.status == FileStatus::Modified && file.path().text().contains(word));
    sentence.whole && !facts.has_gaps() && ALONE.is_match(&sentence.text) && !shown && facts.lines_with(word, LineKind::Context).is_empty()
}
