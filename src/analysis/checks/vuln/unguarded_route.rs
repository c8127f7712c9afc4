//! `unguarded-route`: a new route without the check that every other route of its file has.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::RuleId;

/// See `rules/code/unguarded-route.toml`.
pub struct UnguardedRoute;

/// A route, written as a call or above a function.
static ROUTE: Pattern = Pattern::new(
    r"^\s*(?:@\w+\.(?:route|get|post|put|patch|delete|api_route)\s*\(|@(?:Get|Post|Put|Patch|Delete|Request)(?:Mapping)?\s*\(|\[Http(?:Get|Post|Put|Patch|Delete)|(?:\w*[aA]pp|\w*[rR]outer?|\w*[gG]roup|api|r|mux|server)\.(?:get|post|put|patch|delete|GET|POST|PUT|PATCH|DELETE|HandleFunc|Handle)\s*\(\s*[\x22'`/])",
);
/// What is written above a function.
static ABOVE: Pattern = Pattern::new(r"^\s*(?:@\w|\[\w)");
static GUARD: Pattern = Pattern::new(
    r"(?i)auth|login|permission|protect|require|guard|verif|session|jwt|admin|role|secured|ensure|policy|allowed|acl|current_?user|signed_?in|principal|scope",
);
/// Routes that anybody is meant to reach.
static PUBLIC: Pattern = Pattern::new(
    r"(?i)\b(?:health\w*|readyz?|livez?|ping|login|logout|sign\w*|register|static|public|webhooks?|callback|docs|openapi|metrics|favicon|robots|version|status|oauth\w*|token|AllowAnonymous|permitAll)\b",
);
/// So many others must have it.
const NEIGHBOURS: usize = 3;
/// A route is written on no more lines than this.
const TALLEST: usize = 8;

impl Check for UnguardedRoute {
    fn rule(&self) -> RuleId {
        RuleId("unguarded-route")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&ROUTE])).and(Reach::AFTER, Words::of([&GUARD]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|side| side.whole && file.language.is_code() && file.role.is_live()) else { return };
        let routes: Vec<usize> = (0..side.len()).filter(|index| ROUTE.is_match(side.plain_line(*index))).collect();
        let (guarded, bare): (Vec<usize>, Vec<usize>) = routes.iter().partition(|index| GUARD.is_match(&written(side, **index)));
        let old = bare.iter().any(|index| !side.is_changed(*index));
        if old || guarded.iter().filter(|index| !side.is_changed(**index)).count() < NEIGHBOURS {
            return;
        }
        for index in bare.into_iter().filter(|index| !PUBLIC.is_match(&written(side, *index))) {
            sink.report(Draft::line(file, side, index));
        }
    }
}

/// A route with what stands above its function, up to the function's head or the end of the call's first lines.
fn written(side: &SideView<'_>, index: usize) -> String {
    let first = (index.saturating_sub(TALLEST)..index).rev().take_while(|at| ABOVE.is_match(side.plain_line(*at))).last().unwrap_or(index);
    let above = ABOVE.is_match(side.plain_line(index));
    let last = if above { index + TALLEST } else { index };
    let mut text = String::new();
    for at in first..=last.min(side.len().saturating_sub(1)) {
        text.push_str(side.plain_line(at));
        text.push('\n');
        if above && at > index && !ABOVE.is_match(side.plain_line(at)) {
            break;
        }
    }
    text
}
