//! What remains of a refusal or a check that went: whether it stands in another shape, or something took its place. A part of `guard-removed`.

use std::collections::BTreeSet;

use super::functions::brief;
use super::nested;
use super::only_form;
use super::refusal::{ends, is_of_somebody, leaves, refuses};
use super::terms::{parts, tokens};
use super::vocabulary::vocabulary;
use crate::analysis::branch::branch;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};

/// What of something that went is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remains {
    /// All of it, in another shape.
    All,
    /// Something that may do the same.
    Something,
    /// Nothing.
    Nothing,
}

/// More statements of a function are not compared one by one.
const MOST: usize = 2000;
/// Changes with more files than this are not looked through.
const MOST_FILES: usize = 300;
/// Blocks further out say nothing.
const DEEPEST: usize = 16;
/// A shorter refusal, or text of one, is like many others.
const DISTINCT: usize = 12;

/// What is called; groups: its name with what it is of.
static CALLED: Pattern = Pattern::new(r"((?:[A-Za-z_$][\w$]*(?:\.|::|->))*[A-Za-z_$][\w$]*[!?]?)\s*\(");

/// A place in a function on both sides.
struct Place<'v, 'f, 'a> {
    file: &'v FileView<'f>,
    old: &'v SideView<'a>,
    new: &'v SideView<'a>,
    at: usize,
}

/// What remains of the refusal at `at` of the old side.
#[must_use]
pub(super) fn of_refusal(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, at: usize) -> Remains {
    let place = Place { file, old, new, at };
    if place.rewritten() || place.stands() || place.merged() || place.draws_nothing() {
        return Remains::All;
    }
    let (condition, refused) = (place.condition(), place.refusals(old, at).unwrap_or_default());
    let statements = (place.then().collect::<Vec<_>>(), place.now().collect::<Vec<_>>());
    let form = only_form::remains(file, (old, new), (condition, &refused), (&statements.0, &statements.1));
    if form != Remains::Nothing {
        return form;
    }
    match place.checked_by_another() {
        Some(true) => return Remains::All,
        Some(false) => return Remains::Something,
        None => {}
    }
    let left = place.found_by_owner() || place.still_asked() || place.failed() || place.of_a_switch() || place.moved() || place.in_another_file();
    if left { Remains::Something } else { Remains::Nothing }
}

/// What remains of the call at `at` of the old side, that asked something.
#[must_use]
pub(super) fn of_call(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, at: usize) -> Remains {
    let place = Place { file, old, new, at };
    if place.still_called() || place.passed_on() || place.counts_now() || place.answered_later() {
        return Remains::All;
    }
    if place.is_a_condition() || place.another_answers() { Remains::Something } else { Remains::Nothing }
}

/// Whether a statement of the new side calls in the place of what refused, and hands on what it says: `return s.checkAccess(ctx, memo)`, or
/// `Shown { … }.validate(&user)?` of Rust.
#[must_use]
pub(super) fn hands_on(language: Language, code: &str) -> bool {
    static RETURNED: Pattern = Pattern::new(
        r"(?i)^\s*return\s+(?:await\s+)?(?:\w+(?:\.|::|->))*(?:check|verify|require|ensure|authorize|authorise|assert|enforce|validate)\w+\s*\(",
    );
    static CHAINED: Pattern = Pattern::new(
        r"(?s)(?:^|[}\w)])\s*\.\s*(?:check|verify|require|ensure|authorize|assert|enforce|validate)\w*\s*\(.*(?:\)|\.await)\s*\?\s*;?\s*$",
    );
    RETURNED.is_match(code) || language == Language::Rust && code.len() < 2000 && CHAINED.is_match(code)
}

/// The name of the function a statement stands in.
fn within<'s>(side: &'s SideView<'_>, at: usize) -> Option<&'s str> {
    side.statements()[at].function.map(|at| side.functions()[at].name.as_str())
}

