//! Rules about code that nobody can read: blobs, code that hides.

pub mod encoded_blob;
pub mod obfuscated_code;
