//! The verbs of the console: (memory, request) -> effects as data, one verb in each file.
//!
//! Nothing here draws, waits, reads or writes.
