//! A list of names or secrets that became one text, in which any piece is found. A part of `guard-hollowed`.

use std::collections::BTreeSet;

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 400;
/// More lists of one file are not looked at.
const MOST: usize = 20;
/// A longer file is not searched for where the list is asked.
const LONGEST_FILE: usize = 400_000;

/// A name that is set to a text taken apart; the group is the name.
pub(super) static SPLIT: Pattern = Pattern::new(
    r"(?:^|[\s.])([A-Za-z_]\w*)\s*(?::\s*[\w<>\[\]., ]+)?\s*(?::=|=)\s*[^=].*(?:\.|\b(?:strings|str|explode|preg_)\.?)[sS]plit\w*\s*\(|(?:^|[\s.$])([A-Za-z_]\w*)\s*=\s*explode\s*\(",
);
/// One part of a text that is taken apart is a text: `netloc.split(":")[0]`.
static ONE_OF_THEM: Pattern = Pattern::new(r"[sS]plit\w*\s*\([^()\n]*\)\s*(?:\[\s*-?\d+\s*\]|\.(?:first|last|pop|shift)\b)");
static SET: Pattern = Pattern::new(r"(?:^|[\s.$])([A-Za-z_]\w*)\s*(?::\s*[\w<>\[\]., ]+)?\s*(?::=|=)\s*([^=].*)$");
/// What makes many of one.
static MANY: Pattern =
    Pattern::new(r"(?i)split|explode|^\s*\[|\bset\(|\blist\(|tuple|scan\(|parse|lines\(|fields\(|HashSet|listOf|setOf|%w|json");
static SAYS_WHO: Pattern = Pattern::new(
    r"(?i)token|key|allow|admin|role|origin|host|user|ip\b|ips\b|scope|secret|member|group|email|domain|trusted|permitted|staff|owner",
);

/// Reports a name that was a list and is asked as one still, but is a text.
pub(super) fn within_text(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let were: BTreeSet<&str> = split(old).filter(|name| SAYS_WHO.is_match(name)).take(MOST).collect();
    if were.is_empty() || new.plain().len() > LONGEST_FILE {
        return;
    }
    let are: BTreeSet<&str> = split(new).collect();
    let lists: Vec<&str> = were.difference(&are).copied().filter(|name| asked(new.plain(), name)).collect();
    for line in new.changed_lines().filter(|line| line.text.len() <= LONGEST && !lists.is_empty()) {
        let text = new.plain_line(line.index);
        let Some((name, value)) = SET.group(text, 1).zip(SET.group(text, 2)) else { continue };
        if lists.contains(&name) && !MANY.is_match(value) {
            let title = format!("{name} was a list and is one text, in which any piece of it is found");
            return sink.report(Draft::line(file, new, line.index).title(title).severity(Severity::High));
        }
    }
}

/// The names that changed lines of `side` set to a text taken apart.
fn split<'v>(side: &'v SideView<'_>) -> impl Iterator<Item = &'v str> {
    let lines = side.changed_lines().filter(|line| line.text.len() <= LONGEST);
    let texts = lines.map(|line| side.plain_line(line.index)).filter(|text| !ONE_OF_THEM.is_match(text));
    texts.filter_map(|text| (1..=2).find_map(|group| SPLIT.group(text, group)))
}

/// Whether something is looked up in `name`, rather than each of it taken.
fn asked(text: &str, name: &str) -> bool {
    let before = [" in ", "Contains(", "str_contains(", "strpos("];
    let after = [".includes(", ".include?(", ".contains(", ".Contains(", ".indexOf(", ".index("];
    text.match_indices(name).any(|(at, _)| {
        let (head, tail) = (text.get(..at).unwrap_or(""), text.get(at + name.len()..).unwrap_or(""));
        let whole = !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let head = head.trim_end_matches("self.").trim_end_matches("this.").trim_end_matches('$');
        let taken = head.ends_with(" in ") && head.lines().next_back().is_some_and(|line| line.trim_start().starts_with("for "));
        whole && !taken && (before.iter().any(|word| head.ends_with(word)) || after.iter().any(|word| tail.starts_with(word)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_where_they_are_asked() {
        for text in [
            "API_TOKENS = os.environ[\"T\"].split(\",\")",
            "const KEYS = (process.env.K || '').split(',');",
            "$allowed = explode(',', $x);",
        ] {
            assert!(SPLIT.is_match(text), "{text}");
        }
        assert!(asked("return t in TOKENS\n", "TOKENS") && asked("KEYS.includes(x)", "KEYS"));
        assert!(!asked("for token in TOKENS_OLD:", "TOKENS") && !asked("x = 1\n  for token in TOKENS:", "TOKENS"));
    }
}
