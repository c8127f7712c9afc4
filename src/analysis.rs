//! Knowledge: a change in, a report out. Pure functions over text.
//!
//! Nothing here reads a file, a clock or the network, waits, or runs anything; a check runs on a string in a test.
