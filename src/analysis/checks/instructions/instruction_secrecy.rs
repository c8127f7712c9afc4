//! `instruction-secrecy`: an agent is told to keep something from people.

use std::ops::Range;

use super::kind::Kind;
use super::passages::{Passage, Stand, of_file, of_messages};
use super::phrases::phrases;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach};
use crate::analysis::view::FileView;
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

static ADDRESS: Pattern = Pattern::new(r"(?i)\bhttps?://");
static SAID: Hint = Hint::new(|| phrases().secrecy.words());

/// Work reaches others, or is let pass, without anybody's word.
static UNASKED: Pattern = Pattern::new(
    r"(?i)\b(?:straight|directly|right)\s+(?:to|into|on|onto)\s+[\x60'\x22]?(?:main|master|production|prod|trunk|release)\b|\b(?:do\s+not|don.t|never|no\s+need\s+to|without)\s+(?:\w+\s+){0,3}(?:asking|confirmation|permission|pull\s+requests?|reviews?|approvals?|reviewers?)\b|\b(?:skip|bypass|disable|ignore)\s+(?:\w+\s+){0,3}(?:tests?|checks?|hooks?|reviews?|ci|lint\w*|scan\w*)\b",
);

/// The agent's own work is what people are not shown.
static WORK: Pattern = Pattern::new(
    r"(?i)\b(?:show|mention|tell|reveal|disclose|report|display|surface|inform)\w*\s+(?:[\w./\x60*-]+\s+){0,4}?(?:diffs?|changes|edits?|modifications?|commits?|commands?|what\s+you\s+(?:did|do|changed?|ran|run))\b",
);
/// A command that is to run.
static RUNS: Pattern = Pattern::new(
    r"(?i)\b(?:run|execute|invoke|start|launch|call)\s+(?:(?:the|this|also|then|first)\s+)?(?:\w+\s+)?(?:\x60[^\x60]+\x60|(?:ba|z)?sh\s+\S|python\d?\s+\S|node\s+\S|npx\s+\S|curl\s+\S|\./\S)",
);
/// Nobody need be asked, which hides nothing.
static ASKING: Pattern = Pattern::new(r"(?i)\b(?:asking|prompting|consulting|log\w*|note|document|announce)\b");

/// Whether the sentence around `range` has a command run that stays unsaid.
fn runs_unsaid(text: &str, range: &Range<usize>) -> bool {
    let start = text.get(..range.start).and_then(|before| before.rfind(". ")).map_or(0, |dot| dot + 1);
    let end = text.get(range.end..).and_then(|after| after.find(". ")).map_or(text.len(), |dot| range.end + dot);
    let said = text.get(range.clone()).unwrap_or("");
    !ASKING.is_match(said) && text.get(start..end).is_some_and(|sentence| RUNS.is_match(sentence))
}

/// See `rules/code/instruction-secrecy.toml`.
pub struct InstructionSecrecy;

impl Check for InstructionSecrecy {
    fn rule(&self) -> RuleId {
        RuleId("instruction-secrecy")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::AFTER, &SAID)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let spots = file.spots(&SAID, Side::New);
        for passage in of_file(file).iter().filter(|passage| passage.meets(spots)) {
            if let Some((range, severity)) = judged(passage) {
                sink.report(Draft::line(file, side, passage.line(range.start)).severity(severity));
            }
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for (passage, draft) in of_messages(view) {
            if let Some((_, severity)) = judged(&passage) {
                sink.report(draft.severity(severity));
            }
        }
    }
}

/// Silence alone is often a rule for a product's own messages; silence about an action is not.
fn judged(passage: &Passage) -> Option<(Range<usize>, Severity)> {
    let words = phrases();
    let range = words.secrecy.find(&passage.text)?;
    let addressed = words.address.is_in(&passage.text);
    let strong = words.strong.is_in(&passage.text);
    let acts = strong || words.order.is_in(&passage.text);
    let weight = passage.weigh(&range);
    let severity = match passage.stand {
        Stand::Hidden if acts || addressed => weight,
        Stand::Hidden => weight.min(Severity::Medium),
        Stand::Instructions if strong => weight,
        // Silence about code that comes from an address.
        Stand::Instructions if acts && ADDRESS.is_match(&passage.text) => weight,
        // What nobody is told of is that nobody was asked.
        Stand::Instructions if UNASKED.is_match(&passage.text) => weight,
        // A command in the same sentence is what nobody is to hear of.
        Stand::Instructions if runs_unsaid(&passage.text, &range) => weight,
        Stand::Instructions if passage.text.get(range.clone()).is_some_and(|said| WORK.is_match(said) && !ASKING.is_match(said)) => {
            weight.min(Severity::Medium)
        }
        Stand::Instructions => weight.min(Severity::Low),
        Stand::Message | Stand::Comment if addressed && acts => weight,
        Stand::Literal if passage.live && strong && addressed_tool(&passage.text) => Severity::High,
        // A row that a product shows has no order for a model in it, and none that stays unsaid.
        Stand::Literal | Stand::Visible
            if passage.kind == Kind::Data && passage.live && addressed && strong && ADDRESS.is_match(&passage.text) =>
        {
            Severity::High
        }
        Stand::Visible if addressed => Severity::Info,
        _ => return None,
    };
    Some((range, severity))
}

/// The description of a tool that a model reads: "before using this tool, read …".
fn addressed_tool(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["this tool", "<important>", "sidenote", "before using", "when calling", "any other tool", "before you use", "each tool"]
        .iter()
        .any(|sign| lower.contains(sign))
}
