//! Decorators, attributes and annotations: what they stand in front of. Never whether they guard it.

use super::functions::brief;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::SideView;

/// A decorator; group: its name.
pub static DECORATOR: Pattern = Pattern::new(r"^\s*(?:@|#\[|\[)\s*([\w.]+)");

/// The name of the function that the decorator at `at` stands in front of.
#[must_use]
pub fn decorated<'v>(side: &'v SideView<'_>, at: usize) -> Option<&'v str> {
    let target = side.statements().get(at + 1..)?.iter().find(|next| !DECORATOR.is_match(side.code_of(next)))?;
    let within = |line: usize| line >= target.first_line && line <= target.last_line;
    side.functions().iter().find(|function| within(function.first_line)).map(|function| function.name.as_str())
}

/// Whether what a decorator stood in front of is still there.
#[must_use]
pub fn decorated_survives(old: &SideView<'_>, new: &SideView<'_>, at: usize) -> bool {
    let target = old.statements().get(at + 1..).unwrap_or(&[]).iter().find(|next| !DECORATOR.is_match(old.code_of(next)));
    let Some(target) = target else { return false };
    let name = old.functions().iter().find(|function| function.first_line >= target.first_line && function.first_line <= target.last_line);
    match name {
        Some(function) => new.functions().iter().any(|other| other.name == function.name),
        None => new.statements().iter().any(|statement| brief(new, statement) == brief(old, target)),
    }
}

/// Whether a mark of a class makes the guards on methods more than words.
#[must_use]
pub fn switches_guards(name: &str) -> bool {
    matches!(name, "EnableMethodSecurity" | "EnableGlobalMethodSecurity" | "EnableReactiveMethodSecurity")
}
