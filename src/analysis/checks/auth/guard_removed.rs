//! `guard-removed`: what stood in front of something is gone, stands behind it now, or compares in a way that tells.

use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::around::Around;
use super::asked_otherwise::{made_otherwise, only_fails};
use super::comparison;
use super::cover;
use super::decorated_anew;
use super::decorators::{DECORATOR, decorated, decorated_survives, switches_guards};
use super::exempted::{self, SKIPS};
use super::functions::{brief, key};
use super::guarded_route;
use super::in_front_of_all;
use super::less_asked;
use super::listed_middleware;
use super::lost_routes;
use super::more_roles;
use super::moved::{CALLBACK, moved_elsewhere, went_with_its_routes};
use super::only_told;
use super::openings;
use super::place::Remains;
use super::refusal::{self, asks_for_somebody, asks_whether_it_counts, finds_nothing, is_of_somebody, refuses, turns_away};
use super::remains;
use super::reshaped::Reshaped;
use super::script_stops;
use super::toothless;
use super::uncovered;
use super::vocabulary::vocabulary;
use crate::analysis::branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/guard-removed.toml`.
pub struct GuardRemoved;

/// More guards removed from one file than this are not compared one by one.
const MOST_GUARDS: usize = 50;

static MIDDLEWARE: Pattern = Pattern::new(
    r"(?:\.(?:use|Use|add_middleware|layer|wrap|Group|With|addFilterBefore|addFilter|addHook|plugin|before_request)\s*\(|^\s*(?:prepend_)?before_(?:action|filter)\b)(.*)",
);
static ROUTES: Pattern = Pattern::new(
    r"(?i)\.(?:get|post|put|patch|delete|all|handle|handlefunc|mount|route|include_router|register_blueprint)\s*\(|\.use\s*\(.*\b\w*(?:routes?|routers?|handlers?|controllers?|api)\b|\b(?:register|mount|install|add)_?routes?\s*\(",
);
static CALL: Pattern =
    Pattern::new(r"^\s*(?:await\s+|self\.|this\.|return\s+await\s+)*(?:\$?[\w]+(?:\.|::|->))*(\w+)[!?]?(?:\s*\(|\s+@?:?\w+\s*(?:,|$))");
static ACTS: Pattern =
    Pattern::new(r"(?i)^(?:check|verify|require|ensure|authorize|authorise|authenticate|assert|enforce|validate|demand|guard|protect)");
/// Makes something be there rather than asking who may: `ensureSessionPersisted`, `require_client_loaded`.
static MAKES_SURE: Pattern =
    Pattern::new(r"(?i)(?:persist|exist|load|initiali[sz]|creat|start|connect|present|ready|sav|stor|open|table|director|clean)\w*$");
/// Decorators that say by their arguments what they ask.
const ASKS: [&str; 6] = ["UseGuards", "use_guards", "user_passes_test", "method_decorator", "permission_classes", "authentication_classes"];

static ORDERED: Hint = Hint::new(|| Words::of([&MIDDLEWARE, &ROUTES]));

impl Check for GuardRemoved {
    fn rule(&self) -> RuleId {
        RuleId("guard-removed")
    }

    fn needs(&self) -> Needs {
        let skips = Words::named(["skip_", "withoutmiddleware"]);
        let told = vocabulary()
            .guarding()
            .or(vocabulary().deciding())
            .or(comparison::words())
            .or(skips)
            .or(refusal::counting())
            .or(refusal::words())
            .or(more_roles::words())
            .or(script_stops::words())
            .or(less_asked::words())
            .or(listed_middleware::words())
            .or(in_front_of_all::words())
            .or(Words::named(["abort_", "throw_", "methodsecurity"]));
        let needs = Needs::nothing().and(Reach::ANYWHERE, told).noting(&SKIPS).noting(&ORDERED);
        needs.noting(&comparison::STEADY).noting(&guarded_route::NAMING)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live();
        let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
        let routed = file.language == Language::Ruby && file.path.contains("routes");
        // Where nothing went, nothing lost what stood in front of it.
        let went = old.changed_lines().next().is_some();
        let are = LazyCell::new(|| cover::endpoints(new, routed));
        let before = sink.reported();
        exempted::left_out(file, old, new, sink);
        exempted::more(file, old, new, sink);
        openings::opened(file, old, new, sink);
        more_roles::shared(file, old, new, sink);
        if went {
            less_asked::report(file, old, new, sink);
            gone(file, old, new, sink);
            lost_routes::report(file, old, new, &are, sink);
            reordered(file, old, new, sink);
            comparison::weakened(file, old, new, sink);
            script_stops::gone(file, old, new, sink);
            listed_middleware::report(file, old, new, sink);
            in_front_of_all::report(file, old, new, sink);
            if sink.reported() == before {
                only_told::report(file, sink);
            }
        }
        // What was told statement by statement is not told once more for each route.
        let were = if went && sink.reported() == before { cover::endpoints(old, routed) } else { Vec::new() };
        if were.iter().any(|endpoint| !endpoint.guards.is_empty()) {
            uncovered::report(file, new, (&were, &are), sink);
        }
    }
}

/// What kind of guard a statement is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Decorator,
    Middleware,
    Refusal,
    Call,
}

fn guard(file: &FileView<'_>, side: &SideView<'_>, at: usize) -> Option<Kind> {
    let statement = &side.statements()[at];
    let (code, plain) = (side.code_of(statement), side.plain_of(statement));
    if plain.len() > 2000 {
        return None;
    }
    // What begins with `@` in Ruby is a variable.
    if let Some(name) = DECORATOR.group(code, 1).filter(|_| file.language != Language::Ruby) {
        let whole = name.rsplit('.').next().unwrap_or(name);
        let guarded = vocabulary().guards(whole)
            || whole == "IsGranted"
            || switches_guards(whole)
            || ASKS.contains(&whole) && vocabulary().guards(plain);
        return (guarded && (ASKS.contains(&whole) || !vocabulary().stands_in(whole)) && !guarded_route::exempting(whole))
            .then_some(Kind::Decorator);
    }
    if let Some(given) = MIDDLEWARE.group(plain, 1) {
        return guarded_route::in_front(given).then_some(Kind::Middleware);
    }
    if let Some(found) = branch::branch(side, file.language, at) {
        let condition = side.masked().get(found.condition.clone()).unwrap_or("");
        let function = statement.function.map_or("", |at| side.functions()[at].name.as_str());
        let counts = asks_whether_it_counts(condition);
        let refusal = |text: &str| refuses(text) && (counts || !finds_nothing(function, text)) || is_of_somebody(text);
        let about = counts || vocabulary().answers(function) || vocabulary().permits(function) || vocabulary().decides_in(condition);
        let says = |is_it: &dyn Fn(&str) -> bool| {
            let inline = side.plain().get(found.inline.clone()).is_some_and(is_it);
            inline || found.block.clone().any(|inner| is_it(side.plain_of(&side.statements()[inner])))
        };
        let (refuses, about) = (says(&refusal), about || says(&is_of_somebody));
        return (about && refuses && found.block.len() <= 6).then_some(Kind::Refusal);
    }
    if turns_away(plain) {
        return Some(Kind::Refusal);
    }
    let name = CALL.group(code, 1)?;
    let is_head = || side.functions().iter().any(|function| function.first_line == statement.first_line && function.name == name);
    (ACTS.is_match(name) && vocabulary().decides(name) && !MAKES_SURE.is_match(name) && !is_head()).then_some(Kind::Call)
}

/// A call that may refuse in the place of what refused: by its name, or as the change writes it.
fn stand_in(file: &FileView<'_>, new: &SideView<'_>, at: usize) -> Option<Kind> {
    let code = new.code_of(&new.statements()[at]);
    let refuses = toothless::refuses(file, code);
    let named = || CALL.group(code, 1).is_some_and(|name| ACTS.is_match(name) && !MAKES_SURE.is_match(name));
    refuses.unwrap_or_else(|| named() || remains::hands_on(file.language, code)).then_some(Kind::Call)
}

fn gone(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let removed: Vec<(usize, Kind)> = (0..old.statements().len())
        .filter(|at| old.is_changed(old.statements()[*at].first_line))
        .filter_map(|at| Some((at, guard(file, old, at)?)))
        .collect();
    if removed.is_empty() {
        return;
    }
    let standing: BTreeSet<String> = new.statements().iter().map(|statement| key(new, statement)).collect();
    let added: Vec<(usize, Kind)> = (0..new.statements().len())
        .filter(|at| new.is_changed(new.statements()[*at].first_line))
        .filter_map(|at| Some((at, guard(file, new, at).filter(|kind| *kind != Kind::Call).or_else(|| stand_in(file, new, at))?)))
        .collect();
    if removed.len() > MOST_GUARDS {
        sink.skip(
            Some(file.repo_path()),
            format!("guard-removed: only the first {MOST_GUARDS} of {} removed guards were compared", removed.len()),
        );
    }
    let around = Around::of(old, new);
    for (at, kind) in removed.into_iter().take(MOST_GUARDS) {
        let statement = &old.statements()[at];
        if standing.contains(&key(old, statement)) || moved_elsewhere(file, old, statement) {
            continue;
        }
        let remains = match kind {
            Kind::Refusal => remains::of_refusal(file, old, new, at),
            Kind::Call => remains::of_call(file, old, new, at),
            Kind::Decorator => decorated_anew::remains(file, old, new, at),
            Kind::Middleware => Remains::Nothing,
        };
        // What refuses within another condition is judged by that one, if the outer one says nothing of who may do what.
        let outer = kind == Kind::Refusal && only_within(file, old, at);
        let survives = match kind {
            _ if remains == Remains::All => false,
            Kind::Decorator => decorated_survives(old, new, at) && !replaced(file, old, new, at, &added),
            Kind::Middleware => {
                (routes_remain(old, new) || actions_remain(old, new, plain_of(old, at)))
                    && !added.iter().any(|(_, other)| *other == Kind::Middleware)
                    && !given_elsewhere(old, new, at)
                    && !went_with_its_routes(new, plain_of(old, at))
            }
            Kind::Call if before_all(old, new, at, &added) => false,
            Kind::Refusal if asked_by_decorator(old, new, at, &added) => false,
            Kind::Refusal | Kind::Call => around.survives(at, added.iter().map(|(other, _)| *other)),
        };
        if survives {
            // What does its work in another way now may ask in another way, too.
            let anew = || {
                matches!(kind, Kind::Refusal | Kind::Call)
                    && (around.is_reworked(at)
                        || Reshaped::of(file).touches(old.code_of(statement))
                        || kind == Kind::Refusal && only_fails(file, old, at)
                        || kind == Kind::Call && made_otherwise(old, at))
            };
            let draft =
                Draft::lines(file, old, statement.first_line, statement.last_line).title(title(kind)).confidence(Confidence::Medium);
            sink.report(if outer || remains == Remains::Something || anew() { draft.severity(Severity::Medium) } else { draft });
        }
    }
}

/// Whether a branch that asks nothing of who may do what refuses only in branches within it.
fn only_within(file: &FileView<'_>, old: &SideView<'_>, at: usize) -> bool {
    static FOUND: Pattern = Pattern::new(r"^\s*\w+\s*,\s*err\s*:=.*;\s*err\s*==\s*nil\s*$");
    let Some(found) = branch::branch(old, file.language, at) else { return false };
    let condition = old.masked().get(found.condition.clone()).unwrap_or("");
    let says = |text: &str| refuses(text) || is_of_somebody(text);
    let inline = old.plain().get(found.inline.clone()).is_some_and(says);
    let direct = |inner: &usize| old.statements()[*inner].parent == Some(at);
    // `x, err := find(y); err == nil` asks only whether it was found.
    let decides = vocabulary().decides_in(condition) && !FOUND.is_match(condition);
    !inline
        && !decides
        && !asks_whether_it_counts(condition)
        && !asks_for_somebody(condition)
        && !found.block.filter(direct).any(|inner| says(plain_of(old, inner)))
}

/// Whether the very thing that stood in front of the routes is given to something else that is made: `negroni.New(recovery, reads)`.
fn given_elsewhere(old: &SideView<'_>, new: &SideView<'_>, at: usize) -> bool {
    static PATH: Pattern = Pattern::new(r#"["'`]/"#);
    static MAKES: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|val)\s+)?(\w+)\s*:?=\s*[\w.:]+\s*\(");
    let text = brief(old, &old.statements()[at]);
    let Some(given) = MIDDLEWARE.group(&text, 1).and_then(|given| given.trim_end_matches(';').strip_suffix(')')) else { return false };
    let (given, router) = (given.trim(), text.split('.').next().unwrap_or(""));
    let makes_it = |is: &str| MAKES.group(is, 1) == Some(router) && is.contains(given) && !PATH.is_match(&is.replace(given, ""));
    let changed = new.statements().iter().filter(|is| new.touches(is.first_line, is.last_line) && is.bytes.len() <= 2000);
    given.len() > 8 && changed.map(|is| brief(new, is)).any(|is| makes_it(&is))
}

