//! A decorator that stands where a guard stood: what it puts in front of the function, as the change writes it, or as its name says. A part of
//! `guard-removed`.

use super::decorators::{DECORATOR, decorated};
use super::functions::brief;
use super::guarded_route::{exempting, guards};
use super::place::Remains;
use super::toothless::written;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

/// More decorators that came are not looked through.
const MOST: usize = 200;

static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");
/// A guard of NestJS among the arguments of another decorator.
static GUARDS: Pattern = Pattern::new(r"@\s*UseGuards\s*\((.*)");
/// Hands on nothing but what is put together there: `return applyDecorators(…)`.
static PUT_TOGETHER: Pattern = Pattern::new(r"(?s)^[^;]*?(?:\breturn|=>)\s+(?:applyDecorators|UseGuards)\s*\((.*)$");
static CHOICE: Pattern = Pattern::new(r"\breturn\b|\?[^.]|\b(?:if|switch)\b|&&|\|\|");
/// A name that says that something is asked for.
static REQUIRES: Pattern = Pattern::new(r"^(?:[Rr]equires?|[Aa]uthori[sz]e|[Ee]nforce|[Rr]estrict(?:ed)?)_?[A-Z]\w*$");

/// What remains of the guards of NestJS that the decorator at `at` of the old side named.
#[must_use]
pub(super) fn remains(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, at: usize) -> Remains {
    let text = brief(old, &old.statements()[at]);
    let Some(given) = GUARDS.group(&text, 1) else { return Remains::Nothing };
    let gone: Vec<&str> = WORD.groups(given, 0).filter(|word| word.ends_with("Guard") || guards(word)).collect();
    let Some(of) = decorated(old, at).filter(|_| !gone.is_empty()) else { return Remains::Nothing };
    let came = (0..new.statements().len()).filter(|is| new.is_changed(new.statements()[*is].first_line));
    let mut best = Remains::Nothing;
    for is in came.filter(|is| DECORATOR.is_match(new.code_of(&new.statements()[*is]))).take(MOST) {
        let Some(name) = DECORATOR.group(new.code_of(&new.statements()[is]), 1).filter(|_| decorated(new, is) == Some(of)) else {
            continue;
        };
        match written(file, name) {
            Some(body) if puts_together(&body, &gone) => return Remains::All,
            // What the change writes, and guards nothing, is none.
            Some(_) => {}
            None if REQUIRES.is_match(name) && !exempting(name) => best = Remains::Something,
            None => {}
        }
    }
    best
}

/// Whether a function hands on, whatever it is given, decorators among which all those guards are.
fn puts_together(body: &str, gone: &[&str]) -> bool {
    let Some(given) = PUT_TOGETHER.group(body, 1).filter(|given| !CHOICE.is_match(given)) else { return false };
    let within = given.split_once("UseGuards").map_or(given, |(_, within)| within);
    let inside = within.split(')').next().is_some_and(|_| body.contains("UseGuards"));
    inside && gone.iter().all(|guard| WORD.groups(within, 0).any(|word| word == *guard))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_that_are_put_together() {
        let gone = ["AuthGuard", "RoleGuard"];
        let body =
            "  return applyDecorators(\n    SetMetadata(KEY, asked),\n    UseGuards(AuthGuard('jwt'), RoleGuard, ScopeGuard)\n  );\n}";
        assert!(puts_together(body, &gone) && !puts_together(body, &["OwnerGuard"]));
        assert!(!puts_together("  return SetMetadata(KEY, asked);\n}", &gone));
        assert!(!puts_together("  const g = UseGuards(AuthGuard('jwt'), RoleGuard);\n  return SetMetadata(KEY, g);\n}", &gone));
        assert!(!puts_together("  return applyDecorators(open ? Public() : UseGuards(AuthGuard('jwt'), RoleGuard));\n}", &gone));
        assert!(!puts_together(
            "  if (open) return Public();\n  return applyDecorators(UseGuards(AuthGuard('jwt'), RoleGuard));\n}",
            &gone
        ));
    }
}
