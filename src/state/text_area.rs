//! A text of several lines being written, with its cursor between characters. Never drawn here.

/// A text and a cursor in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextArea {
    /// What was written.
    pub text: String,
    /// Bytes before the cursor; always between characters.
    cursor: usize,
}

/// Characters a text takes, below what forges accept; a paste beyond it is cut.
const LIMIT: usize = 60_000;

impl TextArea {
    /// An area that holds `text`, with the cursor behind it.
    #[must_use]
    pub fn holding(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.len() }
    }

    /// Puts `typed` at the cursor. Line ends become line feeds; other controls but tabs become spaces.
    pub fn insert(&mut self, typed: &str) {
        let room = LIMIT.saturating_sub(self.text.chars().count());
        let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
        let clean = |c: char| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c };
        let clean: String = lines.chars().take(room).map(clean).collect();
        self.text.insert_str(self.cursor, &clean);
        self.cursor += clean.len();
    }

    /// Deletes the character before the cursor.
    pub fn backspace(&mut self) {
        let start = self.before().char_indices().next_back().map_or(0, |(at, _)| at);
        self.delete_from(start);
    }

    /// Deletes the word before the cursor and the spaces behind it, within its line.
    pub fn delete_word(&mut self) {
        let line = self.before().len() - self.column_text().len();
        let kept = self.column_text().trim_end().trim_end_matches(|c: char| !c.is_whitespace()).len();
        let start = line + kept;
        if start == self.cursor { self.backspace() } else { self.delete_from(start) }
    }

    /// Deletes everything before the cursor in its line.
    pub fn clear_line(&mut self) {
        let start = self.cursor - self.column_text().len();
        self.delete_from(start);
    }

    /// Moves the cursor one character to the left.
    pub fn left(&mut self) {
        self.cursor = self.before().char_indices().next_back().map_or(0, |(at, _)| at);
    }

    /// Moves the cursor one character to the right.
    pub fn right(&mut self) {
        self.cursor += self.after().chars().next().map_or(0, char::len_utf8);
    }

    /// Moves the cursor to the start of its line.
    pub fn home(&mut self) {
        self.cursor -= self.column_text().len();
    }

    /// Moves the cursor to the end of its line.
    pub fn end(&mut self) {
        self.cursor += self.after().find('\n').unwrap_or(self.after().len());
    }

    /// Moves the cursor a line up, or to the start of the first.
    pub fn up(&mut self) {
        let column = self.column_text().chars().count();
        self.home();
        if self.cursor > 0 {
            self.cursor -= 1;
            self.home();
            self.go(column);
        }
    }

    /// Moves the cursor a line down, or to the end of the last.
    pub fn down(&mut self) {
        let column = self.column_text().chars().count();
        self.end();
        if self.cursor < self.text.len() {
            self.cursor += 1;
            self.go(column);
        }
    }

    /// What stands before and behind the cursor.
    #[must_use]
    pub fn halves(&self) -> (&str, &str) {
        (self.before(), self.after())
    }

    /// Whether nothing but space was written.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or("")
    }

    fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or("")
    }

    /// What stands before the cursor in its line.
    fn column_text(&self) -> &str {
        self.before().rsplit('\n').next().unwrap_or("")
    }

    /// Goes `column` characters to the right, but not beyond the line.
    fn go(&mut self, column: usize) {
        let line = self.after().split('\n').next().unwrap_or("");
        self.cursor += line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    }

    fn delete_from(&mut self, start: usize) {
        self.text.replace_range(start..self.cursor, "");
        self.cursor = start;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_walked_by_column() {
        let mut area = TextArea::default();
        area.insert("eins\r\nzw\u{7}öi\ndrei vier");
        assert_eq!(area.text, "eins\nzw öi\ndrei vier");
        area.up();
        area.insert("!");
        assert_eq!(area.halves(), ("eins\nzw öi!", "\ndrei vier"));
        area.home();
        area.up();
        area.end();
        area.insert(".");
        area.down();
        assert_eq!(area.halves().0, "eins.\nzw öi");
        area.delete_word();
        assert_eq!(area.text, "eins.\nzw !\ndrei vier");
        area.clear_line();
        area.backspace();
        assert_eq!(area.halves(), ("eins.", "!\ndrei vier"));
    }

    proptest! {
        #[test]
        fn no_walk_leaves_the_text(text in "[aä\\n🦀 ]{0,30}", steps in proptest::collection::vec(0_u8..10, 0..60)) {
            let mut area = TextArea::holding(&text);
            for step in steps {
                match step {
                    0 => area.left(),
                    1 => area.right(),
                    2 => area.up(),
                    3 => area.down(),
                    4 => area.home(),
                    5 => area.end(),
                    6 => area.backspace(),
                    7 => area.delete_word(),
                    8 => area.clear_line(),
                    _ => area.insert("é\nx"),
                }
                prop_assert!(area.text.is_char_boundary(area.cursor));
            }
        }
    }
}
