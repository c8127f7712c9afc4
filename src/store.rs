//! What is kept: folders, the append-only ledger, drafts of reviews, cached reports.
//!
//! Nothing here decides; on-disk shapes live in `schema` and nowhere else.
