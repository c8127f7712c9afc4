//! Pieces of screens, each from explicit inputs.

pub mod agent;
pub mod budget;
pub mod diff_row;
pub mod finding_row;
pub mod hints;
pub mod marks;
pub mod note;
pub mod queue_row;
pub mod said_row;
pub mod side;
pub mod status_bar;
pub mod stroke;
pub mod sweep_progress;
pub mod tree_row;
pub mod ways;
