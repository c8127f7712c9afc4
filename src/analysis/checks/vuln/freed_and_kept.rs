//! `freed-and-kept`: a pointer that was set to nothing after its memory was freed keeps its value.

use super::twins::{Twin, twins};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

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
        Needs::nothing().and(Reach::REMOVED, Words::named(["NULL", "nullptr", "= 0", "(", "delete"]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !matches!(file.language, Language::C | Language::Cpp) {
            return;
        }
        for twin in twins(file) {
            used_after(file, &twin, sink);
            for (line, text) in twin.removed() {
                let Some(name) = FORGOTTEN.group(text, 1) else { continue };
                let frees = |text: &str| text.contains(&format!("({name})")) && FREES.is_match(text);
                let set = |text: &str| text.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='));
                let outlives = name.split(['-', '.', '[']).next().is_some_and(|owner| !frees_whole(twin.after(), owner));
                if twin.before().lines().any(frees) && twin.after().lines().any(frees) && !twin.after().lines().any(set) && outlives {
                    sink.report(Draft::line(file, twin.old, line).severity(Severity::Medium));
                }
            }
        }
    }
}

/// Whether the object that holds the pointer goes as well.
fn frees_whole(text: &str, owner: &str) -> bool {
    text.lines().any(|line| FREES.is_match(line) && line.contains(&format!("({owner})")))
}

/// Whether a statement stood behind the same release before.
fn stood(side: &SideView<'_>, lines: &std::ops::Range<usize>, text: &str) -> bool {
    side.statements().iter().filter(|one| lines.contains(&one.first_line)).any(|one| side.plain_of(one).trim() == text)
}

/// Memory is given back, and a line of the same block that used it before does so after that now.
fn used_after(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    static FREED: Pattern =
        Pattern::new(r"^\s*(?:k|kv|kz|v|g_|x|OPENSSL_)?free\s*\(\s*(\w+)\s*\)\s*;?\s*$|^\s*delete(?:\[\])?\s+(\w+)\s*;?\s*$");
    static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");
    let freed = |side: &SideView<'_>, lines: &std::ops::Range<usize>| -> Vec<(usize, String)> {
        let all = side.statements().iter().enumerate().filter(|(_, one)| lines.contains(&one.first_line));
        let name = |text: &str| FREED.group(text, 1).or_else(|| FREED.group(text, 2)).map(str::to_owned);
        all.filter_map(|(at, one)| Some((at, name(side.plain_of(one))?))).take(50).collect()
    };
    let (old, new) = (twin.old, twin.new);
    for (at, name) in freed(new, &twin.is) {
        let Some(release) = new.statements().get(at) else { continue };
        let ends = ["return", "goto", "break", "continue"];
        let behind = new
            .statements()
            .iter()
            .skip(at + 1)
            .take(20)
            .take_while(|one| one.parent == release.parent && twin.is.contains(&one.first_line));
        let uses = behind.take_while(|one| !ends.iter().any(|word| new.code_of(one).trim_start().starts_with(word)));
        for one in uses {
            let text = new.plain_of(one).trim();
            if text.strip_prefix(name.as_str()).is_some_and(|rest| rest.trim_start().starts_with('=')) {
                break;
            }
            let speaks = WORD.groups(new.code_of(one), 0).any(|word| word == name);
            let before = |(from, _): &(usize, String)| {
                old.statements().iter().take(*from).any(|was| twin.was.contains(&was.first_line) && old.plain_of(was).trim() == text)
            };
            let changed = new.touches(one.first_line, one.last_line) || new.touches(release.first_line, release.last_line);
            let through = || [format!("{name}->"), format!("*{name}"), format!("{name}[")].iter().any(|use_| text.contains(use_.as_str()));
            let again = || FREED.is_match(text);
            let came = new.touches(one.first_line, one.last_line) && (through() || again()) && !stood(old, &twin.was, text);
            let moved = || freed(old, &twin.was).iter().filter(|(_, known)| *known == name).any(before);
            if speaks && changed && (came || moved()) {
                let draft = Draft::line(file, new, one.first_line).title(format!("`{name}` is used after its memory is given back"));
                sink.report(draft.severity(Severity::High));
                break;
            }
        }
    }
}
