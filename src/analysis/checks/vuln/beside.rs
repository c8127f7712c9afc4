//! Ways to a function that go past what its neighbours ask: a list of guarded actions that does not name it, a route behind the layer that
//! guards those before it, a handler that does not begin as all others of its kind. A part of `unguarded-route`.

use std::collections::{BTreeSet, HashMap};

use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::auth::guarded_route::guards;
use crate::analysis::language::Language;
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// More functions of a file are not looked at.
const MOST: usize = 500;
/// What a handler says first, in lines.
const FIRST: usize = 4;
/// A longer statement is data.
const LONGEST: usize = 8_000;
/// So many others must ask.
const NEIGHBOURS: usize = 2;

/// A route of axum.
static ROUTED: Pattern = Pattern::new(r#"\.(?:route|nest|merge)\s*\("#);
static LAYER: Pattern = Pattern::new(r"\.(?:route_)?layer\s*\(");
static LISTED: Pattern =
    Pattern::new(r"^\s*(?:prepend_)?before_(?:action|filter)\s*\(?\s*:([\w!?]+)\s*,\s*only:\s*(?:%i\[([^\]]*)\]|\[([^\]]*)\])");
static NAME: Pattern = Pattern::new(r"[A-Za-z_]\w*[!?]?");
static CALL: Pattern = Pattern::new(r"([A-Za-z_]\w*[!?]?)\s*\(");
static DEFINES: Pattern = Pattern::new(r"\bdef\s|\bfunc\s|\bfunction\s|\b(?:static|int|void|bool|enum|struct)\s+\w");

/// What a file must hold.
pub(super) fn words() -> Words {
    Words::of([&ROUTED, &DEFINES])
}

/// Reports what of `side` is reached without what its neighbours ask.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    match file.language {
        Language::Ruby => unlisted(file, side, sink),
        Language::Rust => behind(file, side, sink),
        Language::C | Language::Cpp | Language::Go | Language::JavaScript | Language::TypeScript | Language::Php => {
            begins(file, side, sink);
        }
        _ => {}
    }
}

/// A new action of a controller whose filter names all others of it.
fn unlisted(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some((at, filter)) = side.lines().take(400).find_map(|line| {
        let plain = side.plain_line(line.index);
        let name = LISTED.group(plain, 1).filter(|_| line.text.len() < 600 && !line.changed)?;
        guards(name).then_some((line.index, LISTED.group(plain, 2).or_else(|| LISTED.group(plain, 3))?))
    }) else {
        return;
    };
    let listed: BTreeSet<&str> = NAME.groups(filter, 0).collect();
    let hidden = (at..side.len()).find(|line| matches!(side.plain_line(*line).trim(), "private" | "protected")).unwrap_or(side.len());
    let actions: Vec<&Function> =
        side.functions().iter().filter(|one| at < one.first_line && one.first_line < hidden && !one.name.is_empty()).take(MOST).collect();
    let old = |one: &&&Function| !side.is_changed(one.first_line);
    let known = actions.iter().filter(old).count();
    if known < NEIGHBOURS || actions.iter().filter(old).any(|one| !listed.contains(one.name.as_str())) {
        return;
    }
    for one in actions.iter().filter(|one| side.is_changed(one.first_line) && !listed.contains(one.name.as_str())) {
        sink.report(
            Draft::line(file, side, one.first_line)
                .title("A new action is not in the list of those that the filter guards")
                .severity(Severity::Low),
        );
    }
}

/// Layers of axum stand in front of the routes before them only.
fn behind(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let chains = |s: &&Statement| s.bytes.len() <= LONGEST && side.touches(s.first_line, s.last_line);
    for statement in side.statements().iter().filter(chains) {
        let plain = side.plain_of(statement);
        if !plain.contains("Router::new") || !LAYER.is_match(plain) {
            continue;
        }
        let whole = |found: std::ops::Range<usize>| found.start..closed(plain, found.end - 1);
        let layer = LAYER.find_all(plain).map(whole).find(|found| NAME.groups(plain.get(found.clone()).unwrap_or(""), 0).any(guards));
        let Some(layer) = layer.filter(|layer| ROUTED.is_match(plain.get(..layer.start).unwrap_or(""))) else { continue };
        let line = |at: usize| side.line_of(statement.bytes.start + at);
        let after = plain.get(layer.end..).unwrap_or("");
        let routes: Vec<usize> = ROUTED.find_all(after).map(|found| line(layer.end + found.start)).take(MOST).collect();
        // Where others stood there before, they are meant to be open.
        let added = routes.iter().all(|at| side.is_changed(*at)) && !side.is_changed(line(layer.start));
        if let Some(at) = routes.first().filter(|_| added) {
            sink.report(
                Draft::line(file, side, *at)
                    .title("A route is added behind the layer that guards those before it")
                    .severity(Severity::Medium),
            );
        }
    }
}

/// The byte behind the bracket that belongs to the one at `open`; the end where there is none.
fn closed(text: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, sign) in text.bytes().enumerate().skip(open) {
        match sign {
            b'(' => depth += 1,
            b')' if depth == 1 => return at + 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

/// A new handler that does not ask what all others with its parameters ask first.
fn begins(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    if !side.functions().iter().any(|one| side.is_changed(one.first_line)) {
        return;
    }
    let mut kinds: HashMap<String, (Vec<&Function>, Vec<&Function>)> = HashMap::new();
    for one in side.functions().iter().filter(|one| one.name.len() > 1).take(MOST) {
        let head = side.plain_line(one.first_line);
        let Some((before, given)) = head.split_once(one.name.as_str()).filter(|_| head.len() < 300) else { continue };
        // Without parameters every function is of one kind.
        if given.trim_start().trim_start_matches('(').trim_start().starts_with([')', '{']) {
            continue;
        }
        let kind: String = [before, given].iter().flat_map(|part| part.split_whitespace()).collect();
        let (old, new) = kinds.entry(kind).or_default();
        if !side.is_changed(one.first_line) {
            old.push(one);
        } else if DEFINES.is_match(head) {
            new.push(one);
        }
    }
    let asks = |one: &Function| -> BTreeSet<&str> {
        let first = one.first_line + 1..=(one.first_line + FIRST).min(one.last_line);
        first.flat_map(|line| CALL.groups(side.plain_line(line), 1)).filter(|name| guards(name)).collect()
    };
    for (old, new) in kinds.values().filter(|(old, new)| old.len() >= NEIGHBOURS && !new.is_empty()) {
        let mut shared = asks(old[0]);
        for other in &old[1..] {
            let own = asks(other);
            shared.retain(|name| own.contains(name));
        }
        if shared.is_empty() {
            continue;
        }
        for one in new.iter().filter(|one| one.last_line > one.first_line) {
            let said = (one.first_line..=one.last_line).any(|line| NAME.groups(side.plain_line(line), 0).any(guards));
            if !said {
                let name = shared.iter().next().copied().unwrap_or("");
                let title = format!("A new handler does not ask `{name}`, as all others of its kind do first");
                sink.report(Draft::line(file, side, one.first_line).title(title).severity(Severity::Low));
            }
        }
    }
}
