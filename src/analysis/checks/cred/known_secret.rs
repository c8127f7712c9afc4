//! `known-secret`: the change adds a secret of a known form. The evidence never holds it.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::redact::{self, Secret};
use crate::analysis::role::Role;
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/known-secret.toml`.
pub struct KnownSecret;

impl Check for KnownSecret {
    fn rule(&self) -> RuleId {
        RuleId("known-secret")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|side| side.changed_lines().next().is_some()) else { return };
        for secret in redact::find(side.text()).into_iter().filter(|secret| !secret.example) {
            let (first, last) = (side.line_of(secret.around.start), side.line_of(secret.bytes.end.saturating_sub(1)));
            if !side.touches(first, last) {
                continue;
            }
            let Some((severity, confidence)) = weigh(file.role, &secret) else { continue };
            let around = side
                .text()
                .get(side.text().get(..secret.around.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)..secret.bytes.end);
            let evidence = redact::redact(around.unwrap_or("")).trim().to_owned();
            sink.report(
                Draft::lines(file, side, first, last)
                    .title(format!("Adds a secret: {}", secret.provider))
                    .evidence(evidence)
                    .severity(severity)
                    .confidence(confidence),
            );
        }
    }
}

/// Tests and pages hold made-up secrets more often than real ones; some forms are public by design.
fn weigh(role: Role, secret: &Secret) -> Option<(Severity, Confidence)> {
    let live = role.is_live() || role == Role::Data;
    Some(match (live, secret.weak) {
        (true, false) => (Severity::High, Confidence::High),
        (true, true) => (Severity::Medium, Confidence::Medium),
        (false, false) => (Severity::Medium, Confidence::Medium),
        (false, true) => return None,
    })
}
