//! Settings that a change brings in, looked up in a table; by meaning where the file can be read, else by its lines.

use super::lists::{Setting, tool};
use crate::analysis::check::Draft;
use crate::analysis::document::node::{Leaf, added};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::redact::redact;
use crate::analysis::role::fold;
use crate::analysis::view::{FileView, SideView};

static ENTRY: Pattern = Pattern::new(r#"^\s*(?:export\s+)?["']?([\w.$*/-]+)["']?\s*[:=]\s*["']?(.*?)["']?,?\s*$"#);
/// What a sentence shows of a value, in characters.
const SHOWN: usize = 80;

/// A setting that the change adds or alters.
pub(super) struct Hit<'v> {
    /// What the table says of it.
    pub(super) setting: &'static Setting,
    /// Its value.
    pub(super) value: String,
    /// Its names, `/` between them.
    pub(super) key: String,
    /// Its line on the new side, from 0.
    pub(super) line: usize,
    side: &'v SideView<'v>,
    tool: &'static str,
}

impl Hit<'_> {
    /// The draft that says it, at the table's severity.
    pub(super) fn draft(&self, file: &FileView<'_>) -> Draft {
        let value = redact(&self.value).chars().take(SHOWN).collect::<String>();
        let text = self.setting.says.replace("{tool}", self.tool).replace("{key}", &self.key).replace("{value}", value.trim());
        Draft::line(file, self.side, self.line).title(text).severity(self.setting.severity())
    }
}

/// The settings of `table` that `file` gains.
pub(super) fn gained<'v>(table: &'static [Setting], file: &'v FileView<'_>) -> Vec<Hit<'v>> {
    // Scripts and prose in an agent's folder are no settings of it; only what stands at the head of a page is.
    let settings =
        matches!(file.language, Language::Json | Language::Yaml | Language::Toml | Language::Ini | Language::Xml | Language::Text);
    let variables = file.name().starts_with(".env");
    let headed = file.language == Language::Markdown && file.new_side().is_some_and(|side| side.document().is_ok());
    let Some(side) = file.new_side().filter(|_| settings || variables || headed) else { return Vec::new() };
    let known = tool(file);
    let tool = known.unwrap_or("an agent");
    let path = format!("/{}", fold(&file.path));
    // In a file no agent owns, only settings count that name their file themselves.
    let table: Vec<&'static Setting> =
        table.iter().filter(|setting| path.contains(&setting.path) && (known.is_some() || !setting.path.is_empty())).collect();
    if table.is_empty() {
        return Vec::new();
    }
    let fits = |keys: &[&str], value: &str| {
        table.iter().find(|setting| setting.keys.iter().any(|pattern| matches(pattern, keys)) && setting.takes(value))
    };
    let hit = |keys: &[&str], value: &str, line| {
        Some(Hit { setting: fits(keys, value)?, value: value.to_owned(), key: keys.join("/").replace("/[]", ""), line, side, tool })
    };
    match new_leaves(file, side) {
        Some(leaves) => leaves.iter().filter_map(|leaf| hit(&leaf.path, &leaf.text, leaf.line)).collect(),
        None => by_lines(side)
            .filter(|_| file.language != Language::Xml)
            .filter_map(|(line, key, value)| hit_by_name(&table, key, value).map(|setting| (line, key, value, setting)))
            .map(|(line, key, value, setting)| Hit { setting, value: value.to_owned(), key: key.to_owned(), line, side, tool })
            .collect(),
    }
}

/// What the new side has that the old one lacks; `None` when the new side cannot be read.
fn new_leaves<'v>(file: &'v FileView<'_>, side: &'v SideView<'_>) -> Option<Vec<Leaf<'v>>> {
    let node = side.document().ok()?;
    match file.old() {
        None => Some(added(None, node)),
        Some(old) => Some(match old.document() {
            Ok(before) => added(Some(before), node),
            Err(_) => added(None, node).into_iter().filter(|leaf| side.is_changed(leaf.line)).collect(),
        }),
    }
}

/// `key = value`, `"key": value` and `KEY=value` on added lines.
fn by_lines<'v>(side: &'v SideView<'_>) -> impl Iterator<Item = (usize, &'v str, &'v str)> {
    side.changed_lines().filter_map(|line| Some((line.index, ENTRY.group(line.text, 1)?, ENTRY.group(line.text, 2)?)))
}

fn hit_by_name(table: &[&'static Setting], key: &str, value: &str) -> Option<&'static Setting> {
    table
        .iter()
        .find(|setting| {
            let last = |pattern: &str| pattern.rsplit('/').find(|part| *part != "[]" && *part != "**").unwrap_or("").to_owned();
            let names = |pattern: &String| last(pattern) != "*" && name_matches(&last(pattern), key);
            setting.keys.iter().any(names) && setting.takes(value)
        })
        .copied()
}

/// Whether the names `keys` fit `pattern`.
pub(super) fn matches(pattern: &str, keys: &[&str]) -> bool {
    let parts: Vec<&str> = pattern.split('/').collect();
    fits(&parts, keys)
}

fn fits(pattern: &[&str], keys: &[&str]) -> bool {
    match (pattern.split_first(), keys.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => (0..=keys.len()).any(|skipped| fits(rest, keys.get(skipped..).unwrap_or(&[]))),
        (Some((part, rest)), Some((key, keys))) => name_matches(part, key) && fits(rest, keys),
        _ => false,
    }
}

fn name_matches(part: &str, key: &str) -> bool {
    match part.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => part == key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_matched_by_name() {
        assert!(matches("hooks/SessionStart/**/command", &["hooks", "SessionStart", "[]", "hooks", "[]", "command"]));
        assert!(matches("**/ANTHROPIC_BASE_URL", &["env", "ANTHROPIC_BASE_URL"]));
        assert!(matches("terminal.integrated.shell.*", &["terminal.integrated.shell.linux"]));
        assert!(matches("mcpServers/*/trust", &["mcpServers", "db", "trust"]));
        assert!(!matches("mcpServers/*/trust", &["mcpServers", "trust"]));
        assert!(!matches("notify/[]", &["notify", "x"]));
    }
}
