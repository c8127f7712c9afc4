//! What was asked of something that was found, and is said now by how it comes in: it is looked up as somebody's own, or handed over. A part of
//! `guard-removed`.

use super::functions::brief;
use super::place::{Place, within};
use super::terms::tokens;
use crate::analysis::branch::branch;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;

impl Place<'_, '_, '_> {
    /// Whether whose something is was compared with who asks, and it is looked up by who asks now: `find({ id, userId: user.id })`.
    pub(super) fn looked_up_as_own(&self, condition: &str, refuses: impl Fn(usize) -> bool) -> bool {
        static WHOSE: Pattern = Pattern::new(
            r"(?i)\b([a-z_$]\w*)\??\.((?:user|owner|account|tenant|author|creator|org(?:anization)?|team|workspace)_?id)\s*!==?\s*([\w$.?]+)\s*$",
        );
        let (Some(thing), Some(key), Some(who)) =
            (WHOSE.group(condition, 1), WHOSE.group(condition, 2), WHOSE.group(condition, 3).filter(|who| who.contains('.')))
        else {
            return false;
        };
        let gives = [format!("{key}: {who}"), format!("{key}={who}")];
        let finds = |at: usize| {
            let text = brief(self.new, &self.new.statements()[at]);
            let made = text.split_once('=').is_some_and(|(left, _)| left.split_whitespace().last() == Some(thing));
            made && gives.iter().any(|given| text.contains(given))
        };
        let missing = |at: usize| {
            let found = branch(self.new, self.file.language, at).and_then(|found| self.new.plain().get(found.condition));
            found.is_some_and(|asked| tokens(asked) == ["!", thing]) && refuses(at)
        };
        self.now().filter(|at| self.touched(*at)).any(finds) && self.now().any(missing)
    }

    /// Whether it asked only that there is something, which the function is given now and cannot be called without: `user: User` of TypeScript.
    pub(super) fn handed_over(&self, condition: &str) -> bool {
        static THERE: Pattern = Pattern::new(r"^\s*!\s*([A-Za-z_$][\w$]*)\s*$");
        let Some(name) = THERE.group(condition, 1).filter(|_| self.file.language == Language::TypeScript) else { return false };
        let of = within(self.old, self.at);
        let Some(function) = self.new.functions().iter().find(|function| Some(function.name.as_str()) == of) else { return false };
        let head = self.new.statements().iter().find(|one| (one.first_line..=one.last_line).contains(&function.first_line));
        let given = |text: &str| {
            text.split_once(['(']).is_some_and(|(_, given)| {
                given.split([',', ')']).any(|one| {
                    let typed = one.split_once(':').filter(|(left, _)| left.trim() == name);
                    typed.is_some_and(|(_, kind)| kind.trim().starts_with(char::is_uppercase) && !kind.contains(['|', '=']))
                })
            })
        };
        head.is_some_and(|head| given(self.new.plain_of(head)))
    }

    /// Whether the condition was turned round: what stood in its other arm is what it leads to now, and what it led to stands behind it.
    pub(super) fn turned_round(&self) -> bool {
        let language = self.file.language;
        let Some(was) = branch(self.old, language, self.at).filter(|was| !was.block.is_empty()) else { return false };
        let text = |asked: Option<&str>| tokens(asked.unwrap_or(""));
        let asked = text(self.old.plain().get(was.condition.clone()));
        let other = self.old.statements().get(was.block.end).filter(|next| {
            let code = self.old.code_of(next).trim().trim_start_matches('}').trim();
            matches!(code.trim_end_matches(['{', ':']).trim(), "else") && next.parent == self.statement().parent
        });
        let Some(other) = other else { return false };
        let own = |range: std::ops::Range<usize>| range.map(|at| brief(self.old, &self.old.statements()[at])).collect::<Vec<_>>();
        let (led, arm) = (own(was.block.clone()), own(was.block.end + 1..other.end));
        if arm.is_empty() || asked.is_empty() {
            return false;
        }
        let bare = |all: &[String]| all.iter().filter(|sign| *sign != "!").cloned().collect::<Vec<_>>();
        let nots = |all: &[String]| all.iter().filter(|sign| *sign == "!").count();
        let single = !asked.iter().any(|sign| sign == "&&" || sign == "||");
        self.now().filter(|at| single && self.touched(*at)).any(|at| {
            let Some(is) = branch(self.new, language, at) else { return false };
            let now = text(self.new.plain().get(is.condition.clone()));
            let said = |range: std::ops::Range<usize>| {
                self.new.statements().get(range).unwrap_or(&[]).iter().map(|one| brief(self.new, one)).collect::<Vec<_>>()
            };
            let behind: Vec<String> = said(is.block.end..self.new.statements().len().min(is.block.end + 40));
            bare(&now) == bare(&asked)
                && nots(&now).abs_diff(nots(&asked)) == 1
                && said(is.block) == arm
                && led.iter().all(|text| behind.contains(text))
        })
    }
}
