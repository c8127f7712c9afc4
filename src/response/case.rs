//! Case ids: `Q-20261120-7f3a91` from verb, day and a digest of everything that was decided.

use chrono::DateTime;
use sha2::{Digest as _, Sha256};

use crate::model::decision::{Decision, Verb};
use crate::model::response::CaseId;
use crate::model::time::Timestamp;

/// The case of `decision`: the same decision in the same second has the same case, any other has another one.
#[must_use]
pub fn case_id(decision: &Decision) -> CaseId {
    let mut sha = Sha256::new();
    let mut add = |text: &str| sha.update(format!("{}:{text}\n", text.len()));
    add(decision.verb.word());
    add(&decision.at.0.to_string());
    add(&decision.reviewer.identity);
    add(&decision.reason);
    for pull in &decision.pulls {
        add(&pull.to_string());
    }
    for subject in &decision.subjects {
        let head = subject.revision.head.as_ref().map_or("", |id| id.as_str());
        let base = subject.revision.base.as_ref().map_or("", |id| id.as_str());
        [head, base, &subject.diff_digest, &subject.rules_digest].into_iter().for_each(&mut add);
    }
    let digest: String = sha.finalize().iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    CaseId(format!("{}-{}-{digest}", letter(decision.verb), day(decision.at)))
}

/// Whether `text` is written like a case id. Whether there is such a case is another question.
#[must_use]
pub fn is_case_id(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    matches!(parts.as_slice(), ["A" | "Q" | "L" | "R" | "C" | "N" | "B" | "U", day, digest]
        if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) && digest.len() == 6 && digest.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn letter(verb: Verb) -> char {
    match verb {
        Verb::Approve => 'A',
        Verb::Quarantine => 'Q',
        Verb::Release => 'L',
        Verb::Revert => 'R',
        Verb::RequestChanges => 'C',
        Verb::Comment => 'N',
        Verb::Block => 'B',
        Verb::Unblock => 'U',
    }
}

fn day(at: Timestamp) -> String {
    DateTime::from_timestamp(at.0, 0).map_or_else(|| "00000000".to_owned(), |time| time.format("%Y%m%d").to_string())
}

/// `at` as RFC 3339 in UTC, such as `2026-11-20T23:59:00Z`.
pub(crate) fn moment(at: Timestamp) -> String {
    DateTime::from_timestamp(at.0, 0).map_or_else(|| at.0.to_string(), |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::decision::Reviewer;

    fn decision(verb: Verb, at: i64) -> Decision {
        Decision {
            verb,
            pulls: Vec::new(),
            subjects: Vec::new(),
            reviewer: Reviewer::default(),
            reason: "why".to_owned(),
            dispositions: Vec::new(),
            rules: Default::default(),
            rules_in_force: String::new(),
            confirmed: Vec::new(),
            at: Timestamp(at),
            signature: None,
        }
    }

    #[test]
    fn ids_are_shaped_stable_and_different() {
        let id = case_id(&decision(Verb::Quarantine, 1_767_603_600));
        assert!(id.0.starts_with("Q-20260105-") && is_case_id(&id.0), "{}", id.0);
        assert_eq!(id, case_id(&decision(Verb::Quarantine, 1_767_603_600)));
        assert_ne!(id, case_id(&decision(Verb::Quarantine, 1_767_603_601)));
        assert!(case_id(&decision(Verb::Release, 0)).0.starts_with("L-19700101-"));
        for text in ["", "Q-2026", "claude/x", "Q-20261120-7f3a9", "Q-20261120-7f3a9z", "X-20261120-7f3a91"] {
            assert!(!is_case_id(text), "{text}");
        }
    }
}
