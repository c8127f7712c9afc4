//! `assertions-lost`: fewer assertions after the change than before, or weaker, or turned round.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::assertions::{ASSERTION, assertions, asserts, begins_test, guards, is_tested_code, is_weak, polarity, subject};
use super::cases::{Case, cases};
use super::goes_along::{Gone, is_compound};
use super::refusal::{LET_IN, NONE_THROWN, REFUSES, TURNED_AWAY, WAITS};
use crate::analysis::check::{ChangeView, Check, Draft, FileOutcome, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::{FileDiff, FileStatus, Patch, Side};
use crate::model::rule::{RuleId, Severity};

const REMOVED: &str = "assertions removed";
const ADDED: &str = "assertions added";
const WEAKENED: &str = "assertions weakened";
const FLIPPED: &str = "assertions turned round";
const CONTRADICTED: &str = "assertions that say what the name of their test denies";
const REWRITTEN: &str = "such tests of which most is new";
const UNSAID: &str = "tests that say by their names that something is turned away, and lost what said so";
const SHORN: &str = "tests that lost an assertion, keep others and gained no line";
/// Fewer lost ones are ordinary tidying, unless they guard something or nothing came in their place.
const MANY: i64 = 3;

static FIX: Pattern = Pattern::new(r"(?i)\b(fix(es|ed)?|flaky|repair|stabili[sz]e|green|unblock|correct|hotfix|refactor)\b");

/// See `rules/code/assertions-lost.toml`.
pub struct AssertionsLost;

impl Check for AssertionsLost {
    fn rule(&self) -> RuleId {
        RuleId("assertions-lost")
    }

    fn needs(&self) -> Needs {
        // What a test of the shell asks by has no word of its own.
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&ASSERTION]).or(Words::named(["@test", "fail"])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if file.role != Role::Test || !file.language.is_code() {
            return;
        }
        let said = |side: Option<&SideView<'_>>| side.map(assertions).unwrap_or_default();
        let (removed, added) = (said(file.old()), said(file.new_side()));
        sink.count(ADDED, count(added.len()));
        if file.diff.status == FileStatus::Deleted {
            return;
        }
        sink.count(REMOVED, count(removed.len()));
        let weak = |said: &[(usize, String)]| said.iter().filter(|(_, text)| is_weak(text)).count();
        let gained_weak = weak(&added).saturating_sub(weak(&removed));
        let lost_strong = (removed.len() - weak(&removed)).saturating_sub(added.len() - weak(&added));
        sink.count(WEAKENED, count(gained_weak.min(lost_strong)));
        let mut before: BTreeMap<String, bool> = removed.iter().map(|(_, text)| polarity(text)).collect();
        let flipped =
            added.iter().map(|(_, text)| polarity(text)).filter(|(text, yes)| before.remove(text).is_some_and(|was| was != *yes)).count();
        sink.count(FLIPPED, count(flipped));
        let lets_in = || added.iter().any(|(_, text)| LET_IN.is_match(text) || NONE_THROWN.is_match(text));
        if let (Some(old), Some(side)) = (file.old().filter(|_| flipped > 0 || lets_in()), file.new_side()) {
            let (kept, rewritten) = contradicted(file, old, side);
            sink.count(CONTRADICTED, count(kept));
            sink.count(REWRITTEN, count(rewritten));
        }
        let told = !removed.is_empty() && removed.len() > added.len();
        if let (Some(old), Some(side)) = (file.old().filter(|_| told), file.new_side()) {
            sink.count(UNSAID, count(unsaid(file, old, side)));
            sink.count(SHORN, count(shorn(file, old, side)));
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let net = view.count(REMOVED) - view.count(ADDED);
        let tested = Tested::of(&view.change.patch);
        for (file, outcome) in view.change.patch.files.iter().zip(view.outcomes) {
            let Some((title, severity)) = judged(view, &tested, file, outcome, net) else { continue };
            let first = file.text().and_then(|text| text.removed().find(|(_, line)| asserts(line) && !begins_test(line)));
            let (line, evidence) = first.unwrap_or((1, ""));
            sink.report(
                Draft::numbered(file.old_path.as_ref().unwrap_or(file.path()), Side::Old, line, evidence.trim())
                    .title(title)
                    .severity(severity),
            );
        }
    }
}

/// The tests whose names say that something is turned away, before and after.
fn refusing(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>) -> impl Iterator<Item = (Case, Case)> + use<> {
    let mut now = cases(file, side);
    let before = cases(file, old).into_iter().filter(|(name, _)| REFUSES.is_match(name));
    before.filter_map(move |(name, was)| Some((was, now.remove(&name)?)))
}

/// How many tests whose names say that something is turned away said no and say yes now: those that stayed what they were, and those that were
/// written anew.
fn contradicted(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>) -> (usize, usize) {
    /// A test of which more lines changed is another one.
    const MOST_CHANGED: usize = 16;
    let told = |side: &SideView<'_>| -> Vec<(usize, (String, bool))> {
        assertions(side).into_iter().map(|(at, text)| (at, polarity(&text))).collect()
    };
    let within = |told: &[(usize, (String, bool))], first: usize, last: usize| {
        let (from, to) = (told.partition_point(|(at, _)| *at < first), told.partition_point(|(at, _)| *at <= last));
        from..to.max(from)
    };
    let (told_before, told_now) = (told(old), told(side));
    let told = refusing(file, old, side)
        .filter(|(was, is)| {
            let before = told_before.get(within(&told_before, was.first, was.last)).unwrap_or(&[]);
            let refused: BTreeSet<&str> = before.iter().filter(|(_, (_, yes))| !yes).map(|(_, (text, _))| text.as_str()).collect();
            let after = told_now.get(within(&told_now, is.first, is.last)).unwrap_or(&[]);
            after.iter().any(|(_, (text, yes))| *yes && refused.contains(text.as_str())) || let_in(old, was, side, is)
        })
        .take(50);
    let changed = |side: &SideView<'_>, case: &Case| (case.first..=case.last).filter(|at| side.is_changed(*at)).count();
    let (rewritten, kept): (Vec<_>, Vec<_>) = told.partition(|(was, is)| changed(old, was).max(changed(side, is)) > MOST_CHANGED);
    (kept.len(), rewritten.len())
}

