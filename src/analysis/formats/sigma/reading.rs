//! One document of Sigma before it becomes a rule: whether it can, and what is to be said of it.
//!
//! Every complaint has the line of the file. Whether the rule runs is decided by the parser of Sigma, never here.

use rsigma_parser::LogSource;

use super::mend::heads;
use super::said::Said;
use super::{never, source, unknown};
use crate::analysis::document::node::Node;
use crate::analysis::formats::yaml::{self, Refused, number};
use crate::analysis::taxonomy;
use crate::model::pack::NoteKind;

/// Looks at `document`, mended, which begins at line `first` of its file.
///
/// # Errors
/// Why it is no document of rules: no YAML, no map, too much of either.
pub fn look(document: &str, first: u32) -> Result<Vec<Said>, Refused> {
    let tree = yaml::map(document, first)?;
    // A rule about other machines is left out as a whole: there is no use in saying so of each field.
    let Ok(kinds) = source::kinds(&log_source(&tree)) else { return Ok(Vec::new()) };
    let mut said = never::look(&tree, &kinds);
    said.extend(unknown::look(&tree, &heads::KEYS));
    let advice = |(at, text)| Said { line: number(at).saturating_add(first.saturating_sub(1)), kind: NoteKind::Advice, text };
    said.extend(taxonomy::wrong(document).into_iter().map(advice));
    said.sort_by_key(|said| said.line);
    Ok(said)
}

fn log_source(tree: &Node) -> LogSource {
    let word = |key: &str| tree.at(&["logsource", key]).and_then(Node::text).map(str::to_owned);
    LogSource { product: word("product"), service: word("service"), category: word("category"), ..LogSource::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_about_other_machines_is_not_taken_apart() {
        let rule = |product: &str| {
            format!(
                "title: x\nlogsource: {{product: {product}}}\ndetection:\n  s:\n    Image: a\n  condition: s\ntags:\n  - attack.t1495 # Supply Chain Compromise\n"
            )
        };
        assert_eq!(look(&rule("windows"), 1), Ok(vec![]));
        let said: Vec<(u32, NoteKind)> = look(&rule("git"), 11).unwrap().into_iter().map(|said| (said.line, said.kind)).collect();
        assert_eq!(said, [(15, NoteKind::NeverMatches), (18, NoteKind::Advice)]);
    }
}
