//! `freed-and-kept`: a pointer that was set to nothing after its memory was freed keeps its value.

use super::twins::twins;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/freed-and-kept.toml`.
pub struct FreedAndKept;

/// A member or a global: what is local ends with its function.
static FORGOTTEN: Pattern = Pattern::new(r"^\s*(\*?\w+(?:(?:->|\.)\w+|\[\w+\])+|g_\w+|s_\w+|\*\w+)\s*=\s*(?:NULL|nullptr|0)\s*;");
static FREES: Pattern = Pattern::new(r"\b(?:\w*free\w*|\w*release|\w*destroy|delete)\b");

impl Check for FreedAndKept {
    fn rule(&self) -> RuleId {
        RuleId("freed-and-kept")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::named(["NULL", "nullptr", "= 0"]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !matches!(file.language, Language::C | Language::Cpp) {
            return;
        }
        for twin in twins(file) {
            for (line, text) in twin.removed() {
                let Some(name) = FORGOTTEN.group(text, 1) else { continue };
                let frees = |text: &str| text.contains(&format!("({name})")) && FREES.is_match(text);
                let set = |text: &str| text.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='));
                let outlives = name.split(['-', '.', '[']).next().is_some_and(|owner| !frees_whole(twin.after(), owner));
                if twin.before().lines().any(frees) && twin.after().lines().any(frees) && !twin.after().lines().any(set) && outlives {
                    sink.report(Draft::line(file, twin.old, line));
                }
            }
        }
    }
}

/// Whether the object that holds the pointer goes as well.
fn frees_whole(text: &str, owner: &str) -> bool {
    text.lines().any(|line| FREES.is_match(line) && line.contains(&format!("({owner})")))
}
