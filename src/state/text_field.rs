//! One line of text being typed, with its cursor between characters.

/// A text and a cursor in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextField {
    /// What was typed.
    pub text: String,
    /// Characters before the cursor.
    pub cursor: usize,
}

/// Characters a field takes; a paste beyond it is cut.
const LIMIT: usize = 2_000;

impl TextField {
    /// A field that holds `text`, with the cursor behind it.
    #[must_use]
    pub fn holding(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.chars().count() }
    }

    /// Puts `typed` at the cursor; line breaks and other controls become spaces.
    pub fn insert(&mut self, typed: &str) {
        let room = LIMIT.saturating_sub(self.text.chars().count());
        let clean: String = typed.chars().take(room).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let at = self.byte(self.cursor);
        self.text.insert_str(at, &clean);
        self.cursor += clean.chars().count();
    }

    /// Deletes the character before the cursor.
    pub fn backspace(&mut self) {
        self.delete_from(self.cursor.saturating_sub(1));
    }

    /// Deletes the word before the cursor and the spaces behind it.
    pub fn delete_word(&mut self) {
        let before: Vec<char> = self.text.chars().take(self.cursor).collect();
        let spaces = before.iter().rev().take_while(|c| c.is_whitespace()).count();
        let word = before.iter().rev().skip(spaces).take_while(|c| !c.is_whitespace()).count();
        self.delete_from(self.cursor - spaces - word);
    }

    /// Deletes everything before the cursor.
    pub fn clear(&mut self) {
        self.delete_from(0);
    }

    /// Puts `text` in place of what stands between the character `start` and the cursor.
    pub fn replace_from(&mut self, start: usize, text: &str) {
        self.delete_from(start.min(self.cursor));
        self.insert(text);
    }

    /// Moves the cursor by `by` characters.
    pub fn step(&mut self, by: isize) {
        self.cursor = self.cursor.saturating_add_signed(by).min(self.text.chars().count());
    }

    /// What stands before and behind the cursor.
    #[must_use]
    pub fn halves(&self) -> (&str, &str) {
        self.text.split_at(self.byte(self.cursor))
    }

    fn delete_from(&mut self, start: usize) {
        let range = self.byte(start)..self.byte(self.cursor);
        self.text.replace_range(range, "");
        self.cursor = start;
    }

    fn byte(&self, character: usize) -> usize {
        self.text.char_indices().nth(character).map_or(self.text.len(), |(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_moving_and_deleting() {
        let mut field = TextField::default();
        field.insert("häl lo\n");
        assert_eq!(field.text, "häl lo ");
        field.delete_word();
        assert_eq!(field.halves(), ("häl ", ""));
        field.step(-2);
        field.backspace();
        assert_eq!(field.halves(), ("h", "l "));
        field.step(isize::MAX);
        field.clear();
        assert_eq!(field, TextField::default());
    }
}
