//! What remains of a call that asked something: it is asked in another shape, its answer counts now, or another function answers. A part of
//! `guard-removed`.

use super::functions::brief;
use super::place::{CALLED, Place};
use super::refusal::ends;
use crate::analysis::branch::branch;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;

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

impl Place<'_, '_, '_> {
    /// Whether it is all there, in another shape.
    pub(super) fn stands_otherwise(&self) -> bool {
        self.still_called() || self.passed_on() || self.counts_now() || self.answered_later()
    }

    /// Whether something is asked that may say the same.
    pub(super) fn is_asked_otherwise(&self) -> bool {
        self.is_a_condition() || self.another_answers()
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
    fn calls_that_end_where_they_fail() {
        for code in ["check::owner(&a, b()).await?", "Some(x) => check::owner(a)?, None =>"] {
            assert!(ends_where_it_fails(code, "check::owner"), "{code}");
        }
        assert!(!ends_where_it_fails("check::owner(a).ok();", "check::owner") && !ends_where_it_fails("other(a)?", "check::owner"));
    }
}