/// Tests whose names say that something is turned away, which only lost lines, and with them all that said no.
fn unsaid(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>) -> usize {
    let says_no = |side: &SideView<'_>, at: usize| {
        let line = side.line(at);
        let said = line.text.len() < 400 && asserts(line.code());
        said && (!polarity(line.text).1 || WAITS.is_match(line.text) || TURNED_AWAY.is_match(line.text)) && !is_weak(line.text)
    };
    refusing(file, old, side)
        .filter(|(was, is)| {
            (was.first..=was.last).any(|at| old.is_changed(at) && says_no(old, at))
                && !(is.first..=is.last).any(|at| side.is_changed(at) || says_no(side, at))
        })
        .take(50)
        .count()
}

/// Tests of which only lines went, half of what they asserted exactly or more among them, and that still assert something.
fn shorn(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>) -> usize {
    let now = cases(file, side);
    let within = |case: &Case| (case.first..=case.last).take(400);
    let says = |side: &SideView<'_>, at: usize| asserts(side.line(at).code()) && !is_weak(side.line(at).text);
    let lost = |(name, was): &(String, Case)| {
        now.get(name).is_some_and(|is| {
            let kept = within(is).filter(|at| says(side, *at)).count();
            let went = within(was).filter(|at| old.is_changed(*at) && says(old, *at)).count();
            kept > 0 && went >= kept && !within(is).any(|at| side.is_changed(at))
        })
    };
    cases(file, old).into_iter().filter(lost).take(50).count()
}

