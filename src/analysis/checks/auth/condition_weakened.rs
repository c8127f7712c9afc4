//! `condition-weakened`: what decides who may do what asks less than before, the opposite, or nothing.
//!
//! Functions are compared with themselves, statement by statement; new functions say nothing here.

use crate::analysis::prefilter::{Needs, Reach};
use std::collections::BTreeSet;

use super::functions::{Bodies, Body, brief};
use super::grant::{Grant, grant};
use super::refusal::{self, asks_for_somebody, depends, is_of_somebody, leaves, only_answers, refuses};
use super::vocabulary::{Setting, vocabulary};
use super::weakening::{Consequence, Weakening, compares_with_itself, decided_beforehand, defaults_to_yes, dropped_words, weakened};
use crate::analysis::branch::{Branch, branch};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/condition-weakened.toml`.
pub struct ConditionWeakened;

/// A function in which more statements changed than this was written anew.
const MOST_CHANGED: usize = 40;
/// A block of more statements is no refusal.
const LONGEST_REFUSAL: usize = 6;

static RETURNS: Pattern = Pattern::new(r"^\s*return\b\s*\(?");
static BARE_RETURN: Pattern = Pattern::new(r"^\s*return(?:\s+(?:None|null|undefined|nil))?\s*;?\s*$");

impl Check for ConditionWeakened {
    fn rule(&self) -> RuleId {
        RuleId("condition-weakened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, vocabulary().deciding().or(refusal::words()))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live();
        let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
        if new.changed_lines().next().is_none() && old.changed_lines().next().is_none() {
            return;
        }
        let before = Bodies::of(old);
        for now in Body::all(new) {
            let Some(was) = before.same_as(new, &now) else { continue };
            let touched = |side: &SideView<'_>, body: &Body<'_>| side.touches(body.function.first_line, body.function.last_line);
            if touched(new, &now) || touched(old, &was) {
                Compared { file, old: Half { side: old, body: was }, new: Half { side: new, body: now } }.report(sink);
            }
        }
    }
}

/// One side of a function.
#[derive(Clone, Copy)]
struct Half<'v, 'a> {
    side: &'v SideView<'a>,
    body: Body<'v>,
}

impl Half<'_, '_> {
    fn changed(&self) -> Vec<usize> {
        let touched = |at: &usize| {
            let statement = &self.side.statements()[*at];
            self.side.touches(statement.first_line, statement.last_line)
        };
        self.body.inside(self.side).filter(touched).collect()
    }

    fn plain(&self, at: usize) -> &str {
        self.side.plain_of(&self.side.statements()[at])
    }

    fn code(&self, at: usize) -> &str {
        self.side.code_of(&self.side.statements()[at])
    }

    fn branch(&self, at: usize, language: Language) -> Option<Branch> {
        branch(self.side, language, at)
    }

    /// What follows from a condition, or stands in a handler of errors.
    fn block(&self, at: usize, language: Language) -> Option<Branch> {
        static HANDLER: Pattern = Pattern::new(r"^\s*(?:except|catch|rescue)\b");
        let statement = &self.side.statements()[at];
        let handler = || {
            let nothing = statement.bytes.end..statement.bytes.end;
            let block = at + 1..statement.end.max(at + 1);
            HANDLER.is_match(self.code(at)).then_some(Branch { condition: nothing.clone(), inline: nothing, block })
        };
        self.branch(at, language).or_else(handler)
    }

    fn brief(&self, at: usize) -> String {
        brief(self.side, &self.side.statements()[at])
    }

    /// What stands in a branch, inline or as a block, in words.
    fn consequences(&self, branch: &Branch) -> Vec<String> {
        let inline = self.side.plain().get(branch.inline.clone()).map(|text| text.trim().trim_matches(['{', '}', ';']).trim().to_owned());
        let block = branch.block.clone().take(LONGEST_REFUSAL + 1).map(|at| self.brief(at));
        inline.filter(|text| !text.is_empty()).into_iter().chain(block).collect()
    }
}

struct Compared<'v, 'f, 'a> {
    file: &'v FileView<'f>,
    old: Half<'v, 'a>,
    new: Half<'v, 'a>,
}

/// A condition with what follows when it holds.
struct Question<'v> {
    plain: &'v str,
    code: &'v str,
    consequence: Consequence,
    /// The function, the question or the refusal says that it is about who may do what; otherwise only the file does.
    sure: bool,
}

impl Compared<'_, '_, '_> {
    fn report(&self, sink: &mut Sink<'_>) {
        let (removed, added) = (self.old.changed(), self.new.changed());
        if removed.len() > MOST_CHANGED || added.len() > MOST_CHANGED {
            return;
        }
        self.conditions(&removed, &added, sink);
        for at in added.iter().copied() {
            self.alone(at, sink);
        }
        self.named_by_request(&added, sink);
        self.refusals(sink);
        self.only_success(&added, sink);
    }

    /// Whatever it found used to be what it said; now it says yes in any case.
    fn only_success(&self, added: &[usize], sink: &mut Sink<'_>) {
        let name = &self.new.body.function.name;
        if !vocabulary().answers(name) && !vocabulary().permits(name) || self.new.body.inside(self.new.side).len() < 2 {
            return;
        }
        let succeeds = |half: &Half<'_, '_>, at: usize| grant(half.plain(at), half.code(at)) == Some(Grant::Success);
        let answers = |half: &Half<'_, '_>| half.body.inside(half.side).filter(|at| RETURNS.is_match(half.code(*at))).collect::<Vec<_>>();
        let refused =
            self.new.body.inside(self.new.side).any(|at| refuses(self.new.plain(at)) || self.new.branch(at, self.file.language).is_some());
        let (was, is) = (answers(&self.old), answers(&self.new));
        let told = was.iter().any(|at| !succeeds(&self.old, *at));
        let yes = !is.is_empty() && is.iter().all(|at| succeeds(&self.new, *at) && self.new.plain(*at).contains(['t', 'T']));
        if let Some(at) = is.last().filter(|at| told && yes && !refused && added.contains(at)) {
            self.found(*at, "It says yes now, whatever it finds", &self.new.brief(*at), sink);
        }
    }

    /// The function's name, or words of what is asked, say that it decides who may do what.
    fn is_about(&self, code: &str) -> bool {
        let words = || code.split(|c: char| !c.is_alphanumeric() && c != '_');
        self.decides() || words().any(|word| vocabulary().decides(word) || vocabulary().permits(word))
    }

    /// Zero is a refusal of a function that answers with a number.
    fn answers_no(&self, text: &str) -> bool {
        static NO: Pattern = Pattern::new(r"^\s*return\s+(?:0|-1|-E[A-Z]+|NULL|nullptr|PAM_\w*(?:ERR|DENIED)\w*)\s*;?\s*$");
        matches!(self.file.language, Language::C | Language::Cpp) && vocabulary().answers(&self.new.body.function.name) && NO.is_match(text)
    }

    fn decides(&self) -> bool {
        let name = &self.new.body.function.name;
        vocabulary().decides(name) || vocabulary().permits(name)
    }

    fn question<'v>(&self, half: &'v Half<'_, '_>, at: usize) -> Option<Question<'v>> {
        if let Some(branch) = half.branch(at, self.file.language) {
            let follows = half.consequences(&branch);
            let keeps_out = follows.len() <= LONGEST_REFUSAL
                && follows.iter().any(|text| refuses(text) || is_of_somebody(text) || self.answers_no(text));
            let lets_in = || follows.iter().any(|text| grant(text, text).is_some());
            let consequence = if keeps_out { Consequence::KeepsOut } else { lets_in().then_some(Consequence::LetsIn)? };
            let (plain, code) = (half.side.plain().get(branch.condition.clone())?, half.side.masked().get(branch.condition)?);
            let of_somebody = || asks_for_somebody(code) || follows.iter().any(|text| is_of_somebody(text));
            let sure = self.is_about(code) || keeps_out && of_somebody();
            let placed = || vocabulary().setting(self.file, half.side, &half.side.statements()[at]) != Setting::Elsewhere;
            return (sure || keeps_out && placed()).then_some(Question { plain, code, consequence, sure });
        }
        let (plain, code) = (half.plain(at), half.code(at));
        let start = RETURNS.find(code).map(|found| found.end).or_else(|| self.is_last(half, at).then_some(0))?;
        let (plain, code) = (plain.get(start..)?, code.get(start..)?);
        let name = &self.new.body.function.name;
        let answers = vocabulary().answers(name) || vocabulary().permits(name);
        answers.then_some(Question { plain, code, consequence: Consequence::LetsIn, sure: true })
    }

    /// In some languages the last expression is what a function returns.
    fn is_last(&self, half: &Half<'_, '_>, at: usize) -> bool {
        matches!(self.file.language, Language::Rust | Language::Ruby) && half.body.inside(half.side).next_back() == Some(at)
    }

    fn conditions(&self, removed: &[usize], added: &[usize], sink: &mut Sink<'_>) {
        let mut left: Vec<usize> = added.to_vec();
        for old_at in removed.iter().copied() {
            let Some(was) = self.question(&self.old, old_at) else { continue };
            let near =
                |at: &usize| self.question(&self.new, *at).and_then(|is| Some((weakened(was.plain, is.plain, was.consequence)?, is)));
            let same_consequence = |is: &Question<'_>| is.consequence == was.consequence;
            let found =
                left.iter().enumerate().find_map(|(i, at)| near(at).filter(|(_, is)| same_consequence(is)).map(|(w, is)| (i, *at, w, is)));
            let Some((index, at, how, is)) = found else { continue };
            left.remove(index);
            if how == Weakening::Dropped && self.asked_elsewhere(was.plain, is.plain, added, at) {
                continue;
            }
            if how == Weakening::NotAwaited && !matches!(self.file.language, Language::JavaScript | Language::TypeScript | Language::Python)
            {
                continue;
            }
            let evidence = format!("{} → {}", self.old.brief(old_at), self.new.brief(at));
            // A further way in may be the purpose of the change.
            let further = is.consequence == Consequence::LetsIn && matches!(how, Weakening::Excepted | Weakening::Narrowed);
            let remade = how == Weakening::Dropped && self.asked_of_a_name_that_went(was.plain, is.plain, removed);
            let sure = is.sure && !remade && (!further || vocabulary().surely_decides(&self.new.body.function.name));
            self.judged(at, (says(how), &evidence), sure, sink);
        }
    }

    /// Whether another added statement of the function, or a removed operand's words, stand somewhere else now.
    fn asked_elsewhere(&self, old: &str, new: &str, added: &[usize], at: usize) -> bool {
        let words: Vec<&str> = dropped_words(old, new).collect();
        added.iter().filter(|other| **other != at).any(|other| {
            let plain = self.new.plain(*other);
            words.iter().any(|word| plain.contains(word))
        })
    }

    /// Whether what was dropped asked about a name that the function no longer makes: how it finds out is written anew.
    fn asked_of_a_name_that_went(&self, old: &str, new: &str, removed: &[usize]) -> bool {
        static MADE: Pattern = Pattern::new(r"^\s*(?:const|let|var|auto|final)?\s*([^=(]*?)\s*:?=[^=]");
        let made = |word: &str| {
            let left = removed.iter().filter_map(|at| MADE.group(self.old.code(*at), 1));
            left.flat_map(|left| left.split(|c: char| !c.is_alphanumeric() && c != '_')).any(|name| name == word)
        };
        let gone = |word: &str| !self.new.body.inside(self.new.side).any(|at| self.new.code(at).contains(word));
        dropped_words(old, new).any(|word| made(word) && gone(word))
    }

    /// What one added statement says by itself.
    fn alone(&self, at: usize, sink: &mut Sink<'_>) {
        if self.old.body.inside(self.old.side).any(|was| self.old.brief(was) == self.new.brief(at)) {
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

    /// What is added takes somebody for who a part of the request says, before anything of it is checked.
    fn named_by_request(&self, added: &[usize], sink: &mut Sink<'_>) {
        static SAID: Pattern =
            Pattern::new(r"(?i)=[^=].*\b(?:headers?|META|cookies|query(?:_?params)?|args)\b\s*(?:\.\s*get\w*\s*\(|\[|\()");
        static CHECKS: Pattern = Pattern::new(r"(?i)verif|decode|validat|compare|hmac|check|signature|authenticat|bearer");
        static CURRENT: Pattern = Pattern::new(r"(?i)(?:current|signed_?in|logged_?in)_?(?:user|account|admin|principal)");
        if !self.decides() && !CURRENT.is_match(&self.new.body.function.name) {
            return;
        }
        let Some(said) = added.iter().position(|at| SAID.is_match(self.new.code(*at)) && !CHECKS.is_match(self.new.plain(*at))) else {
            return;
        };
        let after = added.get(said..).unwrap_or(&[]);
        let returns = |at: &&usize| RETURNS.is_match(self.new.code(**at)) && grant(self.new.plain(**at), self.new.code(**at)).is_some();
        let Some(at) = after.iter().find(returns).copied().filter(|_| !after.iter().any(|at| CHECKS.is_match(self.new.code(*at)))) else {
            return;
        };
        let mut rest = at + 1..self.new.body.inside(self.new.side).end;
        if rest.any(|later| !self.is_new(later) && (CHECKS.is_match(self.new.code(later)) || refuses(self.new.plain(later)))) {
            self.found(at, "Somebody is taken for who the request says, before anything is checked", &self.new.brief(at), sink);
        }
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

    fn is_new(&self, at: usize) -> bool {
        let statement = &self.new.side.statements()[at];
        self.new.side.touches(statement.first_line, statement.last_line)
    }

    /// Conditions that stand as before, and no longer keep anybody out.
    fn refusals(&self, sink: &mut Sink<'_>) {
        let headers: BTreeSet<String> = self.new.body.inside(self.new.side).map(|at| self.new.brief(at)).collect();
        for old_at in self.old.body.inside(self.old.side) {
            let header = self.old.brief(old_at);
            let Some(was) = self.old.block(old_at, self.file.language).filter(|_| headers.contains(&header)) else { continue };
            let stood = self.old.consequences(&was);
            let code = self.old.side.masked().get(was.condition.clone()).unwrap_or("");
            let no = |text: &String| refuses(text) || is_of_somebody(text) || self.answers_no(text);
            let refused = stood.len() <= LONGEST_REFUSAL && stood.iter().any(no);
            let of_somebody = || asks_for_somebody(code) || stood.iter().any(|text| is_of_somebody(text));
            if !refused
                || !was.inline.is_empty() && was.block.is_empty()
                || !self.is_about(code) && !self.old_decided(old_at) && !of_somebody()
            {
                continue;
            }
            let now = self.new.body.inside(self.new.side).find(|at| self.new.brief(*at) == header);
            let Some((at, is)) = now.and_then(|at| Some((at, self.new.block(at, self.file.language)?))) else { continue };
            let stands = self.new.consequences(&is);
            if stands == stood || stands.len() > LONGEST_REFUSAL {
                continue;
            }
            let goes_on =
                self.new.side.statements().get(is.block.end).is_some_and(|next| next.parent == self.new.side.statements()[at].parent);
            if depends(&stood, &stands) || goes_on && only_answers(&stood, &stands, self.file.language) {
                let evidence = format!("{header} {} → {}", stood.join("; "), stands.join("; "));
                self.found(at, "A refusal no longer ends what runs", &evidence, sink);
                continue;
            }
            let lets_in = stands.iter().any(|text| grant(text, text) == Some(Grant::Success))
                && !stood.iter().any(|text| grant(text, text) == Some(Grant::Success));
            let nothing = !stands.is_empty() && !stands.iter().any(|text| leaves(text));
            let evidence = format!("{header} {} → {}", stood.join("; "), stands.join("; "));
            if lets_in && self.decides() {
                self.found(at, "A refusal became a permission", &evidence, sink);
            } else if nothing && stood.iter().any(|text| leaves(text)) {
                self.found(at, "A refusal no longer refuses", &evidence, sink);
            }
        }
    }

    /// Whether the statement before a condition asked a check, as in `ok, err := Check(); if err != nil`.
    fn old_decided(&self, at: usize) -> bool {
        at.checked_sub(1).filter(|before| self.old.body.inside(self.old.side).contains(before)).is_some_and(|before| {
            let mut words = self.old.code(before).split(|c: char| !c.is_alphanumeric() && c != '_');
            words.any(|word| vocabulary().decides(word))
        })
    }

    fn found(&self, at: usize, title: &str, evidence: &str, sink: &mut Sink<'_>) {
        self.judged(at, (title, evidence), true, sink);
    }

    fn judged(&self, at: usize, (title, evidence): (&str, &str), sure: bool, sink: &mut Sink<'_>) {
        let statement = &self.new.side.statements()[at];
        let draft = Draft::lines(self.file, self.new.side, statement.first_line, statement.last_line);
        sink.report(draft.title(title).evidence(evidence).severity(if sure { Severity::High } else { Severity::Medium }));
    }
}

fn says(how: Weakening) -> &'static str {
    match how {
        Weakening::Either => "Either condition is enough now; both were needed",
        Weakening::Both => "It keeps out only when both hold; either was enough",
        Weakening::Turned => "The condition says the opposite now",
        Weakening::Dropped => "A part of the condition is gone",
        Weakening::NotAwaited => "The check is not awaited, so its answer is never asked",
        Weakening::Swapped => "The check is asked about two things the other way round",
        Weakening::Loosened => "A part is enough now where all of it had to fit",
        Weakening::Fewer => "Cases that were kept out get through now",
        Weakening::Excepted => "Who is kept out depends on something whoever asks can choose",
        Weakening::Narrowed => "A new exception from what keeps others out",
    }
}
