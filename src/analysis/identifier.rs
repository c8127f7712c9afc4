//! Identifiers -> the words they are made of: `check_auth`, `checkAuth` and `CHECK-AUTH` are `check` and `auth`.
//!
//! Pure string work; which words mean something is the checks' data.

/// The words of `name`, in lower case, in order.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = name.chars().peekable();
    let mut before = '_';
    while let Some(c) = chars.next() {
        let starts = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || before.is_ascii_digit() || chars.peek().is_some_and(|next| next.is_ascii_lowercase()));
        if (starts || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The runs of characters in `text` that may be one name: letters, digits and the signs that join them.
pub fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !joins(c)).filter(|run| !run.is_empty())
}

/// Whether `c` may stand inside a name, in a path or behind an object.
#[must_use]
pub fn joins(c: char) -> bool {
    c.is_alphanumeric() || !c.is_ascii() || matches!(c, '_' | '-' | '.' | ':' | '/' | '$' | '\\' | '@')
}

/// Whether one of `name`'s words is in `list`.
#[must_use]
pub fn has_word(name: &str, list: &[String]) -> bool {
    words(name).iter().any(|word| list.contains(word))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn every_way_to_join_words_is_taken_apart() {
        assert_eq!(words("check_auth"), ["check", "auth"]);
        assert_eq!(words("isHTTPAuthorized2"), ["is", "http", "authorized2"]);
        assert_eq!(words("x-internal-user"), ["x", "internal", "user"]);
        assert_eq!(words("DEBUG_AUTH"), ["debug", "auth"]);
        assert_eq!(words("src/auth/utils.py"), ["src", "auth", "utils", "py"]);
        assert_eq!(words(""), Vec::<String>::new());
    }
}
