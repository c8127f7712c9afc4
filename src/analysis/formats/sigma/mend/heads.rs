//! The keys of a rule itself, as people spell those of the standard. Keys of one's own stay: the standard allows them.

use super::page::Page;
use crate::analysis::document::node::Node;

/// The keys of the standard.
pub(crate) const KEYS: [&str; 22] = [
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "author",
    "references",
    "date",
    "modified",
    "logsource",
    "detection",
    "correlation",
    "filter",
    "fields",
    "falsepositives",
    "level",
    "tags",
    "scope",
    "generate",
];

/// Words that mean one of them.
const MEANT: &[(&str, &str)] = &[
    ("reference", "references"),
    ("falsepositive", "falsepositives"),
    ("tag", "tags"),
    ("field", "fields"),
    ("severity", "level"),
    ("logsources", "logsource"),
    ("detections", "detection"),
    ("correlations", "correlation"),
    ("authors", "author"),
    ("licence", "license"),
];

/// Puts the standard's keys in place of those that mean them and stand where no other does; whether there were some.
pub(super) fn mend(page: &mut Page, tree: &Node) -> bool {
    let mut any = false;
    for (key, node) in tree.entries() {
        let Some(right) = meant(key).filter(|right| tree.get(right).is_none()) else { continue };
        if page.swap(node.key, key, right) {
            page.note(node.key, format!("`{key}` is understood as `{right}`, the standard's key"));
            any = true;
        }
    }
    any
}

/// The key of the standard that `key`, which is none, means.
fn meant(key: &str) -> Option<&'static str> {
    if KEYS.contains(&key) {
        return None;
    }
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let same = KEYS.iter().find(|known| **known == plain).copied();
    let close = || KEYS.iter().find(|known| known.len() > 5 && one_letter_apart(known, &plain)).copied();
    same.or_else(|| MEANT.iter().find(|(word, _)| *word == plain).map(|(_, right)| *right)).or_else(close)
}

/// Whether one letter more, less, other or swapped makes `b` of `a`.
pub(crate) fn one_letter_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let front = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let shorter = a.len().min(b.len());
    let apart = a.len().abs_diff(b.len());
    let back = back.min(shorter - front);
    let swapped = apart == 0 && shorter - front - back == 2 && a.get(front) == b.get(front + 1) && a.get(front + 1) == b.get(front);
    swapped || (apart <= 1 && shorter - front - back <= 1 - apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_mean_a_standard_one_are_known_and_others_are_not() {
        for (key, right) in [
            ("Title", Some("title")),
            ("false_positives", Some("falsepositives")),
            ("logSource", Some("logsource")),
            ("reference", Some("references")),
            ("falsepostives", Some("falsepositives")),
            ("refrences", Some("references")),
            ("desciption", Some("description")),
            ("detcetion", Some("detection")),
            ("title", None),
            ("lazaret", None),
            ("data", None),
            ("custom_attributes", None),
            ("action", None),
        ] {
            assert_eq!(meant(key), right, "{key}");
        }
    }
}
