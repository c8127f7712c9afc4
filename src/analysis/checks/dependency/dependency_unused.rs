//! `dependency-unused`: a change asks for a package that nothing in the whole tree names.

use super::table::{MOST, tables};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::manifests::format::Kind;
use crate::analysis::manifests::forms;
use crate::analysis::unused::{Added, added};
use crate::model::mention::Mentions;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-unused.toml`.
pub struct DependencyUnused;

impl Check for DependencyUnused {
    fn rule(&self) -> RuleId {
        RuleId("dependency-unused")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let Some(mentions) = &view.around.mentions else { return };
        let unused = added(view.outcomes).into_iter().filter(|one| !is_used(one, mentions));
        for Added { manifest, dependency, .. } in unused.take(MOST) {
            let Some(table) = tables(view).find(|table| table.file.path() == manifest) else { continue };
            let title = format!("{} is added, and nothing else in the tree names it", dependency.name);
            sink.report(table.draft(dependency).title(title).severity(Severity::Info));
        }
    }
}

/// Whether anything but manifests and lock files names it, or a manifest does so more than once.
fn is_used(one: &Added<'_>, mentions: &Mentions) -> bool {
    let places = one.words.iter().flat_map(|word| mentions.of(word));
    let mut places = places.map(|(path, count)| (forms::of(&path.text()), *count));
    places.any(|(form, count)| match form.map(|form| (form.kind(), form.ecosystem())) {
        Some((Kind::Lock, _)) => false,
        Some((Kind::Manifest, world)) if world == one.dependency.ecosystem => count > 1,
        _ => true,
    })
}
