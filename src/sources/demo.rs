//! The embedded demo: a small port's booking software with 75 pulls, of which fourteen are worth a second look.
//!
//! It is built as a real bare repository, the same commits every time, in a folder of its own; nothing outside is touched.

pub mod data;
pub mod edit;
pub mod folder;
pub mod npm;
pub mod timeline;
