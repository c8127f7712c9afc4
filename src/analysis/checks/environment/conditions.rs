//! Conditions under which others may take on a role, once they are gone from the words of its policy. No rule of its own.
//!
//! Blocks of Terraform are compared as blocks elsewhere; these are the policies written as JSON, there or in a file of their own.

use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// How far around a condition the statement it belongs to stands.
const NEAR: usize = 12;
/// A longer line is data.
const LONGEST: usize = 2000;

/// The line of a condition that is gone from a statement that stays, and how grave that is.
pub(super) fn gone(file: &FileView<'_>) -> Option<(usize, Severity)> {
    static CONDITION: Pattern = Pattern::new(r#"["']?\bCondition["']?\s*[:=]\s*\{?"#);
    static TRUST: Pattern = Pattern::new(r"\bsts:AssumeRole\w*");
    static FEDERATED: Pattern = Pattern::new(r"AssumeRoleWith(?:WebIdentity|SAML)|Federated");
    let (old, new) = (file.old()?, file.new_side()?);
    let conditions = |side: &SideView<'_>| side.lines().filter(|line| line.text.len() < LONGEST && CONDITION.is_match(line.text)).count();
    let trusts = |side: &SideView<'_>| TRUST.count(side.text());
    let line = old.changed_lines().find(|line| line.text.len() < LONGEST && CONDITION.is_match(line.text))?;
    let around = old.bytes_of(line.index.saturating_sub(NEAR), (line.index + NEAR).min(old.len().saturating_sub(1)));
    let near = old.text().get(around)?;
    if !TRUST.is_match(near) || conditions(new) >= conditions(old) || trusts(new) < trusts(old) {
        return None;
    }
    Some((line.index, if FEDERATED.is_match(near) { Severity::High } else { Severity::Medium }))
}
