//! Every code rule, by name. A test reads the folders and prints the line that is missing here.

use super::text;
use crate::analysis::check::Check;

/// All checks, sorted by rule name.
pub const CHECKS: &[&dyn Check] = &[&text::hidden_unicode::HiddenUnicode];
