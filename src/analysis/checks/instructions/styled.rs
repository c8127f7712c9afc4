//! Text of a page that a style hides from whoever looks at it. Never what it says.

use std::ops::Range;

use crate::analysis::pattern::Pattern;

/// So much of a text is read.
const LONGEST: usize = 4000;
/// A line with more tags holds elements of its own, of which a style hides one.
const TAGS: usize = 6;

static HIDDEN_STYLE: Pattern = Pattern::new(
    r#"(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0[;"'\s]|color\s*:\s*(white|#fff(fff)?|transparent)\b|^\s*\[(//|comment|_|\.)\]\s*:\s*[#<]"#,
);

/// Whether a style of the line hides something.
pub(super) fn hides(line: &str) -> bool {
    HIDDEN_STYLE.is_match(line)
}

/// Whether a line holds many elements.
pub(super) fn is_packed(line: &str) -> bool {
    line.bytes().filter(|b| *b == b'<').nth(TAGS).is_some()
}

/// The texts that styles hide on a line of many elements: what stands behind the tag, up to where another style begins.
pub(super) fn hidden_in(line: &str) -> Vec<String> {
    static TAG: Pattern = Pattern::new(r"<[^<>]*>");
    static STYLE: Pattern = Pattern::new(r"<[^<>]*\bstyle\s*=[^<>]*");
    const MOST: usize = 20;
    let whole = |style: &str| ["display", "visib", "opacity"].iter().any(|begins| style.to_ascii_lowercase().starts_with(begins));
    let hidden = HIDDEN_STYLE.find_all(line).take(MOST).filter_map(|style| {
        let behind = line.get(style.end..)?.split_once('>')?.1;
        let mut end = behind.len().min(LONGEST);
        while !behind.is_char_boundary(end) {
            end -= 1;
        }
        let behind = behind.get(..end)?;
        // What is not shown at all is not shown in any style.
        let hides = line.get(style)?;
        let property = if hides.to_ascii_lowercase().starts_with("font") { "font-size" } else { "color" };
        let other = |next: &Range<usize>| behind.get(next.clone()).is_some_and(|tag| tag.to_ascii_lowercase().contains(property));
        let end = if whole(hides) { None } else { STYLE.find_all(behind).find(other).map(|next| next.start) };
        let text = behind.get(..end.unwrap_or(behind.len()))?;
        let mut words = String::new();
        let mut at = 0;
        for tag in TAG.find_all(text) {
            words.push_str(text.get(at..tag.start)?);
            words.push(' ');
            at = tag.end;
        }
        words.push_str(text.get(at..)?);
        (!words.trim().is_empty()).then_some(words)
    });
    hidden.collect()
}
