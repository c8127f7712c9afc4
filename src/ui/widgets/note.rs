//! What happened to a file beyond its lines, in words.

use crate::model::diff::{Content, FileDiff, FileMode, FileStatus};

/// One sentence for each thing that happened, joined by semicolons. Holds outside text: hostile until drawn.
#[must_use]
pub fn words(file: &FileDiff) -> String {
    let mut parts = Vec::new();
    let from = file.old_path.as_ref().map(|path| path.text().into_owned()).unwrap_or_default();
    match file.status {
        FileStatus::Renamed(similarity) => parts.push(format!("moved from {from}{}", percent(similarity))),
        FileStatus::Copied(similarity) => parts.push(format!("copied from {from}{}", percent(similarity))),
        _ => {}
    }
    match (file.old_mode, file.new_mode) {
        (Some(old), Some(new)) if old != new => parts.push(format!("mode {} became {}", mode(old), mode(new))),
        (_, Some(FileMode::Symlink)) => parts.push("a symbolic link: its content is the path it points to".to_owned()),
        (_, Some(FileMode::Other(bits))) => parts.push(format!("mode {bits:o}")),
        _ => {}
    }
    match &file.content {
        Content::Text(text) => {
            if text.lossy {
                parts.push("not valid UTF-8: other bytes are shown as tokens such as ‹xE9›".to_owned());
            }
            if text.hunks.is_empty() && parts.is_empty() {
                parts.push("no lines changed".to_owned());
            }
        }
        Content::Binary { old_size, new_size } => parts.push(format!("binary: {}", sizes(*old_size, *new_size))),
        Content::Submodule { old, new } => {
            let id = |id: &Option<crate::model::commit_id::CommitId>| id.as_ref().map_or("nothing".to_owned(), |id| id.short().to_owned());
            parts.push(format!("submodule: {} became {}; its content is not looked at", id(old), id(new)));
        }
        Content::Omitted(why) => parts.push(format!("not shown: {why}")),
    }
    parts.join("; ")
}

fn percent(similarity: Option<u8>) -> String {
    similarity.map_or_else(String::new, |similarity| format!(", {similarity}% alike"))
}

fn mode(mode: FileMode) -> String {
    match mode {
        FileMode::Regular => "regular".to_owned(),
        FileMode::Executable => "executable".to_owned(),
        FileMode::Symlink => "symbolic link".to_owned(),
        FileMode::Submodule => "submodule".to_owned(),
        FileMode::Other(bits) => format!("{bits:o}"),
    }
}

fn sizes(old: Option<u64>, new: Option<u64>) -> String {
    match (old, new) {
        (Some(old), Some(new)) => format!("{old} bytes became {new}"),
        (None, Some(new)) => format!("{new} bytes"),
        (Some(old), None) => format!("was {old} bytes"),
        (None, None) => "size not known".to_owned(),
    }
}
