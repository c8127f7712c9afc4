//! What is wrong with rule files, and what could be better about the rules in them. Pure: packs are texts that were read before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::rulebook::Rulebook;
use crate::model::pack::{NoteKind, Pack, RuleNote};
use crate::model::rule::{Rule, RuleFormat, RuleOrigin};

/// Ids that people can look up: weaknesses, advisories, techniques, risks.
static KNOWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(CWE-\d+|CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}|CAPEC-\d+|SAFE-T\d{4}(\.\d{3})?|SAFE-M-\d+|T\d{4}(\.\d{3})?|TA\d{4}|[GS]\d{4}",
        r"|AML\.(TA|T|M)\d{4}(\.\d{3})?|LLM\d\d:20\d\d|ASI\d\d|CICD-SEC-\d+|OWASP-A\d\d:20\d\d|A\d\d:20\d\d|D3-[A-Z]+|https?://\S+)$"
    ))
    .ok()
});

/// Everything that is to be said of `book`, which holds the rules of `packs`: by pack, file and line.
#[must_use]
pub fn lint(book: &Rulebook, packs: &[Pack]) -> Vec<RuleNote> {
    let texts = Texts::of(book, packs);
    let mut notes: BTreeSet<RuleNote> = book.notes.iter().cloned().collect();
    for rule in book.iter() {
        let Some(at) = Place::of(rule) else { continue };
        let mut advise = |text: String| {
            notes.insert(at.note(rule, text));
        };
        let written = texts.of_rule(rule);
        if written.is_some_and(|text| !explains_itself(at.format, text)) {
            advise(format!("nothing says why it matters; {}", where_words_go(at.format)));
        }
        let (hits, all) = (rule.examples.iter().filter(|example| example.hits).count(), rule.examples.len());
        // What counts over a window cannot be shown by one small change.
        let counts = written.is_some_and(|text| text.lines().any(|line| line.trim_end() == "correlation:"));
        if !counts && (hits == 0 || all == hits) {
            let lacks = match (hits, all) {
                (0, 0) => "has no examples",
                (0, _) => "has no example that it fires on",
                _ => "has no example that it leaves alone",
            };
            advise(format!("{lacks}; {}", where_examples_go(at.format)));
        }
        for reference in rule.references.iter().filter(|reference| !is_known(reference)) {
            advise(format!("`{reference}` is no id of a catalogue, such as CWE-78, T1059 or CVE-2025-1234, and no address"));
        }
    }
    notes.extend(texts.twins(book));
    notes.into_iter().collect()
}

fn is_known(reference: &str) -> bool {
    KNOWN.as_ref().is_none_or(|known| known.is_match(reference))
}

/// Where a rule of a file stands.
struct Place<'r> {
    format: RuleFormat,
    pack: &'r str,
    path: &'r str,
    line: u32,
}

impl<'r> Place<'r> {
    fn of(rule: &'r Rule) -> Option<Self> {
        match &rule.origin {
            RuleOrigin::File { format, pack, path, line } => Some(Self { format: *format, pack, path, line: *line }),
            RuleOrigin::Code | RuleOrigin::Tool { .. } => None,
        }
    }

    fn note(&self, rule: &Rule, text: String) -> RuleNote {
        let (pack, path) = (self.pack.to_owned(), self.path.to_owned());
        RuleNote { pack, path, line: Some(self.line), rule: Some(rule.id), kind: NoteKind::Advice, text }
    }
}

/// Keys whose words explain a rule.
fn explains_itself(format: RuleFormat, text: &str) -> bool {
    let keys: &[&str] = match format {
        RuleFormat::Sigma => &["description"],
        RuleFormat::Structure => &["note", "why", "prose"],
        RuleFormat::Secrets => &["description", "why"],
    };
    text.lines().any(|line| keys.iter().any(|key| key_of(line) == Some(*key)))
}

fn where_words_go(format: RuleFormat) -> &'static str {
    match format {
        RuleFormat::Sigma | RuleFormat::Secrets => "say it in `description`",
        RuleFormat::Structure => "say it in `note`",
    }
}

fn where_examples_go(format: RuleFormat) -> &'static str {
    match format {
        RuleFormat::Sigma => "put `hit` and `miss` below a key `lazaret`",
        RuleFormat::Structure => "put a file with `id`, `valid` and `invalid` beside it",
        RuleFormat::Secrets => "put `hit` and `miss` into `[rules.lazaret]`",
    }
}

/// The key that `line` begins with, in YAML or TOML.
fn key_of(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches("- ");
    let end = line.find([':', '=', ' '])?;
    let (key, rest) = line.split_at(end);
    rest.trim_start().starts_with([':', '=']).then_some(key.trim_matches(['"', '\'']))
}

