//! What a sweep keeps, as it lies on the disk: what a place answered, and what was judged of one change.

pub mod answer;
mod import;
pub mod judgement;

/// The statements that bring an empty file to the format of today, one for each version.
pub(crate) const MIGRATIONS: [&str; 2] = [include_str!("sweeps-1.sql"), include_str!("sweeps-2.sql")];
/// `lzsw`: what tells the file from others.
pub(crate) const APPLICATION: i64 = 0x6c7a_7377;
