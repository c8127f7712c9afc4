//! Places on the screen told in rows of the lists themselves. Never areas, colours or keys.

/// What a pointer is over, told in rows of the lists themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A row of the queue.
    Pull(usize),
    /// A row of the file list.
    File(usize),
    /// A row of the diff.
    Row(usize),
    /// A row of the popup.
    Panel(usize),
    /// The answer No of a plan.
    No,
    /// The answer Yes of a plan.
    Yes,
    /// Nothing in particular.
    Elsewhere,
}

/// How many rows and columns each list has on the screen, in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panes {
    /// Rows of the queue.
    pub queue: usize,
    /// Rows of the file list; 0 when it is not shown.
    pub files: usize,
    /// Rows of the diff; 0 when it is not shown.
    pub diff: usize,
    /// Columns of the diff.
    pub diff_width: usize,
    /// Rows of the popup.
    pub panel: usize,
    /// Lines that the popup holds, shown or not.
    pub panel_lines: usize,
}
