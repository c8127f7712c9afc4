//! What is left of a body once the known names are taken out of it, written into a record: `const { name, ...rest } = request.body`. A part of
//! `merge-from-request`.

use super::request::ASKED;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// All that is left of a body; group: its name.
static REST: Pattern = Pattern::new(
    r"\{[^{}\n]*\.\.\.(\w+)\s*\}\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:req|request|ctx\.request|c\.req|event)\.(?:body|json\(\))",
);
/// The names one by one.
static NAMED: Pattern =
    Pattern::new(r"\{\s*\w[^{}.\n]*\}\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:req|request|ctx\.request|c\.req|event)\.(?:body|json\(\))");
/// A record is written.
static WRITES: Pattern =
    Pattern::new(r"\.(?:update|create|upsert|insert|save|assign|merge|set|values|findByIdAndUpdate|findOneAndUpdate)\w*\s*\(");
/// So many lines above what is written its call begins.
const ABOVE: usize = 8;
const LONGEST: usize = 400;

/// What a file must hold.
pub(super) fn words() -> Words {
    Words::named(["..."])
}

/// Reports a record into which all that is left of a body is written.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let script = matches!(file.language, Language::JavaScript | Language::TypeScript);
    let Some(side) = file.new_side().filter(|_| script && file.role.is_live()) else { return };
    let short = || file.added().filter(|line| line.text.len() <= LONGEST && line.text.contains("...")).take(500);
    let taken = |text: &str| REST.group(text, 1).filter(|_| ASKED.is_match(text)).map(|name| format!("...{name}"));
    let rests: Vec<String> = short().filter_map(|line| taken(side.plain_line(line.index))).take(20).collect();
    if rests.is_empty() {
        return;
    }
    let spread = |text: &str| {
        rests.iter().any(|rest| {
            text.match_indices(rest.as_str()).any(|(at, _)| {
                !text.get(at + rest.len()..).is_some_and(|after| after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            })
        })
    };
    let written = |at: usize| (at.saturating_sub(ABOVE)..=at).any(|above| WRITES.is_match(side.plain_line(above)));
    let mut found = short().filter(|line| !REST.is_match(line.text) && spread(side.plain_line(line.index)) && written(line.index));
    if let Some(line) = found.next() {
        let named = file.removed().any(|was| was.text.len() <= LONGEST && NAMED.is_match(was.text));
        let draft = Draft::line(file, side, line.index).title("All that is left of a body is written into a record");
        sink.report(if named { draft } else { draft.severity(Severity::Medium) });
    }
}
