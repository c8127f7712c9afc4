//! The eyes: memory and theme in, buffer out.
//!
//! Nothing here changes memory, and nothing here knows a verb.
