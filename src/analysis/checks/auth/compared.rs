//! A function before and after: its statements on both sides, the questions it asks, and what is told of them. Never what is wrong with it.

use super::awaited::AtOnce;
use super::functions::{Body, brief};
use super::grant::{Grant, grant};
use super::refusal::{asks_for_somebody, is_of_somebody, refuses};
use super::vocabulary::{Setting, class_of, vocabulary};
use super::weakening::Consequence;
use crate::analysis::branch::{Branch, branch};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A block of more statements is no refusal.
pub const LONGEST_REFUSAL: usize = 6;

/// A statement that gives an answer.
pub static RETURNS: Pattern = Pattern::new(r"^\s*return\b\s*\(?");

/// Something somebody was given has ended: used, taken back, too old.
static ENDED: Pattern = Pattern::new(
    r"(?i)\b\w*(?:code|token|invite|invitation|session|grant|voucher|otp)\w*(?:\.|->|::)(?:is_?)?(?:used|revoked|consumed|expired?|expires_?(?:at|on|in)?|expiry|disabled|blocked)\b",
);
/// Whose something is, or what somebody is.
static BELONGS: Pattern =
    Pattern::new(r"(?i)\b(?:user|owner|author|member|reader|editor|account|tenant|team|actor|role|admin|record)\w*\b");

/// One side of a function.
#[derive(Clone, Copy)]
pub struct Half<'v, 'a> {
    /// The side.
    pub side: &'v SideView<'a>,
    /// The function there.
    pub body: Body<'v>,
}

impl Half<'_, '_> {
    /// Its statements that the change touches, by position.
    #[must_use]
    pub fn changed(&self) -> Vec<usize> {
        let touched = |at: &usize| {
            let statement = &self.side.statements()[*at];
            self.side.touches(statement.first_line, statement.last_line)
        };
        self.body.inside(self.side).filter(touched).collect()
    }

    /// A statement without comments.
    #[must_use]
    pub fn plain(&self, at: usize) -> &str {
        self.side.plain_of(&self.side.statements()[at])
    }

    /// The same without the insides of texts.
    #[must_use]
    pub fn code(&self, at: usize) -> &str {
        self.side.code_of(&self.side.statements()[at])
    }

    /// The branch that a statement opens or is.
    #[must_use]
    pub fn branch(&self, at: usize, language: Language) -> Option<Branch> {
        branch(self.side, language, at)
    }

    /// What follows from a condition, or stands in a handler of errors.
    #[must_use]
    pub fn block(&self, at: usize, language: Language) -> Option<Branch> {
        static HANDLER: Pattern = Pattern::new(r"^\s*(?:except|catch|rescue)\b");
        let statement = &self.side.statements()[at];
        let handler = || {
            let nothing = statement.bytes.end..statement.bytes.end;
            let block = at + 1..statement.end.max(at + 1);
            HANDLER.is_match(self.code(at)).then_some(Branch { condition: nothing.clone(), inline: nothing, block })
        };
        self.branch(at, language).or_else(handler)
    }

    /// A statement on one line.
    #[must_use]
    pub fn brief(&self, at: usize) -> String {
        brief(self.side, &self.side.statements()[at])
    }

    /// What stands in a branch, inline or as a block, in words.
    #[must_use]
    pub fn consequences(&self, branch: &Branch) -> Vec<String> {
        let inline = self.side.plain().get(branch.inline.clone()).map(|text| text.trim().trim_matches(['{', '}', ';']).trim().to_owned());
        let block = branch.block.clone().take(LONGEST_REFUSAL + 1).map(|at| self.brief(at));
        inline.filter(|text| !text.is_empty()).into_iter().chain(block).collect()
    }
}

/// A function on both sides.
pub struct Compared<'v, 'f, 'a> {
    /// Its file.
    pub file: &'v FileView<'f>,
    /// What the change made answer at once.
    pub at_once: &'v AtOnce,
    /// As it was.
    pub old: Half<'v, 'a>,
    /// As it is.
    pub new: Half<'v, 'a>,
}

