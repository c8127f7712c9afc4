//! `unsafe-deserialisation`: something is read back in a way that can run code.

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Check, Draft, Sink};
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
        for at in changed {
            let statement = &side.statements()[at];
            let severity = if reached.contains(&at) { Severity::High } else { Severity::Medium };
            sink.report(Draft::lines(file, side, statement.first_line, statement.last_line).severity(severity));
        }
    }
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
