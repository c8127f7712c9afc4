//! Refusals that asked only what form a value had, or whether there was one, where something behind them still asks about that value. A part of
//! `guard-removed`.

use super::place::Remains;
use super::refusal::{is_of_somebody, leaves};
use crate::analysis::branch::branch;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

/// A longer condition is data.
const LONGEST: usize = 600;
/// More questions of one condition are not looked at one by one.
const MOST: usize = 12;

/// What one question about a form may be; groups: what is asked about.
static FORM: Pattern = Pattern::new(
    r#"(?x)^\s*\(*\s*(?: (?:!|not\s+)?\s*([A-Za-z_$@][\w$]*(?:\??\.[\w$]+)*)
      | (?:len\(\s*)?([A-Za-z_$@][\w$]*(?:\??\.[\w$]+)*?)(?:\.length|\.len\(\)|\.size\(\)|\.Length|\s*\))?\s*(?:[!=<>]==?|[<>])\s*(?:\d+|[A-Za-z_][\w.]*(?:Length|Len|Size|LENGTH|LEN|SIZE)|["'`]\s*["'`]|nil|null|None|undefined)
      | (?:!|not\s+)?\s*([A-Za-z_$@][\w$]*(?:\??\.[\w$]+)*)\.(?:starts_?[wW]ith|ends_?[wW]ith|StartsWith|EndsWith|start_with\?|end_with\?)\s*\([^()]*\)
      | !?\s*strings\.Has(?:Prefix|Suffix)\(\s*([A-Za-z_][\w.]*)\s*,[^()]*\)
      | typeof\s+([A-Za-z_$][\w$.]*)\s*!==?\s*["'`][^"'`]*["'`]
      | (?:!|not\s+)\s*(?:is|looks|has)_?[vV]alid_?(?:[A-Z]\w*|\w*(?:base64|hex|url|format|uuid|length))\s*\(\s*([A-Za-z_$@][\w$]*)\s*\) )\s*\)*\s*$"#,
);
/// Who somebody is and what they may is no form.
static SOMEBODY: Pattern = Pattern::new(
    r"(?:^|[._])(?i:current_?)?(?i:user|session|admin|role|principal|actor|owner|permission|auth|member|account|claims?|is|has|can|may|allow|verified|valid)(?:[A-Z_.]|$|s$|ed|ori[sz]|entic)",
);

/// What the function makes by chance; group: its name.
static MADE: Pattern = Pattern::new(
    r"(?i)^\s*(?:(?:const|let|var|val)\s+)?([\w$@]+)\s*(?:,\s*\w+\s*)?:?=\s*(?:await\s+)?(?:\w+(?:\.|::|->))*(?:generate_?\w*(?:random|secret|token|key|string|bytes|id)\w*|random_?\w*|rand\w*|uuid\w*|token_(?:hex|urlsafe|bytes))\s*\(",
);

/// The values that a condition asks about, where it asks for nothing but their form; none otherwise.
fn values(condition: &str) -> Vec<&str> {
    let parts: Vec<&str> = condition.split("||").flat_map(|part| part.split(" or ")).collect();
    if condition.len() > LONGEST || parts.len() > MOST || condition.contains("&&") || condition.contains(" and ") {
        return Vec::new();
    }
    let values: Option<Vec<&str>> =
        parts.iter().map(|part| (1..=6).find_map(|group| FORM.group(part, group)).filter(|name| !SOMEBODY.is_match(name))).collect();
    values.unwrap_or_default()
}

/// What remains of the refusal under `condition` at `at` of the old side. `refused` is what it said, `then` and `now` are the statements of its
/// function on both sides.
pub(super) fn remains(
    file: &FileView<'_>,
    (old, new, at): (&SideView<'_>, &SideView<'_>, usize),
    (condition, refused): (&str, &[String]),
    (then, now): (&[usize], &[usize]),
) -> Remains {
    // That nothing could be made by chance is told by nobody who makes nothing.
    let before = || at.checked_sub(1).map(|before| old.code_of(&old.statements()[before])).filter(|code| MADE.is_match(code));
    if condition.trim() == "err != nil" && before().is_some_and(|code| !now.iter().any(|at| new.code_of(&new.statements()[*at]) == code)) {
        return Remains::Something;
    }
    let asked = values(condition);
    if asked.is_empty() {
        return Remains::Nothing;
    }
    if parsed(file, new, now) {
        let of_somebody = refused.iter().any(|text| is_of_somebody(text));
        return if of_somebody { Remains::Something } else { Remains::All };
    }
    let left = asked.iter().all(|name| made_here(old, then, name) || asked_behind(file, new, now, name));
    if left { Remains::Something } else { Remains::Nothing }
}

/// Whether the change asks a schema there, and leaves where it does not fit.
fn parsed(file: &FileView<'_>, new: &SideView<'_>, now: &[usize]) -> bool {
    static PARSED: Pattern = Pattern::new(
        r"^\s*(?:const|let|var)\s+(?:\{[^}]*\}|(\w+))\s*=\s*(?:await\s+)?[A-Z]\w*(?:\(\))?\s*\.\s*(?:safeParse(?:Async)?|validate)\s*\(",
    );
    let touched = |at: &&usize| new.touches(new.statements()[**at].first_line, new.statements()[**at].last_line);
    let names = now.iter().filter(touched).filter_map(|at| PARSED.group(new.code_of(&new.statements()[*at]), 1));
    let mut names = names.take(MOST);
    names.any(|name| {
        let fails = [format!("!{name}.success"), format!("{name}.error"), format!("{name}.success===false")];
        now.iter().any(|at| {
            let Some(found) = branch(new, file.language, *at) else { return false };
            let condition = new.masked().get(found.condition.clone()).unwrap_or("");
            let condition: String = condition.chars().filter(|sign| !sign.is_whitespace()).collect();
            fails.contains(&condition) && leaves_there(new, *at, &found)
        })
    })
}

/// Whether what stands directly below a condition, or on its line, leaves.
fn leaves_there(side: &SideView<'_>, at: usize, found: &crate::analysis::branch::Branch) -> bool {
    let inline = side.plain().get(found.inline.clone()).unwrap_or("");
    let direct = |inner: &usize| side.statements()[*inner].parent == Some(at);
    leaves(inline.trim_start_matches(['{', ' ']))
        || found.block.clone().filter(direct).any(|inner| leaves(side.plain_of(&side.statements()[inner])))
}

/// Whether the function made the value itself, by chance: nobody from outside had it in their hands.
fn made_here(old: &SideView<'_>, then: &[usize], name: &str) -> bool {
    then.iter().any(|at| MADE.group(old.code_of(&old.statements()[*at]), 1) == Some(name))
}

/// Whether a check or a look-up that is given the value stands there as it did, and whoever it finds wrong is turned away.
fn asked_behind(file: &FileView<'_>, new: &SideView<'_>, now: &[usize], name: &str) -> bool {
    static CHECKS: Pattern = Pattern::new(
        r"(?is)(?:^|[.:>\s!(])(?:\w*_)?(?:verify|validate|check|compare|look_?up|authenticate|decode|match|find_?by)\w*\s*\(([^;{}]*)\)",
    );
    static KEPT: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|val)\s+)?([\w$]+)\s*(?:,\s*\w+\s*)?:?=[^=]");
    let given = |code: &str| {
        let words = |given: &'_ str| given.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '.')).any(|word| word == name);
        code.len() <= 2000 && CHECKS.group(code, 1).is_some_and(words)
    };
    let refuses = |asks: &dyn Fn(&str) -> bool| {
        now.iter().any(|at| {
            let Some(found) = branch(new, file.language, *at) else { return false };
            new.masked().get(found.condition.clone()).is_some_and(asks) && leaves_there(new, *at, &found)
        })
    };
    if refuses(&|condition: &str| given(condition)) {
        return true;
    }
    now.iter().filter_map(|at| Some(new.code_of(&new.statements()[*at])).filter(|code| given(code))).any(|code| {
        let no = KEPT.group(code, 1).map(|kept| {
            [
                format!("!{kept}"),
                format!("not {kept}"),
                format!("{kept} is None"),
                format!("{kept} == nil"),
                format!("{kept} === null"),
                format!("{kept} == null"),
            ]
        });
        no.is_some_and(|no| refuses(&|condition: &str| no.iter().any(|no| condition.trim().trim_matches(['(', ')']).trim() == no)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_a_form() {
        for (text, asked) in [
            ("!data || !data.title", vec!["data", "data.title"]),
            ("!body.password || body.password.length < 8", vec!["body.password", "body.password"]),
            ("len(prefix) != prefixLength", vec!["prefix"]),
            ("stored.startsWith(\"$2a\")", vec!["stored"]),
            ("!isValidBase64URLSafe(text)", vec!["text"]),
            ("not token", vec!["token"]),
        ] {
            assert_eq!(values(text), asked, "{text}");
        }
        for text in ["!user", "!user.isAdmin", "!isAdmin", "!session.user", "a.role != \"admin\"", "!token || !verify(token)", "!ok && x"] {
            assert!(values(text).is_empty(), "{text}");
        }
    }
}
