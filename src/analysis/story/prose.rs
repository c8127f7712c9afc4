//! What a message says in its own words: trailers, code, quotes, templates and open boxes are set apart first.
//!
//! The rest is cut into sentences. Nothing is judged here.

use super::message::parts;
use crate::analysis::pattern::Pattern;
use crate::model::change::Change;

/// One sentence of title, body or commit message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// As written, on one line.
    pub text: String,
    /// Whether it is the first line of its text.
    pub heads: bool,
    /// Whether it speaks for the whole change, rather than for one of several commits.
    pub whole: bool,
}

/// A longer text is read only up to here, in bytes: nobody reads further either.
const LONGEST: usize = 64 * 1024;
/// More sentences are not claims any more.
const MOST: usize = 400;

static TRAILER: Pattern = Pattern::new(r"^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*: \S|^\(cherry picked from commit [0-9a-f]+\)$");
static KNOWN_TRAILER: Pattern = Pattern::new(
    r"(?i)^(?:co-authored-by|signed-off-by|reviewed-by|acked-by|tested-by|reported-by|helped-by|suggested-by|change-id|reviewed-on|see-also|agent-logs-url|requested-by|co-committed-by|on-behalf-of)\s*:",
);
/// A trailer that names an issue is a statement like any other.
static ISSUE_LINE: Pattern =
    Pattern::new(r"(?i)^(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|refs?|references|see-also): (?:#|gh-|https://)\S+$");
static OPEN_BOX: Pattern = Pattern::new(r"^[-*+]\s+\[\s?\]");
static LEAD: Pattern = Pattern::new(r"^(?:#{1,6}\s+|(?:[-*+]|\d+[.)])\s+(?:\[[xX]\]\s+)?)");
static END: Pattern = Pattern::new(r"[.!?;:](?:\s+|$)");

/// The sentences of a change's message, each once, in the order of title, body, commits.
#[must_use]
pub fn sentences(change: &Change) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for part in parts(change) {
        for (text, heads) in read(part.text, part.titled) {
            if sentences.len() < MOST && known.insert(text.clone()) {
                sentences.push(Sentence { text, heads, whole: part.whole });
            }
        }
    }
    sentences
}

/// `text` without its trailers: a last paragraph of nothing else, and well-known ones anywhere.
#[must_use]
pub fn without_trailers(text: &str) -> String {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or("").replace("\r\n", "\n");
    let body = match text.trim_end().rsplit_once("\n\n") {
        Some((body, last)) if last.lines().all(|line| TRAILER.is_match(line.trim()) || line.starts_with(' ')) => {
            let issues = last.lines().filter(|line| ISSUE_LINE.is_match(line.trim()));
            std::iter::once(body).chain(issues).collect::<Vec<_>>().join("\n\n")
        }
        _ => text,
    };
    body.lines().filter(|line| ISSUE_LINE.is_match(line.trim()) || !KNOWN_TRAILER.is_match(line.trim())).collect::<Vec<_>>().join("\n")
}

/// The sentences of a text of its own, such as an issue, the first line of which is its title; at most `most` of them, and how many more
/// there are.
#[must_use]
pub fn sentences_of(text: &str, most: usize) -> (Vec<Sentence>, usize) {
    let mut known = std::collections::HashSet::new();
    let all = read(text, true).into_iter().filter(|(text, _)| known.insert(text.clone()));
    let mut sentences: Vec<Sentence> = all.map(|(text, heads)| Sentence { text, heads, whole: true }).collect();
    let more = sentences.len().saturating_sub(most);
    sentences.truncate(most);
    (sentences, more)
}

fn read(text: &str, titled: bool) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    for (index, paragraph) in paragraphs(&without_trailers(text)).into_iter().enumerate() {
        let mut start = 0;
        for end in END.find_all(&paragraph).map(|end| end.end).chain([paragraph.len()]) {
            let sentence = paragraph.get(start..end).unwrap_or("").trim();
            // A conventional type belongs to its subject: `docs: …`.
            let is_type = titled && index == 0 && start == 0 && sentence.ends_with(':');
            if sentence.is_empty() || is_type {
                continue;
            }
            start = end;
            let plain = sentence.split_whitespace().map(plain).collect::<Vec<_>>().join(" ");
            out.push((plain, titled && index == 0 && out.is_empty()));
        }
    }
    out
}

/// A word without the marks that make it bold; a pattern of paths keeps its stars.
fn plain(word: &str) -> &str {
    let lean = word.strip_prefix('_').filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())).unwrap_or(word);
    let lean = ["._", "!_"].iter().find_map(|end| lean.strip_suffix(end)).unwrap_or(lean);
    if lean.contains(['/', '`']) { lean } else { lean.trim_start_matches("**").trim_end_matches("**") }
}

/// Paragraphs and list items, each on one line, without what is not the author's own statement.
fn paragraphs(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut fence, mut comment, mut open, mut skipping) = (None, false, false, false);
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        if mark.is_some() && (fence.is_none() || fence == mark) {
            fence = if fence.is_none() { mark } else { None };
            open = false;
            continue;
        }
        let hidden = comment || trimmed.starts_with("<!--");
        comment = (comment || trimmed.starts_with("<!--")) && !trimmed.contains("-->");
        let code = line.starts_with("    ") && !open && !LEAD.is_match(trimmed);
        let starts = LEAD.is_match(trimmed);
        if trimmed.is_empty() || starts {
            skipping = false;
        }
        skipping |= OPEN_BOX.is_match(trimmed);
        if fence.is_some() || hidden || code || skipping || trimmed.is_empty() || trimmed.starts_with(['>', '|']) {
            open = false;
            continue;
        }
        let words = LEAD.find(trimmed).and_then(|lead| trimmed.get(lead.end..)).unwrap_or(trimmed);
        if ISSUE_LINE.is_match(words) {
            out.push(words.replacen(": ", " ", 1));
            open = false;
            continue;
        }
        match out.last_mut().filter(|_| open && !starts && index > 1) {
            Some(last) => {
                last.push(' ');
                last.push_str(words);
            }
            None => out.push(words.to_owned()),
        }
        open = true;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        read(text, true).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn what_is_not_a_statement_is_set_apart() {
        let text = "feat: parse it\n\nAdds a parser. It is\nfast; really.\n\n> quoted words\n\n```\nadds tests\n```\n\n- [ ] add tests\n- [x] docs only\n<!-- a template\nof words -->\n\n    indented code\n\nSigned-off-by: A <a@example.com>\nCo-authored-by: B <b@example.com>\n";
        assert_eq!(told(text), ["feat: parse it", "Adds a parser.", "It is fast;", "really.", "docs only"]);
    }

    #[test]
    fn trailers_go_before_any_word_is_read() {
        assert_eq!(without_trailers("Fix it\n\nCo-authored-by: Auth Or <a@example.com>"), "Fix it");
        assert_eq!(
            without_trailers("Fix it\n\nNote: this is a sentence about auth\nand goes on."),
            "Fix it\n\nNote: this is a sentence about auth\nand goes on."
        );
    }
}
