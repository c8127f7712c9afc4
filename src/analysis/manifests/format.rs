//! What a reader of manifests or lock files is, and what it hands back.
//!
//! A reader takes text and gives entries; it never compares, judges or looks anything up.

use crate::model::dependency::{Dependency, Ecosystem, PackageSource, Scope};

/// Whether a file asks for packages or pins them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// People write it.
    Manifest,
    /// A tool writes it.
    Lock,
    /// It names what automation, containers or agents fetch when they run: no part of the product is built from it.
    Tools,
}

/// One dependency as a file names it, with what tells it from others of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The dependency.
    pub dependency: Dependency,
    /// The table, section or install path that holds it.
    pub slot: String,
    /// What a reader should know besides.
    pub notes: Vec<String>,
    /// What it needs itself, as the lock file says: the slot, `name version` or `name` of other entries.
    pub needs: Vec<String>,
    /// The repository that the registry takes it from, as far as the lock file says it; empty where it does not.
    pub home: String,
    /// The entry that pulls it in, by its place in the reading; found by [`super::why`].
    pub via: Option<usize>,
}

/// A place packages may come from, as a setting of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The setting as it is written: `--index-url`, `tool.uv.index`.
    pub setting: String,
    /// The address.
    pub url: String,
    /// Its line, from 1; 0 when unknown. The last field, so that two origins compare by what they say first.
    pub line: u32,
}

/// What one side of a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Dependencies in the order of the file.
    pub entries: Vec<Entry>,
    /// Where packages may come from.
    pub origins: Vec<Origin>,
    /// Whether the form of the file says which packages run code when they are installed.
    pub tells_scripts: bool,
    /// Names of packages that others expect beside themselves, as far as the form says it.
    pub peers: Vec<String>,
    /// What could not be read; the rest was.
    pub unread: Vec<Unread>,
}

/// What of a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its line, from 1; 0 where it is of the file as a whole.
    pub line: u32,
    /// What it is, as the rest of a sentence that may begin with the line.
    pub what: String,
}

/// A file of nothing but lines that cannot be read says no more than this.
const MOST_UNREAD: usize = 200;
/// Characters of a line that are shown.
const SHOWN: usize = 60;

impl Reading {
    /// Says `what` of the line at `index`, from 0.
    pub fn missed(&mut self, index: usize, what: impl Into<String>) {
        if self.unread.len() < MOST_UNREAD {
            self.unread.push(Unread { line: number(index), what: what.into() });
        }
    }

    /// Says that `text`, which stands on the line at `index`, is nothing that such a file has.
    pub fn not_read(&mut self, index: usize, text: &str) {
        self.missed(index, format!("`{}` is no part of the form that is known, and was not read", shown(text)));
    }

    /// Says `what` of the file as a whole.
    pub fn remark(&mut self, what: impl Into<String>) {
        self.unread.push(Unread { line: 0, what: what.into() });
    }
}

/// The beginning of a text of the file, on one line.
#[must_use]
pub fn shown(text: &str) -> String {
    let text = text.trim();
    let cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        f.write_str(&self.what)
    }
}

/// One form of file.
pub trait Format: Sync {
    /// The world of its packages.
    fn ecosystem(&self) -> Ecosystem;

    /// Whether it asks or pins.
    fn kind(&self) -> Kind;

    /// Whether the file at `path` (lower case, with a leading `/`) called `name` has this form.
    fn fits(&self, path: &str, name: &str) -> bool;

    /// Whether single lines mean something without the rest of the file.
    fn by_line(&self) -> bool {
        false
    }

    /// Reads a whole file, or its known lines when [`Self::by_line`] says that this is enough.
    ///
    /// # Errors
    /// One sentence, when it is not well-formed.
    fn read(&self, text: &str) -> Result<Reading, String>;
}

impl Entry {
    /// An entry from the default registry, for the product, without version, checksum or line.
    #[must_use]
    pub fn new(ecosystem: Ecosystem, name: impl Into<String>, slot: impl Into<String>) -> Self {
        let dependency = Dependency {
            ecosystem,
            name: name.into(),
            written: None,
            version: String::new(),
            source: PackageSource::DefaultRegistry,
            scope: Scope::Runtime,
            direct: false,
            hashes: Vec::new(),
            installs_code: false,
            line: 0,
        };
        Self { dependency, slot: slot.into(), notes: Vec::new(), needs: Vec::new(), home: String::new(), via: None }
    }

    /// An entry of an ecosystem whose names mean the same in capitals and small letters: compared in small ones, and kept as written.
    #[must_use]
    pub fn folded(ecosystem: Ecosystem, written: &str, slot: impl Into<String>) -> Self {
        let mut entry = Self::new(ecosystem, written.to_lowercase(), slot);
        entry.dependency.written = (entry.dependency.name != written).then(|| written.into());
        entry
    }

    /// With the requirement or version as written.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.dependency.version = version.into();
        self
    }

    /// From `source`.
    #[must_use]
    pub fn source(mut self, source: PackageSource) -> Self {
        self.dependency.source = source;
        self
    }

    /// For `scope`.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.dependency.scope = scope;
        self
    }

    /// Named by the project itself, or not.
    #[must_use]
    pub fn direct(mut self, direct: bool) -> Self {
        self.dependency.direct = direct;
        self
    }

    /// On the line at `index`, from 0.
    #[must_use]
    pub fn at(mut self, index: usize) -> Self {
        self.dependency.line = number(index);
        self
    }

    /// With these checksums, sorted.
    #[must_use]
    pub fn hashes(mut self, hashes: impl IntoIterator<Item = String>) -> Self {
        self.dependency.hashes = hashes.into_iter().filter(|hash| !hash.is_empty()).collect();
        self.dependency.hashes.shrink_to_fit();
        self.dependency.hashes.sort_unstable();
        self
    }

    /// With a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With what it needs itself.
    #[must_use]
    pub fn needs(mut self, needs: impl IntoIterator<Item = String>) -> Self {
        self.needs = needs.into_iter().collect();
        self.needs.shrink_to_fit();
        self
    }
}

impl Origin {
    /// The setting called `setting` names `url` on the line at `index`, from 0.
    #[must_use]
    pub fn new(setting: impl Into<String>, url: impl Into<String>, index: usize) -> Self {
        Self { setting: setting.into(), url: url.into(), line: number(index) }
    }
}

/// The number from 1 of the line at `index`.
#[must_use]
pub fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
