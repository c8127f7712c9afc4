//! Files of taste as values: settings, keymap, theme. The commented defaults beside the code are the manual.
//!
//! Nothing here is ever read from a change under review.

pub mod annotate;
pub mod comments;
pub mod edit;
pub mod error;
pub mod github;
pub mod hints;
pub mod imports;
pub mod key;
pub mod keymap;
pub mod keystrokes;
pub mod load;
pub mod look_ups;
pub mod nearest;
pub mod owners;
pub mod packs;
pub mod policy;
pub mod policy_show;
pub mod settings;
pub mod signing;
pub mod table;
pub mod theme;
