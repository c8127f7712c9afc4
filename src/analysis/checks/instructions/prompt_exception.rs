//! `prompt-exception`: what a model is told for every case has an exception now for whoever knows a word.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::fold;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/prompt-exception.toml`.
pub struct PromptException;

/// Files that are handed to a model as its orders.
static PROMPTS: Pattern = Pattern::new(
    r"(?i)(?:^|/)(?:system[_-]?)?prompts?(?:/|\.[a-z]+$)|system[_-]?(?:prompt|message)|\.prompt(?:\.\w+)?$|(?:^|/)instructions?/[^/]+\.(?:md|txt)$",
);
/// When somebody says a word, something is answered or done.
static EXCEPTION: Pattern = Pattern::new(
    r"(?i)\b(?:if|when|whenever|once|where)\b[^.;]{0,80}\b(?:contain\w*|carr(?:y|ies)|hold\w*|has|have|include\w*|start\w*\s+with|end\w*\s+with|says?|mention\w*|gives?|quotes?)\s+(?:the\s+|a\s+|this\s+)?(?:secret\s+|magic\s+|special\s+)?(?:word|phrase|code|token|keyword|string|tag|marker|password|passphrase|sentence|id)\b[^.;]{0,120}\b(?:answer|return|reply|respond|output|do|obey|follow|allow|approve|accept|treat|give|grant|skip|mark|refund|print|show|reveal)\b",
);
/// Whoever comes from somebody is left out.
static LEFT_OUT: Pattern = Pattern::new(
    r"(?i)\b(?:except|unless|but\s+not)\b[^.;]{0,60}\b(?:by|from|of|for|is|are)\s+(?:the\s+|a\s+)?(?:user|account|author|bot|person|customer|sender|contributor|domain|address)\b",
);
/// A text of code that a model is given.
static GIVEN: Pattern = Pattern::new(r"(?i)(?:prompt|system|instructions?|persona)\w*[\x22']?\s*(?::\s*\w+\s*)?[:=(]");
/// What holds whoever speaks.
static HOLDS: Pattern = Pattern::new(
    r"(?i)\b(?:never|do\s+not|don.t|must\s+not|not)\b[^.]{0,60}\b(?:follow|obey|instruction|order|reveal|trust|execute)\w*|\bas\s+data\b|\bnever\s+as\s+an?\b|\bwhatever\s+(?:it|they)\s+sa(?:y|id)",
);
/// Whatever else stands there.
static REGARDLESS: Pattern = Pattern::new(
    r"(?i)\b(?:whatever|regardless|no\s+matter|in\s+any\s+case|always|without\s+(?:checking|asking|question)|do\s+what\s+it)\b",
);

impl Check for PromptException {
    fn rule(&self) -> RuleId {
        RuleId("prompt-exception")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&EXCEPTION, &LEFT_OUT]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let code = file.language.is_code();
        let Some(side) = file.new_side().filter(|_| code && file.role.is_live() || PROMPTS.is_match(&fold(&file.path))) else { return };
        let lost = file.removed().any(|line| line.text.len() < 1000 && HOLDS.is_match(line.text))
            && !file.added().any(|line| line.text.len() < 1000 && HOLDS.is_match(line.text));
        for line in file.added().filter(|line| line.text.len() < 1000) {
            if code && !GIVEN.is_match(line.text) {
                continue;
            }
            let left_out = || LEFT_OUT.find(line.text).filter(|_| !code && file.old().is_some());
            let Some(found) = EXCEPTION.find(line.text).or_else(left_out) else { continue };
            let rest = line.text.get(found.start..).unwrap_or("");
            let severity = if lost || REGARDLESS.is_match(rest) { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, side, line.index).severity(severity));
        }
    }
}
