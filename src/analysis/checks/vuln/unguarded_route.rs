//! `unguarded-route`: a new route without the check that the routes beside it have.
//!
//! Routes are read line by line, each with what is written above it, in its call or first in its block. Functions and lists that make
//! routes elsewhere are `beside`'s.

use std::collections::{BTreeSet, HashMap};

use super::beside;
use super::outside_group;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/unguarded-route.toml`.
pub struct UnguardedRoute;

/// A route, written as a call, as a block or above a function.
static ROUTE: Pattern = Pattern::new(
    r#"(?x)^\s*(?: @\w+\.(?:route|get|post|put|patch|delete|api_route)\s*\( | @(?:Get|Post|Put|Patch|Delete|Request)(?:Mapping)?\s*\( | \[Http(?:Get|Post|Put|Patch|Delete)
      | (?:\w*[aA]pp|\w*[rR]outer?|\w*[gG]roup|api|r|mux|server)\.(?:get|post|put|patch|delete|GET|POST|PUT|PATCH|DELETE|HandleFunc|Handle)\s*\(\s*["'`/]
      | Route::(?:get|post|put|patch|delete|any)\s*\(\s*["'] | \$(?:app|group|router|routes?)->(?:get|post|put|patch|delete|any|map)\s*\(\s*["'\[] | \#\[Route\s*\(
      | \#\[(?:get|post|put|patch|delete)\s*\(\s*" | \w+\.Map(?:Get|Post|Put|Patch|Delete)\s*\(\s*["@] | (?:ADD_METHOD_TO|METHOD_ADD|ADD_METHOD_VIA_REGEX)\s*\(
      | (?:get|post|put|patch|delete)\s*\(?\s*["'][^"'\n]*["']\s*\)?\s*(?:do\b|\{)\s*$ | mount\s+[A-Z][\w:.()]*\s*(?:=>|,) )"#,
);
/// What is written above a function.
static ABOVE: Pattern = Pattern::new(r"^\s*(?:@\w|\[\w|#\[)");
static GUARD: Pattern = Pattern::new(
    r"(?i)auth|login|permission|protect|require|guard|verif|session|jwt|admin|role|granted|secured|ensure|policy|allowed|acl|current_?user|signed_?in|principal|scope",
);
/// What asks who somebody is by how it is called, rather than a handler or a form that is about roles or sessions.
static ASKS: Pattern = Pattern::new(
    r"(?i)^(?:\w*(?:require|ensure|verif|protect|guard|authenticat|authoriz|authoris|restrict|allow|check|must|only|middleware|login|logged|signed|permit|secured|granted|needs?_)\w*|auth\w*|is\w+|has\w+|can\w+|jwt\w*|acl\w*|current_?user|\w*Auth)$",
);
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");
/// Routes that anybody is meant to reach.
static PUBLIC: Pattern = Pattern::new(
    r"(?i)\b(?:health\w*|readyz?|livez?|ping|login|logout|sign\w*|register|static|assets|public|webhooks?|callback|docs|openapi|metrics|favicon|robots|version|status|oauth\w*|token|AllowAnonymous|permitAll)\b",
);
/// Where a route is, and what holds no word about who is asking: its address, and the method of a class that is called.
static ADDRESS: Pattern = Pattern::new(r#"["'`][^"'`\n]*["'`]|["'`]\$"#);
static HANDLER: Pattern = Pattern::new(r#"\[\s*[\w\\]+::class\s*,\s*["']\w+["']\s*\]"#);
/// It changes something.
static CHANGES: Pattern = Pattern::new(r"(?i)(?:^|[^a-z])(?:map|http)?(?:post|put|patch|delete)(?:mapping)?\b|Post\b|Put\b|Delete\b");
/// What says of a function where it may be called from.
static MODIFIER: Pattern = Pattern::new(r"\b(?:public|static)\s+(?:static\s+|final\s+|async\s+|override\s+)*");
/// It says itself that anybody may.
static OPENED: Pattern = Pattern::new(r"\[\s*AllowAnonymous\s*\]|^\s*@(?:PermitAll|AllowAnonymous|SkipAuth|Public)\b");
/// A block that is no guard although it may be called like one.
static DEFINES: Pattern = Pattern::new(
    r"^\s*(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|abstract|final|sealed|static|async|override|suspend|return)\s+)*(?:class|struct|impl|trait|interface|object|module|namespace|def|fn|fun|func|function|if|else|for|while|match|switch|when|describe|it)\b",
);
/// So many others must have it.
const NEIGHBOURS: usize = 2;
/// The same where the part of the address they share is one that anybody is meant to reach.
const MANY: usize = 3;
/// A route is written on no more lines than this.
const TALLEST: usize = 8;
/// More names than these are not kept of one route.
const NAMES: usize = 16;
/// What a block says first.
const FIRST: usize = 3;
/// Blocks further out guard nothing.
const DEEPEST: usize = 8;
/// A longer line is data.
const WIDEST: usize = 1_000;
/// A file with more routes was not written by hand.
const MOST: usize = 2_000;

impl Check for UnguardedRoute {
    fn rule(&self) -> RuleId {
        RuleId("unguarded-route")
    }

    fn needs(&self) -> Needs {
        Needs::nothing()
            .and(Reach::ADDED, Words::of([&ROUTE]).or(beside::words()).or(outside_group::words()))
            .and(Reach::AFTER, Words::of([&GUARD]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|side| side.whole && file.language.is_code() && file.role.is_live()) else { return };
        let at = (0..side.len()).filter(|index| ROUTE.is_match(said(side, *index))).take(MOST);
        let routes: Vec<Route> = at.map(|index| Route::at(side, index)).collect();
        let before = sink.reported();
        let (mut all, mut changing, mut mounted) = (Tally::default(), Tally::default(), Tally::default());
        let (mut places, mut named): (HashMap<&str, Tally>, HashMap<&str, Tally>) = Default::default();
        for other in routes.iter().filter(|other| !other.is_new && !other.place.is_empty()) {
            named.entry(&other.place).or_default().count(other);
        }
        for other in routes.iter().filter(|other| !other.is_new && !other.public) {
            all.count(other);
            if other.changes {
                changing.count(other);
            }
            if other.mounted {
                mounted.count(other);
            }
            if !other.place.is_empty() {
                places.entry(&other.place).or_default().count(other);
            }
        }
        let (shared, count) = shared(&routes);
        for route in routes.iter().filter(|route| route.is_new && (!route.guarded || !shared.is_empty() && !route.asks_as(&shared))) {
            if route.opened && route.changes && all.guarded > 0 {
                let title = "A new route lets anybody in where its neighbours ask who it is";
                sink.report(Draft::line(file, side, route.line).title(title).severity(Severity::Medium));
            } else if route.by_place && named.get(route.place.as_str()).is_some_and(|there| there.ask(MANY))
                || !route.public
                    && (all.ask(NEIGHBOURS)
                        || places.get(route.place.as_str()).is_some_and(|there| there.ask(NEIGHBOURS))
                        || route.changes && changing.ask(NEIGHBOURS)
                        || route.mounted && mounted.ask(1))
            {
                let draft = Draft::line(file, side, route.line);
                let severity = match (count >= NEIGHBOURS && !shared.is_empty(), route.changes, count > NEIGHBOURS) {
                    (true, true, true) => Severity::High,
                    (true, true, _) | (true, _, true) => Severity::Medium,
                    _ if route.mounted => Severity::Medium,
                    _ => Severity::Low,
                };
                sink.report(draft.severity(severity));
            }
        }
        if sink.reported() == before {
            beside::report(file, side, sink);
        }
        if sink.reported() == before {
            outside_group::report(file, side, sink);
        }
    }
}

/// What every route that stood, and is not meant for anybody, asks by the same name, and how many they are; none where they are too few.
fn shared(routes: &[Route]) -> (BTreeSet<String>, usize) {
    let mut stood = routes.iter().filter(|route| !route.is_new && !route.public && !route.opened);
    let Some(first) = stood.next() else { return (BTreeSet::new(), 0) };
    let (mut names, mut count) = (first.asking.clone(), 1);
    for other in stood {
        names.retain(|name| other.asking.contains(name));
        count += 1;
    }
    (if count >= NEIGHBOURS { names } else { BTreeSet::new() }, count)
}

/// How many routes of a kind have a check, and how many none.
#[derive(Default)]
struct Tally {
    guarded: usize,
    bare: usize,
}

impl Tally {
    fn count(&mut self, route: &Route) {
        if route.guarded { self.guarded += 1 } else { self.bare += 1 }
    }

    /// Whether all of them have a check, and they are enough to say so.
    fn ask(&self, least: usize) -> bool {
        self.bare == 0 && self.guarded >= least
    }
}

/// A route, and what is known of who may reach it.
struct Route {
    line: usize,
    is_new: bool,
    guarded: bool,
    public: bool,
    /// Only the first part of its address says that anybody is meant to reach it.
    by_place: bool,
    opened: bool,
    changes: bool,
    mounted: bool,
    /// The first part of its address.
    place: String,
    /// The names in its call or above it that may ask who somebody is.
    asking: BTreeSet<String>,
    /// Whether a block around it asks.
    within: bool,
}

impl Route {
    /// Whether it asks by one of `names`, or by another name that says that it asks.
    fn asks_as(&self, names: &BTreeSet<String>) -> bool {
        self.within || self.asking.iter().any(|name| names.contains(name) || ASKS.is_match(name))
    }

    fn at(side: &SideView<'_>, line: usize) -> Self {
        let (text, first) = written(side, line);
        let own = said(side, line);
        let address = ADDRESS.group(own, 0).unwrap_or("");
        // The address itself says nothing of who is asked for.
        let rest = text.replacen(address, "", usize::from(!address.is_empty()));
        let asked = HANDLER.find_all(&rest).fold(rest.clone(), |asked, found| asked.replace(rest.get(found).unwrap_or("\0"), ""));
        let marks_gone = OPENED.groups(&text, 0).fold(text.clone(), |rest, mark| rest.replace(mark, ""));
        let is_public = |text: &str| {
            PUBLIC.is_match(&MODIFIER.find_all(text).fold(text.to_owned(), |rest, found| rest.replace(text.get(found).unwrap_or("\0"), "")))
        };
        let marks = (line..side.len()).take(TALLEST).take_while(|at| ABOVE.is_match(said(side, *at)));
        let opened = (first..line).chain(marks).any(|at| OPENED.is_match(said(side, at)));
        let within = !opened && stands_within(side, line);
        let words = WORD.groups(&asked, 0).filter(|word| GUARD.is_match(word)).take(NAMES);
        let asking = words.map(str::to_owned).collect();
        let place = address.trim_matches(['"', '\'', '`']).split('/').find(|part| !part.is_empty()).unwrap_or("");
        Self {
            line,
            is_new: side.is_changed(line),
            guarded: !opened && (GUARD.is_match(&asked) || within),
            public: is_public(&text),
            by_place: !place.is_empty() && is_public(place) && !is_public(&text.replace(place, "")),
            opened: opened && !is_public(&marks_gone),
            changes: CHANGES.is_match(&own.replacen(address, "", usize::from(!address.is_empty()))),
            mounted: own.trim_start().starts_with("mount"),
            place: place.to_owned(),
            asking,
            within,
        }
    }
}

/// A line without its comment, as far as it is no data. Attributes of PHP begin as comments do.
fn said<'v>(side: &'v SideView<'_>, line: usize) -> &'v str {
    let text = side.line(line).text;
    if text.len() > WIDEST {
        return "";
    }
    if text.trim_start().starts_with("#[") { text } else { side.plain_line(line) }
}

/// Whether a block around a line asks who it is.
fn stands_within(side: &SideView<'_>, line: usize) -> bool {
    let statements = side.statements();
    let at = statements.partition_point(|statement| statement.first_line < line);
    let mut parent = statements.get(at).filter(|statement| statement.first_line == line).and_then(|statement| statement.parent);
    for _ in 0..DEEPEST {
        let Some(header) = parent.and_then(|at| statements.get(at)) else { return false };
        let plain = side.plain_of(header);
        if plain.len() < 1_000 && !DEFINES.is_match(plain) && GUARD.is_match(plain) {
            return true;
        }
        parent = header.parent;
    }
    false
}

/// A route with what stands above its function up to the function's head, the whole of its call, or what its block says first; and the
/// first line of that.
fn written(side: &SideView<'_>, index: usize) -> (String, usize) {
    let first = (index.saturating_sub(TALLEST)..index).rev().take_while(|at| ABOVE.is_match(said(side, *at))).last().unwrap_or(index);
    let above = ABOVE.is_match(said(side, index));
    let opens = !above && ["do", "{"].iter().any(|sign| said(side, index).trim_end().ends_with(sign));
    let reach = if opens { FIRST } else { TALLEST };
    let mut text = String::new();
    let mut depth = 0_i32;
    for at in first..=(index + reach).min(side.len().saturating_sub(1)) {
        let line = said(side, at);
        // What a mark in front of a function says ends with the function's head.
        let mark = above && ABOVE.is_match(line);
        if opens && at > index && matches!(line.trim(), "end" | "}") {
            break;
        }
        text.push_str(line);
        text.push('\n');
        if mark || at < index {
            continue;
        }
        depth += side.line(at).code().bytes().map(|sign| i32::from(sign == b'(') - i32::from(sign == b')')).sum::<i32>();
        let chained = at + 1 < side.len() && side.plain_line(at + 1).trim_start().starts_with(['.', '-']);
        if !opens && depth <= 0 && !chained {
            break;
        }
    }
    (text, first)
}
