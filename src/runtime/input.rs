//! What the keyboard and the pointer say, in the console's own words. The only reader of the terminal.
#![allow(clippy::disallowed_methods, reason = "a second click is told from a first by the clock")]

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::config::key::{Code, Key};

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;
/// How soon a second click has to follow.
const DOUBLE: Duration = Duration::from_millis(400);

/// What was done at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// A text pasted.
    Paste(String),
    /// A click at this cell, and whether it is the second one there.
    Click(u16, u16, bool),
    /// The wheel over this cell, by rows.
    Wheel(u16, u16, isize),
    /// The screen has another size.
    Resize,
}

/// Remembers the last click.
#[derive(Debug, Default)]
pub struct Clicks {
    last: Option<(u16, u16, Instant)>,
}

impl Clicks {
    /// What `event` says, if it says anything to us.
    pub fn read(&mut self, event: Event) -> Option<Input> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Input::Key),
            Event::Mouse(mouse) => self.mouse(mouse),
            Event::Paste(text) => Some(Input::Paste(text)),
            Event::Resize(..) => Some(Input::Resize),
            Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Option<Input> {
        let (x, y) = (mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let again = self.last.take().is_some_and(|(a, b, at)| (a, b) == (x, y) && at.elapsed() < DOUBLE);
                self.last = (!again).then(|| (x, y, Instant::now()));
                Some(Input::Click(x, y, again))
            }
            MouseEventKind::ScrollDown => Some(Input::Wheel(x, y, NOTCH)),
            MouseEventKind::ScrollUp => Some(Input::Wheel(x, y, -NOTCH)),
            _ => None,
        }
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    let code = match event.code {
        KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::SHIFT) && c.is_lowercase() => Code::Char(c.to_ascii_uppercase()),
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::F(number) => Code::F(number),
        KeyCode::Enter => Code::Named("enter"),
        KeyCode::Esc => Code::Named("esc"),
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Code::Named("shift-tab"),
        KeyCode::Tab => Code::Named("tab"),
        KeyCode::BackTab => Code::Named("shift-tab"),
        KeyCode::Backspace => Code::Named("backspace"),
        KeyCode::Delete => Code::Named("delete"),
        KeyCode::Insert => Code::Named("insert"),
        KeyCode::Up => Code::Named("up"),
        KeyCode::Down => Code::Named("down"),
        KeyCode::Left => Code::Named("left"),
        KeyCode::Right => Code::Named("right"),
        KeyCode::Home => Code::Named("home"),
        KeyCode::End => Code::Named("end"),
        KeyCode::PageUp => Code::Named("pageup"),
        KeyCode::PageDown => Code::Named("pagedown"),
        _ => return None,
    };
    let has = |modifier| event.modifiers.contains(modifier);
    Some(Key { code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) })
}
