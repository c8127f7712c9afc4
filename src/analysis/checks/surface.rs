//! What strangers can reach: notes about what a change makes reachable for the first time.

pub mod surface_added;
