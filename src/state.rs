//! What the console remembers: plain structs, testable without a terminal.
//!
//! Nothing here draws, waits, reads or writes.

pub mod anchor;
pub mod around;
pub mod chosen;
pub mod completion;
pub mod console;
pub mod cursor;
pub mod findings;
pub mod fold;
pub mod list;
pub mod moved;
pub mod notice;
pub mod opened;
pub mod overlay;
pub mod palette;
pub mod pending;
pub mod place;
pub mod queue;
pub mod rows;
pub mod said;
pub mod section;
pub mod session;
pub mod sweep;
pub mod text_area;
pub mod text_field;
pub mod tints;
pub mod tree;
pub mod write;
