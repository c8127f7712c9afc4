//! Bytes that are no text: what they are by how they begin, where they end, and what they hold, read without running any of it.
//!
//! Nothing here trusts a length, an offset or a count that the bytes name; every reader is linear in what it was given.

pub mod archive;
pub mod ends;
pub mod gguf;
pub mod kind;
pub mod npy;
pub mod objects;
pub mod pickle;
pub mod reading;
pub mod safetensors;
