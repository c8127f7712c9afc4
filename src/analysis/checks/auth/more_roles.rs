//! Roles of everybody that come beside those of a few, where a guard names who may. A part of `guard-removed`.

use std::collections::{BTreeSet, HashMap};

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// A longer line is data.
const LONGEST: usize = 400;
/// So many sets of roles stand in the same words.
const MOST_ALIKE: usize = 50;

/// A guard that names roles as texts.
static NAMES_ROLES: Pattern = Pattern::new(
    r#"(?i)\bhas_?(?:any_?)?(?:role|authority)s?\b|\broles?_?(?:required|allowed|in)?\s*[=:(\[]|\b(?:require|allow|check|with|restrict_?to|authorize)_?(?:any_?)?roles?\b|\brestrictTo\s*\("#,
);
static TEXT: Pattern = Pattern::new(r#"["']([^"'\n]{2,60})["']"#);
/// Roles of a few, and roles of everybody.
static OF_FEW: Pattern =
    Pattern::new(r"(?i)^(?:role_)?\w*(?:admin|staff|owner|superuser|root|manager|operator|auditor|security|finance)\w*$");
static OF_ALL: Pattern = Pattern::new(
    r"(?i)^(?:role_)?(?:users?|guests?|members?|viewers?|customers?|clients?|anonymous|everyone|public|basic|authenticated|readers?)$",
);

/// What a text must hold to name roles.
#[must_use]
pub(super) fn words() -> Words {
    Words::named(["role", "authority", "restrictto"])
}

/// Reports where everybody's role was put beside those of a few.
pub(super) fn shared(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    fn guards<'v>(side: &'v SideView<'_>) -> impl Iterator<Item = (usize, &'v str)> {
        let changed = side.changed_lines().map(|line| (line.index, side.plain_line(line.index)));
        changed.filter(|(_, text)| text.len() <= LONGEST && NAMES_ROLES.is_match(text))
    }
    // What names roles of a few alone, by what stands around them.
    let mut were: HashMap<String, Vec<(BTreeSet<&str>, &str)>> = HashMap::new();
    for (_, was) in guards(old) {
        let known = roles(was);
        if !known.is_empty() && known.iter().all(|role| OF_FEW.is_match(role)) {
            let alike = were.entry(frame(was)).or_default();
            if alike.len() < MOST_ALIKE && alike.iter().all(|(other, _)| *other != known) {
                alike.push((known, was));
            }
        }
    }
    for (line, is) in guards(new).filter(|_| !were.is_empty()) {
        let now = roles(is);
        let joined = |known: &BTreeSet<&str>| known.is_subset(&now) && now.difference(known).any(|role| OF_ALL.is_match(role));
        let alike = were.get(&frame(is)).into_iter().flatten();
        if let Some((_, was)) = alike.into_iter().find(|(known, _)| joined(known)) {
            let draft = Draft::line(file, new, line).title("What a few might do, the role of everybody may do");
            sink.report(draft.evidence(format!("{} → {}", was.trim(), is.trim())).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// The texts of a line; several may stand in one, `Roles = "Admin,User"`.
fn roles(text: &str) -> BTreeSet<&str> {
    TEXT.groups(text, 1)
        .flat_map(|text| text.split([',', '|', ' ']))
        .map(str::trim)
        .filter(|role| role.len() > 1 && role.chars().all(|sign| sign.is_alphanumeric() || "_-:.".contains(sign)))
        .collect()
}

/// A line without the roles it names, and without what tells one from several.
fn frame(text: &str) -> String {
    let mut rest = text.to_owned();
    for found in TEXT.find_all(text).collect::<Vec<_>>().into_iter().rev() {
        rest.replace_range(found, "");
    }
    let rest: String = rest.chars().filter(|sign| !sign.is_whitespace() && !matches!(sign, ',' | '[' | ']' | '_')).collect();
    rest.replace("Any", "").replace("any", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_what_stands_around_them() {
        assert_eq!(roles("[Authorize(Roles = \"Admin, User\")]"), BTreeSet::from(["Admin", "User"]));
        assert_eq!(frame(".hasRole(\"ADMIN\")"), frame(".hasAnyRole(\"ADMIN\", \"USER\")"));
        assert_ne!(frame("requireRole('admin')"), frame("log.requireRole('admin')"));
    }
}
