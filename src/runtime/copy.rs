//! Copies for the reviewer's own editor: in a folder of their own outside of every repository, under names that say nothing.
//!
//! An editor acts on what it opens: it reads options from the text, and settings from the folders above. So a copy of a change is
//! made harmless, has a known extension or none, and lies where nobody else writes.
#![allow(clippy::disallowed_methods, reason = "the copies are files in a temporary folder of our own")]

use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use tempfile::TempDir;

use crate::message::errand::Sheet;
use crate::model::inert;
use crate::model::path::RepoPath;

/// Extensions that editors know as plain text with colours. Anything else is shown as text.
const KNOWN: &[&str] = &[
    "asm", "bash", "c", "cc", "cfg", "clj", "conf", "cpp", "cs", "css", "csv", "dart", "diff", "erl", "ex", "exs", "fs", "go", "gradle",
    "h", "hpp", "hs", "html", "ini", "java", "js", "json", "jsx", "kt", "kts", "lock", "lua", "md", "ml", "php", "pl", "proto", "ps1",
    "py", "r", "rb", "rs", "rst", "scala", "scss", "sh", "sql", "svelte", "swift", "tf", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml",
    "yml",
];

/// A copy; its folder goes away with it.
#[derive(Debug)]
pub struct Copy {
    folder: TempDir,
    /// The file.
    pub file: PathBuf,
    /// Whether something in it was marked that an editor might have acted on, or a reader overlooked.
    pub marked: bool,
}

impl Copy {
    /// A read-only copy of one side of a file.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn of_sheet(sheet: &Sheet) -> io::Result<Self> {
        let text = harmless(&sheet.text);
        let marked = is_marked(&sheet.text);
        let copy = Self::new(&format!("{}-side.{}", sheet.side.word(), extension(&sheet.path)), &text, marked)?;
        let mut rights = copy.file.metadata()?.permissions();
        rights.set_readonly(true);
        std::fs::set_permissions(&copy.file, rights)?;
        Ok(copy)
    }

    /// A file that holds `text`, to be written on.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn of_text(text: &str) -> io::Result<Self> {
        Self::new("text.md", text, false)
    }

    fn new(name: &str, text: &str, marked: bool) -> io::Result<Self> {
        // Made for this user alone, by a name nobody can guess.
        let folder = tempfile::Builder::new().prefix("lazaret-").tempdir()?;
        std::fs::write(folder.path().join(".editorconfig"), "root = true\n")?;
        let file = folder.path().join(name);
        std::fs::write(&file, text)?;
        Ok(Self { folder, file, marked })
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What stands in it now.
    ///
    /// # Errors
    /// When it is gone, or no text.
    pub fn text(&self) -> io::Result<String> {
        std::fs::read_to_string(&self.file)
    }
}

fn extension(path: &RepoPath) -> String {
    let name = path.text().to_ascii_lowercase();
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    KNOWN.iter().copied().find(|known| *known == end).unwrap_or("txt").to_owned()
}

/// Whether [`harmless`] marks anything in `text`; that tabs become blanks is no mark.
fn is_marked(text: &str) -> bool {
    let spaced = text.replace('\t', " ");
    let hides = spaced.lines().any(|line| inert::line(line) != line);
    hides || ORDERS.as_ref().is_none_or(|orders| orders.is_match(&spaced))
}

/// What editors take for orders to themselves: modelines of vi and its kin, of Kate and jEdit, file variables of Emacs.
static ORDERS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(\b(?:vi|vim|ex)(?:[<=>]?[0-9]+)?|\bkate|\bLocal Variables|(?:^|\s):mode=[^:\s]*)(:)|(-\*)(-)").ok());

/// `text` with every hidden character as a visible mark, and with a mark in everything that an editor would take for an order.
#[must_use]
pub fn harmless(text: &str) -> String {
    let safe = inert::block(text);
    match ORDERS.as_ref() {
        Some(orders) => orders.replace_all(&safe, "$1$3‹$2$4›").into_owned(),
        // A pattern that is not built is a fault of ours; then nothing that could be an order is left.
        None => safe.replace([':', '*'], "·"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diff::Side;

    fn sheet(path: &str, text: &str) -> Sheet {
        Sheet { path: RepoPath::new(path.as_bytes()), side: Side::New, line: 1, text: text.to_owned(), whole: true }
    }

    #[test]
    fn nothing_in_a_copy_gives_an_editor_orders() {
        for order in [
            "# vim: set ft=python modelineexpr:",
            "/* vi: sw=2 */",
            " ex: set x:",
            "vim>700: x",
            "# -*- mode: python; eval: (shell-command \"id\") -*-",
            "# Local Variables:",
            "// kate: x y;",
        ] {
            let text = harmless(order);
            assert!(text.contains('‹') && !text.contains("vim:") && !text.contains("-*-") && !text.contains("Variables:"), "{text}");
        }
        assert_eq!(harmless("a\u{202e}b\u{1b}[31m\n\tx"), "a‹U+202E›b‹U+001B›[31m\n    x");
        assert_eq!(harmless("index: 4\nprevim = 1"), "index: 4\nprevim = 1");
    }

    #[test]
    fn a_copy_says_nothing_by_its_name_and_cannot_be_written() {
        for (path, name) in
            [("src/a.rs", "new-side.rs"), ("x.vimrc", "new-side.txt"), (".exrc", "new-side.txt"), ("a b;$(id).PY", "new-side.py")]
        {
            let copy = Copy::of_sheet(&sheet(path, "x = 1\r\n\ty\n")).unwrap();
            assert_eq!(copy.file.file_name().unwrap(), name);
            assert!(copy.file.metadata().unwrap().permissions().readonly() && !copy.marked);
            assert!(Copy::of_sheet(&sheet(path, "# vim: x")).unwrap().marked);
        }
    }
}
