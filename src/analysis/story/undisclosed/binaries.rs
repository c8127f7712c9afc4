//! A file that nobody can read, and that is no picture, font or recording, is new or another.

use super::mention::Mentioned;
use super::{listed, unsaid};
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::model::diff::{Content, FileDiff, FileStatus};
use crate::model::rule::Severity;
use crate::model::story::Undisclosed;

/// Endings of what is looked at or listened to.
const MEDIA: [&str; 27] = [
    "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "icns", "bmp", "svg", "psd", "tif", "tiff", "woff", "woff2", "ttf", "otf", "eot",
    "pdf", "mp3", "mp4", "webm", "mov", "ogg", "wav", "m4a", "flac",
];
/// Words that speak of what no diff shows.
const WORDS: [&str; 24] = [
    "nuget",
    "nupkg",
    "binary",
    "binaries",
    "blob",
    "archive",
    "artifact",
    "artifacts",
    "asset",
    "assets",
    "model",
    "models",
    "weights",
    "wasm",
    "jar",
    "dll",
    "executable",
    "compiled",
    "fixture",
    "fixtures",
    "database",
    "firmware",
    "wrapper",
    "corpus",
];

pub(super) fn fact(facts: &Facts<'_>, mentioned: &Mentioned) -> Option<Undisclosed> {
    let opaque = |file: &&FileDiff| matches!(file.content, Content::Binary { .. }) && file.status != FileStatus::Deleted;
    let paths: Vec<String> = facts.files().iter().filter(opaque).map(|file| file.path().text().into_owned()).collect();
    let ending = |path: &str| path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_lowercase());
    let paths: Vec<String> = paths
        .into_iter()
        .filter(|path| ending(path).is_none_or(|end| !MEDIA.contains(&end.as_str()) && !mentioned.has(&end)) && !mentioned.file(path))
        .collect();
    if mentioned.any(&WORDS) {
        return None;
    }
    let live = paths.iter().any(|path| Role::of(path).is_live());
    let severity = if live { Severity::Medium } else { Severity::Low };
    let fact = format!("a file that is no text changes: {}", listed(paths.iter().map(String::as_str)));
    unsaid(fact, severity, paths)
}
