//! Settings by which an agent or editor runs something, new or changed, whatever they say.

use super::kinds::AGENTS;
use super::mention::Mentioned;
use super::unsaid;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::model::rule::Severity;
use crate::model::story::Undisclosed;

pub(super) fn fact(facts: &Facts<'_>, mentioned: &Mentioned) -> Option<Undisclosed> {
    let paths = facts.files().iter().map(|file| file.path().text().into_owned());
    let paths: Vec<String> = paths.filter(|path| Role::of(path) == Role::AgentConfig).collect();
    let named = paths.iter().any(|path| mentioned.file(path) || path.split(['/', '.']).any(|part| part.len() >= 4 && mentioned.has(part)));
    let named = named || mentioned.any(&AGENTS) || mentioned.begins(&["setting", "config"]);
    if named { None } else { unsaid("settings of an agent or editor change".to_owned(), Severity::Low, paths) }
}
