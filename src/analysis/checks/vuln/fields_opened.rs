//! Fields that a request may set, to which those were added that say who somebody is, what he may do or whose it is. Part of
//! `safe-call-replaced`.

use super::twins::Twin;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 1_000;

/// A list of fields that a request may set.
pub(super) static LISTS: Pattern =
    Pattern::new(r"\.permit\s*\(|\$fillable\s*=|\bpick\s*\(\s*(?:req|request|ctx\.request)\.body\b|->only\s*\(");
/// Words of [`LISTS`].
pub(super) const WORDS: [&str; 3] = ["permit", "fillable", "only"];
static FIELD: Pattern = Pattern::new(r#":([a-z_]\w*)\b|["']([A-Za-z_]\w*)["']"#);
/// What somebody may do, and whether he is believed.
static RIGHTS: Pattern = Pattern::new(
    r"(?i)^(?:is_?)?(?:admin|super_?user|superuser|staff|root)$|^(?:user_?)?roles?(?:_?ids?)?$|^permissions?$|^(?:email_?|is_?)?verified(?:_?at)?$|^(?:is_?)?approved$|^password_?(?:digest|hash)$|^balance$",
);
/// Whose it is.
static OWNER: Pattern = Pattern::new(r"(?i)^(?:owner|user|account|tenant|org(?:ani[sz]ation)?|customer|author)_?id$");
/// Those who give rights out.
static GIVES_RIGHTS: Pattern = Pattern::new(r"(?i)admin|invit|backoffice|manage|role|permission|staff");

/// The same in a function.
pub(super) fn of_function(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    let header = twin.after().lines().next().unwrap_or("");
    if !GIVES_RIGHTS.is_match(&file.path) && !GIVES_RIGHTS.is_match(header) {
        report(file, twin.new, twin.removed().map(|(_, text)| text), twin.added(), sink);
    }
}

/// The same outside of functions, where PHP lists them.
pub(super) fn of_class(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(new)) = (file.old().filter(|_| file.language.is_code() && file.role.is_live()), file.new_side()) else { return };
    let outside = |side: &SideView<'_>, line: usize| side.function_at(line).is_none();
    let removed = old.changed_lines().filter(|line| outside(old, line.index)).map(|line| line.text);
    let added = new.changed_lines().filter(|line| outside(new, line.index)).map(|line| (line.index, line.text));
    report(file, new, removed, added, sink);
}

fn report<'v>(
    file: &FileView<'_>,
    side: &SideView<'_>,
    removed: impl Iterator<Item = &'v str>,
    added: impl Iterator<Item = (usize, &'v str)>,
    sink: &mut Sink<'_>,
) {
    let told = |text: &str| text.len() <= LONGEST && LISTS.is_match(text);
    let fields = |text: &'v str| -> Vec<&'v str> { FIELD.parts(text).collect() };
    let known: Vec<&str> = removed.filter(|text| told(text)).take(50).flat_map(fields).collect();
    if known.is_empty() {
        return;
    }
    for (line, text) in added.filter(|(_, text)| told(text)).take(50) {
        let fresh: Vec<&str> = fields(text).into_iter().filter(|field| !known.contains(field)).collect();
        let found = |pattern: &Pattern| fresh.iter().copied().find(|field| pattern.is_match(field));
        let Some((field, severity)) =
            found(&RIGHTS).map(|field| (field, Severity::High)).or_else(|| Some((found(&OWNER)?, Severity::Medium)))
        else {
            continue;
        };
        let title = format!("A request may set `{field}` now");
        sink.report(Draft::line(file, side, line).title(title).severity(severity));
    }
}