/// Whether an added middleware asks what the call at `at` asked.
fn before_all(old: &SideView<'_>, new: &SideView<'_>, at: usize, added: &[(usize, Kind)]) -> bool {
    let name = CALL.group(old.code_of(&old.statements()[at]), 1).unwrap_or("");
    added.iter().any(|(other, kind)| *kind == Kind::Middleware && plain_of(new, *other).contains(name))
}

/// Whether a decorator that was added asks of whoever calls the function to be signed in, and that is all that the refusal at `at` asked.
fn asked_by_decorator(old: &SideView<'_>, new: &SideView<'_>, at: usize, added: &[(usize, Kind)]) -> bool {
    static SIGNED_IN: Pattern = Pattern::new(
        r"(?i)is_?(?:authenticated|anonymous|logged_?in|signed_?in)|logged_?in|signed_?in|\bsession\b|current_?user\b\s*(?:is\s+None\b|==\s*None|\)|:|$)|\bnot\s+(?:g|request|self)\.(?:\w+\.)?user\b\s*:?\s*$",
    );
    let statement = &old.statements()[at];
    let Some(function) = statement.function.map(|at| old.functions()[at].name.as_str()) else { return false };
    let asked = SIGNED_IN.is_match(old.plain_of(statement)) && !asks_for_somebody(old.code_of(statement));
    asked && added.iter().any(|(is, kind)| *kind == Kind::Decorator && decorated(new, *is) == Some(function))
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Decorator => "A guard in front of a function was removed",
        Kind::Middleware => "A guard in front of the routes was removed",
        Kind::Refusal => "A refusal was removed",
        Kind::Call => "A check was removed",
    }
}

