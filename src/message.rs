//! The words that cross floors: what a person asks, what the world reports, what shall be done. Closed enums, exhaustively matched.
//!
//! Nothing here acts; nothing here knows a floor above.

pub mod action;
pub mod effect;
pub mod errand;
pub mod event;
pub mod pane;
pub mod reach;
pub mod ticket;