/// A condition with what follows when it holds.
pub struct Question<'v> {
    /// Without comments.
    pub plain: &'v str,
    /// The same without the insides of texts.
    pub code: &'v str,
    /// What follows when it holds.
    pub consequence: Consequence,
    /// The function, the question or the refusal says that it is about who may do what; otherwise only the file does.
    pub sure: bool,
    /// It is asked the other way round, as in `return 401 unless …`.
    pub unless: bool,
}

/// What somebody brings back from elsewhere has to be what they were given.
static BROUGHT_BACK: Pattern = Pattern::new(
    r"(?i)\b(?:oauth_?)?(?:state|nonce)\b[^|&]{0,80}(?:[!=]=|equals|compare)[^|&]{0,80}\b(?:query|cookies?|param\w*|session|args|form\w*|request|req|get)\b|\b(?:query|cookies?|param\w*|session|args|form\w*|get)\b[^|&]{0,80}(?:[!=]=|equals|compare)[^|&]{0,80}\b(?:state|nonce)\b|(?:[!=]=|equals|compare)[^|&]{0,60}[\x22\x27](?:oauth_?)?(?:state|nonce)[\x22\x27]",
);
/// Functions that say who is not asked, by name or by the head of one without.
static LEAVES_OUT: Pattern = Pattern::new(
    r"(?i)should_?not_?filter|\b(?:check|allow|accept|verify)_?origin|\b(?:is|should|can)?_?(?:skip(?:ped|s)?|exempt(?:ed)?|unguarded|white_?listed|allow_?listed)_?(?:auth\w*|path|route|url|request|check)?\b",
);
static UNLESS: Pattern = Pattern::new(r"^\s*unless\b|\sunless\s");