/// Whether code of Rust calls `name`, and leaves where that fails.
fn ends_where_it_fails(code: &str, name: &str) -> bool {
    let Some((_, given)) = code.split_once(&format!("{name}(")) else { return false };
    let mut depth = 1_usize;
    let end = given.bytes().position(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let rest = end.and_then(|end| given.get(end + 1..)).unwrap_or("").trim_start();
    rest.strip_prefix(".await").unwrap_or(rest).trim_start().starts_with('?')
}

/// A refusal without the arm it stands in.
fn bare(text: &str) -> &str {
    let text = text.rsplit_once("=> ").map_or(text, |(_, told)| told);
    text.trim().trim_matches(['{', '}', ';', ',', ' '])
}

impl<'v, 'f, 'a> Place<'v, 'f, 'a> {
    fn statement(&self) -> &'v Statement {
        &self.old.statements()[self.at]
    }

    /// The statements of the function on the new side, by position.
    fn now(&self) -> impl Iterator<Item = usize> + use<'v, 'f, 'a> {
        let (new, name) = (self.new, within(self.old, self.at));
        (0..new.statements().len()).filter(move |at| within(new, *at) == name).take(MOST)
    }

    /// The same of the old side.
    fn then(&self) -> impl Iterator<Item = usize> + use<'v, 'f, 'a> {
        let (old, name) = (self.old, within(self.old, self.at));
        (0..old.statements().len()).filter(move |at| within(old, *at) == name).take(MOST)
    }

    fn touched(&self, at: usize) -> bool {
        let statement = &self.new.statements()[at];
        self.new.touches(statement.first_line, statement.last_line)
    }

    /// The condition of the old side, without comments.
    fn condition(&self) -> &'v str {
        let found = branch(self.old, self.file.language, self.at);
        found.and_then(|found| self.old.plain().get(found.condition)).unwrap_or("")
    }

    /// What a branch refuses with.
    fn refusals(&self, side: &SideView<'_>, at: usize) -> Option<Vec<String>> {
        let found = branch(side, self.file.language, at)?;
        let inline = side.plain().get(found.inline).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let block = found.block.take(8).map(|inner| brief(side, &side.statements()[inner]));
        let told = |text: &String| refuses(text) || is_of_somebody(text);
        let ruby = self.file.language == Language::Ruby;
        // `fail` is `raise` there.
        let raised = |text: String| text.strip_prefix("fail ").filter(|_| ruby).map(|rest| format!("raise {rest}")).unwrap_or(text);
        Some(inline.filter(|text| !text.is_empty()).into_iter().chain(block).map(raised).filter(told).collect())
    }

    /// Whether another condition that was not there before leads to the same refusal in the same function.
    fn rewritten(&self) -> bool {
        let Some(refused) = self.refusals(self.old, self.at).filter(|list| !list.is_empty()) else { return false };
        self.now().filter(|at| self.touched(*at)).any(|at| self.refusals(self.new, at).is_some_and(|list| list == refused))
    }

    /// Whether the refusals stand in the function as often as before, behind something that the change wrote.
    fn stands(&self) -> bool {
        static TEXT: Pattern = Pattern::new(r#"["'`]([^"'`\n]+)["'`]"#);
        let refused = self.refusals(self.old, self.at).unwrap_or_default();
        let refused: BTreeSet<&str> = refused.iter().map(|text| bare(text)).filter(|text| !text.starts_with("if ")).collect();
        let distinct = |text: &&str| TEXT.groups(text, 1).any(|said| said.len() >= DISTINCT) || text.len() > 2 * DISTINCT;
        if refused.is_empty() || !refused.iter().all(distinct) {
            return false;
        }
        let before: Vec<String> = self.then().map(|at| brief(self.old, &self.old.statements()[at])).collect();
        let after: Vec<(usize, String)> = self.now().map(|at| (at, brief(self.new, &self.new.statements()[at]))).collect();
        refused.iter().all(|told| {
            let is = |text: &str| text.ends_with(told) || text.trim_end_matches(['{', '}', ';', ',', ' ']).ends_with(told);
            let stand: Vec<usize> = after.iter().filter(|(_, text)| is(text)).map(|(at, _)| *at).collect();
            stand.len() >= before.iter().filter(|text| is(text)).count() && stand.iter().any(|at| self.behind_new(*at))
        })
    }

    /// Whether a statement of the new side, or one around it, came with the change.
    fn behind_new(&self, at: usize) -> bool {
        let around = std::iter::successors(Some(at), |at| self.new.statements()[*at].parent).take(DEEPEST);
        let function = self.new.statements()[at].function.map_or(0, |at| self.new.functions()[at].first_line);
        around.take_while(|at| self.new.statements()[*at].first_line > function).any(|at| self.touched(at))
    }

    /// Whether one condition asks now what branches within branches asked, or the other way round.
    fn merged(&self) -> bool {
        let language = self.file.language;
        let Some(was) = nested::asked(self.old, language, self.at).filter(|was| was.len() > 1) else { return false };
        self.now().filter(|at| self.touched(*at)).any(|at| nested::asked(self.new, language, at).is_some_and(|is| is == was))
    }

    /// A component that shows nothing where there is nothing to show.
    fn draws_nothing(&self) -> bool {
        static EMPTY: Pattern = Pattern::new(r"^\s*(?:!\s*)?[\w$.?]+\.length(?:\s*===?\s*0|\s*<\s*1)?\s*$");
        static NOTHING: Pattern = Pattern::new(r"^\s*return\s+null\s*;?\s*$");
        let drawn = self.file.path.ends_with(".tsx") || self.file.path.ends_with(".jsx");
        let refused = || self.refusals(self.old, self.at).unwrap_or_default();
        let component =
            || within(self.old, self.at).is_none_or(|name| name.is_empty() || name.starts_with(|c: char| c.is_ascii_uppercase()));
        drawn && EMPTY.is_match(self.condition()) && component() && refused().iter().all(|text| NOTHING.is_match(text))
    }

    /// Whether whose something is was asked, and now only what is theirs is looked up: `find_by_id_and_user(id, &user.id)`.
    fn found_by_owner(&self) -> bool {
        static OWNED: Pattern =
            Pattern::new(r"(?i)\b\w*(?:user|owner|account|tenant|member|author|creator)\w*(?:\.|->|::|_)\w+|access|belongs|\bis_?owned");
        static LOOKS_UP: Pattern = Pattern::new(
            r"(?i)\b((?:find|get|load|fetch|list|query|select|lookup)\w*(?:_by_|by|_for_|for|_of_|of|and_?)(?:user|owner|account|tenant|member|author|creator)\w*)\s*\([^;]*\b(?:\w*user\w*|\w*owner\w*|account\w*|tenant\w*|member\w*|principal|claims|session|headers)\b",
        );
        let before = || self.then().map(|at| self.old.plain_of(&self.old.statements()[at]));
        OWNED.is_match(self.condition())
            && self.now().filter(|at| self.touched(*at)).any(|at| {
                let called = LOOKS_UP.group(self.new.plain_of(&self.new.statements()[at]), 1);
                called.is_some_and(|called| !before().any(|text| text.contains(called)))
            })
    }

    /// Whether what was asked is one of several questions now, any of which is enough.
    fn still_asked(&self) -> bool {
        let was = tokens(self.condition());
        let among = |at: usize| {
            let found = branch(self.new, self.file.language, at)?;
            let asked = self.new.plain().get(found.condition).filter(|text| text.len() < 2000)?;
            let parts = parts(&tokens(asked), "||");
            Some(parts.len() > 1 && parts.contains(&was))
        };
        was.len() > 1 && self.now().filter(|at| self.touched(*at)).any(|at| among(at) == Some(true))
    }

    /// Whether it told only that something could not be done, and that is not done there any more: `x, err = convert(text); err != nil`.
    fn failed(&self) -> bool {
        static DONE: Pattern = Pattern::new(r"^\s*\(*\s*([\w.\[\]>-]+)\s*(?:,\s*\w+\s*)?:?=\s*([\w.]+)\s*\(");
        /// What keeps or sends something, and decides nothing.
        static ACTS: Pattern = Pattern::new(
            r"^(?:[uU]pdate|[cC]reate|[sS]ave|[sS]tore|[iI]nsert|[hH]ydrate|[pP]ersist|[wW]rite|[sS]end|[rR]ender|[pP]opulate|[nN]otify)(?:_|[A-Z]|$)",
        );
        static CALL: Pattern = Pattern::new(r"^\s*err\s*:?=\s*.*?(\w+)\(");
        let condition = self.condition();
        let of_an_error = || CALL.group(condition.split(';').next().unwrap_or(""), 1).filter(|_| LAST.is_match(condition));
        static LAST: Pattern = Pattern::new(r";\s*err\s*!=\s*nil\s*$");
        let acts = CALLED.groups(condition, 1).last().map(|called| called.rsplit('.').next().unwrap_or(called));
        if let Some(name) = acts.filter(|name| of_an_error().is_some() && ACTS.is_match(name)) {
            return !self.refusals(self.old, self.at).unwrap_or_default().iter().any(|text| is_of_somebody(text))
                && !self.now().any(|at| self.new.code_of(&self.new.statements()[at]).contains(name));
        }
        let Some((kept, called)) = DONE.group(condition, 1).zip(DONE.group(condition, 2)) else { return false };
        let name = called.rsplit('.').next().unwrap_or(called);
        !matches!(kept, "err" | "ok" | "e" | "_" | "rc" | "ret" | "r")
            && !vocabulary().decides(name)
            && !self.refusals(self.old, self.at).unwrap_or_default().iter().any(|text| is_of_somebody(text))
            && !self.now().any(|at| self.new.code_of(&self.new.statements()[at]).contains(name))
    }

    /// Whether it depended on nothing but a switch that the change takes away.
    fn of_a_switch(&self) -> bool {
        static SWITCH: Pattern = Pattern::new(r"^\s*!?\s*(?:\w+(?:\.|::|->))*(\w{4,})\s*$");
        let files = &self.file.change.patch.files;
        let Some(name) = SWITCH.group(self.condition(), 1).filter(|_| files.len() <= MOST_FILES) else { return false };
        let speaks = |line: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
        let declares = |line: &str| {
            let rest = line.trim().trim_start_matches("var ").trim_start_matches("static ").trim_start_matches("public ");
            rest.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '\t', ':']) && !rest.trim_start().starts_with("=="))
        };
        let texts = || files.iter().filter_map(|file| file.text());
        !self.refusals(self.old, self.at).unwrap_or_default().iter().any(|text| is_of_somebody(text))
            && texts().any(|text| text.removed().any(|(_, line)| declares(line)))
            && !texts().any(|text| text.added().any(|(_, line)| speaks(line)))
    }

    /// Whether another function of the file asks and refuses now by the same calls.
    fn moved(&self) -> bool {
        let calls = |text: &str| CALLED.groups(text, 1).map(str::to_owned).collect::<Vec<_>>();
        let first = |list: Vec<String>| list.iter().flat_map(|text| calls(text)).next();
        let (was, told) = (calls(self.condition()), self.refusals(self.old, self.at).and_then(first));
        let again = |at: usize| {
            let found = branch(self.new, self.file.language, at)?;
            let asked = self.new.plain().get(found.condition)?;
            Some(calls(asked) == was && self.refusals(self.new, at).and_then(first) == told)
        };
        let name = within(self.old, self.at);
        !was.is_empty()
            && told.is_some()
            && (0..self.new.statements().len())
                .filter(|at| self.new.is_changed(self.new.statements()[*at].first_line) && within(self.new, *at) != name)
                .take(MOST)
                .any(|at| again(at) == Some(true))
    }

    /// Whether another function of the same kind is asked about the same now, and whoever it finds wrong is turned away: `Some(true)` where
    /// neither says by its name that it decides who may do what. `err := validateOrder(x); err != nil` → `err := ValidateDirection(x); …`.
    fn checked_by_another(&self) -> Option<bool> {
        static CHECKED: Pattern = Pattern::new(
            r"^\s*err\s*:?=\s*(?:\w+\.)*((?i:check|verify|require|ensure|authorize|assert|enforce|validate)\w*)(\([^;]*\))\s*;\s*err\s*!=\s*nil\s*$",
        );
        let condition = self.condition();
        let (was, given) = CHECKED.group(condition, 1).zip(CHECKED.group(condition, 2))?;
        let leaves_now = |at: usize| {
            let found = branch(self.new, self.file.language, at)?;
            let asked = self.new.plain().get(found.condition)?;
            let name = CHECKED.group(asked, 1).filter(|_| CHECKED.group(asked, 2) == Some(given))?;
            found.block.clone().any(|inner| leaves(self.new.plain_of(&self.new.statements()[inner]))).then_some(name)
        };
        let name = self.now().filter(|at| self.touched(*at)).find_map(leaves_now)?;
        Some(!vocabulary().decides(was) && !vocabulary().decides(name))
    }

    /// Whether the answer of the call, that nobody asked for, turns somebody away now: `check(x)` → `if !check(x) { return }`.
    fn counts_now(&self) -> bool {
        let call = brief(self.old, self.statement());
        let call = call.trim_end_matches(';').trim_start_matches("await ");
        let refused = |at: usize| {
            let found = branch(self.new, self.file.language, at)?;
            let asked = self.new.plain().get(found.condition.clone())?.split_whitespace().collect::<Vec<_>>().join(" ");
            let alone = asked.trim_matches(['(', ')', '!', ' ']).trim_start_matches("not ").trim_start_matches("await ");
            let turned = asked.trim_start_matches(['(', ' ']).starts_with(['!']) || asked.trim_start().starts_with("not ");
            let direct = |inner: &usize| self.new.statements()[*inner].parent == Some(at);
            let ends = found.block.filter(direct).any(|inner| ends(self.new.plain_of(&self.new.statements()[inner])));
            Some(turned && ends && alone.trim_end_matches(')') == call.trim_end_matches(')'))
        };
        call.len() > 6 && self.now().filter(|at| self.touched(*at)).any(|at| refused(at) == Some(true))
    }

    /// Whether what the function answered by the call gets a name, and is what it answers, with nothing between that answers otherwise.
    fn answered_later(&self) -> bool {
        static ANSWERED: Pattern = Pattern::new(r"^\s*return\s+(?:await\s+)?(?:\w+\.)*(\w+)\s*\(");
        static KEPT: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var)\s+)?(\w+)\s*:?=\s*(?:await\s+)?(?:\w+\.)*(\w+)\s*\(");
        static RETURNS: Pattern = Pattern::new(r"^\s*return\b");
        let Some(name) = ANSWERED.group(self.old.code_of(self.statement()), 1) else { return false };
        let now: Vec<(usize, &str)> =
            self.now().filter(|at| self.touched(*at)).map(|at| (at, self.new.code_of(&self.new.statements()[at]))).collect();
        let kept = now.iter().find(|(_, code)| KEPT.group(code, 2) == Some(name)).and_then(|(at, code)| Some((*at, KEPT.group(code, 1)?)));
        kept.is_some_and(|(from, kept)| {
            let sets = |code: &str| KEPT.group(code, 1) == Some(kept) || code.trim_start().starts_with(&format!("{kept} ="));
            let mut returns = now.iter().filter(|(_, code)| RETURNS.is_match(code)).peekable();
            let answer = format!("return {kept}");
            returns.peek().is_some()
                && returns.all(|(at, code)| *at > from && code.trim().trim_end_matches(';') == answer)
                && now.iter().filter(|(_, code)| sets(code)).count() == 1
        })
    }

    /// Whether another file says the same of the same now, behind a condition, in a function that this one calls.
    fn in_another_file(&self) -> bool {
        static TEXT: Pattern = Pattern::new(r#"["'`]([^"'`\n]{16,})["'`]"#);
        static ASKS: Pattern = Pattern::new(r"^\s*(?:\}\s*)?(?:if|elif|elsif|unless|else if|guard)\b");
        static DEFINES: Pattern = Pattern::new(r"^\s*(?:[a-z]+\s+)*(?:func|def|fn|function|fun)\s+(?:\([^)]*\)\s*)?(\w{6,})\s*[(<]");
        let files = &self.file.change.patch.files;
        let refused = self.refusals(self.old, self.at).unwrap_or_default();
        let Some(said) = refused.iter().find_map(|text| TEXT.group(text, 1)).filter(|_| files.len() <= MOST_FILES) else { return false };
        let called: BTreeSet<&str> = self
            .now()
            .filter(|at| self.touched(*at))
            .flat_map(|at| CALLED.groups(self.new.code_of(&self.new.statements()[at]), 1).collect::<Vec<_>>())
            .map(|name| name.rsplit(['.', ':', '>']).next().unwrap_or(name))
            .collect();
        let others = files.iter().filter(|other| other.path() != self.file.repo_path()).filter_map(|other| other.text());
        !called.is_empty()
            && others.take(MOST_FILES).any(|text| {
                let (mut within, mut before) = ("", "");
                text.added().any(|(_, line)| {
                    within = DEFINES.group(line, 1).unwrap_or(within);
                    let says = line.contains(said) && ASKS.is_match(before) && called.contains(within);
                    before = line;
                    says
                })
            })
    }

    /// Whether what refuses by throwing is called as it was, and only its answer gets a name.
    fn still_called(&self) -> bool {
        static KEPT: Pattern = Pattern::new(r"^\s*(?:(?:var|val|const|let|final)\s+|[A-Z][\w<>?]*\s+)?[\w$]+\s*=\s*(.+)$");
        let throws = !matches!(self.file.language, Language::Go | Language::Rust | Language::C | Language::Cpp | Language::Shell);
        let call = brief(self.old, self.statement());
        let call = call.trim_end_matches(';');
        let same = |statement: &Statement| {
            let changed = self.new.is_changed(statement.first_line);
            changed && KEPT.group(&brief(self.new, statement), 1).is_some_and(|kept| kept.trim_end_matches(';') == call)
        };
        throws && call.len() > 4 && self.new.statements().iter().any(same)
    }

    /// Whether a call of Rust that ends the function where it fails stands there as often as before, and still does.
    fn passed_on(&self) -> bool {
        static THROWN: Pattern = Pattern::new(r"^\s*(?:let\s+)?_\w*\s*=");
        let was = self.old.code_of(self.statement());
        let Some(name) = CALLED.group(was, 1).filter(|name| self.file.language == Language::Rust && name.len() > 4) else { return false };
        let calls = |code: &str| ends_where_it_fails(code, name) && !THROWN.is_match(code);
        let before = self.then().map(|at| self.old.code_of(&self.old.statements()[at])).filter(|code| calls(code)).count();
        let after: Vec<usize> = self.now().filter(|at| calls(self.new.code_of(&self.new.statements()[*at]))).collect();
        calls(was) && after.len() >= before && after.iter().any(|at| self.touched(*at))
    }

    /// Whether what the call made sure of is a condition now: `check_sharing_allowed()?` → `if sharing_allowed() {`.
    fn is_a_condition(&self) -> bool {
        static NAME: Pattern = Pattern::new(r"(?i)^(?:check|verify|require|ensure|assert|validate|enforce|authorize)_?(\w{8,})$");
        let called = CALLED.group(self.old.code_of(self.statement()), 1).unwrap_or("");
        let called = called.rsplit(['.', ':', '>']).next().unwrap_or(called);
        let Some(what) = NAME.group(called, 1).map(str::to_ascii_lowercase) else { return false };
        self.now().filter(|at| self.touched(*at)).any(|at| {
            let code = self.new.code_of(&self.new.statements()[at]);
            (code.contains("if ") || code.contains("match ") || code.contains(" ? ")) && code.to_ascii_lowercase().contains(&what)
        })
    }

    /// Whether another function is asked about the same, and a condition asks what it answers.
    fn another_answers(&self) -> bool {
        static GIVEN: Pattern = Pattern::new(r"\w\s*(\([^()]+\))\s*;?\s*$");
        static KEPT: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|val)\s+)?(\w+)\s*:?=\s*(?:await\s+)?[\w.]+\s*(\([^()]+\))\s*;?\s*$");
        let Some(given) = GIVEN.group(self.old.code_of(self.statement()), 1) else { return false };
        let name = self.now().filter(|at| self.touched(*at)).find_map(|at| {
            let code = self.new.code_of(&self.new.statements()[at]);
            KEPT.group(code, 1).filter(|_| KEPT.group(code, 2) == Some(given))
        });
        let word = |code: &str, name: &str| code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
        let asks = |at: usize, name: &str| {
            let found = branch(self.new, self.file.language, at)?;
            self.new.masked().get(found.condition).map(|code| word(code, name))
        };
        name.is_some_and(|name| self.now().filter(|at| self.touched(*at)).any(|at| asks(at, name) == Some(true)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hands_on_a_refusal() {
        assert!(hands_on(Language::Go, "return s.checkReadAccess(ctx, memo)"));
        assert!(hands_on(Language::Rust, "}.validate(&user, true).await?") && !hands_on(Language::Go, "x.validate(user)"));
        assert!(!hands_on(Language::Go, "return s.load(ctx)") && !hands_on(Language::Rust, "shown.validate(&user).await;"));
        for code in ["check::owner(&a, b()).await?", "Some(x) => check::owner(a)?, None =>"] {
            assert!(ends_where_it_fails(code, "check::owner"), "{code}");
        }
        assert!(!ends_where_it_fails("check::owner(a).ok();", "check::owner") && !ends_where_it_fails("other(a)?", "check::owner"));
    }
}
