//! `binary-replaced`: a file that nobody can read changed in place, or came, where a program or a test will use it.

use crate::analysis::blob::kind::{Family, Kind, Named};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::prefilter::Needs;
use crate::analysis::role::{Role, fold};
use crate::analysis::view::FileView;
use crate::model::diff::{Content, FileStatus, Side};
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

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        matches!(file.diff.content, Content::Binary { .. })
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Content::Binary { old_size, new_size } = &file.diff.content else { return };
        let kind = file.blob(Side::New).and_then(Kind::of);
        let in_place = file.diff.status == FileStatus::Modified;
        let tested = matches!(file.role, Role::Test | Role::Example);
        let (runs, holds) = (runs(file, kind), holds(file, kind));
        let (what, severity) = match () {
            () if file.diff.status == FileStatus::Deleted => return,
            () if runs && in_place => ("A program in binary form was replaced", Severity::Medium),
            () if runs && tested => ("A program in binary form is new among the tests", Severity::Low),
            () if runs => ("A program in binary form is new", Severity::Medium),
            () if holds && in_place && tested => ("A binary file of the tests changed in place", Severity::Low),
            () if holds && in_place => ("A binary file changed in place", Severity::Low),
            () => return,
        };
        let size = |size: &Option<u64>| size.map_or_else(|| "?".to_owned(), |bytes| bytes.to_string());
        let form = kind.map_or_else(String::new, |kind| format!(", {}", kind.words()));
        let evidence = format!("{}{form}: {} -> {} bytes", file.path, size(old_size), size(new_size));
        sink.report(Draft::file(file, &evidence).title(what).severity(severity));
    }
}

/// Whether a machine runs it, by its content where that is known. What only claims to be something else is `content-disguised`.
fn runs(file: &FileView<'_>, kind: Option<Kind>) -> bool {
    let name = fold(file.name());
    RUNS.iter().any(|ending| name.ends_with(ending))
        || kind.is_some_and(|kind| kind.family == Family::Program) && Named::of(&name) == Named::Other
}

fn holds(file: &FileView<'_>, kind: Option<Kind>) -> bool {
    let name = fold(file.name());
    HOLDS.iter().any(|ending| name.ends_with(ending))
        || kind.is_some_and(|kind| kind.family == Family::Archive) && Named::of(&name) == Named::Other
}
