//! What a decision does: plans as data, the executor that journals before it acts, evidence, and the verbs on plain git.
//!
//! Nothing here is irreversible, and nothing here touches a working tree or an index.