/// Whether a decorator that was not there before, and guards, stands in front of the same function now. One that stood there already, or
/// moved, replaces nothing.
fn replaced(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, at: usize, added: &[(usize, Kind)]) -> bool {
    let decorators = added.iter().filter(|(_, kind)| *kind == Kind::Decorator).map(|(at, _)| *at);
    let Some(was) = decorated(old, at) else { return decorators.count() > 0 };
    let own = |side: &SideView<'_>, is: usize| decorated(side, is).is_some_and(|name| name == was);
    let stood: BTreeSet<String> = (0..old.statements().len())
        .filter(|other| DECORATOR.is_match(old.code_of(&old.statements()[*other])) && own(old, *other))
        .filter(|other| guard(file, old, *other).is_some())
        .map(|other| brief(old, &old.statements()[other]))
        .collect();
    decorators.filter(|is| own(new, *is)).any(|is| !stood.contains(&brief(new, &new.statements()[is])))
}

fn plain_of<'v>(side: &'v SideView<'_>, at: usize) -> &'v str {
    side.plain_of(&side.statements()[at])
}

/// A callback before actions guards the functions of its class rather than routes; in a class without any, those of all that come from it.
fn actions_remain(old: &SideView<'_>, new: &SideView<'_>, guard: &str) -> bool {
    static CLASS: Pattern = Pattern::new(r"^\s*(?:abstract\s+)?class\s+([\w:]+)");
    /// Another part of the class may ask now.
    static BROUGHT_IN: Pattern = Pattern::new(r"^\s*(?:include|use)\s+[\w:\\]*(?i:auth|secur|protect|guard|session)");
    if !CALLBACK.is_match(guard) {
        return false;
    }
    if !old.functions().is_empty() {
        return old.functions().iter().any(|was| new.functions().iter().any(|is| is.name == was.name));
    }
    let classes =
        |side: &SideView<'_>| side.lines().filter_map(|line| CLASS.group(line.text, 1).map(str::to_owned)).collect::<BTreeSet<_>>();
    !classes(old).is_disjoint(&classes(new)) && !new.changed_lines().any(|line| BROUGHT_IN.is_match(line.text))
}

