//! `dependency-added`: a note for each package the project now asks for by itself.

use super::table::{MOST, shown, tables};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::model::dependency::DependencyMove;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-added.toml`.
pub struct DependencyAdded;

impl Check for DependencyAdded {
    fn rule(&self) -> RuleId {
        RuleId("dependency-added")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for table in tables(view).filter(super::table::Table::is_manifest) {
            let added = table.rows.iter().filter(|row| row.change == DependencyMove::Added).filter_map(|row| row.after.as_ref());
            let added: Vec<_> = added.filter(|dependency| dependency.direct).collect();
            if !table.inventory.existed && added.len() > 1 {
                let names = added.iter().take(8).map(|dependency| shown(dependency)).collect::<Vec<_>>().join(", ");
                let draft = Draft::dependency(table.file.path(), "", &names);
                sink.report(draft.title(format!("A new file asks for {} packages", added.len())).severity(Severity::Info));
                continue;
            }
            for dependency in added.into_iter().take(MOST) {
                let draft = table.draft(dependency).title(format!("New dependency: {}", dependency.name));
                sink.report(draft.severity(Severity::Info));
            }
        }
    }
}
