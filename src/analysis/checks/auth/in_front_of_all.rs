//! What a program puts in front of everything it answers, in one line, and that is gone: guards and pipes for all routes, the default of a
//! server, a pipeline of plugs. A part of `guard-removed`.

use super::vocabulary::vocabulary;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// A longer line is data.
const LONGEST: usize = 600;

/// Nest, hapi, ASP.NET, actix: what asks before every route.
static ASKS: Pattern = Pattern::new(
    r"\buseGlobalGuards\s*\(|\bprovide\s*:\s*APP_GUARD\b|\bserver\.auth\.default\s*\(|\b(?:Fallback|Default)Policy\s*=\s*new\b|\.wrap\(\s*(?:\w+::)*\w*(?i:auth|guard|session|jwt|identity)\w*",
);
/// Nest: what looks at all that is sent.
static LOOKS: Pattern = Pattern::new(r"\buseGlobalPipes\s*\(\s*new\s+ValidationPipe\b|\bprovide\s*:\s*APP_PIPE\b");
/// Phoenix: the plugs in front of a scope; group: their names.
static PLUGS: Pattern = Pattern::new(r"^\s*pipe_through\s*\(?\s*\[?([^\]\n)]*)");
static NAME: Pattern = Pattern::new(r":(\w+)");

/// What a text must hold.
pub(super) fn words() -> Words {
    Words::of([&ASKS, &LOOKS, &PLUGS])
}

/// Reports the first line of each kind that is gone without another in its place.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let kinds = [
        (&ASKS, "What asks before everything else is gone", Severity::High),
        (&LOOKS, "What looks at everything that is sent is gone", Severity::Medium),
    ];
    for (pattern, title, severity) in kinds {
        let says = |side: &SideView<'_>, index: usize| {
            let text = side.plain_line(index);
            text.len() <= LONGEST && pattern.is_match(text)
        };
        let many = |side: &SideView<'_>| side.lines().filter(|line| says(side, line.index)).count();
        let gone = old.changed_lines().find(|line| says(old, line.index));
        if let Some(line) = gone.filter(|_| many(new) < many(old)) {
            sink.report(Draft::line(file, old, line.index).title(title).severity(severity).confidence(Confidence::Medium));
        }
    }
    if file.language == Language::Elixir {
        plugs(file, old, new, sink);
    }
}

/// A scope that lost one of its plugs by whose name somebody is asked.
fn plugs(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let read = |side: &SideView<'_>| -> Vec<(usize, Vec<String>)> {
        let lists = side.changed_lines().filter(|line| line.text.len() <= LONGEST).take(200);
        lists.filter_map(|line| Some((line.index, NAME.groups(PLUGS.group(line.text, 1)?, 1).map(str::to_owned).collect()))).collect()
    };
    let (before, now) = (read(old), read(new));
    if before.len() != now.len() {
        return;
    }
    for ((_, was), (line, is)) in before.iter().zip(&now) {
        let asks = |name: &&String| vocabulary().guards(name) || vocabulary().decides(name);
        let lost = was.iter().filter(|name| !is.contains(name)).find(asks);
        if let Some(name) = lost.filter(|_| !is.iter().filter(|name| !was.contains(name)).any(|name| asks(&name))) {
            let draft = Draft::line(file, new, *line).title(format!("`{name}` no longer stands in front of these routes"));
            sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}