/// Asks something for one thing by its name, which is no path: `r.Header.Get("X-Key")`.
static READS: Pattern =
    Pattern::new(r#"\.(?:[gG]et|[dD]elete)\s*\(\s*["'`][\w-]+["'`]\s*\)|\.(?:Get|Delete|Patch|Put|Post|All)\s*\(\s*[\w.]*\s*\)"#);

fn routes_remain(old: &SideView<'_>, new: &SideView<'_>) -> bool {
    let routes = |side: &SideView<'_>| -> BTreeSet<String> {
        side.statements()
            .iter()
            .filter(|statement| ROUTES.is_match(side.plain_of(statement)) && !READS.is_match(side.plain_of(statement)))
            .map(|statement| brief(side, statement))
            .collect()
    };
    !routes(old).is_disjoint(&routes(new))
}

/// A guard that stands on both sides, and now behind a route that it stood in front of.
fn reordered(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let order = |side: &SideView<'_>| {
        let spots = file.spots(&ORDERED, side.side);
        let mut guards = BTreeMap::new();
        let mut routes = BTreeMap::new();
        // The outermost function around a statement: what another one registers has no order with it.
        let mut outer: Option<usize> = None;
        for (at, statement) in side.statements().iter().enumerate() {
            let ended = outer.is_none_or(|outer| side.functions()[outer].last_line < statement.first_line);
            outer = if ended { statement.function } else { outer };
            let plain = side.plain_of(statement);
            if plain.len() > 2000 || !spots.meet(statement.first_line, statement.last_line) {
                continue;
            }
            let is_guard = MIDDLEWARE.group(plain, 1).is_some_and(guarded_route::in_front);
            if ROUTES.is_match(plain) && !is_guard {
                routes.entry(key(side, statement)).or_insert((at, outer));
            } else if is_guard {
                guards.entry(key(side, statement)).or_insert((at, outer));
            }
        }
        (guards, routes)
    };
    let ((old_guards, old_routes), (new_guards, new_routes)) = (order(old), order(new));
    let last_before = |guard: usize, within: Option<usize>| {
        let before = new_routes.iter().filter(|(_, (at, outer))| *at < guard && *outer == within);
        before.filter_map(|(text, _)| old_routes.get(text).map(|(at, _)| at)).max()
    };
    for (text, (at, outer)) in new_guards.iter().take(MOST_GUARDS) {
        let Some((was, _)) = old_guards.get(text) else { continue };
        if last_before(*at, *outer).is_some_and(|route| route > was) {
            let statement = &new.statements()[*at];
            sink.report(
                Draft::lines(file, new, statement.first_line, statement.last_line)
                    .title("A guard now stands behind the routes it stood in front of"),
            );
        }
    }
}
