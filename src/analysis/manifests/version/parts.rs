//! A requirement cut into operators and versions, whatever its ecosystem.

/// One part of a requirement: an operator such as `>=` (empty for a bare version) and a version as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'t> {
    /// The operator.
    pub operator: &'t str,
    /// The version.
    pub version: &'t str,
}

/// The parts of a requirement: `>=1,<2` has two.
#[must_use]
pub fn parts(requirement: &str) -> Vec<Part<'_>> {
    let pieces = requirement.split([',', '|']).map(str::trim).filter(|piece| !piece.is_empty());
    let mut parts = Vec::new();
    for piece in pieces {
        let end = piece.find(|c: char| !matches!(c, '=' | '<' | '>' | '~' | '!' | '^' | ' ')).unwrap_or(piece.len());
        let (operator, rest) = piece.split_at_checked(end).unwrap_or(("", piece));
        // npm joins with spaces: `>=1 <2`, `1.2 - 1.4`.
        let mut words = rest.split_whitespace();
        parts.push(Part { operator: operator.trim(), version: words.next().unwrap_or("") });
        for word in words.filter(|word| *word != "-") {
            let end = word.find(|c: char| !matches!(c, '=' | '<' | '>' | '~' | '!' | '^')).unwrap_or(word.len());
            let (operator, version) = word.split_at_checked(end).unwrap_or(("", word));
            parts.push(Part { operator, version });
        }
    }
    parts
}
