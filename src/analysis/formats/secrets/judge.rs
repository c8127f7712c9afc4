//! Whether a value that has the form of a secret says itself that it is none.

/// Words that examples carry.
const WORDS: [&str; 12] = [
    "example",
    "changeme",
    "placeholder",
    "your_",
    "your-",
    "yourkey",
    "dummy",
    "redacted",
    "xxxxxx",
    "abcdefghij",
    "1234567890",
    "password",
];
/// Words that make a short value one.
const SHORT_WORDS: [&str; 14] =
    ["pass", "secret", "user", "postgres", "root", "test", "admin", "guest", "pwd", "foo", "bar", "token", "mysql", "redis"];

/// Whether a value says itself that it is none: `AKIA…EXAMPLE`, all x, one or two letters over and over, a name in brackets.
#[must_use]
pub fn is_example(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let named = WORDS.iter().any(|word| lower.contains(word));
    let mut kinds = [false; 256];
    lower.bytes().for_each(|byte| kinds[usize::from(byte)] = true);
    let plain = value.len() > 12 && kinds.iter().filter(|seen| **seen).count() <= 5;
    let short = value.len() <= 12 && SHORT_WORDS.iter().any(|word| lower.contains(word));
    named || plain || short || value.starts_with(['<', '*', '%', '[']) || value.ends_with("...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_say_that_they_are() {
        let yes = ["AKIAIOSFODNN7EXAMPLE", "xxxxxxxxxxxxxxxxxxxx", "ababababababab", "<your key>", "hunter-pass", "abc..."];
        let no = ["q8Zt3Lk9Wd2Xv7Bn", "Vx82kqPz11"];
        assert!(yes.iter().all(|value| is_example(value)) && !no.iter().any(|value| is_example(value)));
    }
}
