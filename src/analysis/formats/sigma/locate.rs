//! Where in a text a matcher of Sigma found what it looks for: the line of each pattern's first occurrence, and what stands there.

use std::borrow::Cow;

use regex::Regex;
use rsigma_eval::CompiledMatcher;
use rsigma_eval::matcher::ascii_lowercase_cow;

/// Patterns of one item that are shown at most.
const MOST: usize = 8;

/// One pattern's first occurrence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// The line, from 0.
    pub line: usize,
    /// What stands there, as it stands there where that can be told.
    pub shown: String,
}

/// The first occurrence of each pattern of `matcher` in `text`, by line.
pub(super) fn spots(matcher: &CompiledMatcher, text: &str) -> Vec<Spot> {
    let mut found = Vec::new();
    gather(matcher, text, &mut found);
    found.sort();
    found.dedup();
    found.truncate(MOST);
    found
}

fn gather(matcher: &CompiledMatcher, text: &str, found: &mut Vec<Spot>) {
    match matcher {
        CompiledMatcher::Contains { value, case_insensitive } => found.extend(needle(text, value, *case_insensitive)),
        CompiledMatcher::AhoCorasickSet { needles, case_insensitive, .. } => {
            found.extend(needles.iter().filter_map(|value| needle(text, value, *case_insensitive)));
        }
        CompiledMatcher::Regex(regex) => found.extend(pattern(text, regex)),
        CompiledMatcher::RegexSetMatch { set, .. } => {
            let regexes = set.patterns().iter().filter_map(|pattern| Regex::new(pattern).ok());
            found.extend(regexes.filter_map(|regex| pattern(text, &regex)));
        }
        CompiledMatcher::StartsWith { value, case_insensitive } | CompiledMatcher::Exact { value, case_insensitive } => {
            let begins = lowered(text, *case_insensitive).starts_with(value.as_str());
            found.extend(begins.then(|| Spot { line: 0, shown: value.clone() }));
        }
        CompiledMatcher::EndsWith { value, case_insensitive } => {
            let ends = lowered(text, *case_insensitive).ends_with(value.as_str());
            found.extend(ends.then(|| Spot { line: lines(text) - lines(value) + 1, shown: value.clone() }));
        }
        CompiledMatcher::AnyOf(parts) | CompiledMatcher::AllOf(parts) => parts.iter().for_each(|part| gather(part, text, found)),
        CompiledMatcher::CaseInsensitiveGroup { children, .. } => {
            children.iter().for_each(|child| gather(child, text, found));
        }
        _ => {}
    }
}

fn lowered(text: &str, case_insensitive: bool) -> Cow<'_, str> {
    if case_insensitive { ascii_lowercase_cow(text) } else { Cow::Borrowed(text) }
}

/// How many line feeds `text` has, and one more.
fn lines(text: &str) -> usize {
    text.matches('\n').count() + 1
}

fn needle(text: &str, value: &str, case_insensitive: bool) -> Option<Spot> {
    let searched = lowered(text, case_insensitive);
    let at = searched.find(value)?;
    // Lower case may be longer or shorter than what it stands for; lines stay lines.
    let as_written = text.get(at..at + value.len()).filter(|written| searched.len() == text.len() && written.eq_ignore_ascii_case(value));
    Some(Spot { line: lines(searched.get(..at)?) - 1, shown: as_written.unwrap_or(value).to_owned() })
}

fn pattern(text: &str, regex: &Regex) -> Option<Spot> {
    let found = regex.find(text)?;
    // A pattern may reach over much that says nothing: its first line that does is the place.
    let blank = found.as_str().len() - found.as_str().trim_start().len();
    let at = if blank < found.len() { found.start() + blank } else { found.start() };
    let shown = found.as_str().trim_start().lines().next().unwrap_or("").trim_end();
    Some(Spot { line: lines(text.get(..at)?) - 1, shown: shown.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(value: &str) -> CompiledMatcher {
        CompiledMatcher::Contains { value: value.to_owned(), case_insensitive: true }
    }

    #[test]
    fn the_line_of_each_pattern_is_found() {
        let both = CompiledMatcher::AnyOf(vec![contains("eval("), contains("exec(")]);
        let found = spots(&both, "x = 1\ny = Exec(z)\nz = eval(y)\n");
        let told: Vec<(usize, &str)> = found.iter().map(|spot| (spot.line, spot.shown.as_str())).collect();
        assert_eq!(told, [(1, "Exec("), (2, "eval(")]);
    }

    #[test]
    fn letters_that_change_their_length_in_lower_case_do_not_move_lines() {
        let found = spots(&contains("bypass"), "İİİİ\nİ bypass");
        assert_eq!(found, [Spot { line: 1, shown: "bypass".to_owned() }]);
    }

    #[test]
    fn a_pattern_that_begins_with_blank_lines_sits_where_its_text_is() {
        let regex = CompiledMatcher::Regex(Regex::new(r"\s+token = \w+").unwrap());
        assert_eq!(spots(&regex, "a\n\n\n token = abc"), [Spot { line: 3, shown: "token = abc".to_owned() }]);
    }
}
