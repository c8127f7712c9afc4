//! Guards that asked for a right or a proof, and only ask whether anything was shown. A part of `guard-hollowed`.

use super::guarded_route::guards;
use super::refusal::{is_of_somebody, refuses};
use super::vocabulary::vocabulary;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// A longer line is data.
const WIDEST: usize = 400;
/// A function in which more lines changed was written anew.
const MOST_GONE: usize = 8;
const MOST_COME: usize = 5;

/// What proves something of whoever asks.
static PROVES: Pattern = Pattern::new(
    r"(?i)\b\w*(?:valid|verif|introspect|authenticat|authori[sz]|compare|matches|allowed|permitted|lookup|decode)\w*[!?]?\s*\(|\b(?:can|may|has)_?\w*\s*\(|\bhmac\b|\bmemcmp\b",
);
/// A right, or a state in which somebody has none.
static RIGHT: Pattern =
    Pattern::new(r"(?i)\b(?:is_?)?\w*(?:role|admin|staff|owner|permission|scope|authorit|suspend|disabled|revoked|banned)\w*");
/// Somebody compared with whom something belongs to.
static SAME: Pattern =
    Pattern::new(r"(?i)(?:->|\.)\w*(?:id|owner|user|author)\w*(?:\(\))?\s*[!=]==?\s*\w+(?:->|\.)\w*(?:id|owner|user|author)");
/// Whether anything is there.
static THERE: Pattern = Pattern::new(
    r#"(?x) (?:\.|::|\?|->)(?:is_empty|isEmpty|isBlank|isNotBlank|isNotEmpty|isNullOrEmpty|isNullOrBlank|is_some|is_none|IsNullOrEmpty|IsNullOrWhiteSpace)\b | \b(?:blank|present|nil|empty)\? | [!=]==?\s*(?:""|''|null\b|nil\b|None\b|NULL\b|nullptr\b|undefined\b)
      | \bis\s+(?:not\s+)?(?:None|null)\b | \b\w*(?:[iI][dD]|ID)\s*(?:<=?|>=?|[!=]==?)\s*0\b | \blen\(\w+\)\s*(?:[!=]=|[<>]=?)\s*(?:\d+\b|len\() | \.(?:length|size|count)(?:\(\))?\s*(?:[!=]==?|[<>]=?)\s*(?:\d+\b|\w+\.(?:length|size)) | [!=]=\s*\(?\s*(?:\(\w+\)\s*)?-\s*1\b | ^\s*(?:if|return)\s*\(?\s*(?:!{1,2}|not\s+)\s*\$?\w+\s*\)?\s*[{:;]?\s*$"#,
);
static ASKS: Pattern =
    Pattern::new(r"^\s*(?:\}\s*)?(?:if|elif|elsif|unless|else\s+if|return|guard)\b|^\s*[\w.!?]+(?:\([^()]*\))?(?:\.\w+(?:\(\))?)*\s*$");

/// What a file must hold.
pub(super) fn words() -> Words {
    Words::of([&PROVES, &RIGHT, &SAME])
}

/// Reports such guards.
pub(super) fn only(file: &FileView<'_>, sink: &mut Sink<'_>) {
    for twin in twins(file) {
        let gone: Vec<(usize, &str)> = twin.removed().collect();
        let come: Vec<(usize, &str)> = twin.added().collect();
        let written = |all: &[(usize, &str)]| all.iter().filter(|(_, text)| !text.trim().is_empty()).count();
        if written(&gone) > MOST_GONE || written(&come) > MOST_COME {
            continue;
        }
        let asks = |text: &str| text.len() <= WIDEST && ASKS.is_match(text);
        let was = || gone.iter().filter(|(_, text)| asks(text));
        let same = was().any(|(_, text)| SAME.is_match(text));
        if !was().any(|(_, text)| PROVES.is_match(text) || RIGHT.is_match(text) || SAME.is_match(text)) {
            continue;
        }
        let proves = |text: &str| PROVES.is_match(text) || SAME.is_match(text) || RIGHT.is_match(text) && !same;
        let stood: Vec<&str> = gone.iter().flat_map(|(_, text)| names(text)).collect();
        let fresh = |text: &str| names(text).any(|name| guards(name) && !stood.contains(&name));
        let other = come.iter().any(|(_, text)| proves(text) || fresh(text));
        let there = come.iter().find(|(_, text)| asks(text) && THERE.is_match(text));
        // What was shown to be there before is not asked for anew.
        let known = was().any(|(_, text)| THERE.is_match(text) && !text.contains("||") && !text.contains(" or "));
        let Some((line, is)) = there.filter(|_| !other && !known && guard(&twin) && !proven(&twin)) else { continue };
        let evidence = was().next().map_or_else(String::new, |(_, text)| format!("{} → {}", text.trim(), is.trim()));
        let title = "A guard only asks whether anything is there, where it asked for a right or a proof";
        sink.report(Draft::line(file, twin.new, *line).title(title).evidence(evidence).severity(Severity::High));
    }
}

/// Whether a function turns somebody away, or says who may.
fn guard(twin: &Twin<'_, '_>) -> bool {
    static MAY: Pattern = Pattern::new(r"^(?:may|can)(?:_|[A-Z])\w");
    let name = twin.new.functions().iter().find(|one| twin.is.contains(&one.first_line)).map_or("", |one| one.name.as_str());
    let decides = vocabulary().answers(name) || vocabulary().permits(name) || MAY.is_match(name);
    let is_guard = decides || guards(name) || name.is_empty();
    let turns_away =
        || twin.after().lines().filter(|text| text.len() <= WIDEST).any(|text| is_of_somebody(text) || decides && refuses(text));
    decides && !twin.after().contains("render") || is_guard && turns_away()
}

/// Whether the rest of the function still proves something.
fn proven(twin: &Twin<'_, '_>) -> bool {
    let kept = twin.is.clone().skip(1).filter(|line| !twin.new.is_changed(*line)).map(|line| twin.new.plain_line(line));
    let mut kept = kept.filter(|text| text.len() <= WIDEST && ASKS.is_match(text));
    kept.any(|text| PROVES.is_match(text) || SAME.is_match(text))
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.len() > 2)
}
