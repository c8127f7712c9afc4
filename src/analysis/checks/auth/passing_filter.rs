//! A class that a framework asks before a handler turned somebody away, and gives way to one that only hands on. A part of `guard-swapped`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

/// A class that stands before handlers; groups: its name, and as what it stands there.
static CLASS: Pattern = Pattern::new(
    r"\bclass\s+(\w+)\b[^;\n]*\b(IEndpointFilter|I(?:Async)?(?:Action|Authorization|Resource|Page)Filter|IMiddleware|CanActivate|NestMiddleware|HandlerInterceptor|OncePerRequestFilter|GlobalFilter|WebFilter)\b",
);
static TURNS_AWAY: Pattern = Pattern::new(
    r"\bForbid\w*\b|\bUnauthori[sz]ed\w*|\bChallenge\w*\b|\b40[13]\b|\bStatus40[13]|SC_(?:FORBIDDEN|UNAUTHORIZED)|\b(?:FORBIDDEN|UNAUTHORIZED)\b|\breturn\s+false\b|\bthrow\b",
);
static HANDS_ON: Pattern = Pattern::new(r"\b_?next\s*(?:\.Invoke)?\s*\(|\bdoFilter\s*\(|\bchain\.filter\s*\(|\breturn\s+true\b");
/// More classes of a file are not read, and no longer ones, in lines.
const MOST: usize = 50;
const LONGEST: usize = 80;

/// Reports a class that only hands on where one that turned away stood.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let declared = |line: &str| line.len() <= 400 && CLASS.is_match(line);
    if !file.removed().any(|line| declared(line.text)) || !file.added().any(|line| declared(line.text)) {
        return;
    }
    let stands = |side: &SideView<'_>, name: &str| {
        side.masked().split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| *word == name).count()
    };
    let (were, are) = (classes(old), classes(new));
    for was in were.iter().filter(|was| TURNS_AWAY.is_match(was.body) && stands(new, was.name) == 0) {
        let only = |is: &&Class<'_>| is.kind == was.kind && HANDS_ON.is_match(is.body) && !TURNS_AWAY.is_match(is.body);
        if let Some(is) = are.iter().find(|is| only(is) && stands(old, is.name) == 0 && stands(new, is.name) > 1) {
            let title = format!("`{}` stands where `{}` stood, and turns nobody away", is.name, was.name);
            sink.report(Draft::line(file, new, is.line).title(title));
        }
    }
}

struct Class<'v> {
    name: &'v str,
    kind: &'v str,
    line: usize,
    body: &'v str,
}

fn classes<'v>(side: &'v SideView<'_>) -> Vec<Class<'v>> {
    let heads = side.lines().filter(|line| line.text.len() <= 400).filter_map(|line| {
        let plain = side.plain_line(line.index);
        Some((line.index, CLASS.group(plain, 1)?, CLASS.group(plain, 2)?))
    });
    let found = heads.take(MOST).filter_map(|(line, name, kind)| {
        let deep = |at: usize| side.line(at).text.len() - side.line(at).text.trim_start().len();
        let last =
            (line + 1..side.len()).take(LONGEST).find(|at| deep(*at) <= deep(line) && side.line(*at).text.trim_start().starts_with('}'))?;
        Some(Class { name, kind, line, body: side.plain().get(side.bytes_of(line, last))? })
    });
    found.collect()
}
