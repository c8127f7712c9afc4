//! What somebody does over time: what is remembered of a judged change, portraits out of many, what is unusual in one.
//!
//! Pure functions over counts. What they say are observations: no risk is raised by them, and none is ever lowered.

pub mod bursts;
pub mod chance;
pub mod constructs;
pub mod drift;
pub mod ground;
pub mod past;
pub mod portrait;
pub mod record;
pub mod repeated;
pub mod unusual;