impl Compared<'_, '_, '_> {
    /// The function's name, or words of what is asked, say that it decides who may do what.
    #[must_use]
    pub fn is_about(&self, code: &str) -> bool {
        let words = || code.split(|c: char| !c.is_alphanumeric() && c != '_');
        self.decides() || vocabulary().decides_in(code) || words().any(|word| vocabulary().permits(word)) || ENDED.is_match(code)
    }

    /// A method of a class that says who may do what, by the class's name and by what it compares.
    fn is_of_policy(&self, half: &Half<'_, '_>, code: &str) -> bool {
        static POLICY: Pattern = Pattern::new(r"(?:Policy|Permissions?|Ability|Authorizer|Voter)$");
        let class = class_of(half.side, &half.side.statements()[half.body.header]);
        class.is_some_and(|class| POLICY.is_match(class)) && BELONGS.is_match(code)
    }

    /// Zero is a refusal of a function that answers with a number.
    #[must_use]
    pub fn answers_no(&self, text: &str) -> bool {
        static NO: Pattern = Pattern::new(r"^\s*return\s+(?:0|-1|-E[A-Z]+|NULL|nullptr|PAM_\w*(?:ERR|DENIED)\w*)\s*;?\s*$");
        matches!(self.file.language, Language::C | Language::Cpp) && vocabulary().answers(&self.new.body.function.name) && NO.is_match(text)
    }

    /// Whether its name says that it decides who may do what.
    #[must_use]
    pub fn decides(&self) -> bool {
        let name = &self.new.body.function.name;
        vocabulary().decides(name) || vocabulary().permits(name)
    }

    /// What its yes means: whoever's credentials are taken away, as `should_strip_auth` says, is not let in by it.
    fn when_yes(&self) -> Consequence {
        static TAKES_AWAY: Pattern = Pattern::new(r"(?i)^(?:should_?|must_?)?(?:strip|redact|scrub)(?:_|[A-Z]|auth|cred|token)");
        if TAKES_AWAY.is_match(&self.new.body.function.name) { Consequence::KeepsOut } else { Consequence::LetsIn }
    }

    /// The question that a statement asks of who may do what.
    #[must_use]
    pub fn question<'v>(&self, half: &'v Half<'_, '_>, at: usize) -> Option<Question<'v>> {
        if let Some(branch) = half.branch(at, self.file.language) {
            let follows = half.consequences(&branch);
            let keeps_out = follows.len() <= LONGEST_REFUSAL
                && follows.iter().any(|text| refuses(text) || is_of_somebody(text) || self.answers_no(text));
            let lets_in = || follows.iter().any(|text| grant(text, text).is_some());
            let unless = self.file.language == Language::Ruby && UNLESS.is_match(half.code(at));
            let consequence = match (keeps_out, unless) {
                (true, false) => Consequence::KeepsOut,
                (true, true) => Consequence::LetsIn,
                (false, _) => lets_in().then_some(self.when_yes()).filter(|_| !unless)?,
            };
            let (plain, code) = (half.side.plain().get(branch.condition.clone())?, half.side.masked().get(branch.condition)?);
            let of_somebody = || asks_for_somebody(code) || follows.iter().any(|text| is_of_somebody(text));
            let passes = || {
                let handed_on = follows.len() <= 2 && follows.iter().any(|text| grant(text, text) == Some(Grant::Success));
                handed_on && (at + 1..half.body.inside(half.side).end).any(|later| is_of_somebody(half.plain(later)))
            };
            // A handler of ASP.NET says of a requirement that somebody fulfils it.
            static FULFILS: Pattern = Pattern::new(r"^\s*\w+\.Succeed\s*\(\s*\w+\s*\)");
            let fulfils = || !keeps_out && follows.iter().any(|text| FULFILS.is_match(text));
            let sure = self.is_about(code)
                || fulfils()
                || keeps_out && (of_somebody() || BROUGHT_BACK.is_match(plain))
                || !keeps_out && !self.decides() && passes();
            let placed = || vocabulary().setting(self.file, half.side, &half.side.statements()[at]) != Setting::Elsewhere;
            return (sure || keeps_out && placed()).then_some(Question { plain, code, consequence, sure, unless });
        }
        let (plain, code) = (half.plain(at), half.code(at));
        let start = RETURNS.find(code).map(|found| found.end).or_else(|| self.is_last(half, at).then_some(0))?;
        let (plain, code) = (plain.get(start..)?, code.get(start..)?);
        let name = &self.new.body.function.name;
        let head = if name.is_empty() { half.brief(half.body.header) } else { name.clone() };
        let answers =
            vocabulary().answers(name) || vocabulary().permits(name) || self.is_of_policy(half, code) || LEAVES_OUT.is_match(&head);
        answers.then_some(Question { plain, code, consequence: Consequence::LetsIn, sure: true, unless: false })
    }

    /// In some languages the last expression is what a function returns.
    #[must_use]
    pub fn is_last(&self, half: &Half<'_, '_>, at: usize) -> bool {
        matches!(self.file.language, Language::Rust | Language::Ruby) && half.body.inside(half.side).next_back() == Some(at)
    }

    /// Whether the change touches a statement of the new side.
    #[must_use]
    pub fn is_new(&self, at: usize) -> bool {
        let statement = &self.new.side.statements()[at];
        self.new.side.touches(statement.first_line, statement.last_line)
    }

    /// Tells of a statement of the new side.
    pub fn found(&self, at: usize, title: &str, evidence: &str, sink: &mut Sink<'_>) {
        self.judged(at, (title, evidence), true, sink);
    }

    /// The same; `sure` as in [`Question`].
    pub fn judged(&self, at: usize, (title, evidence): (&str, &str), sure: bool, sink: &mut Sink<'_>) {
        let statement = &self.new.side.statements()[at];
        let draft = Draft::lines(self.file, self.new.side, statement.first_line, statement.last_line);
        sink.report(draft.title(title).evidence(evidence).severity(if sure { Severity::High } else { Severity::Medium }));
    }

    /// Whether the statement before a condition asked a check, as in `ok, err := Check(); if err != nil`.
    #[must_use]
    pub fn old_decided(&self, at: usize) -> bool {
        at.checked_sub(1)
            .filter(|before| self.old.body.inside(self.old.side).contains(before))
            .is_some_and(|before| vocabulary().decides_in(self.old.code(before)))
    }
}
