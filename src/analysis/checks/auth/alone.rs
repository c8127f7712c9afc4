//! What one added statement of a function says by itself: that it always lets in, that it lets in before it checks, that yes stands where no
//! stood. A part of `condition-weakened`.

use std::collections::HashSet;

use super::compared::{Compared, Half, RETURNS};
use super::grant::{Grant, grant};
use super::refusal::refuses;
use super::vocabulary::{Setting, vocabulary};
use super::weakening::{Consequence, compares_with_itself, decided_beforehand, defaults_to_yes};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::model::rule::Severity;

static BARE_RETURN: Pattern = Pattern::new(r"^\s*return(?:\s+(?:None|null|undefined|nil))?\s*;?\s*$");

impl Compared<'_, '_, '_> {
    /// What one added statement says by itself.
    pub fn alone(&self, at: usize, sink: &mut Sink<'_>) {
        let is = || self.new.plain(at).split_whitespace();
        if self.old.body.inside(self.old.side).any(|was| self.old.plain(was).split_whitespace().eq(is())) {
            return;
        }
        if compares_with_itself(self.new.plain(at)) && self.is_credential(at) {
            return self.found(at, "Compares a value with itself", &self.new.brief(at), sink);
        }
        if self.exempts(at) {
            return self.found(at, "Most requests pass before they are checked", &self.new.brief(at), sink);
        }
        if let Some(is) = self.question(&self.new, at) {
            if decided_beforehand(is.code, is.consequence) {
                let title = if is.consequence == Consequence::LetsIn { "This always lets in" } else { "This refusal can never happen" };
                return self.found(at, title, &self.new.brief(at), sink);
            }
            if compares_with_itself(is.plain) {
                return self.found(at, "Compares a value with itself", &self.new.brief(at), sink);
            }
            if defaults_to_yes(is.plain) && is.consequence == Consequence::LetsIn {
                return self.found(at, "Whoever says nothing is taken to have said what is asked", &self.new.brief(at), sink);
            }
        }
        if self.flipped(at) {
            return self.found(at, "It answers yes where it answered no", &self.new.brief(at), sink);
        }
        let direct = self.new.side.statements()[at].parent == Some(self.new.body.header);
        let mut rest = self.new.side.statements()[at].end..self.new.body.inside(self.new.side).end;
        let leaves = BARE_RETURN.is_match(self.new.code(at)) || grant(self.new.plain(at), self.new.code(at)) == Some(Grant::Success);
        if direct && leaves && self.decides() && rest.any(|later| !self.is_new(later) && refuses(self.new.plain(later))) {
            self.found(at, "Lets through before it checks", &self.new.brief(at), sink);
        }
    }

    /// Whether the statement stands where credentials are looked at.
    fn is_credential(&self, at: usize) -> bool {
        vocabulary().setting(self.file, self.new.side, &self.new.side.statements()[at]) != Setting::Elsewhere
    }

    /// A new condition that ordinary requests fulfil leaves a check before it refuses anything.
    fn exempts(&self, at: usize) -> bool {
        static ORDINARY: Pattern =
            Pattern::new(r#"(?i)\bmethod\b.*["'](?:GET|POST|PUT|PATCH|DELETE)["']|\bMethod(?:Get|Post|Put|Patch|Delete)\b"#);
        let direct = self.new.side.statements()[at].parent == Some(self.new.body.header);
        let Some(branch) = self.new.branch(at, self.file.language).filter(|_| direct && self.decides()) else { return false };
        let condition = self.new.side.plain().get(branch.condition.clone()).unwrap_or("");
        let leaves =
            self.new.consequences(&branch).iter().any(|text| BARE_RETURN.is_match(text) || grant(text, text) == Some(Grant::Success));
        let mut rest = branch.block.end.max(at + 1)..self.new.body.inside(self.new.side).end;
        leaves
            && ORDINARY.is_match(condition)
            && !condition.contains("!=")
            && rest.any(|later| !self.is_new(later) && refuses(self.new.plain(later)))
    }

    /// Whether the statement only turned from no to yes, where somebody is answered: `default => false` → `default => true`.
    fn flipped(&self, at: usize) -> bool {
        static YES: Pattern = Pattern::new(r"\b(?:true|True)\b");
        static ARM: Pattern = Pattern::new(r"^\s*(?:default|_|else|otherwise)\b");
        let is = self.new.brief(at);
        if YES.count(&is) != 1 || !ARM.is_match(&is) {
            return false;
        }
        let was = if is.contains("true") { is.replacen("true", "false", 1) } else { is.replacen("True", "False", 1) };
        let setting = vocabulary().setting(self.file, self.new.side, &self.new.side.statements()[at]);
        let stood = |old: usize| !self.old_kept(old) && self.old.brief(old) == was;
        setting != Setting::Elsewhere && self.old.body.inside(self.old.side).any(stood)
    }

    /// Whether a statement of the old side is one that did not change.
    fn old_kept(&self, at: usize) -> bool {
        let statement = &self.old.side.statements()[at];
        !self.old.side.touches(statement.first_line, statement.last_line)
    }

    /// An answer that a part of the request gives by itself, beside what was asked before: `|| request.query.as === role`.
    pub fn answered_by_request(&self, added: &[usize], sink: &mut Sink<'_>) {
        static SAID: Pattern = Pattern::new(
            r"(?i)\b(?:req|request|ctx|context|c|event)(?:\.req(?:uest)?)?\.(?:query(?:_?params|StringParameters)?|headers?|cookies|params|body|args|GET|META|form)\b",
        );
        static EITHER: Pattern = Pattern::new(r"\|\||\bor\b");
        if !self.decides() {
            return;
        }
        let before: Vec<String> = self.old.body.inside(self.old.side).map(|at| self.old.brief(at)).collect();
        let stood: HashSet<&str> = before.iter().flat_map(|text| SAID.groups(text, 0)).collect();
        let parts = |text: &'_ str| {
            let mut cuts: Vec<usize> = EITHER.find_all(text).map(|found| found.end).collect();
            cuts.push(text.len());
            cuts.windows(2).filter_map(|cut| text.get(cut[0]..cut[1])).map(str::to_owned).collect::<Vec<_>>()
        };
        for at in added.iter().copied().filter(|at| RETURNS.is_match(self.new.code(*at))) {
            let text = self.new.brief(at);
            let given = parts(&text).iter().any(|part| SAID.group(part, 0).is_some_and(|said| !stood.contains(said)));
            if given {
                self.found(at, "A part of the request itself is enough of an answer", &text, sink);
            }
        }
    }

    /// Where the answer was no, it is whether something is empty now: who shows nothing is let in where nothing was set.
    pub fn answered_by_nothing(&self, sink: &mut Sink<'_>) {
        static NO: Pattern = Pattern::new(r"^\s*return\s+(?:false|False)\s*;?\s*$");
        static EMPTY: Pattern = Pattern::new(
            r#"^\s*return\s+[^;]*(?:\.is_empty\(\)|\.empty\?|\.isEmpty\(\)|\bis\s+None\b|[=]==?\s*(?:nil|null|undefined|""|'')|^\s*return\s+(?:not\s+|!\s*)[\w.]+)\s*;?\s*$"#,
        );
        if !self.decides() {
            return;
        }
        let lines = |half: &Half<'_, '_>, pattern: &'static Pattern| {
            let (first, last) = (half.body.function.first_line, half.body.function.last_line);
            (first..=last).filter(|line| half.side.is_changed(*line) && pattern.is_match(half.side.plain_line(*line))).collect::<Vec<_>>()
        };
        // `if err != nil { return false }` asks the same as `return err == nil`.
        static NOTHING: Pattern = Pattern::new(r"^\s*return\s+([\w.]+)\s*===?\s*(?:nil|null|undefined)\s*;?\s*$");
        static SOMETHING: Pattern = Pattern::new(r"^\s*if\s*\(?\s*([\w.]+)\s*!==?\s*(?:nil|null|undefined)\s*\)?\s*\{?\s*$");
        let turned = |no: usize, line: usize| {
            let asked = NOTHING.group(self.new.side.plain_line(line), 1);
            let above = no.checked_sub(1).map(|above| self.old.side.plain_line(above));
            asked.is_some() && asked == above.and_then(|above| SOMETHING.group(above, 1))
        };
        let (went, came) = (lines(&self.old, &NO), lines(&self.new, &EMPTY));
        if let ([no], [line]) = (went.as_slice(), came.as_slice())
            && !turned(*no, *line)
        {
            let draft = Draft::line(self.file, self.new.side, *line).title("Whoever shows nothing is let in where nothing was set");
            sink.report(draft.severity(Severity::High));
        }
    }

    /// What is added takes somebody for who a part of the request says, before anything of it is checked.
    pub fn named_by_request(&self, added: &[usize], sink: &mut Sink<'_>) {
        static SAID: Pattern =
            Pattern::new(r"(?i)=[^=].*\b(?:headers?|META|cookies|query(?:_?params)?|args)\b\s*(?:\.\s*get\w*\s*\(|\[|\()");
        static CHECKS: Pattern = Pattern::new(r"(?i)verif|decode|validat|compare|hmac|check|signature|authenticat|bearer");
        // What a browser is, or is content with, says nothing of who somebody is.
        static NAMELESS: Pattern = Pattern::new(
            r#"(?i)=\s*[\w.?]*headers\b\s*(?:\.\s*get\s*\(|\[)\s*["'](?:user-agent|accept(?:-language|-encoding)?|content-type|content-length)["']\s*[)\]][^;&|]{0,24};?\s*$"#,
        );
        static CURRENT: Pattern = Pattern::new(r"(?i)(?:current|signed_?in|logged_?in)_?(?:user|account|admin|principal)");
        if !self.decides() && !CURRENT.is_match(&self.new.body.function.name) {
            return;
        }
        let says =
            |at: usize| SAID.is_match(self.new.code(at)) && !CHECKS.is_match(self.new.plain(at)) && !NAMELESS.is_match(self.new.plain(at));
        let Some(said) = added.iter().position(|at| says(*at)) else {
            return;
        };
        let after = added.get(said..).unwrap_or(&[]);
        // All that was sent goes to what reads a session.
        static WHOLE: Pattern = Pattern::new(r"=\s*(?:await\s+)?(?:headers|cookies)\s*\(\s*\)\s*;?\s*$");
        static SESSION: Pattern = Pattern::new(r"\bget(?:Server)?Session\s*\(\s*\w+\s*,");
        if WHOLE.is_match(self.new.code(added[said])) && after.iter().any(|at| SESSION.is_match(self.new.code(*at))) {
            return;
        }
        let returns = |at: &&usize| RETURNS.is_match(self.new.code(**at)) && grant(self.new.plain(**at), self.new.code(**at)).is_some();
        let Some(at) = after.iter().find(returns).copied().filter(|_| !after.iter().any(|at| CHECKS.is_match(self.new.code(*at)))) else {
            return;
        };
        let mut rest = at + 1..self.new.body.inside(self.new.side).end;
        if rest.any(|later| !self.is_new(later) && (CHECKS.is_match(self.new.code(later)) || refuses(self.new.plain(later)))) {
            self.found(at, "Somebody is taken for who the request says, before anything is checked", &self.new.brief(at), sink);
        }
    }
}
