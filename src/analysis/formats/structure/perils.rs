//! Texts that a grammar's scanner cannot keep its place in: it writes down what is open into 1,024 bytes, and some scanners count wrongly where
//! those end. Such a text is not handed to the parser, which would end the whole program.
//!
//! What is counted here is never less than what the scanner counts.

use ast_grep_language::SupportLang;

/// Blocks inside blocks. The scanner of YAML has room for 253, and opens two at one column at most; that of Python for about 380.
const MOST_BLOCKS: usize = 100;
/// Bytes that open literals and here-documents of Ruby may take.
const MOST_OPEN: usize = 900;
/// Bytes of the word that ends a here-document of Ruby.
const LONGEST_WORD: usize = 100;

/// Whether the scanner of `language` might lose its place in `text`.
pub(super) fn threaten(text: &str, language: SupportLang) -> bool {
    match language {
        SupportLang::Yaml | SupportLang::Python => blocks(text) > MOST_BLOCKS,
        SupportLang::Ruby => open_in_ruby(text),
        _ => false,
    }
}

/// How many blocks are open inside each other at most, by the columns that lines, list items, keys and values begin at.
fn blocks(text: &str) -> usize {
    let mut open: Vec<usize> = Vec::new();
    let mut most = 0;
    for line in text.split(['\n', '\r', '\u{b}', '\u{c}']) {
        let bare = line.trim_start_matches([' ', '\t']);
        if bare.is_empty() {
            continue;
        }
        let mut column: usize = line.bytes().take(line.len() - bare.len()).map(|byte| if byte == b'\t' { 8 } else { 1 }).sum();
        while open.last().is_some_and(|last| *last >= column) {
            open.pop();
        }
        open.push(column);
        let bytes = bare.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            column += 1;
            if matches!(byte, b'-' | b'?' | b':') && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) {
                open.push(column);
            }
        }
        most = most.max(open.len());
    }
    most
}

/// Literals nest only in interpolations, and matter only beside a here-document.
fn open_in_ruby(text: &str) -> bool {
    let (mut words, mut longest) = (0, 0);
    for (at, _) in text.match_indices("<<") {
        let behind = text.get(at + 2..).unwrap_or("").trim_start_matches(['~', '-']);
        let word = match behind.chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => behind.get(1..).and_then(|rest| rest.split([quote, '\n']).next()).unwrap_or(""),
            Some(letter) if letter.is_alphanumeric() || letter == '_' => {
                behind.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("")
            }
            _ => continue,
        };
        // The scanner keeps characters, four bytes each.
        words += 4 + 4 * word.chars().count();
        longest = longest.max(word.len());
    }
    let literals = 5 * (1 + text.matches("#{").count());
    words > 0 && (longest > LONGEST_WORD || literals + words > MOST_OPEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nests_too_deep_for_a_scanner_is_told_from_what_is_only_long() {
        let (yaml, ruby) = (SupportLang::Yaml, SupportLang::Ruby);
        assert!(threaten(&"- ".repeat(300), yaml) && threaten(&"a: ".repeat(300), yaml));
        let steps: String = (0..300).map(|deep| format!("{}a:\n", " ".repeat(deep))).collect();
        assert!(threaten(&steps, yaml) && threaten(&steps, SupportLang::Python));
        assert!(!threaten(&"jobs:\n  - run: a\n    with: {b: c}\n".repeat(10_000), yaml));
        assert!(threaten(&format!("<<A\n{}", "\"#{".repeat(300)), ruby) && threaten(&format!("<<{}\n", "A".repeat(300)), ruby));
        assert!(!threaten(&"puts \"#{a}\"\n".repeat(1_000), ruby) && !threaten("a = <<~SQL\n  select #{b}\nSQL\n", ruby));
    }
}
