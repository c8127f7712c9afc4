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
            version: String::new(),
            source: PackageSource::DefaultRegistry,
            scope: Scope::Runtime,
            direct: false,
            hashes: Vec::new(),
            installs_code: false,
            line: 0,
        };
        Self { dependency, slot: slot.into(), notes: Vec::new() }
    }
}

/// The number from 1 of the line at `index`.
#[must_use]
pub fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
