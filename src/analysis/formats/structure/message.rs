//! The message of a rule with the code that its metavariables stand for.

use ast_grep_core::meta_var::MetaVarEnv;
use ast_grep_core::source::{Content as _, Doc as _};

use super::tree::Tree;

/// Code in a message is cut here, in characters.
const LONGEST: usize = 80;

/// A message, cut at its metavariables.
pub(super) struct Message(Vec<Part>);

enum Part {
    Words(String),
    /// `$NAME`
    One(String),
    /// `$$$NAME`
    Many(String),
}

impl Message {
    /// Reads `text`.
    pub(super) fn read(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, found) = rest.split_at(at);
            words.push_str(before);
            let sigils = found.len() - found.trim_start_matches('$').len();
            let behind = found.get(sigils..).unwrap_or("");
            let named = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            let name = behind.get(..behind.find(|c| !named(c)).unwrap_or(behind.len())).unwrap_or("");
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !matches!(sigils, 1 | 3) {
                words.push_str(found.get(..sigils).unwrap_or(""));
                rest = behind;
                continue;
            }
            parts.push(Part::Words(std::mem::take(&mut words)));
            parts.push(if sigils == 1 { Part::One(name.to_owned()) } else { Part::Many(name.to_owned()) });
            rest = behind.get(name.len()..).unwrap_or("");
        }
        words.push_str(rest);
        parts.push(Part::Words(words));
        Self(parts)
    }

    /// The message of one match, on one line.
    pub(super) fn of(&self, bound: &MetaVarEnv<'_, Tree>) -> String {
        self.0.iter().fold(String::new(), |mut message, part| {
            match part {
                Part::Words(words) => message.push_str(words),
                Part::One(name) => message.push_str(&one(name, bound).map_or_else(|| format!("${name}"), |code| shown(&code))),
                Part::Many(name) => message.push_str(&shown(&many(name, bound))),
            }
            message
        })
    }
}

fn one(name: &str, bound: &MetaVarEnv<'_, Tree>) -> Option<String> {
    let made = || bound.get_transformed(name).map(|bytes| String::encode_bytes(bytes).into_owned());
    bound.get_match(name).map(|node| node.text().into_owned()).or_else(made)
}

fn many(name: &str, bound: &MetaVarEnv<'_, Tree>) -> String {
    let nodes = bound.get_multiple_matches(name);
    let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return String::new() };
    let range = first.range().start..last.range().end;
    first.get_doc().get_source().get(range).unwrap_or("").to_owned()
}

/// `code` on one line, cut.
fn shown(code: &str) -> String {
    let line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        None => line,
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_no_metavariables_stay() {
        let bound = MetaVarEnv::new();
        assert_eq!(Message::read("costs $5, $name, $$ and $WHAT").of(&bound), "costs $5, $name, $$ and $WHAT");
    }
}
