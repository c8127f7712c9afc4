//! Remarks written in a file: TOML with one `[[comment]]` for each. What it says is checked here, what it is about later.

use std::path::Path;

use serde::Deserialize;

use crate::model::diff::Side;
use crate::model::path::RepoPath;
use crate::model::review::{DraftComment, Spot};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    comment: Vec<Comment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Comment {
    path: Option<String>,
    line: Option<u32>,
    last: Option<u32>,
    #[serde(default)]
    side: Shown,
    #[serde(default)]
    body: String,
    suggestion: Option<String>,
    reply_to: Option<u64>,
    thread: Option<String>,
    settled: Option<bool>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shown {
    Old,
    #[default]
    New,
}

/// The remarks in `text`, which comes from `from`.
///
/// # Errors
/// One sentence with the place, when something in it cannot be meant.
pub fn read(text: &str, from: &Path) -> Result<Vec<DraftComment>, String> {
    let from = from.display();
    let file: File = toml::from_str(text).map_err(|error| format!("{from} is no list of remarks: {}", error.message()))?;
    let numbered = file.comment.into_iter().enumerate();
    numbered.map(|(n, comment)| draft(comment).map_err(|why| format!("{from}, comment {}: {why}", n + 1))).collect()
}

fn draft(comment: Comment) -> Result<DraftComment, String> {
    let side = match comment.side {
        Shown::Old => Side::Old,
        Shown::New => Side::New,
    };
    let spot = match (comment.path, comment.line, comment.reply_to, comment.thread) {
        (Some(path), Some(first), None, None) => {
            Spot::Lines { path: RepoPath::from(path.as_str()), side, first, last: comment.last.unwrap_or(first) }
        }
        (Some(path), None, None, None) => Spot::File(RepoPath::from(path.as_str())),
        (None, None, Some(remark), None) => Spot::Reply(remark),
        (None, None, None, Some(node)) => Spot::Thread { node, settled: comment.settled.unwrap_or(true) },
        (None, None, None, None) => Spot::Pull,
        _ => return Err("give path (with line, or line and last), reply-to or thread, and only one of them".to_owned()),
    };
    if comment.settled.is_some() && !matches!(spot, Spot::Thread { .. }) {
        return Err("settled belongs to a thread".to_owned());
    }
    Ok(DraftComment { spot, body: comment.body, suggestion: comment.suggestion })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spots(text: &str) -> Result<Vec<Spot>, String> {
        read(text, Path::new("r.toml")).map(|all| all.into_iter().map(|draft| draft.spot).collect())
    }

    #[test]
    fn every_kind_of_place_can_be_written() {
        let text = "
[[comment]]
path = 'a.rs'
line = 3
last = 5
suggestion = 'x'
[[comment]]
path = 'a.rs'
body = 'why'
[[comment]]
reply-to = 7
body = 'done'
[[comment]]
thread = 'T_1'
[[comment]]
body = 'all in all'
";
        let path = RepoPath::from("a.rs");
        let lines = Spot::Lines { path: path.clone(), side: Side::New, first: 3, last: 5 };
        let thread = Spot::Thread { node: "T_1".to_owned(), settled: true };
        assert_eq!(spots(text).unwrap(), [lines, Spot::File(path), Spot::Reply(7), thread, Spot::Pull]);
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_place() {
        for (text, words) in [
            ("[[comment]]\nline = 3", "r.toml, comment 1: give path"),
            ("[[comment]]\npath = 'a'\nreply-to = 3", "comment 1: give path"),
            ("[[comment]]\nbody = 'x'\nsettled = true", "settled belongs"),
            ("[[comments]]\nbody = 'x'", "no list of remarks"),
            ("x", "no list of remarks"),
        ] {
            let why = spots(text).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
    }
}
