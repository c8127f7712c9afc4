//! The name of one decision from intent to receipt.

/// Names one decision from intent to receipt: `Q-20261120-7f3a91`, unique per ledger, safe in a ref name and a file name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(pub String);
