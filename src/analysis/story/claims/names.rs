//! Files and things a sentence names. Not finding one proves nothing: names are written in too many ways.

use super::judged::{Judged, states};
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;

static PATH: Pattern = Pattern::new(
    r"(?:^|[\s`(])((?:[\w@.-]+/)+[\w@-][\w@.-]*\.[A-Za-z]\w{0,9}|[\w-]+\.(?:py|rs|go|ts|tsx|js|jsx|java|rb|c|h|cc|cpp|toml|yml|yaml|json|lock|md|sh|sql|cfg|ini))(?:[`:),;.\s]|$)",
);
static THING: Pattern = Pattern::new(
    r"(?i)\b(remove[sd]?|delete[sd]?|drop(?:s|ped)?|add(?:s|ed)?|introduce[sd]?)\s+(?:(?:a|an|the|unused|new|old|dead|deprecated|obsolete)\s+)*`([^`\s]{3,80})`",
);

/// Paths a sentence names: all in the change, or a hint that one is not.
#[must_use]
pub fn files(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let named: Vec<&str> = PATH.groups(&sentence.text, 1).take(8).collect();
    if named.is_empty() || sentence.text.contains("://") {
        return None;
    }
    let paths: Vec<String> =
        facts.files().iter().flat_map(|file| [&file.new_path, &file.old_path]).flatten().map(|path| path.text().into_owned()).collect();
    let held = |name: &str| paths.iter().find(|path| path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')));
    let missing: Vec<&str> = named.iter().copied().filter(|name| held(name).is_none()).collect();
    if missing.is_empty() {
        return Some(Judged::supported(&sentence.text, named.iter().filter_map(|name| held(name)).cloned().collect()));
    }
    // Without a folder it may be a product's name, such as `Node.js`.
    let full = missing.iter().any(|name| name.contains('/'));
    let hint = missing.iter().map(|name| format!("{name} is not in the diff")).collect();
    (full && states(&sentence.text)).then(|| Judged::uncheckable(&sentence.text, hint))
}

/// "removes `x`", "adds `x`".
#[must_use]
pub fn things(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let (verb, thing) = (THING.group(&sentence.text, 1)?.to_lowercase(), THING.group(&sentence.text, 2)?);
    if !states(&sentence.text) {
        return None;
    }
    let adds = verb.starts_with("add") || verb.starts_with("intro");
    let word = thing.trim_end_matches("()");
    let (places, elsewhere) = facts.lines_with(word, adds);
    Some(match (places.is_empty(), adds || !elsewhere) {
        (false, true) => Judged::supported(&sentence.text, places),
        (false, false) => Judged::uncheckable(&sentence.text, vec![format!("{word} is still on added lines")]),
        (true, _) => {
            Judged::uncheckable(&sentence.text, vec![format!("{word} is not on {} lines", if adds { "added" } else { "removed" })])
        }
    })
}