/// The text of each rule: from its line to that of the next rule of its file.
struct Texts<'p> {
    of: BTreeMap<(&'p str, &'p str, u32), &'p str>,
}

impl<'p> Texts<'p> {
    fn of(book: &'p Rulebook, packs: &'p [Pack]) -> Self {
        let mut starts: BTreeMap<(&str, &str), BTreeSet<u32>> = BTreeMap::new();
        for at in book.iter().filter_map(Place::of) {
            starts.entry((at.pack, at.path)).or_default().insert(at.line);
        }
        let mut of = BTreeMap::new();
        for (pack, file) in packs.iter().flat_map(|pack| pack.files.iter().map(move |file| (pack, file))) {
            let Some(lines) = starts.get(&(pack.name.as_str(), file.path.as_str())) else { continue };
            let bytes = line_starts(&file.text);
            let at = |line: u32| bytes.get(usize::try_from(line).unwrap_or(1).max(1) - 1).copied().unwrap_or(file.text.len());
            let ends = lines.iter().skip(1).map(|line| at(*line)).chain([file.text.len()]);
            for (line, end) in lines.iter().zip(ends) {
                of.insert((pack.name.as_str(), file.path.as_str(), *line), file.text.get(at(*line)..end).unwrap_or(""));
            }
        }
        Self { of }
    }

    fn of_rule(&self, rule: &Rule) -> Option<&'p str> {
        let at = Place::of(rule)?;
        self.of.get(&(at.pack, at.path, at.line)).copied()
    }

    /// Rules that ask for the same under two names.
    fn twins(&self, book: &Rulebook) -> Vec<RuleNote> {
        let mut first: BTreeMap<(RuleFormat, String), &Rule> = BTreeMap::new();
        let mut notes = Vec::new();
        for rule in book.iter() {
            let (Some(at), Some(text)) = (Place::of(rule), self.of_rule(rule)) else { continue };
            let core = core(at.format, text);
            if core.is_empty() {
                continue;
            }
            match first.get(&(at.format, core.clone())) {
                Some(known) => notes.push(at.note(rule, format!("asks for the same as {}; keep one of them", known.id))),
                None => {
                    first.insert((at.format, core), rule);
                }
            }
        }
        notes
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// What of a rule's text decides what it matches: all but names, words and weights.
fn core(format: RuleFormat, text: &str) -> String {
    const WORDS: [&str; 24] = [
        "id",
        "title",
        "name",
        "description",
        "author",
        "date",
        "modified",
        "status",
        "references",
        "related",
        "tags",
        "level",
        "severity",
        "falsepositives",
        "fields",
        "message",
        "note",
        "metadata",
        "url",
        "license",
        "lazaret",
        "labels",
        "taxonomy",
        "scope",
    ];
    let mut kept = String::new();
    let mut dropping = false;
    for line in text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let inner = line.starts_with([' ', '\t']) || line.starts_with("- ");
        match format {
            RuleFormat::Secrets if line.trim_start().starts_with('[') => dropping = line.contains(".lazaret]"),
            RuleFormat::Secrets => {
                if dropping || key_of(line).is_some_and(|key| WORDS.contains(&key)) {
                    continue;
                }
            }
            _ if line == "---" => continue,
            _ if inner => {}
            _ => dropping = key_of(line).is_some_and(|key| WORDS.contains(&key)),
        }
        if !dropping {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_of_a_rule_has_no_words_in_it() {
        let one = "id: a\nmessage: one\nnote: |\n  long\n  words\nlanguage: python\nrule:\n  pattern: f($X)\n";
        let two = "# other\nid: b\nlanguage: python\nseverity: error\nrule:\n  pattern: f($X)\ntags:\n- x\n";
        assert_eq!(core(RuleFormat::Structure, one), core(RuleFormat::Structure, two));
        assert_ne!(core(RuleFormat::Structure, one), core(RuleFormat::Structure, &two.replace("f($X)", "g($X)")));
        let toml = "[[rules]]\nid = \"a\"\ndescription = \"x\"\nregex = '''a{3}'''\n[rules.lazaret]\nfix = \"y\"\n";
        assert_eq!(core(RuleFormat::Secrets, toml), "[[rules]]\nregex = '''a{3}'''\n");
    }

    #[test]
    fn references_are_told_from_words() {
        for good in ["CWE-78", "T1059.004", "AML.T0051.001", "LLM01:2025", "https://example.com/x", "SAFE-T2103.001"] {
            assert!(is_known(good), "{good}");
        }
        for bad in ["cwe 78", "T105", "see the wiki", "CVE-26-1", ""] {
            assert!(!is_known(bad), "{bad}");
        }
    }
}
