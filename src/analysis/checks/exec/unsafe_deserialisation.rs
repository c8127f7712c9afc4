//! `unsafe-deserialisation`: something is read back in a way that can run code.

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::flow::arrivals;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/unsafe-deserialisation.toml`.
pub struct UnsafeDeserialisation;

/// A function of that name that the code has itself: what it does stands where it is written.
static OWN: Pattern = Pattern::new(r"\bfunction\s+&?unserialize\s*\(|(?:\$this->|\bself::|\bstatic::)unserialize\s*\(");

impl Check for UnsafeDeserialisation {
    fn rule(&self) -> RuleId {
        RuleId("unsafe-deserialisation")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, Words::of([&engines().deserialisers]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let changed: Vec<usize> = (0..side.statements().len()).filter(|at| reads_back(side, &side.statements()[*at])).collect();
        if changed.is_empty() {
            return;
        }
        let from_outside = |statement: &Statement| {
            let plain = side.plain_of(statement);
            (statement.bytes.len() <= LONGEST && (engines().asked.is_match(plain) || engines().remote.is_match(plain))).then_some(())
        };
        let reached: std::collections::HashSet<usize> =
            arrivals(side, from_outside, |statement| reads_back(side, statement)).into_iter().map(|arrival| arrival.sink).collect();
        let twins = twins(file);
        for at in changed {
            let statement = &side.statements()[at];
            let draft = Draft::lines(file, side, statement.first_line, statement.last_line);
            let draft = if reached.contains(&at) {
                draft
            } else if twins.iter().any(|twin| twin.is.contains(&statement.first_line) && held_data_only(twin)) {
                draft.title("What was read back held data only, and may run code now")
            } else if opened_to_any_type(file, side.plain_of(statement)) {
                draft.title("Whoever writes what is read back names the types that are made")
            } else {
                draft.severity(Severity::Medium)
            };
            sink.report(draft);
        }
    }
}

/// Readers of formats that hold nothing but data.
static READS_DATA: Pattern = Pattern::new(
    r"(?i)\bu?json\.(?:loads?|parse|decode|unmarshal|newdecoder)\s*\(|\bjson_decode\s*\(|\borjson\.loads\s*\(|\byaml\.safe_load\w*\s*\(|\bSafeLoader\b|\bsafe_load\b|\.readValue\s*\(|\bfromJson\s*\(|\bJsonSerializer\.Deserialize|\bJsonConvert\.DeserializeObject|\bmsgpack\.(?:unpackb?|loads?)\s*\(|\btomllib?\.loads?\s*\(|\bliteral_eval\s*\(|\bweights_only\s*=\s*True|\bParseFromString\s*\(|\bcsv\.(?:reader|DictReader)\s*\(",
);

/// Whether a reader of data went from a function and none came.
fn held_data_only(twin: &Twin<'_, '_>) -> bool {
    twin.lost(&READS_DATA) > twin.gained(&READS_DATA) && !engines().deserialisers.is_match(twin.before())
}

/// Types of any class are allowed to a mapper that took plain ones before.
fn opened_to_any_type(file: &FileView<'_>, plain: &str) -> bool {
    static ANY_TYPE: Pattern = Pattern::new(
        r"\bLaissezFaireSubTypeValidator\b|\bDefaultTyping\.(?:EVERYTHING|NON_FINAL|OBJECT_AND_NON_CONCRETE)\b|\benableDefaultTyping\s*\(|\bTypeNameHandling\.(?:All|Auto|Objects)\b",
    );
    static MAPS: Pattern = Pattern::new(r"\b(?:ObjectMapper|JsonMapper|JsonSerializer(?:Settings)?|JsonConvert)\b");
    static LIMITED: Pattern = Pattern::new(r"\bBasicPolymorphicTypeValidator\b|\bSerializationBinder\b|\bISerializationBinder\b");
    let plain_before = file
        .old()
        .is_some_and(|old| MAPS.is_match(old.text()) && !ANY_TYPE.is_match(old.text()) && !engines().deserialisers.is_match(old.text()));
    ANY_TYPE.is_match(plain) && plain_before && !file.new_side().is_some_and(|side| LIMITED.is_match(side.text()))
}

fn reads_back(side: &SideView<'_>, statement: &Statement) -> bool {
    let plain = side.plain_of(statement);
    side.touches(statement.first_line, statement.last_line)
        && statement.bytes.len() <= LONGEST
        && engines().deserialisers.is_match(plain)
        && !engines().safely.is_match(plain)
        && !OWN.is_match(plain)
        && !is_text(side.code_of(statement))
}

/// A statement that is nothing but a text, as documentation inside code is.
fn is_text(code: &str) -> bool {
    code.chars().all(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '`'))
}
