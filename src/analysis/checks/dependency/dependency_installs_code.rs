//! `dependency-installs-code`: a package that now runs code on the machine that installs it.

use std::collections::HashSet;

use super::table::{MOST, tables};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::model::dependency::{DependencyMove, Ecosystem};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-installs-code.toml`.
pub struct DependencyInstallsCode;

impl Check for DependencyInstallsCode {
    fn rule(&self) -> RuleId {
        RuleId("dependency-installs-code")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for table in tables(view).filter(|table| table.inventory.tells_scripts) {
            // A package that moves within the tree had its script before.
            let had: HashSet<&str> = table
                .rows
                .iter()
                .filter_map(|row| row.before.as_ref())
                .filter(|known| known.installs_code)
                .map(|known| known.name.as_str())
                .collect();
            let new = table
                .rows
                .iter()
                .filter(|row| row.after.as_ref().is_some_and(|after| after.installs_code && !had.contains(after.name.as_str())));
            for row in new.take(MOST) {
                let Some(after) = &row.after else { continue };
                let known = table.inventory.known.contains(&after.name);
                if row.change == DependencyMove::Added && known {
                    continue;
                }
                // A lock that knew less of the very same version before only tells more of it.
                if row
                    .before
                    .as_ref()
                    .is_some_and(|before| before.version == after.version && before.hashes.is_empty() && !after.hashes.is_empty())
                {
                    continue;
                }
                let (severity, what) = if known {
                    (Severity::High, format!("{} {} runs code when it is installed; the version before did not", after.name, after.version))
                } else {
                    (Severity::Medium, format!("New package {} {} runs code when it is installed", after.name, after.version))
                };
                // Where there is no wheel the sources are built, which many do who mean no harm.
                let severity = match (after.ecosystem, known) {
                    (Ecosystem::Pypi, true) => Severity::Medium,
                    (Ecosystem::Pypi, false) => Severity::Low,
                    _ => severity,
                };
                sink.report(table.draft(after).title(what).severity(table.weighed(severity)));
            }
        }
    }
}
