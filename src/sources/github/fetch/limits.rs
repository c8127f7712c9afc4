//! How much is fetched of a pull, and how much is kept of all of them. Never what.

/// How much is fetched and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes fetched at once for one pull.
    pub pull: u64,
    /// Bytes of the whole cache, once nobody uses it.
    pub cache: u64,
    /// Bytes of the history that evidence keeps whole; beyond, it keeps a part.
    pub evidence: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self { pull: 256 * MIB, cache: 2048 * MIB, evidence: 128 * MIB }
    }
}
