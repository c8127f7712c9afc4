//! What added lines are recognised by wherever they stand: digests of four telling lines in a row, white space, numbers and the
//! content of strings aside. Of many, those with the smallest digests are kept, which are the same ones in every change.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::analysis::formats::secrets::veil::Veil;
use crate::analysis::redact;
use crate::analysis::role::Role;
use crate::model::diff::{FileDiff, TextDiff};
use crate::model::observed::{Construct, MOST_CONSTRUCTS};

/// Lines in a row that are one construct.
const ROW: usize = 4;
/// Added lines of one change that are looked at.
const MOST_LINES: usize = 20_000;
/// What is shown of a line, in characters.
const SHOWN: usize = 60;
/// Letters and digits without which a line tells nothing.
const LEAST: usize = 4;
/// Beginnings of lines that every file of a language has.
const ORDINARY: [&str; 16] =
    ["import ", "from ", "use ", "using ", "#", "//", "/*", "*", "--", "<!--", "package ", "require", "export * ", "\"\"\"", "'''", "@"];

/// What `files` add that can be recognised.
#[must_use]
pub fn of(files: &[FileDiff], veil: &Veil) -> Vec<Construct> {
    let mut found: BTreeMap<u64, (usize, u32, &str)> = BTreeMap::new();
    let mut left = MOST_LINES;
    for (at, file) in files.iter().enumerate() {
        let role = Role::of(&file.path().text());
        if role.is_mechanical() || matches!(role, Role::Docs | Role::Data) {
            continue;
        }
        if let Some(text) = file.text() {
            rows(text, &mut left, &mut |print, line, says| {
                found.entry(print).or_insert((at, line, says));
                if found.len() > MOST_CONSTRUCTS {
                    found.pop_last();
                }
            });
        }
    }
    let shown = |text: &str| redact::through(text.trim(), veil).chars().take(SHOWN).collect::<String>();
    let construct = |(print, (at, line, says)): (u64, (usize, u32, &str))| {
        let path = files.get(at)?.path().text().into_owned();
        Some(Construct { print, path, line, says: shown(says) })
    };
    found.into_iter().filter_map(construct).collect()
}

/// Tells of every row of telling lines that were added one below the other: its digest, its first line's number and text.
fn rows<'t>(text: &'t TextDiff, left: &mut usize, tell: &mut dyn FnMut(u64, u32, &'t str)) {
    let mut row: Vec<(u32, &str, String)> = Vec::with_capacity(ROW);
    let mut last = 0;
    for (number, line) in text.added() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        if number != last + 1 {
            row.clear();
        }
        last = number;
        let Some(bare) = telling(line) else { continue };
        if row.len() == ROW {
            row.remove(0);
        }
        row.push((number, line, bare));
        if let ([(first, says, _), ..], ROW) = (row.as_slice(), row.len()) {
            tell(print(&row), *first, says);
        }
    }
}

fn print(row: &[(u32, &str, String)]) -> u64 {
    let mut hash = Sha256::new();
    for (_, _, bare) in row {
        hash.update(bare);
        hash.update("\n");
    }
    hash.finalize().iter().take(8).fold(0, |print, byte| print << 8 | u64::from(*byte))
}

/// `line` without what varies; `None` when it says nothing of its own.
fn telling(line: &str) -> Option<String> {
    let line = line.trim();
    if ORDINARY.iter().any(|start| line.starts_with(start)) || line.chars().filter(|c| c.is_alphanumeric()).count() < LEAST {
        return None;
    }
    let (mut bare, mut quote, mut before) = (String::with_capacity(line.len()), None, ' ');
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open && before != '\\' => {
                quote = None;
                bare.push(c);
            }
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => {
                quote = Some(c);
                bare.push(c);
            }
            (None, c) if c.is_ascii_digit() => {
                if !before.is_ascii_digit() {
                    bare.push('0');
                }
            }
            (None, c) if c.is_whitespace() => {}
            (None, c) => bare.push(c),
        }
        before = c;
    }
    Some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diff::{Content, FileMode, FileStatus, all_added};
    use crate::model::path::RepoPath;

    fn file(path: &str, body: &str) -> FileDiff {
        FileDiff {
            old_path: None,
            new_path: Some(RepoPath::from(path)),
            status: FileStatus::Added,
            old_mode: None,
            new_mode: Some(FileMode::Regular),
            content: Content::Text(all_added(body)),
        }
    }

    fn prints(path: &str, body: &str) -> Vec<u64> {
        of(&[file(path, body)], &Veil::default()).into_iter().map(|construct| construct.print).collect()
    }

    const BODY: &str = "def check(token):\n    if token == \"a1\":\n        return grant(7)\n    log(token)\n    return refuse(token)\n";

    #[test]
    fn the_same_lines_are_recognised_elsewhere_with_other_strings_and_numbers() {
        let other = BODY.replace("a1", "zz-9").replace('7', "1234").replace("    ", "\t");
        assert_eq!(prints("a.py", BODY), prints("b/c.py", &other));
        assert_eq!(prints("a.py", BODY).len(), 2, "five telling lines are two rows of four");
    }

    #[test]
    fn other_names_are_other_lines_and_what_every_file_has_is_none() {
        assert_ne!(prints("a.py", BODY), prints("a.py", &BODY.replace("token", "user")));
        assert!(prints("a.py", "import os\nimport sys\nfrom a import b\n# four\n\n}\n").is_empty());
        assert!(prints("Cargo.lock", BODY).is_empty() && prints("docs/a.md", BODY).is_empty());
    }

    #[test]
    fn of_a_large_change_the_same_few_are_kept_in_whatever_company() {
        let many: String = (0..400).map(|at| format!("call_{}(alpha, beta)\n", "x".repeat(at % 37 + 1))).collect();
        assert_eq!(prints("a.py", &many).len(), MOST_CONSTRUCTS);
        let both = of(&[file("a.py", &many), file("b.py", &many)], &Veil::default());
        assert_eq!(prints("a.py", &many), both.into_iter().map(|construct| construct.print).collect::<Vec<_>>());
    }
}
