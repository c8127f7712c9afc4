//! What had to be the same, or to fit as a whole, and is enough in part now: a search where the whole text was matched, the end of a host
//! where the host was compared. A part of `input-check-weakened`.

use super::stops::{refusals, stops};
use super::twins::{Twin, twins};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::auth::weakening::{Consequence, Weakening, weakened};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// More conditions of a function are not compared.
const MOST: usize = 50;
/// A longer statement is data.
const LONGEST: usize = 600;

/// A text is matched as a whole.
static WHOLE: Pattern = Pattern::new(r"\b(?:regex_match|fullmatch|FullMatch|matchEntire|matches)\b");
/// Any part of it will do.
static PART: Pattern = Pattern::new(r"\b(?:regex_search|PartialMatch|search|match|find|lookingAt|containsMatchIn)\b");
/// What is asked before something is opened, or somebody is sent there.
static ABOUT: Pattern = Pattern::new(r"(?i)host|origin|domain|redirect|\bur[il]\b|scheme|issuer|audience|callback|referr?er");
/// What a name is set to.
static SET: Pattern = Pattern::new(
    r"^\s*(?:(?:let|const|var|val|final|auto|bool|boolean|my|mut)\s+)*\$?([A-Za-z_]\w*)\s*(?::\s*\w+\s*)?:?=\s*([^=>~](?s:.*))$",
);
/// Whether a refusal asks for nothing but that a name is not true; groups: the name.
static NOT: Pattern = Pattern::new(r"^\s*\(?\s*(?:!|not\s+)\s*\$?(\w+)\s*\)?\s*$|^\s*\$?(\w+)\s*===?\s*(?:false|False)\s*$");

/// What a line that went must hold.
pub(super) fn words() -> Words {
    Words::of([&WHOLE]).or(Words::named(["==", "equals", ".eq("]))
}

/// Reports both in functions that the change touches.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    for twin in twins(file) {
        let found = searched(file, &twin).or_else(|| named(file, &twin));
        if let Some((line, title)) = found {
            let draft = Draft::line(file, twin.new, line).title(title);
            return sink.report(draft.severity(Severity::Medium).confidence(Confidence::Medium));
        }
    }
}

/// `!regex_match(name, WORD)` -> `!regex_search(name, WORD)`, in a refusal.
fn searched(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<(usize, &'static str)> {
    let short = |(_, text): &(usize, &str)| text.len() <= LONGEST;
    let were: Vec<&str> =
        refusals(file, twin.old, &twin.was).filter(short).map(|(_, text)| text).filter(|text| WHOLE.is_match(text)).take(MOST).collect();
    if were.is_empty() {
        return None;
    }
    let looser = |is: &str| were.iter().any(|was| weakened(was, is, Consequence::KeepsOut) == Some(Weakening::Loosened));
    let found = refusals(file, twin.new, &twin.is).filter(short).take(MOST).find(|(_, is)| PART.is_match(is) && looser(is));
    found.map(|(line, _)| (line, "A text had to fit as a whole, and may hold anything around what fits now"))
}

/// `allowed = hosts.any(|h| h == host)` -> `allowed = hosts.any(|h| host.ends_with(h))`, where `!allowed` refuses.
fn named(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<(usize, &'static str)> {
    fn set<'v>(side: &'v SideView<'_>, lines: &std::ops::Range<usize>) -> Vec<(&'v str, &'v str, usize)> {
        let inside = side.statements().iter().filter(|s| lines.contains(&s.first_line) && s.bytes.len() <= LONGEST);
        let touched = inside.filter(|s| side.touches(s.first_line, s.last_line));
        let told = touched.map(|s| (side.plain_of(s), s.first_line));
        told.filter_map(|(text, line)| Some((SET.group(text, 1)?, SET.group(text, 2)?, line))).take(MOST).collect()
    }
    let were = set(twin.old, &twin.was);
    for (name, is, line) in set(twin.new, &twin.is) {
        let looser = |was: &str| ABOUT.is_match(was) && weakened(was, is, Consequence::LetsIn) == Some(Weakening::Loosened);
        if were.iter().any(|(before, was, _)| *before == name && looser(was))
            && stops(file, twin.new, &twin.is).take(MOST).any(|(_, asked)| NOT.parts(asked).any(|asked| asked == name))
        {
            return Some((line, "What had to be the same is enough in part now"));
        }
    }
    None
}
