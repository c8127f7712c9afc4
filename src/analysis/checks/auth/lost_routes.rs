//! Routes and handlers that stay without the guard among their arguments. A part of `guard-removed`.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::cover::Endpoint;
use super::functions::brief;
use super::guarded_route::Handler;
use super::moved::{annotated_elsewhere, moved_elsewhere};
use super::vocabulary::vocabulary;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Confidence;

/// A file in which more statements changed than this was written anew; its routes are not compared pair by pair.
const MOST_COMPARED: usize = 150;
/// More guards that are hung before what follows are not looked through.
const MOST_GUARDS: usize = 50;

/// A text of a statement: a path, or a name.
static TEXT: Pattern = Pattern::new(r#"["'`]([^"'`\n]+)["'`]"#);

/// A guard that is hung before all that follows.
static USES: Pattern = Pattern::new(r"^\s*\$?\w+(?:\.|->)(?:Use|use|middleware|wrap|add_middleware|Before|before)\s*\(");

/// Endpoints that are read when somebody asks for them.
pub(super) type Lazily<F> = LazyCell<Vec<Endpoint>, F>;

/// Routes and handlers that stay without the guard among their arguments.
pub(super) fn report(
    file: &FileView<'_>,
    old: &SideView<'_>,
    new: &SideView<'_>,
    are: &Lazily<impl FnOnce() -> Vec<Endpoint>>,
    sink: &mut Sink<'_>,
) {
    fn changed<'v>(side: &'v SideView<'_>) -> Vec<&'v Statement> {
        side.statements().iter().filter(|s| side.touches(s.first_line, s.last_line)).collect()
    }
    let removed = changed(old);
    // A guard that went from the middle of a long call leaves the new statement without an added line.
    let begun: BTreeSet<&str> = removed.iter().map(|was| old.line(was.first_line).text.trim()).filter(|text| text.len() > 3).collect();
    let begins = |s: &&Statement| s.last_line > s.first_line && begun.contains(new.line(s.first_line).text.trim());
    let added: Vec<&Statement> = new.statements().iter().filter(|s| new.touches(s.first_line, s.last_line) || begins(s)).collect();
    if removed.len() > MOST_COMPARED || added.len() > MOST_COMPARED {
        return;
    }
    let stood_open = open_places(old, &removed);
    // Many open routes beside guarded ones are not looked through.
    let open: Vec<Handler<'_>> =
        removed.iter().filter_map(|was| Handler::of(old.plain_of(was))).filter(|is| !is.is_guarded()).take(MOST_GUARDS).collect();
    let named = removed.into_iter().filter(|was| vocabulary().speaks(old.plain_of(was)));
    let guarded = named.filter_map(|was| Some((was, Handler::of(old.plain_of(was)).filter(Handler::is_guarded)?)));
    let guarded: Vec<(&Statement, Handler<'_>)> = guarded.collect();
    if guarded.is_empty() {
        return;
    }
    let standing: BTreeSet<String> = added.iter().map(|statement| brief(new, statement)).collect();
    let middleware: Vec<&str> = added.iter().map(|is| new.plain_of(is)).filter(|text| USES.is_match(text)).take(MOST_GUARDS).collect();
    let texts: Vec<&str> = added.iter().map(|is| new.plain_of(is)).collect();
    let handlers: Vec<(&Statement, Handler<'_>)> = added.into_iter().filter_map(|is| Some((is, Handler::of(new.plain_of(is))?))).collect();
    for (was, handler) in guarded {
        let stood = brief(old, was);
        // The route stands as it did, and something is asked of it besides.
        const BESIDES: [&str; 4] = ["->middleware(", "->can(", "->name(", "->where"];
        let begun = stood.trim_end_matches(';');
        let goes_on = |text: &String| text.strip_prefix(begun).is_some_and(|rest| BESIDES.iter().any(|besides| rest.starts_with(besides)));
        if standing.contains(&stood) || standing.iter().any(goes_on) {
            continue;
        }
        // What a block, a class or the router around it asks now need not be asked once more.
        let covered = |is: &Statement, now: &Handler<'_>| {
            let here = |endpoint: &&Endpoint| endpoint.lines.0 <= is.first_line && is.first_line <= endpoint.lines.1;
            !handler.laxer(now) && handler.gone(now).all(|guard| are.iter().filter(here).any(|endpoint| endpoint.guards.contains(guard)))
        };
        // What was there before without that guard is what it was, not this route.
        let own = place(old.plain_of(was));
        let another = |is: &Statement| {
            let place = place(new.plain_of(is));
            place.is_some() && place != own && stood_open.contains(&place)
        };
        // Routes of a list that stand in another list now went there with all that is said of them.
        let listed = |is: &Statement, now: &Handler<'_>| {
            let said: BTreeSet<&str> = TEXT.groups(new.plain_of(is), 1).collect();
            let went: Vec<&str> = TEXT.groups(old.plain_of(was), 1).filter(|text| text.contains('/') && !said.contains(text)).collect();
            let holds = |text: &&str| went.iter().any(|path| text.contains(path));
            let there: Vec<&str> = texts.iter().copied().filter(|text| *text != new.plain_of(is)).filter(holds).collect();
            !went.is_empty()
                && went.iter().all(|path| there.iter().any(|text| text.contains(path)))
                && handler.gone(now).all(|guard| there.iter().any(|text| text.contains(guard)))
        };
        // Beside an open one of the same kind, which became that, it stands guarded as it was.
        let twin = |now: &Handler<'_>| {
            open.iter().any(|was| was.continues(now)) && handlers.iter().any(|(_, other)| other.is_guarded() && handler.continues(other))
        };
        let lost =
            |is: &Statement, now: &Handler<'_>| !twin(now) && handler.lost(now) && !covered(is, now) && !another(is) && !listed(is, now);
        let bare = handlers.iter().find(|(is, now)| lost(is, now)).map(|(is, _)| is);
        // A guard that was an argument is put in front of the same routes by a statement of its own.
        let hung = || {
            let lost = handlers.iter().find(|(is, now)| lost(is, now));
            let gone: Vec<&str> = lost.map(|(_, now)| handler.gone(now).collect()).unwrap_or_default();
            !gone.is_empty() && gone.iter().all(|guard| middleware.iter().any(|text| text.contains(guard)))
        };
        if let Some(is) = bare.filter(|_| !hung() && !moved_elsewhere(file, old, was) && !annotated_elsewhere(file, old, was)) {
            sink.report(
                Draft::lines(file, new, is.first_line, is.last_line)
                    .title("A route or handler lost its guard")
                    .evidence(format!("{} → {}", brief(old, was), brief(new, is)))
                    .confidence(Confidence::Medium),
            );
        }
    }
}

/// The places of what no guard stood before.
fn open_places<'v>(old: &'v SideView<'_>, removed: &[&Statement]) -> BTreeSet<Option<&'v str>> {
    let open = |plain: &&str| Handler::of(plain).is_none_or(|handler| !handler.is_guarded());
    removed.iter().map(|was| old.plain_of(was)).filter(open).map(place).collect()
}

/// What a route is told from others by: its path, or the name it is kept under.
fn place(plain: &str) -> Option<&str> {
    static PATH: Pattern = Pattern::new(r#"["'`]([^"'`\n]*/[^"'`\n]*)["'`]"#);
    static KEPT: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|val)\s+)?([\w.]+)\s*:?=[^=]");
    if plain.len() > 2000 {
        return None;
    }
    PATH.group(plain, 1).or_else(|| KEPT.group(plain, 1))
}