/// Whether what stood in a test waited for a refusal or an error, and what stands there now says that there is none.
fn let_in(old: &SideView<'_>, was: &Case, side: &SideView<'_>, is: &Case) -> bool {
    let said = |side: &SideView<'_>, case: &Case, changed: bool, of: &[&Pattern]| {
        let mut lines = (case.first + 1..=case.last).map(|at| side.line(at)).filter(|line| line.text.len() < 400);
        lines.any(|line| (line.changed || !changed) && asserts(line.code()) && of.iter().any(|one| one.is_match(line.text)))
    };
    said(old, was, true, &[&TURNED_AWAY, &WAITS])
        && said(side, is, true, &[&LET_IN, &NONE_THROWN])
        && !said(old, was, false, &[&LET_IN, &NONE_THROWN])
        && !said(side, is, false, &[&TURNED_AWAY, &WAITS])
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What of the tested code a change touches. Found once: a change may hold a hundred thousand files.
struct Tested<'p> {
    patch: &'p Patch,
    subjects: BTreeSet<String>,
    guards: bool,
    gone: OnceCell<Gone>,
}

impl<'p> Tested<'p> {
    fn of(patch: &'p Patch) -> Self {
        let mut tested = Self { patch, subjects: BTreeSet::new(), guards: false, gone: OnceCell::new() };
        for file in patch.files.iter().filter(|file| file.status != FileStatus::Added) {
            let path = file.path().text();
            if is_tested_code(&path) {
                tested.guards |= guards(&path);
                tested.subjects.insert(subject(&path));
            }
        }
        tested
    }

    /// What went from the code that is tested.
    fn gone(&self) -> &Gone {
        self.gone.get_or_init(|| Gone::of(self.patch.files.iter().filter(|file| is_tested_code(&file.path().text()))))
    }
}

fn judged(view: &ChangeView<'_>, tested: &Tested<'_>, file: &FileDiff, outcome: &FileOutcome, net: i64) -> Option<(String, Severity)> {
    let get = |name| outcome.counts.get(name).copied().unwrap_or(0);
    let lost = (get(REMOVED) - get(ADDED)).min(net);
    let (weakened, flipped) = (get(WEAKENED), get(FLIPPED));
    if lost <= 0 && weakened == 0 && flipped == 0 && [CONTRADICTED, REWRITTEN, UNSAID].into_iter().all(|name| get(name) == 0) {
        return None;
    }
    let path = file.path().text();
    let same = tested.subjects.contains(&subject(&path));
    let guarding = guards(&path) && tested.guards;
    // A single one may say the same in other words; what is no longer there needs no test.
    let weaker = weakened > 1 || weakened > 0 && lost > 0;
    let fewer = || lost >= MANY && !tested.gone().was_tested(file, |_, name| is_compound(name));
    // What no longer asserts anything may be gone with what it was about; what asserts less is not.
    // Where many times more went, the file is another one.
    let turned = flipped > 0 && flipped * 4 >= lost;
    let severe = guarding && (turned || weaker) || get(CONTRADICTED) > 0;
    let pull = &view.change.pull;
    let fixing = FIX.is_match(&pull.title) || view.change.commits.iter().any(|commit| FIX.is_match(commit.subject()));
    let severity = if severe {
        Severity::High
    } else if flipped > 0 || weakened >= 2 || get(UNSAID) + get(REWRITTEN) > 0 || guarding && fewer() || (lost >= MANY && (fixing || same))
    {
        Severity::Medium
    } else if weakened > 0 || lost >= MANY || get(SHORN) > 0 && lost > 0 && !tested.gone().was_tested(file, |line, _| asserts(line)) {
        Severity::Low
    } else {
        return None;
    };
    if get(CONTRADICTED) + get(REWRITTEN) > 0 {
        return Some(("A test whose name says that something is turned away asserts that it gets through".to_owned(), severity));
    }
    if get(UNSAID) > 0 && flipped == 0 && weakened == 0 {
        return Some(("A test whose name says that something is turned away lost what says so".to_owned(), severity));
    }
    Some((sentence(lost, weakened, flipped), severity))
}

fn sentence(lost: i64, weakened: i64, flipped: i64) -> String {
    let mut parts = Vec::new();
    for (number, what) in [(lost, "lost"), (weakened, "weakened"), (flipped, "turned round")] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    format!("Assertions of this file: {}", parts.join(", "))
}
