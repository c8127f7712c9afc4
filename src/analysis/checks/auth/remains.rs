//! What remains of a refusal or a check that went: whether it stands in another shape, or something took its place. A part of `guard-removed`.

use std::collections::BTreeSet;

use super::functions::brief;
use super::nested;
use super::only_form;
use super::place::{CALLED, MOST, Place, Remains, within};
use super::refusal::{is_of_somebody, leaves, refuses};
use super::terms::{parts, tokens};
use super::vocabulary::vocabulary;
use crate::analysis::branch::branch;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

/// Changes with more files than this are not looked through.
const MOST_FILES: usize = 300;
/// Blocks further out say nothing.
const DEEPEST: usize = 16;
/// A shorter refusal, or text of one, is like many others.
const DISTINCT: usize = 12;

/// What remains of the refusal at `at` of the old side.
#[must_use]
pub(super) fn of_refusal(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, at: usize) -> Remains {
    let place = Place { file, old, new, at };
    if place.rewritten() || place.stands() || place.merged() || place.turned_round() || place.draws_nothing() || place.answered_at_once() {
        return Remains::All;
    }
    let (condition, refused) = (place.condition(), place.refusals(old, at).unwrap_or_default());
    let statements = (place.then().collect::<Vec<_>>(), place.now().collect::<Vec<_>>());
    let form = only_form::remains(file, (old, new, at), (condition, &refused), (&statements.0, &statements.1));
    if form != Remains::Nothing {
        return form;
    }
    match place.checked_by_another() {
        Some(true) => return Remains::All,
        Some(false) => return Remains::Something,
        None => {}
    }
    let refuses = |at: usize| place.refusals(new, at).is_some_and(|list| !list.is_empty());
    let left = place.looked_up_as_own(condition, refuses)
        || place.handed_over(condition)
        || place.found_by_owner()
        || place.still_asked()
        || place.failed()
        || place.of_a_switch()
        || place.moved()
        || place.in_another_file();
    if left { Remains::Something } else { Remains::Nothing }
}

/// What remains of the call at `at` of the old side, that asked something.
#[must_use]
pub(super) fn of_call(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, at: usize) -> Remains {
    let place = Place { file, old, new, at };
    if place.stands_otherwise() {
        return Remains::All;
    }
    if place.is_asked_otherwise() { Remains::Something } else { Remains::Nothing }
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

/// A refusal without the arm it stands in.
fn bare(text: &str) -> &str {
    let text = text.rsplit_once("=> ").map_or(text, |(_, told)| told);
    text.trim().trim_matches(['{', '}', ';', ',', ' '])
}

impl Place<'_, '_, '_> {
    /// The condition of the old side, without comments.
    fn condition(&self) -> &str {
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

    /// Whether its answer is given by the question itself: `if err != nil { return false }` → `return err == nil`.
    fn answered_at_once(&self) -> bool {
        static NO: Pattern = Pattern::new(r"^\s*return\s+(?:false|False)\s*;?\s*$");
        let was = tokens(self.condition());
        let not = was.iter().position(|token| token == "!").filter(|_| was.iter().all(|token| token != "&&" && token != "||"));
        let refused = self.refusals(self.old, self.at).unwrap_or_default();
        let Some(not) = not.filter(|_| !refused.is_empty() && refused.iter().all(|text| NO.is_match(text))) else { return false };
        let turned: Vec<&str> = was.iter().enumerate().filter(|(at, _)| *at != not).map(|(_, token)| token.as_str()).collect();
        let answer = |at: usize| {
            let text = self.new.plain_of(&self.new.statements()[at]).trim();
            text.strip_prefix("return ").is_some_and(|given| given.len() < 400 && tokens(given) == turned)
        };
        self.now().filter(|at| self.touched(*at)).any(answer)
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
        // `const unknown = user == null || gone;`, and what follows asks that name.
        let named = |at: usize| {
            static NAMED: Pattern = Pattern::new(r"^\s*(?:const|let|var|val|final|auto|bool|boolean)\s+\w+(?:\s*:\s*\w+)?\s*=([^=].*)$");
            let told = self.new.plain_of(&self.new.statements()[at]).split_whitespace().collect::<Vec<_>>().join(" ");
            let all = tokens(NAMED.group(&told, 1).filter(|told| told.len() < 2000)?);
            let inner = |part: Vec<String>| match part.as_slice() {
                [first, inner @ .., last] if first == "(" && last == ")" => inner.to_vec(),
                _ => part,
            };
            Some(parts(&all, "||").into_iter().map(inner).any(|part| part == was))
        };
        was.len() > 1 && self.now().filter(|at| self.touched(*at)).any(|at| among(at) == Some(true) || named(at) == Some(true))
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
            let mut block = found.block;
            block.any(|inner| leaves(self.new.plain_of(&self.new.statements()[inner]))).then_some(name)
        };
        let name = self.now().filter(|at| self.touched(*at)).find_map(leaves_now)?;
        Some(!vocabulary().decides(was) && !vocabulary().decides(name))
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hands_on_a_refusal() {
        assert!(hands_on(Language::Go, "return s.checkReadAccess(ctx, memo)"));
        assert!(hands_on(Language::Rust, "}.validate(&user, true).await?") && !hands_on(Language::Go, "x.validate(user)"));
        assert!(!hands_on(Language::Go, "return s.load(ctx)") && !hands_on(Language::Rust, "shown.validate(&user).await;"));
    }
}
