//! `condition-weakened`: what decides who may do what asks less than before, the opposite, or nothing.
//!
//! Functions are compared with themselves, statement by statement; new functions say nothing here.

use crate::analysis::prefilter::{Needs, Reach};
use std::collections::BTreeSet;

use super::functions::{Body, brief};
use super::grant::{Grant, denies, grant};
use super::vocabulary::{Setting, vocabulary};
use super::weakening::{Consequence, Weakening, compares_with_itself, decided_beforehand, dropped_words, weakened};
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
static LEAVES: Pattern = Pattern::new(
    r"(?i)^\s*(?:return|raise|throw|panic|abort|die|exit|process\.exit|os\.exit|halt|redirect|next|continue|break|reject|callback|cb|done|render|head|bail|fail|yield)\b|\b(?:res|resp|response|reply|ctx|c|w|http)\.\w+\s*\(|[!?]\s*[(;]",
);
static BARE_RETURN: Pattern = Pattern::new(r"^\s*return(?:\s+(?:None|null|undefined|nil))?\s*;?\s*$");

impl Check for ConditionWeakened {
    fn rule(&self) -> RuleId {
        RuleId("condition-weakened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, vocabulary().deciding())
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live();
        let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
        if new.changed_lines().next().is_none() && old.changed_lines().next().is_none() {
            return;
        }
        let before = Body::by_name(old);
        for now in Body::all(new) {
            let Some(was) = before.get(now.function.name.as_str()) else { continue };
            let touched = |side: &SideView<'_>, body: &Body<'_>| side.touches(body.function.first_line, body.function.last_line);
            if touched(new, &now) || touched(old, was) {
                Compared { file, old: Half { side: old, body: *was }, new: Half { side: new, body: now } }.report(sink);
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
            let keeps_out = follows.len() <= LONGEST_REFUSAL && follows.iter().any(|text| refuses(text) || self.answers_no(text));
            let lets_in = || follows.iter().any(|text| grant(text, text).is_some());
            let consequence = if keeps_out { Consequence::KeepsOut } else { lets_in().then_some(Consequence::LetsIn)? };
            let (plain, code) = (half.side.plain().get(branch.condition.clone())?, half.side.masked().get(branch.condition)?);
            return self.is_about(code).then_some(Question { plain, code, consequence });
        }
        let (plain, code) = (half.plain(at), half.code(at));
        let start = RETURNS.find(code).map(|found| found.end).or_else(|| self.is_last(half, at).then_some(0))?;
        let (plain, code) = (plain.get(start..)?, code.get(start..)?);
        let name = &self.new.body.function.name;
        let answers = vocabulary().answers(name) || vocabulary().permits(name);
        answers.then_some(Question { plain, code, consequence: Consequence::LetsIn })
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
            self.found(at, says(how), &evidence, sink);
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

    fn is_new(&self, at: usize) -> bool {
        let statement = &self.new.side.statements()[at];
        self.new.side.touches(statement.first_line, statement.last_line)
    }

    /// Conditions that stand as before, and no longer keep anybody out.
    fn refusals(&self, sink: &mut Sink<'_>) {
        let headers: BTreeSet<String> = self.new.body.inside(self.new.side).map(|at| self.new.brief(at)).collect();
        for old_at in self.old.body.inside(self.old.side) {
            let header = self.old.brief(old_at);
            let Some(was) = self.old.branch(old_at, self.file.language).filter(|_| headers.contains(&header)) else { continue };
            let stood = self.old.consequences(&was);
            let code = self.old.side.masked().get(was.condition.clone()).unwrap_or("");
            let refused = stood.len() <= LONGEST_REFUSAL && stood.iter().any(|text| refuses(text));
            if !refused || !was.inline.is_empty() && was.block.is_empty() || !self.is_about(code) && !self.old_decided(old_at) {
                continue;
            }
            let now = self.new.body.inside(self.new.side).find(|at| self.new.brief(*at) == header);
            let Some((at, is)) = now.and_then(|at| Some((at, self.new.branch(at, self.file.language)?))) else { continue };
            let stands = self.new.consequences(&is);
            if stands == stood || stands.len() > LONGEST_REFUSAL {
                continue;
            }
            let lets_in = stands.iter().any(|text| grant(text, text) == Some(Grant::Success))
                && !stood.iter().any(|text| grant(text, text) == Some(Grant::Success));
            let nothing = !stands.is_empty() && !stands.iter().any(|text| LEAVES.is_match(text));
            let evidence = format!("{header} {} → {}", stood.join("; "), stands.join("; "));
            if lets_in && self.decides() {
                self.found(at, "A refusal became a permission", &evidence, sink);
            } else if nothing && stood.iter().any(|text| LEAVES.is_match(text)) {
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
        let statement = &self.new.side.statements()[at];
        let draft = Draft::lines(self.file, self.new.side, statement.first_line, statement.last_line);
        sink.report(draft.title(title).evidence(evidence).severity(Severity::High));
    }
}

/// Whether a statement turns somebody away, and leaves.
fn refuses(text: &str) -> bool {
    LEAVES.is_match(text) && denies(text)
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
