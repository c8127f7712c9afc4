//! The words and signs of a condition, and its operands. Never what they mean.

use crate::analysis::pattern::Pattern;

static TOKEN: Pattern = Pattern::new(
    r#"(?x) "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | :: | :[a-z_]\w*[!?] | [A-Za-z_$@][\w$]* | \d[\w.]* | && | \|\| | [=!]==? | <= | >= | \S"#,
);

/// Words and signs of a condition, the same in every language.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for token in TOKEN.groups(text, 0) {
        match token {
            "and" => all.push("&&".to_owned()),
            "or" => all.push("||".to_owned()),
            // `!!x` is `x`.
            "!" if all.last().is_some_and(|last| last == "!") => {
                all.pop();
            }
            "not" => all.push("!".to_owned()),
            "!=" | "!==" => all.extend(["!".to_owned(), token.replacen('!', "=", 1).replace("====", "===")]),
            ";" => {}
            // `a?.b` and `a!.b` ask what `a.b` asks.
            "." if all.last().is_some_and(|last| last == "?" || last == "!") => {
                all.pop();
                all.push(token.to_owned());
            }
            _ => all.push(token.to_owned()),
        }
    }
    all
}

pub(super) fn without(tokens: &[String], signs: &[&str]) -> Vec<String> {
    tokens.iter().filter(|token| !signs.contains(&token.as_str())).cloned().collect()
}

pub(super) fn count(tokens: &[String], sign: &str) -> usize {
    tokens.iter().filter(|token| *token == sign).count()
}

/// The operands between `sign`s outside brackets.
pub(super) fn parts(tokens: &[String], sign: &str) -> Vec<Vec<String>> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0_usize;
    for token in tokens {
        match token.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && token == sign {
            parts.push(Vec::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(token.clone());
        }
    }
    parts
}
