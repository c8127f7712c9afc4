//! CODEOWNERS as GitHub reads it: patterns of paths with those who own them, the last that matches holds. Never who they are.

use crate::model::policy::{Demand, Owned, PolicyText, Who};

/// The lines of `text`, and which of them are not understood, in sentences. Those are left out, as GitHub does.
#[must_use]
pub fn parse(text: &PolicyText) -> (Vec<Demand<Owned>>, Vec<String>) {
    let (mut owned, mut odd) = (Vec::new(), Vec::new());
    for (number, line) in text.text.lines().enumerate() {
        match read(line) {
            Ok(None) => {}
            Ok(Some(value)) => owned.push(Demand { value, from: format!("{}:{}", text.from, number + 1) }),
            Err(why) => odd.push(format!("{}:{} is left out: {why}", text.from, number + 1)),
        }
    }
    (owned, odd)
}

fn read(line: &str) -> Result<Option<Owned>, String> {
    let words = words(line);
    let Some((pattern, people)) = words.split_first() else { return Ok(None) };
    let owners = people.iter().map(|word| Who::parse(word).ok_or_else(|| format!("{word:?} names nobody"))).collect::<Result<_, _>>()?;
    Ok(Some(Owned { paths: globs(pattern)?, owners }))
}

/// The words of a line up to a remark; a space behind a backslash belongs to its word.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut escaped) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            _ if escaped => {
                if c != ' ' {
                    word.push('\\');
                }
                word.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '#' if word.is_empty() => break,
            c if c.is_whitespace() => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            c => word.push(c),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// The globs that a pattern means: as in a file of what git ignores, except that a star at its end takes no folders along.
fn globs(pattern: &str) -> Result<Vec<String>, String> {
    if pattern.starts_with('!') || pattern.contains(['[', ']']) {
        return Err(format!("{pattern:?} is a pattern that CODEOWNERS does not have"));
    }
    let plain = pattern.replace('{', "\\{").replace('}', "\\}");
    let folder = plain.ends_with('/');
    let bare = plain.trim_matches('/');
    let anchored = plain.trim_end_matches('/').contains('/');
    let at = if anchored || bare.starts_with("**") { bare.to_owned() } else { format!("**/{bare}") };
    let last = bare.rsplit('/').next().unwrap_or_default();
    Ok(match (bare, folder) {
        ("" | "*", _) => vec!["**".to_owned()],
        (_, true) => vec![format!("{at}/**")],
        _ if last.contains('*') || last.contains('?') => vec![at],
        _ => vec![format!("{at}/**"), at],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(text: &str) -> (Vec<Demand<Owned>>, Vec<String>) {
        parse(&PolicyText { from: "CODEOWNERS".to_owned(), text: text.to_owned(), stale: false })
    }

    #[test]
    fn lines_are_read_as_github_reads_them() {
        let (lines, odd) =
            owned("# all\n*  @ann # everybody's\n\n/src/ @acme/security bob@example.com\n*.js\ndocs/* @ann\n\\#x @ann\na\\ b @ann\n");
        assert_eq!(odd, Vec::<String>::new());
        let globs: Vec<_> = lines.iter().map(|line| line.value.paths.join(" ")).collect();
        assert_eq!(globs, ["**", "src/**", "**/*.js", "docs/*", "**/\\#x/** **/\\#x", "**/a b/** **/a b"]);
        assert_eq!(lines[1].from, "CODEOWNERS:4");
        assert_eq!(lines[1].value.owners.len(), 2);
        assert!(lines[2].value.owners.is_empty(), "a line without people takes the paths out");
    }

    #[test]
    fn what_github_leaves_out_is_left_out_and_said() {
        let (lines, odd) = owned("!x @ann\n[ab] @ann\nx ann\n");
        assert!(lines.is_empty() && odd.len() == 3, "{odd:?}");
        assert!(odd[2].contains("CODEOWNERS:3 is left out: \"ann\" names nobody"), "{odd:?}");
    }
}
