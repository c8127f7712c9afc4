//! What the console remembers: plain structs, testable without a terminal.
//!
//! Nothing here draws, waits, reads or writes.
