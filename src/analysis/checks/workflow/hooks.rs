//! Hooks that run before people commit: checks for security that are gone, left out, or come from somebody else.

use super::gates::SECURITY;
use crate::analysis::checks::dependency::likeness::imitates;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::fold;
use crate::analysis::view::FileView;
use crate::model::diff::Side;
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 600;

/// Files that say what such hooks run.
static HOOKS: Pattern = Pattern::new(
    r"(?:^|/)(?:\.pre-commit-config\.ya?ml|\.?lefthook(?:-local)?\.(?:ya?ml|toml|json)|\.husky/[\w-]+|\.githooks/[\w-]+|\.overcommit\.yml)$",
);
static COMES_FROM: Pattern =
    Pattern::new(r"^\s*-?\s*repo:\s*[\x22']?(?:https?://|git@)[\w.-]+[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?[\x22']?\s*$");
static LEFT_OUT: Pattern = Pattern::new(r"^\s*(?:skip:\s*true\b|stages:\s*\[\s*manual\s*\]|enabled:\s*false\b)");

/// What a hook no longer does, how grave that is, and where it is said.
pub(super) type Found = (String, Severity, Side, usize);

/// The first thing that the hooks of `file` no longer do.
pub(super) fn hooks_loosened(file: &FileView<'_>) -> Option<Found> {
    let (old, new) = (file.old()?, file.new_side()?);
    if !HOOKS.is_match(&fold(&file.path)) {
        return None;
    }
    from_somebody_else(file).or_else(|| {
        let lower = new.text().to_lowercase();
        let said = |text: &str| text.len() <= LONGEST && !text.trim_start().starts_with('#');
        let gone = old.changed_lines().filter(|line| said(line.text)).find_map(|line| {
            let tool = line.text.get(SECURITY.find(line.text)?)?.to_lowercase();
            (!lower.contains(&tool)).then_some((line.index, tool))
        });
        if let Some((line, tool)) = gone {
            return Some((format!("`{tool}` no longer runs before commits"), Severity::Medium, Side::Old, line));
        }
        let known = file.removed().filter(|line| LEFT_OUT.is_match(line.text)).count();
        let line = file.added().filter(|line| said(line.text) && LEFT_OUT.is_match(line.text)).nth(known)?;
        // The hook stands above what leaves it out.
        let above = (line.index.saturating_sub(8)..line.index).any(|index| SECURITY.is_match(new.line(index).text));
        let severity = if above { Severity::Medium } else { Severity::Low };
        Some(("A hook is left out before commits".to_owned(), severity, Side::New, line.index))
    })
}

/// A hook of the same name is fetched from another owner.
fn from_somebody_else(file: &FileView<'_>) -> Option<Found> {
    let read = |text: &'_ str| Some((COMES_FROM.group(text, 1)?.to_owned(), COMES_FROM.group(text, 2)?.to_owned()));
    let before: Vec<(String, String)> = file.removed().filter_map(|line| read(line.text)).take(100).collect();
    file.added().find_map(|line| {
        let (owner, name) = read(line.text)?;
        let (was, _) = before.iter().find(|(known, same)| *same == name && !known.eq_ignore_ascii_case(&owner))?;
        let severity = if imitates(&owner, was) { Severity::High } else { Severity::Medium };
        Some((format!("The hooks of `{name}` would come from `{owner}` instead of `{was}`"), severity, Side::New, line.index))
    })
}
