//! Where a moved dependency stands, in words.

use crate::model::dependency::DependencyChange;

/// `path:line (version)`
pub(super) fn place(row: &DependencyChange) -> String {
    let dependency = row.dependency();
    let (line, version) = dependency.map_or((0, ""), |known| (known.line, known.version.as_str()));
    match line {
        0 => format!("{}: {version}", row.manifest.text()),
        _ => format!("{}:{line} ({version})", row.manifest.text()),
    }
}
