//! Rules about what nobody can read: blobs, binaries, code that hides.

pub mod binary_replaced;
pub mod encoded_blob;
pub mod obfuscated_code;
