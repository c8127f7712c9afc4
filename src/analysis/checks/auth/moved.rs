//! Guards that a file lost and that another file of the same change has now. A part of `guard-removed`.

use super::guarded_route::guards;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};

/// Changes with more files than this are asked for an equivalent only where the guard stood.
const MOST_FILES: usize = 300;

/// A callback that a controller asks before its actions.
pub static CALLBACK: Pattern = Pattern::new(r"^\s*(?:prepend_)?before_(?:action|filter)\b");

/// Whether what stood behind a guard in one statement went with it: neither the path `app.use("/apps", signedIn, apps.router(x))` answered nor
/// what answered it is spoken of any more.
#[must_use]
pub fn went_with_its_routes(new: &SideView<'_>, guard: &str) -> bool {
    static GIVEN: Pattern =
        Pattern::new(r#"\.use\s*\(\s*(["'][^"'\n]*\w[^"'\n]*["'])\s*,.*,\s*(\w+)(?:\.\w+)*(?:\([^()]*\))?\s*\)\s*;?\s*$"#);
    let (Some(path), Some(answers)) = (GIVEN.group(guard, 1), GIVEN.group(guard, 2)) else { return false };
    let spoken = |name: &str| new.masked().split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    new.whole && !guards(answers) && !new.plain().contains(path) && !spoken(answers)
}

/// Whether an added line of another file holds the guard now.
#[must_use]
pub fn moved_elsewhere(file: &FileView<'_>, old: &SideView<'_>, statement: &Statement) -> bool {
    let line = old.line(statement.first_line).text.trim();
    // A callback of a controller may stand in front of other actions where it stands now.
    let line = if CALLBACK.is_match(line) { line.split(',').next().unwrap_or(line).trim() } else { line };
    let callback = CALLBACK.is_match(line);
    let files = &file.change.patch.files;
    line.len() > 3
        && files.len() <= MOST_FILES
        && files
            .iter()
            .filter(|other| other.path() != file.repo_path())
            .filter_map(|other| other.text())
            .any(|text| text.added().map(|(_, added)| added.trim()).any(|added| added == line || callback && begins_with(added, line)))
}

/// Whether a class of another file that answers below the same path says now by itself what the rule for this path said:
/// `.requestMatchers("/api/admin/**").hasRole("ADMIN")` → `@PreAuthorize("hasRole('ADMIN')")`.
#[must_use]
pub fn annotated_elsewhere(file: &FileView<'_>, old: &SideView<'_>, was: &Statement) -> bool {
    static PATH: Pattern = Pattern::new(r#"["'](/[\w/.-]*\w)(?:/?\*+)?["']"#);
    static ASKED: Pattern = Pattern::new(r"\b(has(?:Any)?(?:Role|Authority)|require\w*|authoriz\w*|can)\b");
    let gone = (was.first_line..=was.last_line).map(|at| old.line(at)).filter(|line| line.changed).map(|line| line.text);
    let Some((path, asked)) = gone.filter_map(|text| Some((PATH.group(text, 1)?, ASKED.group(text, 1)?))).next() else { return false };
    let files = &file.change.patch.files;
    files.len() <= MOST_FILES
        && files.iter().filter(|other| other.path() != file.repo_path()).filter_map(|other| other.text()).any(|text| {
            let answers = || text.lines.iter().filter(|line| line.new > 0).any(|line| text.text(line).contains(path));
            text.added().any(|(_, line)| line.trim_start().starts_with(['@', '[']) && line.contains(asked)) && answers()
        })
}

/// Whether the arguments of a call go on behind `head`.
fn begins_with(added: &str, head: &str) -> bool {
    added.strip_prefix(head).is_some_and(|rest| rest.trim_start().starts_with(','))
}
