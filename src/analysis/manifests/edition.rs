//! Versions of the forms of lock files: a later one than is known is read as far as it looks the same, and said.

use super::format::Reading;

/// Says so when the file has version `found` of its form and the last one known is `known`.
pub fn tell(found: &str, known: u32, reading: &mut Reading) {
    let digits: String = found.trim().chars().take_while(char::is_ascii_digit).collect();
    // A number too long to be one is later than any.
    let later = !digits.is_empty() && digits.parse::<u32>().map_or(true, |found| found > known);
    if later {
        let found: String = found.trim().chars().take(20).collect();
        reading
            .unread
            .push(format!("the file has version {found} of its form, and {known} is the last one known: it was read as if it were that"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_later_versions_are_said() {
        for (found, said) in [("4", false), ("5", true), ("9.0", true), ("", false), ("x", false), ("99999999999999999999", true)] {
            let mut reading = Reading::default();
            tell(found, 4, &mut reading);
            assert_eq!(reading.unread.len(), usize::from(said), "{found}");
        }
    }
}
