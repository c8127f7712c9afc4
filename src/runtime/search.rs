//! Finds a text in the diff: a regular expression, or the text itself where it is none. Without capitals, case does not count.

use regex::RegexBuilder;

use crate::model::cancel::Cancel;
use crate::model::diff::Patch;
use crate::model::look::Match;

/// Matches that are counted.
const MOST: usize = 50_000;
/// Bytes of a line that are searched.
const LONGEST: usize = 65_536;

/// Where `needle` is, in order, and whether there are more.
#[must_use]
pub fn find(patch: &Patch, needle: &str, cancel: &Cancel) -> (Vec<Match>, bool) {
    let plain = !needle.chars().any(char::is_uppercase);
    let build = |pattern: &str| RegexBuilder::new(pattern).case_insensitive(plain).size_limit(1 << 20).build();
    let Ok(regex) = build(needle).or_else(|_| build(&regex::escape(needle))) else { return (Vec::new(), false) };
    let mut hits = Vec::new();
    for (file, at) in patch.files.iter().zip(0_u32..) {
        let Some(text) = file.text() else { continue };
        if cancel.is_cancelled() {
            break;
        }
        for (line, number) in text.lines.iter().zip(0_u32..) {
            let whole = text.text(line);
            let cut = whole.floor_char_boundary(LONGEST.min(whole.len()));
            for hit in regex.find_iter(whole.get(..cut).unwrap_or("")).filter(|hit| !hit.is_empty()) {
                if hits.len() >= MOST {
                    return (hits, true);
                }
                let (Ok(start), Ok(end)) = (u32::try_from(hit.start()), u32::try_from(hit.end())) else { continue };
                hits.push(Match { file: at, line: number, start, end });
            }
        }
    }
    (hits, false)
}
