//! The two screens: the queue and the review of one pull.

pub mod queue;
pub mod review;
pub mod status;
