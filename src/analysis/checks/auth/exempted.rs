//! Guards that stay, and are left out for somebody or something more than before. A part of `guard-removed`.

use std::collections::BTreeSet;

use super::functions::brief;
use super::guarded_route::{self, Subject};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{Confidence, Severity};

/// A file in which more statements changed than this was written anew; they are not compared pair by pair.
const MOST_COMPARED: usize = 150;

/// Lines that leave a guard out.
pub(super) static SKIPS: Hint = Hint::new(|| Words::named(["skip_", "withoutmiddleware"]));

/// A controller that was there before says that a guard does not count for it.
pub(super) fn left_out(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let spots = file.spots(&SKIPS, new.side);
    if spots.is_empty() {
        return;
    }
    // Another proof is asked for in its place: a signature, a key.
    static PROVES: Pattern =
        Pattern::new(r"(?i)^\s*(?:prepend_)?before_(?:action|filter)\s*\(?\s*:\w*(?:signature|hmac|webhook|signed|api_?key|token)\w*[!?]?");
    let proves = |line: &LineView<'_>| line.text.len() <= 400 && PROVES.is_match(line.text);
    if new.changed_lines().any(|line| proves(&line)) {
        return;
    }
    // The same callback under the name that it has now.
    static NAMED: Pattern = Pattern::new(r"^\s*skip_before_action\s*\(?\s*:([a-z]+)_\w+[!?]?(.*)$");
    let said = |text: &str| Some((NAMED.group(text, 1)?.to_owned(), NAMED.group(text, 2)?.trim().to_owned()));
    let moved = file.diff.old_path.as_ref().is_some_and(|old| old != file.repo_path());
    let renamed = |text: &str| moved && said(text).is_some_and(|now| file.removed().any(|was| said(was.text).as_ref() == Some(&now)));
    let stood: BTreeSet<String> = old.statements().iter().map(|statement| brief(old, statement)).collect();
    for statement in new.statements().iter().filter(|s| new.is_changed(s.first_line) && guarded_route::skips(new.plain_of(s))) {
        // What stood on several lines may be a statement of its first line alone.
        let before = || old.plain().split_whitespace().collect::<Vec<_>>().join(" ").contains(&brief(new, statement));
        if !stood.contains(&brief(new, statement))
            && !renamed(new.plain_of(statement))
            && !before()
            && guarded_route::was_there(new.plain_of(statement), old.text())
        {
            sink.report(
                Draft::lines(file, new, statement.first_line, statement.last_line)
                    .title("A guard is left out here")
                    .confidence(Confidence::Medium),
            );
        }
    }
}

/// A callback in front of actions stays and leaves out more of them.
pub(super) fn more(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    fn named<'v>(file: &FileView<'_>, side: &'v SideView<'_>) -> Vec<(Subject<'v>, &'v Statement)> {
        let spots = file.spots(&guarded_route::NAMING, side.side);
        let changed = |s: &&Statement| s.bytes.len() <= 2000 && side.touches(s.first_line, s.last_line);
        let changed = side.statements().iter().filter(changed).take(MOST_COMPARED).filter(|s| spots.meet(s.first_line, s.last_line));
        changed.filter_map(|s| Some((guarded_route::subject(side.plain_of(s))?, s))).collect()
    }
    let gone = named(file, old);
    if gone.is_empty() {
        return;
    }
    let added = named(file, new);
    let acts = |name: &str| !new.whole || new.functions().iter().any(|function| function.name == name);
    for (subject, was) in gone {
        // What one function answers is no answer of another.
        let own = |is: &Statement| subject != Subject::Answer || within(new, is) == within(old, was);
        let now = added.iter().filter(|(other, is)| *other == subject && own(is)).map(|(_, is)| *is);
        let fewer = |is: &&Statement| guarded_route::exempts(old.plain_of(was), new.plain_of(is), acts);
        let opened = |is: &&Statement| {
            guarded_route::opens(old.plain_of(was), new.plain_of(is)) || guarded_route::answers_nothing(old.plain_of(was), new.plain_of(is))
        };
        let found = now.clone().find(fewer).map(|is| (is, "A guard is left out for more actions than before"));
        if let Some((is, title)) = found.or_else(|| now.clone().find(opened).map(|is| (is, "What is asked of everybody became nothing"))) {
            let draft = Draft::lines(file, new, is.first_line, is.last_line).title(title);
            let draft = draft.evidence(format!("{} → {}", brief(old, was), brief(new, is))).confidence(Confidence::Medium);
            // Another answer beside it still asks for the same.
            let named = |text: &str| guarded_route::answers_for(old.plain_of(was), text);
            let mut changed = new.statements().iter().filter(|s| s.bytes.len() <= 2000 && new.touches(s.first_line, s.last_line));
            let beside = subject == Subject::Answer && changed.any(|s| named(&brief(new, s)));
            sink.report(if beside { draft.severity(Severity::Medium) } else { draft });
        }
    }
}

/// The name of the function around a statement.
fn within<'v>(side: &'v SideView<'_>, statement: &Statement) -> Option<&'v str> {
    statement.function.and_then(|at| side.functions().get(at)).map(|function| function.name.as_str())
}
