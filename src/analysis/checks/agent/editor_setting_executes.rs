//! `editor-setting-executes`: editor settings that name a program the editor starts.

use super::lists::lists;
use super::settings::gained;
use crate::analysis::check::{Check, Sink};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/editor-setting-executes.toml`.
pub struct EditorSettingExecutes;

impl Check for EditorSettingExecutes {
    fn rule(&self) -> RuleId {
        RuleId("editor-setting-executes")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        for hit in gained(&lists().editor, file) {
            sink.report(hit.draft(file));
        }
    }
}
