//! `condition-weakened`: what decides who may do what asks less than before, the opposite, or nothing.
//!
//! Functions are compared with themselves, statement by statement; new functions say nothing here.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::awaited::{self, Answer, AtOnce};
use super::compared::{Compared, Half, LONGEST_REFUSAL, Question, RETURNS};
use super::functions::{Bodies, Body};
use super::grant::{Grant, grant};
use super::nested;
use super::refusal::{self, asks_for_somebody, depends, is_of_somebody, leaves, only_answers, refuses};
use super::reworked::reworked;
use super::toothless;
use super::vocabulary::vocabulary;
use super::weakening::{Consequence, Weakening, dropped_words, sets, weakened};
use crate::analysis::branch::Branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::pairs::{pairs, squeezed};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::RuleId;

/// See `rules/code/condition-weakened.toml`.
pub struct ConditionWeakened;

/// A function in which more statements changed than this was written anew.
const MOST_CHANGED: usize = 40;

impl Check for ConditionWeakened {
    fn rule(&self) -> RuleId {
        RuleId("condition-weakened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ANYWHERE,
            vocabulary()
                .deciding()
                .or(refusal::words())
                .or(Words::named(["user", "owner", "role", "token", "passw", "secret", "expire", "revoked", "used"])),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live();
        let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
        if new.changed_lines().next().is_none() && old.changed_lines().next().is_none() {
            return;
        }
        let before_all = sink.reported();
        let before = Bodies::of(old);
        let at_once = AtOnce::default();
        for now in Body::all(new) {
            let Some(was) = before.same_as(new, &now) else { continue };
            let touched = |side: &SideView<'_>, body: &Body<'_>| side.touches(body.function.first_line, body.function.last_line);
            if touched(new, &now) || touched(old, &was) {
                Compared { file, at_once: &at_once, old: Half { side: old, body: was }, new: Half { side: new, body: now } }.report(sink);
            }
        }
        if sink.reported() == before_all {
            either_right(file, sink);
        }
    }
}

/// A line that asks for two rights at once, in no question of a function, and is content with either now.
fn either_right(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static RIGHT: Pattern = Pattern::new(
        r"(?i)\b(?:is_?in_?role|has_?(?:any_?)?(?:role|authority|claim|permission|scope|privilege|policy)|is_?(?:admin|owner|authenticated|staff|superuser)|can_?(?:edit|write|delete|access|manage)|is_?(?:granted|allowed|member(?:_?of)?))\w*\s*\(",
    );
    static BOTH: Pattern = Pattern::new(r"&&|\band\b");
    static EITHER: Pattern = Pattern::new(r"\|\||\bor\b");
    let joined = |code: &str| {
        let asks = RIGHT.count(code) > 1 && (BOTH.is_match(code) || EITHER.is_match(code));
        asks.then(|| squeezed(&code.replace("||", "&&").replace(" or ", " and ")))
    };
    for (was, new, line) in pairs(file, joined) {
        let now = new.plain_line(line.index);
        if BOTH.count(was.text) > BOTH.count(now) && EITHER.count(now) > EITHER.count(was.text) {
            let evidence = format!("{} → {}", was.text.trim(), now.trim());
            sink.report(Draft::line(file, new, line.index).title("Either right is enough now; both were needed").evidence(evidence));
        }
    }
}

impl Compared<'_, '_, '_> {
    fn report(&self, sink: &mut Sink<'_>) {
        let (removed, added) = (self.old.changed(), self.new.changed());
        self.refusals(sink);
        self.falls_back(sink);
        if removed.len() > MOST_CHANGED || added.len() > MOST_CHANGED {
            if self.decides() {
                let name = &self.new.body.function.name;
                let why =
                    format!("condition-weakened: {name} was written anew; only its refusals were compared, not each of its conditions");
                sink.skip(Some(self.file.repo_path()), why);
            }
            return;
        }
        let before = sink.reported();
        self.conditions(&removed, &added, sink);
        self.default_turned(&removed, &added, sink);
        if sink.reported() == before {
            self.set_in_condition(&removed, &added, sink);
        }
        for at in added.iter().copied() {
            self.alone(at, sink);
        }
        self.answered_by_request(&added, sink);
        self.answered_by_nothing(sink);
        self.named_by_request(&added, sink);
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

    fn conditions(&self, removed: &[usize], added: &[usize], sink: &mut Sink<'_>) {
        let (stood, stands) = self.standing(removed, added);
        let mut left: Vec<usize> = added.iter().copied().filter(|at| !stands.contains(at)).collect();
        for old_at in removed.iter().copied().filter(|at| !stood.contains(at)) {
            let Some(was) = self.question(&self.old, old_at) else { continue };
            let near =
                |at: &usize| self.question(&self.new, *at).and_then(|is| Some((weakened(was.plain, is.plain, was.consequence)?, is)));
            let same_consequence = |is: &Question<'_>| is.consequence == was.consequence;
            let found =
                left.iter().enumerate().find_map(|(i, at)| near(at).filter(|(_, is)| same_consequence(is)).map(|(w, is)| (i, *at, w, is)));
            let Some((index, at, how, is)) = found else { continue };
            left.remove(index);
            let elsewhere = || self.asked_elsewhere(was.plain, is.plain, added, at) || self.asked_apart(was.plain, is.plain, added, at);
            if how == Weakening::Dropped && elsewhere() {
                continue;
            }
            if how == Weakening::NotAwaited && !matches!(self.file.language, Language::JavaScript | Language::TypeScript | Language::Python)
            {
                continue;
            }
            if matches!(how, Weakening::Fewer | Weakening::Dropped) && nested::throws_without(self.file.language, was.plain, is.plain) {
                continue;
            }
            if how == Weakening::Dropped && is.consequence == Consequence::KeepsOut && nested::asked_with_it(was.plain, is.plain) {
                continue;
            }
            if nested::same(self.file.language, (self.old.side, old_at), (self.new.side, at)) {
                continue;
            }
            let keeps_out = is.consequence == Consequence::KeepsOut;
            if how == Weakening::Turned && keeps_out && nested::mended(was.plain, is.plain) {
                continue;
            }
            // Whether there is the very thing: nobody is let in by it who was told no before, at most something is not done.
            let there = how == Weakening::Narrowed && keeps_out && nested::asks_whether_there(was.plain, is.plain);
            if there && self.answers_nothing(at) {
                continue;
            }
            // Whether there is something, the other way round: an accessor's business.
            let only_there = how == Weakening::Turned && nested::asks_only_of_nothing(was.plain) && nested::asks_only_of_nothing(is.plain);
            let answer = if how == Weakening::NotAwaited { awaited::answer(self.file, self.at_once, was.code) } else { Answer::Later };
            if answer == Answer::AtOnce {
                continue;
            }
            let evidence = format!("{} → {}", self.old.brief(old_at), self.new.brief(at));
            // A further way in may be the purpose of the change.
            let further = is.consequence == Consequence::LetsIn && !is.unless && matches!(how, Weakening::Excepted | Weakening::Narrowed);
            let remade = how == Weakening::Dropped && self.asked_of_a_name_that_went(was.plain, is.plain, removed);
            let other_way = how == Weakening::Turned && self.answers_the_other_way(is.code, at);
            let milder = remade
                || other_way
                || there
                || only_there
                || how == Weakening::Fewer && elsewhere()
                || how == Weakening::Narrowed && nested::nothing_given(was.plain, is.plain)
                || how == Weakening::Lesser
                || answer == Answer::Unknown
                || keeps_out && self.does_something(at);
            let sure = is.sure
                && !milder
                && !(keeps_out && self.is_reworked())
                && (!further || vocabulary().surely_decides(&self.new.body.function.name));
            self.judged(at, (says(how), &evidence), sure, sink);
        }
    }

    /// Whether what follows from a condition is done for its own sake, and only its failure is told: nothing of it refuses by itself.
    fn does_something(&self, at: usize) -> bool {
        static ACTS: Pattern = Pattern::new(
            r"(?i)(?:^|[\s.:>=])(?:\w+_)?(?:delete|remove|accept|save|send|create|update|insert|notify|revoke|store|enqueue|refresh|renew|pause|(?-i:[uU]se[A-Z_]))\w*\s*\(",
        );
        let Some(found) = self.new.branch(at, self.file.language) else { return false };
        let direct = |inner: &usize| self.new.side.statements()[*inner].parent == Some(at);
        let mut texts = found.block.filter(direct).map(|inner| self.new.plain(inner));
        let inline = self.new.side.plain().get(found.inline).unwrap_or("");
        !refuses(inline) && texts.clone().all(|text| !refuses(text) && !is_of_somebody(text)) && texts.any(|text| ACTS.is_match(text))
    }

    fn is_reworked(&self) -> bool {
        reworked((self.old.side, self.old.body.inside(self.old.side)), (self.new.side, self.new.body.inside(self.new.side)))
    }

    /// Whether all that follows from a condition is that nothing is answered: `return None`.
    fn answers_nothing(&self, at: usize) -> bool {
        static NOTHING: Pattern = Pattern::new(r"^\s*return(?:\s+(?:None|null|nil|undefined))?\s*;?\s*$");
        let found = self.new.branch(at, self.file.language);
        found.is_some_and(|found| {
            let follows = self.new.consequences(&found);
            !follows.is_empty() && follows.iter().all(|text| NOTHING.is_match(text))
        })
    }

    /// A condition about somebody sets what it compared, whatever follows from it.
    fn set_in_condition(&self, removed: &[usize], added: &[usize], sink: &mut Sink<'_>) {
        static SOMEBODY: Pattern = Pattern::new(
            r"(?i)user|owner|account|tenant|role|admin|token|passw|secret|hash|digest|signature|author|member|\buid\b|permission|session|principal",
        );
        let condition = |half: &Half<'_, '_>, at: usize| {
            let branch = half.branch(at, self.file.language)?;
            half.side.plain().get(branch.condition).map(str::to_owned)
        };
        for is_at in added.iter().copied() {
            let Some(is) = condition(&self.new, is_at).filter(|is| SOMEBODY.is_match(is)) else { continue };
            let was = removed.iter().find(|at| condition(&self.old, **at).is_some_and(|was| sets(&was, &is)));
            if let Some(was) = was {
                let evidence = format!("{} → {}", self.old.brief(*was), self.new.brief(is_at));
                self.found(is_at, SETS, &evidence, sink);
            }
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
        let spoken =
            || self.new.body.inside(self.new.side).flat_map(|at| self.new.code(at).split(|c: char| !c.is_alphanumeric() && c != '_'));
        let went: BTreeSet<&str> = dropped_words(old, new).filter(|word| made(word)).collect();
        !went.is_empty() && went.len() > spoken().filter(|word| went.contains(word)).collect::<BTreeSet<_>>().len()
    }

    /// Whether what follows asks a helper: `Some(true)` where the change brings one that is seen to refuse, `Some(false)` where only its name
    /// says so.
    fn refuses_by_a_helper(&self, found: &Branch) -> Option<bool> {
        static NAMED: Pattern = Pattern::new(
            r"(?i)^\s*(?:await\s+)?(?:\$?\w+(?:\.|::|->))*(?:ensure|require|authorize|authorise|enforce|assert|demand)_?\w+[!?]?\s*\(",
        );
        let direct = |at: &usize| self.new.side.statements().get(*at).is_some_and(|one| one.parent == Some(found.block.start - 1));
        let inline = self.new.side.masked().get(found.inline.clone()).map(str::trim).filter(|inline| !inline.is_empty());
        let calls: Vec<&str> = found.block.clone().filter(direct).map(|at| self.new.code(at)).chain(inline).collect();
        if calls.iter().any(|code| toothless::turns_away(self.file, code) || toothless::ends_all(self.file, code)) {
            return Some(true);
        }
        calls.iter().any(|code| NAMED.is_match(code) && toothless::refuses(self.file, code).is_none()).then_some(false)
    }

    /// Whether a statement stands in the function itself, and in none within it.
    fn is_own(&self, half: &Half<'_, '_>, at: usize) -> bool {
        half.side.statements()[at].function.is_some_and(|at| std::ptr::eq(&raw const half.side.functions()[at], half.body.function))
    }

    /// What a statement asks, whatever follows from it, on its own line or below; the whole statement where it asks nothing.
    fn asked(&self, half: &Half<'_, '_>, at: usize) -> String {
        static IF: Pattern = Pattern::new(r"^\s*if\b");
        let branch = half.branch(at, self.file.language).filter(|branch| !branch.inline.is_empty() || IF.is_match(half.code(at)));
        let condition = branch.and_then(|branch| half.side.plain().get(branch.condition)).map(str::trim).filter(|text| !text.is_empty());
        let bare = |text: &str| {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).map(str::trim);
            format!("if {}", inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(&text))
        };
        condition.map_or_else(|| half.brief(at), bare)
    }

    /// Conditions that stand as before, and no longer keep anybody out.
    fn refusals(&self, sink: &mut Sink<'_>) {
        let mut headers: HashMap<String, VecDeque<usize>> = HashMap::new();
        for at in self.new.body.inside(self.new.side) {
            headers.entry(self.asked(&self.new, at)).or_default().push_back(at);
        }
        let stood: Vec<(usize, String)> = self.old.body.inside(self.old.side).map(|at| (at, self.asked(&self.old, at))).collect();
        let mut times: HashMap<&str, usize> = HashMap::new();
        stood.iter().for_each(|(_, header)| *times.entry(header).or_default() += 1);
        headers.retain(|header, places| times.get(header.as_str()) == Some(&places.len()));
        for (old_at, header) in stood {
            // The same head may stand there several times, `catch (error)`: the first belongs to the first, if none went or came.
            let now = headers.get_mut(&header).and_then(VecDeque::pop_front);
            let Some(was) = self.old.block(old_at, self.file.language).filter(|_| now.is_some()) else { continue };
            let stood = self.old.consequences(&was);
            let code = self.old.side.masked().get(was.condition.clone()).unwrap_or("");
            let no = |text: &String| refuses(text) || is_of_somebody(text) || self.answers_no(text);
            let refused = stood.len() <= LONGEST_REFUSAL && stood.iter().any(no);
            let of_somebody = || asks_for_somebody(code) || stood.iter().any(|text| is_of_somebody(text));
            if !refused || !self.is_about(code) && !self.old_decided(old_at) && !of_somebody() {
                continue;
            }
            let Some((at, is)) = now.and_then(|at| Some((at, self.new.block(at, self.file.language)?))) else { continue };
            let stands = self.new.consequences(&is);
            if stands == stood || stands.len() > LONGEST_REFUSAL || on_one_line(&stands) == on_one_line(&stood) {
                continue;
            }
            let goes_on =
                self.new.side.statements().get(is.block.end).is_some_and(|next| next.parent == self.new.side.statements()[at].parent);
            if depends(&stood, &stands) || goes_on && only_answers(&stood, &stands, self.file.language) {
                let evidence = format!("{header} {} → {}", stood.join("; "), stands.join("; "));
                self.found(at, "A refusal no longer ends what runs", &evidence, sink);
                continue;
            }
            // All that says no still does, and whatever lets in stood there.
            let kept = stood.iter().filter(|text| no(text)).all(|text| stands.contains(text))
                && stands.iter().filter(|text| grant(text, text).is_some()).all(|text| stood.contains(text));
            let lets_in = !kept
                && stands.iter().any(|text| grant(text, text) == Some(Grant::Success))
                && !stood.iter().any(|text| grant(text, text) == Some(Grant::Success) && !self.answers_no(text));
            let rust = self.file.language == Language::Rust;
            let nothing = !stands.is_empty() && !stands.iter().any(|text| leaves(text) || rust && PASSES_ON.is_match(text));
            static NOBODY: Pattern = Pattern::new(r"^[\w.$]+\s*=\s*(?:None|null|nil|undefined)\s*;?$");
            let nobody = stands.iter().all(|text| NOBODY.is_match(text));
            // In C yes may be 0 or 1.
            static NUMBER: Pattern = Pattern::new(r"^\s*return\s*\(?\s*-?\d+\s*\)?\s*;?\s*$");
            let native = matches!(self.file.language, Language::C | Language::Cpp);
            let numbers = native && stood.iter().any(|text| NUMBER.is_match(text)) && stands.iter().any(|text| NUMBER.is_match(text));
            // What had to be there first is of a kind that cannot be absent now.
            let absent = || rust && stood.iter().filter(|text| no(text)).all(|text| ABSENT.is_match(text));
            let evidence = format!("{header} {} → {}", stood.join("; "), stands.join("; "));
            let sure = || self.decides() || stood.iter().any(|text| is_of_somebody(text));
            if lets_in && sure() {
                self.judged(at, ("A refusal became a permission", &evidence), !numbers, sink);
            } else if nothing && stood.iter().any(|text| leaves(text)) {
                let helped = self.refuses_by_a_helper(&is);
                let another = self.is_own(&self.old, old_at) && !self.is_own(&self.new, at);
                if helped != Some(true) {
                    self.judged(at, ("A refusal no longer refuses", &evidence), !absent() && !another && !nobody && helped.is_none(), sink);
                }
            }
        }
    }
}

/// What follows from a condition, however many lines it stands on.
fn on_one_line(all: &[String]) -> String {
    let signs = all.join(" ").chars().filter(|sign| !matches!(sign, '{' | '}' | ';')).collect::<String>();
    signs.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Ends a function of Rust where what it asks failed.
static PASSES_ON: Pattern = Pattern::new(r"(?:\)|\.await)\s*\?\s*;?\s*$");
/// The arm of Rust for what is not there.
static ABSENT: Pattern = Pattern::new(r"^\s*None\s*=>");

const SETS: &str = "The condition sets what it compared, so it holds whoever asks";

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
        Weakening::Lesser => "A lesser right is enough now",
        Weakening::Excepted => "Who is kept out depends on something whoever asks can choose",
        Weakening::Assigned => SETS,
        Weakening::AllButOne => "Only one was let in, and now everybody is but another",
        Weakening::Narrowed => "A new exception from what keeps others out",
    }
}
