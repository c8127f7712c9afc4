//! `model-format-weakened`: a model that was kept or read in a form that runs nothing now is in one that can.

use std::collections::BTreeMap;

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::fold;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::FileStatus;
use crate::model::path::RepoPath;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/model-format-weakened.toml`.
pub struct ModelFormatWeakened;

static SAFELY: Pattern = Pattern::new(
    r"\bweights_only\s*=\s*True|\buse_safetensors\s*=\s*True|\bsafe_serialization\s*=\s*True|\ballow_pickle\s*=\s*False|\bsafe_mode\s*=\s*True|\btrust_remote_code\s*=\s*False|\bsafe_open\s*\(|\bsafetensors\.\w+\.(?:load|save)\w*\s*\(|\bload_safetensors\s*\(|\bsave_safetensors\s*\(",
);
static UNSAFELY: Pattern = Pattern::new(
    r"\bweights_only\s*=\s*False|\buse_safetensors\s*=\s*False|\bsafe_serialization\s*=\s*False|\ballow_pickle\s*=\s*True|\bsafe_mode\s*=\s*False|\btrust_remote_code\s*=\s*True|\btorch\.(?:load|save)\s*\(|\bpickle\.(?:load|dump)s?\s*\(|\bjoblib\.(?:load|dump)\s*\(|\benable_unsafe_deserialization\s*\(|\badd_safe_globals\s*\(|\bTORCH_FORCE_NO_WEIGHTS_ONLY_LOAD\b",
);
/// Said so, rather than left to a default.
static SAID: Pattern = Pattern::new(
    r"\buse_safetensors\s*=\s*False|\bsafe_serialization\s*=\s*False|\benable_unsafe_deserialization\s*\(|\bTORCH_FORCE_NO_WEIGHTS_ONLY_LOAD\b|\bsafe_mode\s*=\s*False|\bweights_only\s*=\s*False",
);
/// Changed lines that are this near to each other are one place.
const NEAR: usize = 12;

impl Check for ModelFormatWeakened {
    fn rule(&self) -> RuleId {
        RuleId("model-format-weakened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&UNSAFELY]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let removed: Vec<u32> = file.old().map_or_else(Vec::new, |old| gone(old));
        for line in side.changed_lines() {
            let code = side.plain_line(line.index);
            if !UNSAFELY.is_match(code) || SAFELY.is_match(code) {
                continue;
            }
            let here = usize::try_from(line.number).unwrap_or(0);
            let near = removed.iter().any(|was| here.abs_diff(usize::try_from(*was).unwrap_or(0)) <= NEAR);
            let kept = (line.index..=line.index + 3).any(|index| SAFELY.is_match(side.plain_line(index)));
            if near && !kept {
                let title = "A model is read or written in a form that can run code, where it was not";
                sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High));
            } else if SAID.is_match(code) {
                let title = "A model may be read from a form that runs code";
                sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Low));
            }
        }
    }

    fn change(&self, change: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let mut folders: BTreeMap<Vec<u8>, (Option<&RepoPath>, Option<&RepoPath>)> = BTreeMap::new();
        for file in &change.change.patch.files {
            if let Some(old) = file.old_path.as_ref().filter(|path| is_safe(path) && file.new_path.as_ref() != Some(path)) {
                folders.entry(folder(old)).or_default().0 = Some(old);
            }
            let is_new = matches!(file.status, FileStatus::Added | FileStatus::Renamed(_) | FileStatus::Copied(_));
            if let Some(new) = file.new_path.as_ref().filter(|path| is_new && is_pickled(path)) {
                folders.entry(folder(new)).or_default().1 = Some(new);
            }
        }
        for (safe, pickled) in folders.values() {
            if let (Some(safe), Some(pickled)) = (safe, pickled) {
                let evidence = format!("{} → {}", safe.text(), pickled.text());
                sink.report(
                    Draft::whole(pickled, &evidence).title("A model in a form that runs nothing gave way to one that can run code"),
                );
            }
        }
    }
}

/// The lines on which a safe way was gone.
fn gone(old: &SideView<'_>) -> Vec<u32> {
    old.changed_lines().filter(|line| SAFELY.is_match(old.plain_line(line.index))).map(|line| line.number).collect()
}

fn folder(path: &RepoPath) -> Vec<u8> {
    let bytes = path.bytes();
    bytes.iter().rposition(|byte| *byte == b'/').and_then(|end| bytes.get(..end)).unwrap_or(&[]).to_vec()
}

fn is_safe(path: &RepoPath) -> bool {
    let name = fold(&path.text());
    [".safetensors", ".gguf", ".onnx", ".tflite", ".safetensors.index.json"].iter().any(|end| name.ends_with(end))
}

fn is_pickled(path: &RepoPath) -> bool {
    let name = fold(&path.text());
    [".bin", ".pt", ".pth", ".pkl", ".ckpt", ".pickle", ".joblib", ".bin.index.json"].iter().any(|end| name.ends_with(end))
}
