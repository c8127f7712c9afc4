//! Which events a rule is asked about, by its log source. A log source that no change has is named, not guessed at.

use rsigma_parser::LogSource;

use crate::analysis::events::fields::EventKind::{self, Commit, Dependency, File, Lines, Name, Pull};

/// Products whose events a change tells.
const PRODUCTS: [&str; 4] = ["git", "github", "mcp", "lazaret"];

/// What services and categories ask about.
const WORDS: &[(&str, &[EventKind])] = &[
    ("commit", &[Commit]),
    ("diff", &[File, Lines]),
    ("dependency", &[Dependency]),
    ("pull_request", &[Pull, Name]),
    ("audit", &[Pull]),
    ("name", &[Name]),
    ("code_generation", &EventKind::ALL),
    ("repository_operations", &EventKind::ALL),
];

/// The kinds of event that a rule with this log source is asked about.
///
/// # Errors
/// One sentence, when no change has such events.
pub(super) fn kinds(source: &LogSource) -> Result<Vec<EventKind>, String> {
    let product = source.product.as_deref();
    let known = |name: &str| PRODUCTS.iter().any(|product| product.eq_ignore_ascii_case(name));
    if let Some(product) = product.filter(|product| !known(product)) {
        return Err(format!("no event of a change comes from `product: {product}`; {}", advice()));
    }
    let named = |word: &str| WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, kinds)| *kinds);
    let mut kinds = EventKind::ALL.to_vec();
    for (key, word) in [("service", &source.service), ("category", &source.category)] {
        let Some(word) = word else { continue };
        match named(word) {
            Some(of) => kinds.retain(|kind| of.contains(kind)),
            // What watches agents has many services of its own; a category beside a product that is known only describes.
            None if product.is_some_and(|product| key == "category" || product.eq_ignore_ascii_case("mcp")) => {}
            None => return Err(format!("no event of a change comes from `{key}: {word}`; {}", advice())),
        }
    }
    if kinds.is_empty() { Err(format!("no event of a change has both this service and this category; {}", advice())) } else { Ok(kinds) }
}

fn advice() -> String {
    let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    format!("rules for the products {} run, with the services {}", PRODUCTS.join(", "), words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(product: &str, service: &str, category: &str) -> LogSource {
        let some = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        LogSource { product: some(product), service: some(service), category: some(category), ..LogSource::default() }
    }

    #[test]
    fn log_sources_choose_kinds() {
        assert_eq!(kinds(&source("git", "commit", "")), Ok(vec![Commit]));
        assert_eq!(kinds(&source("GitHub", "audit", "")), Ok(vec![Pull]));
        assert_eq!(kinds(&source("", "", "")), Ok(EventKind::ALL.to_vec()));
        assert_eq!(kinds(&source("mcp", "tool_execution", "anything")), Ok(EventKind::ALL.to_vec()));
        for (product, service, category) in
            [("windows", "", ""), ("github", "actions", ""), ("", "", "process_creation"), ("git", "commit", "audit")]
        {
            assert!(kinds(&source(product, service, category)).is_err(), "{product} {service} {category}");
        }
    }
}
