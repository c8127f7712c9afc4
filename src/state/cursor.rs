//! A place in a list and the part of it that is shown. Never what the list holds.

/// Rows kept visible above and below the cursor where the list allows.
const MARGIN: usize = 3;

/// Which row is chosen and which is the first on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The chosen row.
    pub at: usize,
    /// The first row on screen.
    pub top: usize,
}

impl Cursor {
    /// Goes to row `to` of `len`, showing `height` rows around it.
    pub fn go(&mut self, to: usize, len: usize, height: usize) {
        self.at = to.min(len.saturating_sub(1));
        let margin = MARGIN.min(height.saturating_sub(1) / 2);
        let lowest = self.at.saturating_sub(margin);
        let highest = (self.at + margin + 1).saturating_sub(height);
        self.top = self.top.min(lowest).max(highest).min(len.saturating_sub(height));
    }

    /// Goes to row `to` and puts it a third of the way down when it was not on screen.
    pub fn jump(&mut self, to: usize, len: usize, height: usize) {
        let shown = (self.top..self.top + height).contains(&to);
        if !shown {
            self.top = to.saturating_sub(height / 3);
        }
        self.go(to, len, height);
    }

    /// Moves by `by` rows.
    pub fn step(&mut self, by: isize, len: usize, height: usize) {
        self.go(self.at.saturating_add_signed(by), len, height);
    }

    /// Moves what is shown by `by` rows; the cursor comes along only at the edge.
    pub fn wheel(&mut self, by: isize, len: usize, height: usize) {
        self.top = self.top.saturating_add_signed(by).min(len.saturating_sub(height));
        let last = (self.top + height).min(len).saturating_sub(1);
        let margin = MARGIN.min(height.saturating_sub(1) / 2);
        let low = if self.top == 0 { 0 } else { self.top + margin };
        let high = if last + 1 >= len { last } else { last.saturating_sub(margin) };
        self.at = self.at.clamp(low.min(high), high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_the_list_and_on_screen() {
        let mut cursor = Cursor::default();
        cursor.step(-1, 0, 10);
        assert_eq!(cursor, Cursor { at: 0, top: 0 });
        cursor.step(50, 100, 10);
        assert_eq!(cursor, Cursor { at: 50, top: 44 });
        cursor.step(1000, 100, 10);
        assert_eq!(cursor, Cursor { at: 99, top: 90 });
        cursor.step(isize::MIN, 100, 10);
        assert_eq!(cursor, Cursor { at: 0, top: 0 });
    }

    #[test]
    fn the_wheel_drags_the_cursor_only_at_the_edge() {
        let mut cursor = Cursor { at: 5, top: 0 };
        cursor.wheel(2, 100, 10);
        assert_eq!(cursor, Cursor { at: 5, top: 2 });
        cursor.wheel(20, 100, 10);
        assert_eq!(cursor, Cursor { at: 25, top: 22 });
        cursor.wheel(-100, 100, 10);
        assert_eq!(cursor, Cursor { at: 6, top: 0 });
    }
}
