//! `instruction-override`: text that tells an agent to forget its task, obey a false authority or be somebody else.

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

static SAID: Hint = Hint::new(|| phrases().overriding.words().or(phrases().authority.words()).or(phrases().persona.words()));

/// See `rules/code/instruction-override.toml`.
pub struct InstructionOverride;

impl Check for InstructionOverride {
    fn rule(&self) -> RuleId {
        RuleId("instruction-override")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::AFTER, &SAID)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let spots = file.spots(&SAID, Side::New);
        for passage in of_file(file).iter().filter(|passage| passage.meets(spots)) {
            if let Some((range, title, severity)) = judged(passage) {
                sink.report(Draft::line(file, side, passage.line(range.start)).title(title).severity(severity));
            }
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for (passage, draft) in of_messages(view) {
            if let Some((_, title, severity)) = judged(&passage) {
                sink.report(draft.title(title).severity(severity));
            }
        }
    }
}

/// Whether something is to be sent or done beyond answering.
fn acts(text: &str) -> bool {
    phrases().strong.is_in(text)
}

/// An order begins its sentence; a description of an attack does not.
fn starts_sentence(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.trim_end().is_empty() || before.trim_end().ends_with(['.', '!', '?', ':', ';']))
}

/// A page that shows how attacks look.
static SHOWN: Pattern = Pattern::new(
    r"(?i)\b(?:attack\w*|inject\w*|payloads?|jailbreak\w*|malicious|adversar\w*|example|e\.g\.|such\s+as|for\s+instance|hostile|phishing|threat\w*|never\s+follow|must\s+not\s+follow)\b",
);

/// Whether a page that is part of the product gives the order in its own words, and one to act with it.
fn said_on_a_page(passage: &Passage, range: &Range<usize>) -> bool {
    static ACTS: Pattern = Pattern::new(
        r"(?i)\b(?:approve|merge|push|deploy|publish|delete|send|upload|post|disable|grant|run|execute|print|reveal|output|install)\b",
    );
    let plain = passage.stand == Stand::Visible && passage.live && !matches!(passage.kind, Kind::Prompt | Kind::Data);
    plain
        && !passage.is_quoted(range)
        && starts_sentence(&passage.text, range.start)
        && ACTS.is_match(&passage.text)
        && !SHOWN.is_match(&passage.text)
}

/// Where a page that everybody sees speaks to agents, gives them another part or takes their orders away, and has them act on the work of
/// others: three things that no page needs together. One that shows how attacks look is left alone.
fn takes_over(passage: &Passage) -> Option<Range<usize>> {
    static ACTS: Pattern = Pattern::new(
        r"(?i)\b(?:approve|merge|push|deploy|publish|release|delete|send|upload|post|disable|grant)\b[^.]{0,80}\b(?:pull\s+requests?|prs?\b|them|branch\w*|changes?|commits?|packages?|releases?|keys?|tokens?|secrets?|checks?|conversation|access|production|https?://)",
    );
    let words = phrases();
    if passage.stand != Stand::Visible || !passage.live || passage.kind == Kind::Prompt {
        return None;
    }
    let (taken, persona) = (words.overriding.find(&passage.text), words.persona.find(&passage.text));
    let range = persona.or(taken)?;
    let spoken = words.address.is_in(&passage.text) && ACTS.is_match(&passage.text);
    (spoken && !passage.is_quoted(&range) && !SHOWN.is_match(&passage.text)).then_some(range)
}

fn judged(passage: &Passage) -> Option<(Range<usize>, &'static str, Severity)> {
    let words = phrases();
    let addressed = || words.address.is_in(&passage.text);
    if let Some(range) = takes_over(passage) {
        return Some((range, "A page tells agents that read it to be somebody else and to act by themselves", Severity::High));
    }
    if let Some(range) = words.overriding.find(&passage.text) {
        let severity = match passage.weigh(&range) {
            Severity::High if passage.stand == Stand::Comment && !addressed() => Severity::Medium,
            // Rows of data have no reader but a model; prompts are what a model obeys.
            Severity::Info if passage.kind == Kind::Data && (acts(&passage.text) || words.secrecy.is_in(&passage.text)) => Severity::High,
            Severity::Info if said_on_a_page(passage, &range) => Severity::Medium,
            Severity::Info if passage.kind == Kind::Prompt && !passage.is_quoted(&range) && starts_sentence(&passage.text, range.start) => {
                Severity::High
            }
            severity => severity,
        };
        return Some((range, "Text tells an agent to forget its instructions", severity));
    }
    if let Some(range) = words.persona.find(&passage.text).filter(|_| passage.kind == Kind::Data && words.secrecy.is_in(&passage.text)) {
        return Some((range, "A row of data tells whoever reads it to be somebody else, and not to say so", Severity::High));
    }
    let said = !matches!(passage.stand, Stand::Visible | Stand::Literal | Stand::Comment);
    if !said {
        return None;
    }
    if let Some(range) = words.authority.find(&passage.text) {
        let severity = passage.weigh(&range);
        return Some((range, "Text claims to speak for the system that runs an agent", severity));
    }
    let range = words.persona.find(&passage.text)?;
    let severity = if passage.stand == Stand::Hidden { passage.weigh(&range) } else { passage.weigh(&range).min(Severity::Low) };
    Some((range, "Text tells an agent to be somebody else", severity))
}
