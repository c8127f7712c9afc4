//! `binary-replaced`: a file that nobody can read changed in place, or came, where a program or a test will use it.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::role::{Role, fold};
use crate::analysis::view::FileView;
use crate::model::diff::{Content, FileStatus};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/binary-replaced.toml`.
pub struct BinaryReplaced;

/// Endings of what a machine or interpreter runs.
const RUNS: [&str; 25] = [
    ".exe", ".dll", ".so", ".dylib", ".a", ".o", ".obj", ".lib", ".ko", ".node", ".wasm", ".jar", ".war", ".aar", ".class", ".dex", ".pyc",
    ".pyd", ".whl", ".gem", ".deb", ".rpm", ".apk", ".msi", ".dmg",
];
/// Endings of what holds other things.
const HOLDS: [&str; 13] = [".xz", ".lzma", ".gz", ".bz2", ".zst", ".zip", ".tar", ".tgz", ".7z", ".bin", ".dat", ".img", ".iso"];

impl Check for BinaryReplaced {
    fn rule(&self) -> RuleId {
        RuleId("binary-replaced")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Content::Binary { old_size, new_size } = &file.diff.content else { return };
        let name = fold(file.name());
        let ends = |list: &[&str]| list.iter().any(|ending| name.ends_with(ending));
        let in_place = file.diff.status == FileStatus::Modified;
        let tested = matches!(file.role, Role::Test | Role::Example);
        let (what, severity) = match () {
            () if file.diff.status == FileStatus::Deleted => return,
            () if ends(&RUNS) && in_place => ("A program in binary form was replaced", Severity::Medium),
            () if ends(&RUNS) => ("A program in binary form is new", Severity::Medium),
            () if ends(&HOLDS) && in_place && tested => ("A binary file of the tests changed in place", Severity::Low),
            () if ends(&HOLDS) && in_place => ("A binary file changed in place", Severity::Low),
            () => return,
        };
        let size = |size: &Option<u64>| size.map_or_else(|| "?".to_owned(), |bytes| bytes.to_string());
        let evidence = format!("{}: {} -> {} bytes", file.path, size(old_size), size(new_size));
        sink.report(Draft::file(file, &evidence).title(what).severity(severity));
    }
}
