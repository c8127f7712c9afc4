//! What a sweep keeps, as it lies on the disk: what a place answered, and what was judged of one change.

pub mod answer;
mod import;
pub mod judgement;
mod site;
pub mod threads;

use crate::store::sqlite::Format;

/// `lzsw`: what tells the file from others.
pub(crate) const FORMAT: Format = Format {
    application: 0x6c7a_7377,
    migrations: &[include_str!("sweeps-1.sql"), include_str!("sweeps-2.sql"), include_str!("sweeps-3.sql")],
};
