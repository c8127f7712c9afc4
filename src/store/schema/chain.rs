//! The ledger's tables and the canonical bytes a link's hash is made of. Never SQL of a query.

use sha2::{Digest as _, Sha256};

use crate::model::time::Timestamp;

/// Marks a SQLite file as a ledger of this program: `LZRT`.
pub(crate) const APPLICATION: i64 = 0x4c5a_5254;

/// What brings a file from format `n` to `n + 1`, from an empty file on.
pub(crate) const MIGRATIONS: [&str; 2] = [include_str!("ledger-1.sql"), include_str!("ledger-2.sql")];

/// The fields a hash covers, besides the hash before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link<'a> {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) case: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) verb: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) says: &'a str,
    pub(crate) payload: &'a str,
}

impl Link<'_> {
    /// Lower-case hexadecimal SHA-256 over a format word, the previous hash and every field, each as
    /// `<length in bytes>:<bytes>\n`, so that no two different records share their bytes.
    pub(crate) fn hash(&self, previous: &str) -> String {
        let (seq, at) = (self.seq.to_string(), self.at.0.to_string());
        let fields = [previous, &seq, &at, self.case, self.kind, self.verb, self.actor, self.subject, self.says, self.payload];
        let mut sha = Sha256::new();
        sha.update(b"lazaret/ledger/1\n");
        for field in fields {
            sha.update(format!("{}:", field.len()));
            sha.update(field);
            sha.update(b"\n");
        }
        sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
