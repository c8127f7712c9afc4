//! The eyes: memory and theme in, buffer out.
//!
//! Nothing here changes memory, and nothing here knows a verb.

pub mod draw;
pub mod layout;
pub mod look;
pub mod overlays;
pub mod paint;
pub mod picture;
pub mod screens;
pub mod widgets;
