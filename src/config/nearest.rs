//! The known name nearest to one that is not known, for sentences about slips of the finger.

/// The name among `known` that `word` was most likely meant to be; `None` when none is near.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let near = 1 + word.chars().count() / 4;
    let ranked = known.into_iter().map(|name| (distance(&word.to_lowercase(), name), name));
    ranked.min().filter(|(distance, _)| *distance <= near).map(|(_, name)| name)
}

/// How many characters have to be put in, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let changed = corner + usize::from(a != *b);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_their_word_and_strangers_find_none() {
        let known = ["two-people", "most-at-once", "sensitive"];
        assert_eq!(nearest("two-poeple", known), Some("two-people"));
        assert_eq!(nearest("Sensitive", known), Some("sensitive"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
    }
}
