//! Claims about dependencies as a whole: "update dependencies", "no new dependencies".

use super::judged::Judged;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::{DependencyChange, DependencyMove, Scope};

static UPDATED: Pattern = Pattern::new(
    r"(?i)^(?:(?:chore|build|deps|fix|ci)(?:\([^)]*\))?!?:\s*)?(?:update[sd]?|upgrade[sd]?|bump(?:s|ed)?)\s+(?:(?:all|the|our|some|project|npm|pip|python|rust|go|cargo|node|js|dev|development|minor|outdated)\s+)*(?:dependenc(?:y|ies)|deps|dependency versions|lock ?files?)(?:\s+(?:to\s+(?:the\s+)?latest(?:\s+versions?)?|versions?))?[.!]?$",
);
static NONE_NEW: Pattern = Pattern::new(
    r"(?i)\b(?:no|without(?: any)?|zero)\s+(?:(?:new|additional|extra|added)\s+)(?:(runtime|production)\s+|external\s+|third[- ]party\s+)*(?:dependenc(?:y|ies)|deps)\b|\b(?:does not|doesn't|do not|don't)\s+(?:add|introduce)\s+(?:any\s+)?(?:new\s+)?dependenc",
);
static NONE_CHANGED: Pattern =
    Pattern::new(r"(?i)\bno\s+dependenc(?:y|ies)\s+(?:changes?|updates?|were changed|changed)\b|\bdependencies (?:are |stay )?unchanged\b");

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

/// "no new dependencies", "no dependency changes".
#[must_use]
pub fn none_new(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let none_changed = NONE_CHANGED.is_match(&sentence.text);
    if !none_changed && !NONE_NEW.is_match(&sentence.text) || sentence.text.ends_with('?') {
        return None;
    }
    let runtime_only = NONE_NEW.group(&sentence.text, 1).is_some();
    let against = |row: &DependencyChange| {
        let new = row.change == DependencyMove::Added || none_changed;
        new && row.dependency().is_some_and(|known| known.direct && (!runtime_only || known.scope == Scope::Runtime))
    };
    let places: Vec<String> = facts.dependencies().filter(|(row, manifest)| *manifest && against(row)).map(|(row, _)| place(row)).collect();
    Some(match (places.is_empty(), facts.dependencies_are_known() && !facts.has_gaps()) {
        (false, _) if sentence.whole => Judged::contradicted(&sentence.text, places),
        (true, true) => Judged::supported(&sentence.text, Vec::new()),
        _ => Judged::uncheckable(&sentence.text, places),
    })
}

/// `path:line name`
fn place(row: &DependencyChange) -> String {
    let (name, line) = row.dependency().map_or(("", 0), |dependency| (dependency.name.as_str(), dependency.line));
    match line {
        0 => format!("{} ({name})", row.manifest.text()),
        _ => format!("{}:{line} ({name})", row.manifest.text()),
    }
}
