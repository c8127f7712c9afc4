//! "update dependencies".

use super::judged::Judged;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::DependencyChange;

static UPDATED: Pattern = Pattern::new(
    r"(?i)^(?:(?:chore|build|deps|fix|ci)(?:\([^)]*\))?!?:\s*)?(?:update[sd]?|upgrade[sd]?|bump(?:s|ed)?)\s+(?:(?:all|the|our|some|project|npm|pip|python|rust|go|cargo|node|js|dev|development|minor|outdated)\s+)*(?:dependenc(?:y|ies)|deps|dependency versions|lock ?files?)(?:\s+(?:to\s+(?:the\s+)?latest(?:\s+versions?)?|versions?))?[.!]?$",
);

/// A title that says dependencies were updated.
#[must_use]
pub fn updated(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !sentence.heads || !UPDATED.is_match(&sentence.text) {
        return None;
    }
    let moved: Vec<String> = facts.dependencies().map(|(row, _)| place(row)).collect();
    if !moved.is_empty() {
        return Some(Judged::supported(&sentence.text, moved));
    }
    if facts.has_gaps() || !sentence.whole || facts.files().iter().any(|file| may_name_dependencies(&file.path().text())) {
        return Some(Judged::uncheckable(&sentence.text, vec!["no dependency moves in the files that were read".to_owned()]));
    }
    let mut places = vec!["no file of the change names a dependency".to_owned()];
    places.extend(facts.files().iter().map(|file| file.path().text().into_owned()));
    let grave = facts.files().iter().any(|file| Role::of(&file.path().text()) == Role::AgentConfig);
    Some(Judged::contradicted(&sentence.text, places).grave(grave))
}

/// Any file that could: build files, settings, scripts, workflows, vendored code. Only texts, pages and agents' files are ruled out.
fn may_name_dependencies(path: &str) -> bool {
    let role = Role::of(path);
    match role {
        Role::Docs | Role::Instructions | Role::Test => path.ends_with(".txt"),
        Role::AgentConfig => path.to_lowercase().contains("devcontainer"),
        Role::Product => {
            !Language::of(path).is_code()
                || matches!(
                    Language::of(path),
                    Language::Shell | Language::Ruby | Language::Kotlin | Language::Scala | Language::Swift | Language::Elixir
                )
        }
        _ => true,
    }
}

/// `path:line name`
pub(super) fn place(row: &DependencyChange) -> String {
    let (name, line) = row.dependency().map_or(("", 0), |dependency| (dependency.name.as_str(), dependency.line));
    match line {
        0 => format!("{} ({name})", row.manifest.text()),
        _ => format!("{}:{line} ({name})", row.manifest.text()),
    }
}
