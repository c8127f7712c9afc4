//! Rules about texts beside the code that nobody can read.

pub mod encoded_blob;
