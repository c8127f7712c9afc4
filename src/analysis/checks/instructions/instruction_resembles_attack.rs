//! `instruction-resembles-attack`: a sentence whose letters are nearly those of a known attack.

use super::kind::Kind;
use super::likeness::{Nearest, nearest};
use super::passages::{Passage, Stand, of_file, of_messages};
use super::phrases::phrases;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// Windows compared in one file, and in all messages together.
const MOST: usize = 600;

/// What a comment of code holds when it is like one of the list.
const TELLING: [&str; 9] = ["instruct", "ignore", "disregard", "forget", "overrid", "approve", "pretend", "restrict", "prompt"];

/// See `rules/code/instruction-resembles-attack.toml`.
pub struct InstructionResemblesAttack;

impl Check for InstructionResemblesAttack {
    fn rule(&self) -> RuleId {
        RuleId("instruction-resembles-attack")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, Words::named(TELLING))
    }

    /// Words written to be overlooked are looked for where no compiler reads them.
    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        matches!(file.role, Role::Instructions | Role::AgentConfig | Role::Data)
            || matches!(file.language, Language::Markdown | Language::Text | Language::Html)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let mut left = MOST;
        for passage in of_file(file).iter().filter(|passage| speaks(passage)) {
            if let Some((at, title, severity)) = judged(passage, &mut left) {
                sink.report(Draft::line(file, side, passage.line(at)).title(title).severity(severity));
            }
            if left == 0 {
                sink.skip(Some(file.repo_path()), format!("only the first {MOST} stretches of text were compared with known attacks"));
                return;
            }
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let mut left = MOST;
        for (passage, draft) in of_messages(view) {
            if let Some((_, title, severity)) = judged(&passage, &mut left) {
                sink.report(draft.title(title).severity(severity));
            }
            if left == 0 {
                sink.skip(None, format!("only the first {MOST} stretches of messages and remarks were compared with known attacks"));
                return;
            }
        }
    }
}

/// Where nearness to an attack could mean more than a quotation.
fn speaks(passage: &Passage) -> bool {
    match passage.stand {
        Stand::Hidden | Stand::Instructions | Stand::Message => true,
        Stand::Visible => passage.kind == Kind::Data,
        Stand::Comment => {
            let lower = passage.text.to_lowercase();
            passage.live && TELLING.iter().any(|word| lower.contains(word))
        }
        Stand::Literal => false,
    }
}

fn judged(passage: &Passage, left: &mut usize) -> Option<(usize, String, Severity)> {
    // What the phrases know already is said by their rules.
    if phrases().overriding.is_in(&passage.text) {
        return None;
    }
    let (Nearest { family, signature, score }, at) = nearest(&passage.text, left)?;
    let weight = passage.weigh(&(at..at));
    let severity = match passage.stand {
        Stand::Hidden if passage.kind != Kind::Markup => weight.min(Severity::High),
        Stand::Instructions | Stand::Message if family == "override" => weight,
        Stand::Comment | Stand::Instructions | Stand::Message => weight.min(Severity::Medium),
        Stand::Visible if passage.kind == Kind::Data => Severity::Medium,
        _ => Severity::Info,
    };
    Some((at, format!("Reads like “{signature}” by its letters ({:.0} % alike)", score * 100.0), severity))
}
