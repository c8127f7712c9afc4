//! Rules of Sigma: reading them as people write them.

pub mod mend;
pub mod never;
pub mod reading;
