//! The screens: the queue, a sweep, and the review of one pull.

mod header;
pub mod queue;
pub mod review;
pub mod status;
pub mod sweep;
